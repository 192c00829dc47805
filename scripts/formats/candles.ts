import { FileError } from "../../src/lib/formats/file-error.ts";
import { identifier } from "../../src/lib/identifier.ts";
import type { ParseOutput } from "../datasets/dataset.ts";
import { literal } from "../storage/sql-text.ts";
import {
	type CandleLayout,
	delimiterIn,
	layoutOf,
	TIME_FORMS,
	timeIn,
	timeOf,
} from "./candle-layout.ts";
import { candleName, pairName, resolutionOf } from "./candle-names.ts";
import { cellsOf } from "./csv.ts";
import { castText, type RowShape } from "./declared/fields.ts";
import type { Format } from "./declared/format.ts";
import { HEAD_RECORDS, recordText, type TextPart } from "./declared/text.ts";
import { textFormat } from "./declared/text-format.ts";

/** What a file is told that has no candles we can read. */
const REMEDY =
	'give it the first line time,symbol,open,high,low,close,volume, or declare a dataset with its own columns (README, "A dataset of your own")';

/** Of LEAN's own files the path tells what is here told by the file itself. */
const LEAN_SYMBOL = `upper(regexp_extract(path,
	'(?i)(?:^|/)(?:[0-9]{8}_)?([a-z0-9]+)(?:_(?:second|minute|hour|daily))?(?:_trade)?\\.csv(?:\\.gz)?$', 1))`;

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
		volume: "DOUBLE NOT NULL",
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
		"time: no ISO 8601, and no seconds, milliseconds or microseconds since 1970":
			"time IS NOT NULL AND ts IS NULL AND told_resolution IS NOT NULL",
		"the time is before 1600 or after 2100":
			"year(ts) NOT BETWEEN 1600 AND 2100",
		"the high is not the highest, or the low not the lowest price":
			"high < greatest(open, low, close) OR low > least(open, high, close)",
		"volume: less than 0": "volume < 0",
	},
	nulls: ["null"],
};

/**
 * CSV of candles, plain, as `.gz`, or in a `.zip`: LEAN's files of trades, and those of
 * exchanges and archives, see {@link layoutOf}. Of these, the pair is what a column
 * `symbol` says, else the file's name, see {@link candleName}, which also tells the length
 * of the candles, else how far apart the first are. Staged are symbol, resolution,
 * ts (UTC), open, high, low, close, volume and path. A file whose columns, pair or
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
		const told = layout.isLean
			? { symbol: null, resolution: null }
			: toldOf(part, records, delimiter, layout, out);
		const cell = (place: number) => identifier(`c${place}`);
		const time =
			layout.date === null
				? cell(layout.time)
				: `concat_ws(' ', ${cell(layout.date)}, ${cell(layout.time)})`;
		const raws: Readonly<Record<string, string>> = {
			time: layout.isLean ? cell(layout.time) : `trim(${time})`,
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
				raw: (name) => raws[name] ?? cell(layout[name as "open" | "volume"]),
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
			`neither a header that names open, high, low, close and volume, nor rows that begin with time, open, high, low, close, volume: ${REMEDY}`,
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
	delimiter: string,
	layout: CandleLayout,
	out: ParseOutput,
): { symbol: string | null; resolution: string } {
	const { headers, symbol, leftOut } = layout;
	const rows = records
		.slice(headers)
		.map((record) => cellsOf(record, delimiter) ?? []);
	const [row] = rows;
	const line = head[headers]?.line ?? null;
	if (row === undefined)
		throw new FileError("nothing but a header: the file has no row");
	const times = rows.map((cells) => timeOf(timeIn(cells, layout)));
	if (times.every((time) => time === null))
		throw new FileError(
			`its times are neither ISO 8601 nor a number of seconds, milliseconds or microseconds since 1970: ${REMEDY}`,
			{ line, sample: timeIn(row, layout) },
		);
	const named = candleName(name);
	if (symbol === null && named.symbol === null)
		throw new FileError(
			"nothing tells what was traded: name the file <symbol>_<resolution>.csv, such as btcusd_hour.csv, or give it a column symbol",
			{ line },
		);
	const apart = resolutionOf(Math.min(...distances(rows, times, layout)));
	const resolution = named.resolution ?? apart ?? folderResolution(name);
	if (resolution === null)
		throw new FileError(
			"nothing tells how long a candle is: name the file <symbol>_<resolution>.csv, such as btcusd_hour.csv or btcusd_15min.csv",
			{ line },
		);
	if (named.resolution === null)
		out.note(
			`its name does not say how long a candle is: taken as ${resolution}, ${apart === null ? "as its folder says" : "since its first ones are so far apart"}`,
		);
	if (times.some((time) => time?.zoned === false))
		out.note("times without a zone are taken as UTC");
	const before = records.slice(0, Math.max(headers - 1, 0));
	if (before.length > 0)
		out.note(
			`lines before the header left out: ${before.join(" / ").slice(0, 200)}`,
		);
	if (leftOut.length > 0) out.note(`columns left out: ${leftOut.join(", ")}`);
	return { symbol: named.symbol, resolution };
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

/** SQL of a time in one of {@link TIME_FORMS}, null for any other. */
function candleTime(text: string): string {
	const iso = `regexp_replace(regexp_replace(${text},
		'^([0-9]{4})[./]([0-9]{2})[./]([0-9]{2})', '\\1-\\2-\\3'),
		'^([0-9]{2})\\.([0-9]{2})\\.([0-9]{4})', '\\3-\\2-\\1')`;
	const is = (form: keyof typeof TIME_FORMS) =>
		`regexp_full_match(${text}, ${literal(TIME_FORMS[form])})`;
	return `CASE WHEN ${is("seconds")} THEN make_timestamp(${text}::BIGINT * 1000000)
		WHEN ${is("milliseconds")} THEN make_timestamp(${text}::BIGINT * 1000)
		WHEN ${is("microseconds")} THEN make_timestamp(${text}::BIGINT)
		WHEN ${is("day")} THEN try_strptime(${text}, '%Y%m%d')
		WHEN ${is("clock")} THEN try_strptime(${text}, '%Y%m%d %H%M%S')
		WHEN regexp_full_match(${iso}, ${literal(TIME_FORMS.iso)}) THEN ${castText(iso, "TIMESTAMP")} END`;
}
