import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { FileError, type SourceFile } from "../datasets/dataset.ts";

/**
 * The bytes of a file, of a `.gz` the unpacked ones, in pieces of some ten kB.
 * Throws a FileError where the file is empty, or the packed data are damaged or
 * cut off (which DuckDB's own readers accept at a line's end).
 */
export async function* fileBytes(file: SourceFile): AsyncGenerator<Uint8Array> {
	if (file.bytes === 0) throw new FileError("the file is empty");
	const raw = createReadStream(file.absolutePath, { highWaterMark: 1 << 18 });
	if (!file.path.toLowerCase().endsWith(".gz")) {
		yield* raw;
		return;
	}
	const unpacked = createGunzip({ chunkSize: 1 << 18 });
	raw.on("error", (error) => unpacked.destroy(error));
	raw.pipe(unpacked);
	try {
		let bytes = 0;
		for await (const chunk of unpacked as AsyncIterable<Uint8Array>) {
			bytes += chunk.length;
			yield chunk;
		}
		if (bytes === 0) throw new FileError("the compressed file is empty");
	} catch (cause) {
		if (cause instanceof Error && "code" in cause) {
			if (cause.code === "Z_BUF_ERROR")
				throw new FileError("the compressed data are cut off", { cause });
			if (String(cause.code).startsWith("Z_"))
				throw new FileError(`not valid gzip: ${cause.message}`, { cause });
		}
		throw cause;
	} finally {
		raw.destroy();
		unpacked.destroy();
	}
}

export interface LookedAt {
	/** The beginning; shorter than asked for where the stream ends before. */
	readonly head: Uint8Array;
	/** The whole stream, beginning included. */
	readonly all: AsyncGenerator<Uint8Array>;
}

/**
 * Takes the beginning off a stream, up to `length` bytes, for a look at what kind
 * it is. UTF-16 that begins with its mark, as spreadsheets and editors of Windows
 * write it, comes as UTF-8; a FileError where it is not valid.
 */
export async function lookAhead(
	chunks: AsyncGenerator<Uint8Array>,
	length: number,
): Promise<LookedAt> {
	const plain = await lookAtBytes(chunks, length);
	const [first, second] = plain.head;
	if (first === 0xff && second === 0xfe)
		return lookAtBytes(fromUtf16(plain.all, "utf-16le"), length);
	if (first === 0xfe && second === 0xff)
		return lookAtBytes(fromUtf16(plain.all, "utf-16be"), length);
	return plain;
}

async function* fromUtf16(
	chunks: AsyncGenerator<Uint8Array>,
	encoding: "utf-16le" | "utf-16be",
): AsyncGenerator<Uint8Array> {
	const decoder = new TextDecoder(encoding, { fatal: true });
	let line = 1;
	const decode = (chunk?: Uint8Array): Uint8Array => {
		try {
			const text = decoder.decode(chunk, { stream: chunk !== undefined });
			line += text.split("\n").length - 1;
			return Buffer.from(text);
		} catch (cause) {
			throw new FileError(`not valid ${encoding.toUpperCase()}`, {
				line,
				cause,
			});
		}
	};
	for await (const chunk of chunks) yield decode(chunk);
	yield decode();
}

async function lookAtBytes(
	chunks: AsyncGenerator<Uint8Array>,
	length: number,
): Promise<LookedAt> {
	const taken: Uint8Array[] = [];
	let bytes = 0;
	while (bytes < length) {
		const { value, done } = await chunks.next();
		if (done) break;
		taken.push(value);
		bytes += value.length;
	}
	const head = Buffer.concat(taken);
	return {
		head,
		all: (async function* () {
			yield head;
			yield* chunks;
		})(),
	};
}

/** The path without `.gz`, in lower case, for a look at the ending. */
export function plainName(path: string): string {
	return path.toLowerCase().replace(/\.gz$/, "");
}
