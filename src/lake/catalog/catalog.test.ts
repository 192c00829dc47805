import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openHasher } from "../../lib/bytes/hash.ts";
import type {
	BlockReference,
	Catalog,
	CatalogTable,
	ManifestBlock,
} from "../../lib/catalog/catalog.ts";
import { LakeError, throwIfCancelled } from "../errors.ts";
import { type ByteCache, memoryCache } from "../fetch/byte-cache.ts";
import type { RangeSource } from "../types.ts";
import { ManifestBlocks, openCatalog } from "./catalog.ts";

const { signal } = new AbortController();
const CATALOG: Catalog = {
	format: "lakeside-catalog",
	formatVersion: 1,
	title: "A lake",
	datasets: [],
	tables: [],
	rollups: [],
};

function source(
	url: string,
	catalogText: () => Promise<string>,
	file: Uint8Array = new Uint8Array(),
): RangeSource & { reads: number } {
	return {
		url,
		catalogText,
		reads: 0,
		async read(_path, startByte, endByte) {
			this.reads += 1;
			return file.slice(startByte, endByte);
		},
	};
}
const offline = () =>
	Promise.reject(new LakeError("FetchError", "catalog.json: no network"));

test("offline the catalog seen last opens, and only that lake's", async () => {
	const cache = memoryCache(1e6);
	const text = JSON.stringify(CATALOG);
	const seen = await openCatalog(
		source("https://a/lake/", async () => text),
		cache,
		signal,
	);
	expect(seen.catalog.title).toBe("A lake");
	expect(
		await openCatalog(source("https://a/lake/", offline), cache, signal),
	).toEqual(seen);
	await expect(
		openCatalog(source("https://b/lake/", offline), cache, signal),
	).rejects.toThrow("no network");
});

test("a lake that is not there any more does not open from what was seen of it", async () => {
	const cache = memoryCache(1e6);
	await openCatalog(
		source("https://a/", async () => JSON.stringify(CATALOG)),
		cache,
		signal,
	);
	const gone = () =>
		Promise.reject(new LakeError("GoneError", "there is no lake"));
	await expect(
		openCatalog(source("https://a/", gone), cache, signal),
	).rejects.toThrow("there is no lake");
});

test("a page in the catalog's place is refused, whatever was seen before", async () => {
	const cache = memoryCache(1e6);
	await openCatalog(
		source("https://a/", async () => JSON.stringify(CATALOG)),
		cache,
		signal,
	);
	await expect(
		openCatalog(
			source("https://a/", async () => "<!doctype html>"),
			cache,
			signal,
		),
	).rejects.toThrow("not JSON");
});

/** A table of one block, and the file in which it lies. */
async function tableOfOneBlock() {
	const block: ManifestBlock = { files: [] };
	const file = gzipSync(JSON.stringify(block));
	const hash = await openHasher();
	const reference: BlockReference = {
		startByte: 0,
		byteLength: file.length,
		checksum: hash(file),
		rowGroups: 0,
		rows: 0,
		bounds: {},
	};
	const table = {
		name: "t",
		manifest: { path: "t.bin", bytes: file.length, blocks: [reference] },
	} as unknown as CatalogTable;
	return { block, file, reference, table };
}

test("a block is fetched once, and again where that failed", async () => {
	const { block, file, reference, table } = await tableOfOneBlock();
	const blocks = new ManifestBlocks();
	const load = (bytes: Uint8Array) => {
		const from = source("https://a/", offline, bytes);
		const loaded = blocks.load(table, reference, {
			source: from,
			cache: memoryCache(1e6),
			signal,
			tally: { requests: 0, bytes: 0, cachedBytes: 0 },
		});
		return { from, loaded };
	};
	await expect(load(new Uint8Array(file.length)).loaded).rejects.toThrow(
		/t\.bin.*checksum/,
	);
	const [first, second] = [load(file), load(file)];
	expect(await first.loaded).toEqual(block);
	expect(await second.loaded).toEqual(block);
	expect([first.from.reads, second.from.reads]).toEqual([1, 0]);
});

test("who waits for a block that another asked for first has it, though that one cancels", async () => {
	const { block, file, reference, table } = await tableOfOneBlock();
	const blocks = new ManifestBlocks();
	const load = (given: AbortSignal) => {
		const whole = source("https://a/", offline, file);
		const from: RangeSource = {
			...whole,
			read: async (path, startByte, endByte, signal) => {
				await new Promise((resolve) => setTimeout(resolve, 1));
				throwIfCancelled(signal);
				return whole.read(path, startByte, endByte, signal);
			},
		};
		return blocks.load(table, reference, {
			source: from,
			cache: memoryCache(1e6),
			signal: given,
			tally: { requests: 0, bytes: 0, cachedBytes: 0 },
		});
	};
	const first = new AbortController();
	const loads = Promise.allSettled(
		[first.signal, signal, signal, first.signal].map(load),
	);
	first.abort();
	const had = { status: "fulfilled", value: block };
	const cancelled = { status: "rejected", reason: expect.any(LakeError) };
	expect(await loads).toEqual([cancelled, had, had, cancelled]);
});

test("a catalog that was torn when it was kept is not one that was seen", async () => {
	const cache = memoryCache(1e6);
	await openCatalog(
		source("https://a/", async () => JSON.stringify(CATALOG)),
		cache,
		signal,
	);
	const torn: ByteCache = {
		...cache,
		get: async (key) => (await cache.get(key))?.slice(0, -1),
	};
	await expect(
		openCatalog(source("https://a/", offline), torn, signal),
	).rejects.toThrow("no network");
});
