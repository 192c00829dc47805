import {
	type Data,
	Field,
	makeData,
	RecordBatch,
	Schema,
	Struct,
	Table,
	tableFromIPC,
	tableToIPC,
	Utf8,
} from "apache-arrow";
import { decompress } from "fzstd";
import {
	type AsyncBuffer,
	type FileMetaData,
	parquetMetadataAsync,
	parquetReadObjects,
} from "hyparquet";

import { concatenate } from "../arrow/ipc.ts";
import type { FileBytes } from "./sparse-file.ts";

/**
 * A decoded row group of a file with its INTERVAL columns read anew, since
 * parquet-wasm leaves out the months. They become text that DuckDB casts to the
 * very interval, whatever the sign of its parts; all other columns stay as they
 * are. `file` holds the columns' chunks and the tail, `names` are columns of the
 * row group whose type is INTERVAL, not a list or struct of it.
 */
export async function withWholeIntervals(
	ipc: Uint8Array,
	file: FileBytes,
	rowGroup: number,
	names: readonly string[],
): Promise<Uint8Array> {
	const buffer: AsyncBuffer = {
		byteLength: file.size,
		slice: (start, end = file.size) => file.slice(start, end).arrayBuffer(),
	};
	const metadata = asBytes(await parquetMetadataAsync(buffer), names);
	const rowsOf = (index: number) =>
		Number(metadata.row_groups[index]?.num_rows ?? 0);
	let rowStart = 0;
	for (let index = 0; index < rowGroup; index += 1) rowStart += rowsOf(index);
	const rows = await parquetReadObjects({
		file: buffer,
		metadata,
		columns: [...names],
		rowStart,
		rowEnd: rowStart + rowsOf(rowGroup),
		utf8: false,
		compressors: {
			ZSTD: (input, outputLength) =>
				decompress(input, new Uint8Array(outputLength)),
		},
	});
	return replaced(ipc, (name, start, count) =>
		names.includes(name)
			? rows.slice(start, start + count).map((row) => intervalText(row[name]))
			: null,
	);
}

/** The stream with text in some of its columns; null leaves a column as it is. */
function replaced(
	ipc: Uint8Array,
	textsOf: (
		name: string,
		start: number,
		count: number,
	) => (string | null)[] | null,
): Uint8Array {
	let start = 0;
	const batches = tableFromIPC(ipc).batches.map(({ data, schema, numRows }) => {
		const fields: Field[] = [];
		const children: Data[] = [];
		for (const [index, field] of schema.fields.entries()) {
			const texts = textsOf(field.name, start, numRows);
			fields.push(
				texts === null ? field : new Field(field.name, new Utf8(), true),
			);
			children.push(
				texts === null ? (data.children[index] as Data) : textData(texts),
			);
		}
		start += numRows;
		return new RecordBatch(
			new Schema(fields),
			makeData({ type: new Struct(fields), length: numRows, children }),
		);
	});
	return tableToIPC(new Table(batches), "stream");
}

/** Made of its buffers: Arrow's builders compile code, which the page's policy forbids. */
function textData(texts: readonly (string | null)[]): Data<Utf8> {
	const encoder = new TextEncoder();
	const encoded = texts.map((text) => encoder.encode(text ?? ""));
	const valueOffsets = new Int32Array(texts.length + 1);
	const nullBitmap = new Uint8Array(Math.ceil(texts.length / 8));
	for (const [index, { length }] of encoded.entries()) {
		valueOffsets[index + 1] = (valueOffsets[index] as number) + length;
		if (texts[index] !== null)
			nullBitmap[index >> 3] =
				(nullBitmap[index >> 3] ?? 0) | (1 << (index & 7));
	}
	return makeData({
		type: new Utf8(),
		length: texts.length,
		nullCount: texts.filter((text) => text === null).length,
		nullBitmap,
		valueOffsets,
		data: concatenate(encoded),
	});
}

/** hyparquet knows no intervals; without that name they are twelve bytes each. */
function asBytes(
	metadata: FileMetaData,
	names: readonly string[],
): FileMetaData {
	return {
		...metadata,
		schema: metadata.schema.map((element) =>
			names.includes(element.name) && element.type_length === 12
				? { ...element, converted_type: undefined, logical_type: undefined }
				: element,
		),
	};
}

/** Months, days and milliseconds, little-endian; DuckDB takes the first two as signed. */
function intervalText(value: unknown): string | null {
	if (value === null) return null;
	if (!(value instanceof Uint8Array) || value.length !== 12)
		throw new Error(`an interval is no twelve bytes: ${value}`);
	const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
	return `${view.getInt32(0, true)} months ${view.getInt32(4, true)} days ${view.getUint32(8, true)} milliseconds`;
}
