import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { literal } from "../../../src/lib/sql/literal.ts";

const FILE_ROWS = 2_500_000;

/** What writes the same sorted months without us. */
export const RIVALS = ["duckdb", "polars"] as const;

/** Flights in no order, in files of {@link FILE_ROWS}; the same every time. */
export async function writeFlights(
	folder: string,
	rows: number,
): Promise<void> {
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
export async function runRival(
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
