import { expect, test } from "vitest";
import { ridesPerWeekday, ridesPerYear } from "./habits.ts";
import type { RideList } from "./list.ts";

const startedAtLocal = [
	Date.UTC(1969, 11, 31, 23, 59),
	Date.UTC(1972, 0, 1),
	Date.UTC(1972, 11, 31, 23, 59),
	null,
];
// Only the starts are read.
const list = { startedAtLocal } as Partial<RideList> as RideList;

test("years without a ride have their place, and undated rides none", () => {
	expect(ridesPerYear(list, [0, 1, 2, 3])).toEqual([
		{ year: 1969, rides: 1 },
		{ year: 1970, rides: 0 },
		{ year: 1971, rides: 0 },
		{ year: 1972, rides: 2 },
	]);
	expect(ridesPerYear(list, [3])).toEqual([]);
});

test("weekdays are those of the calendar", () => {
	const expected = new Array(7).fill(0);
	for (const start of startedAtLocal)
		if (start !== null) expected[(new Date(start).getUTCDay() + 6) % 7]++;
	expect(ridesPerWeekday(list, [0, 1, 2, 3])).toEqual(expected);
});
