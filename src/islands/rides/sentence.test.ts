import { expect, test } from "vitest";
import { ANY_DAY } from "../../queries/rides.ts";
import { timelineOf } from "./months.ts";
import { sentenceOf, totalOf, undatedNote } from "./sentence.ts";

const timeline = timelineOf([
	{ month: "2022-03", rides: 400 },
	{ month: "2024-11", rides: 1000 },
	{ month: null, rides: 3 },
]);
const days = { from: new Date("2022-01-01"), to: null };
const march = Date.UTC(2022, 2, 9);
const november = Date.UTC(2024, 10, 30, 23);

test("says how many rides, from when, and how many pass the busiest spot", () => {
	expect(
		sentenceOf(
			{ rides: 412, most: 187, first: march, last: november },
			days,
			timeline,
		),
	).toBe(
		"412 rides from Mar 2022 to Nov 2024 pass this view; the busiest spot sees 187.",
	);
});

test("speaks of one ride, one month, all rides, rides without a date", () => {
	const say = (rides: number, most: number, first: number | null) =>
		sentenceOf({ rides, most, first, last: first }, ANY_DAY, timeline);
	expect(say(1, 1, march)).toBe(
		"1 of 1,403 rides in Mar 2022 passes this view; the busiest spot sees 1.",
	);
	expect(say(4, 4, null)).toBe(
		"4 of 1,403 rides pass this view; the busiest spot sees all 4.",
	);
});

test("says that there is nothing, and that days may be why", () => {
	const none = { rides: 0, most: 0, first: null, last: null };
	expect(sentenceOf(none, ANY_DAY, timeline)).toBe("No ride passes this view.");
	expect(sentenceOf(none, days, timeline)).toBe(
		"No ride passes this view in these days.",
	);
});

test("before rides in view are counted it speaks of all", () => {
	expect(
		sentenceOf(
			{ rides: null, most: 187, first: null, last: null },
			ANY_DAY,
			timeline,
		),
	).toBe("1,403 rides from Mar 2022 to Nov 2024; the busiest spot sees 187.");
	expect(totalOf(timelineOf([]))).toBe("0 rides");
});

test("rides without a date are not lost", () => {
	expect(undatedNote(0, days)).toBeNull();
	expect(undatedNote(3, ANY_DAY)).toBe(
		"3 rides without a date are counted too.",
	);
	expect(undatedNote(1, days)).toBe("1 ride without a date is left out.");
});

test("the timeline has every month, those without rides too", () => {
	expect(timeline.months).toHaveLength(33);
	expect(timeline.months[1]).toEqual({
		start: new Date("2022-04-01T00:00:00Z"),
		rides: 0,
	});
	expect(timeline.undated).toBe(3);
	expect(timelineOf([]).months).toEqual([]);
});
