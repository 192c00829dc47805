import { suitableCacheBytes } from "../src/lake/budgets.ts";
import {
	type BudgetedCache,
	type CacheUse,
	isContentKey,
	memoryCache,
} from "../src/lake/fetch/byte-cache.ts";
import { ByteStore, type StoreChange } from "../src/lake/fetch/byte-store.ts";

/** A query that runs now needs processor and disk more than the next visit does. */
const WRITE_DELAY_MILLISECONDS = 1000;
/** With so much to write it is written at once. */
const WAITING_BYTES = 16e6;
/** Entries written, and indexed, in one go; and so many of them at once. */
const BATCH = 128;
const WRITES = 8;
const TOUCH_DELAY_MILLISECONDS = 500;
/** The folder is listed when the first questions are over. */
const SWEEP_DELAY_MILLISECONDS = 5000;
/** What is kept where nothing can be written. */
const MEMORY_BYTES = 200e6;
/** Of what is there, what is left where the browser gives no more room. */
const LEFT_WITHOUT_ROOM = 0.8;

/**
 * The byte cache in the origin's private file system, shared by the site's tabs;
 * in memory where the browser has none.
 */
export async function openByteCache(): Promise<BudgetedCache> {
	try {
		const store = await ByteStore.open();
		return new OpfsCache(store, await suitableCacheBytes());
	} catch {
		// A private window, an insecure origin, an old browser, or storage that the visitor has blocked.
		return memoryCache(MEMORY_BYTES);
	}
}

class OpfsCache implements BudgetedCache {
	readonly kind = "opfs";
	readonly #store: ByteStore;
	readonly #suitableBytes: number;
	#budgetBytes: number;
	/** Sizes of what is on the disk, by any tab. */
	readonly #kept = new Map<string, number>();
	#keptBytes = 0;
	/** Resolves once that is known; the engine starts meanwhile. */
	readonly #indexed: Promise<void>;
	/** What waits to be written, or finds no room; from here as good as from a file. */
	readonly #memory = memoryCache(MEMORY_BYTES);
	readonly #waiting = new Set<string>();
	readonly #touched = new Map<string, number>();
	#writeTimer: ReturnType<typeof setTimeout> | undefined;
	#isWriting = false;

	constructor(store: ByteStore, suitableBytes: number) {
		this.#store = store;
		this.#suitableBytes = suitableBytes;
		this.#budgetBytes = suitableBytes;
		this.#indexed = this.#readIndex().catch(() => {});
	}

	async #readIndex(): Promise<void> {
		// Before the index is read, so that nothing is missed in between.
		this.#store.onChange((change) => this.#follow(change));
		for (const [key, { bytes }] of await this.#store.entries())
			this.#keep(key, bytes);
		setTimeout(() => {
			this.#store.sweep().catch(() => {});
		}, SWEEP_DELAY_MILLISECONDS);
	}

	async get(key: string): Promise<Uint8Array | undefined> {
		const waiting = await this.#memory.get(key);
		if (waiting !== undefined) return waiting;
		await this.#indexed;
		const length = this.#kept.get(key);
		if (length === undefined) return undefined;
		const bytes = await this.#store.read(key, length);
		if (bytes === undefined) this.#drop(key);
		else this.#touch(key);
		return bytes;
	}

