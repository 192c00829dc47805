import { crc32 } from "node:zlib";
import type { Entry, ZipFile } from "yauzl";
import { FileError } from "../../../src/lib/formats/file-error.ts";
import { isSidecar } from "../../../src/lib/formats/sidecar.ts";
import type { SourceFile } from "../../datasets/dataset.ts";
import { type ArchivedFile, NothingOfKind } from "./archived-file.ts";
import { UnpackLimit } from "./unpack-limit.ts";

export function isZip(path: string): boolean {
	return path.toLowerCase().endsWith(".zip");
}

/**
 * The entries of a zip whose names are accepted, in its own order; each is to be read
 * before the next. The others are noted. Throws a FileError where the zip is damaged,
 * encrypted or cut off, or holds no such entry; reading an entry does where more is
 * unpacked than {@link UnpackLimit} allows.
 */
export async function* zipEntries(
	file: Pick<SourceFile, "absolutePath" | "bytes">,
	accepts: (name: string) => boolean,
	note: (text: string) => void,
): AsyncGenerator<ArchivedFile> {
	if (file.bytes === 0) throw new FileError("the file is empty");
	// Loaded where there is a zip: with all formats, each build loads this file.
	const { openPromise } = await import("yauzl");
	let zip: ZipFile;
	try {
		zip = await openPromise(file.absolutePath, { autoClose: false });
	} catch (cause) {
		throw damaged("not a whole zip: copy it again", cause);
	}
	try {
		let found = 0;
		const leftOut: string[] = [];
		const limit = new UnpackLimit(file.bytes);
		for await (const entry of entriesOf(zip)) {
			if (entry.fileName.endsWith("/") || isSidecar(entry.fileName)) continue;
			if (!accepts(entry.fileName)) {
				leftOut.push(entry.fileName);
				continue;
			}
			found += 1;
			let counted = 0;
			// It may be read from its start again, which unpacks nothing new.
			const onBytes = (position: number) => {
				if (position > counted) limit.add(position - counted);
				counted = Math.max(counted, position);
			};
			yield {
				name: entry.fileName,
				bytes: { [Symbol.asyncIterator]: () => bytesOf(zip, entry, onBytes) },
				// But for that, the others lie elsewhere.
				hasEnded: () => limit.isPassed,
			};
			limit.add(0);
		}
		if (leftOut.length > 0)
			note(
				`left out of the zip: ${leftOut.length} of other kinds, such as ${leftOut[0]}`,
			);
		if (found === 0) throw new NothingOfKind("zip");
	} finally {
		zip.close();
	}
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
	try {
		yield* zip.eachEntry();
	} catch (cause) {
		throw damaged("the zip is damaged", cause);
	}
}

async function* bytesOf(
	zip: ZipFile,
	entry: Entry,
	onBytes: (position: number) => void,
): AsyncGenerator<Uint8Array> {
	const where = `in ${entry.fileName}`;
	if (entry.isEncrypted())
		throw new FileError(
			`the zip is encrypted (${where}): unpack it with its password, and give what it holds`,
		);
	try {
		const stream = await zip.openReadStreamPromise(entry);
		let sum = 0;
		let position = 0;
		for await (const chunk of stream as AsyncIterable<Uint8Array>) {
			position += chunk.length;
			onBytes(position);
			sum = crc32(chunk, sum);
			yield chunk;
		}
		if (sum !== entry.crc32)
			throw new FileError(
				`the zip is damaged (${where}): its checksum is another; copy it again`,
			);
	} catch (cause) {
		throw damaged(`the zip is damaged (${where})`, cause);
	}
}

/** A FileError for what the zip is to blame for, else the error itself. */
function damaged(reason: string, cause: unknown): unknown {
	if (cause instanceof FileError || !(cause instanceof Error)) return cause;
	const { code } = cause as NodeJS.ErrnoException;
	return code === undefined || code.startsWith("Z_")
		? new FileError(`${reason}: ${cause.message}`, { cause })
		: cause;
}
