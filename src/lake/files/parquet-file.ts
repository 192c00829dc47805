import {
	type ColumnMetaData,
	type FileMetaData,
	parquetMetadata,
	parquetSchema,
	type SchemaTree,
} from "hyparquet";
import type {
	ForeignFile,
	ManifestChunk,
	ManifestFile,
	ManifestRowGroup,
} from "../../lib/catalog/catalog.ts";
import type { Column } from "../../lib/catalog/tables.ts";
import { LakeError } from "../errors.ts";
import { boundsOf, RAW_STATISTICS } from "./parquet-bounds.ts";
import { typeOfColumn, UnmappedType } from "./parquet-types.ts";

/** The length of the footer and the file's mark: its last 8 bytes. */
const END_BYTES = 8;

/** Reads `[startByte, endByte)` of a file. */
export type ReadRange = (
	startByte: number,
	endByte: number,
) => Promise<Uint8Array>;

/** A Parquet file as the planner knows files, with its columns. */
export interface ParquetFile {
	readonly columns: readonly Column[];
	readonly manifest: ManifestFile;
	/** `[manifest.tailStart, manifest.bytes)` */
	readonly tail: Uint8Array;
}

/**
 * Reads the tail of a Parquet file: what it holds, where, and within which bounds.
 * `end` is the file's end as far as it has been read. Throws `FetchError` where it
 * is no Parquet file, `UnsupportedError` where a column has no type here. `name`
 * is what the visitor calls the file.
 */
export async function openParquet(
	file: {
		readonly name: string;
		/** Under which the source knows it. */
		readonly path: string;
		readonly bytes: number;
		readonly foreign: ForeignFile;
	},
	end: Uint8Array,
	read: ReadRange,
): Promise<ParquetFile> {
	const { name, bytes } = file;
	const footerStart = bytes - END_BYTES - footerBytes(name, bytes, end);
	let tail = await extended(end, bytes, footerStart, read);
	const metadata = parse(name, tail);
	const columns = columnsOf(name, metadata);
	const tailStart = startOfTail(metadata, footerStart);
	tail = await extended(tail, bytes, tailStart, read);
	return {
		columns: columns.map(({ tree, type }) => ({
			name: tree.element.name,
			type,
			unit: null,
			description: "",
		})),
		manifest: {
			path: file.path,
			bytes,
			tailStart,
			tailChecksum: null,
			partition: {},
			rowGroups: metadata.row_groups.map((group) =>
				readRowGroup(name, columns, group, tailStart),
			),
			foreign: file.foreign,
		},
		tail: tail.slice(tail.length - (bytes - tailStart)),
	};
}

function footerBytes(name: string, bytes: number, end: Uint8Array): number {
	const mark = new TextDecoder("latin1").decode(end.subarray(-4));
	if (mark === "PARE")
		throw new LakeError(
			"UnsupportedError",
			`${name} is encrypted: write it without encryption`,
		);
	const view = new DataView(end.buffer, end.byteOffset, end.byteLength);
	const length =
		end.length < END_BYTES ? 0 : view.getUint32(end.length - END_BYTES, true);
	if (mark !== "PAR1" || length === 0 || length + END_BYTES + 4 > bytes)
		throw notParquet(name, bytes);
	return length;
}

function notParquet(name: string, bytes: number, cause?: unknown): LakeError {
	return new LakeError(
		"FetchError",
		bytes === 0
			? `${name} is empty`
			: `${name} is not a Parquet file, or not all of one: its end is not what a Parquet file ends in`,
		{ cause },
	);
}

/** The file's end from `start` on, of which `end` is there already. */
async function extended(
	end: Uint8Array,
	bytes: number,
	start: number,
	read: ReadRange,
): Promise<Uint8Array> {
	const known = bytes - end.length;
	if (start >= known) return end;
	const before = await read(start, known);
	const all = new Uint8Array(before.length + end.length);
	all.set(before);
	all.set(end, before.length);
	return all;
}

function parse(name: string, tail: Uint8Array): FileMetaData {
	try {
		return parquetMetadata(tail, {
			// The types say what its own parsers give.
			parsers: RAW_STATISTICS as never,
			geoparquet: false,
		});
	} catch (cause) {
		throw notParquet(name, tail.length, cause);
	}
}

