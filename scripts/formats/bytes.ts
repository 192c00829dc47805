import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { FileError } from "../../src/lib/formats/file-error.ts";
import type { SourceFile } from "../datasets/dataset.ts";
import type { ArchivedFile } from "./archives/archived-file.ts";

const PIECE_BYTES = 1 << 18;

/** A file that is not larger is read at once, which costs less than a stream. */
const BYTES_AT_ONCE = 1 << 20;

/**
 * The bytes of a file, of a `.gz` the unpacked ones, in pieces of some ten kB.
 * Throws a FileError where the file is empty or packed twice, or the packed data are
 * damaged or cut off (which DuckDB's own readers accept at a line's end).
 */
export async function* fileBytes(
	file: Pick<SourceFile, "path" | "absolutePath" | "bytes">,
): AsyncGenerator<Uint8Array> {
	if (file.bytes === 0) throw new FileError("the file is empty");
	const isPacked = isGzip(file.path);
	if (!isPacked && file.bytes <= BYTES_AT_ONCE) {
		const all = await readFile(file.absolutePath);
		for (let at = 0; at < all.length; at += PIECE_BYTES)
			yield all.subarray(at, at + PIECE_BYTES);
		return;
	}
	const raw = createReadStream(file.absolutePath, {
		highWaterMark: PIECE_BYTES,
	});
	yield* isPacked ? unpacked(raw) : raw;
}

/** The bytes of a file within an archive, as those of a file of its name. */
export async function* entryBytes({
	name,
	bytes,
}: ArchivedFile): AsyncGenerator<Uint8Array> {
	if (isGzip(name)) {
		yield* unpacked(Readable.from(bytes));
		return;
	}
	let isEmpty = true;
	for await (const chunk of bytes) {
		isEmpty &&= chunk.length === 0;
		yield chunk;
	}
	if (isEmpty) throw new FileError("the file is empty");
}

function isGzip(path: string): boolean {
	return /\.t?gz$/i.test(path);
}

async function* unpacked(raw: Readable): AsyncGenerator<Uint8Array> {
	const unpacked = createGunzip({ chunkSize: PIECE_BYTES });
	raw.on("error", (error) => unpacked.destroy(error));
	raw.pipe(unpacked);
	try {
		let bytes = 0;
		for await (const chunk of unpacked as AsyncIterable<Uint8Array>) {
			if (bytes === 0 && chunk[0] === 0x1f && chunk[1] === 0x8b)
				throw new FileError("it is packed twice: unpack it once");
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

/** The path without `.gz`, in lower case, for a look at the ending. */
export function plainName(path: string): string {
	return path.toLowerCase().replace(/\.gz$/, "");
}
