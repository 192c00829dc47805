import { createReadStream } from "node:fs";
import {
	DateForms,
	isPartedDate,
	LAST_CENTURY,
	PLACES,
} from "../../../src/lib/formats/date-forms.ts";
import { FileError } from "../../../src/lib/formats/file-error.ts";
import { identifier } from "../../../src/lib/sql/identifier.ts";
import { literal } from "../../../src/lib/sql/literal.ts";
import type { ParseOutput } from "../../datasets/dataset.ts";
import { cellsOf, csvRows } from "../csv.ts";
import { castText, type RowShape } from "../declared/fields.ts";
import type { Format } from "../declared/format.ts";
import { HEAD_RECORDS, recordText, type TextPart } from "../declared/text.ts";
import { textFormat } from "../declared/text-format.ts";
import {
	type CandleLayout,
	delimiterIn,
	layoutOf,
	TIME_FORMS,
	timeIn,
	timeOf,
} from "./candle-layout.ts";
import {
	candleName,
	folderPair,
	pairName,
	resolutionOf,
} from "./candle-names.ts";

/** What a file is told that has no candles we can read. */
const REMEDY =
	'give it the first line time,symbol,open,high,low,close,volume (volume may be left out), or declare a dataset with its own columns (README, "A dataset of your own")';

/** Of LEAN's own files the path tells what is here told by the file itself. */
const LEAN_SYMBOL = `upper(regexp_extract(path,
	'(?i)(?:^|/)(?:[0-9]{8}_)?([a-z0-9]+)(?:_(?:second|minute|hour|daily))?(?:_trade)?\\.csv(?:\\.gz)?$', 1))`;

/** Folders of LEAN's whose prices are not as they stand. */
const LEAN_SCALED = /(?:^|\/)(?:equity|option)\//i;

const LEAN_RESOLUTION = `regexp_extract(lower(path),
	'(?:^|[^a-z])(second|minute|hour|daily)(?:[^a-z]|$)', 1)`;

const SHAPE: RowShape = {
	table: "staged_candles",
	columns: {
		time: "VARCHAR NOT NULL",
		open: "DOUBLE NOT NULL",
		high: "DOUBLE NOT NULL",
		low: "DOUBLE NOT NULL",
		close: "DOUBLE NOT NULL",
		volume: "DOUBLE",
		told_symbol: "VARCHAR",
		told_resolution: "VARCHAR",
	},
	path: "path",
	derived: {
		symbol: {
			type: "VARCHAR",
			sql: `coalesce(upper(regexp_replace(told_symbol, '[-/_\\s]', '', 'g')), ${LEAN_SYMBOL})`,
		},
		resolution: {
			type: "VARCHAR",
			sql: `coalesce(told_resolution, ${LEAN_RESOLUTION})`,
		},
		ts: {
			type: "TIMESTAMP",
			sql: `CASE WHEN told_resolution IS NOT NULL THEN ${candleTime("time")}
				WHEN contains(time, ' ') THEN try_strptime(time, '%Y%m%d %H:%M')
				WHEN regexp_full_match(time, '[0-9]{1,8}') AND time::INTEGER < 86400000
				THEN try_strptime(regexp_extract(path, '(?:^|/)([0-9]{8})_[^/]*$', 1), '%Y%m%d')
					+ to_milliseconds(time::INTEGER) END`,
		},
	},
	rejected: {
		"its file's name tells no symbol: <date>_<symbol>_<resolution>_trade.csv":
			"symbol = '' AND told_symbol IS NULL",
		"symbol: no value, or one of more than 40 letters":
			"told_symbol IS NOT NULL AND length(symbol) NOT BETWEEN 1 AND 40",
		"neither its file's name nor a folder tells second, minute, hour or daily":
			"resolution = ''",
		"time: no YYYYMMDD HH:MM, and no milliseconds of a day that its file's name tells":
			"time IS NOT NULL AND ts IS NULL AND told_resolution IS NULL",
		"time: none that can be read, write it as 2024-01-31T14:05:00Z":
			"time IS NOT NULL AND ts IS NULL AND told_resolution IS NOT NULL",
		"the time is before 1600 or after 2100":
			"year(ts) NOT BETWEEN 1600 AND 2100",
		"the high is not the highest, or the low not the lowest price":
			"high < greatest(open, low, close) OR low > least(open, high, close)",
		"volume: less than 0": "volume < 0",
	},
	nulls: ["null", "NaN", "nan", "-"],
};

