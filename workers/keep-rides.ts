import { KEPT_FOLDER, KEPT_LOCK } from "../src/lake/own-rides/kept-rides.ts";

const CHUNK_BYTES = 4e6;

/**
 * Keeps a batch of rides on this device. Rejects, and leaves nothing, with a
 * `QuotaExceededError` where the browser gives no room for it, and with another error
 * where it lets the site keep nothing.
 */
export async function keepBatch(batch: Blob): Promise<void> {
	const root = await navigator.storage.getDirectory();
	await navigator.locks.request(KEPT_LOCK, { mode: "shared" }, async () => {
		const folder = await root.getDirectoryHandle(KEPT_FOLDER, { create: true });
		const name = `${crypto.randomUUID()}.rides`;
		const handle = await folder.getFileHandle(name, { create: true });
		const file = await handle.createSyncAccessHandle();
		let isWhole = false;
		try {
			for (let at = 0; at < batch.size; at += CHUNK_BYTES) {
				const chunk = await batch.slice(at, at + CHUNK_BYTES).arrayBuffer();
				// Without room Chromium throws, or returns its error's code as a large number.
				if (file.write(chunk, { at }) !== chunk.byteLength)
					throw new DOMException("written in part", "QuotaExceededError");
			}
			file.flush();
			isWhole = true;
		} finally {
			file.close();
			if (!isWhole) await folder.removeEntry(name).catch(() => {});
		}
	});
}
