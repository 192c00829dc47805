const FOLDER = "lakeside-bytes";
const LOCK = "lakeside-bytes";
const CHANNEL = "lakeside-bytes";
const DATABASE = "lakeside-bytes";
const INDEX = "entries";
/** After an eviction so much of the budget is used: not every write has to evict. */
const KEPT = 0.9;
/** Files removed at once. */
const REMOVALS = 50;

export interface Entry {
	readonly bytes: number;
	/** Milliseconds since 1970 of the last use. */
	readonly used: number;
}

/** What some tab, this one included, did to the store. */
export type StoreChange =
	| { readonly added: readonly (readonly [key: string, bytes: number])[] }
	| { readonly removed: readonly string[] }
	| { readonly cleared: true };

/**
 * Bytes that outlive the page, shared by all tabs of the site: a file per entry in
 * the origin's private file system, and an index of sizes and last uses in
 * IndexedDB. An entry is indexed once its file is whole; a file without an entry is
 * what a tab left that died, and is swept. Writers hold a lock together; who
 * removes many files holds it alone. For pages and workers; writing is the
 * worker's, see `workers/opfs-cache.ts`.
 */
export class ByteStore {
	readonly folder: FileSystemDirectoryHandle;
	readonly #database: IDBDatabase;
	readonly #channel = new BroadcastChannel(CHANNEL);
	#listener: (change: StoreChange) => void = () => {};

	/** Rejects where the browser has no such storage, or the visitor blocks it. */
	static async open(): Promise<ByteStore> {
		const root = await navigator.storage.getDirectory();
		const folder = await root.getDirectoryHandle(FOLDER, { create: true });
		return new ByteStore(folder, await openDatabase());
	}

