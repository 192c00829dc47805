import { formatDay, formatInstant } from "../../charts/format.ts";
import { type Funnel, tagsPerPost } from "../../charts/funnel.ts";
import {
	type PostsOfDay,
	withoutReposts,
} from "../../charts/posts-timeline.ts";
import type { TopTag } from "../../charts/top-tags.ts";
import type { OwnSummary } from "../../lake/own-data/own-summary.ts";
import type { Catalog, CatalogDataset } from "../../lib/catalog/catalog.ts";
import { toldTag, toldTags } from "../../lib/posts/hashtags.ts";
import { formatCount, formatCounted } from "../../lib/text/format.ts";
import { DAY_MS, type TimeUnit } from "../../lib/time-units.ts";
import {
	LAKE_POSTS,
	type PostSelection,
	type PostTables,
} from "../../queries/posts.ts";
import {
	ALL_TIME,
	contains,
	type TimeWindow,
	trailing,
	wholeDays,
} from "../../queries/time-window.ts";

/** Tags that are asked for; the page shows as many of them as the visitor likes. */
export const TAG_LIMIT = 100;

export const TOPS = [10, 20, 50, 100] as const;
export type Top = (typeof TOPS)[number];

export const PRESETS = ["day", "week", "month", "all"] as const;
export type Preset = (typeof PRESETS)[number];

const PRESET_DAYS = { day: 1, week: 7, month: 30 } as const;
/** Which posts the visitor chose: days where there are any, else the preset. */
export interface PostsChoice {
	readonly preset: Preset;
	/** First and last UTC day, both included. */
	readonly from: Date | null;
	readonly to: Date | null;
	/** Whether posts that repeat another count. */
	readonly withReposts: boolean;
	/** Only posts that carry each of these. */
	readonly tags: readonly string[];
}

export const DEFAULT_CHOICE: PostsChoice = {
	preset: "week",
	from: null,
	to: null,
	withReposts: true,
	tags: [],
};

/** What the page knows of the posts without the engine. */
export type PostsData = LakePosts | VisitorPosts;

interface KnownPosts {
	readonly dataset: CatalogDataset;
	readonly days: readonly PostsOfDay[];
	readonly lastPost: Date;
	/** Of the roll-ups that the first pictures stand on. */
	readonly bytes: number;
	/** Occurrences of tags in all posts. */
	readonly occurrences: number;
	/** Where queries find them. */
	readonly tables: PostTables;
}

/** The lake's posts, of which roll-ups answer the default window. */
export interface LakePosts extends KnownPosts {
	readonly isOwn: false;
	readonly funnel: Funnel;
	readonly topTags: readonly TopTag[];
}

/** The visitor's own, of which the engine answers every window. */
export interface VisitorPosts extends KnownPosts {
	readonly isOwn: true;
}

/** The pictures of one choice, and what they cost. */
export interface PostsAnswer {
	readonly choice: PostsChoice;
	readonly funnel: Funnel;
	/** At most {@link TAG_LIMIT}. */
	readonly topTags: readonly TopTag[];
	/** Bytes read for the tags and for the funnel. */
	readonly bytes: { readonly tags: number; readonly funnel: number };
	/** Null for what came from a roll-up. */
	readonly milliseconds: {
		readonly tags: number;
		readonly funnel: number | null;
	} | null;
}

type Row = Readonly<Record<string, unknown>>;

/** Reads the roll-ups' rows; null where there are no posts. */
export function postsData(
	catalog: Catalog,
	rollups: {
		readonly funnel: readonly Row[];
		readonly topTags: readonly Row[];
		readonly days: readonly Row[];
	},
): LakePosts | null {
	const dataset = catalog.datasets.find(({ name }) => name === "posts");
	const funnelRow = rollups.funnel[0];
	const lastPost = funnelRow?.window_end;
	if (dataset === undefined || !(lastPost instanceof Date)) return null;
	const days = rollups.days.map(dayOfRow);
	return {
		dataset,
		funnel: {
			allPosts: Number(funnelRow?.all_posts),
			reposts: null,
			withoutTags: Number(funnelRow?.without_tags),
			outside: Number(funnelRow?.outside),
			withoutChosen: null,
			counted: Number(funnelRow?.counted),
			tags: Number(funnelRow?.tags),
		},
		topTags: topTagsOf(rollups.topTags),
		days,
		lastPost,
		bytes: catalog.rollups
			.filter(({ dataset: name }) => name === "posts")
			.reduce((sum, { bytes }) => sum + bytes, 0),
		occurrences: days.reduce((sum, { tags }) => sum + tags, 0),
		tables: LAKE_POSTS,
		isOwn: false,
	};
}

