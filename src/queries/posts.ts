import { integer, joinSql, type Query, sql } from "./sql.ts";
import { type TimeWindow, where, within } from "./time-window.ts";

/**
 * The tags that occur most often in posts of the window, ties by name. One row a
 * tag: `tag, occurrences, posts`.
 */
export function topTags(window: TimeWindow, limit: number): Query {
	return sql`SELECT tag, count(*) AS occurrences, count(DISTINCT post_id) AS posts
FROM post_tags${where(within("created_at", window))}
GROUP BY tag
ORDER BY occurrences DESC, tag
LIMIT ${integer(limit)}`;
}

/**
 * The part of the funnel that depends on the window, which reads only the
 * window's row groups. One row: `counted, tags`.
 */
export function countedPosts(window: TimeWindow): Query {
	return sql`SELECT count(*) AS counted, coalesce(sum(tag_count), 0)::BIGINT AS tags
FROM posts${where([TAGGED, ...within("created_at", window)])}`;
}

/**
 * The whole funnel by itself, which reads every post: what people see as the SQL
 * behind the picture. One row: `all_posts, without_tags, outside, counted, tags`.
 */
export function funnel(window: TimeWindow): Query {
	const counted = joinSql([TAGGED, ...within("created_at", window)], " AND ");
	return sql`SELECT count(*) AS all_posts,
  count(*) FILTER (tag_count = 0) AS without_tags,
  count(*) FILTER (tag_count > 0) - count(*) FILTER (${counted}) AS outside,
  count(*) FILTER (${counted}) AS counted,
  coalesce(sum(tag_count) FILTER (${counted}), 0)::BIGINT AS tags
FROM posts`;
}

/** Posts of each UTC day: `day, posts, tagged, tags`. */
export function postsPerDay(): Query {
	return sql`SELECT created_at::DATE AS day, count(*) AS posts,
  count(*) FILTER (tag_count > 0) AS tagged,
  coalesce(sum(tag_count), 0)::BIGINT AS tags
FROM posts
GROUP BY day
ORDER BY day`;
}

const TAGGED: Query = sql`tag_count > 0`;
