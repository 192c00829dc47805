export interface ParsedTime {
	/** Microseconds since 1970, UTC. */
	readonly micros: number;
	/** Whether the text names its zone; without one the time is taken as UTC. */
	readonly zoned: boolean;
}

const ISO =
	/^(\d{4})([-/]?)(\d{2})\2(\d{2})(?:[T ]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/i;

const TWITTER =
	/^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{2}):(\d{2}):(\d{2}) ([+-]\d{4}) (\d{4})$/;

const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

const EPOCH = /^(\d{9,16})(?:\.(\d{1,6})\d*)?$/;

/**
 * Reads a time: ISO 8601 to the second's fraction (`2019-01-01T00:00:00.5+01:00`;
 * also with a space before the time or the zone, slashes in the date, basic form,
 * or the date alone), Twitter's `Sun Aug 31 00:29:15 +0000 2014`, or the number of
 * seconds (9 or 10 digits), milliseconds (12 or 13) or microseconds (15 or 16)
 * since 1970. 24:00 is the next day's midnight. Null for anything else, a day that
 * no calendar has included.
 */
export function parseTime(text: string): ParsedTime | null {
	const trimmed = text.trim();
	const iso = ISO.exec(trimmed);
	if (iso !== null) {
		const [, year, , month, day, hour, minute, second, fraction, zone] = iso;
		return compose(
			Number(year),
			Number(month),
			Number(day),
			Number(hour ?? 0),
			Number(minute ?? 0),
			Number(second ?? 0),
			Number((fraction ?? "").padEnd(6, "0").slice(0, 6)),
			zone,
		);
	}
	const twitter = TWITTER.exec(trimmed);
	if (twitter !== null) {
		const [, name = "", day, hour, minute, second, zone, year] = twitter;
		const month = MONTHS.indexOf(name) / 3 + 1;
		if (!Number.isInteger(month) || month < 1) return null;
		return compose(
			Number(year),
			month,
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
	const midnight = new Date(0);
	midnight.setUTCFullYear(year, month - 1, day);
	if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day)
		return null;
	const endOfDay = hour === 24 && minute === 0 && second === 0 && micros === 0;
	if ((hour > 23 && !endOfDay) || minute > 59 || second > 59) return null;
	const offset = zone === undefined ? 0 : zoneMinutes(zone);
	if (offset === null) return null;
	const seconds =
		midnight.getTime() / 1000 + hour * 3600 + (minute - offset) * 60 + second;
	return { micros: seconds * 1e6 + micros, zoned: zone !== undefined };
}

/** Minutes east of UTC, null beyond what any place has used. */
function zoneMinutes(zone: string): number | null {
	const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
	if (match === null) return 0;
	const hours = Number(match[2]);
	const minutes = Number(match[3] ?? 0);
	if (hours > 15 || minutes > 59) return null;
	return (match[1] === "-" ? -1 : 1) * (hours * 60 + minutes);
}