/** The visitor's own posts; null where there are none. */
export function ownData(
	{ days: rows, lastPost, files }: OwnSummary,
	tables: PostTables,
): VisitorPosts | null {
	if (lastPost === null) return null;
	const days = rows.map((row) => dayOfRow({ ...row, day: new Date(row.day) }));
	return {
		dataset: {
			name: "posts",
			title: "Your own posts",
			description: "",
			source: `${formatCounted(files.length, "file")} of your own`,
			licence: "Yours",
			synthetic: false,
			startView: null,
		},
		days,
		lastPost: new Date(lastPost),
		bytes: 0,
		occurrences: days.reduce((sum, { tags }) => sum + tags, 0),
		tables,
		isOwn: true,
	};
}

/** A row of the query `postsPerDay`, or of the roll-up of that shape. */
export function dayOfRow(row: Row): PostsOfDay {
	return {
		day: row.day as Date,
		posts: Number(row.posts),
		tagged: Number(row.tagged),
		tags: Number(row.tags),
		inReposts: {
			posts: Number(row.reposts),
			tagged: Number(row.tagged_reposts),
			tags: Number(row.repost_tags),
		},
	};
}

/** Rows of the query `topTags`, or of the roll-up of that shape. */
export function topTagsOf(rows: readonly Row[]): TopTag[] {
	return rows.map((row) => ({
		tag: String(row.tag),
		occurrences: Number(row.occurrences),
		posts: Number(row.posts),
	}));
}

/** Tagged posts of a window and the tags in them. */
export interface WindowCounts {
	readonly tagged: number;
	readonly tags: number;
}

/**
 * The funnel of a choice, from the days of all posts, the counts of the window and,
 * where tags are chosen, those of the posts that carry them.
 */
export function funnelWith(
	days: readonly PostsOfDay[],
	choice: PostsChoice,
	inWindow: WindowCounts,
	narrowed: WindowCounts | null = null,
): Funnel {
	const eligible = choice.withReposts ? days : withoutReposts(days);
	const sum = (rows: readonly PostsOfDay[], name: "posts" | "tagged") =>
		rows.reduce((total, row) => total + row[name], 0);
	const allPosts = sum(days, "posts");
	const tagged = sum(eligible, "tagged");
	const counted = narrowed ?? inWindow;
	return {
		allPosts,
		reposts: choice.withReposts ? null : allPosts - sum(eligible, "posts"),
		withoutTags: sum(eligible, "posts") - tagged,
		outside: tagged - inWindow.tagged,
		withoutChosen: narrowed === null ? null : inWindow.tagged - narrowed.tagged,
		counted: counted.tagged,
		tags: counted.tags,
	};
}

/** The window's counts where it is of whole days, which need no engine; else null. */
export function countsOfDays(
	days: readonly PostsOfDay[],
	choice: PostsChoice,
): WindowCounts | null {
	const window = wholeWindow(choice);
	if (window === null) return null;
	let tagged = 0;
	let tags = 0;
	for (const row of choice.withReposts ? days : withoutReposts(days))
		if (contains(window, row.day)) {
			tagged += row.tagged;
			tags += row.tags;
		}
	return { tagged, tags };
}

/** What the roll-ups answer by themselves. */
export function defaultAnswer({
	funnel,
	topTags,
	bytes,
}: LakePosts): PostsAnswer {
	return {
		choice: DEFAULT_CHOICE,
		funnel,
		topTags,
		bytes: { tags: bytes, funnel: bytes },
		milliseconds: null,
	};
}

export function isDefault(choice: PostsChoice): boolean {
	return (
		choice.preset === DEFAULT_CHOICE.preset &&
		choice.from === null &&
		choice.to === null &&
		choice.withReposts &&
		choice.tags.length === 0
	);
}

export function isSameChoice(
	one: PostsChoice,
	other: PostsChoice | undefined,
): boolean {
	return JSON.stringify(one) === JSON.stringify(other);
}

export function windowOf(choice: PostsChoice, lastPost: Date): TimeWindow {
	const { preset } = choice;
	return (
		wholeWindow(choice) ??
		trailing(lastPost, preset === "all" ? 0 : PRESET_DAYS[preset] * 86_400)
	);
}

/** The window where it is of whole UTC days; null where it ends with the last post. */
function wholeWindow({ preset, from, to }: PostsChoice): TimeWindow | null {
	if (from !== null || to !== null) return wholeDays(from, to);
	return preset === "all" ? ALL_TIME : null;
}

/**
 * The window with both ends: an open one ends with the first or last day of the
 * posts. Null for all posts, before which there is nothing to compare with.
 */
export function closedWindow(
	choice: PostsChoice,
	data: PostsData,
): TimeWindow | null {
	const { preset, from, to } = choice;
	if (from === null && to === null)
		return preset === "all" ? null : windowOf(choice, data.lastPost);
	const { first, last } = dayRange(data);
	return wholeDays(
		from ?? first,
		to ?? (from !== null && from > last ? from : last),
	);
}

/** First and last UTC day of the posts. */
export function dayRange(data: PostsData): { first: Date; last: Date } {
	const last = new Date(Math.floor(data.lastPost.getTime() / DAY_MS) * DAY_MS);
	return { first: data.days[0]?.day ?? last, last };
}

