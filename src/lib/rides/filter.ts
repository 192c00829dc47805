import { modulo } from "../geo/grid.ts";
import { DAY_MS, HOUR_MS } from "../time-units.ts";
import type { RideList } from "./list.ts";

/**
 * Days of a ride's local start, both included; null is open. A day is midnight
 * UTC of its date.
 */
export interface DayRange {
	readonly from: Date | null;
	readonly to: Date | null;
}

export const ANY_DAY: DayRange = { from: null, to: null };

/**
 * Which rides count: those that meet every condition. A ride that does not tell what
 * a condition asks for does not count under it.
 */
export interface RideFilter {
	readonly days: DayRange;
	/** Kinds of ride, null for rides that name none; any where empty. */
	readonly kinds: readonly (string | null)[];
	/** Both included, null is open. */
	readonly distanceMeters: {
		readonly from: number | null;
		readonly to: number | null;
	};
	/** Of the local start, 1 (Monday) to 7; any where empty. */
	readonly weekdays: readonly number[];
	/**
	 * Of the local start, 0 to 23: the first hour that counts, and the first that does
	 * not any more. Past midnight where `from` is the later; null for any.
	 */
	readonly hours: { readonly from: number; readonly to: number } | null;
	/** What the name holds, in whatever case; any name or none where empty. Well-formed, without NUL. */
	readonly text: string;
}

export const ANY_RIDE: RideFilter = {
	days: ANY_DAY,
	kinds: [],
	distanceMeters: { from: null, to: null },
	weekdays: [],
	hours: null,
	text: "",
};

/** The parts of a filter, each of which can be left out by itself. */
export type FilterPart = keyof RideFilter;

export function isSameFilter(one: RideFilter, other: RideFilter): boolean {
	return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Whether every ride counts. */
export function isAnyRide(filter: RideFilter): boolean {
	return isSameFilter(filter, ANY_RIDE);
}

/** Text as a filter holds it: without the space around it, as an engine would store it. */
export function filterText(text: string): string {
	return text.toWellFormed().replaceAll("\0", "").trim();
}

/** The end of a day, as it is not in it any more. */
export function dayAfter(day: Date): Date {
	return new Date(day.getTime() + DAY_MS);
}

/** ISO weekday of a local time in milliseconds: 1 (Monday) to 7. */
export function weekdayOf(time: number): number {
	// 1 January 1970 was a Thursday.
	return modulo(Math.floor(time / DAY_MS) + 3, 7) + 1;
}

/** Hour of the day of a local time in milliseconds: 0 to 23. */
function hourOf(time: number): number {
	return Math.floor(modulo(time, DAY_MS) / HOUR_MS);
}

/**
 * 1 for each ride that counts, by its number: what `conditionsOf` says in SQL.
 * `except` leaves one part of the filter out.
 */
export function matching(
	list: RideList,
	filter: RideFilter,
	except?: FilterPart,
): Uint8Array {
	const tests = Object.entries(TESTS)
		.filter(([part]) => part !== except)
		.map(([, test]) => test(list, filter))
		.filter((test) => test !== null);
	const mask = new Uint8Array(list.id.length).fill(1);
	for (const test of tests)
		for (let ride = 0; ride < mask.length; ride++)
			if (mask[ride] === 1 && !test(ride)) mask[ride] = 0;
	return mask;
}

type Test = (
	list: RideList,
	filter: RideFilter,
) => ((ride: number) => boolean) | null;

/** A test of a ride's number for each part of a filter; null where the part asks nothing. */
const TESTS: Readonly<Record<FilterPart, Test>> = {
	days({ startedAtLocal }, { days: { from, to } }) {
		if (from === null && to === null) return null;
		const first = from?.getTime() ?? -Infinity;
		const end = to === null ? Infinity : dayAfter(to).getTime();
		return (ride) => {
			const start = startedAtLocal[ride] ?? null;
			return start !== null && start >= first && start < end;
		};
	},
	kinds({ kind }, { kinds }) {
		if (kinds.length === 0) return null;
		const chosen = new Set(kinds);
		return (ride) => chosen.has(kind[ride] ?? null);
	},
	distanceMeters(list, { distanceMeters: { from, to } }) {
		if (from === null && to === null) return null;
		return (ride) => {
			const distance = list.distanceMeters[ride] ?? null;
			return (
				distance !== null &&
				distance >= (from ?? -Infinity) &&
				distance <= (to ?? Infinity)
			);
		};
	},
	weekdays({ startedAtLocal }, { weekdays }) {
		if (weekdays.length === 0) return null;
		return (ride) => {
			const start = startedAtLocal[ride] ?? null;
			return start !== null && weekdays.includes(weekdayOf(start));
		};
	},
	hours({ startedAtLocal }, { hours }) {
		if (hours === null) return null;
		const { from, to } = hours;
		return (ride) => {
			const start = startedAtLocal[ride] ?? null;
			if (start === null) return false;
			const hour = hourOf(start);
			return from < to ? hour >= from && hour < to : hour >= from || hour < to;
		};
	},
	text({ name }, { text }) {
		if (text === "") return null;
		const sought = folded(text);
		return (ride) => folded(name[ride] ?? "").includes(sought);
	},
};

/** Capitals of Unicode 16 and 17, which the engine's `lower` leaves as they are. */
const UNKNOWN_CAPITALS =
	/[\u1c89\ua7cb\ua7cc\ua7ce\ua7d2\ua7d4\ua7da\ua7dc\u{10d50}-\u{10d65}\u{16ea0}-\u{16eb8}]/u;

/**
 * Lower case as the engine's `lower` gives it: code point by code point, so that a
 * sigma at a word's end is as any other and İ is i, whatever stands around them.
 */
export function folded(text: string): string {
	return text.replace(/[A-Z\u{80}-\u{10ffff}]/gu, (letter) => {
		if (letter === "İ") return "i";
		return UNKNOWN_CAPITALS.test(letter) ? letter : letter.toLowerCase();
	});
}
