export interface ParsedTime {
	/** Microseconds since 1970, UTC. */
	readonly micros: number;
	/** Whether the text names its zone; without one the time is taken as UTC. */
	readonly zoned: boolean;
}

const CLOCK =
	"(?:[T ]+(\\d{2}|\\d(?=:)):?(\\d{2})(?::?(\\d{2})(?:[.,](\\d+))?)?(?: *([AP])\\.?(?:M\\.?)?)?)?\\s*(Z|(?:UTC|GMT)?[+-]\\d{2}(?::?\\d{2})?|UTC|GMT)?";

const ISO = new RegExp(`^(\\d{4})(-?)(\\d{2})\\2(\\d{2})${CLOCK}$`, "i");

/** As spreadsheets write it, where a date begins with its year. */
const PARTED = new RegExp(
	`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${CLOCK}$`,
	"i",
);

const DOTTED = new RegExp(`^(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4})${CLOCK}$`, "i");

/** `31-Jan-2024`, `Wed, 31 Jan 2024 07:05:00 +0100`. */
const DAY_OF_MONTH = new RegExp(
	`^(?:[a-z]{3,9}, )?(\\d{1,2})[- ]([a-z]{3,9})\\.?,?[- ](\\d{4}),?${CLOCK}$`,
	"i",
);

/** `Jan 31, 2024`. */
const MONTH_AND_DAY = new RegExp(
	`^(?:[a-z]{3,9}, )?([a-z]{3,9})\\.? (\\d{1,2}),? (\\d{4}),?${CLOCK}$`,
	"i",
);

const TWITTER =
	/^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{2}):(\d{2}):(\d{2}) ([+-]\d{4}) (\d{4})$/;

/** In English, from January. */
export const MONTHS = [
	...["january", "february", "march", "april", "may", "june", "july"],
	...["august", "september", "october", "november", "december"],
];

const EPOCH = /^(\d{9,19})(?:\.(\d{1,6})\d*)?$/;

/**
 * Reads a time: ISO 8601 to the second's fraction (`2019-01-01T00:00:00.5+01:00`;
 * also with a space before the time or the zone, slashes or points in the date, basic
 * form, or the date alone), the same with a date such as `31.8.2014`, `31-Aug-2014` or
 * `Aug 31, 2014` (English months) or a clock of twelve hours (`1:05 PM`), Twitter's `Sun Aug 31 00:29:15 +0000 2014`, or the number of
 * seconds (9 or 10 digits), milliseconds (12 or 13), microseconds (15 or 16) or
 * nanoseconds (18 or 19, cut to the microsecond) since 1970. 24:00 is the next day's midnight. Null for anything else: a day that
 * no calendar has, and `01/02/2014`, which is two days.
 */
export function parseTime(text: string): ParsedTime | null {
	const usual = parseUsual(text);
	if (usual !== null) return usual;
	const trimmed = text.trim();
	const iso = ISO.exec(trimmed) ?? PARTED.exec(trimmed);
	if (iso !== null) {
		const [, year, , month, day, ...clock] = iso;
		return composeWithClock(Number(year), Number(month), Number(day), clock);
	}
	const dotted = DOTTED.exec(trimmed);
	if (dotted !== null) {
		const [, day, month, year, ...clock] = dotted;
		return composeWithClock(Number(year), Number(month), Number(day), clock);
	}
	const dayOfMonth = DAY_OF_MONTH.exec(trimmed);
	if (dayOfMonth !== null) {
		const [, day, month = "", year, ...clock] = dayOfMonth;
		return composeWithClock(Number(year), monthOf(month), Number(day), clock);
	}
	const monthAndDay = MONTH_AND_DAY.exec(trimmed);
	if (monthAndDay !== null) {
		const [, month = "", day, year, ...clock] = monthAndDay;
		return composeWithClock(Number(year), monthOf(month), Number(day), clock);
	}
	const twitter = TWITTER.exec(trimmed);
	if (twitter !== null) {
		const [, name = "", day, hour, minute, second, zone, year] = twitter;
		return compose(
			Number(year),
			monthOf(name),
			Number(day),
			Number(hour),
			Number(minute),
			Number(second),
			0,
			zone,
		);
	}
	return parseEpoch(trimmed);
}

/** From 1, by a name or its beginning; 0 for what is none. */
function monthOf(name: string): number {
	return MONTHS.findIndex((month) => month.startsWith(name.toLowerCase())) + 1;
}

