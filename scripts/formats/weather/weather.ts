import { FileError } from "../../../src/lib/formats/file-error.ts";
import type { ParseOutput, SourceFile } from "../../datasets/dataset.ts";
import { isZip, zipEntries } from "../archives/zip.ts";
import { entryBytes, fileBytes, plainName } from "../bytes.ts";
import type { CsvRow } from "../csv.ts";
import { ClocksOfPlace } from "./clocks-of-place.ts";
import { readGreenButton } from "./green-button.ts";
import { isNem, readNem12 } from "./nem12.ts";
import { SUSPECT } from "./noaa-tables.ts";
import {
	type Layout,
	measureOf,
	NOT_UTF8,
	NoReadings,
	periodName,
	survey,
} from "./weather-layout.ts";
import { mayHoldReadings } from "./weather-names.ts";
import {
	isSentinel,
	type MeasureStatistics,
	parseCell,
} from "./weather-numbers.ts";
import type { TakeReading, Version } from "./weather-reading.ts";
import {
	type Below,
	openTable,
	type Source,
	sampleOf,
	type Table,
	width,
} from "./weather-table.ts";
import { timeOf, timeText } from "./weather-times.ts";
import { measuredIn } from "./weather-units.ts";
import { versionOf } from "./weather-versions.ts";
import { type Zone, zoneIn, zoneOf, zoneText } from "./weather-zones.ts";

/**
 * Bytes of a station's name, percent-encoded: it names a folder of the lake, and
 * file systems allow names of 255 bytes.
 */
const LONGEST_STATION = 240;
/** Microseconds since 1970, the end exclusive: a single reading of another age would stretch every timeline. */
const MIN_TIME = Date.UTC(1600, 0) * 1000;
const MAX_TIME = Date.UTC(2101, 0) * 1000;

/**
 * Reads the readings of a table, see {@link readTable}, of meters in NEM12 and Green Button,
 * or of such files in a zip. One in a zip that cannot be used is rejected, and the others stay. A `.txt` or `.dat` that is
 * no table of readings is left out and noted.
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
	if (plainName(source.path).endsWith(".xml")) {
		const named = { ...source, station: stationOf(source.path) };
		await readGreenButton(named, out, take);
		return;
	}
	if (await isNem(source)) {
		await readNem12(source, out, take);
		return;
	}
	try {
		await readTables(source, out, take);
	} catch (error) {
		const isLeftOut =
			error instanceof NoReadings &&
			/\.(?:txt|dat)$/.test(plainName(source.path));
		if (!isLeftOut) throw error;
		noteOf(source, out)(`left out, as no table of readings: ${error.message}`);
	}
}

function noteOf({ entry }: Source, out: ParseOutput): (text: string) => void {
	return (text) => out.note(entry === null ? text : `${entry}: ${text}`);
}

/** Tables of a file that are read: each is looked for from the file's start. */
const MAX_TABLES = 100;

/** Reads the tables of a file, one below the other. */
async function readTables(
	source: Source,
	out: ParseOutput,
	take: TakeReading,
): Promise<void> {
	const noted = new Set<string>();
	const note = (text: string) => {
		if (!noted.has(text)) noteOf(source, out)(text);
		noted.add(text);
	};
	let below = await readTable(source, out, take, note);
	for (let tables = 1; below !== null; tables += 1) {
		const { line } = below;
		const refuse = (reason: string) =>
			out.reject(
				line,
				`another table begins here, ${reason}; put it into a file of its own`,
				"",
				source.entry ?? undefined,
			);
		if (tables === MAX_TABLES) {
			refuse(`and ${MAX_TABLES} stand above it`);
			return;
		}
		try {
			below = await readTable({ ...source, below }, out, take, note);
		} catch (error) {
			if (!(error instanceof NoReadings)) throw error;
			refuse(`which holds no readings: ${error.message}`);
			return;
		}
	}
}

