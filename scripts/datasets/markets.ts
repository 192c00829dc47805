import { column } from "../../src/lib/catalog/tables.ts";
import { CANDLES } from "../formats/candles/candles.ts";
import { balanceOfCopies, type Copies, countedOnce } from "./counted-once.ts";
import { type DatasetDefinition, timeBuckets } from "./dataset.ts";

/** What was still open when it was written down has the smaller volume. */
const COPIES: Copies = {
	noun: "candles",
	columns: [
		...["resolution", "symbol", "ts"],
		...["open", "high", "low", "close", "volume"],
	],
	key: ["symbol", "resolution", "ts"],
	winner: "volume DESC NULLS LAST, close DESC, open DESC, high DESC, low DESC",
	path: "source_file",
};

/** Candles, as LEAN, exchanges and archives of prices write them. */
export const markets: DatasetDefinition = {
	name: "markets",
	folder: "markets",
	title: "Markets",
	description: "Candles of traded pairs: prices and volume by time.",
	source: "The publisher's own files",
	licence: "Not stated",
	isPathData: true,
	...CANDLES,
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
						"Length of the candle: second, minute, hour, daily, or such as 15-minute",
					),
					column("symbol", "VARCHAR", "Name of the pair, such as BTCUSD"),
					column("ts", "TIMESTAMP", "Start of the candle, UTC"),
					column("open", "DOUBLE", "First price", "quote currency"),
					column("high", "DOUBLE", "Highest price", "quote currency"),
					column("low", "DOUBLE", "Lowest price", "quote currency"),
					column("close", "DOUBLE", "Last price", "quote currency"),
					column(
						"volume",
						"DOUBLE",
						"Amount traded, null where it is not told",
						"base currency",
					),
				],
				partitionKeys: ["resolution", "symbol"],
				sortKeys: ["ts"],
			},
			rows: `
				SELECT staged_candles.* EXCLUDE (time, path, told_symbol, told_resolution), source_files.path AS source_file
				FROM staged_candles JOIN source_files USING (file_index)`,
			buckets: timeBuckets("ts"),
			...countedOnce(COPIES),
			orderBy: "ts",
			rowGroupSize: 51200,
		},
	],
	balance: balanceOfCopies(COPIES),
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
				column(
					"volume",
					"DOUBLE",
					"Amount traded, null where it is not told",
					"base currency",
				),
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