/**
 * CSV of candles, plain, as `.gz`, or in a `.zip`: LEAN's files of trades, and those of
 * exchanges and archives, see {@link layoutOf}. Of these, the pair is what a column
 * `symbol` says, else the file's name, see {@link candleName}, which also tells the length
 * of the candles, unless the first are closer together; else how far apart these are.
 * Staged are symbol, resolution, ts (UTC), open, high, low, close, volume (null where
 * there is none) and path. A file whose columns, pair or
 * length nothing tells is rejected as a whole, with a way out.
 */
export const CANDLES: Format = textFormat(SHAPE, {
	files: /\.csv$/,
	cut: (start) => ({
		delimiter: delimiterIn(start.split(/\r\n|\n|\r/).slice(0, HEAD_RECORDS)),
		quote: '"',
	}),
	async rowsOf(part, out) {
		const records = await Promise.all(
			part.head.map((place) => recordText(part, place)),
		);
		const delimiter = delimiterIn(records);
		const layout = layoutIn(part, records, delimiter);
		if (layout.isLean && LEAN_SCALED.test(part.name))
			throw new FileError(
				"LEAN's equities and options are not read: their prices are ten thousandths, and their times those of the exchange; convert them to time,symbol,open,high,low,close,volume with times in UTC",
			);
		const rows = records
			.slice(layout.headers)
			.map((record) => cellsOf(record, delimiter) ?? []);
		const dates = await datesOf(part, rows, delimiter, layout);
		const told = layout.isLean
			? { symbol: null, resolution: null }
			: toldOf(part, records, rows, layout, dates, out);
		const numberIn = numbersOf(rows, delimiter, layout);
		const cell = (place: number | null) =>
			place === null ? "NULL::VARCHAR" : identifier(`c${place}`);
		const time =
			layout.date === null
				? cell(layout.time)
				: `concat_ws(' ', ${cell(layout.date)}, ${cell(layout.time)})`;
		const raws: Readonly<Record<string, string>> = {
			time: layout.isLean
				? cell(layout.time)
				: inOrder(`trim(${time})`, dates, rows, layout),
			told_symbol:
				layout.symbol === null
					? textOrNull(told.symbol)
					: `coalesce(${cell(layout.symbol)}, '')`,
			told_resolution: textOrNull(told.resolution),
		};
		return {
			cells: layout.cells,
			headers: layout.headers,
			rows: (select) => ({
				select,
				raw: (name) =>
					raws[name] ?? numberIn(cell(layout[name as "open" | "volume"])),
				ignored: null,
				malformed: null,
			}),
		};
	},
});

function layoutIn(
	part: TextPart,
	records: readonly string[],
	delimiter: string,
): CandleLayout {
	const layout = layoutOf(records, delimiter);
	if (layout === null)
		throw new FileError(
			`neither a header that names open, high, low and close, nor rows that begin with time, open, high, low, close: ${REMEDY}`,
			{ line: part.head[0]?.line ?? null, sample: records[0] ?? "" },
		);
	if ("fault" in layout)
		throw new FileError(`${layout.fault}: ${REMEDY}`, {
			line: part.head[layout.record]?.line ?? null,
			sample: records[layout.record] ?? "",
		});
	return layout;
}

