import * as Plot from "@observablehq/plot";
import { formatCount, formatCounted } from "../lib/text/format.ts";
import {
	addUnits,
	DAY_MS,
	type TimeUnit,
	unitStart,
} from "../lib/time-units.ts";
import { formatCompact, formatDay, unitName } from "./format.ts";
import { timeAxis } from "./time-axis.ts";

/** Posts of a UTC day. */
export interface PostsOfDay {
	/** Midnight, UTC. */
	readonly day: Date;
	readonly posts: number;
	/** Posts with at least one tag. */
	readonly tagged: number;
	/** Occurrences of tags. */
	readonly tags: number;
	/** What of each is in posts that repeat another. */
	readonly inReposts: {
		readonly posts: number;
		readonly tagged: number;
		readonly tags: number;
	};
}

/** The days as they are where reposts do not count. */
export function withoutReposts(days: readonly PostsOfDay[]): PostsOfDay[] {
	return days.map(({ day, posts, tagged, tags, inReposts }) => ({
		day,
		posts: posts - inReposts.posts,
		tagged: tagged - inReposts.tagged,
		tags: tags - inReposts.tags,
		inReposts: { posts: 0, tagged: 0, tags: 0 },
	}));
}

export type TimelineUnit = Extract<TimeUnit, "day" | "week" | "month">;

/** Posts from `start` to `end`, exclusive: a UTC day, ISO week or month. */
export interface TimelineBin {
	readonly start: Date;
	readonly end: Date;
	readonly posts: number;
	readonly tagged: number;
	readonly tags: number;
}

const NARROWEST_BAR = 3;

/**
 * Sums days into the finest of days, weeks and months whose bars are at least 3
 * pixels wide on `width` pixels. Bins without posts are absent.
 */
export function timelineBins(
	days: readonly PostsOfDay[],
	width: number,
): { readonly unit: TimelineUnit; readonly bins: readonly TimelineBin[] } {
	const unit = unitFor(days, width);
	const bins = new Map<number, TimelineBin>();
	for (const { day, posts, tagged, tags } of days) {
		const start = unitStart(day, unit);
		const bin = bins.get(start.getTime());
		bins.set(start.getTime(), {
			start,
			end: addUnits(start, 1, unit),
			posts: (bin?.posts ?? 0) + posts,
			tagged: (bin?.tagged ?? 0) + tagged,
			tags: (bin?.tags ?? 0) + tags,
		});
	}
	return {
		unit,
		bins: [...bins.values()].sort(
			(a, b) => a.start.getTime() - b.start.getTime(),
		),
	};
}

/** Bars of posts over time, tagged ones stronger, with the window shaded. */
export function timelineChart(
	days: readonly PostsOfDay[],
	{
		width = 960,
		window = null,
	}: {
		width?: number;
		/** Bounds of the window; an open end is null. */
		window?: { readonly from: Date | null; readonly to: Date | null } | null;
	} = {},
): Plot.PlotOptions {
	const { unit, bins } = timelineBins(days, width);
	const first = bins[0]?.start ?? new Date(0);
	const last = bins[bins.length - 1]?.end ?? new Date(DAY_MS);
	const inset = bins.length * 6 > width ? 0 : 0.5;
	return {
		width,
		height: 180,
		marginLeft: 44,
		marginRight: 24,
		marginTop: 24,
		marginBottom: 32,
		x: { type: "utc", domain: [first, last], label: null },
		y: { nice: true },
		marks: [
			Plot.gridY({ ticks: 4 }),
			Plot.axisY({
				ticks: 4,
				tickSize: 0,
				tickFormat: formatCompact,
				label: `↑ posts per ${unit}`,
			}),
			timeAxis(first, last, width),
			Plot.rectY(bins, {
				x1: "start",
				x2: "end",
				y: "posts",
				fill: "var(--text-muted)",
				fillOpacity: 0.35,
				inset,
			}),
			Plot.rectY(bins, {
				x1: "start",
				x2: "end",
				y: "tagged",
				fill: "var(--series-1)",
				inset,
			}),
			Plot.ruleY([0], { stroke: "var(--line)" }),
			...(window === null ? [] : windowMarks(window, first, last)),
		],
	};
}

function windowMarks(
	window: { readonly from: Date | null; readonly to: Date | null },
	first: Date,
	last: Date,
): Plot.Markish[] {
	const x1 = clamp(window.from ?? first, first, last);
	const x2 = clamp(window.to ?? last, first, last);
	return [
		Plot.rectX([window], {
			x1: [x1],
			x2: [x2],
			fill: "var(--accent)",
			fillOpacity: 0.16,
			className: "window",
		}),
		Plot.ruleX([x1, x2], { stroke: "var(--accent)", strokeWidth: 1.5 }),
	];
}

/** What {@link timelineChart} shows, in words. */
export function describeTimeline(
	days: readonly PostsOfDay[],
	width = 960,
): string {
	const first = days[0];
	const last = days[days.length - 1];
	if (first === undefined || last === undefined) return "There are no posts.";
	const { unit, bins } = timelineBins(days, width);
	const busiest = bins.reduce((best, bin) =>
		bin.posts > best.posts ? bin : best,
	);
	const posts = bins.reduce((sum, bin) => sum + bin.posts, 0);
	const tagged = bins.reduce((sum, bin) => sum + bin.tagged, 0);
	return (
		`${formatCounted(posts, "post")} from ${formatDay(first.day)} to ${formatDay(last.day)} (UTC), ` +
		`${formatCount(tagged)} of them with tags. The busiest ${unit} is ${unitName(busiest.start, unit)} ` +
		`with ${formatCounted(busiest.posts, "post")}.`
	);
}

function unitFor(days: readonly PostsOfDay[], width: number): TimelineUnit {
	const first = days[0];
	const last = days[days.length - 1];
	if (first === undefined || last === undefined) return "day";
	const span = (last.day.getTime() - first.day.getTime()) / DAY_MS + 1;
	const bars = width / NARROWEST_BAR;
	if (span <= bars) return "day";
	return span / 7 <= bars ? "week" : "month";
}

function clamp(time: Date, low: Date, high: Date): Date {
	return time < low ? low : time > high ? high : time;
}
