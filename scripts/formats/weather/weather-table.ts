import {
	lookAhead,
	lookAheadWestern,
} from "../../../src/lib/formats/look-ahead.ts";
import { parseTime } from "../../../src/lib/formats/time.ts";
import { type CsvRow, cellsOf, csvRows } from "../csv.ts";
import { crnTable, isCrn } from "./crn-table.ts";
import { enedisTable } from "./enedis-table.ts";
import {
	buoyTable,
	ghcnDailyTable,
	ghcnTable,
	gsodTable,
	isdTable,
	lcdTable,
} from "./noaa-tables.ts";
import { smaTable } from "./sma-table.ts";
import { isSpaced, plainRow, spacedUnits, withTabs } from "./spaced-table.ts";
import { tenthsTable } from "./tenths-table.ts";
import { monthsAcross, timesAcross } from "./times-across.ts";
import { parseHeader } from "./weather-header.ts";
import { parseCell } from "./weather-numbers.ts";
import { rolesOf } from "./weather-roles.ts";
import { isWrittenTime } from "./weather-times.ts";
import { isUnit } from "./weather-units.ts";

const SNIFF_BYTES = 1 << 16;
/** Lines among which the header is looked for; archives tell much above theirs. */
const HEADER_LINES = 400;
/** Rows that are looked at together, wherever a stream happens to be cut. */
const FIRST_ROWS = 10;
/** Lines below a header of which one is a row of its. */
const LINES_BELOW = 3;
const SAMPLE_LENGTH = 200;

const LINE_FEED = 10;
const RETURN = 13;

/** A table that readings may lie in. */
export interface Source {
	/** Below the input folder; of one in a zip, the zip's with its name behind. */
	readonly path: string;
	/** Within a zip, null where it lies in none. */
	readonly entry: string | null;
	/** The plain bytes, from the start each time. */
	open(): AsyncGenerator<Uint8Array>;
	/** Of a table below another; the first of the file where there is none. */
	readonly below?: Below;
}

/** A table below another: the line of its header, and what stands above all tables. */
export interface Below {
	readonly line: number;
	readonly textsBefore: readonly string[];
}

/** A table whose header is found, read anew each time. */
export interface Table {
	/** Null where the file holds no line but blank ones and comments. */
	readonly header: CsvRow | null;
	/** Cells of a row as it stands in the file, and how they become those of the header. */
	readonly width: number;
	/** Those of the header as it stands. */
	readonly headerCells: number;
	readonly cells: (row: readonly string[]) => readonly string[];
	/** Whether the cells are those of the file, one by one. */
	readonly isPlain: boolean;
	/** What the table does not tell; null where there is nothing. */
	readonly note: string | null;
	readonly linesBefore: readonly string[];
	/** Those and comments. */
	readonly textsBefore: readonly string[];
	readonly delimiter: string;
	/** Whether the file is Windows-1252. */
	readonly isWestern: boolean;
	/** What its rows have shown, once they are read. */
	readonly seen: Seen;
	/** The rows behind the header, as they stand. */
	readonly rows: AsyncGenerator<CsvRow[]>;
}

interface Seen {
	/** Lines of comments among them, and of the header again. */
	leftOut: number;
	/** The line of the header of another table, before which they end; null where there is none. */
	next: number | null;
}

