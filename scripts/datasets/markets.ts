import { column } from "../../src/lib/tables.ts";
import { csv } from "../formats/declared/csv.ts";
import { type DatasetDefinition, timeBuckets } from "./dataset.ts";

/**
 * Copies of a candle, the one that counts first: what was still open when it was
 * written down has the smaller volume.
 */
const COPIES = `
	PARTITION BY symbol, resolution, ts
	ORDER BY volume DESC, close DESC, open DESC, high DESC, low DESC, source_file`;

const RANKED = `
	SELECT *, row_number() OVER copies AS copy,
		first_value(source_file) OVER copies AS other,
		first_value((open, high, low, close, volume)) OVER copies
			= (open, high, low, close, volume) AS is_equal
	FROM rows
	WINDOW copies AS (${COPIES})`;

/** LEAN's files of trades: a zip a day, or one of all days and hours. */
export const markets: DatasetDefinition = {
	name: "markets",
	folder: "markets",
	title: "Markets",
	description: "Candles of traded pairs: prices and volume by time.",
	source: "The publisher's own files",
	licence: "Not stated",
	isPathData: true,
	...csv({
		table: "staged_candles",
		header: false,
		columns: {
			time: "VARCHAR NOT NULL",
			open: "DOUBLE NOT NULL",
			high: "DOUBLE NOT NULL",
			low: "DOUBLE NOT NULL",
			close: "DOUBLE NOT NULL",
			volume: "DOUBLE NOT NULL",
		},
		path: "path",
		derived: {
			symbol: {
				type: "VARCHAR",
				sql: `upper(regexp_extract(path,
					'(?i)(?:^|/)(?:[0-9]{8}_)?([a-z0-9]+)(?:_(?:second|minute|hour|daily))?(?:_trade)?\\.csv(?:\\.gz)?$', 1))`,
			},
			resolution: {
				type: "VARCHAR",
				sql: `regexp_extract(lower(path),
					'(?:^|[^a-z])(second|minute|hour|daily)(?:[^a-z]|$)', 1)`,
			},
			// A date and a time, or milliseconds since the midnight of the name's date.
			ts: {
				type: "TIMESTAMP",
				sql: `CASE WHEN contains(time, ' ') THEN try_strptime(time, '%Y%m%d %H:%M')
					WHEN regexp_full_match(time, '[0-9]{1,8}') AND time::INTEGER < 86400000
					THEN try_strptime(regexp_extract(path, '(?:^|/)([0-9]{8})_[^/]*$', 1), '%Y%m%d')
						+ to_milliseconds(time::INTEGER) END`,
			},
		},
		rejected: {
			"its file's name tells no symbol: <date>_<symbol>_<resolution>_trade.csv":
				"symbol = ''",
			"neither its file's name nor a folder tells second, minute, hour or daily":
				"resolution = ''",
			"time: no YYYYMMDD HH:MM, and no milliseconds of a day that its file's name tells":
				"time IS NOT NULL AND ts IS NULL",
			"the high is not the highest, or the low not the lowest price":
				"high < greatest(open, low, close) OR low > least(open, high, close)",
			"volume: less than 0": "volume < 0",
		},
	}),
	tables: [
		{
			name: "candles",
			contract: {
				name: "candles",
				dataset: "markets",
				description:
					"What was paid for a pair from a time on, for the length of the resolution.",
				columns: [
					column(
						"resolution",
						"VARCHAR",
						"Length of the candle: second, minute, hour or daily",
					),
					column("symbol", "VARCHAR", "Name of the pair, such as BTCUSD"),
					column("ts", "TIMESTAMP", "Start of the candle, UTC"),
					column("open", "DOUBLE", "First price", "quote currency"),
					column("high", "DOUBLE", "Highest price", "quote currency"),
					column("low", "DOUBLE", "Lowest price", "quote currency"),
					column("close", "DOUBLE", "Last price", "quote currency"),
					column("volume", "DOUBLE", "Amount traded", "base currency"),
				],
				partitionKeys: ["resolution", "symbol"],
				sortKeys: ["ts"],
			},
			rows: `
				SELECT staged_candles.* EXCLUDE (path), source_files.path AS source_file
				FROM staged_candles JOIN source_files USING (file_index)`,
			buckets: timeBuckets("ts"),
			merge: `
				SELECT resolution, symbol, ts, open, high, low, close, volume
				FROM rows
				QUALIFY row_number() OVER (${COPIES}) = 1`,
			conflicts: `
				SELECT source_file, NULL::BIGINT AS line,
					'another candle of the same time counts, of ' || other AS reason,
					concat_ws(' ', symbol, resolution, ts, open, high, low, close, volume) AS sample
				FROM (${RANKED}) WHERE copy > 1 AND NOT is_equal`,
			counts: `
				SELECT CASE WHEN copy = 1 THEN 'candles kept'
					WHEN is_equal THEN 'duplicate candles'
					ELSE 'replaced candles' END AS name, count(*) AS count
				FROM (${RANKED}) GROUP BY 1`,
			orderBy: "ts",
			rowGroupSize: 51200,
		},
	],
	balance: {
		unit: "candles",
		read: ["rows read"],
		kept: ["candles kept"],
		rejected: ["rows rejected", "replaced candles"],
		duplicates: ["duplicate candles"],
	},
	rollups: [
		{
			name: "candle_series",
			columns: [
				column("resolution", "VARCHAR", "Length of the candles"),
				column("symbol", "VARCHAR", "Name of the pair"),
				column("candles", "BIGINT", "Number of candles"),
				column("first_ts", "TIMESTAMP", "Start of the first, UTC"),
				column("last_ts", "TIMESTAMP", "Start of the last, UTC"),
				column("low", "DOUBLE", "Lowest price", "quote currency"),
				column("high", "DOUBLE", "Highest price", "quote currency"),
				column("volume", "DOUBLE", "Amount traded", "base currency"),
			],
			sql: `
				SELECT resolution, symbol, count(*) AS candles,
					min(ts) AS first_ts, max(ts) AS last_ts,
					min(low) AS low, max(high) AS high, fsum(volume) AS volume
				FROM candles
				GROUP BY ALL`,
			orderBy: "resolution, symbol",
		},
	],
};
