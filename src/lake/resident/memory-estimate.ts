import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { fileColumns } from "../fetch/pieces.ts";
import type { RowGroupReference } from "../types.ts";
import type { Store } from "./store.ts";

/** Strings, lists and structs: Arrow's and DuckDB's overhead per row, and growth on decompression. */
const VARIABLE_ROW_BYTES = 16;
const VARIABLE_GROWTH = 4;

const FIXED_BYTES: Readonly<Record<string, number>> = {
	BOOLEAN: 1,
	TINYINT: 1,
	UTINYINT: 1,
	SMALLINT: 2,
	USMALLINT: 2,
	INTEGER: 4,
	UINTEGER: 4,
	FLOAT: 4,
	DATE: 4,
	BIGINT: 8,
	UBIGINT: 8,
	DOUBLE: 8,
	TIME: 8,
	TIMESTAMP: 8,
	TIMESTAMP_S: 8,
	TIMESTAMP_MS: 8,
	TIMESTAMP_NS: 8,
	"TIMESTAMP WITH TIME ZONE": 8,
	"TIME WITH TIME ZONE": 8,
	INTERVAL: 16,
	UUID: 16,
	HUGEINT: 16,
	UHUGEINT: 16,
};

/** Bytes that some columns of some row groups take in the engine's memory, about. */
export function estimateBytes(
	table: CatalogTable,
	columns: readonly string[],
	rowGroups: readonly RowGroupReference[],
): number {
	const inFile = fileColumns(table);
	let bytes = 0;
	for (const { name, type } of table.columns) {
		if (!columns.includes(name)) continue;
		const fixed = FIXED_BYTES[type] ?? (type.startsWith("DECIMAL") ? 16 : 0);
		const index = inFile.indexOf(name);
		for (const { file, index: group } of rowGroups) {
			const rowGroup = file.rowGroups[group];
			const packed = rowGroup?.chunks[index]?.[1] ?? 0;
			const width = fixed === 0 ? VARIABLE_ROW_BYTES : fixed;
			bytes += (rowGroup?.rows ?? 0) * width;
			if (fixed === 0) bytes += packed * VARIABLE_GROWTH;
		}
	}
	return bytes;
}

/** Of the columns that are in no file, and so in no Arrow stream. */
export function partitionRowBytes({ table, columns }: Store): number {
	const keys = columns.filter((name) => table.partitionKeys.includes(name));
	return keys.length * VARIABLE_ROW_BYTES;
}
