import { FileError } from "../../src/lib/formats/file-error.ts";
import { lookAhead } from "../../src/lib/formats/look-ahead.ts";
import { type ParsedTime, parseTime } from "../../src/lib/formats/time.ts";
import type { ParseOutput, SourceFile } from "../datasets/dataset.ts";
import { fileBytes } from "./bytes.ts";
import { type CsvRow, cellsOf, csvRows } from "./csv.ts";
import {
	CellDigits,
	type Header,
	isSentinel,
	keyOf,
	MeasureStatistics,
	marksAmong,
	NumberSigns,
	parseCell,
	parseHeader,
	type Roles,
	rolesOf,
} from "./weather-columns.ts";

export interface Reading {
	readonly station: string;
	readonly module: string | null;
	readonly measure: string;
	readonly unit: string | null;
	/** Microseconds since 1970, UTC. */
	readonly time: number;
	/** Null where the cell is blank, a word or a sentinel. */
	readonly value: number | null;
}

/** How a file's cells become readings. */
interface Layout {
	/** Lines before the header. */
	readonly linesBefore: readonly string[];
	readonly headers: readonly Header[];
	readonly roles: Roles;
	/** Wide: each its own measure. Long: the one that holds the value. */
	readonly measures: readonly number[];
	/** Long: the column whose cells name the measure. */
	readonly measureName: number | null;
	/** By measure, as its readings name it. */
	readonly statistics: ReadonlyMap<string, MeasureStatistics>;
	readonly commaIsDecimal: boolean;
	/** What points and commas are for, by column. */
	readonly signs: ReadonlyMap<number, NumberSigns>;
	readonly dates: DateForms;
}

const SNIFF_BYTES = 1 << 16;
/** Lines among which the header is looked for. */
const HEADER_LINES = 30;
const SAMPLE_LENGTH = 200;
/**
 * Bytes of a station's name, percent-encoded: it names a folder of the lake, and
 * file systems allow names of 255 bytes.
 */
const LONGEST_STATION = 240;
/** Microseconds since 1970, the end exclusive: a single reading of another age would stretch every timeline. */
const MIN_TIME = Date.UTC(1600, 0) * 1000;
const MAX_TIME = Date.UTC(2101, 0) * 1000;
/** What UTF-8 decoding puts for bytes that are none. */
const NOT_UTF8 = "\uFFFD";

const CLOCK = /^\d{1,2}:\d{2}/;

/** As tables of numbers write it, too: `5.0`. */
const HOUR = /^(\d{1,2})(?:\.0)?$/;

/** What spreadsheets add to a date. */
const MIDNIGHT = /[T ]0?0:00(?::00(?:\.0+)?)?$/;

/** A date that has its time of day. */
const WITH_CLOCK = /\d[T ]\d{1,2}:?\d{2}/;

/** `02/13/2024` and `13/02/2024`: which comes first, only a day above 12 tells. */
const SLASHED = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?!\d)/;

/** `2/13/24`: with a month in the middle it might be a year that comes first. */
const SHORT_SLASHED = /^(\d{1,2})\/(\d{1,2})\/(\d{2})(?!\d)/;

/** `2024020113`, with minutes and seconds or without, which might be a number of seconds. */
const COMPACT =
	/^((?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))([01]\d|2[0-3])([0-5]\d)?([0-5]\d)?$/;

