import {
	formatDay,
	formatInstant,
	formatSpan,
	formatUnit,
	readableMeasure,
} from "../../charts/format.ts";
import { figuresOf, type WeatherPoint } from "../../charts/weather.ts";
import type { Catalog, CatalogDataset } from "../../lib/catalog/catalog.ts";
import { formatCounted } from "../../lib/text/format.ts";
import { inOwnDirection } from "../../lib/text/own-direction.ts";
import { DAY_MS } from "../../lib/time-units.ts";
import type { Query } from "../../queries/sql.ts";
import {
	bucketSeconds,
	dailyAverage,
	movingAverage,
	type Series,
	type TimeRange,
} from "../../queries/weather.ts";

const DAY_SECONDS = 86_400;

/** Most points of a picture: a little over one a pixel on a wide screen. */
const MOST_POINTS = 1200;

const INTERVALS = [
	1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800,
	21_600, 43_200,
];

/** Of no more days a picture of days tells little, and their readings are soon read. */
const FEW_DAYS = 14;

/** A pause this many times the usual interval is a gap. */
const GAP_INTERVALS = 3;

export const RANGES = ["day", "week", "month", "year", "all"] as const;
export type RangePreset = (typeof RANGES)[number];

const RANGE_DAYS = { day: 1, week: 7, month: 30, year: 365 } as const;

/** Averages on offer, in seconds; the address may name any from an hour to 30 days. */
export const AVERAGES = [1, 3, 6, 12, 24, 72, 168, 720].map(
	(hours) => hours * 3600,
);

/** What the visitor chose; where no series of the data fits, the first of the station. */
export interface WeatherChoice {
	/** Empty for the station the page opens with. */
	readonly station: string;
	/** Null for the station's first series, in which case `module` and `unit` count for nothing. */
	readonly measure: string | null;
	readonly module: string | null;
	readonly unit: string | null;
	readonly range: RangePreset;
	/** First and last UTC day, both included; they go before `range`. */
	readonly from: Date | null;
	readonly to: Date | null;
	readonly averageSeconds: number;
}

export const DEFAULT_CHOICE: WeatherChoice = {
	station: "",
	measure: null,
	module: null,
	unit: null,
	range: "all",
	from: null,
	to: null,
	averageSeconds: 7 * DAY_SECONDS,
};

/** Readings of a UTC day. */
export interface ReadingsOfDay {
	/** Midnight, UTC. */
	readonly day: Date;
	readonly readings: number;
	readonly min: number;
	readonly mean: number;
	readonly max: number;
}

/** A measure of a module, with its days. */
export interface SeriesData {
	readonly series: Series;
	readonly unit: string | null;
	/** Days with readings, in order; at least one. */
	readonly days: readonly ReadingsOfDay[];
	readonly readings: number;
	/** How far apart readings usually are. */
	readonly intervalSeconds: number;
	/** Longest pause that is no gap. */
	readonly gapSeconds: number;
}

export interface WeatherData {
	readonly dataset: CatalogDataset;
	/** By station, module and measure; at least one. */
	readonly series: readonly SeriesData[];
	/** Size of the roll-up that the first picture stands on. */
	readonly bytes: number;
}

/** The points of a picture, and what they cost. */
export interface WeatherAnswer {
	readonly points: readonly WeatherPoint[];
	/** Width of a point's bucket, null where each is a reading. */
	readonly bucketSeconds: number | null;
	/** Longest pause that is no gap: a bucket hides those shorter than itself. */
	readonly gapSeconds: number;
	readonly query: Query;
	readonly bytes: number;
	/** Null for what came from the roll-up. */
	readonly milliseconds: number | null;
}

type Row = Readonly<Record<string, unknown>>;

/** Reads the roll-up's rows; null where there is no reading. */
export function weatherData(
	catalog: Catalog,
	rows: readonly Row[],
): WeatherData | null {
	const dataset = catalog.datasets.find(({ name }) => name === "weather");
	const byKey = new Map<
		string,
		{ series: Series; unit: string | null; days: ReadingsOfDay[] }
	>();
	const units = new Map<string, Set<string | null>>();
	for (const row of rows) {
		const readings = Number(row.readings);
		if (readings === 0) continue;
		const series: Series = {
			station: String(row.station),
			module: textOrNull(row.module),
			measure: String(row.measure),
		};
		const unit = textOrNull(row.unit);
		const key = JSON.stringify(series);
		units.set(key, (units.get(key) ?? new Set()).add(unit));
		const seriesKey = JSON.stringify([key, unit]);
		const entry = byKey.get(seriesKey) ?? { series, unit, days: [] };
		byKey.set(seriesKey, entry);
		entry.days.push({
			day: row.day as Date,
			readings,
			min: Number(row.min),
			mean: Number(row.mean),
			max: Number(row.max),
		});
	}
	if (dataset === undefined || byKey.size === 0) return null;
	return {
		dataset,
		series: [...byKey.values()].map(({ series, unit, days }) =>
			seriesData(
				units.get(JSON.stringify(series))?.size === 1
					? series
					: { ...series, unit },
				unit,
				days.sort((a, b) => a.day.getTime() - b.day.getTime()),
			),
		),
		bytes:
			catalog.rollups.find(({ name }) => name === "readings_per_day")?.bytes ??
			0,
	};
}

