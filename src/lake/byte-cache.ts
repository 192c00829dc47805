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

export function contentKey(checksum: string, byteLength: number): string {
	return `${checksum}-${byteLength}`;
}

/** A cache that lives as long as its page; least recently used bytes go first. */
export function memoryCache(budgetBytes: number): ByteCache {
	const entries = new Map<string, Uint8Array>();
	let total = 0;
	const remove = (key: string) => {
		total -= entries.get(key)?.length ?? 0;
		entries.delete(key);
	};
	return {
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
			for (const oldest of entries.keys()) {
				if (total <= budgetBytes) return;
				remove(oldest);
			}
		},
		remove: async (key) => remove(key),
	};
}