/**
 * Reads a CSV of weather readings, twice: once to see what its columns hold, once
 * for the readings; so memory does not grow with the file, and a file that breaks
 * gives nothing.
 *
 * - The header is the first line that names a time and holds no value, else the
 *   first line; what stands before it is left out and noted. Commas, semicolons,
 *   tabs or bars part its cells, whichever it has most.
 * - The time is ISO 8601, a date, or a number of seconds or milliseconds since
 *   1970 (see {@link parseTime}); without a zone it is UTC, which is noted. A date
 *   and a time of day, or an hour, in columns of their own are put together. In dates with
 *   slashes, a day above 12 somewhere in the file tells whether days or months come
 *   first; where none does, they are no times. Digits such as `2024020113` are a date
 *   with an hour where all cells are, and not seconds since 1970. Where no column's
 *   name says time, it is the first whose first cell is a time.
 * - *Long* where a column names the measure and another holds the value: by their
 *   names, or where the cells of a column `name` name one other column, as
 *   `Temperature` does a column `temperature`; its blank cells mean that column too.
 * - *Wide* otherwise: each column of more numbers than words is a measure, its
 *   unit in brackets behind its name, unless it holds marks, see {@link marksAmong}.
 * - The station is what its column says (a column `name` too, where it names no
 *   measure), else the folder below the dataset's, else the file's name without its
 *   ending; the module is what its column says.
 * - Blank cells, words and sentinels are readings without a value, and counted.
 *   Rows of blank cells are blank lines; blank cells behind the last column are
 *   none.
 */
export async function readWeather(
	file: SourceFile,
	out: ParseOutput,
	take: (reading: Reading, line: number) => void,
): Promise<void> {
	const layout = await survey(file);
	noteLeftOut(layout, out);
	const { headers, roles } = layout;
	const fallbackStation = stationOf(file.path);
	let unzoned = false;
	let read = 0;
	const wide =
		layout.measureName === null
			? layout.measures.map((index) => namedMeasure([], index))
			: null;
	const { rows } = await openTable(file);
	for await (const batch of rows) {
		for (const row of batch) addRow(row);
		await out.drain();
	}
	out.count("rows read", read);
	if (unzoned) out.note("times without a zone are taken as UTC");

	function namedMeasure(cells: readonly string[], index: number) {
		return { index, ...measureOf(layout, cells, index) };
	}

	function addRow({ line, cells }: CsvRow): void {
		const reject = (reason: string) => {
			read += 1;
			out.count("rows rejected");
			out.reject(line, reason, cells.join(",").slice(0, SAMPLE_LENGTH));
		};
		const count = width(cells, headers.length);
		if (count !== headers.length) {
			if (count > 0)
				reject(`${count} cells where the header has ${headers.length}`);
			return;
		}
		if (cells.some((cell) => cell.includes(NOT_UTF8))) {
			reject("not valid UTF-8");
			return;
		}
		const time = timeOf(cells, layout);
		if (time === null) {
			const text = [roles.date, roles.time]
				.map((index) => (index === null ? "" : (cells[index] ?? "").trim()))
				.join(" ")
				.trim();
			if (text !== "") reject(`not a time: ${text}`);
			else if (cells.some((cell) => cell.trim() !== "")) reject("no time");
			return;
		}
		if (time.micros < MIN_TIME || time.micros >= MAX_TIME) {
			reject("the time is before 1600 or after 2100");
			return;
		}
		const named =
			wide ?? layout.measures.map((index) => namedMeasure(cells, index));
		if (named.some(({ name }) => name === "")) {
			reject("no measure: the cell that names it is blank");
			return;
		}
		const station = textOf(cells, roles.station) ?? fallbackStation;
		if (encodeURIComponent(station).length > LONGEST_STATION) {
			reject("the station's name is too long to name a folder");
			return;
		}
		read += 1;
		unzoned ||= !time.zoned;
		const module = textOf(cells, roles.module);
		const ownUnit = textOf(cells, roles.unit);
		for (const { index, name: measure, unit } of named) {
			const cell = parseCell(
				cells[index] ?? "",
				layout.commaIsDecimal,
				layout.signs.get(index),
			);
			const value = countedValue(cell, layout.statistics.get(measure), out);
			take(
				{
					station,
					module,
					measure,
					unit: ownUnit ?? unit,
					time: time.micros,
					value,
				},
				line,
			);
		}
	}
}

/** Of a row, without blank cells behind the last column. */
function width(cells: readonly string[], columns: number): number {
	let count = cells.length;
	while (count > columns && cells[count - 1]?.trim() === "") count -= 1;
	return count;
}

