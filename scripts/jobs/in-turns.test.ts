import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { allEnded, inTurns } from "./in-turns.ts";

test("so many items are worked on at a time, and results stand in the order of the items", async () => {
	let running = 0;
	let most = 0;
	const doubled = await inTurns(3, [5, 1, 4, 2, 3, 0], async (item) => {
		most = Math.max(most, ++running);
		for (let turn = 0; turn < item; turn++) await setImmediate();
		running--;
		return item * 2;
	});
	expect(doubled).toEqual([10, 2, 8, 4, 6, 0]);
	expect(most).toBe(3);
});

test("once an item has failed no other is begun, and the failure is told when none runs any more", async () => {
	const begun: number[] = [];
	const ended: number[] = [];
	const work = inTurns(2, [0, 1, 2, 3], async (item) => {
		begun.push(item);
		if (item === 1) throw new Error("no");
		for (let turn = 0; turn < 20; turn++) await setImmediate();
		ended.push(item);
	});
	await expect(work).rejects.toThrow("no");
	expect(begun).toEqual([0, 1]);
	expect(ended).toEqual([0]);
});

test("works of different kinds are waited for, also where one fails at once", async () => {
	expect(await allEnded([Promise.resolve(1), Promise.resolve("a")])).toEqual([
		1,
		"a",
	]);
	let hasEnded = false;
	const slow = async () => {
		for (let turn = 0; turn < 20; turn++) await setImmediate();
		hasEnded = true;
	};
	const both = allEnded([Promise.reject(new Error("no")), slow()]);
	await expect(both).rejects.toThrow("no");
	expect(hasEnded).toBe(true);
});
