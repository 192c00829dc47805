import { expect, test } from "vitest";
import { randomFrom } from "../random.ts";
import { parseTime } from "./time.ts";

const iso = (text: string) => {
	const time = parseTime(text);
	return time === null ? null : new Date(time.micros / 1000).toISOString();
};

test.each([
	["2016-02-10T11:00:00Z", "2016-02-10T11:00:00.000Z"],
	["2019-01-01 00:00:00", "2019-01-01T00:00:00.000Z"],
	["2014-09-29 17:16:32 +0000", "2014-09-29T17:16:32.000Z"],
	["2019-01-01T00:30:00+01:00", "2018-12-31T23:30:00.000Z"],
	["2019-01-01T00:30-0530", "2019-01-01T06:00:00.000Z"],
	["2019/01/02", "2019-01-02T00:00:00.000Z"],
	["20190102", "2019-01-02T00:00:00.000Z"],
	["20190102T030405Z", "2019-01-02T03:04:05.000Z"],
	["2019-01-02 24:00", "2019-01-03T00:00:00.000Z"],
	["2019-01-02 3:04", "2019-01-02T03:04:00.000Z"],
	["2019-01-02 3:04 PM", "2019-01-02T15:04:00.000Z"],
	["2019-01-02 3:04p", "2019-01-02T15:04:00.000Z"],
	["2019-01-02T12:04:05am", "2019-01-02T00:04:05.000Z"],
	["02.01.2019 13:05", "2019-01-02T13:05:00.000Z"],
	["2.1.2019", "2019-01-02T00:00:00.000Z"],
	["2019-01-02T03:04:05.1234567890123Z", "2019-01-02T03:04:05.123Z"],
	["2019/1/2 3:04", "2019-01-02T03:04:00.000Z"],
	["2019.01.02 03:04", "2019-01-02T03:04:00.000Z"],
	["2-Jan-2019 03:04", "2019-01-02T03:04:00.000Z"],
	["Wed, 02 Jan 2019 03:04:05 +0100", "2019-01-02T02:04:05.000Z"],
	["January 2, 2019, 3:04 PM", "2019-01-02T15:04:00.000Z"],
	["02.01.2019 03:04:05.000 GMT+0200", "2019-01-02T01:04:05.000Z"],
	["0099-12-31", "0099-12-31T00:00:00.000Z"],
	["Sun Aug 31 00:29:15 +0000 2014", "2014-08-31T00:29:15.000Z"],
	["Sun Aug 31 00:29:15 +0200 2014", "2014-08-30T22:29:15.000Z"],
	["1546300800", "2019-01-01T00:00:00.000Z"],
	["1546300800.25", "2019-01-01T00:00:00.250Z"],
	["1546300800123", "2019-01-01T00:00:00.123Z"],
	["1546300800123456", "2019-01-01T00:00:00.123Z"],
])("%s is %s", (text, expected) => {
	expect(iso(text)).toBe(expected);
});

test.each([
	"",
	"yesterday",
	"2019-02-29",
	"2019-13-01",
	"2019-01-01 25:00",
	"2019-01-01 10:60",
	"2019-01/01",
	"01/02/2019 10:00",
	"31.02.2019",
	"2-Jax-2019",
	"Ja 2, 2019",
	"2019-1.2",
	"2019-01-01 13:00 PM",
	"2019-01-01 0:30 AM",
	"2019-01-01T10:00+19:00",
	"Sun Xyz 31 00:29:15 +0000 2014",
	"Sun Feb 30 00:29:15 +0000 2014",
	"12345",
	"-5",
])("%s is no time", (text) => {
	expect(parseTime(text)).toBeNull();
});

test("what a Date prints is read back, to the microsecond and to the zone", () => {
	for (let step = 0; step < 500; step += 1) {
		const millis = step * 7_919_000_123 - 2_000_000_000_000;
		const text = new Date(millis).toISOString();
		if (/^[+-]/.test(text)) continue;
		expect(parseTime(text)).toEqual({ micros: millis * 1000, zoned: true });
		expect(parseTime(text.slice(0, -1))?.zoned).toBe(false);
	}
	expect(parseTime("2019-01-01T00:00:00.123456789Z")?.micros).toBe(
		Date.UTC(2019, 0, 1) * 1000 + 123456,
	);
});

test("times as devices write them are read as with a blank behind", () => {
	const random = randomFrom(1);
	const digits = (from: number, to: number, length: number) =>
		String(from + Math.floor(random() * (to - from))).padStart(length, "0");
	let read = 0;
	for (let count = 0; count < 20_000; count++) {
		const time = `${digits(0, 9999, 4)}-${digits(0, 14, 2)}-${digits(0, 33, 2)}T${digits(0, 25, 2)}:${digits(0, 61, 2)}:${digits(0, 61, 2)}`;
		const text = [...time, random() < 0.5 ? "Z" : `.${digits(0, 999, 3)}Z`];
		if (random() < 0.5)
			text[Math.floor(random() * text.length)] = "0 -+:./T"[
				Math.floor(random() * 8)
			] as string;
		const parsed = parseTime(text.join(""));
		expect(parsed).toEqual(parseTime(`${text.join("")} `));
		if (parsed !== null) read++;
	}
	expect(read).toBeGreaterThan(5000);
});
