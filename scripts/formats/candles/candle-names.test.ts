import { expect, test } from "vitest";
import { candleName, folderPair, resolutionOf } from "./candle-names.ts";

test.each([
	["crypto/BTCUSDT-1m-2024-05-01.csv", "BTCUSDT", "minute"],
	["BTCUSDT-1M-2024.csv.gz", "BTCUSDT", "monthly"],
	["Bitstamp_BTCUSD_2018_minute.csv", "BTCUSD", "minute"],
	["gemini_BTCUSD_2020_1min.csv", "BTCUSD", "minute"],
	["Poloniex_ETHBTC_1h.csv", "ETHBTC", "hour"],
	["XBTUSD_1440.csv", "XBTUSD", "daily"],
	["BITSTAMP_BTCUSD, 1D.csv", "BTCUSD", "daily"],
	["COINBASE_BTCUSD, 240 (1).csv", "BTCUSD", "4-hour"],
	["^spx_w.csv", "^SPX", "weekly"],
	["BRK-B.csv", "BRKB", null],
	["d.csv", "D", null],
	["btcusd_m.csv", "BTCUSD", null],
	["btcusd_3M.csv", "BTCUSD", null],
	["EURUSD_M15_202405010000_202405312359.csv", "EURUSD", "15-minute"],
	[
		"EURUSD_Candlestick_4_Hour_BID_01.05.2024-31.05.2024.csv",
		"EURUSD",
		"4-hour",
	],
	["EURUSD_Candlestick_5_m_BID.csv", "EURUSD", "5-minute"],
	["DAT_ASCII_EURUSD_M1_2024.csv", "EURUSD", "minute"],
	["GBP_USD Historical Data.csv", "GBPUSD", null],
	["aapl_us_d.csv", "AAPL.US", "daily"],
	["EURGBP60.csv", "EURGBP", "hour"],
	["EURUSDH1.csv", "EURUSD", "hour"],
	["XAUUSDM15.csv", "XAUUSD", "15-minute"],
	["EURUSDDaily.csv", "EURUSD", "daily"],
	["BTC-USDT-candlesticks-2024-01-01.csv", "BTCUSDT", null],
	[
		"Bitcoin_1.1.2024-1.2.2024_historical_data_coinmarketcap.csv",
		"BITCOIN",
		null,
	],
	["EURUSD_MN1.csv", "EURUSD", "monthly"],
	["EURUSD_H4.csv", "EURUSD", "4-hour"],
	["btcusd_ethusd_1h.csv", null, "hour"],
	["2024-05-01.csv", null, null],
	["markets/BTCUSD/1d.csv", null, "daily"],
	["daily.csv", null, "daily"],
	["BINANCE_BTCUSDT, 60_a1b2c.csv", "BTCUSDT", "hour"],
	["DAX Historische Daten.csv", "DAX", null],
	["Binance_1h.csv", null, "hour"],
	[".csv", null, null],
])("%s is of %s, %s", (path, symbol, resolution) => {
	expect(candleName(path)).toMatchObject({ symbol, resolution });
});

test.each([
	["markets/BTC-USD/1h/2024-01.csv", "BTCUSD"],
	["markets/binance/btcusdt/1d.csv", "BTCUSDT"],
	["markets/eth_usd.zip/daily.csv", "ETHUSD"],
	["markets/STOCKS/BRK.B/1d.csv", "BRK.B"],
	["markets/AAPL/2024/Q1/1min.csv", "AAPL"],
	["markets/my-data/1d.csv", null],
	["markets/FOREX/M15/2024.csv", null],
	["markets/1d.csv", null],
])("the folders of %s tell %s", (path, pair) => {
	expect(folderPair(path)).toBe(pair);
});

test("a length has one name, and what is none has none", () => {
	expect(
		[1, 5, 60, 900, 3600, 14400, 86400, 259200, 604800, 31 * 86400].map(
			resolutionOf,
		),
	).toEqual([
		"second",
		"5-second",
		"minute",
		"15-minute",
		"hour",
		"4-hour",
		"daily",
		"3-day",
		"weekly",
		"monthly",
	]);
	for (const none of [
		0,
		-60,
		0.5,
		7,
		90000,
		Number.NaN,
		Number.POSITIVE_INFINITY,
	])
		expect(resolutionOf(none)).toBe(null);
});
