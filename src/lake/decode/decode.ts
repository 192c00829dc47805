import type { ParquetFile } from "parquet-wasm";
import type { DecodeRequest } from "../types.ts";
import { withWholeIntervals } from "./intervals.ts";
import { sparseFile } from "./sparse-file.ts";

/**
 * Decodes with one of parquet-wasm's builds, given by its `ParquetFile`. A range
 * that is missing makes it panic, and its instance is dead from then on.
 */
export async function decodeRowGroups(
	parquet: Pick<typeof ParquetFile, "fromFile">,
	{ fileBytes, ranges, columns, intervals = [], rowGroups }: DecodeRequest,
): Promise<Uint8Array[]> {
	const bytes = sparseFile(fileBytes, ranges);
	// Of a Blob parquet-wasm takes nothing but this.
	const file = await parquet.fromFile(bytes as Blob);
	try {
		const decoded: Uint8Array[] = [];
		const metadata = file.metadata();
		for (const rowGroup of rowGroups) {
			// One batch, and no larger: parquet-wasm takes memory for a whole one.
			const rows = metadata.rowGroup(rowGroup).numRows();
			const table = await file.read({
				columns: [...columns],
				rowGroups: [rowGroup],
				batchSize: Math.max(1, rows),
			});
			const ipc = table.intoIPCStream();
			decoded.push(
				intervals.length === 0
					? ipc
					: await withWholeIntervals(ipc, bytes, rowGroup, intervals),
			);
		}
		return decoded;
	} finally {
		file.free();
	}
}

/**
 * The columns to decode so that `wanted` come whole. parquet-wasm selects by the
 * prefix of a dotted path: `a` brings the column `a.b` along, and `a.b` the field
 * `b` of a struct `a`. Of such columns all are taken, so that none is half there.
 */
export function decodedColumns(
	fileColumns: readonly string[],
	wanted: readonly string[],
): string[] {
	const taken = new Set(wanted);
	for (let before = 0; before < taken.size; ) {
		before = taken.size;
		for (const column of fileColumns)
			for (const other of taken)
				if (
					column.startsWith(`${other}.`) ||
					(other.startsWith(`${column}.`) && fileColumns.includes(column))
				)
					taken.add(column);
	}
	return fileColumns.filter((column) => taken.has(column));
}