/** What the candles of a file have in common, by its name and first rows. */
function toldOf(
	{ name, head }: TextPart,
	records: readonly string[],
	rows: readonly (readonly string[])[],
	layout: CandleLayout,
	dates: DateForms,
	out: ParseOutput,
): { symbol: string | null; resolution: string } {
	const { headers, symbol, leftOut } = layout;
	const [row] = rows;
	const line = head[headers]?.line ?? null;
	if (row === undefined)
		throw new FileError("nothing but a header: the file has no row");
	const times = rows.map((cells) => timeOf(timeIn(cells, layout), dates));
	if (times.every((time) => time === null))
		throw new FileError(
			`its times cannot be read, write them as 2024-01-31T14:05:00Z: ${REMEDY}`,
			{ line, sample: timeIn(row, layout) },
		);
	const named = candleName(name);
	const pair = layout.pair ?? named.symbol ?? folderPair(name);
	if (symbol === null && pair === null)
		throw new FileError(
			"nothing tells what was traded: name the file <symbol>_<resolution>.csv, such as btcusd_hour.csv, or give it a column symbol",
			{ line },
		);
	const apart = distances(rows, times, layout).sort((a, b) => a - b);
	const length = resolutionOf(apart[0] ?? Number.NaN);
	// Candles of one pair do not overlap: Dukascopy's `1_M` are of a minute.
	const usual = apart[apart.length >> 1] ?? Number.POSITIVE_INFINITY;
	const isTold =
		named.resolution !== null && (named.seconds ?? 0) <= 1.2 * usual;
	const resolution =
		(isTold ? named.resolution : null) ?? length ?? folderResolution(name);
	if (resolution === null)
		throw new FileError(
			"nothing tells how long a candle is: name the file <symbol>_<resolution>.csv, such as btcusd_hour.csv or btcusd_15min.csv",
			{ line },
		);
	if (!isTold)
		out.note(
			`${named.resolution === null ? "its name does not say how long a candle is" : `its name seems to say ${named.resolution}`}: taken as ${resolution}, ${length === null ? "as its folder says" : "since its first ones are so far apart"}`,
		);
	if (times.some((time) => time?.zoned === false))
		out.note("times without a zone are taken as UTC");
	const before = records.slice(0, Math.max(layout.header, 0));
	if (before.length > 0)
		out.note(
			`lines before the header left out: ${before.join(" / ").slice(0, 200)}`,
		);
	const unused = leftOut.filter((column) => column !== "");
	if (unused.length > 0) out.note(`columns left out: ${unused.join(", ")}`);
	if (symbol === null && layout.pair === null && named.symbol === null)
		out.note(
			`its name does not say what was traded: taken as ${pair}, as its folder says`,
		);
	return { symbol: pair, resolution };
}

/** Seconds between each two candles of one symbol that follow each other. */
function distances(
	rows: readonly (readonly string[])[],
	times: readonly ({ readonly seconds: number } | null)[],
	{ symbol }: CandleLayout,
): number[] {
	const last = new Map<string, number>();
	const found: number[] = [];
	for (const [index, time] of times.entries()) {
		if (time === null) continue;
		const pair = pairName(rows[index]?.[symbol ?? -1] ?? "");
		const before = last.get(pair);
		last.set(pair, time.seconds);
		if (before !== undefined && before !== time.seconds)
			found.push(Math.abs(time.seconds - before));
	}
	return found;
}

function folderResolution(path: string): string | null {
	return (
		/(?:^|[^a-z])(second|minute|hour|daily)(?=[^a-z])/.exec(
			path.toLowerCase(),
		)?.[1] ?? null
	);
}

function textOrNull(text: string | null): string {
	return text === null ? "NULL::VARCHAR" : literal(text);
}

/**
 * How the file writes its dates. Where the first rows have such as do not tell it alone,
 * all are looked at. Throws a FileError where they do not tell it either.
 */
async function datesOf(
	{ path, head }: TextPart,
	rows: readonly (readonly string[])[],
	delimiter: string,
	layout: CandleLayout,
): Promise<DateForms> {
	const dates = new DateForms();
	if (!rows.some((cells) => isPartedDate(timeIn(cells, layout)))) return dates;
	const firstLine = head[layout.headers]?.line ?? 1;
	for await (const batch of csvRows(createReadStream(path), delimiter))
		for (const { line, cells } of batch)
			if (line >= firstLine) dates.add(timeIn(cells, layout), line);
	const fault = dates.fault();
	if (fault !== null) throw new FileError(fault.reason, fault);
	return dates;
}

/** SQL of a time whose date is parted as those of the first rows, with the year first. */
function inOrder(
	text: string,
	dates: DateForms,
	rows: readonly (readonly string[])[],
	layout: CandleLayout,
): string {
	const example = rows
		.map((cells) => timeIn(cells, layout).trim())
		.find(isPartedDate);
	const order = example === undefined ? null : dates.orderOf(example);
	if (order === null) return text;
	const [day, month, year] = PLACES[order];
	const parted = literal(`^${TIME_FORMS.parted}$`);
	const plain = literal(`\\${year}-\\${month}-\\${day}\\4`);
	const isShort = !/^\d+\D\d+\D\d{4}/.test(example ?? "");
	const century = isShort
		? `CASE WHEN try_cast(regexp_extract(${text}, ${parted}, ${year}) AS INTEGER) < ${LAST_CENTURY}
			THEN '20' ELSE '19' END || `
		: "";
	return `regexp_replace(${text}, ${parted}, ${century}${plain})`;
}

/** How numbers may be written besides as programs read them: `$1,234.5`, India's `12,34,567`, `1.234,5`, `1.2K`, with the typographic minus. */
const THOUSANDS = {
	point: "[$€£¥]?[+-]?[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}(?:\\.[0-9]*)?[KMB]?",
	comma: "[$€£¥]?[+-]?(?:[0-9]{1,3}(?:\\.[0-9]{3})*|[0-9]+)(?:,[0-9]+)?[KMB]?",
} as const;

