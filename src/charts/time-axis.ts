import * as Plot from "@observablehq/plot";
import { DAY_MS, HOUR_MS } from "../lib/time-units.ts";

const TICK_PIXELS = 80;

/** Beyond this Plot's own ticks, of months and years, read well. */
const LONGEST_MS = 70 * DAY_MS;

const STEPS_MS = [
	HOUR_MS / 4,
	HOUR_MS / 2,
	HOUR_MS,
	3 * HOUR_MS,
	6 * HOUR_MS,
	12 * HOUR_MS,
	DAY_MS,
	2 * DAY_MS,
	7 * DAY_MS,
];

const dayFormat = new Intl.DateTimeFormat("en-GB", {
	day: "numeric",
	month: "short",
	timeZone: "UTC",
});

/**
 * The axis of UTC time for a picture of `width` pixels: hours on the 24-hour
 * clock with their day below, days, or months with their year below.
 */
export function timeAxis(from: Date, to: Date, width: number): Plot.Markish {
	const ticks = timeTicks(from, to, width);
	return ticks === null
		? Plot.axisX({ ticks: Math.max(3, Math.round(width / 110)), tickSize: 4 })
		: Plot.axisX(ticks, {
				tickSize: 4,
				tickFormat: (_: Date, index: number) => tickLabel(ticks, index),
			});
}

/** Ticks at round hours or days; null where the span is of months. */
export function timeTicks(from: Date, to: Date, width: number): Date[] | null {
	const span = to.getTime() - from.getTime();
	if (span > LONGEST_MS) return null;
	const most = Math.max(2, Math.floor(width / TICK_PIXELS));
	const step =
		STEPS_MS.find((candidate) => span / candidate <= most) ?? 14 * DAY_MS;
	const ticks: Date[] = [];
	for (
		let time = Math.ceil(from.getTime() / step) * step;
		time <= to.getTime();
		time += step
	)
		ticks.push(new Date(time));
	return ticks;
}

/** The day, or the hour with the day where a new one begins. */
function tickLabel(ticks: readonly Date[], index: number): string {
	const time = ticks[index] as Date;
	const day = dayFormat.format(time);
	const [first, second] = ticks as [Date, Date | undefined];
	if (second === undefined || second.getTime() - first.getTime() >= DAY_MS)
		return day;
	const clock = time.toISOString().slice(11, 16);
	const before = ticks[index - 1];
	return before !== undefined && dayFormat.format(before) === day
		? clock
		: `${clock}\n${day}`;
}
