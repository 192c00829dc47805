import { weekdayOf } from "./filter.ts";
import type { RideList } from "./list.ts";

/** Some rides by the year of their local start, every year from the first to the last; undated rides in none. */
export function ridesPerYear(
	list: RideList,
	rides: readonly number[],
): { readonly year: number; readonly rides: number }[] {
	const counts = new Map<number, number>();
	for (const start of startsOf(list, rides)) {
		const year = new Date(start).getUTCFullYear();
		counts.set(year, (counts.get(year) ?? 0) + 1);
	}
	if (counts.size === 0) return [];
	const first = Math.min(...counts.keys());
	const last = Math.max(...counts.keys());
	return Array.from({ length: last - first + 1 }, (_, index) => ({
		year: first + index,
		rides: counts.get(first + index) ?? 0,
	}));
}

/** Some rides by the weekday of their local start, Monday first; undated rides on none. */
export function ridesPerWeekday(
	list: RideList,
	rides: readonly number[],
): number[] {
	const counts = new Array<number>(7).fill(0);
	for (const start of startsOf(list, rides)) {
		const day = weekdayOf(start) - 1;
		counts[day] = (counts[day] ?? 0) + 1;
	}
	return counts;
}

function startsOf(
	{ startedAtLocal }: RideList,
	rides: readonly number[],
): number[] {
	return rides
		.map((ride) => startedAtLocal[ride] ?? null)
		.filter((start) => start !== null);
}
