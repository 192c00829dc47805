import { expect, test } from "vitest";
import {
	kindCounts,
	newestFirst,
	numbersIn,
	type RideList,
	totalsOf,
} from "./list.ts";

const list: RideList = {
	id: ["a", "b", "c", "d", "e"],
	name: [null, null, null, null, null],
	kind: ["running", "cycling", "cycling", null, "cycling"],
	startedAtLocal: [10, 20, 30, null, null],
	distanceMeters: [1000, 2000, null, 4000, 8000],
	movingSeconds: [1, 2, 4, null, null],
	durationSeconds: [1, 2, 4, null, null],
	ascentMeters: [null, null, null, null, null],
};

test("sums up the rides that count; undated ones have no part in the span", () => {
	expect(totalsOf(list, Uint8Array.of(1, 0, 1, 1, 0))).toEqual({
		rides: 3,
		distanceMeters: 5000,
		movingSeconds: 5,
		first: 10,
		last: 30,
	});
	expect(totalsOf(list, Uint8Array.of(0, 0, 0, 1, 0)).first).toBeNull();
});

test("lists the newest first and undated rides last", () => {
	expect(newestFirst(list, [0, 1, 2, 3, 4])).toEqual([2, 1, 0, 4, 3]);
	expect(numbersIn(Uint8Array.of(0, 1, 0, 0, 1))).toEqual([1, 4]);
});

test("kinds are all that there are, by how frequent they are, with those that count", () => {
	expect(kindCounts(list, Uint8Array.of(1, 0, 0, 0, 1))).toEqual([
		{ kind: "cycling", rides: 1 },
		{ kind: "running", rides: 1 },
		{ kind: null, rides: 0 },
	]);
});
