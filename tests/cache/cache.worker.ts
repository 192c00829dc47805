import { expose } from "comlink";
import type { BudgetedCache } from "../../src/lake/fetch/byte-cache.ts";
import { openByteCache } from "../../workers/opfs-cache.ts";
import type { CacheApi } from "./cache-api.ts";

let cache: Promise<BudgetedCache> | undefined;

const api: CacheApi = {
	async open() {
		cache = openByteCache();
		return (await cache).kind;
	},
	async put(names, length) {
		const opened = await now();
		for (const name of names)
			await opened.put(keyOf(name, length), bytesOf(name, length));
	},
	async have(names, length) {
		const opened = await now();
		const found = await Promise.all(
			names.map((name) => opened.get(keyOf(name, length))),
		);
		return names.filter((name, at) => {
			const bytes = found[at];
			if (bytes === undefined) return false;
			const expected = bytesOf(name, length);
			if (
				bytes.length !== length ||
				!bytes.every((byte, index) => byte === expected[index])
			)
				throw new Error(`wrong bytes for ${name}`);
			return true;
		});
	},
	putText: async (name, text) =>
		(await now()).put(name, new TextEncoder().encode(text)),
	async textOf(name) {
		const bytes = await (await now()).get(name);
		return bytes === undefined ? null : new TextDecoder().decode(bytes);
	},
	use: async () => (await now()).use(),
	setBudget: async (bytes) => (await now()).setBudget(bytes),
	clear: async () => (await now()).clear(),
};
expose(api);

function now(): Promise<BudgetedCache> {
	if (cache === undefined) throw new Error("the cache is not open");
	return cache;
}

function keyOf(name: string, length: number): string {
	return `${seedOf(name).toString(16).padStart(16, "0")}-${length}`;
}

function bytesOf(name: string, length: number): Uint8Array {
	let state = seedOf(name);
	return Uint8Array.from({ length }, () => {
		state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
		return state >>> 24;
	});
}

function seedOf(name: string): number {
	let seed = 7;
	for (const letter of name)
		seed = (Math.imul(seed, 31) + letter.charCodeAt(0)) >>> 0;
	return seed;
}
