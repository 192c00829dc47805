import { expect, test } from "vitest";
import { ANY_RIDE, type RideFilter } from "../../lib/rides/filter.ts";
import { timelineOf } from "./months.ts";
import { sentenceOf, totalOf, undatedNote } from "./sentence.ts";

const timeline = timelineOf([
	{ month: "2022-03", rides: 400, distance_m: 9e6 },
	{ month: "2024-11", rides: 1000, distance_m: 2e7 },
	{ month: null, rides: 3, distance_m: 5000 },
]);
const since: RideFilter = {
	...ANY_RIDE,
	days: { from: new Date("2022-01-01"), to: null },
};
const totals = { distanceMeters: 0, movingSeconds: 0 };
const march = Date.UTC(2022, 2, 9);
const november = Date.UTC(2024, 10, 30, 23);

test("says how many rides, from when, and how many pass the busiest spot", () => {
	expect(
		sentenceOf(
			{
				most: 187,
				totals: { ...totals, rides: 412, first: march, last: november },
			},
			since,
			timeline,
		),
	).toBe(
		"412 rides from Mar 2022 to Nov 2024 pass this view; the busiest spot sees 187.",
	);
});

test("speaks of one ride, one month, all rides, rides without a date", () => {
	const say = (rides: number, most: number, first: number | null) =>
		sentenceOf(
			{ most, totals: { ...totals, rides, first, last: first } },
			ANY_RIDE,
			timeline,
		);
	expect(say(1, 1, march)).toBe(
		"1 of 1,403 rides in Mar 2022 passes this view; the busiest spot sees 1.",
	);
	expect(say(4, 4, null)).toBe(
		"4 of 1,403 rides pass this view; the busiest spot sees all 4.",
	);
});

test("says that there is nothing, and that filters may be why", () => {
	const none = {
		most: 0,
		totals: { ...totals, rides: 0, first: null, last: null },
	};
	expect(sentenceOf(none, ANY_RIDE, timeline)).toBe(
		"No ride passes this view.",
	);
	expect(sentenceOf(none, since, timeline)).toBe(
		"No ride that matches the filters passes this view.",
	);
});

test("before rides in view are counted it speaks of all, but not under a filter", () => {
	expect(sentenceOf({ most: 187, totals: null }, ANY_RIDE, timeline)).toBe(
		"1,403 rides from Mar 2022 to Nov 2024; the busiest spot sees 187.",
	);
	expect(sentenceOf({ most: 187, totals: null }, since, timeline)).toBe(
		"The busiest spot sees 187.",
	);
	expect(totalOf(timelineOf([]))).toBe("0 rides");
});

test("rides without a date are not lost", () => {
	expect(undatedNote(0, since)).toBeNull();
	expect(undatedNote(3, ANY_RIDE)).toBe(
		"3 rides without a date are counted too.",
	);
	for (const filter of [
		since,
		{ ...ANY_RIDE, weekdays: [1] },
		{ ...ANY_RIDE, hours: { from: 22, to: 6 }, text: "dawn" },
	])
		expect(undatedNote(1, filter)).toBe("1 ride without a date is left out.");
	expect(undatedNote(1, { ...ANY_RIDE, text: "dawn" })).toBeNull();
});

test("the timeline has every month, those without rides too", () => {
	expect(timeline.months).toHaveLength(33);
	expect(timeline.months[1]).toEqual({
		start: new Date("2022-04-01T00:00:00Z"),
		rides: 0,
	});
	expect(timeline.undated).toBe(3);
	expect(timeline.distanceMeters).toBe(29_005_000);
	expect(timelineOf([]).months).toEqual([]);
});
