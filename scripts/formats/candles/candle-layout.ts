import {
	DateForms,
	isPartedDate,
} from "../../../src/lib/formats/date-forms.ts";
import { parseTime } from "../../../src/lib/formats/time.ts";
import { cellsOf } from "../csv.ts";
import { pairName } from "./candle-names.ts";

/** Places of cells, from 0. */
export interface CandleLayout {
	/** LEAN's own: a date and a time, or the milliseconds of a day that the path tells. */
	readonly isLean: boolean;
	/** Records before the first candle. */
	readonly headers: number;
	/** The record that names the columns, -1 where none does. */
	readonly header: number;
	/** The pair that the header tells; null where it does not. */
	readonly pair: string | null;
	readonly cells: number;
	readonly time: number;
	/** Of a date that stands apart from the time of day; null where none does. */
	readonly date: number | null;
	readonly open: number;
	readonly high: number;
	readonly low: number;
	readonly close: number;
	/** Null where the file has none, as of foreign exchange. */
	readonly volume: number | null;
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
		// Upbit's `timestamp` is of the last trade.
		...["starttime", "startat", "windowstart", "candledatetimeutc"],
		"timestamp",
		"datetime",
		"gmttime",
		"localtime",
		"time",
		"date",
		...["datum", "fecha", "data", "日付"],
		"t",
	],
	open: [
		...["open", "openprice", "pxopen", "o", "erster", "eröffnung", "eröffn"],
		"openingprice",
		...["apertura", "abertura", "ouverture", "ouv", "始値"],
	],
	high: [
		...["high", "highprice", "pxhigh", "h", "hoch"],
		...["máximo", "máxima", "massimo", "plushaut", "haut", "高値"],
	],
	low: [
		...["low", "lowprice", "pxlow", "l", "tief"],
		...["mínimo", "mínima", "minimo", "plusbas", "bas", "安値"],
	],
	close: [
		...["close", "closeprice", "c", "closelast", "last", "pxlast"],
		...["schlusskurs", "schluss", "zuletzt", "price", "tradeprice"],
		...["último", "ultimo", "cierre", "dernier", "clôture", "clot", "終値"],
	],
	// Ariva's `Volumen` is what was paid for its `Stuecke`.
	volume: [
		...["volume", "basevolume", "vol", "pxvolume", "v", "stuecke", "stücke"],
		...["volumen", "出来高", "candleacctradevolume"],
	],
	symbol: [
		"symbol",
		"ticker",
		"pair",
		"instrument",
		"instrumentname",
		"instid",
	],
} as const;

/**
 * Forms of times that candles have besides LEAN's; both for RE2 and here. Parted ones
 * have the order that the file tells, see {@link DateForms}.
 */
export const TIME_FORMS = {
	seconds: "[0-9]{9,10}(?:\\.0+)?",
	milliseconds: "[0-9]{12,13}(?:\\.0+)?",
	microseconds: "[0-9]{15,16}",
	nanoseconds: "[0-9]{18,19}",
	day: "[0-9]{8}",
	clock: "[0-9]{8} +[0-9]{2}:?[0-9]{2}:?[0-9]{2}",
	iso: "([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})(\\D.*)?",
	parted: "([0-9]{1,2})[-./]([0-9]{1,2})[-./]([0-9]{4}|[0-9]{2})(\\D.*)?",
	named: "[A-Za-z]{3} [0-9]{1,2}, [0-9]{4}",
	dayOfMonth: "[0-9]{1,2}[- ][A-Za-z]{3}[- ][0-9]{4}",
} as const;

const TIME = new RegExp(`^(?:${Object.values(TIME_FORMS).join("|")})$`);

/** A time of day that stands behind a date in a cell of its own. */
const CLOCK = /^\d{1,2}:\d{2}(?::\d{2})?$/;

/** What parts the cells of the first lines: with it, a layout is found. */
export function delimiterIn(lines: readonly string[]): string {
	return (
		DELIMITERS.find((delimiter) => layoutOf(lines, delimiter) !== null) ?? ","
	);
}

