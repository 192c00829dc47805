import { expect, test } from "vitest";
import { memoryCache } from "./byte-cache.ts";

const bytes = (length: number) => new Uint8Array(length);

test("keeps to its budget, and what was used last stays", async () => {
	const cache = memoryCache(100);
	await cache.put("a", bytes(40));
	await cache.put("b", bytes(40));
	await cache.get("a");
	await cache.put("c", bytes(40));
	expect(await cache.get("b")).toBeUndefined();
	expect(await cache.get("a")).toHaveLength(40);
	expect(await cache.get("c")).toHaveLength(40);

	await cache.put("d", bytes(101));
	expect(await cache.get("d")).toBeUndefined();
	expect(await cache.get("a")).toHaveLength(40);
	await cache.put("a", bytes(10));
	await cache.put("e", bytes(50));
	expect(await cache.get("c")).toHaveLength(40);
	await cache.remove("c");
	expect(await cache.get("c")).toBeUndefined();
});
