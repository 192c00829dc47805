import { FileError } from "../../../src/lib/formats/file-error.ts";
import { parseTime } from "../../../src/lib/formats/time.ts";
import type { CsvRow } from "../csv.ts";
import {
	type Header,
	keyOf,
	parseHeader,
	type Roles,
} from "./weather-header.ts";
import { CellDigits, marksAmong } from "./weather-marks.ts";
import {
	FileSigns,
	isNoValue,
	MeasureStatistics,
	NumberSigns,
	parseCell,
	type SignUses,
} from "./weather-numbers.ts";
import { type Periods, periodsAmong } from "./weather-periods.ts";
import { rolesOf, utcColumn } from "./weather-roles.ts";
import { openTable, type Source, sampleOf, width } from "./weather-table.ts";
import {
	isClock,
	isMoment,
	isWrittenTime,
	isZoned,
	TimeForms,
	timeText,
} from "./weather-times.ts";
import { CellUnits, measuredIn, withUnitOfName } from "./weather-units.ts";
import { isVersion, versionColumn } from "./weather-versions.ts";
import { zoneAbove, zoneText } from "./weather-zones.ts";

/** How a file's cells become readings. */
export interface Layout {
	readonly headers: readonly Header[];
	readonly roles: Roles;
	/** Wide: each its own measure. Long: the one that holds the value. */
	readonly measures: readonly number[];
	/** Long: the column whose cells name the measure. */
	readonly measureName: number | null;
	/** Where each of `measures` stands for a time of the day; null where none does. */
	readonly periods: Periods | null;
	/** Of measures that are as many as a day has such times, though their names do not say it. */
	readonly untoldPeriods: Periods | null;
	/** By measure, as its readings name it. */
	readonly statistics: ReadonlyMap<string, MeasureStatistics>;
	readonly commaIsDecimal: boolean;
	/** Columns in which commas are decimal signs though commas part the cells, which have quotes. */
	readonly decimalCommas: ReadonlySet<number>;
	/** What points and commas are for in cells that do not tell it, by column; of none where they are for decimals. */
	readonly signs: ReadonlyMap<number, SignUses>;
	/** Columns whose cells have their unit behind the number; null where each may have another. */
	readonly cellUnits: ReadonlyMap<number, string | null>;
	/** The sign of columns of which nothing tells whether `1.234` is a thousand and more. */
	readonly untold: ReadonlyMap<number, string>;
	readonly times: TimeForms;
	/** The column that says how new a row is, by measure; of none where none does. */
	readonly versions: ReadonlyMap<number, number>;
	/** Of those columns. */
	readonly versionTimes: TimeForms;
	/** The zone that lines above the table tell; null where none does. */
	readonly zoneAbove: Header | null;
}

/** Why a text holds no readings: of a `.txt` or `.dat`, which may be anything, no fault. */
export class NoReadings extends FileError {}

const UNNAMED: Header = { name: "", unit: null };

/** Rows that tell with the first what a column holds. */
const ROWS_BESIDE = 4;

/** What UTF-8 decoding puts for bytes that are none. */
export const NOT_UTF8 = "\uFFFD";

/**
 * Roles by the names of the columns and, where these do not tell the time, by the cells of a
 * row. `next`: the rows behind it.
 */
function settledRoles(
	headers: readonly Header[],
	named: Roles | null,
	cells: readonly string[],
	next: readonly (readonly string[])[],
): Roles | null {
	const roles = named ?? rolesOf(headers, writtenTime(headers, cells));
	if (roles === null || roles.date !== null || roles.yearAndMonth !== null)
		return roles;
	if (isZoned(cells[roles.time] ?? "")) return roles;
	const clock = clockBeside(cells, next, roles.time);
	if (clock !== null) return rolesOf(headers, roles.time, clock);
	const moments = new Set(
		cells.flatMap((cell, index) => (isMoment(cell) ? [index] : [])),
	);
	const utc = utcColumn(headers, roles.time, moments);
	return utc === null ? roles : rolesOf(headers, utc);
}

