import type { DuckDBConnection } from "@duckdb/node-api";
import type { Catalog } from "../../src/lib/catalog/catalog.ts";
import type { SourceTable } from "./generate.ts";
import { quoted } from "./lake.ts";

/** Values of a column that queries ask about, and so many bounds of its files. */
const SAMPLES = 10;
const BOUNDS = 6;

/** Files of a table that queries name. */
const FILES = 3;

/** Each column with some of its values, some of them first or last in a file; those of nested types without. */
export async function withValues(
	catalog: Catalog,
	native: DuckDBConnection,
): Promise<SourceTable[]> {
	const tables: SourceTable[] = [];
	for (const { name, rows, columns, partitionKeys } of catalog.tables) {
		const valued = [];
		for (const column of columns) {
			const value = quoted(column.name);
			const reader = await native.runAndReadAll(
				`WITH all_of_them AS (SELECT ${value} AS value, filename FROM ${quoted(`${name} by file`)} WHERE value IS NOT NULL),
					bounds AS (SELECT unnest([min(value), max(value)]) AS value FROM all_of_them GROUP BY filename)
				SELECT CAST(value AS VARCHAR) FROM (
					(SELECT DISTINCT value FROM all_of_them ORDER BY hash(CAST(value AS VARCHAR)) LIMIT ${SAMPLES})
					UNION (SELECT DISTINCT value FROM bounds ORDER BY hash(CAST(value AS VARCHAR)) LIMIT ${BOUNDS})
				) ORDER BY value`,
			);
			const found = reader.getRows().map(([text]) => String(text));
			const values = /STRUCT|MAP|\[\]/.test(column.type)
				? []
				: found.length > 0
					? found
					: ["1", "5"];
			valued.push({ name: column.name, type: column.type, values });
		}
		const named = await native.runAndReadAll(
			`SELECT DISTINCT filename FROM ${quoted(`${name} by file`)} ORDER BY hash(regexp_extract(filename, '[^/]*/[^/]*$')) LIMIT ${FILES}`,
		);
		const files = named.getRows().map(([path]) => String(path));
		tables.push({ name, rows, columns: valued, files, partitionKeys });
	}
	return tables;
}
