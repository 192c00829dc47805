import { parseTime } from "../../src/lib/formats/time.ts";
import { cellsOf } from "./csv.ts";

/** Places of cells, from 0. */
export interface CandleLayout {
	/** LEAN's own: a date and a time, or the milliseconds of a day that the path tells. */
	readonly isLean: boolean;
	/** Records before the first candle. */
	readonly headers: number;
	readonly cells: number;
	readonly time: number;
	/** Of a date that stands apart from the time of day; null where none does. */
	readonly date: number | null;
	readonly open: number;
	readonly high: number;
	readonly low: number;
	readonly close: number;
	readonly volume: number;
	/** Null where no column names the pair. */
	readonly symbol: number | null;
	/** Cells that nothing wants, by name; empty without a header. */
	readonly leftOut: readonly string[];
}

/** What is wrong with a header, with its place among the records. */
export interface HeaderFault {
	readonly fault: string;
	readonly record: number;
}

const DELIMITERS = [",", ";", "\t", "|"];

/** Names of columns in the order in which they are preferred, as {@link nameOf} writes them. */
const NAMES = {
	time: [
		"unix",
		"unixtime",
		"unixtimestamp",
		"opentime",
		"timeopen",
		"timestamp",
		"datetime",
		"gmttime",
		"time",
		"date",
		"t",
	],
	open: ["open", "openprice", "o"],
	high: ["high", "highprice", "h"],
	low: ["low", "lowprice", "l"],
	close: ["close", "closeprice", "c"],
	volume: ["volume", "basevolume", "vol", "v"],
	symbol: ["symbol", "ticker", "pair", "instrument"],
} as const;

/** Forms of times that candles have besides LEAN's, after {@link isoDate}; both for RE2 and here. */
export const TIME_FORMS = {
	seconds: "[0-9]{9,10}",
	milliseconds: "[0-9]{12,13}",
	microseconds: "[0-9]{15,16}",
	day: "[0-9]{8}",
	clock: "[0-9]{8} [0-9]{6}",
	iso: "[0-9]{4}-[0-9]{2}-[0-9]{2}.*",
} as const;

const TIME = new RegExp(`^(?:${Object.values(TIME_FORMS).join("|")})$`);

/** What parts the cells of the first lines: with it, a layout is found. */
export function delimiterIn(lines: readonly string[]): string {
	return (
		DELIMITERS.find((delimiter) => layoutOf(lines, delimiter) !== null) ?? ","
	);
}

/**
 * How candles stand in a text, by its first records: under a header that names open,
 * high, low, close and volume, in any order and below any remarks; or without a header
 * as LEAN writes them, or as exchanges do: time, open, high, low, close, volume and
 * whatever follows. Null where nothing tells.
 */
export function layoutOf(
	records: readonly string[],
	delimiter: string,
): CandleLayout | HeaderFault | null {
	const rows = records.map((record) => cellsOf(record, delimiter) ?? []);
	const at = rows.findIndex((cells) => {
		const names = cells.map(nameOf);
		return ["open", "high", "low", "close"].every(
			(name) => placesOf(names, NAMES[name as "open"]).length > 0,
		);
	});
	if (at !== -1) return underHeader(rows, at);
	const first = rows.find((cells) => isLean(cells) || isOfExchange(cells));
	if (first === undefined) return null;
	return {
		isLean: isLean(first),
		headers: 0,
		cells: first.length,
		time: 0,
		date: null,
		open: 1,
		high: 2,
		low: 3,
		close: 4,
		volume: 5,
		symbol: null,
		leftOut: [],
	};
}

function underHeader(
	rows: readonly (readonly string[])[],
	at: number,
): CandleLayout | HeaderFault {
	const header = rows[at] ?? [];
	const names = header.map(nameOf);
	const faults: string[] = [];
	const place = (role: keyof typeof NAMES): number | null => {
		const [found, other] = placesOf(names, NAMES[role]);
		if (found !== undefined && other !== undefined)
			faults.push(`two columns are named ${names[found]}`);
		return found ?? null;
	};
	const symbol = place("symbol");
	const pair = nameOf(rows[at + 1]?.[symbol ?? -1] ?? "");
	const volume = place("volume") ?? volumeOf(names, pair);
	const time = place("time");
	if (time === null) faults.push("no column is named time, date or timestamp");
	if (volume === null) faults.push("no column is named volume");
	const date =
		time !== null && names[time] === "time" ? names.indexOf("date") : -1;
	const layout = {
		isLean: false,
		headers: at + 1,
		cells: header.length,
		time: time ?? 0,
		date: date === -1 ? null : date,
		open: place("open") ?? 0,
		high: place("high") ?? 0,
		low: place("low") ?? 0,
		close: place("close") ?? 0,
		volume: volume ?? 0,
		symbol,
	};
	const [fault] = faults;
	if (fault !== undefined) return { fault, record: at };
	const { headers, cells, isLean: _, ...places } = layout;
	const used = new Set<number | null>(Object.values(places));
	return {
		...layout,
		leftOut: header.filter((_, index) => !used.has(index)),
	};
}

/** Places of the first of some names that is there. */
function placesOf(
	names: readonly string[],
	wanted: readonly string[],
): number[] {
	const name = wanted.find((each) => names.includes(each));
	return names.flatMap((each, index) => (each === name ? [index] : []));
}

/** `Volume BTC` and `Volume USDT`: the one of the pair's first half, else the first. */
function volumeOf(names: readonly string[], pair: string): number | null {
	const places = names.flatMap((name, index) =>
		name.startsWith("volume") ? [index] : [],
	);
	return (
		places.find((place) =>
			pair.startsWith((names[place] ?? "").slice("volume".length)),
		) ??
		places[0] ??
		null
	);
}

/** `<OPEN>` and `Open*` are `open`, `Open Time` is `opentime`. */
function nameOf(cell: string): string {
	return cell.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

function isLean(cells: readonly string[]): boolean {
	return (
		cells.length === 6 &&
		/^(?:\d{1,8}|\d{8} \d{2}:\d{2})$/.test(cells[0] ?? "") &&
		cells.slice(1).every(isNumber)
	);
}

function isOfExchange(cells: readonly string[]): boolean {
	return (
		cells.length >= 6 &&
		timeOf(cells[0] ?? "") !== null &&
		cells.slice(1, 6).every(isNumber)
	);
}

function isNumber(cell: string): boolean {
	return cell !== "" && Number.isFinite(Number(cell));
}

/** The text with hyphens in its date: of `2024.05.01`, `2024/05/01` and `01.05.2024`. */
export function isoDate(text: string): string {
	return text
		.trim()
		.replace(/^(\d{4})[./](\d{2})[./](\d{2})/, "$1-$2-$3")
		.replace(/^(\d{2})\.(\d{2})\.(\d{4})/, "$3-$2-$1");
}

/** Seconds since 1970 of a time in one of {@link TIME_FORMS}, and whether it tells its zone; null for any other. */
export function timeOf(
	text: string,
): { readonly seconds: number; readonly zoned: boolean } | null {
	const iso = isoDate(text);
	const time = TIME.test(iso) ? parseTime(iso) : null;
	return time === null
		? null
		: { seconds: time.micros / 1e6, zoned: time.zoned };
}

/** A candle's time as its record has it, the date put before the time of day. */
export function timeIn(
	cells: readonly string[],
	{ time, date }: CandleLayout,
): string {
	const text = cells[time] ?? "";
	return date === null ? text : `${cells[date] ?? ""} ${text}`;
}
