import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { zipOf } from "../formats/zip-writer.ts";
import { buildFrom, buildInMemory } from "./in-memory.ts";
import { markets } from "./markets.ts";
import { missingSharedData, sharedFiles } from "./shared-data.ts";

test("candles of a day, of hours and of minutes are told apart by name", async () => {
	const lake = await buildFrom(markets, {
		"markets/crypto/daily/btcusd_trade.zip": zipOf({
			"btcusd.csv": "20240501 00:00,1,3,0.5,2,10\n20240502 00:00,2,3,2,2,4\n",
		}),
		"markets/crypto/minute/ethusd/20240501_trade.zip": zipOf({
			"20240501_ethusd_minute_trade.csv": "0,1,1,1,1,1\n86340000,1,1,1,1,1\n",
		}),
		"markets/hour/ethusd.csv": "20240501 13:00,1,1,1,1,1\n",
	});
	expect(lake.rejects).toEqual([]);
	expect(
		await lake.query(
			"SELECT resolution, symbol, ts::VARCHAR AS ts, volume FROM candles ORDER BY ALL",
		),
	).toEqual(
		[
			["daily", "BTCUSD", "2024-05-01 00:00:00", 10],
			["daily", "BTCUSD", "2024-05-02 00:00:00", 4],
			["hour", "ETHUSD", "2024-05-01 13:00:00", 1],
			["minute", "ETHUSD", "2024-05-01 00:00:00", 1],
			["minute", "ETHUSD", "2024-05-01 23:59:00", 1],
		].map(([resolution, symbol, ts, volume]) => ({
			resolution,
			symbol,
			ts,
			volume,
		})),
	);
	lake.close();
});

test("a candle that comes twice counts once, the one of more volume", async () => {
	const contents = {
		"markets/daily/a/btcusd.csv":
			"20240501 00:00,1,3,0.5,2,10\n20240502 00:00,2,3,2,2,4\n",
		"markets/daily/b/btcusd.csv":
			"20240501 00:00,1,3,0.5,2,10\n20240502 00:00,2,5,2,4,9\n",
	};
	for (const reverse of [false, true]) {
		const lake = await buildFrom(markets, contents, (files) =>
			reverse ? files.reverse() : files,
		);
		expect(
			await lake.query("SELECT close, volume FROM candles ORDER BY ts"),
		).toEqual([
			{ close: 2, volume: 10 },
			{ close: 4, volume: 9 },
		]);
		expect(lake.counts).toEqual({
			"candles kept": 2,
			"duplicate candles": 1,
			"replaced candles": 1,
		});
		expect(lake.rejects).toEqual([
			{
				file: "markets/daily/a/btcusd.csv",
				line: null,
				reason:
					"another candle of the same time counts, of markets/daily/b/btcusd.csv",
				sample: "BTCUSD daily 2024-05-02 00:00:00 2.0 3.0 2.0 2.0 4.0",
			},
		]);
		lake.close();
	}
});

test("what is no candle is rejected with its line", async () => {
	const lake = await buildFrom(markets, {
		"markets/btcusd.csv": "20240501 00:00,1,3,0.5,2,10\n",
		"markets/daily/.csv": "20240501 00:00,1,3,0.5,2,10\n",
		"markets/daily/btcusd.csv":
			"60000,1,1,1,1,1\n20240231 00:00,1,1,1,1,1\n20240501 00:00,1,0.9,1,1,1\n20240501 00:00,1,1,1,1,-1\n,1,1,1,1,1\n1,2,3\n",
		"markets/minute/20240501_btcusd_minute_trade.csv": "86400000,1,1,1,1,1\n",
	});
	expect(await lake.query("FROM candles")).toEqual([]);
	const time =
		"time: no YYYYMMDD HH:MM, and no milliseconds of a day that its file's name tells";
	expect(
		lake.rejects.map(({ file, line, reason }) => [file.slice(8), line, reason]),
	).toEqual([
		[
			"btcusd.csv",
			1,
			"neither its file's name nor a folder tells second, minute, hour or daily",
		],
		[
			"daily/.csv",
			1,
			"its file's name tells no symbol: <date>_<symbol>_<resolution>_trade.csv",
		],
		["daily/btcusd.csv", 1, time],
		["daily/btcusd.csv", 2, time],
		[
			"daily/btcusd.csv",
			3,
			"the high is not the highest, or the low not the lowest price",
		],
		["daily/btcusd.csv", 4, "volume: less than 0"],
		["daily/btcusd.csv", 5, "time: no value"],
		["daily/btcusd.csv", 6, "3 cells where 6 are declared"],
		["minute/20240501_btcusd_minute_trade.csv", 1, time],
	]);
	lake.close();
});

describe.skipIf(missingSharedData)("real markets", () => {
	test("have the candles that another program finds in them", async () => {
		const files = await sharedFiles("markets");
		const zips = files.filter(({ path }) => markets.accepts(path));
		expect(zips.length).toBe(2);
		const lake = await buildInMemory(markets, files);
		expect(lake.rejects).toEqual([]);
		expect(
			await lake.query(
				"SELECT symbol, resolution, candles::INTEGER AS candles, volume FROM candle_series",
			),
		).toEqual(
			zips.map(({ absolutePath, path }) => {
				// The one entry of each begins the zip.
				const zip = readFileSync(absolutePath);
				const start = 30 + zip.readUInt16LE(26) + zip.readUInt16LE(28);
				const rows = inflateRawSync(zip.subarray(start))
					.toString()
					.trim()
					.split("\n")
					.map((line) => line.split(","));
				const volume = rows.reduce((sum, row) => sum + Number(row[5]), 0);
				return {
					symbol: path.includes("btcusd") ? "BTCUSD" : "ETHUSD",
					resolution: path.includes("daily") ? "daily" : "minute",
					candles: rows.length,
					volume: expect.closeTo(volume, 3),
				};
			}),
		);
		expect(
			await lake.query(`
				SELECT ts::VARCHAR AS ts, open, close FROM candles
				WHERE symbol = 'ETHUSD' ORDER BY ts LIMIT 2`),
		).toEqual([
			{ ts: "2018-04-05 00:00:00", open: 378.42, close: 378.02 },
			{ ts: "2018-04-05 00:01:00", open: 378.02, close: 377.72 },
		]);
		lake.close();
	});
});
if (missingSharedData) console.warn(missingSharedData);
