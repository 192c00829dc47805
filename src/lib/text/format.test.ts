import { expect, test } from "vitest";
import {
	formatBytes,
	formatCount,
	formatDistance,
	formatDuration,
	formatMilliseconds,
} from "./format.ts";

test("bytes never show more than three digits before their unit", () => {
	for (let bytes = 1; bytes < 1e14; bytes = Math.ceil(bytes * 1.37)) {
		const [number, unit] = formatBytes(bytes).split(" ");
		expect(Number(number)).toBeLessThan(1000);
		const factor = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }[unit ?? ""];
		expect(Math.abs((Number(number) * (factor ?? 0)) / bytes - 1)).toBeLessThan(
			0.006,
		);
	}
});

test("counts and durations read as people write them", () => {
	expect(formatCount(24271)).toBe("24,271");
	expect(formatBytes(0)).toBe("0 B");
	expect(formatMilliseconds(85.4)).toBe("85 ms");
	expect(formatMilliseconds(999.7)).toBe("1 s");
	expect(formatMilliseconds(12345)).toBe("12.3 s");
});

test("distances and hours have the digits that matter", () => {
	expect(formatDistance(0)).toBe("0 km");
	expect(formatDistance(42_195)).toBe("42.2 km");
	expect(formatDistance(99_960)).toBe("100 km");
	expect(formatDistance(1_204_499)).toBe("1,204 km");
	expect(formatDuration(29)).toBe("0 min");
	expect(formatDuration(3599)).toBe("1 h 00 min");
	expect(formatDuration(7500)).toBe("2 h 05 min");
	expect(formatDuration(360_000)).toBe("100 h");
});
