import { expect, it } from "vitest";
import { timeTicks } from "./time-axis.ts";

const HOUR_MS = 3_600_000;
const START = Date.parse("2024-02-27T05:17:00Z");

it("ticks lie in the span, evenly, at round times, and have room for their labels", () => {
	for (const width of [340, 960, 1400])
		for (let span = HOUR_MS; span < 70 * 24 * HOUR_MS; span *= 1.3) {
			const to = new Date(START + span);
			const ticks = timeTicks(new Date(START), to, width) as Date[];
			expect(ticks.length * 60).toBeLessThanOrEqual(width + 60);
			for (const tick of ticks) {
				expect(tick.getTime()).toBeGreaterThanOrEqual(START);
				expect(tick.getTime()).toBeLessThanOrEqual(to.getTime());
				expect(tick.getTime() % (HOUR_MS / 4)).toBe(0);
			}
			const steps = ticks
				.slice(1)
				.map((tick, index) => tick.getTime() - (ticks[index]?.getTime() ?? 0));
			expect(new Set(steps).size).toBeLessThanOrEqual(1);
		}
});

it("years are left to Plot", () => {
	expect(timeTicks(new Date("2020-01-01"), new Date("2024-01-01"), 960)).toBe(
		null,
	);
});