/** What queries are asked for. */
export function selectionOf(
	choice: PostsChoice,
	data: PostsData,
): PostSelection {
	return {
		tables: data.tables,
		window: windowOf(choice, data.lastPost),
		withReposts: choice.withReposts,
		tags: choice.tags,
	};
}

/** First and last instant of a choice's posts, the second included. */
export function spanOf(
	choice: PostsChoice,
	data: PostsData,
): { start: Date; end: Date } {
	const { lower, upper } = windowOf(choice, data.lastPost);
	const { first } = dayRange(data);
	const start = lower === null || lower.at < first ? first : lower.at;
	const end =
		upper === null || upper.at > data.lastPost
			? data.lastPost
			: new Date(upper.at.getTime() - (upper.included ? 0 : 1));
	return end < start ? { start, end: start } : { start, end };
}

/** The unit in which a span of time shows its course: at most some 190 of them. */
export function unitFor({ start, end }: { start: Date; end: Date }): TimeUnit {
	const days = (end.getTime() - start.getTime()) / DAY_MS;
	if (days <= 7.5) return "hour";
	if (days <= 190) return "day";
	if (days <= 190 * 7) return "week";
	return days <= 190 * 30 ? "month" : "year";
}

/** Whether the first day lies after the last. */
export function isBackward({ from, to }: PostsChoice): boolean {
	return from !== null && to !== null && from > to;
}

/** The window in words that begin a sentence: `In the 7 days to 31 Dec 2024`. */
export function windowWords(choice: PostsChoice, data: PostsData): string {
	const { preset, from, to } = choice;
	if (from !== null && to !== null) return daysWords(from, to);
	if (from !== null) return `From ${formatDay(from)} on`;
	if (to !== null) return `Up to ${formatDay(to)}`;
	if (preset === "all") {
		const { first, last } = dayRange(data);
		return daysWords(first, last);
	}
	const days = PRESET_DAYS[preset];
	return `In the ${days === 1 ? "24 hours" : `${days} days`} to ${formatDay(data.lastPost)}`;
}

const daysWords = (first: Date, last: Date) =>
	first.getTime() === last.getTime()
		? `On ${formatDay(first)}`
		: `From ${formatDay(first)} to ${formatDay(last)}`;

/**
 * The posts of a choice by its exact ends, in words and instants: `posts after`, an
 * instant, `up to`, an instant. Whole days are words.
 */
export function windowParts(
	choice: PostsChoice,
	data: PostsData,
): readonly (string | Date)[] {
	const { from, to } = choice;
	if (from !== null && to !== null)
		return [
			from.getTime() === to.getTime()
				? `posts of ${formatDay(from)}, UTC`
				: `posts from ${formatDay(from)} to ${formatDay(to)}, UTC days`,
		];
	if (from !== null) return [`posts from ${formatDay(from)} on, UTC`];
	if (to !== null) return [`posts up to ${formatDay(to)}, UTC`];
	const { lower, upper } = windowOf(choice, data.lastPost);
	if (lower === null || upper === null) return ["all posts"];
	return ["posts after ", lower.at, ", up to ", upper.at];
}

/** {@link windowParts} as one text, in UTC. */
export function windowEnds(choice: PostsChoice, data: PostsData): string {
	return windowParts(choice, data)
		.map((part) => (part instanceof Date ? `${formatInstant(part)} UTC` : part))
		.join("");
}

/** What is seen, in one sentence. */
export function sentence(
	choice: PostsChoice,
	data: PostsData,
	{ funnel, topTags }: PostsAnswer,
): string {
	const when = windowWords(choice, data);
	const what = choice.withReposts ? "post" : "original post";
	if (choice.tags.length > 0) {
		const chosen = toldTags(choice.tags);
		if (funnel.counted === 0) return `${when}, no post carried ${chosen}.`;
		const [beside] = topTags.filter(({ tag }) => !choice.tags.includes(tag));
		return (
			`${when}, ${formatCounted(funnel.counted, what)} carried ${chosen}; ` +
			(beside === undefined
				? "no other tag stood beside it."
				: `beside it ${toldTag(beside.tag)} came most often, in ${formatCount(beside.posts)}.`)
		);
	}
	if (funnel.counted === 0)
		return `${when}, none of ${formatCounted(funnel.allPosts - (funnel.reposts ?? 0), what)} carried a tag.`;
	const most = topTags[0]?.occurrences ?? 0;
	const leaders = topTags.filter((tag) => tag.occurrences === most);
	const first =
		leaders.length === 1
			? `the first was ${toldTag(leaders[0]?.tag ?? "")} with ${formatCount(most)}`
			: leaders.length <= 3
				? `the first were ${toldTags(leaders.map(({ tag }) => tag))} with ${formatCount(most)} each`
				: `no tag stood out, the first ones came ${formatCount(most)} ${most === 1 ? "time" : "times"} each`;
	return (
		`${when}, ${formatCounted(funnel.counted, what)} carried ${formatCounted(funnel.tags, "tag")}, ` +
		`${tagsPerPost(funnel)} each; ${first}.`
	);
}