	private constructor(
		folder: FileSystemDirectoryHandle,
		database: IDBDatabase,
	) {
		this.folder = folder;
		this.#database = database;
		this.#channel.addEventListener("message", ({ data }) => {
			if (isChange(data)) this.#listener(data);
		});
	}

	/** Hears of what this store and those of other tabs do from now on. */
	onChange(listener: (change: StoreChange) => void): void {
		this.#listener = listener;
	}

	async entries(): Promise<Map<string, Entry>> {
		const index = this.#index("readonly");
		const [keys, values] = await Promise.all([
			answerOf(index.getAllKeys()),
			answerOf(index.getAll()),
		]);
		// One transaction: the two lists are of the same entries in the same order.
		return new Map(
			keys.flatMap((key, at) => {
				const entry: unknown = values[at];
				return isEntry(entry) ? [[String(key), entry] as const] : [];
			}),
		);
	}

	/** Undefined where the file is missing, being written, or not of `length` bytes. */
	async read(
		key: string,
		length: number | undefined,
	): Promise<Uint8Array | undefined> {
		try {
			const handle = await this.folder.getFileHandle(key);
			const bytes = new Uint8Array(
				await (await handle.getFile()).arrayBuffer(),
			);
			return length === undefined || bytes.length === length
				? bytes
				: undefined;
		} catch {
			// Evicted meanwhile, or held by the tab that writes it.
			return undefined;
		}
	}

	/** While the task runs, nothing is evicted, swept or cleared by any tab. */
	async writing(task: () => Promise<void>): Promise<void> {
		await navigator.locks.request(LOCK, { mode: "shared" }, task);
	}

	/** Indexes entries whose files are whole; for a task of {@link writing}. */
	async add(
		entries: readonly (readonly [key: string, bytes: number])[],
	): Promise<void> {
		const index = this.#index("readwrite");
		const used = Date.now();
		for (const [key, bytes] of entries)
			index.put({ bytes, used } satisfies Entry, key);
		await endOf(index.transaction);
		this.#announce({ added: entries });
	}

	/** Notes when entries were used; those that are gone meanwhile stay gone. */
	async touch(uses: ReadonlyMap<string, number>): Promise<void> {
		const index = this.#index("readwrite");
		for (const [key, used] of uses) {
			const entry = index.get(key);
			entry.addEventListener("success", () => {
				const known = entry.result as Entry | undefined;
				if (known !== undefined && known.used < used)
					index.put({ ...known, used } satisfies Entry, key);
			});
		}
		await endOf(index.transaction);
	}

	async remove(keys: readonly string[]): Promise<void> {
		const gone: string[] = [];
		for (let at = 0; at < keys.length; at += REMOVALS)
			await Promise.all(
				keys.slice(at, at + REMOVALS).map(async (key) => {
					if (await this.#removeFile(key)) gone.push(key);
				}),
			);
		const index = this.#index("readwrite");
		for (const key of gone) index.delete(key);
		await endOf(index.transaction);
		this.#announce({ removed: gone });
	}

	/** Where more than the budget is kept, removes what was used least recently. */
	async evict(budgetBytes: number): Promise<void> {
		await navigator.locks.request(LOCK, async () => {
			const entries = [...(await this.entries())];
			let total = entries.reduce((sum, [, { bytes }]) => sum + bytes, 0);
			if (total <= budgetBytes) return;
			entries.sort(([, a], [, b]) => a.used - b.used);
			const last = entries.findIndex(([, { bytes }]) => {
				const isEnough = total <= budgetBytes * KEPT;
				if (!isEnough) total -= bytes;
				return isEnough;
			});
			const old = last < 0 ? entries : entries.slice(0, last);
			await this.remove(old.map(([key]) => key));
		});
	}

	async clear(): Promise<void> {
		await navigator.locks.request(LOCK, async () => {
			this.#announce({ cleared: true });
			await this.remove(await this.#files());
			const index = this.#index("readwrite");
			index.clear();
			await endOf(index.transaction);
		});
	}

	/** Removes files that no entry names, and entries that have no file. */
	async sweep(): Promise<void> {
		await navigator.locks.request(LOCK, async () => {
			const files = new Set(await this.#files());
			const entries = await this.entries();
			await this.remove([
				...[...files].filter((name) => !entries.has(name)),
				...[...entries.keys()].filter((key) => !files.has(key)),
			]);
		});
	}

	async #files(): Promise<string[]> {
		const names: string[] = [];
		for await (const name of this.folder.keys()) names.push(name);
		return names;
	}

	/** Whether the file is gone now; one that another tab writes stays. */
	async #removeFile(key: string): Promise<boolean> {
		try {
			await this.folder.removeEntry(key);
			return true;
		} catch (error) {
			return error instanceof DOMException && error.name === "NotFoundError";
		}
	}

	#announce(change: StoreChange): void {
		this.#listener(change);
		this.#channel.postMessage(change);
	}

	#index(mode: IDBTransactionMode): IDBObjectStore {
		return this.#database.transaction(INDEX, mode).objectStore(INDEX);
	}
}

/** Of other tabs some may run another version of the site; so may have who wrote the index. */
function isChange(data: unknown): data is StoreChange {
	if (typeof data !== "object" || data === null) return false;
	if ("added" in data)
		return (
			Array.isArray(data.added) &&
			data.added.every(
				(each: unknown) =>
					Array.isArray(each) &&
					typeof each[0] === "string" &&
					typeof each[1] === "number",
			)
		);
	if ("removed" in data)
		return (
			Array.isArray(data.removed) &&
			data.removed.every((each: unknown) => typeof each === "string")
		);
	return "cleared" in data;
}

function isEntry(value: unknown): value is Entry {
	return (
		typeof value === "object" &&
		value !== null &&
		"bytes" in value &&
		typeof value.bytes === "number" &&
		"used" in value &&
		typeof value.used === "number"
	);
}

function openDatabase(): Promise<IDBDatabase> {
	const opening = indexedDB.open(DATABASE, 1);
	opening.addEventListener("upgradeneeded", () =>
		opening.result.createObjectStore(INDEX),
	);
	return answerOf(opening);
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.addEventListener("success", () => resolve(request.result));
		request.addEventListener("error", () => reject(request.error));
	});
}

function endOf(transaction: IDBTransaction): Promise<void> {
	return new Promise((resolve, reject) => {
		transaction.addEventListener("complete", () => resolve());
		transaction.addEventListener("abort", () => reject(transaction.error));
	});
}
