import {
	DateForms,
	isPartedDate,
	LAST_CENTURY,
} from "../../../src/lib/formats/date-forms.ts";
import { type ParsedTime, parseTime } from "../../../src/lib/formats/time.ts";
import type { Header, Roles } from "./weather-header.ts";

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
	const text = startOf((cells[index] ?? "").trim());
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

/** Of a time from and a time to, as markets of power, utilities and ISO 8601 write them, the first. */
function startOf(cell: string): string {
	return cell.replace(/(?<=\d) (?:[-–]|to) \d.*$|(?<=T[\d:.]+Z?)\/\d.*$/, "");
}

/** A row's time, put together where it stands in several columns; null where there is none. */
export function timeOf(
	cells: readonly string[],
	roles: Roles,
	times: TimeForms,
): ParsedTime | null {
	const text = timeText(cells, roles, roles.time);
	if (roles.date === null) return parseTime(times.plain(text));
	const [, hour] = HOUR.exec(text) ?? [];
	const isClock = CLOCK.test(text) || DIGITS.test(text);
	if (hour === undefined && !isClock) return parseTime(times.plain(text));
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
	const start = startOf(cell.trim());
	return (
		!/^\d*\.?\d*$/.test(start) &&
		(parseTime(firstOfMonth(start) ?? start) !== null || isPartedDate(start))
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
	return isWrittenTime(cell) && WITH_CLOCK.test(startOf(cell.trim()));
}

export function isZoned(cell: string): boolean {
	return parseTime(startOf(cell.trim()))?.zoned === true;
}
