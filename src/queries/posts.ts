import type { TimeUnit } from "../lib/time-units.ts";
import { integer, joinSql, type Query, sql, text } from "./sql.ts";
import { type TimeWindow, where, within } from "./time-window.ts";

/** Where posts and their tags lie: in the lake's tables, or in files of their shape. */
export interface PostTables {
	readonly posts: Query;
	readonly postTags: Query;
}

export const LAKE_POSTS: PostTables = {
	posts: sql`posts`,
	postTags: sql`post_tags`,
};

/** Which posts are counted. */
export interface PostSelection {
	/** Default: {@link LAKE_POSTS}. */
	readonly tables?: PostTables;
	readonly window: TimeWindow;
	/** Whether posts that repeat another count. */
	readonly withReposts: boolean;
	/** Only posts that carry each of these, as the lake spells them. */
	readonly tags: readonly string[];
}

/**
 * The tags that occur most often in the selected posts, ties by name. One row a
 * tag: `tag, occurrences, posts`.
 */
export function topTags(selection: PostSelection, limit: number): Query {
	return sql`SELECT tag, count(*) AS occurrences, count(*) FILTER (is_first) AS posts
FROM ${tagsOf(selection)}${where(occurrencesOf(selection))}
GROUP BY tag
ORDER BY occurrences DESC, tag
LIMIT ${integer(limit)}`;
}

/**
 * The same for each UTC day, all tags: `day, tag, occurrences, posts`, by day and tag;
 * `day` is days since 1970. They add up to {@link topTags} of any whole days.
 */
export function tagsPerDay(selection: PostSelection): Query {
	return sql`SELECT date_diff('day', DATE '1970-01-01', created_at::DATE)::INTEGER AS day, tag,
  count(*)::INTEGER AS occurrences, (count(*) FILTER (is_first))::INTEGER AS posts
FROM ${tagsOf(selection)}${where(occurrencesOf(selection))}
GROUP BY ALL
ORDER BY day, tag`;
}

/**
 * The part of the funnel that depends on the window, which reads only the
 * window's row groups; the selection's tags do not matter. One row: `tagged, tags`.
 */
export function taggedPosts(selection: PostSelection): Query {
	const { window, withReposts } = selection;
	return sql`SELECT count(*) AS tagged, coalesce(sum(tag_count), 0)::BIGINT AS tags
FROM ${postsOf(selection)}${where([TAGGED, ...within("created_at", window), ...unlessReposts(withReposts)])}`;
}

/** Posts that carry all tags of the selection, and the tags in them. One row: `counted, tags`. */
export function narrowedPosts(selection: PostSelection): Query {
	return sql`SELECT count(DISTINCT post_id) AS counted, count(*) AS tags
FROM ${tagsOf(selection)}${where(occurrencesOf(selection))}`;
}

/**
 * The whole funnel by itself, which reads every post: what people see as the SQL
 * behind the picture. One row: `all_posts, reposts` (those left out), `without_tags,
 * outside, without_chosen, counted, tags`, where all = reposts + without tags +
 * outside + without chosen + counted.
 */
export function funnel(selection: PostSelection): Query {
	const { window, withReposts, tags } = selection;
	const eligible = unlessReposts(withReposts);
	const tagged = [TAGGED, ...eligible];
	const inside = all([...tagged, ...within("created_at", window)]);
	const counted = all([
		...tagged,
		...within("created_at", window),
		...withTags(selection),
	]);
	return sql`SELECT count(*) AS all_posts,
  ${withReposts ? sql`0` : sql`count(*) FILTER (is_repost)`} AS reposts,
  count(*) FILTER (${all([sql`tag_count = 0`, ...eligible])}) AS without_tags,
  count(*) FILTER (${all(tagged)}) - count(*) FILTER (${inside}) AS outside,
  ${tags.length === 0 ? sql`0` : sql`count(*) FILTER (${inside}) - count(*) FILTER (${counted})`} AS without_chosen,
  count(*) FILTER (${counted}) AS counted,
  coalesce(sum(tag_count) FILTER (${counted}), 0)::BIGINT AS tags
FROM ${postsOf(selection)}`;
}

/**
 * Posts of each UTC day: `day, posts, tagged, tags`, and of these the part in
 * reposts: `reposts, tagged_reposts, repost_tags`.
 */
export function postsPerDay({ posts }: PostTables = LAKE_POSTS): Query {
	return sql`SELECT created_at::DATE AS day, count(*) AS posts,
  count(*) FILTER (tag_count > 0) AS tagged,
  coalesce(sum(tag_count), 0)::BIGINT AS tags,
  count(*) FILTER (is_repost) AS reposts,
  count(*) FILTER (is_repost AND tag_count > 0) AS tagged_reposts,
  coalesce(sum(tag_count) FILTER (is_repost), 0)::BIGINT AS repost_tags
FROM ${posts}
GROUP BY day
ORDER BY day`;
}

/**
 * The tags that rose most from the window before to the selection's own, which
 * follows it at once: `tag, occurrences, earlier, share, earlier_share` (of all
 * occurrences of their window; null where it has none) and `score`, highest first.
 *
 * The score is the z-score of the log-odds ratio with an informative Dirichlet
 * prior, which does not favour rare tags: Monroe, Colaresi and Quinn, *Fightin'
 * Words*, Political Analysis 16 (2008), equations 16, 20 and 22,
 * https://doi.org/10.1093/pan/mpn018. With y and y′ occurrences of a tag of n and n′
 * in all, and a = (y + y′) / (n + n′) × A, where A is the number of tags that occur:
 *
 *     δ = ln((y + a) / (n + A − y − a)) − ln((y′ + a) / (n′ + A − y′ − a))
 *     score = δ / √(1 / (y + a) + 1 / (y′ + a))
 *
 * to six decimals; 0 for a tag that is the only one. Tags that did not rise are left out.
 */
