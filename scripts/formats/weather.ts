import { DateForms, isPartedDate } from "../../src/lib/formats/date-forms.ts";
import { FileError } from "../../src/lib/formats/file-error.ts";
import { lookAheadWestern } from "../../src/lib/formats/look-ahead.ts";
import { type ParsedTime, parseTime } from "../../src/lib/formats/time.ts";
import type { ParseOutput, SourceFile } from "../datasets/dataset.ts";
import { entryBytes, fileBytes, plainName } from "./bytes.ts";
import { type CsvRow, cellsOf, csvRows } from "./csv.ts";
import { ghcnDailyTable, isdTable } from "./noaa-tables.ts";
import {
	CellDigits,
	type Header,
	isSentinel,
	keyOf,
	MeasureStatistics,
	marksAmong,
	NumberSigns,
	type Periods,
	parseCell,
	parseHeader,
	periodsAmong,
	type Roles,
	rolesOf,
	zoneOf,
} from "./weather-columns.ts";
import { isZip, zipEntries } from "./zip.ts";

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
	readonly headers: readonly Header[];
	readonly roles: Roles;
	/** Wide: each its own measure. Long: the one that holds the value. */
	readonly measures: readonly number[];
	/** Long: the column whose cells name the measure. */
	readonly measureName: number | null;
	/** Where each of `measures` stands for a time of the day; null where none does. */
	readonly periods: Periods | null;
	/** By measure, as its readings name it. */
	readonly statistics: ReadonlyMap<string, MeasureStatistics>;
	readonly commaIsDecimal: boolean;
	/** What points and commas are for, by column. */
	readonly signs: ReadonlyMap<number, NumberSigns>;
	readonly times: TimeForms;
}

/** A table that readings may lie in. */
interface Source {
	/** Below the input folder; of one in a zip, the zip's with its name behind. */
	readonly path: string;
	/** Within a zip, null where it lies in none. */
	readonly entry: string | null;
	/** The plain bytes, from the start each time. */
	open(): AsyncGenerator<Uint8Array>;
}

/** `entry` names the file within a zip, null where there is none. */
export type TakeReading = (
	reading: Reading,
	line: number,
	entry: string | null,
) => void;

/** Why a text holds no readings: of a `.txt`, which may be anything, no fault. */
class NoReadings extends FileError {}

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

/** `2024020113`, with minutes and seconds or without, which might be a number of seconds. */
const COMPACT =
	/^((?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))([01]\d|2[0-3])([0-5]\d)?([0-5]\d)?$/;

/** Whether a path, of a file in a folder or a zip, is one that readings may lie in, also packed (`.gz`). */
export function mayHoldReadings(path: string): boolean {
	return /\.(?:csv|tsv|psv|txt)$/.test(plainName(path));
}

/**
 * Reads the weather readings of a table, see {@link readTable}, or of the tables in a zip.
 * One in a zip that cannot be used is rejected, and the others stay. A `.txt` that is no
 * table of readings is left out and noted.
 */
export async function readWeather(
	file: SourceFile,
	out: ParseOutput,
	take: TakeReading,
): Promise<void> {
	if (!isZip(file.path)) {
		const open = () => fileBytes(file);
		await readAny({ path: file.path, entry: null, open }, out, take);
		return;
	}
	for await (const entry of zipEntries(file, mayHoldReadings, out.note)) {
		let taken = 0;
		const source = {
			path: `${file.path}/${entry.name}`,
			entry: entry.name,
			open: () => entryBytes(entry),
		};
		try {
			await readAny(source, out, (...reading) => {
				taken += 1;
				take(...reading);
			});
		} catch (error) {
			if (!(error instanceof FileError) || taken > 0 || entry.hasEnded())
				throw error;
			out.reject(error.line, error.message, error.sample, entry.name);
		}
	}
}

async function readAny(
	source: Source,
	out: ParseOutput,
	take: TakeReading,
): Promise<void> {
	try {
		await readTable(source, out, take);
	} catch (error) {
		const isLeftOut =
			error instanceof NoReadings && /\.txt$/.test(plainName(source.path));
		if (!isLeftOut) throw error;
		noteOf(source, out)(`left out, as no table of readings: ${error.message}`);
	}
}

