import { type ByteCache, memoryCache } from "../src/lake/byte-cache.ts";

const FOLDER = "lakeside-bytes";
const RECENCY = "recency.json";
const LOCK = "lakeside-bytes";
const SAVE_DELAY_MILLISECONDS = 2000;
/** A query that runs now needs processor and disk more than the next visit does. */
const WRITE_DELAY_MILLISECONDS = 1000;
/** What is kept where there is no OPFS. */
const MEMORY_BYTES = 200e6;
/** After the budget is exceeded, so much of it is left: not every write has to evict. */
const KEPT = 0.9;

/** Milliseconds since 1970 of the last use, by file name. */
type Recency = Record<string, number>;

/**
 * The byte cache in the origin's private file system: a file per entry, whose name
 * says its length. Several tabs share it: an entry that one is writing is missing
 * to the others, and one torn by a crash fails its checksum. Least recently used
 * entries go first. In memory where the browser has no such file system.
 */
export async function openByteCache(budgetBytes: number): Promise<ByteCache> {
	try {
		const root = await navigator.storage.getDirectory();
		const folder = await root.getDirectoryHandle(FOLDER, { create: true });
		const cache = new OpfsCache(folder, budgetBytes);
		await cache.readFolder();
		return cache;
	} catch {
		// A private window, an old browser, or storage that the visitor has blocked.
		return memoryCache(MEMORY_BYTES);
	}
}

class OpfsCache implements ByteCache {
	readonly #folder: FileSystemDirectoryHandle;
	readonly #budgetBytes: number;
	readonly #used = new Map<string, number>();
	/** To be written when it is quieter; from here as good as from a file. */
	readonly #unwritten = new Map<string, Uint8Array>();
	#isWriting = false;
	#isSaving = false;

	constructor(folder: FileSystemDirectoryHandle, budgetBytes: number) {
		this.#folder = folder;
		this.#budgetBytes = budgetBytes;
	}

	async readFolder(): Promise<void> {
		const recency = await this.#readRecency();
		for await (const name of this.#folder.keys())
			if (name !== RECENCY) this.#used.set(name, recency[name] ?? 0);
	}

	async get(key: string): Promise<Uint8Array | undefined> {
		const unwritten = this.#unwritten.get(key);
		if (unwritten !== undefined) return unwritten;
		if (!this.#used.has(key)) return undefined;
		try {
			const handle = await this.#folder.getFileHandle(key);
			const bytes = new Uint8Array(
				await (await handle.getFile()).arrayBuffer(),
			);
			this.#touch(key);
			return bytes;
		} catch {
			// Evicted by another tab, or being written by one.
			this.#used.delete(key);
			return undefined;
		}
	}

	async put(key: string, bytes: Uint8Array): Promise<void> {
		this.#unwritten.set(key, bytes);
		if (this.#isWriting) return;
		this.#isWriting = true;
		setTimeout(() => this.#writeAll(), WRITE_DELAY_MILLISECONDS);
	}

	async remove(key: string): Promise<void> {
		this.#unwritten.delete(key);
		this.#used.delete(key);
		await this.#folder.removeEntry(key).catch(() => {});
	}

	/** What cannot be written, for lack of room or because another tab does, is let go. */
	async #writeAll(): Promise<void> {
		for (const [key, bytes] of this.#unwritten) {
			await this.#write(key, bytes).catch(() => {});
			this.#unwritten.delete(key);
		}
		this.#isWriting = false;
		await this.#evict();
	}

	async #write(key: string, bytes: Uint8Array): Promise<void> {
		const handle = await this.#folder.getFileHandle(key, { create: true });
		const file = await handle.createSyncAccessHandle();
		try {
			file.truncate(0);
			file.write(bytes as Uint8Array<ArrayBuffer>);
		} finally {
			file.close();
		}
		this.#touch(key);
	}

	#touch(key: string): void {
		this.#used.set(key, Date.now());
		if (this.#isSaving) return;
		this.#isSaving = true;
		setTimeout(() => {
			this.#isSaving = false;
			this.#saveRecency().catch(() => {});
		}, SAVE_DELAY_MILLISECONDS);
	}

	async #evict(): Promise<void> {
		let total = 0;
		for (const key of this.#used.keys()) total += bytesOf(key);
		if (total <= this.#budgetBytes) return;
		const oldest = [...this.#used].sort((a, b) => a[1] - b[1]);
		for (const [key] of oldest) {
			if (total <= this.#budgetBytes * KEPT) return;
			total -= bytesOf(key);
			await this.remove(key);
		}
	}

	async #readRecency(): Promise<Recency> {
		try {
			const handle = await this.#folder.getFileHandle(RECENCY);
			return JSON.parse(await (await handle.getFile()).text()) as Recency;
		} catch {
			return {};
		}
	}

	/** Under a lock, and with what the other tabs have used since. */
	async #saveRecency(): Promise<void> {
		await navigator.locks.request(LOCK, async () => {
			const seen = await this.#readRecency();
			const merged: Recency = {};
			for (const [key, used] of this.#used)
				merged[key] = Math.max(used, seen[key] ?? 0);
			const handle = await this.#folder.getFileHandle(RECENCY, {
				create: true,
			});
			const file = await handle.createSyncAccessHandle();
			try {
				file.truncate(0);
				file.write(new TextEncoder().encode(JSON.stringify(merged)));
			} finally {
				file.close();
			}
		});
	}
}

/** A content key ends in its length; a catalog's does not and is small. */
function bytesOf(key: string): number {
	return Number(/-(\d+)$/.exec(key)?.[1] ?? 0);
}
