import {
	DateForms,
	isPartedDate,
	LAST_CENTURY,
} from "../../../src/lib/formats/date-forms.ts";
import { type ParsedTime, parseTime } from "../../../src/lib/formats/time.ts";
import type { Header, Roles } from "./weather-header.ts";
import { type Zone, zoneBehind } from "./weather-zones.ts";

const CLOCK = /^\d{1,2}:\d{2}/;

/** As tables of numbers write it, too: `5.0`. */
const HOUR = /^(\d{1,2})(?:\.0)?$/;

/** A clock without its colon, also as INMET writes it: `0100 UTC`. */
const DIGITS = /^(?:[01]\d|2[0-4])[0-5]\d(?: UTC)?$/;

/** What spreadsheets add to a date. */
const MIDNIGHT = /[T ]0?0:00(?::00(?:\.0+)?)?$/;

/** A date that has its time of day. */
const WITH_CLOCK = /\d[T ]\d{1,2}:?\d{2}/;

/** `2024020113`, with minutes and seconds or without, which might be a number of seconds. */
const COMPACT =
	/^((?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))([01]\d|2[0-3])([0-5]\d)?([0-5]\d)?$/;

/** A month alone, with the year before it. */
const MONTH = /^(\d{4})[-/](0?[1-9]|1[0-2])$/;

/** `Jan 2024`, `January-2024`. */
const NAMED_MONTH = /^([A-Za-z]{3,9})\.?[ -](\d{4})$/;

/** `20160101:0010`, as PVGIS writes times. */
const PVGIS = /^(\d{8}):(\d{2})(\d{2})$/;

/** As DSMR's meters write times of the Netherlands and Belgium: S in summer, W in winter. */
const DSMR = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})([SW])$/;

/** What stands in a column of times; of a day whose year and month stand apart, the whole date. */
export function timeText(
	cells: readonly string[],
	{ date, time, yearAndMonth }: Roles,
	index: number,
): string {
	const text = written(cells[index] ?? "");
	if (yearAndMonth === null || index !== (date ?? time)) return text;
	const [year = "", month = ""] = yearAndMonth.map((part) =>
		(cells[part] ?? "").trim(),
	);
	const century = Number(year) < LAST_CENTURY ? "20" : "19";
	const whole = /^\d{2}$/.test(year) ? century + year : year;
	if (yearAndMonth[1] === -1) return ofYear(whole, text);
	// Of months, the first day.
	return [whole, month, yearAndMonth.includes(index) ? "1" : text].join("-");
}

/** A date by the number of its day in a year. */
function ofYear(year: string, day: string): string {
	const time = Date.UTC(Number(year), 0, Number(day));
	const isOfYear =
		Number(day) >= 1 && new Date(time).getUTCFullYear() === Number(year);
	return isOfYear
		? new Date(time).toISOString().slice(0, 10)
		: `day ${day} of ${year}`;
}

/** A time as most programs write it. */
const USUAL = /^[\d:./+T -]*Z?$/;

/** How times stand that programs write for people, and what each is instead. */
const FOR_PEOPLE: readonly [RegExp, string][] = [
	// Engines set a narrow blank before `PM`; Spanish ones write `p. m.`.
	[/[\s\u200e]+/g, " "],
	[/ ([ap])\. ?m\.$/i, " $1m"],
	// `Wed Jan 31 2024 14:05:00 GMT+0100 (Central European Standard Time)`
	[/ \([^()]*\)$/, ""],
	[/(?<=[+-]\d{2}:?\d{2})\[[^\]]*\]$/, ""],
	[/(?<=[+-]\d{4}) UTC$/, ""],
	[/^\p{L}{2,9}[.,]* (?=\d{1,4}[-./]\d|[A-Z][a-z]{2,8} \d)/u, ""],
	// `Jan 31 14:05:00 UTC 2024`, as C and shells write it.
	[
		/^([A-Z][a-z]{2}) (\d{1,2}) (\d\d:\d\d:\d\d)( [A-Z]+)? (\d{4})$/,
		"$1 $2 $5 $3$4",
	],
	[
		/(?<=\d{4}|[-./]\d{2}),(?: at)? (?=\d{1,2}[:.]\d{2})|(?<=\d{4}) at (?=\d)/,
		" ",
	],
];

/**
 * A time as it stands in a cell, without what programs write for people; of a time from and a
 * time to, as markets of power, utilities and ISO 8601 write them, the first.
 */
function written(cell: string): string {
	let text = cell.trim();
	if (!USUAL.test(text))
		for (const [form, plain] of FOR_PEOPLE) text = text.replace(form, plain);
	return text.replace(/(?<=\d) (?:[-–]|to) \d.*$|(?<=T[\d:.]+Z?)\/\d.*$/, "");
}

/** A clock with points, as in Denmark, Finland and Italy, behind a date: `31-01-2024 14.05`. */
const POINTED_CLOCK =
	/^(\d{1,4}[-./]\d{1,2}[-./]\d{2,4} \d{1,2})\.(\d{2})(?:\.(\d{2}))?$/;