function noteOf({ entry }: Source, out: ParseOutput): (text: string) => void {
	return (text) => out.note(entry === null ? text : `${entry}: ${text}`);
}

/**
 * Reads a table of weather readings, twice: once to see what its columns hold, once
 * for the readings; so memory does not grow with the file, and a file that breaks
 * gives nothing.
 *
 * - The header is the first line that names a time and holds no value, else the comment
 *   above the first row, else the first line; what stands before it is left out and noted.
 *   A row of units in brackets may stand below. Commas, semicolons, tabs or bars part its
 *   cells, whichever it has most.
 * - The time is ISO 8601, a date, or a number of seconds or milliseconds since
 *   1970 (see {@link parseTime}); without a zone it is UTC, which is noted. A date
 *   and a time of day, or an hour, in columns of their own are put together, and so are
 *   year, month and day. Of dates that may have day or month first the whole file tells,
 *   see {@link DateForms}. Digits such as `2024020113` are a date
 *   with an hour where all cells are, and not seconds since 1970. Where no column's
 *   name says time, it is the first whose first cell is a time.
 * - *Long* where a column names the measure and another holds the value: by their
 *   names, or where the cells of a column `name` name one other column, as
 *   `Temperature` does a column `temperature`; its blank cells mean that column too.
 * - *Wide* otherwise: each column of more numbers than words is a measure, its
 *   unit in brackets behind its name, unless it holds marks, see {@link marksAmong}.
 *   Columns that name times of the day are one measure, see {@link periodsAmong}.
 * - The station is what its column says (a column `name` too, where it names no
 *   measure), else the folder below the dataset's, else the file's name without its
 *   ending; the module is what its column says.
 * - Blank cells, words and sentinels are readings without a value, and counted.
 *   Rows of blank cells are blank lines; blank cells behind the last column are
 *   none.
 * - Tables of NOAA read as {@link isdTable} and {@link ghcnDailyTable} say.
 */
