import * as Plot from "@observablehq/plot";
import { formatCounted } from "../lib/text/format.ts";
import {
	formatInstant,
	formatUnit,
	readableMeasure,
	readableUnit,
} from "./format.ts";
import { timeAxis } from "./time-axis.ts";
import { decimalsFor, valueAxis, valueAxisWidth } from "./value-axis.ts";

/** One reading, or the readings of a bucket of time. */
export interface WeatherPoint {
	/** Where it stands on the time axis: the reading's time, or the bucket's middle. */
	readonly time: Date;
	/** First and last reading of the bucket. */
	readonly first: Date;
	readonly last: Date;
	readonly readings: number;
	readonly low: number;
	readonly mean: number;
	readonly high: number;
	/** Mean of the moving average at the readings. */
	readonly average: number | null;
}

/** A point, or a break in the line where its numbers are NaN. */
interface DrawnPoint {
	readonly time: Date;
	readonly low: number;
	readonly mean: number;
	readonly high: number;
	readonly average: number;
}

export interface WeatherChartOptions {
	readonly width?: number;
	readonly height?: number;
	readonly measure: string;
	readonly unit: string | null;
	/** Longest pause between readings that a line crosses, in seconds. */
	readonly gapSeconds: number;
	/** Ends of the time axis; by default the first and the last reading. */
	readonly from?: Date;
	readonly to?: Date;
}

export const WEATHER_HEIGHT = 440;

/**
 * The range of the readings as a band, their mean as a thin line, the moving
 * average as a strong one. Pauses longer than `gapSeconds` break all three.
 */
export function weatherChart(
	points: readonly WeatherPoint[],
	options: WeatherChartOptions,
): Plot.PlotOptions {
	const { width = 960, height = WEATHER_HEIGHT, gapSeconds } = options;
	const [from, to] = domainOf(points, options);
	const ticks = Math.max(3, Math.round(height / 70));
	const drawn = withGaps(points, gapSeconds);
	const banded = points.some((point) => point.low < point.high);
	const lonely = lonelyPoints(points, gapSeconds);
	const figures = figuresOf(points);
	const low = figures?.lowest.low ?? 0;
	const high = figures?.highest.high ?? 0;
	return {
		width,
		height,
		marginLeft: valueAxisWidth(low, high),
		marginRight: 24,
		marginTop: 26,
		marginBottom: 36,
		x: { type: "utc", domain: [from, to], label: null },
		y: { nice: true, zero: false },
		marks: [
			...valueAxis({ low, high, ticks, label: axisLabel(options) }),
			timeAxis(from, to, width),
			...(banded
				? [
						Plot.areaY(drawn, {
							x: "time",
							y1: "low",
							y2: "high",
							fill: "var(--series-1)",
							fillOpacity: 0.22,
							className: "band",
						}),
					]
				: []),
			Plot.lineY(drawn, {
				x: "time",
				y: "mean",
				stroke: "var(--series-1)",
				strokeWidth: 1,
				strokeOpacity: banded ? 0.6 : 0.9,
				className: "mean",
			}),
			Plot.ruleX(lonely, {
				x: "time",
				y1: "low",
				y2: "high",
				stroke: "var(--series-1)",
				strokeOpacity: 0.4,
				strokeWidth: 3,
				className: "lonely-range",
			}),
			Plot.dot(lonely, {
				x: "time",
				y: "mean",
				r: 2,
				fill: "var(--series-1)",
				className: "lonely",
			}),
			Plot.lineY(drawn, {
				x: "time",
				y: "average",
				stroke: "var(--series-3)",
				strokeWidth: 1.8,
				className: "average",
			}),
		],
	};
}

export interface WeatherFigures {
	readonly lowest: WeatherPoint;
	readonly highest: WeatherPoint;
	/** Of all readings. */
	readonly mean: number;
	readonly readings: number;
	/** That tell values of this range apart. */
	readonly decimals: number;
}