/** An hour behind a date, without minutes. */
const HOUR_BEHIND = /^(\d{4}-\d{2}-\d{2})[T ](\d{2})$/;

/** {@link parseTime}, also of a clock with points, and of an hour. */
function parseWritten(text: string): ParsedTime | null {
	const time = parseTime(text);
	if (time !== null || text.length > 22) return time;
	const clock = text.replace(POINTED_CLOCK, (_, hour, minute, second = "00") =>
		[hour, minute, second].join(":"),
	);
	const plain = clock.replace(HOUR_BEHIND, "$1 $2:00");
	return plain === text ? null : parseTime(plain);
}

/** The time of a row. */
export interface RowTime extends ParsedTime {
	/** What stands behind it, other than an offset from UTC; null where nothing does. */
	readonly zone: Zone | null;
}

/** A row's time, put together where it stands in several columns; null where there is none. */
export function timeOf(
	cells: readonly string[],
	roles: Roles,
	times: TimeForms,
): RowTime | null {
	const told = timeText(cells, roles, roles.time);
	const behind = zoneBehind(told);
	const time = timeOfText(behind?.time ?? told, cells, roles, times);
	return time === null ? null : { ...time, zone: behind?.zone ?? null };
}

function timeOfText(
	text: string,
	cells: readonly string[],
	roles: Roles,
	times: TimeForms,
): ParsedTime | null {
	if (roles.date === null) return parseWritten(times.plain(text));
	const [, hour] = HOUR.exec(text) ?? [];
	const isClock = CLOCK.test(text) || DIGITS.test(text);
	if (hour === undefined && !isClock) return parseWritten(times.plain(text));
	const date = times
		.plain(timeText(cells, roles, roles.date))
		.replace(MIDNIGHT, "");
	if (hour === undefined) return parseTime(`${date} ${text}`);
	if (WITH_CLOCK.test(date)) return parseTime(date);
	const [, minute = "00"] =
		HOUR.exec((cells[roles.minute ?? -1] ?? "").trim()) ?? [];
	return parseTime(
		`${date} ${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`,
	);
}

/** Sees how a file writes its times, where one of them alone does not tell. */
export class TimeForms {
	readonly #dates = new DateForms();
	#areCompact: boolean | null = null;
	/** Whether one has its time of day. */
	haveClocks = false;

	/** Takes what the header of the dates says of their order: `Time(dd/mm/yyyy)`. */
	tell({ name, unit }: Header): void {
		const [, order = ""] =
			/(dd?\W?mm?|mm?\W?dd?|jj\W?mm|tt\W?mm)\W?(?:yy|jj|aa)/i.exec(
				`${name} ${unit ?? ""}`,
			) ?? [];
		if (order !== "") this.#dates.told = /^m/i.test(order) ? "mdy" : "dmy";
	}

	add(text: string, line: number): void {
		if (/^\d+$/.test(text))
			this.#areCompact = this.#areCompact !== false && COMPACT.test(text);
		this.haveClocks ||=
			WITH_CLOCK.test(text.replace(MIDNIGHT, "")) || /^\d{9,}$/.test(text);
		this.#dates.add(text, line);
	}

	fault() {
		return this.#dates.fault();
	}

	/** A time as `parseTime` reads it; as it stands where the file's times do not tell how. */
	plain(time: string): string {
		if (this.#areCompact && COMPACT.test(time))
			return time.replace(
				COMPACT,
				(_, day, hour, minute = "00", second = "00") =>
					`${day} ${hour}${minute}${second}`,
			);
		if (time.length === 13 && PVGIS.test(time))
			return time.replace(PVGIS, "$1 $2$3");
		if (time.length === 13 && DSMR.test(time))
			return time.replace(
				DSMR,
				(_, year, month, day, hour, minute, second, season) =>
					`20${year}-${month}-${day} ${hour}:${minute}:${second}${season === "S" ? "+02:00" : "+01:00"}`,
			);
		return firstOfMonth(time) ?? this.#dates.plain(time);
	}
}

/** The first day of a month that is told without one; null for anything else. */
export function firstOfMonth(time: string): string | null {
	if (time.length > 14) return null;
	if (MONTH.test(time)) return time.replace(MONTH, "$1-$2-1");
	return NAMED_MONTH.test(time) ? time.replace(NAMED_MONTH, "1-$1-$2") : null;
}

/** A time that is more than a number, which anything may be. */
export function isWrittenTime(cell: string): boolean {
	const told = written(cell);
	if (/^\d*\.?\d*$/.test(told)) return false;
	const start = zoneBehind(told)?.time ?? told;
	return (
		parseWritten(firstOfMonth(start) ?? start) !== null || isPartedDate(start)
	);
}

/** A time of day. */
export function isClock(cell: string): boolean {
	return /^(?:\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AP]\.?M\.?)?|\d{4} UTC)$/i.test(
		cell.trim(),
	);
}

/** A time with its date. */
export function isMoment(cell: string): boolean {
	return isWrittenTime(cell) && WITH_CLOCK.test(written(cell));
}

export function isZoned(cell: string): boolean {
	const text = written(cell);
	return parseTime(text)?.zoned === true || zoneBehind(text) !== null;
}
