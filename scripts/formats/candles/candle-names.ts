/** What the name of a file of candles tells; null where it does not. */
export interface CandleName {
	/** As {@link pairName} writes it. */
	readonly symbol: string | null;
	/** As {@link resolutionOf} names it, and its seconds. */
	readonly resolution: string | null;
	readonly seconds: number | null;
}

const SECONDS: Readonly<Record<string, number>> = {
	s: 1,
	sec: 1,
	second: 1,
	min: 60,
	minute: 60,
	h: 3600,
	hr: 3600,
	hour: 3600,
	d: 86400,
	day: 86400,
	w: 604800,
	week: 604800,
};

const MONTH = 30 * 86400;

/** Minutes that Kraken and charting programs put at the end of a name. */
const MINUTES: ReadonlySet<number> = new Set([
	1, 2, 3, 5, 10, 15, 30, 45, 60, 120, 180, 240, 360, 480, 720, 1440, 10080,
	21600,
]);

/** Words beside the pair: where it was traded, and what the file is. */
const OTHER_WORDS: ReadonlySet<string> = new Set(
	"binance binanceus bitfinex bitflyer bitmex bitstamp bittrex bybit cex cexio coinbase coinbasepro deribit exmo ftx gateio gdax firstrate gemini histdata hitbtc huobi itbit kraken kucoin mexc okcoin okex okx poloniex nasdaq nyse oanda dukascopy stooq upbit yahoo coinmarketcap mt mt4 mt5 dat ascii bid ask candle candles candlestick candlesticks chart data futures hist historical historicaldata history klines max ohlc ohlcv ohlcvt adjusted unadjusted perp perpetual price prices spot trade trades um cm utc historische daten datos históricos crypto forex stocks equities etfs indices csv".split(
		" ",
	),
);

const DATE =
	/(?:^|-)(?:(?:19|20)\d{2}(?:-?\d{2}){0,2}|\d{1,2}\.\d{1,2}\.\d{4}|\d{10,13})(?=-|$)/g;

/** What browsers put behind the name of a file that is there already, and TradingView behind that of a chart. */
const COPY = /\s*\(\d+\)$|(?<=, \w+)_[\da-f]{5}$/;

/** What prices are told in, of a pair whose halves stand apart: `GBP_USD Historical Data`. */
const QUOTES: ReadonlySet<string> = new Set(
	"AUD BTC CAD CHF CNY EUR ETH GBP JPY KRW NZD USD USDC USDT".split(" "),
);

/** Stooq's `aapl_us_d`. */
const COUNTRY = /(?<=^[a-z\d-]+)_(?=(?:us|uk|de|jp|hk|hu|pl)_[dwm]$)/;

/** MetaTrader's `EURGBP60`. */
const MINUTES_BEHIND = /^([A-Z]{6,})(\d{1,5})$/;

/** The same of MetaTrader 5: `EURUSDH1`, `EURUSDDaily`. */
const LENGTH_BEHIND =
	/^([A-Z]{6,}?)(M(?:1|5|10|15|20|30)|H(?:1|2|3|4|6|8|12)|Daily|Weekly|Monthly)$/;

/** Dukascopy's `4_Hour`. */
const APART = /(?<=_)(\d{1,2})_((?:s|m|h|d|w)[a-z]*)(?=_|$)/i;

/**
 * Reads pair and length of the candles off a file's name as exchanges and archives write
 * it: `Binance_BTCUSDT_1h`, `BTCUSDT-1m-2024-05`, `XBTUSD_60`, `btc-usd`. What is left
 * beside lengths, dates and {@link OTHER_WORDS} is the pair; no pair where two things are.
 */
