import type { DuckDBInstance } from "@duckdb/node-api";
import { expect } from "vitest";
import type { Query } from "../../src/queries/sql.ts";
import { plainRows } from "./plain-rows.ts";

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
			plainRows(await connection.runAndReadAll(text, [...params]));
		const rows = await answer(query.sql, query.params);
		expect(await answer(query.display, [])).toEqual(rows);
		return rows;
	} finally {
		connection.closeSync();
	}
}
