/**
 * Bytes by the hash of their content, so that several lakes, tabs and publications
 * share them without harm. What comes out is verified like what comes from the
 * network, so an entry may be lost or torn at any time.
 */
export interface ByteCache {
	get(key: string): Promise<Uint8Array | undefined>;
	put(key: string, bytes: Uint8Array): Promise<void>;
	remove(key: string): Promise<void>;
}

/** A cache whose budget can be seen and changed; least recently used bytes go first. */
export interface BudgetedCache extends ByteCache {
	/** Whether what is kept outlives the page. */
	readonly kind: "opfs" | "memory";
	use(): CacheUse;
	/** Evicts at once what is over the new budget; null is what suits the device. */
	setBudget(bytes: number | null): Promise<void>;
	clear(): Promise<void>;
}

export interface CacheUse {
	readonly bytes: number;
	readonly budgetBytes: number;
}

export function contentKey(checksum: string, byteLength: number): string {
	return `${checksum}-${byteLength}`;
}

/** Whether a key stands for one content, which then never changes. */
export function isContentKey(key: string): boolean {
	return /^[0-9a-f]{16}(-\d+){1,2}$/.test(key);
}

/** A cache that lives as long as its page, whose budget is never above `largestBytes`. */
export function memoryCache(largestBytes: number): BudgetedCache {
	const entries = new Map<string, Uint8Array>();
	let budgetBytes = largestBytes;
	let total = 0;
	const remove = (key: string) => {
		total -= entries.get(key)?.length ?? 0;
		entries.delete(key);
	};
	const evict = () => {
		for (const oldest of entries.keys()) {
			if (total <= budgetBytes) return;
			remove(oldest);
		}
	};
	return {
		kind: "memory",
		async get(key) {
			const bytes = entries.get(key);
			if (bytes === undefined) return undefined;
			entries.delete(key);
			entries.set(key, bytes);
			return bytes;
		},
		async put(key, bytes) {
			remove(key);
			if (bytes.length > budgetBytes) return;
			entries.set(key, bytes);
			total += bytes.length;
			evict();
		},
		remove: async (key) => remove(key),
		use: () => ({ bytes: total, budgetBytes }),
		async setBudget(bytes) {
			budgetBytes = Math.min(bytes ?? largestBytes, largestBytes);
			evict();
		},
		async clear() {
			entries.clear();
			total = 0;
		},
	};
}
