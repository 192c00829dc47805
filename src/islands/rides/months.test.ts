import { expect, test } from "vitest";
import type { RideList } from "../../lib/rides/list.ts";
import { ridesPerMonth, timelineOf, yearsOf } from "./months.ts";

test("rides that count fall into the months of the timeline", () => {
	const startedAtLocal = [
		Date.UTC(1969, 10, 30, 23, 59),
		Date.UTC(1969, 11, 31, 23, 59),
		Date.UTC(1970, 0, 1),
		null,
		Date.UTC(1970, 1, 28),
	];
	const list = { startedAtLocal } as Partial<RideList> as RideList;
	const { months } = timelineOf(
		["1969-11", "1969-12", "1970-01", "1970-02"].map((month) => ({
			month,
			rides: 1,
			distance_m: 0,
		})),
	);
	const count = (...mask: number[]) =>
		ridesPerMonth(months, list, Uint8Array.from(mask));
	expect(count(1, 1, 1, 1, 1)).toEqual([1, 1, 1, 1]);
	expect(count(1, 0, 1, 1, 0)).toEqual([1, 0, 1, 0]);
	expect(ridesPerMonth([], list, Uint8Array.of(0, 0, 0, 1, 0))).toEqual([]);
});

test("the time moved is told of all rides, or not at all", () => {
	const rows = ["2015-03", null].map((month) => ({
		...{ month, rides: 2, distance_m: 10, moving_s: 7 },
	}));
	expect(timelineOf(rows)).toMatchObject({
		distanceMeters: 20,
		movingSeconds: 14,
	});
	const ofBefore = rows.map(({ moving_s: _, ...row }) => row);
	expect(timelineOf(ofBefore).movingSeconds).toBeUndefined();
});

test("years without rides are not offered", () => {
	const rows = ["2015-03", "2015-12", "2025-01"].map((month) => ({
		...{ month, rides: 2, distance_m: 0 },
	}));
	expect(yearsOf(timelineOf(rows).months)).toEqual([2015, 2025]);
	expect(yearsOf([])).toEqual([]);
});
