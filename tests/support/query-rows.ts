import type { DuckDBInstance } from "@duckdb/node-api";
import { expect } from "vitest";
import type { Query } from "../../src/queries/sql.ts";

/**
 * Rows of a query on native DuckDB, which must be the same with its parameters
 * bound and as it is displayed. Whole numbers come as numbers.
 */
export async function queryRows(
	tables: DuckDBInstance,
	query: Query,
): Promise<Record<string, unknown>[]> {
	const connection = await tables.connect();
	try {
		const answer = async (text: string, params: Query["params"]) =>
			(await connection.runAndReadAll(text, [...params]))
				.getRowObjectsJS()
				.map((row) =>
					Object.fromEntries(
						Object.entries(row).map(([name, value]) => [
							name,
							typeof value === "bigint" ? Number(value) : value,
						]),
					),
				);
		const rows = await answer(query.sql, query.params);
		expect(await answer(query.display, [])).toEqual(rows);
		return rows;
	} finally {
		connection.closeSync();
	}
}
