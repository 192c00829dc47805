import { expect, it } from "vitest";
import { addUnits, TIME_UNITS, unitStart, unitsBetween } from "./time-units.ts";

it("a week begins on Monday, UTC, also before 1970", () => {
	for (const day of ["2024-01-01", "2024-12-30", "1969-12-29"])
		for (let hour = 0; hour < 168; hour += 23) {
			const start = new Date(`${day}T00:00:00Z`);
			const time = new Date(start.getTime() + hour * 3_600_000);
			expect(unitStart(time, "week")).toEqual(start);
		}
});

it.each(TIME_UNITS)("a %s ends where the next begins, in any year", (unit) => {
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