	async put(key: string, bytes: Uint8Array): Promise<void> {
		await this.#indexed;
		if (bytes.length > this.#budgetBytes) return;
		// Another tab was faster.
		if (isContentKey(key) && this.#kept.has(key)) return;
		await this.#memory.put(key, bytes);
		this.#waiting.add(key);
		this.#scheduleWriting();
	}

	async remove(key: string): Promise<void> {
		this.#waiting.delete(key);
		await this.#memory.remove(key);
		await this.#store.remove([key]);
	}

	use(): CacheUse {
		return {
			bytes: this.#keptBytes + this.#memory.use().bytes,
			budgetBytes: this.#budgetBytes,
		};
	}

	async setBudget(bytes: number | null): Promise<void> {
		this.#budgetBytes = bytes ?? this.#suitableBytes;
		await this.#memory.setBudget(this.#budgetBytes);
		await this.#evict();
	}

	async clear(): Promise<void> {
		await this.#store.clear();
	}

	#scheduleWriting(): void {
		if (this.#isWriting) return;
		const isMuch = this.#memory.use().bytes > WAITING_BYTES;
		if (this.#writeTimer !== undefined && !isMuch) return;
		clearTimeout(this.#writeTimer);
		this.#writeTimer = setTimeout(
			() => void this.#writeAll(),
			isMuch ? 0 : WRITE_DELAY_MILLISECONDS,
		);
	}

	/** Never rejects: what cannot be written now stays in memory, as long as there is room. */
	async #writeAll(): Promise<void> {
		if (this.#isWriting) return;
		this.#isWriting = true;
		this.#writeTimer = undefined;
		try {
			while (this.#waiting.size > 0) {
				const batch = [...this.#waiting].slice(0, BATCH);
				for (const key of batch) this.#waiting.delete(key);
				if (!(await this.#writeBatch(batch))) {
					await this.#store.evict(this.#keptBytes * LEFT_WITHOUT_ROOM);
					// Once more, with what was freed; else it waits in memory for its next use.
					if (!(await this.#writeBatch(batch))) break;
				}
				await this.#evict();
			}
		} catch {
			// The storage is gone: the visitor has cleared the site's data.
		} finally {
			this.#isWriting = false;
		}
	}

	/** Whether there was room for all. */
	async #writeBatch(keys: readonly string[]): Promise<boolean> {
		const rest = [...keys];
		const written: [key: string, bytes: number][] = [];
		let hasRoom = true;
		const writeSome = async () => {
			for (let key = rest.shift(); key && hasRoom; key = rest.shift()) {
				const bytes = await this.#memory.get(key);
				if (bytes === undefined) continue;
				try {
					await this.#write(key, bytes);
					written.push([key, bytes.length]);
				} catch (error) {
					if (isOutOfRoom(error)) hasRoom = false;
					// Another tab writes the same: from its file next time.
				}
			}
		};
		await this.#store.writing(async () => {
			await Promise.all(Array.from({ length: WRITES }, writeSome));
			await this.#store.add(written);
		});
		return hasRoom;
	}

	async #write(key: string, bytes: Uint8Array): Promise<void> {
		const { folder } = this.#store;
		const handle = await folder.getFileHandle(key, { create: true });
		const file = await handle.createSyncAccessHandle();
		let isWhole = false;
		try {
			file.truncate(0);
			// Without room Chromium throws, or returns its error's code as a large number.
			isWhole = file.write(bytes as Uint8Array<ArrayBuffer>) === bytes.length;
		} finally {
			file.close();
			if (!isWhole) await folder.removeEntry(key).catch(() => {});
		}
		if (!isWhole)
			throw new DOMException("written in part", "QuotaExceededError");
	}

	#touch(key: string): void {
		if (this.#touched.size === 0)
			setTimeout(() => {
				this.#saveUses().catch(() => {});
			}, TOUCH_DELAY_MILLISECONDS);
		this.#touched.set(key, Date.now());
	}

	async #saveUses(): Promise<void> {
		const uses = new Map(this.#touched);
		this.#touched.clear();
		await this.#store.touch(uses);
	}

	async #evict(): Promise<void> {
		await this.#indexed;
		if (this.#keptBytes <= this.#budgetBytes) return;
		await this.#saveUses();
		await this.#store.evict(this.#budgetBytes);
	}

	/** What any tab did. */
	#follow(change: StoreChange): void {
		if ("added" in change) {
			for (const [key, bytes] of change.added) {
				this.#keep(key, bytes);
				// What came under the name meanwhile is newer than what was written.
				if (isContentKey(key) || !this.#waiting.has(key))
					this.#memory.remove(key);
			}
		} else if ("removed" in change)
			for (const key of change.removed) this.#drop(key);
		else {
			this.#waiting.clear();
			this.#memory.clear();
			for (const key of [...this.#kept.keys()]) this.#drop(key);
		}
	}

	#keep(key: string, bytes: number): void {
		this.#drop(key);
		this.#kept.set(key, bytes);
		this.#keptBytes += bytes;
	}

	#drop(key: string): void {
		this.#keptBytes -= this.#kept.get(key) ?? 0;
		this.#kept.delete(key);
	}
}

function isOutOfRoom(error: unknown): boolean {
	return error instanceof Error && error.name === "QuotaExceededError";
}
