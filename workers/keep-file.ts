import {
	type KeptFiles,
	namesIn,
	PART,
} from "../src/lake/own-data/kept-files.ts";

const CHUNK_BYTES = 4e6;

/**
 * A file while it is written. TypeScript knows of one of these in workers alone, and
 * of the other, which all browsers with private files have, not yet.
 */
interface PartFile {
	createSyncAccessHandle(): Promise<{
		/** Gives the bytes that were written. */
		write(chunk: ArrayBuffer, options: { readonly at: number }): number;
		flush(): void;
		close(): void;
	}>;
	move(name: string): Promise<void>;
}

/**
 * Keeps a file on this device, beside those before or in their place, tells all tabs,
 * and gives its name, which no other has. It has that once it is whole: a page may be
 * closed meanwhile. Rejects, leaves nothing of it and all of those before, with a
 * `QuotaExceededError` where the browser gives no room for it, and with another error
 * where it lets the site keep nothing.
 */
export async function keepFile(
	kept: KeptFiles,
	content: Blob,
	place: "beside" | "instead",
): Promise<string> {
	const root = await navigator.storage.getDirectory();
	const name = crypto.randomUUID();
	await navigator.locks.request(kept.folder, async () => {
		const folder = await root.getDirectoryHandle(kept.folder, { create: true });
		const handle = await folder.getFileHandle(name + PART, { create: true });
		const part = handle as unknown as PartFile;
		try {
			await write(part, content);
			await part.move(name);
		} catch (error) {
			await folder.removeEntry(name + PART).catch(() => {});
			throw error;
		}
		if (place === "instead") await removeOthers(folder, name);
	});
	kept.tell("kept");
	return name;
}

/** What does not go, as one that is being read, goes the next time: the newest counts. */
async function removeOthers(
	folder: FileSystemDirectoryHandle,
	name: string,
): Promise<void> {
	const names = await namesIn(folder).catch(() => []);
	for (const other of names)
		if (other !== name) await folder.removeEntry(other).catch(() => {});
}

async function write(part: PartFile, content: Blob): Promise<void> {
	const file = await part.createSyncAccessHandle();
	try {
		for (let at = 0; at < content.size; at += CHUNK_BYTES) {
			const chunk = await content.slice(at, at + CHUNK_BYTES).arrayBuffer();
			// Without room Chromium throws, or returns its error's code as a large number.
			if (file.write(chunk, { at }) !== chunk.byteLength)
				throw new DOMException("written in part", "QuotaExceededError");
		}
		file.flush();
	} finally {
		file.close();
	}
}
