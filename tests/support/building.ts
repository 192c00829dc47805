import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { buildLake } from "../../scripts/steps/build.ts";
import type {
	RejectReport,
	StreamedReport,
} from "../../scripts/steps/report.ts";
import {
	type BuildOptions,
	DEFAULT_PARSE_OPTIONS,
} from "../../scripts/steps/settings/build-options.ts";
import { literal } from "../../src/lib/sql/literal.ts";

/** A folder for a test; `remove` deletes it. */
export async function temporaryFolder(): Promise<{
	folder: string;
	remove: () => Promise<void>;
}> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-"));
	return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Writes files below a folder, in the order given. */
export async function writeAll(
	folder: string,
	contents: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
	for (const [path, content] of Object.entries(contents)) {
		const file = join(folder, path);
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, content);
	}
}

/** Builds a lake as the command does, with all rejects in the report. */
export async function build(
	options: Pick<BuildOptions, "input" | "out"> & Partial<BuildOptions>,
): Promise<Omit<StreamedReport, "rejects"> & { rejects: RejectReport[] }> {
	const reports: (Omit<StreamedReport, "rejects"> & {
		rejects: RejectReport[];
	})[] = [];
	const work = `${options.out}.work`;
	await buildLake(
		{ ...DEFAULT_PARSE_OPTIONS, work, ...options },
		async (report) => {
			reports.push({
				...report,
				rejects: await Array.fromAsync(report.rejects()),
			});
		},
	);
	const [report] = reports;
	if (report === undefined) throw new Error("the build gave no report");
	return report;
}

/** Runs SQL on a native DuckDB that knows nothing of us but the lake's folder. */
export async function queryLake(
	lake: string,
	sql: (table: (name: string) => string) => string,
): Promise<Record<string, unknown>[]> {
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	try {
		const table = (name: string) =>
			`read_parquet(${literal(`${lake}/${name}/**/*.parquet`)}, hive_partitioning = true)`;
		const reader = await connection.runAndReadAll(sql(table));
		return reader.getRowObjectsJson();
	} finally {
		connection.closeSync();
		instance.closeSync();
	}
}
