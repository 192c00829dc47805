import { afterEach, expect, test, vi } from "vitest";
import { randomFrom } from "../random.ts";
import { localTime } from "./local-time.ts";

const NOON = Date.UTC(2025, 6, 1, 12) * 1000 + 250_000;
const HOUR = 3600e6;

afterEach(() => vi.restoreAllMocks());

test("clocks show the zone of the place, with summer time", () => {
	const zurich = { latitude: 47.37, longitude: 8.54 };
	expect(localTime(NOON, zurich) - NOON).toBe(2 * HOUR);
	expect(localTime(Date.UTC(2025, 0, 1) * 1000, zurich)).toBe(
		Date.UTC(2025, 0, 1, 1) * 1000,
	);
});

test("a zone that the engine does not know is that of the longitude", () => {
	vi.spyOn(Intl, "DateTimeFormat").mockImplementation(function unknown() {
		throw new RangeError("invalid time zone");
	});
	const coyhaique = { latitude: -45.57, longitude: -72.07 };
	expect(localTime(NOON, coyhaique) - NOON).toBe(-5 * HOUR);
});

test("no clock is further than 15 hours from UTC, in any year", () => {
	const random = randomFrom(15);
	for (let turn = 0; turn < 500; turn++) {
		const time = Math.floor(
			new Date(0).setUTCFullYear(1 + random() * 2400, 1, 1) * 1000 +
				random() * 300 * 24 * HOUR,
		);
		const local = localTime(time, {
			latitude: random() * 160 - 80,
			longitude: random() * 360 - 180,
		});
		expect(Math.abs(local - time)).toBeLessThan(16 * HOUR);
		expect(local % 1e6).toBe(time % 1e6);
	}
});
