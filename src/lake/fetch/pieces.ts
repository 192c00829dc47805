import type { CatalogTable, ManifestFile } from "../../lib/catalog/catalog.ts";
import { decodedColumns } from "../decode/decode.ts";
import { LakeError } from "../errors.ts";
import type { RowGroupReference } from "../types.ts";
import type { Piece } from "./ranges.ts";

/** Columns that are in the table's files, in their order: one chunk each. */
export function fileColumns(table: CatalogTable): string[] {
	return table.columns
		.map((column) => column.name)
		.filter((name) => !table.partitionKeys.includes(name));
}

/** Columns of the files that bring `wanted`, in the files' order; partition keys are in none. */
export function columnsToDecode(
	table: CatalogTable,
	wanted: readonly string[],
): string[] {
	const inFile = fileColumns(table);
	return decodedColumns(
		inFile,
		wanted.filter((name) => inFile.includes(name)),
	);
}

/** The chunks of some columns of a row group. */
export function chunkPieces(
	table: CatalogTable,
	{ file, index }: RowGroupReference,
	columns: readonly string[],
): Piece[] {
	const inFile = fileColumns(table);
	return columns.map((column) => {
		const chunk = file.rowGroups[index]?.chunks[inFile.indexOf(column)];
		if (chunk === undefined)
			throw new LakeError(
				"FetchError",
				`${file.path}: the manifest lacks column ${column} of row group ${index}; build the lake again`,
			);
		const [startByte, byteLength, checksum] = chunk;
		return {
			path: file.path,
			startByte,
			endByte: startByte + byteLength,
			checksum,
			foreign: file.foreign,
			urgent: false,
		};
	});
}

/** Nothing of a file can be decoded without its tail, so it travels first. */
export function tailPiece(file: ManifestFile): Piece {
	return {
		path: file.path,
		startByte: file.tailStart,
		endByte: file.bytes,
		checksum: file.tailChecksum,
		foreign: file.foreign,
		urgent: true,
	};
}