/** Names of the stations, in order. */
export function stationsOf({ series }: WeatherData): string[] {
	return [...new Set(series.map((data) => data.series.station))].sort();
}

/** Series of a station, by module and measure. */
export function seriesOf(data: WeatherData, station: string): SeriesData[] {
	return data.series
		.filter(({ series }) => series.station === station)
		.sort(
			(a, b) =>
				compare(a.series.module ?? "", b.series.module ?? "") ||
				compare(a.series.measure, b.series.measure) ||
				compare(a.unit ?? "", b.unit ?? ""),
		);
}

/** The series that a choice names, or the nearest there is. */
export function chosenSeries(
	data: WeatherData,
	choice: WeatherChoice,
): SeriesData {
	const ofStation = seriesOf(data, choice.station);
	if (ofStation.length === 0) return firstSeries(data.series);
	if (choice.measure === null) return firstSeries(ofStation);
	const ofMeasure = ofStation.filter(
		({ series }) => series.measure === choice.measure,
	);
	const ofModule = ofMeasure.filter(
		({ series }) => series.module === choice.module,
	);
	return (
		ofModule.find(({ unit }) => unit === choice.unit) ??
		ofModule[0] ??
		ofMeasure[0] ??
		firstSeries(ofStation)
	);
}

/** Whether a choice is what the page opens with: all that there is of a series. */
export function isWhole(choice: WeatherChoice): boolean {
	return (
		choice.range === "all" &&
		choice.from === null &&
		choice.to === null &&
		choice.averageSeconds === DEFAULT_CHOICE.averageSeconds
	);
}

/** Whether the roll-up answers the choice as it stands. */
export function isFromRollup(
	choice: WeatherChoice,
	{ days, intervalSeconds }: SeriesData,
): boolean {
	const isFine = days.length <= FEW_DAYS && intervalSeconds < DAY_SECONDS;
	return isWhole(choice) && !isFine;
}

/** Whether the first day lies after the last. */
export function isBackward({ from, to }: WeatherChoice): boolean {
	return from !== null && to !== null && from > to;
}

/** Whole UTC days, up to the last with a reading; the end excluded. */
export function rangeOf(
	choice: WeatherChoice,
	{ days }: SeriesData,
): TimeRange {
	const first = (days[0] as ReadingsOfDay).day;
	const end = new Date((days.at(-1) as ReadingsOfDay).day.getTime() + DAY_MS);
	if (choice.from !== null || choice.to !== null)
		return {
			from: choice.from ?? first,
			to: choice.to === null ? end : new Date(choice.to.getTime() + DAY_MS),
		};
	if (choice.range === "all") return { from: first, to: end };
	return {
		from: new Date(end.getTime() - RANGE_DAYS[choice.range] * DAY_MS),
		to: end,
	};
}

/** Days of the roll-up as points, with the average of whole days where it spans some. */
export function rollupAnswer(
	{ days, series, gapSeconds }: SeriesData,
	{ from, to }: TimeRange,
	averageSeconds: number,
	bytes: number,
): WeatherAnswer {
	const averageDays = Math.max(1, Math.round(averageSeconds / DAY_SECONDS));
	const averages = trailingAverage(days, averageDays);
	const points = days.flatMap(({ day, readings, min, mean, max }, index) =>
		day < from || day >= to
			? []
			: [
					{
						time: new Date(day.getTime() + DAY_MS / 2),
						// Of a day only the day is known.
						first: day,
						last: day,
						readings,
						low: min,
						mean,
						high: max,
						average: averages[index] ?? null,
					},
				],
	);
	return {
		points,
		bucketSeconds: DAY_SECONDS,
		gapSeconds: Math.max(gapSeconds, DAY_SECONDS),
		query: dailyAverage(series, averageDays),
		bytes,
		milliseconds: null,
	};
}

/** The question to the engine, and how its rows become points. */
export function engineQuestion(
	{ series, intervalSeconds, gapSeconds }: SeriesData,
	range: TimeRange,
	averageSeconds: number,
): {
	readonly query: Query;
	readonly answer: (
		rows: readonly Row[],
		cost: { readonly bytes: number; readonly milliseconds: number },
	) => WeatherAnswer;
} {
	const bucket = bucketSeconds(range, MOST_POINTS, intervalSeconds);
	const query = movingAverage(series, range, averageSeconds, bucket);
	const middle = bucket === null ? 0 : bucket * 500;
	return {
		query,
		answer: (rows, { bytes, milliseconds }) => ({
			points: rows.map((row) => ({
				time: new Date((row.start as Date).getTime() + middle),
				first: row.first as Date,
				last: row.last as Date,
				readings: Number(row.readings),
				low: Number(row.low),
				mean: Number(row.mean),
				high: Number(row.high),
				average: row.average === null ? null : Number(row.average),
			})),
			bucketSeconds: bucket,
			gapSeconds: Math.max(gapSeconds, bucket ?? 0),
			query,
			bytes,
			milliseconds,
		}),
	};
}

