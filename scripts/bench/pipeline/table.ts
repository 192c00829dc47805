import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { literal } from "../../storage/sql-text.ts";
import { type Figure, untargeted } from "../figure.ts";
import { runBuild } from "./run-build.ts";

const SIZES = [10_000_000, 100_000_000];
const FILE_ROWS = 2_500_000;
const PROCESSES = [1, 2, 4];
/** Of the hand-written SQL's rows a second. */
const TARGET_SHARE = 0.8;
const TARGET_MEMORY = 1000;

/** What writes the same sorted months without us. */
const RIVALS = ["duckdb", "polars"] as const;

/**
 * Flights of ten years in random order, to a lake of months in order: our command with 1, 2
 * and 4 processes, beside the same shuffle and sort by hand in DuckDB's SQL on all cores,
 * and in Polars where that is installed (npm install --no-save nodejs-polars and its
 * package of this platform).
 */
export async function bench(): Promise<Figure[]> {
	const figures: Figure[] = [];
	for (const rows of SIZES) {
		const folder = await mkdtemp(join(tmpdir(), "lakeside-table-"));
		try {
			const id = `pipeline.${rows / 1e6}M`;
			const input = join(folder, "input", "flights");
			await writeFlights(input, rows);
			const rates = new Map<string, number>();
			for (const rival of RIVALS) {
				const ran = await runRival(rival, input, join(folder, rival));
				if (ran === null) continue;
				rates.set(rival, rows / ran.seconds);
				figures.push(
					untargeted(
						`${id}.${rival}`,
						`${rival} by hand: rows a second, at most ${Math.round(ran.peak / 1e6)} MB in its process`,
						rows / ran.seconds / 1e6,
						"million rows/s",
					),
				);
				await rm(join(folder, rival), { recursive: true, force: true });
			}
			for (const processes of PROCESSES) {
				const { report, seconds, peak } = await runBuild(folder, [
					"--processes",
					String(processes),
				]);
				if (report.exitCode !== 0 || report.tables[0]?.rows !== rows)
					throw new Error(`the build is not right: exit ${report.exitCode}`);
				const share = rows / seconds / (rates.get("duckdb") ?? Number.NaN);
				figures.push(
					untargeted(
						`${id}.${processes}`,
						`Ours, ${processes} processes: rows a second, start of the command to its end`,
						rows / seconds / 1e6,
						"million rows/s",
					),
					{
						id: `${id}.${processes}.share`,
						what: "Of that, of the rate of DuckDB by hand",
						value: share,
						unit: "times",
						target: processes === 2 ? TARGET_SHARE : null,
						met: processes === 2 ? share >= TARGET_SHARE : null,
					},
					{
						id: `${id}.${processes}.memory`,
						what: "Peak resident memory (VmHWM) of its largest process",
						value: peak / 1e6,
						unit: "MB",
						target: TARGET_MEMORY,
						met: peak / 1e6 <= TARGET_MEMORY,
					},
				);
				for (const made of ["lake", "work"])
					await rm(join(folder, made), { recursive: true, force: true });
			}
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	}
	return figures;
}

/** Flights in no order, in files of {@link FILE_ROWS}; the same every time. */
async function writeFlights(folder: string, rows: number): Promise<void> {
	await mkdir(folder, { recursive: true });
	const instance = await DuckDBInstance.create(":memory:", {
		memory_limit: "1GB",
	});
	const connection = await instance.connect();
	await connection.run("SET preserve_insertion_order = false");
	for (let first = 0; first < rows; first += FILE_ROWS)
		await connection.run(
			`COPY (
				SELECT TIMESTAMP '1995-01-01' + to_minutes((hash(n) % 5256000)::BIGINT) AS date,
					(hash(n + 1) % 300)::BIGINT - 60 AS delay,
					100 + (hash(n + 2) % 4000)::BIGINT AS distance,
					'A' || (hash(n + 3) % 300) AS origin, 'A' || (hash(n + 4) % 300) AS destination
				FROM range(${first}, ${first + FILE_ROWS}) AS numbers(n)
			) TO ${literal(join(folder, `${String(first).padStart(10, "0")}.parquet`))} (FORMAT parquet, COMPRESSION zstd)`,
		);
	connection.closeSync();
	instance.closeSync();
}

/** Runs a rival in a process of its own; null where it is not installed. */
async function runRival(
	rival: (typeof RIVALS)[number],
	input: string,
	out: string,
): Promise<{ seconds: number; peak: number } | null> {
	await mkdir(out, { recursive: true });
	const script = fileURLToPath(
		new URL(`./by-hand-${rival}.ts`, import.meta.url),
	);
	const child = spawn(process.execPath, [script, input, out], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const parts: Buffer[] = [];
	for await (const part of child.stdout) parts.push(part as Buffer);
	return JSON.parse(Buffer.concat(parts).toString());
}
