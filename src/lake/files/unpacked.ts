import { FileError } from "../../lib/formats/file-error.ts";

/**
 * The bytes of a file, of a packed one (gzip, told by how it begins) the unpacked
 * ones. Throws a FileError where it is cut off, which DuckDB's own readers accept
 * at a line's end, or damaged.
 */
export async function* unpacked(file: Blob): AsyncGenerator<Uint8Array> {
	if (!(await isPacked(file))) {
		yield* chunksOf(file.stream());
		return;
	}
	try {
		yield* chunksOf(file.stream().pipeThrough(new DecompressionStream("gzip")));
	} catch (cause) {
		throw new FileError("the compressed data are cut off or damaged", {
			cause,
		});
	}
}

/** The file itself where it is not packed. */
export async function unpackedBlob(file: Blob): Promise<Blob> {
	if (!(await isPacked(file))) return file;
	const parts: BlobPart[] = [];
	for await (const chunk of unpacked(file))
		parts.push(chunk as Uint8Array<ArrayBuffer>);
	return new Blob(parts);
}

async function isPacked(file: Blob): Promise<boolean> {
	const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
	return first === 0x1f && second === 0x8b;
}

/** Not every browser iterates over streams. */
async function* chunksOf(
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
