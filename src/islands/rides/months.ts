import type { RideList } from "../../lib/rides/list.ts";

/** A month of the timeline. */
export interface Month {
	/** First day, midnight UTC. */
	readonly start: Date;
	readonly rides: number;
}

export interface Timeline {
	/** Every month from the first to the last with a ride, those without rides too. */
	readonly months: readonly Month[];
	/** Rides without a date. */
	readonly undated: number;
	readonly dated: number;
	/** Of all rides, undated ones too. */
	readonly distanceMeters: number;
	/** Of all rides, undefined where the lake is too old to tell. */
	readonly movingSeconds: number | undefined;
}

/**
 * A row of the roll-up `rides_per_month`; `month` is `YYYY-MM`, null for undated. Lakes
 * of before lack the time moved.
 */
export interface MonthRow {
	readonly month: string | null;
	readonly rides: number;
	readonly distance_m: number;
	readonly moving_s?: number;
}

export function timelineOf(rows: readonly MonthRow[]): Timeline {
	const byMonth = new Map<number, number>();
	let undated = 0;
	let distanceMeters = 0;
	let movingSeconds: number | undefined = 0;
	for (const { month, rides, distance_m, moving_s } of rows) {
		distanceMeters += distance_m;
		movingSeconds =
			moving_s === undefined || movingSeconds === undefined
				? undefined
				: movingSeconds + moving_s;
		if (month === null) undated += rides;
		else byMonth.set(ordinalOf(month), rides);
	}
	const ordinals = [...byMonth.keys()];
	const first = ordinals.reduce((one, other) => Math.min(one, other), Infinity);
	const last = ordinals.reduce((one, other) => Math.max(one, other), -Infinity);
	const months: Month[] = [];
	let dated = 0;
	for (let ordinal = first; ordinal <= last; ordinal++) {
		const rides = byMonth.get(ordinal) ?? 0;
		dated += rides;
		months.push({ start: startOf(ordinal), rides });
	}
	return { months, undated, dated, distanceMeters, movingSeconds };
}

/** For each month, its rides among those that a mask holds. */
export function ridesPerMonth(
	months: readonly Month[],
	{ startedAtLocal }: RideList,
	mask: Uint8Array,
): readonly number[] {
	const counts = new Array<number>(months.length).fill(0);
	const first = months[0]?.start;
	if (first === undefined) return counts;
	const origin = first.getUTCFullYear() * 12 + first.getUTCMonth();
	for (const [ride, isCounted] of mask.entries()) {
		const time = startedAtLocal[ride] ?? null;
		if (isCounted === 0 || time === null) continue;
		const start = new Date(time);
		const month = start.getUTCFullYear() * 12 + start.getUTCMonth() - origin;
		counts[month] = (counts[month] ?? 0) + 1;
	}
	return counts;
}

/** What the roll-up `rides_per_month` would say of some rides. */
export function monthRowsOf(list: RideList): MonthRow[] {
	const rows = new Map<string | null, Required<MonthRow>>();
	for (const [ride, time] of list.startedAtLocal.entries()) {
		const month =
			time === null ? null : new Date(time).toISOString().slice(0, 7);
		const row = rows.get(month) ?? {
			month,
			rides: 0,
			distance_m: 0,
			moving_s: 0,
		};
		rows.set(month, {
			month,
			rides: row.rides + 1,
			distance_m: row.distance_m + (list.distanceMeters[ride] ?? 0),
			moving_s: row.moving_s + (list.movingSeconds[ride] ?? 0),
		});
	}
	return [...rows.values()];
}

/** The years in which there are rides. */
export function yearsOf(months: readonly Month[]): number[] {
	const ridden = months.filter(({ rides }) => rides > 0);
	return [...new Set(ridden.map(({ start }) => start.getUTCFullYear()))];
}

/** The last day of a month, midnight UTC. */
export function lastDayOf(start: Date): Date {
	return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0));
}

function ordinalOf(month: string): number {
	const [year = 0, number = 1] = month.split("-").map(Number);
	return year * 12 + number - 1;
}

function startOf(ordinal: number): Date {
	const start = new Date(0);
	start.setUTCFullYear(Math.floor(ordinal / 12), ordinal % 12, 1);
	return start;
}
