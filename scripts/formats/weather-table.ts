import { lookAheadWestern } from "../../src/lib/formats/look-ahead.ts";
import { parseTime } from "../../src/lib/formats/time.ts";
import { crnTable, isCrn } from "./crn-table.ts";
import { type CsvRow, cellsOf, csvRows } from "./csv.ts";
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
/** Lines among which the header is looked for. */
const HEADER_LINES = 30;
const SAMPLE_LENGTH = 200;

/** A table that readings may lie in. */
export interface Source {
	/** Below the input folder; of one in a zip, the zip's with its name behind. */
	readonly path: string;
	/** Within a zip, null where it lies in none. */
	readonly entry: string | null;
	/** The plain bytes, from the start each time. */
	open(): AsyncGenerator<Uint8Array>;
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
	readonly delimiter: string;
	/** Whether the file is Windows-1252. */
	readonly isWestern: boolean;
	/** The rows behind the header, as they stand. */
	readonly rows: AsyncGenerator<CsvRow[]>;
}

/** Opens a table at its first row. */
export async function openTable(source: Source): Promise<Table> {
	const { head, all, was } = await lookAheadWestern(source.open(), SNIFF_BYTES);
	const text = new TextDecoder().decode(head);
	const spaced = isSpaced(text) || isCrn(text);
	const { line, linesBefore, textsBefore, delimiter } = headerIn(
		spaced ? text.replaceAll(/^ +| +$/gm, "").replaceAll(/ +/g, "\t") : text,
	);
	const batches = csvRows(spaced ? withTabs(all) : all, delimiter);
	const common = {
		linesBefore,
		delimiter,
		isWestern: was === "Windows-1252",
		note: null,
	};
	const same = (row: readonly string[]) => row;
	for (;;) {
		const { value: batch, done } = await batches.next();
		if (done)
			return {
				...common,
				header: null,
				width: 0,
				headerCells: 0,
				cells: same,
				isPlain: true,
				rows: batches,
			};
		const at = batch.findIndex((row) => row.line >= line);
		const first = batch[at];
		if (first === undefined) continue;
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
				rows: from(at),
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
					for await (const rows of from(at + 1))
						yield rows.flatMap(unfolded.rows);
				})(),
			};
		const below = batch[at + 1]?.cells ?? [];
		const units = spaced ? spacedUnits(first.cells, below) : unitsIn(below);
		const isCampbell = /^"?TOA5"?,/.test(linesBefore[0] ?? "");
		const rowsAt = at + (isCampbell ? CAMPBELL_LINES : units === null ? 1 : 2);
		const named = namedCells(first.cells, batch[rowsAt]?.cells ?? []);
		const own = named.map((cell, index) =>
			[index === 0 ? cell.replace(/^#\s*/, "") : cell, units?.[index]]
				.filter(Boolean)
				.join(" "),
		);
		const joined = joinedNames(own, batch[at - 1]?.cells ?? []);
		const names = joined ?? own;
		const plain =
			isdTable(names) ??
			gsodTable(names) ??
			buoyTable(names) ??
			lcdTable(names, batch[rowsAt]?.cells ?? []) ??
			ghcnTable(
				names,
				batch.slice(at + 1).map(({ cells }) => cells),
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
						for await (const rows of from(rowsAt))
							yield rows.map((row) => plainRow(row, named.length));
					})()
				: from(rowsAt),
		};
	}
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
	const areUnits = time === "TS" || (time === "" && units.every(isUnit));
	return areUnits && units.length > 0
		? ["", ...others.map((unit) => (unit === "" ? "" : `[${unit}]`))]
		: null;
}

/** Lines of a table of Campbell's behind its names: units, and how each value was made. */
const CAMPBELL_LINES = 3;

/**
 * Names that two rows give, where those of the lower one do not tell columns apart: `Hi`
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
	if (!isAbove || areTold(names)) return null;
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
	readonly delimiter: string;
} {
	const all = head
		.split(/\r\n|\n|\r/)
		.map((text, index) => ({ text: text.trim(), line: index + 1 }))
		.filter(({ text }) => text !== "");
	const lines = all
		.filter(({ text }) => !text.startsWith("#") && !/^sep=.$/i.test(text))
		.slice(0, HEADER_LINES);
	const textsBefore = (end: number) =>
		all.filter(({ line }) => line < end).map(({ text }) => text);
	let found = lines.findIndex(({ text }) => isHeader(text));
	if (found === -1) found = aboveTimes(lines.map(({ text }) => text));
	// A header of one row above another header is what the file says of itself.
	const [about, , below] = lines.slice(Math.max(found, 0));
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
				delimiter: delimiterOf(header.text),
			};
	}
	const at = Math.max(found, 0);
	const { line, text } = lines[at] ?? { line: 1, text: "" };
	return {
		line,
		linesBefore: lines.slice(0, at).map((before) => before.text),
		textsBefore: textsBefore(line),
		delimiter: delimiterOf(text),
	};
}

/** Whether a comment is the header of a row. */
function isCommentOn(comment: string, row: string): boolean {
	const text = comment.replace(/^#\s*/, "");
	const delimiter = delimiterOf(text);
	return (
		comment.startsWith("#") &&
		isHeader(text) &&
		text.split(delimiter).length === row.split(delimiter).length
	);
}

/** The line above the first that holds a time, where it has as many cells; -1 where there is none. */
function aboveTimes(lines: readonly string[]): number {
	const cells = lines.map((text) => cellsOf(text, delimiterOf(text)) ?? []);
	const first = cells.findIndex(
		(row) => row.length > 1 && row.some(isWrittenTime),
	);
	return cells[first - 1]?.length === cells[first]?.length ? first - 1 : -1;
}

/** Whether a line names a time, and nothing in it is a value. */
function isHeader(text: string): boolean {
	const cells = cellsOf(text, delimiterOf(text)) ?? [];
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
