import { formatCounted } from "../lib/text/format.ts";
import { inOwnDirection } from "../lib/text/own-direction.ts";
import { DAY_MS } from "../lib/time-units.ts";
import type { AnswerColumn, Scale, Value } from "./answer-column.ts";
import {
	EACH,
	type Encoding,
	MARK_NAMES,
	MOST_SERIES,
	type Prices,
	pricesOf,
	upwards,
} from "./answer-encoding.ts";
import { formatDay, formatInstant, formatNumber } from "./format.ts";
import { decimalsFor } from "./value-axis.ts";

/** A row of an answer as it is drawn. */
export interface DrawnPoint {
	/** Where it stands; a row's number where no column says. */
	readonly place: Value;
	/** NaN where the row has none: a line breaks there. */
	readonly value: number;
	/** Which of {@link Drawing.series} it is of. */
	readonly series: number;
}

/** What an encoding makes of an answer's rows. */
export interface Drawing {
	readonly encoding: Encoding;
	readonly scale: Scale;
	/** Names of what is across and of its values; of columns as series, the latter names all. */
	readonly across: string;
	readonly up: string;
	/** In order along what is across where it has one, else as the rows come. */
	readonly points: readonly DrawnPoint[];
	/** In order of their names, or of the columns that they are; empty where all is one series. */
	readonly series: readonly string[];
	/** How many series, and words across, the rows have: of many the largest series and the first words are drawn. */
	readonly seriesInAll: number;
	readonly wordsInAll: number;
	/** With candles: the prices of each row that has all of them, in order of time. */
	readonly candles: readonly Candle[];
}

/** What a series is known by: its name, or the column that it is. */
type Key = string | AnswerColumn;

export interface Candle {
	readonly place: Date;
	readonly open: number;
	readonly high: number;
	readonly low: number;
	readonly close: number;
}

const BY_NAME = new Intl.Collator("en", { numeric: true });

/** Words across, each a row of the picture. */
export const MOST_WORDS = 40;

/** Puts the rows of an answer into the places that an encoding gives them. */
export function drawingOf(
	columns: readonly AnswerColumn[],
	encoding: Encoding,
): Drawing {
	const across = encoding.across === null ? null : columns[encoding.across];
	const ups = upwards(columns, encoding);
	const isEach = encoding.up === EACH;
	const colour =
		isEach || encoding.colour === null ? null : columns[encoding.colour];
	if (across === undefined || ups.length === 0 || colour === undefined)
		throw new Error("the encoding names a column that is not there");
	const scale = across?.scale ?? "number";
	const given: { key: Key; place: Value; value: number }[] = [];
	for (const up of ups)
		for (const [row, value] of up.values.entries()) {
			const place = across === null ? row + 1 : (across.values[row] ?? null);
			if (place === null || (value === null && encoding.mark !== "line"))
				continue;
			const name =
				colour === null ? "" : textOf(colour.values[row] ?? null, colour.scale);
			given.push({
				key: isEach ? up : name,
				place,
				value: value === null ? Number.NaN : Number(value),
			});
		}
	const sums = new Map<Key, number>(isEach ? ups.map((up) => [up, 0]) : []);
	for (const { key, value } of given)
		sums.set(key, (sums.get(key) ?? 0) + (Math.abs(value) || 0));
	const keys = isEach ? ups.slice(0, MOST_SERIES) : largest(sums);
	const series = new Map<Key, number>(keys.map((key, at) => [key, at]));
	const places = new Map<Value, number>();
	const points: DrawnPoint[] = [];
	for (const { key, place, value } of given) {
		if (scale === "words" && !places.has(place)) places.set(place, places.size);
		const at = series.get(key);
		if (at === undefined || (places.get(place) ?? 0) >= MOST_WORDS) continue;
		points.push({ place, value, series: at });
	}
	if (scale !== "words")
		points.sort((one, other) => Number(one.place) - Number(other.place));
	const names = keys.map((key) =>
		typeof key === "string" ? key : inOwnDirection(key.name),
	);
	const prices = encoding.mark === "candles" ? pricesOf(columns) : null;
	return {
		encoding,
		scale,
		across: across?.name ?? "row",
		up: isEach ? names.join(", ") : (ups[0]?.name ?? ""),
		points,
		series: isEach || colour !== null ? names : [],
		seriesInAll: sums.size,
		wordsInAll: places.size,
		candles: prices === null ? [] : candlesOf(across?.values ?? [], prices),
	};
}

/**
 * The names of the largest sums, in the order of the names: which rows come first a
 * query need not say, and its series are the same, in the same colours, each time.
 */
function largest(sums: ReadonlyMap<Key, number>): string[] {
	return [...sums]
		.map(([key, sum]) => ({ name: String(key), sum }))
		.sort(
			(one, other) =>
				other.sum - one.sum || BY_NAME.compare(one.name, other.name),
		)
		.slice(0, MOST_SERIES)
		.map(({ name }) => name)
		.sort(BY_NAME.compare);
}

