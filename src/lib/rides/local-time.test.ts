import { expect, test } from "vitest";
import { randomFrom } from "../random.ts";
import { localTime } from "./local-time.ts";

const HOUR_MICROS = 3_600e6;

test("no clock is further than 15 hours from UTC, in any year", () => {
	const random = randomFrom(15);
	for (let turn = 0; turn < 500; turn++) {
		const time = Math.floor(
			new Date(0).setUTCFullYear(1 + random() * 2400, 1, 1) * 1000 +
				random() * 300 * 24 * HOUR_MICROS,
		);
		const local = localTime(time, {
			latitude: random() * 160 - 80,
			longitude: random() * 360 - 180,
		});
		expect(Math.abs(local - time)).toBeLessThan(16 * HOUR_MICROS);
		expect(local % 1e6).toBe(time % 1e6);
	}
});

test("summer time is what clocks showed", () => {
	const zurich = { latitude: 47.37, longitude: 8.54 };
	const winter = Date.UTC(2024, 0, 15, 12) * 1000;
	const summer = Date.UTC(2024, 6, 15, 12) * 1000;
	expect(localTime(winter, zurich) - winter).toBe(HOUR_MICROS);
	expect(localTime(summer, zurich) - summer).toBe(2 * HOUR_MICROS);
});