async function readTable(
	source: Source,
	out: ParseOutput,
	take: TakeReading,
): Promise<void> {
	const layout = await survey(source);
	const note = noteOf(source, out);
	const { headers, roles, periods } = layout;
	const zone = [roles.time, roles.date]
		.map((index) => zoneOf(headers[index ?? -1] ?? { name: "", unit: null }))
		.find((minutes) => minutes !== null);
	const fallbackStation = stationOf(source.path);
	let unzoned = false;
	let read = 0;
	const wide =
		layout.measureName === null
			? layout.measures.map((index) => namedMeasure([], index))
			: null;
	const table = await openTable(source);
	noteLeftOut(layout, table, note);
	for await (const batch of table.rows) {
		for (const row of batch) addRow(row);
		await out.drain();
	}
	out.count("rows read", read);
	if (unzoned) note("times without a zone are taken as UTC");

	function namedMeasure(cells: readonly string[], index: number) {
		return { index, ...measureOf(layout, cells, index) };
	}

	function addRow({ line, cells: row }: CsvRow): void {
		const reject = (reason: string) => {
			read += 1;
			out.count("rows rejected");
			out.reject(
				line,
				reason,
				row.join(",").slice(0, SAMPLE_LENGTH),
				source.entry ?? undefined,
			);
		};
		const count = width(row, table.width);
		if (count !== table.width) {
			if (count > 0)
				reject(`${count} cells where the header has ${table.width}`);
			return;
		}
		if (row.some((cell) => cell.includes(NOT_UTF8))) {
			reject("not valid UTF-8: save the file as UTF-8");
			return;
		}
		const cells = table.cells(row);
		const time = timeOf(cells, layout);
		if (time === null) {
			const text = [roles.date, roles.time]
				.map((index) => (index === null ? "" : timeText(cells, roles, index)))
				.join(" ")
				.trim();
			if (text !== "")
				reject(`not a time: ${text}; write it as 2024-01-31T14:05:00Z`);
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
		unzoned ||= !time.zoned && zone === undefined;
		const east = time.zoned ? 0 : (zone ?? 0);
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
					time: time.micros - east * 60e6 + (periods?.offsets.get(index) ?? 0),
					value,
				},
				line,
				source.entry,
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
	source: Source,
	known: ReadonlyMap<number, NumberSigns> | null = null,
): Promise<Layout> {
	const signs = new Map<number, NumberSigns>();
	const byColumn = new Map<number, MeasureStatistics>();
	const byName = new Map<string, MeasureStatistics>();
	const named = new Set<string>();
	let unnamed = 0;

	const table = await openTable(source);
	const { header, delimiter, rows } = table;
	if (header === null)
		throw new NoReadings("no header: the file has nothing but white space");
	const commaIsDecimal = delimiter !== ",";
	const headers = headersOf(header);
	let roles = rolesOf(headers);
	let dataRows = 0;
	const times = new TimeForms();
	const digits = new Map<number, CellDigits>();

	for await (const batch of rows)
		for (const { line, cells: row } of batch) {
			dataRows += 1;
			if (width(row, table.width) !== table.width) continue;
			const cells = table.cells(row);
			roles ??= rolesOf(headers, cells.findIndex(isWrittenTime));
			if (roles !== null) surveyRow(cells, line, roles);
		}
	if (roles === null)
		throw new NoReadings(
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
	const fault = times.fault();
	if (fault !== null) throw new FileError(fault.reason, fault);

	if (known === null && signs.values().some((each) => each.hasThousands))
		return survey(source, signs);
	function parse(cells: readonly string[], index: number) {
		const cell = cells[index] ?? "";
		entryOf(signs, index, () => new NumberSigns()).add(cell);
		return parseCell(cell, commaIsDecimal, known?.get(index));
	}

	function surveyRow(
		cells: readonly string[],
		line: number,
		roles: Roles,
	): void {
		times.add(timeText(cells, roles, roles.date ?? roles.time), line);
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
			headers,
			roles,
			measures: [roles.value],
			measureName: roles.measureName,
			periods: null,
			statistics: byName,
			commaIsDecimal,
			signs,
			times,
		};
	const valueColumn = namedColumn(headers, roles, named);
	if (roles.station === null && valueColumn === null && unnamed === 0)
		roles = { ...roles, station: columnNamed(headers, "name") };
	const marks = marksAmong(headers, digits);
	let measures =
		valueColumn !== null
			? [valueColumn]
			: [...roles.candidates, ...(roles.value === null ? [] : [roles.value])]
					.filter(
						(index) =>
							byColumn.get(index)?.isNumeric() === true && !marks.has(index),
					)
					.sort((a, b) => a - b);
	if (measures.length === 0)
		throw new NoReadings(
			"no column of numbers beside the time: a column of readings holds a number a cell, and its unit in the header, such as temperature [°C]",
			{
				line: header.line,
				sample: headers.map(({ name }) => name).join(","),
			},
		);
	const statistics = new Map<string, MeasureStatistics>();
	// Of a time at which there is no value on any day, too.
	const mayBePeriods = roles.candidates.filter((index) => {
		const { words } = statisticsOf(byColumn, index);
		return measures.includes(index) || (words === 0 && !marks.has(index));
	});
	const isOfDays = roles.date === null && !times.haveClocks;
	const periods = isOfDays ? periodsAmong(headers, mayBePeriods) : null;
	if (periods !== null) {
		const all = new MeasureStatistics();
		measures = [...periods.offsets.keys()];
		for (const index of measures) all.merge(statisticsOf(byColumn, index));
		statistics.set(periodName(periods), all);
	} else
		for (const index of measures) {
			const name = headers[index]?.name ?? "";
			if (statistics.has(name))
				throw new FileError(`two columns are named ${name}`, {
					line: header.line,
				});
			statistics.set(name, statisticsOf(byColumn, index));
		}
	return {
		headers,
		roles,
		measures,
		measureName: null,
		periods,
		statistics,
		commaIsDecimal,
		signs,
		times,
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

function headersOf({ line, cells }: CsvRow): Header[] {
	const sample = cells.join(",").slice(0, SAMPLE_LENGTH);
	if (sample.includes(NOT_UTF8))
		throw new FileError(
			"the header is not valid UTF-8: save the file as UTF-8",
			{ line, sample },
		);
	if (cells.some((cell) => parseTime(cell) !== null || isPartedDate(cell)))
		throw new NoReadings(
			"no header: the first line holds a time; put a line before it that names the columns, such as time,temperature [°C]",
			{ line, sample },
		);
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
	{ headers, roles, measures, measureName, periods }: Layout,
	{ linesBefore, isWestern }: Table,
	note: (text: string) => void,
) {
	if (isWestern)
		note("not UTF-8: read as Windows-1252, as programs of Windows write it");
	if (periods !== null)
		note(
			`a row is a day, its ${periods.offsets.size} columns of times are read as the measure ${periodName(periods)}`,
		);
	if (linesBefore.length > 0)
		note(
			`lines before the header left out: ${linesBefore.join(" / ").slice(0, SAMPLE_LENGTH)}`,
		);
	const used = new Set([
		roles.time,
		roles.date,
		roles.minute,
		...(roles.yearAndMonth ?? []),
		roles.station,
		roles.module,
		roles.unit,
		measureName,
		...measures,
	]);
	const leftOut = headers
		.filter((_, index) => !used.has(index))
		.map((header) => header.name || "(unnamed)");
	if (leftOut.length > 0) note(`columns left out: ${leftOut.join(", ")}`);
}

function periodName({ name }: Periods): string {
	return name ?? "value";
}

function measureOf(
	{ headers, measureName, periods }: Layout,
	cells: readonly string[],
	index: number,
): Header {
	if (periods !== null) return { name: periodName(periods), unit: null };
	const header = headers[index] ?? { name: "", unit: null };
	if (measureName === null) return header;
	const own = parseHeader(cells[measureName] ?? "");
	return { name: own.name, unit: own.unit ?? header.unit };
}

function textOf(cells: readonly string[], index: number | null): string | null {
	const text = index === null ? "" : (cells[index] ?? "").trim();
	return text === "" ? null : text;
}

/** What stands in a column of times; of a day whose year and month stand apart, the whole date. */
function timeText(
	cells: readonly string[],
	{ date, time, yearAndMonth }: Roles,
	index: number,
): string {
	const text = startOf((cells[index] ?? "").trim());
	if (yearAndMonth === null || index !== (date ?? time)) return text;
	const parts = yearAndMonth.map((part) => (cells[part] ?? "").trim());
	return [...parts, text].join("-");
}

/** Of a time from and a time to, as markets of power write them, the first. */
function startOf(cell: string): string {
	return cell.replace(/(?<=\d) [-–] \d.*$/, "");
}

function timeOf(
	cells: readonly string[],
	{ roles, times }: Layout,
): ParsedTime | null {
	const text = timeText(cells, roles, roles.time);
	if (roles.date === null) return parseTime(times.plain(text));
	const [, hour] = HOUR.exec(text) ?? [];
	if (hour === undefined && !CLOCK.test(text))
		return parseTime(times.plain(text));
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
class TimeForms {
	readonly #dates = new DateForms();
	#areCompact: boolean | null = null;
	/** Whether one has its time of day. */
	haveClocks = false;

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
		return this.#dates.plain(time);
	}
}

function stationOf(path: string): string {
	const [, first = "", ...rest] = path.split("/");
	const inZip = isZip(first) ? rest.at(-1) : undefined;
	return rest.length > 0 && inZip === undefined
		? first
		: (inZip ?? first).replace(/\.(?:csv|tsv|psv|txt)(?:\.gz)?$/i, "");
}

/** A table whose header is found, read anew each time. */
interface Table {
	/** Null where the file holds no line but blank ones and comments. */
	readonly header: CsvRow | null;
	/** Cells of a row as it stands in the file, and how they become those of the header. */
	readonly width: number;
	readonly cells: (row: readonly string[]) => readonly string[];
	readonly linesBefore: readonly string[];
	readonly delimiter: string;
	/** Whether the file is Windows-1252. */
	readonly isWestern: boolean;
	/** The rows behind the header, as they stand. */
	readonly rows: AsyncGenerator<CsvRow[]>;
}

async function openTable(source: Source): Promise<Table> {
	const { head, all, was } = await lookAheadWestern(source.open(), SNIFF_BYTES);
	const { line, linesBefore, delimiter } = headerIn(
		new TextDecoder().decode(head),
	);
	const batches = csvRows(all, delimiter);
	const common = { linesBefore, delimiter, isWestern: was === "Windows-1252" };
	const same = (row: readonly string[]) => row;
	for (;;) {
		const { value: batch, done } = await batches.next();
		if (done)
			return { ...common, header: null, width: 0, cells: same, rows: batches };
		const at = batch.findIndex((row) => row.line >= line);
		const first = batch[at];
		if (first === undefined) continue;
		const from = (start: number) =>
			(async function* () {
				yield batch.slice(start);
				yield* batches;
			})();
		const width = first.cells.length;
		const headless = ghcnDailyTable(first.cells);
		if (headless !== null)
			return {
				...common,
				header: { line: first.line, cells: headless.header },
				width,
				cells: headless.cells,
				rows: from(at),
			};
		const units = unitsIn(batch[at + 1]?.cells ?? []);
		const names = first.cells.map((cell, index) =>
			[index === 0 ? cell.replace(/^#\s*/, "") : cell, units?.[index]]
				.filter(Boolean)
				.join(" "),
		);
		const plain = isdTable(names);
		return {
			...common,
			header: { line: first.line, cells: plain?.header ?? names },
			width,
			cells: plain?.cells ?? same,
			rows: from(at + (units === null ? 1 : 2)),
		};
	}
}

/** The cells of a row that holds nothing but units, in brackets; null for any other. */
function unitsIn(cells: readonly string[]): readonly string[] | null {
	const filled = cells.filter((cell) => cell !== "");
	return filled.length > 1 && filled.every((cell) => /^\[.*\]$/.test(cell))
		? cells
		: null;
}

/** Where the beginning of a file has its header, and what parts the cells. */
function headerIn(head: string): {
	readonly line: number;
	readonly linesBefore: readonly string[];
	readonly delimiter: string;
} {
	const all = head
		.split(/\r\n|\n|\r/)
		.map((text, index) => ({ text: text.trim(), line: index + 1 }))
		.filter(({ text }) => text !== "");
	const lines = all
		.filter(({ text }) => !text.startsWith("#") && !/^sep=.$/i.test(text))
		.slice(0, HEADER_LINES);
	const found = lines.findIndex(({ text }) => isHeader(text));
	const [first] = lines;
	const above = all.findLast(
		({ line, text }) => line < (first?.line ?? 0) && text !== "#",
	);
	const comment = above?.text.replace(/^#\s*/, "") ?? "";
	if (
		first !== undefined &&
		above?.text.startsWith("#") &&
		!isHeader(first.text) &&
		isHeader(comment) &&
		comment.split(delimiterOf(comment)).length ===
			first.text.split(delimiterOf(comment)).length
	)
		return {
			line: above.line,
			linesBefore: [],
			delimiter: delimiterOf(comment),
		};
	const at = Math.max(found, 0);
	const { line, text } = lines[at] ?? { line: 1, text: "" };
	return {
		line,
		linesBefore: lines.slice(0, at).map((before) => before.text),
		delimiter: delimiterOf(text),
	};
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
		rolesOf(cells.map(parseHeader)) !== null
	);
}

/** A time that is more than a number, which anything may be. */
function isWrittenTime(cell: string): boolean {
	const start = startOf(cell.trim());
	return (
		!/^\d*\.?\d*$/.test(start) &&
		(parseTime(start) !== null || isPartedDate(start))
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
