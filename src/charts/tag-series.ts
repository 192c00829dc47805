import * as Plot from "@observablehq/plot";
import { shownTag } from "../lib/posts/hashtags.ts";
import { formatCount, formatCounted } from "../lib/text/format.ts";
import {
	addUnits,
	type TimeUnit,
	unitStart,
	unitsBetween,
} from "../lib/time-units.ts";
import { formatCompact, formatNumber, unitName } from "./format.ts";
import { tagLabels } from "./tag-labels.ts";
import { timeAxis } from "./time-axis.ts";

/** Occurrences of a tag in a unit of time. */
export interface TagCount {
	readonly start: Date;
	readonly occurrences: number;
	/** Mean over this unit and those before it; null where these do not all lie in the data. */
	readonly average: number | null;
}

export interface TagSeries {
	readonly tag: string;
	/** One for each unit, those without any too. */
	readonly counts: readonly TagCount[];
}

/** Units that a moving average runs over: a day of hours, a week of days, four weeks, a year of months, three years. */
export const AVERAGE_UNITS = {
	hour: 24,
	day: 7,
	week: 4,
	month: 12,
	year: 3,
} as const;

/**
 * The series of each tag from the unit of `first` to the one of `last`, both
 * included, with a moving average over `averageUnits`. Rows before `first` serve
 * the averages alone: they are known from `known` on.
 */
export function tagSeriesOf(
	rows: readonly {
		readonly tag: string;
		readonly start: Date;
		readonly occurrences: number;
	}[],
	tags: readonly string[],
	options: {
		readonly unit: TimeUnit;
		readonly first: Date;
		readonly last: Date;
		readonly known?: Date;
		readonly averageUnits?: number;
	},
): TagSeries[] {
	const { unit, averageUnits = 1 } = options;
	const first = unitStart(options.first, unit);
	const known = unitStart(options.known ?? options.first, unit);
	const units = unitsBetween(known, unitStart(options.last, unit), unit) + 1;
	const shown = unitsBetween(known, first, unit);
	return tags.map((tag) => {
		const values = new Float64Array(Math.max(0, units));
		for (const row of rows)
			if (row.tag === tag) {
				const at = unitsBetween(known, row.start, unit);
				if (at >= 0 && at < units) values[at] = row.occurrences;
			}
		const counts: TagCount[] = [];
		let sum = 0;
		for (let at = 0; at < units; at++) {
			sum += (values[at] ?? 0) - (values[at - averageUnits] ?? 0);
			if (at >= shown)
				counts.push({
					start: addUnits(known, at, unit),
					occurrences: values[at] ?? 0,
					average: at + 1 < averageUnits ? null : sum / averageUnits,
				});
		}
		return { tag, counts };
	});
}

/** The rows of {@link tagRowsChart} in pixels: top of the first, and height of each. */
export const TAG_SERIES_ROWS = { top: 0, height: 40 };
const AXIS_HEIGHT = 34;

/** A row for each tag with its counts over time, each on its own scale from 0 to its peak. */
export function tagRowsChart(
	series: readonly TagSeries[],
	unit: TimeUnit,
	{ width = 640 }: { width?: number } = {},
): Plot.PlotOptions {
	const tags = series.map(({ tag }) => tag);
	const labels = tagLabels(tags, width * 0.32);
	const { first, last } = spanOf(series, unit);
	const rows = series.flatMap(({ tag, counts }) => {
		const peak = Math.max(1, ...counts.map((count) => count.occurrences));
		return counts
			.filter(({ occurrences }) => occurrences > 0)
			.map(({ start, occurrences }) => ({
				tag,
				start,
				end: addUnits(start, 1, unit),
				height: occurrences / peak,
			}));
	});
	const peaks = series.map(({ tag, counts }) => ({
		tag,
		text: `peak ${formatCount(Math.max(0, ...counts.map((count) => count.occurrences)))}`,
	}));
	const marginLeft = labels.width + 12;
	return {
		width,
		height:
			TAG_SERIES_ROWS.top +
			series.length * TAG_SERIES_ROWS.height +
			AXIS_HEIGHT,
		marginTop: TAG_SERIES_ROWS.top,
		marginBottom: AXIS_HEIGHT,
		marginLeft,
		marginRight: 76,
		x: { type: "utc", domain: [first, last], label: null },
		y: { axis: null, domain: [0, 1.15] },
		fy: {
			domain: tags,
			axis: null,
			padding: 0,
			round: false,
		},
		marks: [
			timeAxis(first, last, width - marginLeft - 76),
			Plot.rectY(rows, {
				fy: "tag",
				x1: "start",
				x2: "end",
				y: "height",
				fill: "var(--series-1)",
				inset: (series[0]?.counts.length ?? 0) > width / 4 ? 0 : 0.5,
			}),
			Plot.ruleY([0], { stroke: "var(--line)" }),
			labels.mark(12, "fy"),
			Plot.text(peaks, {
				fy: "tag",
				text: "text",
				frameAnchor: "right",
				textAnchor: "start",
				dx: 10,
				fill: "var(--text-muted)",
			}),
		],
	};
}

