import { FileError } from "../../lib/formats/file-error.ts";
import { LakeError } from "../errors.ts";

/** A file that is read whole. */
export interface WholeFile {
	readonly name: string;
	readonly blob: Blob;
	/** Of an unpacked one. */
	readonly maxBytes: number;
}

/**
 * The bytes of a file, of a packed one (gzip, told by how it begins) the unpacked
 * ones. Throws a FileError where it is cut off, which DuckDB's own readers accept
 * at a line's end, or damaged; `OverBudgetError` as soon as it unpacks to too much.
 */
export async function* unpacked({
	name,
	blob,
	maxBytes,
}: WholeFile): AsyncGenerator<Uint8Array> {
	if (!(await isPacked(blob))) {
		yield* chunksOf(blob.stream());
		return;
	}
	let bytes = 0;
	for await (const chunk of gunzipped(blob.stream())) {
		bytes += chunk.length;
		if (bytes > maxBytes)
			throw new LakeError(
				"OverBudgetError",
				`${name} unpacks to more than the memory budget allows (${Math.round(maxBytes / 1e6)} MB)`,
			);
		yield chunk;
	}
}

/** The file itself where it is not packed. */
export async function unpackedBlob(file: WholeFile): Promise<Blob> {
	if (!(await isPacked(file.blob))) return file.blob;
	const parts: BlobPart[] = [];
	for await (const chunk of unpacked(file))
		parts.push(chunk as Uint8Array<ArrayBuffer>);
	return new Blob(parts);
}

/**
 * What is packed with gzip. Throws a FileError where it is cut off or damaged; a
 * FileError or LakeError of what it comes from stays the same.
 */
export async function* gunzipped(
	packed: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array> {
	try {
		yield* chunksOf(packed.pipeThrough(new DecompressionStream("gzip")));
	} catch (cause) {
		throw cause instanceof FileError || cause instanceof LakeError
			? cause
			: new FileError("the compressed data are cut off or damaged", { cause });
	}
}

async function isPacked(file: Blob): Promise<boolean> {
	const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
	return first === 0x1f && second === 0x8b;
}

/** What a stream holds; not every browser iterates over streams. */
export async function* chunksOf(
	stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array> {
	const reader = stream.getReader();
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			yield value;
		}
	} finally {
		await reader.cancel().catch(() => {});
	}
}