/**
 * The column behind a date that has its times of day, by a name that says so in no language
 * that is known: rows of one day tell it from a time at which something of the day was, such
 * as its sunrise. Null where there is none.
 */
function clockBeside(
	cells: readonly string[],
	next: readonly (readonly string[])[],
	date: number,
): number | null {
	const clock = date + 1;
	const isOfDays = (row: readonly string[]) =>
		isWrittenTime(row[date] ?? "") &&
		!isMoment(row[date] ?? "") &&
		isClock(row[clock] ?? "");
	const areOfOneDay = next.some(
		(row, index) =>
			row[date] === (next[index - 1] ?? cells)[date] &&
			row[clock] !== (next[index - 1] ?? cells)[clock],
	);
	return areOfOneDay && [cells, ...next].every(isOfDays) ? clock : null;
}

/** The first cell that holds a time, rather when something was measured than when it was changed; -1 for none. */
function writtenTime(
	headers: readonly Header[],
	cells: readonly string[],
): number {
	const isChange = (at: number) => {
		const header = headers[at];
		return header !== undefined && isVersion(header);
	};
	const first = cells.findIndex(
		(cell, at) => isWrittenTime(cell) && !isChange(at),
	);
	return first === -1 ? cells.findIndex(isWrittenTime) : first;
}

/** How numbers are written in a file, by what a first survey has seen. */
type Numbers = Pick<Layout, "signs" | "decimalCommas" | "cellUnits" | "untold">;

/**
 * First reading: finds out what the columns are and what their cells hold. Where it
 * comes upon thousands that are set apart, decimal commas within quotes, or units behind
 * numbers, once more, now that it is known which are.
 */