/** What {@link tagRowsChart} shows, in words. */
export function describeTagRows(
	series: readonly TagSeries[],
	unit: TimeUnit,
): string {
	if (series.length === 0) return "There are no tags.";
	return `${series
		.slice(0, 5)
		.map(({ tag, counts }) => {
			const peak = peakOf(counts);
			return peak === null
				? `${shownTag(tag)} does not occur`
				: `${shownTag(tag)} peaks ${unitWords(peak.start, unit)} with ${formatCount(peak.occurrences)}`;
		})
		.join("; ")}.`;
}

/** Counts of several tags over each other, thin, and their moving averages, strong. */
export function tagLinesChart(
	series: readonly TagSeries[],
	unit: TimeUnit,
	{ width = 960 }: { width?: number } = {},
): Plot.PlotOptions {
	const [{ counts: starts } = { counts: [] }] = series;
	const first = starts[0]?.start ?? new Date(0);
	const last = starts.at(-1)?.start ?? first;
	const color = (index: number) => `var(--series-${index + 1})`;
	return {
		width,
		height: 300,
		marginLeft: 44,
		marginRight: 24,
		marginTop: 26,
		marginBottom: 34,
		x: { type: "utc", domain: [first, last], label: null },
		y: { nice: true, zero: true },
		marks: [
			Plot.gridY({ ticks: 5 }),
			Plot.axisY({
				ticks: 5,
				tickSize: 0,
				tickFormat: formatCompact,
				label: `↑ occurrences per ${unit}`,
			}),
			timeAxis(first, last, width),
			Plot.ruleY([0], { stroke: "var(--line)" }),
			...series.map(({ counts }, index) =>
				Plot.lineY(counts, {
					x: "start",
					y: "occurrences",
					stroke: color(index),
					strokeOpacity: 0.4,
					strokeWidth: 1,
				}),
			),
			...series.map(({ counts }, index) =>
				Plot.lineY(counts, {
					x: "start",
					y: "average",
					stroke: color(index),
					strokeWidth: 2.25,
				}),
			),
		],
	};
}

/** What {@link tagLinesChart} shows, in words. */
export function describeTagLines(
	series: readonly TagSeries[],
	unit: TimeUnit,
): string {
	if (series.length === 0) return "No tag is chosen.";
	return series
		.map(({ tag, counts }) => {
			const peak = peakOf(counts);
			if (peak === null) return `${shownTag(tag)} does not occur.`;
			const total = counts.reduce((sum, count) => sum + count.occurrences, 0);
			const last = counts[counts.length - 1]?.average ?? null;
			return (
				`${shownTag(tag)}: ${formatCounted(total, "occurrence")}, most ${unitWords(peak.start, unit)} with ${formatCount(peak.occurrences)}` +
				`${last === null ? "" : `; at the end ${formatNumber(last, 1)} per ${unit} on average`}.`
			);
		})
		.join(" ");
}

function unitWords(start: Date, unit: TimeUnit): string {
	const words = { hour: "in the hour from", day: "on" };
	return `${unit === "hour" || unit === "day" ? words[unit] : "in"} ${unitName(start, unit)}`;
}

function peakOf(counts: readonly TagCount[]): TagCount | null {
	const peak = counts.reduce<TagCount | null>(
		(best, count) =>
			count.occurrences > (best?.occurrences ?? 0) ? count : best,
		null,
	);
	return peak;
}

function spanOf(
	series: readonly TagSeries[],
	unit: TimeUnit,
): { first: Date; last: Date } {
	const [{ counts } = { counts: [] }] = series;
	const first = counts[0]?.start ?? new Date(0);
	return { first, last: addUnits(counts.at(-1)?.start ?? first, 1, unit) };
}
