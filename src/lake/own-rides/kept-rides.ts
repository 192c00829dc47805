/**
 * The visitor's own rides in the origin's private file system: a file for each batch
 * that was added, in a folder of its own, which goes as a whole. Writing is the
 * worker's, see `workers/keep-rides.ts`. Where the browser has no such storage, or the
 * visitor blocks it, nothing is kept.
 */

export const KEPT_FOLDER = "lakeside-rides";
/** Writers hold it together; who erases holds it alone. */
export const KEPT_LOCK = "lakeside-rides";
const CHANNEL = "lakeside-rides";

/** The batches that are kept, in any order. */
export async function keptBatches(): Promise<File[]> {
	const folder = await existingFolder();
	const files: File[] = [];
	if (folder !== null)
		for await (const handle of folder.values())
			if (handle.kind === "file")
				files.push(await (handle as FileSystemFileHandle).getFile());
	return files;
}

export async function keptBytes(): Promise<number> {
	return (await keptBatches()).reduce((sum, { size }) => sum + size, 0);
}

/** Removes all that is kept, and tells all tabs of the site, this one included. */
export async function eraseKept(): Promise<void> {
	if ((await existingFolder()) !== null)
		await navigator.locks.request(KEPT_LOCK, async () => {
			const root = await navigator.storage.getDirectory();
			await root
				.removeEntry(KEPT_FOLDER, { recursive: true })
				.catch(unlessMissing);
		});
	const channel = new BroadcastChannel(CHANNEL);
	channel.postMessage("erased");
	channel.close();
}

/** Calls back whenever some tab has erased what is kept. */
export function onErased(callback: () => void): void {
	new BroadcastChannel(CHANNEL).addEventListener("message", callback);
}

/** Null where nothing is kept. */
async function existingFolder(): Promise<FileSystemDirectoryHandle | null> {
	try {
		const root = await navigator.storage.getDirectory();
		return await root.getDirectoryHandle(KEPT_FOLDER);
	} catch {
		return null;
	}
}

function unlessMissing(error: unknown): void {
	if (!(error instanceof DOMException && error.name === "NotFoundError"))
		throw error;
}