/**
 * SQL of a price or volume as programs read it, by how the first rows write theirs: as it
 * stands where it is a plain number as these are. Commas are decimal signs where a price has one
 * that sets no thousands apart.
 */
function numbersOf(
	rows: readonly (readonly string[])[],
	delimiter: string,
	{ open, high, low, close, volume }: CandleLayout,
): (cell: string) => string {
	const inColumns = (places: readonly (number | null)[]) =>
		rows.flatMap((cells) =>
			places.map((place) => (place === null ? "" : (cells[place] ?? ""))),
		);
	const prices = inColumns([open, high, low, close]);
	const all = [...prices, ...inColumns([volume])];
	const arePlain = all.every((text) => Number.isFinite(Number(text)));
	// Elsewhere a comma of a later row might be either.
	if (arePlain && delimiter !== ",") return (cell) => cell;
	// Between quotes, three digits behind a comma may be thousands.
	const decimals =
		delimiter === ","
			? /^\D?(?:\d*,(?:\d{1,2}|\d{4,})|\d{1,3}(?:\.\d{3})+,\d+)$/
			: /^\D?[\d.]*,\d+$/;
	const isComma =
		prices.some((price) => decimals.test(price)) &&
		!prices.some((price) => /,.*\.|,.*,/.test(price));
	const [set, apart] = isComma
		? [THOUSANDS.comma, (text: string) => `translate(${text}, ',.', '.')`]
		: [THOUSANDS.point, (text: string) => `replace(${text}, ',', '')`];
	return (cell) => {
		const text = `replace(${cell}, '\u2212', '-')`;
		const plain = `ltrim(CASE WHEN regexp_full_match(${text}, ${literal(set)})
			THEN ${apart(text)} ELSE ${text} END, '$€£¥')`;
		const [many, number] = [`right(${plain}, 1)`, `rtrim(${plain}, 'KMB')`];
		const read = `CASE WHEN ${many} IN ('K', 'M', 'B')
			THEN (try_cast(${number} AS DOUBLE) * CASE ${many} WHEN 'K' THEN 1e3 WHEN 'M' THEN 1e6 ELSE 1e9 END)::VARCHAR
			ELSE ${plain} END`;
		return arePlain
			? `CASE WHEN try_cast(${cell} AS DOUBLE) IS NOT NULL THEN ${cell} ELSE ${read} END`
			: read;
	};
}

/** SQL of a time in one of {@link TIME_FORMS}, null for any other. */
function candleTime(text: string): string {
	const zoned = `regexp_replace(${text}, ' ?(?:GMT|UTC)([+-])', '\\1')`;
	// DuckDB reads a zone behind seconds only.
	const plain = `regexp_replace(${zoned}, '([T ][0-9]{2}:[0-9]{2})(Z|[+-][0-9:]+)$', '\\1:00\\2')`;
	const iso = `regexp_replace(${plain}, ${literal(`^${TIME_FORMS.iso}$`)}, '\\1-\\2-\\3\\4')`;
	const is = (form: keyof typeof TIME_FORMS) =>
		`regexp_full_match(${text}, ${literal(TIME_FORMS[form])})`;
	const whole = `split_part(${text}, '.', 1)::BIGINT`;
	return `CASE WHEN ${is("seconds")} THEN make_timestamp(${whole} * 1000000)
		WHEN ${is("milliseconds")} THEN make_timestamp(${whole} * 1000)
		WHEN ${is("microseconds")} THEN make_timestamp(${whole})
		WHEN ${is("nanoseconds")} THEN make_timestamp(${whole} // 1000)
		WHEN ${is("day")} THEN try_strptime(${text}, '%Y%m%d')
		WHEN ${is("clock")} THEN try_strptime(regexp_replace(${text}, '[: ]', '', 'g'), '%Y%m%d%H%M%S')
		WHEN ${is("named")} THEN try_strptime(${text}, '%b %d, %Y')
		WHEN ${is("dayOfMonth")} THEN try_strptime(replace(${text}, ' ', '-'), '%d-%b-%Y')
		WHEN regexp_matches(${text}, '[AaPp][Mm]$') THEN try_strptime(${iso}, ['%Y-%m-%d %I:%M %p', '%Y-%m-%d %I:%M:%S %p'])
		WHEN ${is("iso")} THEN ${castText(iso, "TIMESTAMP")} END`;
}
