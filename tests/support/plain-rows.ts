import type { DuckDBResultReader } from "@duckdb/node-api";

/** Rows as plain objects, in which a BIGINT is a number. */
export function plainRows(
	reader: DuckDBResultReader,
): Record<string, unknown>[] {
	return reader
		.getRowObjectsJS()
		.map((row) =>
			Object.fromEntries(
				Object.entries(row).map(([name, value]) => [
					name,
					typeof value === "bigint" ? Number(value) : value,
				]),
			),
		);
}
