import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { plainRows } from "../support/plain-rows.ts";

/** Rows of SQL over the tables of a site's lake, by native DuckDB; BIGINT is a number. */
export async function lakeRows(
	site: string,
	tables: readonly string[],
	sql: string,
): Promise<Record<string, unknown>[]> {
	const instance = await DuckDBInstance.create();
	const connection = await instance.connect();
	try {
		for (const table of tables)
			await connection.run(
				`CREATE VIEW ${table} AS FROM read_parquet('${join(site, "lake", table).replaceAll("'", "''")}/**/*.parquet', hive_partitioning = true)`,
			);
		return plainRows(await connection.runAndReadAll(sql));
	} finally {
		connection.closeSync();
		instance.closeSync();
	}
}
