import { formatCount } from "../../lib/format.ts";
import type { DayRange } from "../../queries/rides.ts";
import type { Timeline } from "./months.ts";

const monthOf = new Intl.DateTimeFormat("en", {
	month: "short",
	year: "numeric",
	timeZone: "UTC",
});

export interface Seen {
	/** Distinct rides on the screen, null where only the roll-up is here. */
	readonly rides: number | null;
	/** Rides of the busiest cell on the screen. */
	readonly most: number;
	/** First and last local start of the rides seen, in milliseconds; null where none has a date. */
	readonly first: number | null;
	readonly last: number | null;
}

/** What the map shows now, in a sentence; all of the rides where those in view are not counted yet. */
export function sentenceOf(
	seen: Seen,
	days: DayRange,
	timeline: Timeline,
): string {
	const { rides, most } = seen;
	if (most === 0)
		return days.from === null && days.to === null
			? "No ride passes this view."
			: "No ride passes this view in these days.";
	const busiest = `the busiest spot sees ${most === rides && most > 1 ? `all ${formatCount(most)}` : formatCount(most)}`;
	if (rides === null) return `${totalOf(timeline)}; ${busiest}.`;
	const span = spanOf(seen.first, seen.last);
	const all = timeline.dated + timeline.undated;
	const isPart = days.from === null && days.to === null && rides < all;
	const seenOf = isPart
		? `${formatCount(rides)} of ${ridesOf(all)}`
		: ridesOf(rides);
	return `${seenOf}${span} ${rides === 1 ? "passes" : "pass"} this view; ${busiest}.`;
}

/** How many rides there are, and from when, before any is looked at. */
export function totalOf({ months, dated, undated }: Timeline): string {
	const first = months[0];
	const last = months.at(-1);
	const span = spanOf(
		first?.start.getTime() ?? null,
		last?.start.getTime() ?? null,
	);
	return `${ridesOf(dated + undated)}${span}`;
}

/** What becomes of rides without a date; null where there are none. */
export function undatedNote(undated: number, days: DayRange): string | null {
	if (undated === 0) return null;
	const isAnyDay = days.from === null && days.to === null;
	const [rides, are] = undated === 1 ? ["ride", "is"] : ["rides", "are"];
	return `${formatCount(undated)} ${rides} without a date ${are} ${isAnyDay ? "counted too" : "left out"}.`;
}

export function ridesOf(count: number): string {
	return `${formatCount(count)} ${count === 1 ? "ride" : "rides"}`;
}

function spanOf(first: number | null, last: number | null): string {
	if (first === null || last === null) return "";
	const [from, to] = [monthOf.format(first), monthOf.format(last)];
	return from === to ? ` in ${from}` : ` from ${from} to ${to}`;
}
