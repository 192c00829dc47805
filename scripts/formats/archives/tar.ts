import { isSidecar } from "../../../src/lib/formats/sidecar.ts";
import { tarEntries } from "../../../src/lib/formats/tar.ts";
import type { SourceFile } from "../../datasets/dataset.ts";
import { fileBytes } from "../bytes.ts";
import { type ArchivedFile, NothingOfKind } from "./archived-file.ts";
import { UnpackLimit } from "./unpack-limit.ts";

/**
 * The files of a tar archive, also packed with gzip, whose names are accepted, in its
 * own order; each is read once, before the next. How many others there are is noted.
 * Throws a FileError where the archive is damaged or cut off, or holds no such file, and
 * where more is unpacked than {@link UnpackLimit} allows.
 */
export async function* tarFiles(
	file: Pick<SourceFile, "path" | "absolutePath" | "bytes">,
	accepts: (name: string) => boolean,
	note: (text: string) => void,
): AsyncGenerator<ArchivedFile> {
	let found = 0;
	let leftOut = 0;
	let example = "";
	const limit = new UnpackLimit(file.bytes);
	for await (const entry of tarEntries(within(limit, fileBytes(file)))) {
		if (isSidecar(entry.name)) continue;
		if (!accepts(entry.name)) {
			leftOut += 1;
			example ||= entry.name;
			continue;
		}
		found += 1;
		let hasEnded = false;
		yield {
			name: entry.name,
			bytes: untilFault(entry.bytes(), () => {
				hasEnded = entry.fault === null;
			}),
			hasEnded: () => hasEnded,
		};
	}
	if (leftOut > 0)
		note(
			`left out of the archive: ${leftOut} of other kinds, such as ${example}`,
		);
	if (found === 0) throw new NothingOfKind("archive");
}

async function* within(
	limit: UnpackLimit,
	chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
	for await (const chunk of chunks) {
		limit.add(chunk.length);
		yield chunk;
	}
}

async function* untilFault(
	chunks: AsyncGenerator<Uint8Array>,
	onFault: () => void,
): AsyncGenerator<Uint8Array> {
	try {
		yield* chunks;
	} catch (error) {
		onFault();
		throw error;
	}
}
