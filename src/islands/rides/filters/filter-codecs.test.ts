import { expect, test } from "vitest";
import {
	distanceCodec,
	hoursCodec,
	kindsCodec,
	weekdaysCodec,
} from "./filter-codecs.ts";

test("kinds survive the address, whatever they are called", () => {
	const names = [
		null,
		"",
		"-",
		"\\-",
		"\\e",
		"e",
		"a,b",
		",",
		"\\",
		"🚴\n",
		"ß",
	];
	for (let choice = 0; choice < 2 ** names.length; choice++) {
		const kinds = names.filter((_, index) => (choice >> index) & 1);
		expect(kindsCodec.parse(kindsCodec.format(kinds))).toEqual(kinds);
	}
	expect(kindsCodec.format(["cycling", "running"])).toBe("cycling,running");
	for (const text of [",", "a,", "\\", "a,,b"])
		expect(kindsCodec.parse(text)).toBeUndefined();
});

test("distances survive the address to the metre", () => {
	for (const from of [null, 0, 1, 12_345, 100_000])
		for (const to of [null, 7, 999_999_999]) {
			const distance = { from, to };
			if (from === null && to === null) continue;
			expect(distanceCodec.parse(distanceCodec.format(distance))).toEqual(
				distance,
			);
		}
	expect(distanceCodec.parse("10-50.5")).toEqual({ from: 10_000, to: 50_500 });
	for (const text of ["", "10", "a-b", "-1-5", "1e3-", "10-50-60", "9999999-"])
		expect(distanceCodec.parse(text)).toBeUndefined();
});

test("weekdays and hours survive the address", () => {
	for (let choice = 0; choice < 2 ** 7; choice++) {
		const days = [1, 2, 3, 4, 5, 6, 7].filter((day) => (choice >> day) & 1);
		expect(weekdaysCodec.parse(weekdaysCodec.format(days))).toEqual(days);
	}
	expect(weekdaysCodec.parse("sun,sat,sun")).toEqual([6, 7]);
	expect(weekdaysCodec.parse("sat,funday")).toBeUndefined();
	for (let from = 0; from < 24; from++)
		for (let to = 1; to <= 24; to++) {
			if (from === to || (from === 0 && to === 24)) continue;
			const hours = { from, to };
			expect(hoursCodec.parse(hoursCodec.format(hours))).toEqual(hours);
		}
	expect(hoursCodec.parse("0-24")).toBeNull();
	for (const text of ["7-7", "24-3", "5-25", "7", "-"])
		expect(hoursCodec.parse(text)).toBeUndefined();
});