/**
 * Reads a table of weather readings, twice: once to see what its columns hold, once
 * for the readings; so memory does not grow with the file, and a file that breaks
 * gives nothing. Returns where another table begins below it; null where none does.
 *
 * - The header is the first line that names a time, holds no value and has rows below, else
 *   the line above the first rows with times, else the comment above the first row, else the
 *   first line; what stands before it is left out and noted.
 *   A row of units in brackets may stand below, and one that tells names apart above. Commas, semicolons, tabs or bars part its
 *   cells, whichever it has most, or blanks, see {@link isSpaced}.
 * - The time is ISO 8601, a date, or a number of seconds or milliseconds since
 *   1970 (see {@link parseTime}); without a zone, of its own, of a column beside it, of its
 *   header, of the place that its header names, or of the lines above ({@link zoneAbove}), it
 *   is UTC, which is noted. A column of UTC comes before one of
 *   local clocks, see {@link utcColumn}. A date
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
 * - A number may have its unit behind it, where all of a column do: `12.3 °C`.
 *   Where the header ends in times, a row is a series, see {@link timesAcross}.
 * - Blank cells, words and sentinels are readings without a value, and counted.
 *   Rows of blank cells are blank lines; blank cells behind the last column are
 *   none.
 * - Tables of NOAA read as {@link isdTable}, {@link gsodTable}, {@link ghcnTable} and
 *   {@link ghcnDailyTable} say.
 */
async function readTable(
	source: Source,
	out: ParseOutput,
	take: TakeReading,
	note: (text: string) => void,
): Promise<Below | null> {
	const layout = await survey(source);
	const { headers, roles, periods, commaIsDecimal, decimalCommas, cellUnits } =
		layout;
	const hasDecimalCommas = decimalCommas.size > 0;
	const ownHeaders = [roles.time, roles.date].flatMap(
		(index) => headers[index ?? -1] ?? [],
	);
	const timeHeaders =
		ownHeaders.some((header) => zoneOf(header) !== null) ||
		layout.zoneAbove === null
			? ownHeaders
			: [layout.zoneAbove];
	const tableZone =
		timeHeaders.map(zoneOf).find((found) => found !== null) ?? null;
	const zonesBeside = new Map<string, Zone | null>();
	const zoneBeside = (cells: readonly string[]): Zone | null => {
		const cell = zoneText(cells[roles.zone ?? -1] ?? "");
		if (cell === "") return tableZone;
		let zone = zonesBeside.get(cell);
		if (zone === undefined) {
			zone = zoneIn(cell);
			zonesBeside.set(cell, zone);
		}
		return zone;
	};
	// What stands behind the unit, as a cost does, is in another.
	const isUnitBehind = layout.measures.some((at) => at < (roles.unit ?? -1));
	const dayOffsets = [...(periods?.offsets.values() ?? [0])];
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
	const { leftOut, next } = table.seen;
	if (leftOut > 0)
		note(`comments and repeated headers among the rows left out: ${leftOut}`);
	return next === null ? null : { line: next, textsBefore: table.textsBefore };

	function namedMeasure(cells: readonly string[], index: number) {
		return { index, ...measureOf(layout, cells, index) };
	}

	/** How new the measures of a row are, each version read once. */
	function versionsIn(cells: readonly string[]) {
		if (layout.versions.size === 0) return noVersion;
		const known = new Map<number, Version | null>();
		return (measure: number): Version | null => {
			const column = layout.versions.get(measure);
			if (column === undefined) return null;
			let version = known.get(column);
			if (version === undefined) {
				version = versionOf(cells[column] ?? "", layout.versionTimes);
				known.set(column, version);
			}
			return version;
		};
	}

	function addRow({ line, cells: row }: CsvRow): void {
		const reject = (reason: string) => {
			read += 1;
			out.count("rows rejected");
			out.reject(line, reason, sampleOf(row), source.entry ?? undefined);
		};
		const count = width(row, table.width);
		if (count !== table.width) {
			if (count > 0)
				reject(`${count} cells where the header has ${table.headerCells}`);
			return;
		}
		if (row.some((cell) => cell.includes(NOT_UTF8))) {
			reject("not valid UTF-8: save the file as UTF-8");
			return;
		}
		const cells = table.cells(row);
		const time = timeOf(cells, roles, layout.times);
		if (time === null) {
			const text = [roles.date, roles.time]
				.map((index) => (index === null ? "" : timeText(cells, roles, index)))
				.join(" ")
				.trim();
			if (/ 25(?::00)?$/.test(text))
				reject(
					`an hour 25, as of a day on which clocks were set back: ${text}; write the times of that day with their zone, as 2024-01-31T14:05:00+01:00`,
				);
			else if (text !== "")
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
			reject(
				`the station's name is too long to name a folder: shorten it to ${LONGEST_STATION} letters, of which é counts 6 and 雨 9`,
			);
			return;
		}
		const zone = time.zoned ? 0 : (time.zone ?? zoneBeside(cells));
		const zoneTold = zoneText(cells[roles.zone ?? -1] ?? "");
		if (zone === null && zoneTold !== "") {
			reject(
				`its zone is not known: ${zoneTold}; write it as +01:00 or as Europe/Berlin`,
			);
			return;
		}
		const clocks = zone instanceof ClocksOfPlace ? zone : null;
		if (
			clocks !== null &&
			dayOffsets.some((offset) => clocks.utc(time.micros + offset) === null)
		) {
			reject(
				`clocks were set in ${clocks.zone}, so that this is no time there, or two: write it with its zone, as 2024-01-31T14:05:00+01:00`,
			);
			return;
		}
		read += 1;
		unzoned ||= zone === null;
		const east = clocks === null ? Number(zone) : 0;
		const module = textOf(cells, roles.module);
		const ownUnit = textOf(cells, roles.unit);
		const versions = versionsIn(cells);
		for (const { index, name: measure, unit } of named) {
			const told = cells[index] ?? "";
			const measured = cellUnits.has(index) ? measuredIn(told) : null;
			const cell = parseCell(
				measured?.number ?? told,
				commaIsDecimal || (hasDecimalCommas && decimalCommas.has(index)),
				layout.signs.get(index),
			);
			const value = countedValue(cell, layout.statistics.get(measure), out);
			const saysNothing = cell === "blank" || told === SUSPECT;
			const offset = periods?.offsets.get(index) ?? 0;
			take(
				{
					station,
					module,
					measure,
					unit:
						(isUnitBehind && index > (roles.unit ?? -1) ? null : ownUnit) ??
						unit ??
						measured?.unit ??
						null,
					time:
						clocks?.utc(time.micros + offset) ??
						time.micros - east * 60e6 + offset,
					value,
					version: saysNothing ? null : versions(index),
				},
				line,
				source.entry,
			);
		}
	}
}