/** Opens a table at its first row. */
export async function openTable(source: Source): Promise<Table> {
	const whole = await lookAheadWestern(source.open(), SNIFF_BYTES);
	const firstLine = source.below?.line ?? 1;
	const { head, all } =
		firstLine === 1
			? whole
			: await lookAhead(linesFrom(whole.all, firstLine), SNIFF_BYTES);
	const text = new TextDecoder().decode(head);
	const spaced = isSpaced(text) || isCrn(text);
	const { line, linesBefore, above, delimiter, ...found } = headerIn(
		spaced ? text.replaceAll(/^ +| +$/gm, "").replaceAll(/ +/g, "\t") : text,
	);
	// What stands above need not be CSV.
	const own = linesFrom(all, line);
	const batches = csvRows(
		spaced ? withTabs(own) : own,
		delimiter,
		firstLine + line - 1,
	);
	const textsBefore = [
		...(source.below?.textsBefore ?? []),
		...found.textsBefore,
	];
	const seen: Seen = { leftOut: 0, next: null };
	const common = {
		linesBefore,
		textsBefore,
		delimiter,
		isWestern: whole.was === "Windows-1252",
		note: null,
		seen,
	};
	const same = (row: readonly string[]) => row;
	const batch = await firstRows(batches);
	const [first] = batch;
	if (first === undefined)
		return {
			...common,
			header: null,
			width: 0,
			headerCells: 0,
			cells: same,
			isPlain: true,
			rows: batches,
		};
	const from = (start: number) =>
		(async function* () {
			yield batch.slice(start);
			yield* batches;
		})();
	const headless = ghcnDailyTable(first.cells) ?? crnTable(first.cells);
	if (headless !== null)
		return {
			...common,
			header: { line: first.line, cells: headless.header },
			width: first.cells.length,
			headerCells: first.cells.length,
			cells: headless.cells,
			isPlain: false,
			rows: from(0),
		};
	const unfolded =
		timesAcross(first.cells) ??
		monthsAcross(first.cells) ??
		smaTable(first.cells, textsBefore, delimiter);
	if (unfolded !== null)
		return {
			...common,
			header: { line: first.line, cells: unfolded.header },
			width: unfolded.header.length,
			headerCells: first.cells.length,
			cells: same,
			isPlain: true,
			note:
				unfolded.leftOut.length > 0
					? `columns left out: ${unfolded.leftOut.join(", ")}`
					: null,
			rows: (async function* () {
				for await (const rows of from(1)) yield rows.flatMap(unfolded.rows);
			})(),
		};
	const below = batch[1]?.cells ?? [];
	const unitsBelow = spaced ? spacedUnits(first.cells, below) : unitsIn(below);
	const units =
		unitsBelow ?? unitsAbove(textsBefore, first.cells.length, delimiter);
	const isCampbell = /^"?TOA5"?,/.test(linesBefore[0] ?? "");
	const rowsAt = isCampbell
		? CAMPBELL_LINES
		: unitsBelow === null && !areWidths(below)
			? 1
			: 2;
	const named = namedCells(first.cells, batch[rowsAt]?.cells ?? []);
	const single = named.map((cell, index) =>
		[index === 0 ? cell.replace(/^#\s*/, "") : cell, units?.[index]]
			.filter(Boolean)
			.join(" "),
	);
	const joined = joinedNames(single, above);
	const names = joined ?? single;
	const heads = [
		...batch.slice(0, rowsAt).map(({ cells }) => cells),
		...(joined === null ? [] : [above]),
	];
	const rows = untilNext(from(rowsAt), heads, seen);
	const plain =
		isdTable(names) ??
		gsodTable(names) ??
		buoyTable(names) ??
		lcdTable(names, batch[rowsAt]?.cells ?? []) ??
		ghcnTable(
			names,
			batch.slice(1).map(({ cells }) => cells),
		) ??
		tenthsTable(names, textsBefore) ??
		enedisTable(names, textsBefore, delimiter);
	return {
		...common,
		linesBefore: joined === null ? linesBefore : linesBefore.slice(0, -1),
		header: { line: first.line, cells: plain?.header ?? names },
		width: named.length,
		headerCells: named.length,
		cells: plain?.cells ?? same,
		isPlain: plain === null,
		note: spaced
			? "blanks part its cells; marks behind numbers, such as 9.4*, are left out"
			: (plain?.note ?? null),
		rows: spaced
			? (async function* () {
					for await (const some of rows)
						yield some.map((row) => plainRow(row, named.length));
				})()
			: rows,
	};
}

/** The beginning of a table, so many rows that they tell what it is; the rows behind follow it. */
async function firstRows(batches: AsyncGenerator<CsvRow[]>): Promise<CsvRow[]> {
	const rows: CsvRow[] = [];
	while (rows.length < FIRST_ROWS) {
		const { value, done } = await batches.next();
		if (done) break;
		rows.push(...value);
	}
	return rows;
}

/** What is left of a text behind its first lines; `line` is the first that stays, from 1. */
async function* linesFrom(
	chunks: AsyncIterable<Uint8Array>,
	line: number,
): AsyncGenerator<Uint8Array> {
	let toSkip = line - 1;
	let isAfterReturn = false;
	for await (const chunk of chunks) {
		let at = 0;
		for (; at < chunk.length && (toSkip > 0 || isAfterReturn); at += 1) {
			const isLineFeed = chunk[at] === LINE_FEED;
			if (toSkip === 0 && !isLineFeed) break;
			if (isLineFeed ? !isAfterReturn : chunk[at] === RETURN) toSkip -= 1;
			isAfterReturn = chunk[at] === RETURN;
		}
		if (toSkip === 0 && at < chunk.length) {
			isAfterReturn = false;
			yield at === 0 ? chunk : chunk.subarray(at);
		}
	}
}

/**
 * The rows of a table that end before the header of another, without comments and without
 * its own header again, as where files were put one behind the other. `heads`: the rows above them.
 */
async function* untilNext(
	batches: AsyncIterable<CsvRow[]>,
	heads: readonly (readonly string[])[],
	seen: Seen,
): AsyncGenerator<CsvRow[]> {
	const own = new Set(heads.map((cells) => cells.join("\0")));
	let isFirst = true;
	for await (const batch of batches) {
		const rows = batch.some(({ cells }) => areWords(cells)) ? [] : batch;
		if (rows !== batch)
			for (const row of batch) {
				const isOther = areWords(row.cells);
				if (
					isOther &&
					(row.cells[0]?.startsWith("#") || own.has(row.cells.join("\0")))
				)
					seen.leftOut += 1;
				else if (
					isOther &&
					(rows.length > 0 || !isFirst) &&
					isHeaderRow(row.cells)
				) {
					seen.next = row.line;
					yield rows;
					return;
				} else rows.push(row);
			}
		isFirst &&= rows.length === 0;
		yield rows;
	}
}

/** Whether no cell begins as a number or a date does: rows of readings have a time at least. */
function areWords(cells: readonly string[]): boolean {
	return cells.every((cell) => !/^[+-]?\.?\d/.test(cell));
}

/** A header without the blank cells behind the last column, where the rows below have none. */
function namedCells(
	header: readonly string[],
	below: readonly string[],
): readonly string[] {
	const count = header.findLastIndex((name) => name !== "") + 1;
	return below.length > 0 && below.length < header.length
		? header.slice(0, Math.max(count, below.length))
		: header;
}

/**
 * The cells of a row that holds nothing but units, each in brackets; null for any other. They
 * may stand without them below the names of the measures alone, and below Campbell's time is `TS`.
 */
function unitsIn(cells: readonly string[]): readonly string[] | null {
	const filled = cells.filter((cell) => cell !== "");
	if (filled.length > 1 && filled.every((cell) => /^\[.*\]$/.test(cell)))
		return cells;
	const [time = "", ...others] = cells;
	const units = others.filter((cell) => cell !== "");
	// Without a time it is no row, so that one unit tells what the others are.
	const areUnits =
		time === "TS" ||
		(time === "" &&
			units.some(isUnit) &&
			units.every((unit) => parseCell(unit, true) === "word"));
	return areUnits && units.length > 0
		? ["", ...others.map((unit) => (unit === "" ? "" : `[${unit}]`))]
		: null;
}

/** The cells of a line above that begins with what it is: `unit,°C,km/h`; null where there is none. */
function unitsAbove(
	lines: readonly string[],
	columns: number,
	delimiter: string,
): readonly string[] | null {
	const line = lines.findLast((each) => /^"?(?:units?|einheit)\b/i.test(each));
	const [, ...units] = cellsOf(line ?? "", delimiter) ?? [];
	const known = units.filter((unit) => unit === "" || isUnit(unit));
	return units.length + 1 === columns && known.length > units.length / 2
		? ["", ...units.map((unit) => `[${unit}]`)]
		: null;
}

/** Whether a row says how wide its columns are, and of what: USGS's `5s 15s 20d 14n`. */
function areWidths(cells: readonly string[]): boolean {
	return cells.length > 1 && cells.every((cell) => /^\d+[sdn]$/.test(cell));
}

/** Lines of a table of Campbell's behind its names: units, and how each value was made. */
const CAMPBELL_LINES = 3;

/**
 * Names that two rows give, where those of the lower one do not name the first column, or do not tell columns apart: `Hi`
 * and `Low` above two of `Temp`, or a group's name above its first column. Null where the upper row does
 * not tell them apart either.
 */
function joinedNames(
	names: readonly string[],
	above: readonly string[],
): string[] | null {
	const areTold = (some: readonly string[]) => {
		const told = some.filter((name) => name !== "");
		return new Set(told).size === told.length;
	};
	const isAbove =
		above.length === names.length &&
		above.every((cell) => typeof parseCell(cell, true) === "string");
	const isTimeAbove = names[0] === "" && /^[^#]/.test(above[0] ?? "");
	if (!isAbove || (areTold(names) && !isTimeAbove)) return null;
	const below = (tops: readonly string[]) =>
		names.map((name, index) => `${tops[index] ?? ""} ${name}`.trim());
	const joined = below(above);
	if (areTold(joined)) return joined;
	let group = "";
	const grouped = below(
		above.map((cell) => {
			group = cell === "" ? group : cell;
			return group;
		}),
	);
	return areTold(grouped) ? grouped : null;
}

/** Where the beginning of a file has its header, and what parts the cells. */
function headerIn(head: string): {
	readonly line: number;
	readonly linesBefore: readonly string[];
	/** Those and comments. */
	readonly textsBefore: readonly string[];
	/** The cells of the line above. */
	readonly above: readonly string[];
	readonly delimiter: string;
} {
	const all = head
		.split(/\r\n|\n|\r/)
		.map((whole, index) => ({ whole, text: whole.trim(), line: index + 1 }))
		.filter(({ text }) => text !== "");
	const lines = all
		.filter(({ text }) => !text.startsWith("#") && !/^sep=.$/i.test(text))
		.slice(0, HEADER_LINES);
	const textsBefore = (end: number) =>
		all.filter(({ line }) => line < end).map(({ text }) => text);
	const texts = lines.map(({ text }) => text);
	const headers = texts.flatMap((text, at) => (isHeader(text) ? [at] : []));
	let found =
		headers.find((at) => hasRows(texts, at)) ??
		aboveTimes(texts) ??
		headers[0] ??
		0;
	// A header of one row above another header is what the file says of itself.
	const [about, , below] = lines.slice(found);
	if (
		about !== undefined &&
		below !== undefined &&
		about.text !== below.text &&
		isHeader(below.text)
	)
		found += 2;
	const [first] = lines;
	if (first !== undefined && !isHeader(first.text)) {
		// The last comment above, or the one before it, where that one tells units.
		const above = all.filter(
			({ line, text }) => line < first.line && text !== "#",
		);
		const header = above
			.slice(-2)
			.findLast(({ text }) => isCommentOn(text, first.text));
		if (header !== undefined)
			return {
				line: header.line,
				linesBefore: [],
				textsBefore: textsBefore(header.line),
				above: [],
				delimiter: delimiterOf(header.text),
			};
	}
	const { line, text } = lines[found] ?? { line: 1, text: "" };
	const delimiter = delimiterOf(text);
	// Blank cells at its start count, a row of nothing else does not.
	const above =
		all.findLast((each) => each.line < line && /[^\s,;|"]/.test(each.text))
			?.whole ?? "";
	return {
		line,
		linesBefore: texts.slice(0, found),
		textsBefore: textsBefore(line),
		above: cellsOf(above, delimiter) ?? [],
		delimiter,
	};
}

/** Whether a row stands below a header: with as many cells, of which its time has digits. */
function hasRows(lines: readonly string[], at: number): boolean {
	const text = lines[at] ?? "";
	const delimiter = delimiterOf(text);
	const header = cellsOf(text, delimiter) ?? [];
	const named = header.findLastIndex((name) => name !== "") + 1;
	const time = rolesOf(header.map(parseHeader))?.time;
	return lines.slice(at + 1, at + 1 + LINES_BELOW).some((line) => {
		const cells = cellsOf(line, delimiter) ?? [];
		return (
			cells.length >= named &&
			width(cells, header.length) <= header.length &&
			/\d/.test(time === undefined ? line : (cells[time] ?? ""))
		);
	});
}

/** Whether a comment is the header of a row: it names a time, or stands above one. */
function isCommentOn(comment: string, row: string): boolean {
	const text = comment.replace(/^#\s*/, "");
	const delimiter = delimiterOf(text);
	const cells = row.split(delimiter);
	return (
		comment.startsWith("#") &&
		cells.length > 1 &&
		text.split(delimiter).length === cells.length &&
		(isHeader(text) || (!HAS_NUMBER.test(text) && cells.some(isWrittenTime)))
	);
}

/**
 * The line above the first two that hold a time, or else above the first, where it has as
 * many cells; null where there is none. Of what is told in a single row another table may stand below.
 */
function aboveTimes(lines: readonly string[]): number | null {
	const cells = lines.map((text) => cellsOf(text, delimiterOf(text)) ?? []);
	const holdTimes = cells.map(
		(row) => row.length > 1 && row.some(isWrittenTime),
	);
	const isBelowNames = (at: number) =>
		holdTimes[at] === true && cells[at - 1]?.length === cells[at]?.length;
	const first = holdTimes.indexOf(true);
	const of = (at: number) => (isBelowNames(at) ? at - 1 : null);
	const two = holdTimes.findIndex(
		(holds, at) =>
			holds &&
			!holdTimes[at - 1] &&
			isBelowNames(at) &&
			holdTimes[at + 1] === true &&
			cells[at + 1]?.length === cells[at]?.length,
	);
	return of(two) ?? of(first);
}

/** A line of which a cell is a number: most are rows, and told without parting their cells. */
const HAS_NUMBER = /(?:^|[,;\t|])[" ]*[+-]?\d+(?:\.\d+)?[" ]*(?:$|[,;\t|])/;

/** Whether a line names a time, and nothing in it is a value. */
function isHeader(text: string): boolean {
	const isRow = !text.includes('"') && HAS_NUMBER.test(text);
	return !isRow && isHeaderRow(cellsOf(text, delimiterOf(text)) ?? []);
}

function isHeaderRow(cells: readonly string[]): boolean {
	return (
		cells.length > 1 &&
		cells.every(
			(cell) =>
				parseTime(cell) === null && typeof parseCell(cell, true) === "string",
		) &&
		(rolesOf(cells.map(parseHeader)) !== null || monthsAcross(cells) !== null)
	);
}

function delimiterOf(line: string): string {
	const unquoted = line.replaceAll(/"[^"]*"/g, "");
	let best = ",";
	for (const delimiter of [",", ";", "\t", "|"])
		if (unquoted.split(delimiter).length > unquoted.split(best).length)
			best = delimiter;
	return best;
}

/** Cells of a row, without blank ones behind the last column. */
export function width(cells: readonly string[], columns: number): number {
	let count = cells.length;
	while (count > columns && cells[count - 1]?.trim() === "") count -= 1;
	return count;
}

/** What a message shows of a row, or of lines, parted by a sign. */
export function sampleOf(texts: readonly string[], sign = ","): string {
	return texts.join(sign).slice(0, SAMPLE_LENGTH);
}
