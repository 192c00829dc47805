import { type CsvError, parse } from "csv-parse";
import {
	FileError,
	type ParseOutput,
	type SourceFile,
} from "../datasets/dataset.ts";
import { fileBytes, lookAhead, readable } from "./bytes.ts";
import { type ParsedTime, parseTime } from "./time.ts";
import {
	type Header,
	isSentinel,
	keyOf,
	MeasureStatistics,
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

interface Row {
	/** On which it begins, from 1. */
	readonly line: number;
	readonly cells: readonly string[];
}

/** How a file's cells become readings. */
interface Layout {
	readonly headers: readonly Header[];
	readonly roles: Roles;
	/** Wide: each its own measure. Long: the one that holds the value. */
	readonly measures: readonly number[];
	/** Long: the column whose cells name the measure. */
	readonly measureName: number | null;
	/** By measure, as its readings name it. */
	readonly statistics: ReadonlyMap<string, MeasureStatistics>;
	readonly commaIsDecimal: boolean;
}

const SNIFF_BYTES = 1 << 16;
const MAX_RECORD_CHARACTERS = 1 << 20;
const SAMPLE_LENGTH = 200;
/** What UTF-8 decoding puts for bytes that are none. */
const NOT_UTF8 = "\uFFFD";

const CLOCK = /^(\d{1,2})(:\d{2}(?::\d{2}(?:\.\d+)?)?)$/;

/**
 * Reads a CSV of weather readings, twice: once to see what its columns hold, once
 * for the readings; so memory does not grow with the file, and a file that breaks
 * gives nothing.
 *
 * - A header names the columns; commas, semicolons, tabs or bars part them,
 *   whichever its line has most. Lines before it that begin with `#` are skipped.
 * - The time is ISO 8601, a date, or a number of seconds or milliseconds since
 *   1970 (see {@link parseTime}); without a zone it is UTC, which is noted. A date
 *   and a time of day in columns of their own are put together.
 * - *Long* where a column names the measure and another holds the value: by their
 *   names, or where the cells of a column `name` name one other column, as
 *   `Temperature` does a column `temperature`; its blank cells mean that column too.
 * - *Wide* otherwise: each column of more numbers than words is a measure, its
 *   unit in brackets behind its name.
 * - The station is what its column says (a column `name` too, where it names no
 *   measure), else the folder below the dataset's, else the file's name without its
 *   ending; the module is what its column says.
 * - Blank cells, words and sentinels are readings without a value, and counted.
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
	let rows = 0;
	for await (const { line, cells } of dataRows(file)) {
		rows += 1;
		if (rows % 4096 === 0) await out.drain();
		const reject = (reason: string) =>
			out.reject(line, reason, cells.join(",").slice(0, SAMPLE_LENGTH));
		if (cells.length !== headers.length) {
			reject(`${cells.length} cells where the header has ${headers.length}`);
			continue;
		}
		if (cells.some((cell) => cell.includes(NOT_UTF8))) {
			reject("not valid UTF-8");
			continue;
		}
		const time = timeOf(cells, roles);
		if (time === null) {
			const text = cells[roles.time]?.trim() ?? "";
			reject(text === "" ? "no time" : `not a time: ${text}`);
			continue;
		}
		unzoned ||= !time.zoned;
		const station = textOf(cells, roles.station) ?? fallbackStation;
		const module = textOf(cells, roles.module);
		const ownUnit = textOf(cells, roles.unit);
		for (const index of layout.measures) {
			const { name: measure, unit } = measureOf(layout, cells, index);
			if (measure === "") {
				reject("no measure: the cell that names it is blank");
				continue;
			}
			const cell = parseCell(cells[index] ?? "", layout.commaIsDecimal);
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
	out.count("rows read", rows);
	if (unzoned) out.note("times without a zone are taken as UTC");
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

/** First reading: finds out what the columns are and what their cells hold. */
async function survey(file: SourceFile): Promise<Layout> {
	let headers: Header[] | null = null;
	let roles: Roles | null = null;
	let commaIsDecimal = false;
	const byColumn = new Map<number, MeasureStatistics>();
	const byName = new Map<string, MeasureStatistics>();
	const named = new Set<string>();
	let unnamed = 0;

	for await (const row of csvRows(file)) {
		if (headers === null || roles === null) {
			headers = headersOf(row.cells);
			roles = rolesOf(headers);
			commaIsDecimal = row.delimiter !== ",";
			if (roles === null)
				throw new FileError(
					"no time column: name one time, datetime, date or timestamp",
					{
						line: row.line,
						sample: row.cells.join(",").slice(0, SAMPLE_LENGTH),
					},
				);
			continue;
		}
		if (row.cells.length !== headers.length) continue;
		for (const index of roles.candidates)
			statisticsOf(byColumn, index).add(
				parseCell(row.cells[index] ?? "", commaIsDecimal),
			);
		if (roles.value !== null) {
			const cell = parseCell(row.cells[roles.value] ?? "", commaIsDecimal);
			statisticsOf(byColumn, roles.value).add(cell);
			if (roles.measureName !== null)
				statisticsOf(
					byName,
					parseHeader(row.cells[roles.measureName] ?? "").name,
				).add(cell);
		} else if (roles.measureName !== null) {
			const name = keyOf(row.cells[roles.measureName] ?? "");
			if (name === "") unnamed += 1;
			else if (named.size < 2) named.add(name);
		}
	}
	if (headers === null || roles === null)
		throw new FileError("no header: the file has nothing but white space");

	if (roles.measureName !== null && roles.value !== null)
		return {
			headers,
			roles,
			measures: [roles.value],
			measureName: roles.measureName,
			statistics: byName,
			commaIsDecimal,
		};
	const valueColumn = namedColumn(headers, roles, named);
	if (roles.station === null && valueColumn === null && unnamed === 0)
		roles = { ...roles, station: columnNamed(headers, "name") };
	const measures =
		valueColumn !== null
			? [valueColumn]
			: [...roles.candidates, ...(roles.value === null ? [] : [roles.value])]
					.filter((index) => byColumn.get(index)?.isNumeric() === true)
					.sort((a, b) => a - b);
	if (measures.length === 0)
		throw new FileError("no column of numbers beside the time", {
			line: 1,
			sample: headers.map((header) => header.name).join(","),
		});
	const statistics = new Map<string, MeasureStatistics>();
	for (const index of measures) {
		const name = headers[index]?.name ?? "";
		if (statistics.has(name))
			throw new FileError(`two columns are named ${name}`, { line: 1 });
		statistics.set(name, statisticsOf(byColumn, index));
	}
	return {
		headers,
		roles,
		measures,
		measureName: null,
		statistics,
		commaIsDecimal,
	};
}

function statisticsOf<Key>(
	of: Map<Key, MeasureStatistics>,
	key: Key,
): MeasureStatistics {
	const known = of.get(key);
	if (known !== undefined) return known;
	const fresh = new MeasureStatistics();
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
	{ headers, roles, measures, measureName }: Layout,
	out: ParseOutput,
) {
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

function timeOf(cells: readonly string[], roles: Roles): ParsedTime | null {
	const text = (cells[roles.time] ?? "").trim();
	const clock = roles.date === null ? null : CLOCK.exec(text);
	if (clock === null) return parseTime(text);
	const date = (cells[roles.date ?? 0] ?? "").trim();
	return parseTime(`${date} ${clock[1]?.padStart(2, "0")}${clock[2]}`);
}

function stationOf(path: string): string {
	const [, first = "", ...rest] = path.split("/");
	return rest.length > 0
		? first
		: first.replace(/\.(?:csv|tsv)(?:\.gz)?$/i, "");
}

/** The rows behind the header. */
async function* dataRows(file: SourceFile): AsyncGenerator<Row> {
	let header = true;
	for await (const row of csvRows(file)) {
		if (!header) yield row;
		header = false;
	}
}

/** Header and rows of a CSV, without blank lines and comments before the header. */
async function* csvRows(
	file: SourceFile,
): AsyncGenerator<Row & { delimiter: string }> {
	const { head, all } = await lookAhead(fileBytes(file), SNIFF_BYTES);
	const delimiter = delimiterOf(Buffer.from(head).toString());
	const source = readable(all);
	let linesBefore = 0;
	/** Of the records that the parser has put out and nobody has taken yet. */
	const lines: number[] = [];
	const parser = parse({
		bom: true,
		delimiter,
		max_record_size: MAX_RECORD_CHARACTERS,
		on_record: (cells, context) => {
			lines.push(linesBefore + 1);
			linesBefore = context.lines;
			return cells;
		},
		relax_column_count: true,
		relax_quotes: true,
	});
	source.on("error", (error) => parser.destroy(error));
	source.pipe(parser);
	let header = true;
	try {
		for await (const cells of parser as AsyncIterable<string[]>) {
			const line = lines.shift() ?? linesBefore;
			const [first = ""] = cells;
			if (cells.length === 1 && first.trim() === "") continue;
			if (header && first.startsWith("#")) continue;
			header = false;
			yield { line, cells, delimiter };
		}
	} catch (cause) {
		if (!isCsvError(cause)) throw cause;
		throw new FileError(
			cause.code === "CSV_QUOTE_NOT_CLOSED" ||
				cause.code === "CSV_MAX_RECORD_SIZE"
				? "a quote is opened and not closed"
				: `not a CSV: ${cause.message}`,
			{ line: linesBefore + 1, cause },
		);
	} finally {
		source.destroy();
		parser.destroy();
	}
}

function isCsvError(error: unknown): error is CsvError {
	return (
		error instanceof Error &&
		"code" in error &&
		String(error.code).startsWith("CSV_")
	);
}

/** What parts the cells of the first line that is neither blank nor a comment. */
function delimiterOf(head: string): string {
	const line =
		head
			.replace(/^\uFEFF/, "")
			.split(/\r\n|\r|\n/)
			.find((text) => text.trim() !== "" && !text.startsWith("#")) ?? "";
	const unquoted = line.replaceAll(/"[^"]*"/g, "");
	let best = ",";
	for (const delimiter of [",", ";", "\t", "|"])
		if (unquoted.split(delimiter).length > unquoted.split(best).length)
			best = delimiter;
	return best;
}