function noVersion(): null {
	return null;
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

function noteLeftOut(
	{
		headers,
		roles,
		measures,
		measureName,
		periods,
		untoldPeriods,
		untold,
		versions,
	}: Layout,
	{ linesBefore, isWestern, delimiter, note: untoldUnits }: Table,
	note: (text: string) => void,
) {
	if (untoldUnits !== null) note(untoldUnits);
	if (isWestern)
		note("not UTF-8: read as Windows-1252, as programs of Windows write it");
	if (periods !== null)
		note(
			`a row is a day, its ${periods.offsets.size} columns of times are read as the measure ${periodName(periods)}`,
		);
	if (untoldPeriods !== null)
		note(
			`its ${untoldPeriods.offsets.size} columns ${periodName(untoldPeriods)} and a number are a measure each: where they are the times of a day, name them HH1, HH2 and so on`,
		);
	for (const index of measures) {
		const sign = untold.get(index);
		if (sign !== undefined)
			note(
				`column ${headers[index]?.name}: nothing tells whether such as 1${sign}234 are thousands or have decimals: ${delimiter === sign ? "they have no value" : "read as 1.234"}; write thousands as 1234`,
			);
	}
	if (linesBefore.length > 0)
		note(`lines before the header left out: ${sampleOf(linesBefore, " / ")}`);
	const used = new Set([
		roles.time,
		roles.date,
		roles.minute,
		...(roles.yearAndMonth ?? []),
		roles.station,
		roles.module,
		roles.unit,
		roles.zone,
		measureName,
		...measures,
		...versions.values(),
	]);
	const leftOut = headers
		.filter((_, index) => !used.has(index))
		.map((header) => header.name || "(unnamed)");
	if (leftOut.length > 0) note(`columns left out: ${leftOut.join(", ")}`);
}

function textOf(cells: readonly string[], index: number | null): string | null {
	const cell = index === null ? "" : (cells[index] ?? "").trim();
	if (cell === "") return null;
	// What keeps spreadsheets from taking a long number for one.
	return cell.startsWith("=") || cell.startsWith("'")
		? cell.replace(/^="(.*)"$|^'(?=\d)/, "$1") || null
		: cell;
}

function stationOf(path: string): string {
	const [, first = "", ...rest] = path.split("/");
	const inZip = isZip(first) ? rest.at(-1) : undefined;
	return rest.length > 0 && inZip === undefined
		? first
		: (inZip ?? first).replace(/\.(?:csv|tsv|psv|txt|dat|xml)(?:\.gz)?$/i, "");
}