interface FileColumn {
	readonly tree: SchemaTree;
	readonly type: string;
	/** Where its leaves stand among the file's. */
	readonly leaves: readonly number[];
}

function columnsOf(name: string, metadata: FileMetaData): FileColumn[] {
	const seen = new Map<string, string>();
	let leaf = 0;
	return parquetSchema(metadata).children.map((tree) => {
		const column = tree.element.name;
		const same = seen.get(column.toLowerCase());
		if (same !== undefined)
			throw new LakeError(
				"UnsupportedError",
				`${name} has two columns that SQL cannot tell apart, ${same} and ${column}: write it with other names`,
			);
		if (column === "")
			throw new LakeError(
				"UnsupportedError",
				`${name} has a column without a name: write it with one`,
			);
		seen.set(column.toLowerCase(), column);
		const leaves = Array.from({ length: leavesOf(tree) }, () => leaf++);
		try {
			return { tree, type: typeOfColumn(tree), leaves };
		} catch (cause) {
			if (!(cause instanceof UnmappedType)) throw cause;
			throw new LakeError(
				"UnsupportedError",
				`${name}: the column ${column} is ${cause.message}, which cannot be read here: write the file without it, or with another type`,
				{ cause },
			);
		}
	});
}

function leavesOf({ element, children }: SchemaTree): number {
	if (element.type !== undefined) return 1;
	return children.reduce((sum, child) => sum + leavesOf(child), 0);
}

/**
 * Where the decoder begins to read besides chunks: page indexes and the footer.
 * Bloom filters may lie before and are left out.
 */
function startOfTail(metadata: FileMetaData, footerStart: number): number {
	let start = footerStart;
	for (const { columns } of metadata.row_groups)
		for (const { column_index_offset, offset_index_offset } of columns)
			for (const offset of [column_index_offset, offset_index_offset])
				if (offset !== undefined && Number(offset) > 0)
					start = Math.min(start, Number(offset));
	return start;
}

function readRowGroup(
	name: string,
	columns: readonly FileColumn[],
	group: FileMetaData["row_groups"][number],
	tailStart: number,
): ManifestRowGroup {
	const chunks = columns.map(({ tree, type, leaves }): ManifestChunk => {
		const parts = leaves.map((leaf) => {
			const part = group.columns[leaf];
			if (part?.meta_data === undefined || part.file_path)
				throw new LakeError(
					"UnsupportedError",
					`${name}: the column ${tree.element.name} is encrypted or lies in another file: write it as one plain file`,
				);
			return part.meta_data;
		});
		const start = Math.min(...parts.map(startOf));
		const end = Math.max(...parts.map(endOf));
		if (!(start >= 0 && start <= end && end <= tailStart))
			throw new LakeError(
				"FetchError",
				`${name}: its footer points outside of the file; it is damaged, or not all there`,
			);
		const [only] = parts;
		const { min, max, nullCount } =
			tree.children.length === 0 &&
			tree.element.repetition_type !== "REPEATED" &&
			only !== undefined
				? boundsOf(tree.element, type, only.statistics)
				: { min: null, max: null, nullCount: null };
		return [start, end - start, null, min, max, nullCount];
	});
	const inOrder = [...chunks].sort((a, b) => a[0] - b[0]);
	let before = 0;
	for (const [start, length] of inOrder) {
		if (start < before)
			throw new LakeError(
				"UnsupportedError",
				`${name}: the columns' chunks lie within each other, which cannot be read here: write the file anew`,
			);
		before = start + length;
	}
	return { rows: Number(group.num_rows), chunks };
}

/** Some writers give 0 where there is no dictionary. */
function startOf(chunk: ColumnMetaData): number {
	const data = Number(chunk.data_page_offset);
	const dictionary = Number(chunk.dictionary_page_offset ?? 0);
	return dictionary > 0 && dictionary < data ? dictionary : data;
}

function endOf(chunk: ColumnMetaData): number {
	return startOf(chunk) + Number(chunk.total_compressed_size);
}
