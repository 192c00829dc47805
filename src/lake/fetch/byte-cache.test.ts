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

test("a lower budget evicts at once, a higher one has its limit", async () => {
	const cache = memoryCache(100);
	for (const key of ["a", "b", "c"]) await cache.put(key, bytes(30));
	expect(cache.use()).toEqual({ bytes: 90, budgetBytes: 100 });
	await cache.setBudget(60);
	expect(await cache.get("a")).toBeUndefined();
	expect(cache.use()).toEqual({ bytes: 60, budgetBytes: 60 });
	await cache.setBudget(1e9);
	expect(cache.use().budgetBytes).toBe(100);
	await cache.setBudget(50);
	await cache.setBudget(null);
	await cache.clear();
	expect(cache.use()).toEqual({ bytes: 0, budgetBytes: 100 });
});