function countedValue(
	cell: number | "blank" | "word",
	statistics: MeasureStatistics | undefined,
	out: ParseOutput,
): number | null {
	if (typeof cell === "string") {
		out.count(`${cell} cells`);
		return null;
	}
	if (isSentinel(cell) && statistics?.isMissing(cell) !== false) {
		out.count("sentinel cells");
		return null;
	}
	out.count("values");
	return cell;
}

/**
 * First reading: finds out what the columns are and what their cells hold. Where it
 * comes upon thousands that are set apart, once more, now that it is known which are.
 */
async function survey(
	file: SourceFile,
	known: ReadonlyMap<number, NumberSigns> | null = null,
): Promise<Layout> {
	const signs = new Map<number, NumberSigns>();
	const byColumn = new Map<number, MeasureStatistics>();
	const byName = new Map<string, MeasureStatistics>();
	const named = new Set<string>();
	let unnamed = 0;

	const { header, linesBefore, delimiter, rows } = await openTable(file);
	if (header === null)
		throw new FileError("no header: the file has nothing but white space");
	const commaIsDecimal = delimiter !== ",";
	const headers = headersOf(header.cells);
	let roles = rolesOf(headers);
	let dataRows = 0;
	const dates = new DateForms();
	const digits = new Map<number, CellDigits>();

	for await (const batch of rows)
		for (const { cells } of batch) {
			dataRows += 1;
			if (width(cells, headers.length) !== headers.length) continue;
			roles ??= rolesOf(headers, cells.findIndex(isWrittenTime));
			if (roles !== null) surveyRow(cells, roles);
		}
	if (roles === null)
		throw new FileError(
			"no time column: name one time, datetime, date or timestamp",
			{
				line: header.line,
				sample: header.cells.join(",").slice(0, SAMPLE_LENGTH),
			},
		);
	if (dataRows === 0)
		throw new FileError("nothing but a header: the file has no row", {
			line: header.line,
		});

	if (known === null && signs.values().some((each) => each.hasThousands))
		return survey(file, signs);
	function parse(cells: readonly string[], index: number) {
		const cell = cells[index] ?? "";
		entryOf(signs, index, () => new NumberSigns()).add(cell);
		return parseCell(cell, commaIsDecimal, known?.get(index));
	}

	function surveyRow(cells: readonly string[], roles: Roles): void {
		dates.add((cells[roles.date ?? roles.time] ?? "").trim());
		for (const index of roles.candidates) {
			statisticsOf(byColumn, index).add(parse(cells, index));
			entryOf(digits, index, () => new CellDigits()).add(cells[index] ?? "");
		}
		if (roles.value !== null) {
			const cell = parse(cells, roles.value);
			statisticsOf(byColumn, roles.value).add(cell);
			if (roles.measureName !== null)
				statisticsOf(
					byName,
					parseHeader(cells[roles.measureName] ?? "").name,
				).add(cell);
		} else if (roles.measureName !== null) {
			const name = keyOf(cells[roles.measureName] ?? "");
			if (name === "") unnamed += 1;
			else if (named.size < 2) named.add(name);
		}
	}

	if (roles.measureName !== null && roles.value !== null)
		return {
			linesBefore,
			headers,
			roles,
			measures: [roles.value],
			measureName: roles.measureName,
			statistics: byName,
			commaIsDecimal,
			signs,
			dates,
		};
	const valueColumn = namedColumn(headers, roles, named);
	if (roles.station === null && valueColumn === null && unnamed === 0)
		roles = { ...roles, station: columnNamed(headers, "name") };
	const marks = marksAmong(headers, digits);
	const measures =
		valueColumn !== null
			? [valueColumn]
			: [...roles.candidates, ...(roles.value === null ? [] : [roles.value])]
					.filter(
						(index) =>
							byColumn.get(index)?.isNumeric() === true && !marks.has(index),
					)
					.sort((a, b) => a - b);
	if (measures.length === 0)
		throw new FileError(
			"no column of numbers beside the time; cells that hold several, as those of NOAA's ISD, are not read",
			{
				line: header.line,
				sample: headers.map(({ name }) => name).join(","),
			},
		);
	const statistics = new Map<string, MeasureStatistics>();
	for (const index of measures) {
		const name = headers[index]?.name ?? "";
		if (statistics.has(name))
			throw new FileError(`two columns are named ${name}`, {
				line: header.line,
			});
		statistics.set(name, statisticsOf(byColumn, index));
	}
	return {
		linesBefore,
		headers,
		roles,
		measures,
		measureName: null,
		statistics,
		commaIsDecimal,
		signs,
		dates,
	};
}