/** Figures of a picture; null where it has no points. */
export function figuresOf(
	points: readonly WeatherPoint[],
): WeatherFigures | null {
	const [first] = points;
	if (first === undefined) return null;
	let lowest = first;
	let highest = first;
	let readings = 0;
	let sum = 0;
	for (const point of points) {
		if (point.low < lowest.low) lowest = point;
		if (point.high > highest.high) highest = point;
		readings += point.readings;
		sum += point.mean * point.readings;
	}
	return {
		lowest,
		highest,
		mean: sum / readings,
		readings,
		decimals: decimalsFor(lowest.low, highest.high),
	};
}

/** What {@link weatherChart} shows, in words. */
export function describeWeather(
	points: readonly WeatherPoint[],
	options: Pick<WeatherChartOptions, "measure" | "unit" | "gapSeconds">,
	/** Names a point's time, to what the point is exact to. */
	when: (point: WeatherPoint) => string = (point) => formatInstant(point.first),
): string {
	const first = points[0];
	const last = points[points.length - 1];
	const figures = figuresOf(points);
	if (first === undefined || last === undefined || figures === null)
		return "There is no reading in this range.";
	const { lowest, highest, mean, readings, decimals } = figures;
	const { unit } = options;
	const gaps = gapCount(points, options.gapSeconds);
	return (
		`${formatCounted(readings, "reading")} of ${readableMeasure(options.measure)} from ${when(first)} ` +
		`to ${when(last)} (UTC): between ${formatUnit(lowest.low, unit, decimals)} (${when(lowest)}) ` +
		`and ${formatUnit(highest.high, unit, decimals)} (${when(highest)}), ${formatUnit(mean, unit, decimals)} on average` +
		`${gaps === 0 ? "" : `, with ${formatCounted(gaps, "gap")} in the readings`}.`
	);
}

/** Number of pauses longer than `gapSeconds`. */
export function gapCount(
	points: readonly WeatherPoint[],
	gapSeconds: number,
): number {
	let gaps = 0;
	for (const [index, point] of points.entries())
		if (isGap(points[index - 1], point, gapSeconds)) gaps++;
	return gaps;
}

/** Name of the value axis: the measure with its unit in brackets. */
export function axisLabel({
	measure,
	unit,
}: Pick<WeatherChartOptions, "measure" | "unit">): string {
	const name = readableMeasure(measure);
	return unit === null || unit === ""
		? name
		: `${name} (${readableUnit(unit)})`;
}

function withGaps(
	points: readonly WeatherPoint[],
	gapSeconds: number,
): DrawnPoint[] {
	const drawn: DrawnPoint[] = [];
	for (const [index, point] of points.entries()) {
		const before = points[index - 1];
		if (before !== undefined && isGap(before, point, gapSeconds))
			drawn.push({
				time: new Date((before.last.getTime() + point.first.getTime()) / 2),
				low: Number.NaN,
				mean: Number.NaN,
				high: Number.NaN,
				average: Number.NaN,
			});
		drawn.push({ ...point, average: point.average ?? Number.NaN });
	}
	return drawn;
}

/** Points with a gap on both sides, which no line shows. */
function lonelyPoints(
	points: readonly WeatherPoint[],
	gapSeconds: number,
): WeatherPoint[] {
	return points.filter((point, index) => {
		const before = points[index - 1];
		const after = points[index + 1];
		return (
			(before === undefined || isGap(before, point, gapSeconds)) &&
			(after === undefined || isGap(point, after, gapSeconds))
		);
	});
}

function isGap(
	before: WeatherPoint | undefined,
	point: WeatherPoint,
	gapSeconds: number,
): boolean {
	return (
		before !== undefined &&
		point.first.getTime() - before.last.getTime() > gapSeconds * 1000
	);
}

function domainOf(
	points: readonly WeatherPoint[],
	{ from, to }: WeatherChartOptions,
): [from: Date, to: Date] {
	const first = from ?? points[0]?.first ?? new Date(0);
	const last =
		to ?? points[points.length - 1]?.last ?? new Date(first.getTime() + 1);
	return [
		first,
		last.getTime() > first.getTime() ? last : new Date(first.getTime() + 1),
	];
}