/** Reads `2019-01-01T00:00:00Z` and `2019-01-01T00:00:00.000Z`, which devices write by the million, without patterns; null for anything else. */
function parseUsual(text: string): ParsedTime | null {
	const last = text.length - 1;
	const isUsual =
		(last === 19 || (last === 23 && text[19] === ".")) &&
		text[4] === "-" &&
		text[7] === "-" &&
		text[10] === "T" &&
		text[13] === ":" &&
		text[16] === ":" &&
		text[last] === "Z";
	if (!isUsual) return null;
	const time = compose(
		digits(text, 0, 4),
		digits(text, 5, 7),
		digits(text, 8, 10),
		digits(text, 11, 13),
		digits(text, 14, 16),
		digits(text, 17, 19),
		1000 * digits(text, 20, last),
		"Z",
	);
	return time === null || Number.isNaN(time.micros) ? null : time;
}

/** The number that some characters are, 0 where there are none, NaN where one is no digit. */
function digits(text: string, from: number, to: number): number {
	let value = 0;
	for (let at = from; at < to; at++) {
		const digit = text.charCodeAt(at) - 48;
		if (digit < 0 || digit > 9) return Number.NaN;
		value = 10 * value + digit;
	}
	return value;
}

/** `clock`: what the groups of {@link CLOCK} hold. */
function composeWithClock(
	year: number,
	month: number,
	day: number,
	clock: readonly (string | undefined)[],
): ParsedTime | null {
	const [hour, minute, second, fraction, half, zone] = clock;
	const hours = Number(hour ?? 0);
	if (half !== undefined && (hours < 1 || hours > 12)) return null;
	return compose(
		year,
		month,
		day,
		half === undefined ? hours : (hours % 12) + (/p/i.test(half) ? 12 : 0),
		Number(minute ?? 0),
		Number(second ?? 0),
		Number((fraction ?? "").padEnd(6, "0").slice(0, 6)),
		zone,
	);
}

function parseEpoch(text: string): ParsedTime | null {
	const [, whole = "", fraction = ""] = EPOCH.exec(text) ?? [];
	if (whole.length === 9 || whole.length === 10)
		return {
			micros: Number(whole) * 1e6 + Number(fraction.padEnd(6, "0")),
			zoned: true,
		};
	if (whole.length === 12 || whole.length === 13)
		return { micros: Number(whole) * 1e3, zoned: true };
	if (whole.length === 15 || whole.length === 16)
		return { micros: Number(whole), zoned: true };
	if (whole.length === 18 || whole.length === 19)
		return { micros: Number(whole.slice(0, -3)), zoned: true };
	return null;
}

function compose(
	year: number,
	month: number,
	day: number,
	hour: number,
	minute: number,
	second: number,
	micros: number,
	zone: string | undefined,
): ParsedTime | null {
	const midnight = midnightOf(year, month, day);
	if (midnight === null) return null;
	const endOfDay = hour === 24 && minute === 0 && second === 0 && micros === 0;
	if ((hour > 23 && !endOfDay) || minute > 59 || second > 59) return null;
	const offset = zone === undefined ? 0 : zoneMinutes(zone);
	if (offset === null) return null;
	const seconds = midnight + hour * 3600 + (minute - offset) * 60 + second;
	return { micros: seconds * 1e6 + micros, zoned: zone !== undefined };
}

/** The day looked at last: one after the other, times are often of the same. */
let lastDay = { key: Number.NaN, midnight: null as number | null };

/** Seconds since 1970, null for a day that no calendar has. */
function midnightOf(year: number, month: number, day: number): number | null {
	const key = (year * 100 + month) * 100 + day;
	if (lastDay.key === key) return lastDay.midnight;
	const date = new Date(0);
	date.setUTCFullYear(year, month - 1, day);
	const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
	lastDay = { key, midnight: exists ? date.getTime() / 1000 : null };
	return lastDay.midnight;
}

/** Minutes east of UTC, null beyond what any place has used. */
function zoneMinutes(zone: string): number | null {
	const match = /([+-])(\d{2}):?(\d{2})?$/.exec(zone);
	if (match === null) return 0;
	const hours = Number(match[2]);
	const minutes = Number(match[3] ?? 0);
	if (hours > 15 || minutes > 59) return null;
	return (match[1] === "-" ? -1 : 1) * (hours * 60 + minutes);
}
