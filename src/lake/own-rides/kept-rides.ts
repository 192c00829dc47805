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
/** Ends the name of a batch that is not written whole yet. */
export const PART = ".part";

/** The batches that are kept, in any order; what another tab erases meanwhile is left out. */
export async function keptBatches(): Promise<File[]> {
	const folder = await existingFolder();
	const files: File[] = [];
	if (folder === null) return files;
	try {
		for await (const handle of folder.values())
			if (handle.kind === "file" && !handle.name.endsWith(PART))
				files.push(await (handle as FileSystemFileHandle).getFile());
	} catch (error) {
		unlessMissing(error);
	}
	return files;
}

export async function keptBytes(): Promise<number> {
	return (await keptBatches()).reduce((sum, { size }) => sum + size, 0);
}

/** Removes what was left unfinished where a page was closed while it kept rides. */
export async function removeParts(): Promise<void> {
	const folder = await existingFolder();
	if (folder === null) return;
	await navigator.locks.request(
		KEPT_LOCK,
		{ ifAvailable: true },
		async (lock) => {
			// Somebody is writing: the parts may be theirs.
			if (lock === null) return;
			const names: string[] = [];
			for await (const name of folder.keys())
				if (name.endsWith(PART)) names.push(name);
			for (const name of names)
				await folder.removeEntry(name).catch(unlessMissing);
		},
	);
}

/**
 * Removes all that is kept, and tells all tabs of the site, this one included: before,
 * so that what waits to be kept in another tab is given up, and after.
 */
export async function eraseKept(): Promise<void> {
	tellErased();
	if ((await existingFolder()) === null) return;
	await navigator.locks.request(KEPT_LOCK, async () => {
		const root = await navigator.storage.getDirectory();
		await root
			.removeEntry(KEPT_FOLDER, { recursive: true })
			.catch(unlessMissing);
	});
	tellErased();
}

function tellErased(): void {
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
