import * as Plot from "@observablehq/plot";
import { formatCount } from "../lib/format.ts";
import {
	formatCompact,
	formatCounted,
	formatDay,
	formatMonth,
} from "./format.ts";
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

export type TimelineUnit = "day" | "week" | "month";

/** Posts from `start` to `end`, exclusive: a UTC day, ISO week or month. */
export interface TimelineBin {
	readonly start: Date;
	readonly end: Date;
	readonly posts: number;
	readonly tagged: number;
	readonly tags: number;
}

const DAY_MS = 86_400_000;
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
		const start = startOf(day, unit);
		const bin = bins.get(start.getTime());
		bins.set(start.getTime(), {
			start,
			end: endOf(start, unit),
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
		`${formatCount(tagged)} of them with tags. The busiest ${unit} is ${describeBin(busiest, unit)} ` +
		`with ${formatCounted(busiest.posts, "post")}.`
	);
}

/** Names a bin: `31 Dec 2024`, `the week of 30 Dec 2024`, `Dec 2024`. */
export function describeBin(bin: TimelineBin, unit: TimelineUnit): string {
	switch (unit) {
		case "day":
			return formatDay(bin.start);
		case "week":
			return `the week of ${formatDay(bin.start)}`;
		case "month":
			return formatMonth(bin.start);
	}
}

/** The day, ISO week or month, UTC, that an instant lies in. */
export function binAt(
	time: Date,
	unit: TimelineUnit,
): { readonly start: Date; readonly end: Date } {
	const day = new Date(Math.floor(time.getTime() / DAY_MS) * DAY_MS);
	const start = startOf(day, unit);
	return { start, end: endOf(start, unit) };
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

function startOf(day: Date, unit: TimelineUnit): Date {
	switch (unit) {
		case "day":
			return day;
		case "week":
			return new Date(day.getTime() - ((day.getUTCDay() + 6) % 7) * DAY_MS);
		case "month":
			return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth()));
	}
}

function endOf(start: Date, unit: TimelineUnit): Date {
	switch (unit) {
		case "day":
			return new Date(start.getTime() + DAY_MS);
		case "week":
			return new Date(start.getTime() + 7 * DAY_MS);
		case "month":
			return new Date(
				Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1),
			);
	}
}

function clamp(time: Date, low: Date, high: Date): Date {
	return time < low ? low : time > high ? high : time;
}