/**
 * For each day the mean of all readings of the `days` days up to and including
 * it, from daily means weighted by their readings.
 */
export function trailingAverage(
	rows: readonly ReadingsOfDay[],
	days: number,
): number[] {
	let start = 0;
	return rows.map(({ day }, index) => {
		const oldest = day.getTime() - (days - 1) * DAY_MS;
		while ((rows[start] as ReadingsOfDay).day.getTime() < oldest) start++;
		let sum = 0;
		let readings = 0;
		for (const row of rows.slice(start, index + 1)) {
			sum += row.mean * row.readings;
			readings += row.readings;
		}
		return sum / readings;
	});
}

/** `temperature at Oslo, outdoor` */
export function seriesName({ series }: SeriesData): string {
	const { station, module, measure } = series;
	const place = [station, ...(module === null ? [] : [module])];
	return `${readableMeasure(measure)} at ${place.map(inOwnDirection).join(", ")}`;
}

/** What is seen, in one sentence. */
export function sentence(
	data: SeriesData,
	range: TimeRange,
	{ points }: WeatherAnswer,
): string {
	const figures = figuresOf(points);
	const name = seriesName(data);
	const first = formatDay(range.from);
	const last = formatDay(new Date(range.to.getTime() - 1));
	const when = first === last ? `On ${first}` : `From ${first} to ${last}`;
	if (figures === null) return `${when}, ${name} has no readings.`;
	return (
		`${when}, ${name} lay between ${formatUnit(figures.lowest.low, data.unit, figures.decimals)} and ` +
		`${formatUnit(figures.highest.high, data.unit, figures.decimals)}, ${formatUnit(figures.mean, data.unit, figures.decimals)} on average ` +
		`over ${formatCounted(figures.readings, "reading")}.`
	);
}

/** When a point is: its instant, or its bucket's day or beginning. */
export function pointTime(point: WeatherPoint, bucket: number | null): string {
	if (bucket === null) return formatInstant(point.time);
	const start = new Date(point.time.getTime() - bucket * 500);
	return bucket === DAY_SECONDS ? formatDay(start) : formatInstant(start);
}

/** What a point stands for: `each reading`, `1 hour`. */
export function pointSpan(bucket: number | null): string {
	if (bucket === null) return "each reading";
	return bucket === DAY_SECONDS ? "1 day" : formatSpan(bucket);
}

function firstSeries(candidates: readonly SeriesData[]): SeriesData {
	const [best] = [...candidates].sort(
		(a, b) =>
			Number(isTemperature(b)) - Number(isTemperature(a)) ||
			Number(isOutdoor(b)) - Number(isOutdoor(a)) ||
			b.readings - a.readings ||
			compare(JSON.stringify(a.series), JSON.stringify(b.series)),
	);
	if (best === undefined) throw new Error("there is no series");
	return best;
}

function isTemperature({ series }: SeriesData): boolean {
	return /temp/i.test(series.measure);
}

function isOutdoor({ series }: SeriesData): boolean {
	return /out/i.test(`${series.module} ${series.measure}`);
}

function seriesData(
	series: Series,
	unit: string | null,
	days: readonly ReadingsOfDay[],
): SeriesData {
	const intervalSeconds = usualInterval(days);
	return {
		series,
		unit,
		days,
		readings: days.reduce((sum, { readings }) => sum + readings, 0),
		intervalSeconds,
		gapSeconds: GAP_INTERVALS * intervalSeconds,
	};
}

/** From the median day; where that has one reading, from the days between readings. */
function usualInterval(days: readonly ReadingsOfDay[]): number {
	const perDay = median(days.map(({ readings }) => readings));
	if (perDay > 1) return roundInterval(DAY_SECONDS / perDay);
	const steps = days
		.slice(1)
		.map(({ day }, index) => day.getTime() - (days[index]?.day.getTime() ?? 0));
	return steps.length === 0 ? DAY_SECONDS : median(steps) / 1000;
}

/** To the interval that stations use where one is within 5 %, else to whole minutes. */
function roundInterval(seconds: number): number {
	return (
		INTERVALS.find((usual) => Math.abs(seconds / usual - 1) < 0.05) ??
		Math.max(60, Math.round(seconds / 60) * 60)
	);
}

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function textOrNull(value: unknown): string | null {
	return value === null || value === undefined ? null : String(value);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
