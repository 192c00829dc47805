import {
	KEPT_FOLDER,
	KEPT_LOCK,
	PART,
} from "../src/lake/own-rides/kept-rides.ts";

const CHUNK_BYTES = 4e6;

/** What all browsers with private files can do, and TypeScript does not know of yet. */
interface MovableFile extends FileSystemFileHandle {
	move(name: string): Promise<void>;
}

/**
 * Keeps a batch of rides on this device, under its name once it is whole: a page may be
 * closed meanwhile. Rejects, and leaves nothing, with a `QuotaExceededError` where the
 * browser gives no room for it, and with another error where it lets the site keep
 * nothing.
 */
export async function keepBatch(batch: Blob): Promise<void> {
	const root = await navigator.storage.getDirectory();
	await navigator.locks.request(KEPT_LOCK, { mode: "shared" }, async () => {
		const folder = await root.getDirectoryHandle(KEPT_FOLDER, { create: true });
		const name = `${crypto.randomUUID()}.rides`;
		const part = (await folder.getFileHandle(name + PART, {
			create: true,
		})) as MovableFile;
		try {
			await write(part, batch);
			await part.move(name);
		} catch (error) {
			await folder.removeEntry(name + PART).catch(() => {});
			throw error;
		}
	});
}

async function write(part: FileSystemFileHandle, batch: Blob): Promise<void> {
	const file = await part.createSyncAccessHandle();
	try {
		for (let at = 0; at < batch.size; at += CHUNK_BYTES) {
			const chunk = await batch.slice(at, at + CHUNK_BYTES).arrayBuffer();
			// Without room Chromium throws, or returns its error's code as a large number.
			if (file.write(chunk, { at }) !== chunk.byteLength)
				throw new DOMException("written in part", "QuotaExceededError");
		}
		file.flush();
	} finally {
		file.close();
	}
}
