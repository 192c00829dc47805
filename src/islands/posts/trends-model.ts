import type { RisingTag } from "../../charts/rising-tags.ts";
import {
	AVERAGE_UNITS,
	type TagSeries,
	tagSeriesOf,
} from "../../charts/tag-series.ts";
import type { TagPair } from "../../charts/tags-together.ts";
import {
	addUnits,
	TIME_UNITS,
	type TimeUnit,
	unitStart,
	unitsBetween,
} from "../../lib/time-units.ts";
import {
	type PostSelection,
	risingTags,
	tagSeries,
	tagsTogether,
} from "../../queries/posts.ts";
import type { Query } from "../../queries/sql.ts";
import { type TimeWindow, windowBefore } from "../../queries/time-window.ts";
import type { TimedRows } from "../charts/timed-query.ts";
import {
	closedWindow,
	dayRange,
	type PostsAnswer,
	type PostsChoice,
	type PostsData,
	selectionOf,
	spanOf,
	unitFor,
} from "./model.ts";

const RISING = 10;
const SERIES = 8;
const TOGETHER = 10;

/** Tags over each other at most: as many colours as stay apart. */
export const MOST_COMPARED = 6;

/** Units of a chosen length at most: beyond them a longer one shows. */
const MOST_UNITS = 3000;

/** A query and what it took. */
export interface Asked {
	readonly query: Query;
	readonly bytes: number;
	readonly milliseconds: number;
}

/** How the tags of a choice move, and which come together. */
export interface TrendsAnswer {
	readonly choice: PostsChoice;
	/** Null where there is no window before. */
	readonly rising:
		| (Asked & {
				readonly rows: readonly RisingTag[];
				readonly before: TimeWindow;
		  })
		| null;
	readonly series: Asked & {
		readonly rows: readonly TagSeries[];
		readonly unit: TimeUnit;
	};
	readonly together: Asked & {
		readonly pairs: readonly TagPair[];
		readonly tags: readonly string[];
	};
}

/** Runs a query over the lake. */
export type Run = (query: Query) => Promise<TimedRows>;

/** Asks for all that stands below the top tags of an answer. */
export async function askTrends(
	answer: PostsAnswer,
	data: PostsData,
	run: Run,
): Promise<TrendsAnswer> {
	const { choice } = answer;
	const selection = selectionOf(choice, data);
	const names = answer.topTags.map(({ tag }) => tag);
	const [rising, series, together] = await Promise.all([
		askRising(choice, data, run),
		askSeries(choice, data, names.slice(0, SERIES), run),
		askTogether(selection, names.slice(0, TOGETHER), run),
	]);
	return { choice, rising, series, together };
}

async function askRising(
	choice: PostsChoice,
	data: PostsData,
	run: Run,
): Promise<TrendsAnswer["rising"]> {
	const window = closedWindow(choice, data);
	const before = window && windowBefore(window);
	if (window === null || before === null) return null;
	const query = risingTags(
		{ ...selectionOf(choice, data), window },
		before,
		RISING,
	);
	const { rows, bytes, milliseconds } = await run(query);
	return {
		...{ query, bytes, milliseconds, before },
		rows: rows.map((row) => ({
			tag: String(row.tag),
			occurrences: Number(row.occurrences),
			earlier: Number(row.earlier),
			share: Number(row.share),
			earlierShare:
				row.earlier_share === null ? null : Number(row.earlier_share),
			score: Number(row.score),
		})),
	};
}

async function askSeries(
	choice: PostsChoice,
	data: PostsData,
	tags: readonly string[],
	run: Run,
): Promise<TrendsAnswer["series"]> {
	const span = spanOf(choice, data);
	const unit = unitFor(span);
	const query = tagSeries(selectionOf(choice, data), tags, unit);
	const { rows, bytes, milliseconds } = await run(query);
	return {
		...{ query, bytes, milliseconds, unit },
		rows: tagSeriesOf(rows.map(countOf), tags, {
			unit,
			first: span.start,
			last: span.end,
		}),
	};
}

async function askTogether(
	selection: PostSelection,
	tags: readonly string[],
	run: Run,
): Promise<TrendsAnswer["together"]> {
	const query = tagsTogether(selection, tags);
	const { rows, bytes, milliseconds } = await run(query);
	return {
		...{ query, bytes, milliseconds, tags },
		pairs: rows.map((row) => ({
			tag: String(row.tag),
			other: String(row.other),
			posts: Number(row.posts),
		})),
	};
}

/** What the visitor lays over each other. */
export interface Comparison {
	readonly unit: TimeUnit;
	readonly tags: readonly string[];
}

/** Counts of several tags with their moving averages. */
export interface ComparisonAnswer extends Asked {
	readonly tags: readonly string[];
	/** Longer than what was asked for where that would be too fine to see. */
	readonly unit: TimeUnit;
	readonly rows: readonly TagSeries[];
}

/**
 * Asks for whole units that the window touches, and for those before it over which
 * the first averages run, as far as the posts reach back.
 */
export async function askComparison(
	choice: PostsChoice,
	data: PostsData,
	comparison: Comparison,
	run: Run,
): Promise<ComparisonAnswer> {
	const { tags } = comparison;
	const { start, end } = spanOf(choice, data);
	const unit = visibleUnit(comparison.unit, start, end);
	const averageUnits = AVERAGE_UNITS[unit];
	const wanted = addUnits(unitStart(start, unit), 1 - averageUnits, unit);
	const earliest = unitStart(dayRange(data).first, unit);
	const known = new Date(Math.max(wanted.getTime(), earliest.getTime()));
	const query = tagSeries(
		{
			...selectionOf(choice, data),
			window: {
				lower: { at: known, included: true },
				upper: {
					at: addUnits(unitStart(end, unit), 1, unit),
					included: false,
				},
			},
		},
		tags,
		unit,
	);
	const { rows, bytes, milliseconds } = await run(query);
	return {
		...{ query, bytes, milliseconds, tags, unit },
		rows: tagSeriesOf(rows.map(countOf), tags, {
			...{ unit, known, averageUnits },
			first: start,
			last: end,
		}),
	};
}

function visibleUnit(wanted: TimeUnit, start: Date, end: Date): TimeUnit {
	return (
		TIME_UNITS.slice(TIME_UNITS.indexOf(wanted)).find(
			(unit) => unitsBetween(start, end, unit) <= MOST_UNITS,
		) ?? "year"
	);
}

function countOf(row: Readonly<Record<string, unknown>>) {
	return {
		tag: String(row.tag),
		start: row.start as Date,
		occurrences: Number(row.occurrences),
	};
}