function statisticsOf<Key>(
	of: Map<Key, MeasureStatistics>,
	key: Key,
): MeasureStatistics {
	return entryOf(of, key, () => new MeasureStatistics());
}

function entryOf<Key, Value>(
	of: Map<Key, Value>,
	key: Key,
	make: () => Value,
): Value {
	const known = of.get(key);
	if (known !== undefined) return known;
	const fresh = make();
	of.set(key, fresh);
	return fresh;
}

function headersOf(cells: readonly string[]): Header[] {
	const sample = cells.join(",").slice(0, SAMPLE_LENGTH);
	if (sample.includes(NOT_UTF8))
		throw new FileError(
			"the header is not valid UTF-8: save the file as UTF-8",
			{
				line: 1,
				sample,
			},
		);
	if (cells.some((cell) => parseTime(cell) !== null))
		throw new FileError("no header: the first line holds a time", {
			line: 1,
			sample,
		});
	return cells.map(parseHeader);
}

/** The one column that the cells of a `name` column name. */
function namedColumn(
	headers: readonly Header[],
	roles: Roles,
	named: ReadonlySet<string>,
): number | null {
	const [name, ...others] = named;
	if (name === undefined || others.length > 0) return null;
	return (
		roles.candidates.find(
			(index) => keyOf(headers[index]?.name ?? "") === name,
		) ?? null
	);
}

function columnNamed(headers: readonly Header[], key: string): number | null {
	const index = headers.findIndex((header) => keyOf(header.name) === key);
	return index === -1 ? null : index;
}

function noteLeftOut(
	{ linesBefore, headers, roles, measures, measureName }: Layout,
	out: ParseOutput,
) {
	if (linesBefore.length > 0)
		out.note(
			`lines before the header left out: ${linesBefore.join(" / ").slice(0, SAMPLE_LENGTH)}`,
		);
	const used = new Set([
		roles.time,
		roles.date,
		roles.station,
		roles.module,
		roles.unit,
		measureName,
		...measures,
	]);
	const leftOut = headers
		.filter((_, index) => !used.has(index))
		.map((header) => header.name || "(unnamed)");
	if (leftOut.length > 0) out.note(`columns left out: ${leftOut.join(", ")}`);
}

function measureOf(
	{ headers, measureName }: Layout,
	cells: readonly string[],
	index: number,
): Header {
	const header = headers[index] ?? { name: "", unit: null };
	if (measureName === null) return header;
	const own = parseHeader(cells[measureName] ?? "");
	return { name: own.name, unit: own.unit ?? header.unit };
}

function textOf(cells: readonly string[], index: number | null): string | null {
	const text = index === null ? "" : (cells[index] ?? "").trim();
	return text === "" ? null : text;
}

function timeOf(
	cells: readonly string[],
	{ roles, dates }: Layout,
): ParsedTime | null {
	const text = (cells[roles.time] ?? "").trim();
	if (roles.date === null) return parseTime(dates.plain(text));
	const [, hour] = HOUR.exec(text) ?? [];
	if (hour === undefined && !CLOCK.test(text))
		return parseTime(dates.plain(text));
	const date = dates
		.plain((cells[roles.date] ?? "").trim())
		.replace(MIDNIGHT, "");
	if (hour === undefined) return parseTime(`${date} ${text}`);
	return parseTime(
		WITH_CLOCK.test(date) ? date : `${date} ${hour.padStart(2, "0")}:00`,
	);
}

