import {
	formatCounted,
	formatDay,
	formatInstant,
} from "../../charts/format.ts";
import { type Funnel, tagsPerPost } from "../../charts/funnel.ts";
import type { PostsOfDay } from "../../charts/posts-timeline.ts";
import type { TopTag } from "../../charts/top-tags.ts";
import type { Catalog, CatalogDataset } from "../../lib/catalog.ts";
import { formatCount } from "../../lib/format.ts";
import {
	ALL_TIME,
	type TimeWindow,
	trailing,
	wholeDays,
} from "../../queries/time-window.ts";

export const TAG_LIMIT = 20;

export const PRESETS = ["day", "week", "month", "all"] as const;
export type Preset = (typeof PRESETS)[number];

const PRESET_DAYS = { day: 1, week: 7, month: 30 } as const;

/** What the visitor chose: days where there are any, else the preset. */
export interface WindowChoice {
	readonly preset: Preset;
	/** First and last UTC day, both included. */
	readonly from: Date | null;
	readonly to: Date | null;
}

export const DEFAULT_CHOICE: WindowChoice = {
	preset: "week",
	from: null,
	to: null,
};

/** What the page knows of the posts without the engine. */
export interface PostsData {
	readonly dataset: CatalogDataset;
	/** Of the default window. */
	readonly funnel: Funnel;
	readonly topTags: readonly TopTag[];
	readonly days: readonly PostsOfDay[];
	readonly lastPost: Date;
	/** Rows and bytes of the roll-ups that the first pictures stand on. */
	readonly bytes: number;
}

/** The pictures of one window, and what they cost. */
export interface PostsAnswer {
	readonly funnel: Funnel;
	readonly topTags: readonly TopTag[];
	/** Bytes read for the tags and for the funnel. */
	readonly bytes: { readonly tags: number; readonly funnel: number };
	/** Null for what came from a roll-up. */
	readonly milliseconds: {
		readonly tags: number;
		readonly funnel: number;
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
): PostsData | null {
	const dataset = catalog.datasets.find(({ name }) => name === "posts");
	const funnelRow = rollups.funnel[0];
	const lastPost = funnelRow?.window_end;
	if (dataset === undefined || !(lastPost instanceof Date)) return null;
	return {
		dataset,
		funnel: {
			allPosts: Number(funnelRow?.all_posts),
			withoutTags: Number(funnelRow?.without_tags),
			outside: Number(funnelRow?.outside),
			counted: Number(funnelRow?.counted),
			tags: Number(funnelRow?.tags),
		},
		topTags: topTagsOf(rollups.topTags),
		days: rollups.days.map((row) => ({
			day: row.day as Date,
			posts: Number(row.posts),
			tagged: Number(row.tagged),
			tags: Number(row.tags),
		})),
		lastPost,
		bytes: catalog.rollups
			.filter(({ dataset: name }) => name === "posts")
			.reduce((sum, { bytes }) => sum + bytes, 0),
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

/** The funnel of a window, from what every window shares and the window's own counts. */
export function funnelWith(
	{ allPosts, withoutTags }: Funnel,
	counted: number,
	tags: number,
): Funnel {
	return {
		allPosts,
		withoutTags,
		outside: allPosts - withoutTags - counted,
		counted,
		tags,
	};
}

/** What the roll-ups answer by themselves. */
export function defaultAnswer({
	funnel,
	topTags,
	bytes,
}: PostsData): PostsAnswer {
	return {
		funnel,
		topTags,
		bytes: { tags: bytes, funnel: bytes },
		milliseconds: null,
	};
}

export function isDefault({ preset, from, to }: WindowChoice): boolean {
	return preset === DEFAULT_CHOICE.preset && from === null && to === null;
}

export function windowOf(choice: WindowChoice, lastPost: Date): TimeWindow {
	const { preset, from, to } = choice;
	if (from !== null || to !== null) return wholeDays(from, to);
	return preset === "all"
		? ALL_TIME
		: trailing(lastPost, PRESET_DAYS[preset] * 86_400);
}

/** Whether the first day lies after the last. */
export function isBackward({ from, to }: WindowChoice): boolean {
	return from !== null && to !== null && from > to;
}

/** The window in words that begin a sentence: `In the 7 days to 31 Dec 2024`. */
export function windowWords(choice: WindowChoice, data: PostsData): string {
	const { preset, from, to } = choice;
	if (from !== null && to !== null)
		return from.getTime() === to.getTime()
			? `On ${formatDay(from)}`
			: `From ${formatDay(from)} to ${formatDay(to)}`;
	if (from !== null) return `From ${formatDay(from)} on`;
	if (to !== null) return `Up to ${formatDay(to)}`;
	if (preset === "all") {
		const first = data.days[0]?.day ?? data.lastPost;
		return `From ${formatDay(first)} to ${formatDay(data.lastPost)}`;
	}
	const days = PRESET_DAYS[preset];
	return `In the ${days === 1 ? "24 hours" : `${days} days`} to ${formatDay(data.lastPost)}`;
}

/** The posts of a window by its exact ends, for a subtitle: `posts after 24 Dec 2024, …`. */
export function windowEnds({ lower, upper }: TimeWindow): string {
	if (lower === null && upper === null) return "all posts";
	const start =
		lower === null
			? null
			: `${lower.included ? "from" : "after"} ${formatInstant(lower.at)}`;
	const end =
		upper === null
			? null
			: `${upper.included ? "up to" : "before"} ${formatInstant(upper.at)}`;
	return `posts ${[start, end].filter((part) => part !== null).join(", ")} UTC`;
}

/** What is seen, in one sentence. */
export function sentence(
	choice: WindowChoice,
	data: PostsData,
	{ funnel, topTags }: PostsAnswer,
): string {
	const when = windowWords(choice, data);
	if (funnel.counted === 0)
		return `${when}, none of ${formatCounted(funnel.allPosts, "post")} carried a tag.`;
	const most = topTags[0]?.occurrences ?? 0;
	const leaders = topTags.filter((tag) => tag.occurrences === most);
	const first =
		leaders.length === 1
			? `the first was #${leaders[0]?.tag} with ${formatCount(most)}`
			: leaders.length <= 3
				? `the first were ${leaders.map(({ tag }) => `#${tag}`).join(" and ")} with ${formatCount(most)} each`
				: `no tag stood out, the first ones came ${formatCount(most)} ${most === 1 ? "time" : "times"} each`;
	return (
		`${when}, ${formatCounted(funnel.counted, "post")} carried ${formatCounted(funnel.tags, "tag")}, ` +
		`${tagsPerPost(funnel)} each; ${first}.`
	);
}
