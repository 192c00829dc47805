import { describe, expect, it } from "vitest";
import { randomFrom } from "../lib/random.ts";
import {
	addUnits,
	TIME_UNITS,
	type TimeUnit,
	unitStart,
	unitsBetween,
} from "../lib/time-units.ts";
import { AVERAGE_UNITS, tagSeriesOf } from "./tag-series.ts";

const FIRST = new Date("2024-02-27T13:37:00Z");
/** With more units than an average runs over. */
const LASTS: Readonly<Record<TimeUnit, string>> = {
	hour: "2024-05-09T02:01:00Z",
	day: "2024-05-09T02:01:00Z",
	week: "2024-05-09T02:01:00Z",
	month: "2026-05-09T02:01:00Z",
	year: "2031-05-09T02:01:00Z",
};

describe.each(TIME_UNITS)("series by %s", (unit) => {
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
