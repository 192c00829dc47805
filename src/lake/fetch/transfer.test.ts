import { expect, test } from "vitest";
import { openHasher } from "../../lib/bytes/hash.ts";
import type { RangeSource } from "../types.ts";
import { contentKey, memoryCache } from "./byte-cache.ts";
import type { Piece } from "./ranges.ts";
import { transfer } from "./transfer.ts";

const FILE = Uint8Array.from({ length: 10_000 }, (_, index) => index % 253);
const hash = await openHasher();

function piece(startByte: number, endByte: number): Piece {
	const checksum = hash(FILE.subarray(startByte, endByte));
	return { path: "a", startByte, endByte, checksum, urgent: false };
}

/** A file whose reads `change` may spoil, counted. */
function setup(
	change: (bytes: Uint8Array, read: number) => Uint8Array = (bytes) => bytes,
) {
	let reads = 0;
	const source: RangeSource = {
		url: "test:",
		catalogText: async () => "",
		async read(_path, startByte, endByte, _signal, onBytes) {
			reads += 1;
			onBytes?.(endByte - startByte);
			return change(FILE.slice(startByte, endByte), reads);
		},
	};
	const cache = memoryCache(1e6);
	const run = async (pieces: Piece[]) => {
		const tally = { requests: 0, bytes: 0, cachedBytes: 0 };
		const signal = new AbortController().signal;
		const arriving = await transfer(pieces, { source, cache, signal, tally });
		return { arriving, tally };
	};
	return { run, cache, reads: () => reads };
}

test("pieces come whole and in their order, from one request where they touch", async () => {
	const { run } = setup();
	const pieces = [piece(5000, 6000), piece(100, 200), piece(6000, 6500)];
	const { arriving, tally } = await run(pieces);
	expect(await Promise.all(arriving)).toEqual([
		FILE.slice(5000, 6000),
		FILE.slice(100, 200),
		FILE.slice(6000, 6500),
	]);
	expect(tally).toEqual({ requests: 2, bytes: 1600, cachedBytes: 0 });
});

test("what a checksum guards does not wait for what comes after it in its request", async () => {
	const rest = Promise.withResolvers<void>();
	const source: RangeSource = {
		url: "test:",
		catalogText: async () => "",
		async read(_path, startByte, endByte, _signal, onBytes) {
			const bytes = FILE.slice(startByte, endByte);
			onBytes?.(150, bytes.subarray(0, 150));
			await rest.promise;
			return bytes;
		},
	};
	const arriving = await transfer(
		[
			piece(0, 100),
			piece(100, 200),
			{ ...piece(200, 300), checksum: null, urgent: true },
		],
		{
			source,
			cache: memoryCache(1e6),
			signal: new AbortController().signal,
			tally: { requests: 0, bytes: 0, cachedBytes: 0 },
		},
	);
	const order: number[] = [];
	for (const [index, bytes] of arriving.entries())
		bytes.then(() => order.push(index));
	expect(await arriving[0]).toEqual(FILE.slice(0, 100));
	await new Promise((resolve) => setTimeout(resolve, 20));
	expect(order).toEqual([0]);
	rest.resolve();
	expect(await Promise.all(arriving)).toHaveLength(3);
});

test("a second time they come from the cache, unless that is damaged", async () => {
	const { run, cache, reads } = setup();
	const pieces = [piece(0, 100), piece(5000, 5100)];
	await Promise.all((await run(pieces)).arriving);
	const again = await run(pieces);
	expect(await Promise.all(again.arriving)).toHaveLength(2);
	expect(again.tally).toEqual({ requests: 0, bytes: 0, cachedBytes: 200 });

	const [first] = pieces as [Piece];
	await cache.put(contentKey(String(first.checksum), 100), new Uint8Array(100));
	const { arriving, tally } = await run(pieces);
	expect(await arriving[0]).toEqual(FILE.slice(0, 100));
	expect(tally).toEqual({ requests: 1, bytes: 100, cachedBytes: 100 });
	expect(reads()).toBe(3);
});

test("wrong bytes are read once more", async () => {
	const { run } = setup((bytes, read) => (read === 1 ? bytes.fill(7) : bytes));
	const { arriving, tally } = await run([piece(0, 100)]);
	expect(await arriving[0]).toEqual(FILE.slice(0, 100));
	expect(tally.requests).toBe(2);
});

test("bytes that stay wrong are an error that names the file, and are not kept", async () => {
	const { run, cache } = setup((bytes) => bytes.fill(7));
	const wanted = piece(0, 100);
	const { arriving } = await run([wanted]);
	await expect(arriving[0]).rejects.toMatchObject({
		name: "FetchError",
		message: expect.stringContaining("a: bytes 0-99 are not what the catalog"),
	});
	expect(
		await cache.get(contentKey(String(wanted.checksum), 100)),
	).toBeUndefined();
});

test("the first fault is the fault of all", async () => {
	const { run } = setup((bytes, read) => {
		if (read === 2) throw new Error("the cable was cut");
		return bytes;
	});
	const { arriving } = await run([piece(0, 100), piece(5000, 5100)]);
	await expect(Promise.all(arriving)).rejects.toThrow("the cable was cut");
});