export function risingTags(
	selection: PostSelection,
	before: TimeWindow,
	limit: number,
): Query {
	const isNow = all(lowerBound(selection.window));
	const both = {
		...selection,
		window: { lower: before.lower, upper: selection.window.upper },
	};
	return sql`WITH counts AS (
  SELECT tag, count(*) FILTER (${isNow})::DOUBLE AS y, count(*) FILTER (NOT (${isNow}))::DOUBLE AS z
  FROM ${tagsOf(both)}${where(occurrencesOf(both), "  ")}
  GROUP BY tag
), totals AS (
  SELECT sum(y) AS n, sum(z) AS m, count(*)::DOUBLE AS tags
  FROM counts
), weighed AS (
  SELECT *, (y + z) / (n + m) * tags AS a
  FROM counts, totals
), scored AS (
  SELECT *, round(coalesce((
      ln((y + a) / nullif(n + tags - y - a, 0)) - ln((z + a) / nullif(m + tags - z - a, 0))
    ) / sqrt(1 / (y + a) + 1 / (z + a)), 0), 6) AS score
  FROM weighed
)
SELECT tag, y::BIGINT AS occurrences, z::BIGINT AS earlier,
  y / nullif(n, 0) AS share, z / nullif(m, 0) AS earlier_share, score
FROM scored
WHERE score > 0
ORDER BY score DESC, tag
LIMIT ${integer(limit)}`;
}

/**
 * Occurrences of some tags by unit, those without any left out:
 * `tag, start, occurrences`, by tag and start.
 */
export function tagSeries(
	selection: PostSelection,
	tags: readonly string[],
	unit: TimeUnit,
): Query {
	return sql`SELECT tag, ${UNIT_START[unit]} AS start, count(*) AS occurrences
FROM ${tagsOf(selection)}${where([oneOf(tags), ...occurrencesOf(selection)])}
GROUP BY ALL
ORDER BY tag, start`;
}

/**
 * Posts of the selection that carry two of some tags: `tag, other, posts`, each
 * pair once, `tag` the first by name. A tag with itself is the posts that carry it.
 */
export function tagsTogether(
	selection: PostSelection,
	tags: readonly string[],
): Query {
	return sql`WITH tagged AS (
  SELECT post_id, tag
  FROM ${tagsOf(selection)}${where([sql`is_first`, oneOf(tags), ...occurrencesOf(selection)], "  ")}
)
SELECT one.tag AS tag, other.tag AS other, count(*) AS posts
FROM tagged AS one
JOIN tagged AS other ON one.post_id = other.post_id AND one.tag <= other.tag
GROUP BY ALL
ORDER BY one.tag, other.tag`;
}

/**
 * The posts of the selection that carry a tag, newest first, from a place on:
 * `post_id, author, created_at, is_repost, text, url`.
 */
export function postList(
	selection: PostSelection,
	limit: number,
	offset: number,
): Query {
	const { window, withReposts } = selection;
	return sql`SELECT post_id, author, created_at, is_repost, text, url
FROM ${postsOf(selection)}${where([
		TAGGED,
		...within("created_at", window),
		...unlessReposts(withReposts),
		...withTags(selection),
	])}
ORDER BY created_at DESC, post_id
LIMIT ${integer(limit)} OFFSET ${integer(offset)}`;
}

const TAGGED: Query = sql`tag_count > 0`;

const UNIT_START: Readonly<Record<TimeUnit, Query>> = {
	hour: sql`date_trunc('hour', created_at)`,
	day: sql`date_trunc('day', created_at)::TIMESTAMP`,
	week: sql`date_trunc('week', created_at)::TIMESTAMP`,
	month: sql`date_trunc('month', created_at)::TIMESTAMP`,
	year: sql`date_trunc('year', created_at)::TIMESTAMP`,
};

const postsOf = ({ tables = LAKE_POSTS }: PostSelection) => tables.posts;
const tagsOf = ({ tables = LAKE_POSTS }: PostSelection) => tables.postTags;

/** Conditions on the table of tags. */
function occurrencesOf(selection: PostSelection): readonly Query[] {
	return [
		...within("created_at", selection.window),
		...unlessReposts(selection.withReposts),
		...withTags(selection),
	];
}

/** That a post carries each chosen tag, for tables with a `post_id`. */
function withTags(selection: PostSelection): readonly Query[] {
	const { window, tags } = selection;
	return tags.map(
		(tag) =>
			sql`post_id IN (SELECT post_id FROM ${tagsOf(selection)} WHERE ${all([
				sql`tag = ${text(tag)}`,
				...within("created_at", window),
			])})`,
	);
}

function unlessReposts(withReposts: boolean): readonly Query[] {
	return withReposts ? [] : [sql`NOT is_repost`];
}

function lowerBound({ lower }: TimeWindow): readonly Query[] {
	return lower === null
		? [sql`true`]
		: within("created_at", { lower, upper: null });
}

function oneOf(tags: readonly string[]): Query {
	return tags.length === 0
		? sql`false`
		: sql`tag IN (${joinSql(
				tags.map((tag) => sql`${text(tag)}`),
				", ",
			)})`;
}

function all(conditions: readonly Query[]): Query {
	return joinSql(conditions, " AND ");
}
