import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { literal } from "../src/lib/sql/literal.ts";

/** Where `workers/engine-files.ts` finds them, below the repository's root. */
const FOLDER = join(".cache", "engine");

/** Packed here, because many static hosts do not compress: 36 MB would travel instead of 8. */
const FILES = [
	["@duckdb/duckdb-wasm/dist/duckdb-eh.wasm", "duckdb-eh.wasm.gz"],
	["@duckdb/duckdb-wasm/dist/duckdb-coi.wasm", "duckdb-coi.wasm.gz"],
	["parquet-wasm/esm/parquet_wasm_bg.wasm", "parquet.wasm.gz"],
] as const;

/**
 * Packs the engine's WebAssembly for the site's build, where it is not packed yet
 * from the version that is installed. Takes some seconds the first time.
 */
export async function makeEngineAssets(): Promise<void> {
	const { resolve } = createRequire(import.meta.url);
	await mkdir(FOLDER, { recursive: true });
	await Promise.all(
		FILES.map(async ([name, packed]) => {
			const from = resolve(name);
			const to = join(FOLDER, packed);
			const made = await stat(to).catch(() => null);
			if (made !== null && made.mtimeMs > (await stat(from)).ctimeMs) return;
			await pipeline(
				createReadStream(from),
				createGzip({ level: constants.Z_BEST_COMPRESSION }),
				createWriteStream(`${to}.part`),
			);
			await rename(`${to}.part`, to);
		}),
	);
	await makeSample(join(FOLDER, "sample.parquet"));
}

/** A few kB of Parquet as the lake's files are, for the engine to warm up with. */
async function makeSample(path: string): Promise<void> {
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	try {
		await connection.run(
			`COPY (
				SELECT
					TIMESTAMP '2024-01-01' + to_minutes(i) AS ts,
					(i * 7919) % 1000 AS n,
					((i * 7919) % 1000) / 8.0::DOUBLE AS value,
					'name ' || (i % 300) AS name
				FROM range(122880) AS numbers(i)
			) TO ${literal(`${path}.part`)} (
				FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V2,
				WRITE_BLOOM_FILTER false
			)`,
		);
		await rename(`${path}.part`, path);
	} finally {
		connection.closeSync();
		instance.closeSync();
	}
}
