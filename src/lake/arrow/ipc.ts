import { MessageReader } from "apache-arrow";

const CONTINUATION = 0xff_ff_ff_ff;
/** Continuation marker and a length of zero. */
const END_OF_STREAM_BYTES = 8;
/** `MessageHeader.DictionaryBatch` of Arrow's Message.fbs. */
const DICTIONARY_BATCH = 2;

/**
 * Joins Arrow IPC streams of one schema, each with its end-of-stream, into one: a
 * single large insert costs DuckDB less than many small ones. Null where a stream
 * holds dictionaries, which would replace each other.
 */
export function joinStreams(streams: readonly Uint8Array[]): Uint8Array | null {
	if (streams.length === 1) return streams[0] ?? null;
	const parts: Uint8Array[] = [];
	for (const [index, stream] of streams.entries()) {
		const schemaEnd = messageEnd(stream, 0);
		const end = stream.length - END_OF_STREAM_BYTES;
		if (end > schemaEnd && messageType(stream, schemaEnd) === DICTIONARY_BATCH)
			return null;
		const isLast = index === streams.length - 1;
		parts.push(
			stream.subarray(index === 0 ? 0 : schemaEnd, isLast ? undefined : end),
		);
	}
	return concatenate(parts);
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
	const bytes = new Uint8Array(
		parts.reduce((sum, part) => sum + part.length, 0),
	);
	let at = 0;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}

/** Where the metadata of the message at `at` ends; a schema has no body. */
function messageEnd(stream: Uint8Array, at: number): number {
	const view = viewOf(stream);
	if (view.getUint32(at, true) !== CONTINUATION)
		throw new Error("not an Arrow IPC stream");
	return at + 8 + view.getInt32(at + 4, true);
}

/** The flatbuffer `Message.header_type`, its second field, of the message at `at`. */
function messageType(stream: Uint8Array, at: number): number {
	const view = viewOf(stream);
	const start = at + 8;
	const table = start + view.getUint32(start, true);
	const fields = table - view.getInt32(table, true);
	return view.getUint8(table + view.getUint16(fields + 6, true));
}

function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const FILE_MAGIC = "ARROW1";
/** Magic and padding before the first message of a file. */
const FILE_HEAD_BYTES = 8;
/** Length of the footer, and magic. */
const FILE_END_BYTES = 10;

/**
 * DuckDB's answer as a stream with exactly one end-of-stream: some of its ways to
 * answer give Arrow's file format, others a stream that just stops.
 */
export function asStream(ipc: Uint8Array): Uint8Array {
	const stream = messagesOf(ipc);
	const last = stream.subarray(-END_OF_STREAM_BYTES);
	return last.every((byte, at) => byte === END_OF_STREAM[at])
		? stream
		: concatenate([stream, END_OF_STREAM]);
}

/** Rows of DuckDB's answer, of which no value is looked at. */
export function rowsIn(ipc: Uint8Array): number {
	const reader = new MessageReader(messagesOf(ipc));
	let rows = 0;
	for (const message of reader) {
		if (message.isRecordBatch()) rows += message.header().length;
		reader.readMessageBody(message.bodyLength);
	}
	return rows;
}

/** What lies between the frames of a file, or all of a stream. */
function messagesOf(ipc: Uint8Array): Uint8Array {
	const magic = new TextDecoder("latin1").decode(
		ipc.subarray(0, FILE_MAGIC.length),
	);
	if (magic !== FILE_MAGIC) return ipc;
	const end = ipc.length - FILE_END_BYTES;
	const view = new DataView(ipc.buffer, ipc.byteOffset, ipc.byteLength);
	return ipc.subarray(FILE_HEAD_BYTES, end - view.getInt32(end, true));
}

const END_OF_STREAM = new Uint8Array([255, 255, 255, 255, 0, 0, 0, 0]);
