/** Whether files came to what is kept, or all of them went. */
export type KeptChange = "kept" | "erased";

/** Ends the name of a file that is not written whole yet. */
export const PART = ".part";

/**
 * Files of the visitor's own in a folder of the origin's private file system, which
 * goes as a whole. A worker writes them, see `workers/keep-file.ts`. Where the browser
 * has no such storage, or the visitor blocks it, nothing is kept.
 */
export class KeptFiles {
	/** Also names the lock, which who writes or erases holds alone and who reads together. */
	readonly folder: string;
	/** Of versions of the site before this one, which nothing reads any more. */
	readonly #formerFolders: readonly string[];

	constructor(folder: string, formerFolders: readonly string[] = []) {
		this.folder = folder;
		this.#formerFolders = formerFolders;
	}

	/** The files that are whole, the last written first. */
	async files(): Promise<File[]> {
		const folder = await this.#existing();
		if (folder === null) return [];
		return navigator.locks.request(
			this.folder,
			{ mode: "shared" },
			async () => {
				const files: File[] = [];
				try {
					for await (const handle of folder.values())
						if (handle.kind === "file" && !handle.name.endsWith(PART))
							files.push(await (handle as FileSystemFileHandle).getFile());
				} catch (error) {
					// It was erased since it was found.
					unlessMissing(error);
				}
				return files.sort(
					(one, other) => other.lastModified - one.lastModified,
				);
			},
		);
	}

	async bytes(): Promise<number> {
		return (await this.files()).reduce((sum, { size }) => sum + size, 0);
	}

	/**
	 * Removes what was left unfinished where a page was closed while it kept a file, and
	 * what versions of the site before this one have kept.
	 */
	async removeParts(): Promise<void> {
		await this.#removeFormer();
		const folder = await this.#existing();
		if (folder === null) return;
		await navigator.locks.request(
			this.folder,
			{ ifAvailable: true },
			async (lock) => {
				// Somebody is writing: the parts may be theirs.
				if (lock === null) return;
				for (const name of await namesIn(folder))
					if (name.endsWith(PART))
						await folder.removeEntry(name).catch(unlessMissing);
			},
		);
	}

	/**
	 * Removes all that is kept, and tells all tabs of the site, this one included:
	 * before, so that what waits to be kept in another tab is given up, and after.
	 */
	async erase(): Promise<void> {
		this.tell("erased");
		if ((await this.#existing()) !== null)
			await navigator.locks.request(this.folder, () =>
				removeFolder(this.folder),
			);
		await this.#removeFormer();
		this.tell("erased");
	}

	/** Calls back whenever some tab, this one included, has kept a file or erased all. */
	onChange(callback: (change: KeptChange) => void): void {
		new BroadcastChannel(this.folder).addEventListener(
			"message",
			({ data }: MessageEvent<KeptChange>) => callback(data),
		);
	}

	tell(change: KeptChange): void {
		const channel = new BroadcastChannel(this.folder);
		channel.postMessage(change);
		channel.close();
	}

	async #removeFormer(): Promise<void> {
		for (const name of this.#formerFolders)
			if ((await this.#existing(name)) !== null) await removeFolder(name);
	}

	/** Null where nothing is kept. */
	async #existing(
		name = this.folder,
	): Promise<FileSystemDirectoryHandle | null> {
		try {
			const root = await navigator.storage.getDirectory();
			return await root.getDirectoryHandle(name);
		} catch {
			return null;
		}
	}
}

/** The visitor's own rides: a file for each batch that was added, as `RideBatchWriter` makes it. */
export const KEPT_RIDES = new KeptFiles("lakeside-rides");

/** The visitor's own posts: one file, as `packPosts` makes it. */
export const KEPT_POSTS = new KeptFiles("lakeside-posts", [
	// Until November 2026: a folder for each time that posts were kept, in another form.
	"lakeside-own-posts",
]);

/** Names of all that lies in a folder: a list, since removing changes what is gone through. */
export async function namesIn(
	folder: FileSystemDirectoryHandle,
): Promise<string[]> {
	const names: string[] = [];
	for await (const name of folder.keys()) names.push(name);
	return names;
}

async function removeFolder(folder: string): Promise<void> {
	const root = await navigator.storage.getDirectory();
	await root.removeEntry(folder, { recursive: true }).catch(unlessMissing);
}

/** A file in the place of a folder is as much of a miss. */
function unlessMissing(error: unknown): void {
	const isMissing =
		error instanceof DOMException &&
		["NotFoundError", "TypeMismatchError"].includes(error.name);
	if (!isMissing) throw error;
}
