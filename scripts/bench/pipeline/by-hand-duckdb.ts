import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { literal, literalList } from "../../../src/lib/sql/literal.ts";
import { peakBytes } from "../../steps/memory.ts";

/** The pipeline's shuffle and sort of flights as one would write them by hand: on all cores, in one process. */
const [input = "", out = ""] = process.argv.slice(2);
const started = performance.now();
const instance = await DuckDBInstance.create(":memory:", {
	memory_limit: "640MB",
	temp_directory: join(out, "spill"),
});
const connection = await instance.connect();
await connection.run("SET preserve_insertion_order = false");
const shuffled = join(out, "shuffled");
await connection.run(
	`COPY (SELECT *, strftime(date, '%Y-%m') AS month FROM read_parquet(${literal(`${input}/*.parquet`)}))
	TO ${literal(shuffled)} (FORMAT parquet, PARTITION_BY (month), COMPRESSION zstd, COMPRESSION_LEVEL 1,
	WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE 20480)`,
);
for (const month of (await readdir(shuffled)).sort()) {
	const files = (await readdir(join(shuffled, month))).map((name) =>
		join(shuffled, month, name),
	);
	await connection.run(
		`COPY (SELECT * FROM read_parquet(${literalList(files)}, hive_partitioning = false)
			ORDER BY date, origin, destination, delay, distance)
		TO ${literal(join(out, `${month}.parquet`))} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V2,
		WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE 122880)`,
	);
}
connection.closeSync();
instance.closeSync();
console.log(
	JSON.stringify({
		seconds: (performance.now() - started) / 1000,
		peak: peakBytes(),
	}),
);
