import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
	buildFrom,
	buildInMemory,
} from "../../tests/support/in-memory-build.ts";
import {
	missingSharedData,
	sharedFiles,
} from "../../tests/support/shared-data.ts";
import { zipOf } from "../../tests/support/zip-writer.ts";
import { markets } from "./markets.ts";

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
					"another of the candles with the same symbol, resolution, ts counts, of markets/daily/b/btcusd.csv",
				sample: "daily BTCUSD 2024-05-02 00:00:00 2.0 3.0 2.0 2.0 4.0",
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

test("LEAN's equities, in ten thousandths and times of their exchange, are not taken as they stand", async () => {
	const row = "34200000,1684300,1684500,1684100,1684400,100\n";
	const path = "equity/usa/minute/spy/20131007_spy_minute_trade";
	for (const name of [`${path}.csv`, `${path}.zip`]) {
		const { rows, rejects } = await readOne(name, row);
		expect(rows).toEqual([]);
		expect(rejects).toEqual([
			[
				null,
				expect.stringMatching(/^LEAN's equities and options are not read/),
			],
		]);
	}
	const crypto = "crypto/coinbase/minute/20131007_btcusd_minute_trade.csv";
	expect((await readOne(crypto, row)).rows).toHaveLength(1);
});

/** The candles of one file as `[resolution, symbol, ts, open, high, low, close, volume]`, and what it is told. */
async function readOne(path: string, content: string | Uint8Array) {
	const lake = await buildFrom(markets, {
		[`markets/${path}`]: path.endsWith(".zip")
			? zipOf({ [`${path.split("/").at(-1)?.slice(0, -4)}.csv`]: content })
			: content,
	});
	const rows = await lake.query(
		"SELECT resolution, symbol, ts::VARCHAR AS ts, open, high, low, close, volume FROM candles ORDER BY ALL",
	);
	lake.close();
	return {
		rows: rows.map((row) => Object.values(row)),
		rejects: lake.rejects.map(({ line, reason }) => [line, reason]),
		notes: lake.reports[`markets/${path}`]?.notes ?? [],
	};
}

const CANDLE = [1, 4, 0.5, 2, 10];

describe("candles of exchanges and archives", () => {
	test.each([
		[
			"Binance, of milliseconds",
			"spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2024-05.zip",
			"1714521600000,1.00,4.00,0.50,2.00,10.0,1714525199999,20.1,7,5.0,10.0,0\n",
			["hour", "BTCUSDT", "2024-05-01 00:00:00"],
		],
		[
			"Binance, of microseconds and under a header",
			"BTCUSDT-15m-2025-01-01.csv",
			"open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n1735689600000000,1,4,0.5,2,10,1735690499999999,20,7,5,10,0\n",
			["15-minute", "BTCUSDT", "2025-01-01 00:00:00"],
		],
		[
			"Kraken",
			"XBTUSD_240.csv",
			"1714521600,1,4,0.5,2,10,7\n",
			["4-hour", "XBTUSD", "2024-05-01 00:00:00"],
		],
		[
			"CryptoDataDownload, whose first line is an address",
			"Binance_BTCUSDT_d.csv",
			"https://www.CryptoDataDownload.com\nUnix,Date,Symbol,Open,High,Low,Close,Volume USDT,Volume BTC,tradecount\n1714521600000,2024-05-01,BTC/USDT,1,4,0.5,2,20,10,7\n",
			["daily", "BTCUSDT", "2024-05-01 00:00:00"],
		],
		[
			"Yahoo",
			"BTC-USD.csv",
			"Date,Open,High,Low,Close,Adj Close,Volume\n2024-05-01,1,4,0.5,2,1.9,10\n2024-05-02,null,null,null,null,null,null\n",
			["daily", "BTCUSD", "2024-05-01 00:00:00"],
		],
		[
			"Stooq",
			"aapl.us_d.csv",
			"\uFEFFDate,Open,High,Low,Close,Volume\r\n2024-05-01,1,4,0.5,2,10\r\n",
			["daily", "AAPL.US", "2024-05-01 00:00:00"],
		],
		[
			"Stooq's bulk, with the time apart",
			"prices.csv",
			"<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\nBTC.V,5,20240501,153000,1,4,0.5,2,10,0\nETH.V,5,20240501,153000,1,4,0.5,2,10,0\nETH.V,5,20240501,153500,1,1,1,1,-1,0\n",
			["5-minute", "BTC.V", "2024-05-01 15:30:00"],
		],
		[
			"MetaTrader, between tabs",
			"EURUSD_M.csv",
			"<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n2024.05.01\t15:30:00\t1\t4\t0.5\t2\t9\t10\t3\n2024.05.01\t15:31:00\t1\t0\t1\t1\t9\t10\t3\n",
			["minute", "EURUSD", "2024-05-01 15:30:00"],
		],
		[
			"TradingView, with a zone",
			"BINANCE_ETHBTC, 60.csv",
			"time,open,high,low,close,Volume\n2024-05-01T02:00:00+02:00,1,4,0.5,2,10\n",
			["hour", "ETHBTC", "2024-05-01 00:00:00"],
		],
		[
			"CoinMarketCap, between semicolons",
			"Bitcoin_2024-05-01-2024-05-31_historical_data_coinmarketcap.csv",
			'timeOpen;timeClose;timeHigh;timeLow;name;symbol;open;high;low;close;volume;marketCap;timestamp\n"2024-05-01T00:00:00.000Z";"2024-05-01T23:59:59.999Z";"";"";"2781";"BTC";1;4;0.5;2;10;99;"2024-05-01T23:59:59.999Z"\n"2024-05-02T00:00:00.000Z";"";"";"";"2781";"BTC";1;1;1;1;-1;99;""\n',
			["daily", "BTC", "2024-05-01 00:00:00"],
		],
		[
			"Dukascopy",
			"EURUSD_Candlestick_1_h_BID.csv",
			"Gmt time,Open,High,Low,Close,Volume\n01.05.2024 00:00:00.000,1,4,0.5,2,10\n",
			["hour", "EURUSD", "2024-05-01 00:00:00"],
		],
		[
			"any order, under a remark",
			"hour/fx.csv",
			"# made by hand\nvolume;close;low;high;open;symbol;date\n10;2;0.5;4;1;btc-usd;2024-05-01\n",
			["hour", "BTCUSD", "2024-05-01 00:00:00"],
		],
		[
			"a folder a pair",
			"BTC-USD/1h.csv",
			"time,open,high,low,close,volume\n1714521600,1,4,0.5,2,10\n1714525200,1,4,0.5,2,10\n",
			["hour", "BTCUSD", "2024-05-01 00:00:00"],
		],
		[
			"yfinance, with tickers and the name of the times in rows of their own",
			"prices.csv",
			"Price,Close,High,Low,Open,Volume\nTicker,BTC-USD,BTC-USD,BTC-USD,BTC-USD,BTC-USD\nDate,,,,,\n2024-05-01,2,4,0.5,1,10\n2024-05-02,2,4,0.5,1,10\n",
			["daily", "BTCUSD", "2024-05-01 00:00:00"],
		],
		[
			"Bloomberg's names, in an order of their own",
			"ABC.csv",
			"Date,PX_LAST,PX_VOLUME,PX_LOW,PX_HIGH,PX_OPEN\n2024-05-01,2,10,0.5,4,1\n2024-05-02,2,10,0.5,4,1\n",
			["daily", "ABC", "2024-05-01 00:00:00"],
		],
		[
			"Alpha Vantage, with numbers before the names",
			"IBM_daily.csv",
			"date,1. open,2. high,3. low,4. close,5. volume\n2024-05-01,1.0,4.0,0.5,2.0,10\n",
			["daily", "IBM", "2024-05-01 00:00:00"],
		],
		[
			"NSE, with names of months",
			"INFY.csv",
			'"Date ","series ","OPEN ","HIGH ","LOW ","PREV. CLOSE ","close ","VOLUME "\n"02-May-2024","EQ","1","4","0.5","1","2","12,34,567"\n"01-May-2024","EQ","1","4","0.5","1","2","10"\n',
			["daily", "INFY", "2024-05-01 00:00:00"],
		],
		[
			"Ariva, whose Volumen is what was paid",
			"SAP_daily.csv",
			"Datum;Erster;Hoch;Tief;Schlusskurs;Stuecke;Volumen\n2024-05-01;1;4;0,5;2;10;20.000\n",
			["daily", "SAP", "2024-05-01 00:00:00"],
		],
		[
			"Investing.com in German, with decimal commas in quotes",
			"DAX Historische Daten.csv",
			'"Datum","Zuletzt","Eröffn.","Hoch","Tief","Vol.","+/- %"\n"02.05.2024","16.903,76","16.971,26","16.999,67","16.881,45","65,35M","-0,40%"\n"01.05.2024","2,00","1,00","4,00","0,50","0,01K","0,18%"\n',
			["daily", "DAX", "2024-05-01 00:00:00"],
		],
		[
			"nanoseconds, and no volume that is a number",
			"ADAUSD_1h.csv",
			"time,open,high,low,close,volume\n1714521600000000000,1,4,0.5,2,10\n1714525200000000000,1,4,0.5,2,NaN\n",
			["hour", "ADAUSD", "2024-05-01 00:00:00"],
		],
		[
			"minutes with a zone and no seconds",
			"ADAUSD_1h.csv",
			"time,open,high,low,close,volume\n2024-05-01T02:00+02:00,1,4,0.5,2,10\n2024-05-01T01:00Z,1,4,0.5,2,10\n",
			["hour", "ADAUSD", "2024-05-01 00:00:00"],
		],
		[
			"Investing.com in Spanish",
			"SAN Datos históricos.csv",
			'"Fecha","Último","Apertura","Máximo","Mínimo","Vol.","% var."\n"02.05.2024","2,00","1,00","4,00","0,50","0,01K","1,0%"\n"01.05.2024","2,00","1,00","4,00","0,50","0,01K","1,0%"\n',
			["daily", "SAN", "2024-05-01 00:00:00"],
		],
		[
			"prices in Japanese",
			"7203_daily.csv",
			"日付,始値,高値,安値,終値,出来高\n2024/05/01,1,4,0.5,2,10\n",
			["daily", "7203", "2024-05-01 00:00:00"],
		],
		[
			"OKX, whose column names the pair",
			"candlesticks-2024-05-01.csv",
			"instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm\nBTC-USDT,1,4,0.5,2,10,10,9,1714521600000,1\nBTC-USDT,1,4,0.5,2,10,10,9,1714521660000,1\n",
			["minute", "BTCUSDT", "2024-05-01 00:00:00"],
		],
		[
			"Polygon, in nanoseconds of where a candle begins",
			"2024-05-01.csv",
			"ticker,volume,open,close,high,low,window_start,transactions\nAAPL,10,1,2,4,0.5,1714521600000000000,129\nAAPL,10,1,2,4,0.5,1714521660000000000,57\n",
			["minute", "AAPL", "2024-05-01 00:00:00"],
		],
		[
			"Upbit, whose timestamp is of the last trade",
			"candles_1m.csv",
			"market,candle_date_time_utc,candle_date_time_kst,opening_price,high_price,low_price,trade_price,timestamp,candle_acc_trade_price,candle_acc_trade_volume\nKRW-BTC,2024-05-01T00:00:00,2024-05-01T09:00:00,1,4,0.5,2,1714521659999,20,10\n",
			["minute", "KRWBTC", "2024-05-01 00:00:00"],
		],
		[
			"Nasdaq, in a file that is named after its ticker",
			"HistoricalData_AAPL_1d.csv",
			"Date,Close/Last,Volume,Open,High,Low\n05/31/2024,$2.00,10,$1.00,$4.00,$0.50\n",
			["daily", "AAPL", "2024-05-31 00:00:00"],
		],
		[
			"milliseconds as numbers with decimals",
			"ADAUSD_1h.csv",
			"time,open,high,low,close,volume\n1714521600000.0,1,4,0.5,2,10\n",
			["hour", "ADAUSD", "2024-05-01 00:00:00"],
		],
	])("are read: %s", async (_, path, content, candle) => {
		const { rows } = await readOne(path, content);
		expect(rows[0]).toEqual([...candle, ...CANDLE]);
	});

	const HOURS = [0, 1, 25, 700].map((hour) => ({
		at: new Date(Date.UTC(2024, 0, 1, hour)).toISOString(),
		open: 1234.5 + hour,
		high: 2234.5 + hour,
		low: 1134.25,
		close: 1334,
		volume: 1200,
	}));
	type Hour = (typeof HOURS)[number];
	/** Year, month, day, hour. */
	const partsOf = ({ at }: Hour) => at.split(/[-T:]/);
	const pricesOf = ({ open, high, low, close }: Hour) => [
		open,
		high,
		low,
		close,
	];
	const file = (header: string, row: (hour: Hour) => string) =>
		`${header}${HOURS.map((hour) => `${row(hour)}\n`).join("")}`;

	test.each([
		[
			"of foreign exchange, under a header",
			"EURUSD_1h.csv",
			file("time (UTC),open,high,low,close\n", (hour) =>
				[hour.at, ...pricesOf(hour)].join(),
			),
			null,
		],
		[
			"FirstRate, without header and volume",
			"EURUSD_1hour_firstrate.csv",
			file("", (hour) =>
				[hour.at.slice(0, 19).replace("T", " "), ...pricesOf(hour)].join(),
			),
			null,
		],
		[
			"Interactive Brokers, with two blanks before the time of day",
			"EURUSD_hour.csv",
			file("Date,Open,High,Low,Close\n", (hour) => {
				const [year, month, day, clock] = partsOf(hour);
				return [
					`${year}${month}${day}  ${clock}:00:00`,
					...pricesOf(hour),
				].join();
			}),
			null,
		],
		[
			"clocks of twelve hours",
			"EURUSD_hour.csv",
			file("datetime,open,high,low,close\n", (hour) => {
				const [year, month, day, clock] = partsOf(hour);
				const hours = `${Number(clock) % 12 || 12}:00 ${Number(clock) < 12 ? "AM" : "PM"}`;
				return [`${month}/${day}/${year} ${hours}`, ...pricesOf(hour)].join();
			}),
			null,
		],
		[
			"HistData, whose volume is 0",
			"DAT_ASCII_EURUSD_M1_2024.zip",
			file("", (hour) => {
				const [year, month, day, clock] = partsOf(hour);
				return [
					`${year}${month}${day} ${clock}0000`,
					...pricesOf(hour),
					0,
				].join(";");
			}).concat("20240101 000100;1;1;1;1;0\n"),
			0,
		],
		[
			"MetaTrader 4, with the time apart",
			"EURUSD60.csv",
			file("", (hour) => {
				const [year, month, day, clock] = partsOf(hour);
				return [
					`${year}.${month}.${day}`,
					`${clock}:00`,
					...pricesOf(hour),
					7,
				].join();
			}),
			7,
		],
		[
			"Dukascopy, whose letter for minutes is that of months",
			"EURUSD_Candlestick_1_M_BID_01.01.2024-30.01.2024.csv",
			file("Local time,Open,High,Low,Close,Volume\n", (hour) => {
				const [year, month, day, clock] = partsOf(hour);
				return [
					`${day}.${month}.${year} ${clock}:00:00.000 GMT+0000`,
					...pricesOf(hour),
					7,
				].join();
			}),
			7,
		],
		[
			"Investing.com, with months first and thousands apart",
			"EUR_USD Historical Data.csv",
			file(
				'\uFEFF"Date","Price","Open","High","Low","Vol.","Change %"\n',
				(hour) => {
					const [year, month, day, clock] = partsOf(hour);
					const [open, high, low, close] = pricesOf(hour).map((price) =>
						price.toLocaleString("en-US"),
					);
					return `"${month}/${day}/${year} ${clock}:00","${close}","${open}","${high}","${low}","1.20K","0.10%"`;
				},
			),
			1200,
		],
		[
			"a German bank, with commas for decimals",
			"eurusd_hour.csv",
			file("Datum;Erster;Hoch;Tief;Schlusskurs;Volumen\n", (hour) => {
				const [year, month, day, clock] = partsOf(hour);
				return [
					`${day}.${month}.${year} ${clock}:00`,
					...pricesOf(hour).map((price) => price.toLocaleString("de-DE")),
					"1.200",
				].join(";");
			}),
			1200,
		],
		[
			"Nasdaq, in dollars and UTF-16",
			"EURUSD_hour.csv",
			Buffer.from(
				`\uFEFF${file("Date\tClose/Last\tVolume\tOpen\tHigh\tLow\n", (hour) => {
					const [year, month, day, clock] = partsOf(hour);
					const [open, high, low, close] = pricesOf(hour);
					return [
						`${month}/${day}/${year} ${clock}:00`,
						`$${close}`,
						1200,
						`$${open}`,
						`$${high}`,
						`$${low}`,
					].join("\t");
				})}`,
				"utf16le",
			),
			1200,
		],
	])("are the same in each layout: %s", async (_, path, content, volume) => {
		const { rows, rejects } = await readOne(path, content);
		expect(rejects).toEqual([]);
		expect(rows.filter((row) => String(row[2]).endsWith(":00:00"))).toEqual(
			HOURS.map((hour) => [
				path.includes("M1") ? "minute" : "hour",
				"EURUSD",
				hour.at.slice(0, 19).replace("T", " "),
				...pricesOf(hour),
				volume,
			]),
		);
	});

	test("are of the last century in years of two digits from 69 on, in either order", async () => {
		const lake = await buildFrom(markets, {
			"markets/gold_daily.csv":
				"date,open,high,low,close\n12/30/99,1,1,1,1\n1/3/00,1,1,1,1\n12/31/68,1,1,1,1\n6/15/69,1,1,1,1\n",
			"markets/dax_daily.csv":
				"date,open,high,low,close\n30.12.99,1,1,1,1\n03.01.00,1,1,1,1\n",
		});
		expect(lake.rejects).toEqual([]);
		expect(
			await lake.query(
				"SELECT symbol || ' ' || ts::DATE::VARCHAR AS day FROM candles ORDER BY day",
			),
		).toEqual(
			[
				...["DAX 1999-12-30", "DAX 2000-01-03", "GOLD 1969-06-15"],
				...["GOLD 1999-12-30", "GOLD 2000-01-03", "GOLD 2068-12-31"],
			].map((day) => ({ day })),
		);
		lake.close();
	});

	test("have negative prices with a typographic minus, between commas and semicolons", async () => {
		const lake = await buildFrom(markets, {
			"markets/oil_daily.csv":
				"date,open,high,low,close\n2020-04-20,17.5,17.85,\u221240.32,\u221237.63\n",
			"markets/power_hour.csv":
				"time;open;high;low;close\n2020-04-20 13:00;1.234,5;1.234,5;\u22121.040,5;\u221237,5\n",
		});
		expect(lake.rejects).toEqual([]);
		expect(
			await lake.query("SELECT low, close FROM candles ORDER BY symbol"),
		).toEqual([
			{ low: -40.32, close: -37.63 },
			{ low: -1040.5, close: -37.5 },
		]);
		lake.close();
	});

	test("set thousands apart also where the first rows have none", async () => {
		const plain = Array.from(
			{ length: 40 },
			(_, minute) => `${1714521600 + 60 * minute},999,999,999,999,1\n`,
		).join("");
		const { rows, rejects } = await readOne(
			"btcusd_minute.csv",
			`${plain}1714608000,"1,000.5","1,001","1,000","1,000.5",1\n`,
		);
		expect(rejects).toEqual([]);
		expect(rows.at(-1)?.slice(3)).toEqual([1000.5, 1001, 1000, 1000.5, 1]);
	});

	test("are rejected row by row where a row cannot be used", async () => {
		const { rows, rejects, notes } = await readOne(
			"btcusd.csv",
			"made by hand\nDate,Open,High,Low,Close,Volume,Note\n2024-05-01,1,4,0.5,2,10,\n2024-05-03,1,4,0.5,2,10,\n2024-05-02,1,4,0.5,2,,\n31.4.2024,1,4,0.5,2,10,\n2024-05-02,1,4\n9999-05-02,1,4,0.5,2,10,\n",
		);
		expect(rows.map((row) => [row[2], row[7]])).toEqual([
			["2024-05-01 00:00:00", 10],
			["2024-05-02 00:00:00", null],
			["2024-05-03 00:00:00", 10],
		]);
		expect(rejects).toEqual([
			[6, "time: none that can be read, write it as 2024-01-31T14:05:00Z"],
			[7, "3 cells where 7 are declared"],
			[8, "the time is before 1600 or after 2100"],
		]);
		expect(notes).toEqual([
			"its name does not say how long a candle is: taken as daily, since its first ones are so far apart",
			"times without a zone are taken as UTC",
			"lines before the header left out: made by hand",
			"columns left out: Note",
		]);
	});

	test.each([
		[
			"btcusd_hour.csv",
			"Date,Price,Change\n2024-05-01,1,2\n",
			1,
			"neither a header that names open, high, low and close, nor rows",
		],
		[
			"btcusd_hour.csv",
			"Open,High,Low,Close,Volume\n1,4,1,2,1\n",
			1,
			"no column is named time, date or timestamp",
		],
		[
			"btcusd_hour.csv",
			"when,last,first,top,bottom\n2024-05-01,2,1,4,0.5\n",
			1,
			"its header names no open, high, low and close",
		],
		[
			"prices_daily.csv",
			"Price,Close,High,Low,Open\nTicker,A,A,A,B\nDate,,,,\n2024-05-01,2,4,0.5,1\n",
			1,
			"it holds several tickers beside each other",
		],
		[
			"btcusd_hour.csv",
			"Date,Open,Open,High,Low,Close,Volume\n2024-05-01,1,1,4,1,2,1\n",
			1,
			"two columns are named open",
		],
		[
			"btcusd_hour.csv",
			"Date,Open,High,Low,Close,Volume\n5/1/2024,1,4,1,2,1\n",
			2,
			"its dates, such as 5/1/2024, may have the day or the month first",
		],
		[
			"btcusd_hour.csv",
			"Date,Open,High,Low,Close,Volume\nsoon,1,4,1,2,1\n",
			2,
			"its times cannot be read, write them as 2024-01-31T14:05:00Z",
		],
		[
			"btcusd_hour.csv",
			"Date,Open,High,Low,Close,Volume\n",
			null,
			"nothing but a header",
		],
		[
			"btcusd_ethusd_hour.csv",
			"1714521600,1,4,0.5,2,10,7\n",
			1,
			"nothing tells what was traded: name the file",
		],
		[
			"btcusd.csv",
			"1714521600,1,4,0.5,2,10,7\n",
			1,
			"nothing tells how long a candle is: name the file",
		],
	])(
		"are rejected as a whole, with a way out: %s, %j",
		async (path, content, line, reason) => {
			const rows = "1714521600,1,4,0.5,2,10,7\n".repeat(
				content.startsWith("1") ? 3 : 0,
			);
			const read = await readOne(path, content + rows);
			expect(read.rows).toEqual([]);
			expect(read.rejects).toEqual([[line, expect.stringContaining(reason)]]);
		},
	);
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
