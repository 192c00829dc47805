import { describe, expect, it } from "vitest";
import { randomFrom } from "../lib/random.ts";
import {
	AVERAGE_UNITS,
	addUnits,
	type SeriesUnit,
	tagSeriesOf,
	unitStart,
	unitsBetween,
} from "./tag-series.ts";

const UNITS: readonly SeriesUnit[] = ["hour", "day", "week", "month", "year"];
const FIRST = new Date("2024-02-27T13:37:00Z");
/** With more units than an average runs over. */
const LASTS: Readonly<Record<SeriesUnit, string>> = {
	hour: "2024-05-09T02:01:00Z",
	day: "2024-05-09T02:01:00Z",
	week: "2024-05-09T02:01:00Z",
	month: "2026-05-09T02:01:00Z",
	year: "2031-05-09T02:01:00Z",
};

describe.each(UNITS)("series by %s", (unit) => {
	const LAST = new Date(LASTS[unit]);
	const averageUnits = AVERAGE_UNITS[unit];
	const known = addUnits(unitStart(FIRST, unit), 1 - averageUnits, unit);
	const random = randomFrom(3);
	const units = unitsBetween(known, unitStart(LAST, unit), unit) + 1;
	const values = Array.from({ length: units }, () =>
		random() < 0.4 ? 0 : Math.floor(random() * 50),
	);
	const rows = values
		.map((occurrences, at) => ({
			tag: "a",
			start: addUnits(known, at, unit),
			occurrences,
		}))
		.filter(({ occurrences }) => occurrences > 0);
	const [series] = tagSeriesOf(rows, ["a"], {
		unit,
		first: FIRST,
		last: LAST,
		known,
		averageUnits,
	});
	const counts = series?.counts ?? [];

	it("have every unit from the first to the last, those without any too", () => {
		expect(counts[0]?.start).toEqual(unitStart(FIRST, unit));
		expect(counts.at(-1)?.start).toEqual(unitStart(LAST, unit));
		expect(counts.map(({ occurrences }) => occurrences)).toEqual(
			values.slice(averageUnits - 1),
		);
	});

	it("average what a plain mean over the last units averages", () => {
		for (const [at, { average }] of counts.entries()) {
			const window = values.slice(at, at + averageUnits);
			const mean = window.reduce((sum, value) => sum + value, 0) / averageUnits;
			expect(average).toBeCloseTo(mean, 9);
		}
	});

	it("have no average before enough units are known", () => {
		const [cut] = tagSeriesOf(rows, ["a"], {
			unit,
			first: FIRST,
			last: LAST,
			averageUnits,
		});
		const missing = (cut?.counts ?? []).filter(
			({ average }) => average === null,
		);
		expect(missing).toHaveLength(averageUnits - 1);
	});
});

it("a week begins on Monday, UTC, also before 1970", () => {
	for (const day of ["2024-01-01", "2024-12-30", "1969-12-29"])
		for (let hour = 0; hour < 168; hour += 23) {
			const start = new Date(`${day}T00:00:00Z`);
			const time = new Date(start.getTime() + hour * 3_600_000);
			expect(unitStart(time, "week")).toEqual(start);
		}
});

it.each(UNITS)("a %s ends where the next begins, in any year", (unit) => {
	for (let at = -800; at < 1200; at += 7) {
		const time = new Date(at * 1e9 + 123_456_789);
		const start = unitStart(time, unit);
		const next = addUnits(start, 1, unit);
		expect(start <= time && time < next).toBe(true);
		expect(unitStart(start, unit)).toEqual(start);
		expect(unitStart(new Date(next.getTime() - 1), unit)).toEqual(start);
		expect(unitStart(next, unit)).toEqual(next);
		for (const units of [-25, 0, 13])
			expect(unitsBetween(start, addUnits(start, units, unit), unit)).toBe(
				units,
			);
	}
});

it("months and years begin on their first day, UTC", () => {
	const time = new Date("2024-02-29T23:59:59.999Z");
	expect(unitStart(time, "month")).toEqual(new Date("2024-02-01T00:00:00Z"));
	expect(unitStart(time, "year")).toEqual(new Date("2024-01-01T00:00:00Z"));
	expect(addUnits(unitStart(time, "month"), -2, "month")).toEqual(
		new Date("2023-12-01T00:00:00Z"),
	);
});