export async function survey(
	source: Source,
	known: Numbers | null = null,
): Promise<Layout> {
	const signs = new Map<number, NumberSigns>();
	const cellUnits = new Map<number, CellUnits>();
	const byColumn = new Map<number, MeasureStatistics>();
	const byName = new Map<string, MeasureStatistics>();
	const named = new Set<string>();
	let unnamed = 0;

	const table = await openTable(source);
	const { header, delimiter, rows } = table;
	if (header === null)
		throw new NoReadings("no header: the file has nothing but white space");
	const commaIsDecimal = delimiter !== ",";
	const hasDecimalCommas = (known?.decimalCommas.size ?? 0) > 0;
	let headers = headersOf(header);
	let roles = rolesOf(headers);
	let isSettled = false;
	let dataRows = 0;
	let areZonesTold = false;
	const times = new TimeForms();
	const versionTimes = new TimeForms();
	const digits = new Map<number, CellDigits>();

	for await (const batch of rows)
		for (const [at, { line, cells: row }] of batch.entries()) {
			dataRows += 1;
			if (width(row, table.width) !== table.width) continue;
			const cells = table.cells(row);
			if (!isSettled) {
				const next = batch
					.slice(at + 1, at + 1 + ROWS_BESIDE)
					.map((each) => table.cells(each.cells));
				roles = settledRoles(headers, roles, cells, next);
				isSettled = roles !== null;
				for (const index of [roles?.date, roles?.time])
					times.tell(headers[index ?? -1] ?? UNNAMED);
			}
			if (roles !== null) surveyRow(cells, line, roles);
		}
	if (roles === null)
		throw new NoReadings(
			"no time column: name one time, datetime, date or timestamp",
			{
				line: header.line,
				sample: sampleOf(header.cells),
			},
		);
	if (dataRows === 0)
		throw new NoReadings("nothing but a header: the file has no row", {
			line: header.line,
		});
	// Of a table below another, whose rows are read already, it costs this one alone.
	const Fault = source.below === undefined ? FileError : NoReadings;
	const fault = times.fault();
	if (fault !== null) throw new Fault(fault.reason, fault);

	const isLong = roles.measureName !== null && roles.value !== null;
	const numbers = known ?? {
		...numbersOf(signs, byColumn, !commaIsDecimal, table.isPlain),
		cellUnits: unitsOf(cellUnits, byColumn, isLong ? roles.value : null),
	};
	if (
		known === null &&
		(numbers.signs.size > 0 ||
			numbers.decimalCommas.size > 0 ||
			numbers.cellUnits.size > 0)
	)
		return survey(source, numbers);

	function parse(cells: readonly string[], index: number) {
		const told = cells[index] ?? "";
		const measured = known?.cellUnits.has(index) ? measuredIn(told) : null;
		const value = parseCell(
			measured?.number ?? told,
			commaIsDecimal ||
				(hasDecimalCommas && known?.decimalCommas.has(index) === true),
			known?.signs.get(index),
		);
		if (known === null) {
			const own = entryOf(signs, index, () => new NumberSigns());
			if (value !== "word") own.add(told);
			else {
				const number = measuredIn(told)?.number ?? told;
				own.add(number);
				own.addWord(number);
				entryOf(cellUnits, index, () => new CellUnits()).add(told);
			}
		}
		return value;
	}

	/** What a cell tells of its column. */
	function told(cells: readonly string[], index: number) {
		const value = parse(cells, index);
		return value === "word" && isNoValue(cells[index] ?? "") ? "blank" : value;
	}

	function surveyRow(
		cells: readonly string[],
		line: number,
		roles: Roles,
	): void {
		times.add(timeText(cells, roles, roles.date ?? roles.time), line);
		areZonesTold ||=
			roles.zone !== null && zoneText(cells[roles.zone] ?? "") !== "";
		for (const index of roles.versions)
			versionTimes.add((cells[index] ?? "").trim(), line);
		for (const index of roles.candidates) {
			statisticsOf(byColumn, index).add(told(cells, index));
			entryOf(digits, index, () => new CellDigits()).add(cells[index] ?? "");
		}
		if (roles.value !== null) {
			const cell = told(cells, roles.value);
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

	if (!areZonesTold) roles = { ...roles, zone: null };
	const zone = zoneAbove(table.textsBefore);
	const { versions } = roles;
	const asTold = headers;
	const versionsOf = (measures: readonly number[]) =>
		new Map(
			measures.flatMap((measure): [number, number][] => {
				const column = versionColumn(asTold, versions, measure);
				return column === null ? [] : [[measure, column]];
			}),
		);
	headers = headers.map((header, index) => ({
		...header,
		unit: header.unit ?? numbers.cellUnits.get(index) ?? null,
	}));
	if (roles.measureName !== null && roles.value !== null)
		return {
			headers,
			roles,
			measures: [roles.value],
			measureName: roles.measureName,
			periods: null,
			untoldPeriods: null,
			statistics: byName,
			commaIsDecimal,
			...numbers,
			times,
			versions: versionsOf([roles.value]),
			versionTimes,
			zoneAbove: zone,
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
	const numbered = isOfDays ? periodsAmong(headers, mayBePeriods) : null;
	const periods = numbered?.isTold === true ? numbered : null;
	if (periods !== null) {
		const all = new MeasureStatistics();
		measures = [...periods.offsets.keys()];
		for (const index of measures) all.merge(statisticsOf(byColumn, index));
		statistics.set(periodName(periods), all);
	} else {
		for (const index of measures)
			headers = headers.with(index, withUnitOfName(headers[index] as Header));
		headers = distinctHeaders(headers, header.cells, measures);
		for (const index of measures) {
			const name = headers[index]?.name ?? "";
			if (statistics.has(name))
				throw new Fault(`two columns are named ${name}`, {
					line: header.line,
				});
			statistics.set(name, statisticsOf(byColumn, index));
		}
	}
	return {
		headers,
		roles,
		measures,
		measureName: null,
		periods,
		untoldPeriods: periods === null ? numbered : null,
		statistics,
		commaIsDecimal,
		...numbers,
		times,
		versions: versionsOf(measures),
		versionTimes,
		zoneAbove: zone,
	};
}

/** The units of cells, of columns that hold no numbers without one; of `mixed` each cell may have its own. */
function unitsOf(
	units: ReadonlyMap<number, CellUnits>,
	columns: ReadonlyMap<number, MeasureStatistics>,
	mixed: number | null,
): Map<number, string | null> {
	return new Map(
		[...units].flatMap(([index, own]): [number, string | null][] => {
			if (index === mixed) return own.isEmpty ? [] : [[index, null]];
			const isBare = (columns.get(index)?.numbers ?? 0) > 0;
			return isBare || own.only === null ? [] : [[index, own.only]];
		}),
	);
}

/** `columns`: what the cells of each hold where nothing is known yet. */
function numbersOf(
	signs: ReadonlyMap<number, NumberSigns>,
	columns: ReadonlyMap<number, MeasureStatistics>,
	commasPart: boolean,
	isPlain: boolean,
): Omit<Numbers, "cellUnits"> {
	// Cells that hold several numbers prove nothing of other columns.
	const of = (column: NumberSigns) =>
		isPlain ? file : new FileSigns([column], commasPart);
	const file = new FileSigns(signs.values(), commasPart);
	return {
		signs: new Map(
			[...signs].flatMap(([index, column]): [number, SignUses][] => {
				const point = of(column).use(column, ".");
				const comma = of(column).use(column, ",");
				const hasOthers =
					column.decimals.size > 0 || (columns.get(index)?.numbers ?? 0) > 0;
				const haveSpaces = column.haveSpaces && hasOthers;
				return point === "decimals" && comma === "decimals" && !haveSpaces
					? []
					: [[index, { point, comma, haveSpaces }]];
			}),
		),
		decimalCommas: new Set(
			[...signs].flatMap(([index, column]) =>
				commasPart && isPlain && file.hasDecimalCommas(column) ? [index] : [],
			),
		),
		untold: new Map(
			[...signs].flatMap(([index, column]) => {
				const sign = isPlain ? file.untold(column) : null;
				return sign === null ? [] : [[index, sign]];
			}),
		),
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
	const sample = sampleOf(cells);
	if (sample.includes(NOT_UTF8))
		throw new FileError(
			"the header is not valid UTF-8: save the file as UTF-8",
			{ line, sample },
		);
	if (cells.some((cell) => parseTime(cell) !== null || isWrittenTime(cell)))
		throw new NoReadings(
			"no header: the first line holds a time; put a line before it that names the columns, such as time,temperature [°C]",
			{ line, sample },
		);
	return cells.map(parseHeader);
}

/** What stands in brackets where a unit might, and is none; `min` may be minutes. */
const STATISTIC =
	/^(?:max|minimum|maximum|mean|avg|average|median|sum|total|high|low|last|std)$/i;

/**
 * Headers in which measures that share a name have all that stands in theirs for it:
 * `Temperature (°C)` beside `Temperature (°F)`. Of `Temp (min)` beside `Temp (max)` none is a unit.
 */
function distinctHeaders(
	headers: readonly Header[],
	cells: readonly string[],
	measures: readonly number[],
): Header[] {
	const isMeasure = new Set(measures);
	const byName = Map.groupBy(
		headers.filter((_, index) => isMeasure.has(index)),
		({ name }) => name,
	);
	return headers.map((header, index) => {
		const sharing = byName.get(header.name) ?? [];
		if (!isMeasure.has(index) || sharing.length < 2) return header;
		const areUnits = !sharing.some(
			({ unit }) => STATISTIC.test(unit ?? "") && !/^min$/i.test(unit ?? ""),
		);
		return {
			name: (cells[index] ?? "").trim(),
			unit: areUnits ? header.unit : null,
		};
	});
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

export function periodName({ name }: Periods): string {
	return name ?? "value";
}

/** What a column of a layout measures in a row. */
export function measureOf(
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