/**
 * How candles stand in a text, by its first records: under a header that names open,
 * high, low and close, in any order and below any remarks; or without a header as LEAN
 * writes them, or as exchanges do: time (or date and time of day), open, high, low, close,
 * and volume and whatever else follows. Null where nothing tells.
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
	const firstAt = rows.findIndex(
		(cells) => isLean(cells) || openOf(cells) !== null,
	);
	const first = rows[firstAt];
	if (first === undefined) return null;
	const unknown = rows
		.slice(0, firstAt)
		.findIndex((cells) => namesColumns(cells, first.length));
	if (unknown !== -1)
		return {
			fault:
				"its header names no open, high, low and close, so that nothing tells which column is which",
			record: unknown,
		};
	const open = openOf(first) ?? 1;
	return {
		isLean: isLean(first),
		headers: 0,
		header: -1,
		pair: null,
		cells: first.length,
		time: open - 1,
		date: open === 2 ? 0 : null,
		open,
		high: open + 1,
		low: open + 2,
		close: open + 3,
		volume: first.length > open + 4 ? open + 4 : null,
		symbol: null,
		leftOut: [],
	};
}

function underHeader(
	rows: readonly (readonly string[])[],
	at: number,
): CandleLayout | HeaderFault {
	const header = rows[at] ?? [];
	const own = header.map(nameOf);
	const yahoo = tickersBelow(own, rows, at);
	const names = yahoo === null ? own : ["date", ...own.slice(1)];
	const faults: string[] = [];
	if (yahoo !== null && yahoo.tickers !== 1)
		faults.push("it holds several tickers beside each other");
	const place = (role: keyof typeof NAMES): number | null => {
		const [found, other] = placesOf(names, NAMES[role]);
		if (found !== undefined && other !== undefined)
			faults.push(`two columns are named ${names[found]}`);
		return found ?? null;
	};
	// Upbit's; of others a market is where something is traded.
	const market = names.includes("candledatetimeutc")
		? names.indexOf("market")
		: -1;
	const symbol = place("symbol") ?? (market === -1 ? null : market);
	const pair = nameOf(rows[at + 1]?.[symbol ?? -1] ?? "");
	const volume = place("volume") ?? volumeOf(names, pair);
	const time = place("time");
	if (time === null) faults.push("no column is named time, date or timestamp");
	const date =
		time !== null && names[time] === "time"
			? names.findIndex((name) => name === "date" || name === "datum")
			: -1;
	const places = {
		time: time ?? 0,
		date: date === -1 ? null : date,
		open: place("open") ?? 0,
		high: place("high") ?? 0,
		low: place("low") ?? 0,
		close: place("close") ?? 0,
		volume,
		symbol,
	};
	const [fault] = faults;
	if (fault !== undefined) return { fault, record: at };
	const used = new Set<number | null>(Object.values(places));
	return {
		...places,
		isLean: false,
		headers: at + (yahoo === null ? 1 : 3),
		header: at,
		pair: yahoo?.pair ?? null,
		cells: header.length,
		leftOut: header.filter((_, index) => !used.has(index)),
	};
}

/** Whether a record names as many columns, and holds no value. */
function namesColumns(cells: readonly string[], columns: number): boolean {
	return (
		cells.length === columns &&
		cells.some((cell) => cell !== "") &&
		cells.every((cell) => cell === "" || (/\p{L}/u.test(cell) && !isTime(cell)))
	);
}

/**
 * Below the columns' names, yfinance writes a ticker for each, and then the name of the
 * times alone, which stands for no column else.
 */
function tickersBelow(
	names: readonly string[],
	rows: readonly (readonly string[])[],
	at: number,
): { readonly pair: string | null; readonly tickers: number } | null {
	const [tickers = [], times = []] = rows.slice(at + 1, at + 3);
	const isOne =
		names[0] === "price" &&
		nameOf(tickers[0] ?? "") === "ticker" &&
		["date", "datetime"].includes(nameOf(times[0] ?? "")) &&
		times.slice(1).every((cell) => cell === "");
	if (!isOne) return null;
	const all = new Set(tickers.slice(1));
	const [only = ""] = all;
	return { pair: all.size === 1 ? pairName(only) : null, tickers: all.size };
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

/** `<OPEN>`, `1. open` and `Open*` are `open`, `Open Time` is `opentime`, `time (UTC)` is `time`. */
function nameOf(cell: string): string {
	return cell
		.toLowerCase()
		.replace(/^\d\. (?=[a-z])/, "")
		.replace(/^((?:date|time)\w*)\s*[([].*$/, "$1")
		.replaceAll(/[^\p{L}\p{N}]/gu, "");
}

function isLean(cells: readonly string[]): boolean {
	return (
		cells.length === 6 &&
		/^(?:\d{1,8}|\d{8} \d{2}:\d{2})$/.test(cells[0] ?? "") &&
		cells.slice(1).every(isNumber)
	);
}

/** Where the open stands in a row of an exchange's; null where it is none. */
function openOf(cells: readonly string[]): number | null {
	if (!isTime(cells[0] ?? "")) return null;
	const open = CLOCK.test(cells[1] ?? "") ? 2 : 1;
	const numbers = cells.slice(open, open + 5);
	return numbers.length >= 4 && numbers.every(isNumber) ? open : null;
}

/** Whether a text is a time, though its file may have to tell in which order. */
function isTime(text: string): boolean {
	return timeOf(text) !== null || isPartedDate(text);
}

function isNumber(cell: string): boolean {
	return cell !== "" && Number.isFinite(Number(cell));
}

/** Seconds since 1970 of a time in one of {@link TIME_FORMS}, and whether it tells its zone; null for any other. */
export function timeOf(
	text: string,
	dates = new DateForms(),
): { readonly seconds: number; readonly zoned: boolean } | null {
	const trimmed = text.trim();
	const time = TIME.test(trimmed) ? parseTime(dates.plain(trimmed)) : null;
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
