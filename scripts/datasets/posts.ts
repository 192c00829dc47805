import { plainName } from "../formats/bytes.ts";
import { readPosts } from "../formats/posts.ts";
import type { DatasetDefinition } from "./dataset.ts";

/** Between a post's tags in the staging column: no tag holds one. */
const TAG_SEPARATOR = "\n";

/** Finds posts that there may be several copies of, by a hash of their id: few as a rule. */
const REPEATED = `
	SELECT hash(post_id) FROM post_copies GROUP BY 1 HAVING count(*) > 1`;

const COLUMNS =
	"post_id, author, created_at, is_repost, tag_count, tags, text, url";

/**
 * One copy of each post. Of several, which may differ where dumps were taken at
 * different times, the one with the most tags stands, then with the longest text,
 * then the earliest; the remaining columns make the order total, so that the
 * order of the files never decides.
 */
const POSTS = `
	SELECT ${COLUMNS}
	FROM post_copies
	WHERE hash(post_id) NOT IN (${REPEATED})
	UNION ALL
	SELECT ${COLUMNS}
	FROM post_copies
	WHERE hash(post_id) IN (${REPEATED})
	QUALIFY row_number() OVER (
		PARTITION BY post_id
		ORDER BY tag_count DESC, length(text) DESC NULLS LAST, created_at,
			text, tags, author NULLS LAST, url NULLS LAST, is_repost
	) = 1`;

/** The 7 days up to the last post, the start excluded. */
const WINDOW = `
	SELECT max(created_at) - INTERVAL 7 DAY AS window_start, max(created_at) AS window_end
	FROM posts`;

export const posts: DatasetDefinition = {
	name: "posts",
	folder: "posts",
	title: "Posts",
	description: "Posts of a social network and their hashtags.",
	source: "The publisher's own files",
	licence: "Not stated",
	accepts: (path) => /\.(?:jsonl?|ndjson|js)$/.test(plainName(path)),
	staging: [
		{
			name: "post_copies",
			columns: [
				{ name: "post_id", type: "VARCHAR" },
				{ name: "author", type: "VARCHAR" },
				{ name: "created_at", type: "TIMESTAMP" },
				{ name: "is_repost", type: "BOOLEAN" },
				{ name: "tag_count", type: "INTEGER" },
				{ name: "tags", type: "VARCHAR" },
				{ name: "text", type: "VARCHAR" },
				{ name: "url", type: "VARCHAR" },
			],
		},
	],
	parse: (file, out) =>
		readPosts(file, out, (post) =>
			out.row("post_copies", [
				post.id,
				post.author,
				post.createdAt,
				post.isRepost,
				post.tags.length,
				post.tags
					.map((tag) => tag.replaceAll(TAG_SEPARATOR, " "))
					.join(TAG_SEPARATOR),
				post.text,
				post.url,
			]),
		),
	tables: [
		{
			name: "posts",
			select: `SELECT * EXCLUDE (tags) FROM (${POSTS})`,
			bucket: "strftime(created_at, '%Y')",
			orderBy: "created_at, post_id",
			rowGroupSize: 51200,
		},
		{
			name: "post_tags",
			select: `
				WITH tagged AS (
					SELECT *, string_split(tags, chr(10)) AS list
					FROM (${POSTS})
					WHERE tag_count > 0
				)
				SELECT unnest(list) AS tag, post_id,
					generate_subscripts(list, 1) - 1 AS ordinal, author, created_at
				FROM tagged`,
			bucket: "strftime(created_at, '%Y')",
			orderBy: "created_at, post_id, ordinal",
			rowGroupSize: 51200,
		},
	],
	conflicts: null,
	counts: `
		SELECT 'posts kept' AS name, count(DISTINCT post_id) AS count FROM post_copies
		UNION ALL
		SELECT 'duplicate posts', count(*) - count(DISTINCT post_id) FROM post_copies`,
	rollups: [
		{
			name: "post_funnel",
			sql: `
				WITH edges AS (${WINDOW})
				SELECT
					count(*) AS all_posts,
					count(*) FILTER (WHERE tag_count = 0) AS without_tags,
					count(*) FILTER (WHERE tag_count > 0 AND created_at <= window_start) AS outside,
					count(*) FILTER (WHERE tag_count > 0 AND created_at > window_start) AS counted,
					coalesce(sum(tag_count) FILTER (WHERE created_at > window_start), 0)::BIGINT AS tags,
					min(window_start) AS window_start,
					max(window_end) AS window_end
				FROM posts, edges`,
			orderBy: "window_end",
		},
		{
			name: "post_top_tags",
			sql: `
				SELECT tag, count(*) AS occurrences, count(DISTINCT post_id) AS posts
				FROM post_tags
				WHERE created_at > (SELECT window_start FROM (${WINDOW}))
				GROUP BY tag
				ORDER BY occurrences DESC, tag
				LIMIT 20`,
			orderBy: "occurrences DESC, tag",
		},
		{
			name: "posts_per_day",
			sql: `
				SELECT created_at::DATE AS day, count(*) AS posts,
					count(*) FILTER (WHERE tag_count > 0) AS tagged,
					sum(tag_count)::BIGINT AS tags
				FROM posts
				GROUP BY day`,
			orderBy: "day",
		},
	],
};
