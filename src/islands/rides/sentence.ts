import { isAnyRide, type RideFilter } from "../../lib/rides/filter.ts";
import type { RideTotals } from "../../lib/rides/list.ts";
import { formatCount, formatCounted } from "../../lib/text/format.ts";
import type { Timeline } from "./months.ts";

const monthOf = new Intl.DateTimeFormat("en", {
	month: "short",
	year: "numeric",
	timeZone: "UTC",
});

export interface Seen {
	/** Of the rides on the screen, null where only the roll-up is here. */
	readonly totals: RideTotals | null;
	/** Rides of the busiest cell on the screen. */
	readonly most: number;
}

/**
 * What the map shows now, in a sentence. Where the rides in view are not counted yet, of
 * all of them; under a filter of the busiest spot alone.
 */
export function sentenceOf(
	seen: Seen,
	filter: RideFilter,
	timeline: Timeline,
): string {
	const { totals, most } = seen;
	if (most === 0)
		return isAnyRide(filter)
			? "No ride passes this view."
			: "No ride that matches the filters passes this view.";
	const busiest = `the busiest spot sees ${most === totals?.rides && most > 1 ? `all ${formatCount(most)}` : formatCount(most)}`;
	if (totals === null)
		return isAnyRide(filter)
			? `${totalOf(timeline)}; ${busiest}.`
			: `The busiest spot sees ${formatCount(most)}.`;
	const { rides } = totals;
	const span = spanOf(totals.first, totals.last);
	const all = timeline.dated + timeline.undated;
	const isPart = isAnyRide(filter) && rides < all;
	const seenOf = isPart
		? `${formatCount(rides)} of ${formatCounted(all, "ride")}`
		: formatCounted(rides, "ride");
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
	return `${formatCounted(dated + undated, "ride")}${span}`;
}

/** What becomes of rides without a date; null where there are none, or where it depends on the ride. */
export function undatedNote(
	undated: number,
	filter: RideFilter,
): string | null {
	if (undated === 0) return null;
	const { days, weekdays, hours } = filter;
	const asksForTime =
		days.from !== null ||
		days.to !== null ||
		weekdays.length > 0 ||
		hours !== null;
	if (!asksForTime && !isAnyRide(filter)) return null;
	const are = undated === 1 ? "is" : "are";
	return `${formatCounted(undated, "ride")} without a date ${are} ${asksForTime ? "left out" : "counted too"}.`;
}

/** A latitude or longitude: `47.6612° N`. */
export function degreesOf(
	value: number,
	positive: string,
	negative: string,
): string {
	return `${Math.abs(value).toFixed(4)}° ${value < 0 ? negative : positive}`;
}

function spanOf(first: number | null, last: number | null): string {
	if (first === null || last === null) return "";
	const [from, to] = [monthOf.format(first), monthOf.format(last)];
	return from === to ? ` in ${from}` : ` from ${from} to ${to}`;
}