function candlesOf(
	times: AnswerColumn["values"],
	{ open, high, low, close }: Prices,
): Candle[] {
	const candles = times.flatMap((place, row) => {
		const values = [open, high, low, close].map(({ values }) => values[row]);
		if (!(place instanceof Date) || values.some((value) => value === null))
			return [];
		const [first = 0, most = 0, least = 0, last = 0] = values.map(Number);
		return [{ place, open: first, high: most, low: least, close: last }];
	});
	return candles.sort((one, other) => Number(one.place) - Number(other.place));
}

/** Least and greatest value that the picture shows; bars of one place stand on each other. */
export function spanOf({
	points,
	encoding,
	candles,
}: Drawing): [number, number] {
	const ends = new Map<string | number, { low: number; high: number }>();
	const values: number[] = [];
	switch (encoding.mark) {
		case "candles":
			for (const { low, high } of candles) values.push(low, high);
			break;
		case "bars":
			for (const { place, value } of points) {
				const key = typeof place === "string" ? place : Number(place);
				const end = ends.get(key) ?? { low: 0, high: 0 };
				if (value < 0) end.low += value;
				else end.high += value;
				ends.set(key, end);
			}
			for (const { low, high } of ends.values()) values.push(low, high);
			break;
		default:
			for (const { value } of points)
				if (!Number.isNaN(value)) values.push(value);
	}
	return values.reduce<[number, number]>(
		([low, high], value) => [Math.min(low, value), Math.max(high, value)],
		[values[0] ?? 0, values[0] ?? 0],
	);
}

/** What a drawing shows, in words. */
export function describeAnswer(drawing: Drawing): string {
	if (drawing.encoding.mark === "candles") return describeCandles(drawing);
	const { points, series, across, up, encoding } = drawing;
	const shown = points.filter(({ value }) => !Number.isNaN(value));
	const names = series.length === 0 ? [""] : series.slice(0, 5);
	const said = names.flatMap((name, at) => {
		const own =
			series.length === 0 ? shown : shown.filter(({ series }) => series === at);
		const [first] = own;
		if (first === undefined) return [];
		let least = first;
		let most = first;
		for (const point of own) {
			if (point.value < least.value) least = point;
			if (point.value > most.value) most = point;
		}
		const decimals = decimalsFor(least.value, most.value);
		const told = (point: DrawnPoint) =>
			`${formatNumber(point.value, decimals)} at ${placeText(drawing, point.place)}`;
		return [
			`${name === "" ? "" : `${name}: `}${formatCounted(own.length, "value")}, from ${told(least)} to ${told(most)}`,
		];
	});
	if (said.length === 0) return "There is no value to draw.";
	const rest = series.length - names.length;
	return `${MARK_NAMES[encoding.mark]} of ${inOwnDirection(up)} by ${inOwnDirection(across)}. ${said.join("; ")}${rest > 0 ? `; and ${rest} more series` : ""}.`;
}

function describeCandles(drawing: Drawing): string {
	const { candles } = drawing;
	const [first, last] = [candles[0], candles.at(-1)];
	if (first === undefined || last === undefined)
		return "There is no candle to draw.";
	const [low, high] = spanOf(drawing);
	const decimals = decimalsFor(low, high);
	const price = (value: number) => formatNumber(value, decimals);
	const falls = candles.filter(({ open, close }) => close < open).length;
	return (
		`${formatCounted(candles.length, "candle")} from ${placeText(drawing, first.place)} to ${placeText(drawing, last.place)}, ` +
		`${falls} of them falling: lowest ${price(low)}, highest ${price(high)}, the first opens at ${price(first.open)}, the last closes at ${price(last.close)}.`
	);
}

/** A place of a drawing, as its axis writes it. */
export function placeText(drawing: Drawing, place: Value): string {
	return typeof place === "number"
		? numberText(place, drawing.points)
		: textOf(place, drawing.scale);
}

/** Whole numbers that may be years have no commas. */
export function numberText(
	value: number,
	points: readonly DrawnPoint[],
): string {
	const first = Number(points[0]?.place);
	const last = Number(points.at(-1)?.place);
	return Number.isInteger(value) && first >= 1500 && last <= 2500
		? String(value)
		: formatNumber(value, decimalsFor(first, last));
}

/** A value in words; what is not there as SQL says it. */
export function textOf(value: Value | null, scale: Scale): string {
	if (value === null) return "NULL";
	if (value instanceof Date)
		return value.getTime() % DAY_MS === 0
			? formatDay(value)
			: `${formatInstant(value)} UTC`;
	return scale === "number"
		? formatNumber(Number(value), 6)
		: inOwnDirection(String(value));
}
