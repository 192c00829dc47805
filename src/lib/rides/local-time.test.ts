import { afterEach, expect, test, vi } from "vitest";
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

test("the first century is not the twentieth", () => {
	const year50 = new Date(0).setUTCFullYear(50, 5, 1) * 1000;
	const shown = localTime(year50, { latitude: 51.48, longitude: 0.1 });
	expect(Math.abs(shown - year50)).toBeLessThan(12 * HOUR);
});

test("a zone that the engine does not know is that of the longitude", () => {
	vi.spyOn(Intl, "DateTimeFormat").mockImplementation(function unknown() {
		throw new RangeError("invalid time zone");
	});
	const coyhaique = { latitude: -45.57, longitude: -72.07 };
	expect(localTime(NOON, coyhaique) - NOON).toBe(-5 * HOUR);
});
