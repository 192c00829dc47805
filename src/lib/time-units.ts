export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const TIME_UNITS = ["hour", "day", "week", "month", "year"] as const;

/** A UTC hour, a UTC day, a week from Monday, a month or a year, UTC. */
export type TimeUnit = (typeof TIME_UNITS)[number];

/** Units as the heads of columns and the names of choices. */
export const UNIT_LABELS = {
	hour: "Hour",
	day: "Day",
	week: "Week",
	month: "Month",
	year: "Year",
} as const;

const UNIT_MS = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS };
/** Units whose lengths differ. */
const UNIT_MONTHS = { month: 1, year: 12 };
/** 1 January 1970 was a Thursday. */
const MONDAY_MS = 4 * DAY_MS;

/** The start of the unit that an instant lies in. */
export function unitStart(time: Date, unit: TimeUnit): Date {
	if (unit === "month" || unit === "year")
		return atMonth(
			Math.floor(monthOf(time) / UNIT_MONTHS[unit]) * UNIT_MONTHS[unit],
		);
	const length = UNIT_MS[unit];
	const origin = unit === "week" ? MONDAY_MS : 0;
	return new Date(
		Math.floor((time.getTime() - origin) / length) * length + origin,
	);
}

/** So many units later, or earlier, than the start of one. */
export function addUnits(start: Date, units: number, unit: TimeUnit): Date {
	return unit === "month" || unit === "year"
		? atMonth(monthOf(start) + units * UNIT_MONTHS[unit])
		: new Date(start.getTime() + units * UNIT_MS[unit]);
}

/** Units between two starts. */
export function unitsBetween(from: Date, to: Date, unit: TimeUnit): number {
	return Math.round(
		unit === "month" || unit === "year"
			? (monthOf(to) - monthOf(from)) / UNIT_MONTHS[unit]
			: (to.getTime() - from.getTime()) / UNIT_MS[unit],
	);
}

/** Whole months since the year 0, UTC. */
function monthOf(time: Date): number {
	return time.getUTCFullYear() * 12 + time.getUTCMonth();
}

function atMonth(month: number): Date {
	return new Date(Date.UTC(Math.floor(month / 12), month % 12));
}
