import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { CatalogRollup, StartView } from "../../src/lib/catalog.ts";
import { openHasher } from "../../src/lib/hash.ts";
import { identifier } from "../../src/lib/identifier.ts";
import type {
	DatasetDefinition,
	RollupDefinition,
} from "../datasets/dataset.ts";
import { datasetNamed } from "../datasets/registry.ts";
import type { JobKind, JobResult } from "../jobs/execute.ts";
import type { Json } from "../jobs/job.ts";
import { openDatabase, rowsOf } from "../storage/duckdb.ts";
import { literal } from "../storage/sql-text.ts";
import { createLakeView, type LakeFile } from "./lake-views.ts";

export interface AggregateParams {
	readonly dataset: string;
	/** The publisher's, null for none; undefined where the data are to tell. */
	readonly startView?: StartView | null;
	/** The inputs, by table, called as in the lake. */
	readonly tables: Readonly<Record<string, readonly LakeFile[]>>;
}

export interface Aggregated {
	readonly startView: StartView | null;
	readonly rollups: readonly CatalogRollup[];
}

/** Makes a dataset's roll-ups out of its finished tables. */
export const aggregate: JobKind = async (json, context) => {
	const params = json as unknown as AggregateParams;
	const dataset = datasetNamed(params.dataset);
	const database = await openDatabase({ temporaryFolder: context.spill });
	const { connection } = database;
	try {
		for (const table of dataset.tables)
			await createLakeView(
				connection,
				table.contract,
				params.tables[table.name] ?? [],
				context.folder,
			);
		const startView =
			params.startView !== undefined
				? params.startView
				: ((await dataset.startView?.((sql) => rowsOf(connection, sql))) ??
					null);
		const outputs: JobResult["outputs"][number][] = [];
		const rollups: CatalogRollup[] = [];
		for (const definition of dataset.rollups) {
			context.signal.throwIfAborted();
			const file = `${definition.name}.parquet`;
			const rollup = await writeRollup(
				connection,
				dataset,
				definition,
				startView,
				join(context.out, file),
			);
			outputs.push({ file, store: "lake", key: rollup.path });
			rollups.push(rollup);
		}
		const value: Aggregated = { startView, rollups };
		return { outputs, value: value as unknown as Json };
	} finally {
		await database.close();
	}
};

/**
 * Aggregates a roll-up from the lake's views into one small sorted file. It keeps
 * to plain encodings, which a page reads without WebAssembly.
 */
export async function writeRollup(
	connection: DuckDBConnection,
	dataset: DatasetDefinition,
	definition: RollupDefinition,
	startView: StartView | null,
	file: string,
): Promise<CatalogRollup> {
	const { name } = definition;
	const sql =
		typeof definition.sql === "string"
			? definition.sql
			: await definition.sql((text) => rowsOf(connection, text), startView);
	const { columns } = definition;
	const casts = columns.map(
		(column) =>
			`${identifier(column.name)}::${column.type} AS ${identifier(column.name)}`,
	);
	const { rowsChanged: rows } = await connection.run(
		`COPY (SELECT ${casts.join(", ")} FROM (${sql}) ORDER BY ${definition.orderBy})
		TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V1, WRITE_BLOOM_FILTER false)`,
	);
	const bytes = await readFile(file);
	const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
	const checksum = await openHasher();
	return {
		name,
		dataset: dataset.name,
		path: `rollups/${name}-${digest}.parquet`,
		bytes: bytes.length,
		checksum: checksum(bytes),
		rows,
		columns,
		sql,
	};
}