/** Sees how a file writes its dates, where one of them alone does not tell. */
class DateForms {
	#dayFirst = false;
	#monthFirst = false;
	#areCompact: boolean | null = null;

	add(cell: string): void {
		if (/^\d+$/.test(cell))
			this.#areCompact = this.#areCompact !== false && COMPACT.test(cell);
		const [, first, second] =
			SLASHED.exec(cell) ?? SHORT_SLASHED.exec(cell) ?? [];
		this.#dayFirst ||= Number(first) > 12;
		this.#monthFirst ||= Number(second) > 12;
	}

	/** A time as `parseTime` reads it; as it stands where the file's dates do not tell how. */
	plain(time: string): string {
		if (this.#areCompact && COMPACT.test(time))
			return time.replace(
				COMPACT,
				(_, day, hour, minute = "00", second = "00") =>
					`${day} ${hour}${minute}${second}`,
			);
		if (this.#dayFirst === this.#monthFirst) return time;
		if (this.#dayFirst) return time.replace(SLASHED, "$1.$2.$3");
		return time
			.replace(SLASHED, "$2.$1.$3")
			.replace(SHORT_SLASHED, "$2.$1.20$3");
	}
}

function stationOf(path: string): string {
	const [, first = "", ...rest] = path.split("/");
	return rest.length > 0
		? first
		: first.replace(/\.(?:csv|tsv)(?:\.gz)?$/i, "");
}

/** A CSV whose header is found, read anew each time. */
interface Table {
	/** Null where the file holds no line but blank ones and comments. */
	readonly header: CsvRow | null;
	readonly linesBefore: readonly string[];
	readonly delimiter: string;
	/** The rows behind the header. */
	readonly rows: AsyncGenerator<CsvRow[]>;
}

async function openTable(file: SourceFile): Promise<Table> {
	const { head, all } = await lookAhead(fileBytes(file), SNIFF_BYTES);
	const { line, linesBefore, delimiter } = headerIn(
		new TextDecoder().decode(head),
	);
	const batches = csvRows(all, delimiter);
	for (;;) {
		const { value: batch, done } = await batches.next();
		if (done) return { header: null, linesBefore, delimiter, rows: batches };
		const at = batch.findIndex((row) => row.line >= line);
		const header = batch[at];
		if (header === undefined) continue;
		return {
			header,
			linesBefore,
			delimiter,
			rows: (async function* () {
				yield batch.slice(at + 1);
				yield* batches;
			})(),
		};
	}
}

/** Where the beginning of a file has its header, and what parts the cells. */
function headerIn(head: string): {
	readonly line: number;
	readonly linesBefore: readonly string[];
	readonly delimiter: string;
} {
	const lines = head
		.split(/\r\n|\n|\r/)
		.map((text, index) => ({ text: text.trim(), line: index + 1 }))
		.filter(
			({ text }) =>
				text !== "" && !text.startsWith("#") && !/^sep=.$/i.test(text),
		)
		.slice(0, HEADER_LINES);
	const found = lines.findIndex(({ text }) => {
		const cells = cellsOf(text, delimiterOf(text)) ?? [];
		return (
			cells.length > 1 &&
			cells.every(
				(cell) =>
					parseTime(cell) === null && typeof parseCell(cell, true) === "string",
			) &&
			rolesOf(cells.map(parseHeader)) !== null
		);
	});
	const at = Math.max(found, 0);
	const { line, text } = lines[at] ?? { line: 1, text: "" };
	return {
		line,
		linesBefore: lines.slice(0, at).map((before) => before.text),
		delimiter: delimiterOf(text),
	};
}

/** A time that is more than a number, which anything may be. */
function isWrittenTime(cell: string): boolean {
	return !/^\s*\d*\.?\d*\s*$/.test(cell) && parseTime(cell) !== null;
}

function delimiterOf(line: string): string {
	const unquoted = line.replaceAll(/"[^"]*"/g, "");
	let best = ",";
	for (const delimiter of [",", ";", "\t", "|"])
		if (unquoted.split(delimiter).length > unquoted.split(best).length)
			best = delimiter;
	return best;
}