export function candleName(path: string): CandleName {
	const name = (path.split("/").at(-1) ?? "")
		.replace(/\.csv(?:\.gz)?$/i, "")
		.replace(COPY, "")
		.replace(COUNTRY, ".")
		.replace(LENGTH_BEHIND, "$1_$2")
		.replace(MINUTES_BEHIND, (name, pair, minutes) =>
			MINUTES.has(Number(minutes)) ? `${pair}_${minutes}` : name,
		)
		.replace(APART, "$1$2");
	const groups = name
		.split(/[_,\s]+/)
		.map((group) => group.replace(DATE, "").split("-").filter(Boolean))
		.filter((words) => words.length > 0);
	const count = groups.flat().length;
	let seconds: number | null = null;
	const pairs: string[] = [];
	for (const words of groups) {
		const rest = words.filter((word) => {
			if (OTHER_WORDS.has(word.toLowerCase())) return false;
			const length = secondsOf(word);
			// A single letter may be a share.
			if (count === 1 && (length === null || word.length === 1)) return true;
			seconds = length ?? seconds;
			return length === null && !AMBIGUOUS.test(word);
		});
		if (rest.length > 0) pairs.push(pairName(rest.join("")));
	}
	const [first = null, quote, ...others] = pairs;
	const isPair =
		quote !== undefined && others.length === 0 && QUOTES.has(quote);
	return {
		symbol: pairs.length === 1 ? first : isPair ? `${first}${quote}` : null,
		resolution: seconds === null ? null : resolutionOf(seconds),
		seconds,
	};
}

/** As exchanges write what is traded, where a folder may as well be of anything. */
const TICKER = /^\^?(?=.*[A-Z].*[A-Z])(?=.{3})[A-Z\d]+(?:[-_.=][A-Z\d]+)*$/;

/** Reads the pair off the nearest folder that is plainly one: `BTC-USD/1h/2024-01.csv`; null where none is. */
export function folderPair(path: string): string | null {
	const folders = path
		.split("/")
		.slice(1, -1)
		.map((folder) => folder.replace(/\.zip$/i, ""));
	const pair = folders.findLast((folder) => {
		const plain = pairName(folder);
		const isQuoted = [...QUOTES].some(
			(quote) => plain.endsWith(quote) && plain.length - quote.length >= 3,
		);
		return (
			secondsOf(folder) === null &&
			!OTHER_WORDS.has(folder.toLowerCase()) &&
			(TICKER.test(folder) ||
				(isQuoted && /^[a-z\d]+[-_]?[a-z\d]+$/.test(folder)))
		);
	});
	return pair === undefined ? null : pairName(pair);
}

/** `btc/usd` and `BTC-USD` are `BTCUSD`. */
export function pairName(text: string): string {
	return text.replaceAll(/[-/_\s]/g, "").toUpperCase();
}

/** Letters of lengths that count minutes or months, as the program has it. */
const AMBIGUOUS = /^(?:m|\d+M)$/i;

/** Of `1h`, `daily`, `60`, `M15`; null where a word tells no length. */
function secondsOf(word: string): number | null {
	if (/^\d+$/.test(word))
		return MINUTES.has(Number(word)) ? Number(word) * 60 : null;
	if (/^(?:1?mo|1M|MN1|months?|monthly)$/.test(word)) return MONTH;
	const [, before, unit = "", after] =
		/^(\d*)([a-z]+)(\d*)$/.exec(word.toLowerCase()) ?? [];
	if (before && after) return null;
	const count = Number(before || after || 1);
	if (unit === "m")
		return after || (before && word.endsWith("m")) ? count * 60 : null;
	// MetaTrader's H4 and D1; sec1 is nobody's.
	if (after && unit.length > 1) return null;
	const singular =
		unit === "daily" ? "day" : unit.replace(/ly$/, "").replace(/(?<=..)s$/, "");
	const length = SECONDS[singular];
	return length === undefined ? null : count * length;
}

/**
 * The name of a candle's length: `second`, `minute`, `hour`, `daily`, else `15-minute`,
 * `weekly`, `monthly`. Null where candles are of no such length.
 */
export function resolutionOf(seconds: number): string | null {
	const days = seconds / 86400;
	if (!Number.isInteger(seconds) || seconds < 1) return null;
	if (days >= 28 && days <= 31) return "monthly";
	if (days === 7) return "weekly";
	if (Number.isInteger(days)) return days === 1 ? "daily" : `${days}-day`;
	if (days > 1 || 86400 % seconds !== 0) return null;
	for (const [length, unit] of [
		[3600, "hour"],
		[60, "minute"],
		[1, "second"],
	] as const) {
		const count = seconds / length;
		if (Number.isInteger(count)) return count === 1 ? unit : `${count}-${unit}`;
	}
	return null;
}
