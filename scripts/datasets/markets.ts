import { column } from "../../src/lib/tables.ts";
import { CANDLES } from "../formats/candles.ts";
import { type DatasetDefinition, timeBuckets } from "./dataset.ts";

/**
 * Copies of a candle, the one that counts first: what was still open when it was
 * written down has the smaller volume.
 */
const COPIES = `
	PARTITION BY symbol, resolution, ts
	ORDER BY volume DESC NULLS LAST, close DESC, open DESC, high DESC, low DESC, source_file`;

const RANKED = `
	SELECT *, row_number() OVER copies AS copy,
		first_value(source_file) OVER copies AS other,
		first_value((open, high, low, close, volume)) OVER copies
			IS NOT DISTINCT FROM (open, high, low, close, volume) AS is_equal
	FROM rows
	WINDOW copies AS (${COPIES})`;

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
