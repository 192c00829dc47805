import { ROLLUP_COLUMNS } from "../../src/lib/catalog/rollups.ts";
import { tableContract } from "../../src/lib/catalog/tables.ts";
import { mayHoldPosts } from "../../src/lib/formats/posts-names.ts";
import { isTar } from "../../src/lib/formats/tar.ts";
import { isZip } from "../formats/archives/zip.ts";
import { type DatasetDefinition, timeBuckets } from "./dataset.ts";

/** Between a post's tags in the staging column: no tag holds one. */
const TAG_SEPARATOR = "\n";

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
	isReadByUs: true,
	accepts: (path) => mayHoldPosts(path) || isZip(path) || isTar(path),
	staging: [
		{
			name: "post_copies",
			columns: [
				{ name: "post_id", type: "VARCHAR" },
				{ name: "author", type: "VARCHAR" },
				{ name: "created_at", type: "TIMESTAMP" },
				{ name: "edited_at", type: "TIMESTAMP" },
				{ name: "is_repost", type: "BOOLEAN" },
				{ name: "tag_count", type: "INTEGER" },
				{ name: "tags", type: "VARCHAR" },
				{ name: "text", type: "VARCHAR" },
				{ name: "url", type: "VARCHAR" },
				{ name: "record", type: "BIGINT" },
				// Within an archive.
				{ name: "entry", type: "VARCHAR" },
				{ name: "line", type: "BIGINT" },
			],
		},
	],
	async parse(file, out) {
		// Loaded where there are posts: each build loads this file.
		const { readPostsFile } = await import("../formats/posts.ts");
		let record = 0;
		await readPostsFile(file, out, (post, line, entry) =>
			out.row("post_copies", [
				post.id,
				post.author,
				post.createdAt,
				post.editedAt,
				post.isRepost,
				post.tags.length,
				post.tags
					.map((tag) => tag.replaceAll(TAG_SEPARATOR, " "))
					.join(TAG_SEPARATOR),
				post.text,
				post.url,
				record++,
				entry,
				line,
			]),
		);
	},
	tables: [
		{
			name: "posts",
			contract: tableContract("posts"),
			rows: "SELECT * EXCLUDE (tags, entry, line) FROM post_copies",
			buckets: timeBuckets("created_at"),
			counts: "SELECT 'posts kept' AS name, count(*) AS count FROM rows",
			orderBy: "created_at, post_id",
			rowGroupSize: 51200,
		},
		{
			name: "post_tags",
			contract: tableContract("post_tags"),
			rows: `
				WITH tagged AS (
					SELECT *, string_split(tags, chr(10)) AS list
					FROM post_copies
					WHERE tag_count > 0
				),
				occurrences AS (
					SELECT *, unnest(list) AS tag, generate_subscripts(list, 1) - 1 AS ordinal
					FROM tagged
				)
				SELECT tag, post_id, ordinal, author, created_at, is_repost,
					list_position(list, tag) = ordinal + 1 AS is_first,
					file_index, record
				FROM occurrences`,
			buckets: timeBuckets("created_at"),
			orderBy: "created_at, post_id, ordinal",
			rowGroupSize: 51200,
		},
	],
	unique: {
		noun: "post",
		claims: `
			SELECT post_id AS key, file_index, record, entry, line,
				hash(author, created_at, is_repost, tags, text, url)::VARCHAR AS content,
				1 AS records, edited_at, tag_count, length(text) AS text_length, created_at
			FROM post_copies`,
		// Dumps of different times may differ: the latest edit counts, else the fullest copy.
		winner:
			"edited_at DESC NULLS LAST, tag_count DESC, text_length DESC NULLS LAST, created_at",
		duplicates: "duplicate posts",
		replaced: "replaced posts",
	},
	balance: {
		unit: "posts",
		read: ["posts read"],
		kept: ["posts kept"],
		rejected: ["posts rejected", "posts of rejected files", "replaced posts"],
		replaced: ["replaced posts"],
		duplicates: ["duplicate posts"],
	},
	rollups: [
		{
			name: "post_funnel",
			columns: ROLLUP_COLUMNS.post_funnel,
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
			columns: ROLLUP_COLUMNS.post_top_tags,
			sql: `
				SELECT tag, count(*) AS occurrences, count(*) FILTER (is_first) AS posts
				FROM post_tags
				WHERE created_at > (SELECT window_start FROM (${WINDOW}))
				GROUP BY tag
				ORDER BY occurrences DESC, tag
				LIMIT 100`,
			orderBy: "occurrences DESC, tag",
		},
		{
			name: "posts_per_day",
			columns: ROLLUP_COLUMNS.posts_per_day,
			sql: `
				SELECT created_at::DATE AS day, count(*) AS posts,
					count(*) FILTER (WHERE tag_count > 0) AS tagged,
					sum(tag_count)::BIGINT AS tags,
					count(*) FILTER (is_repost) AS reposts,
					count(*) FILTER (is_repost AND tag_count > 0) AS tagged_reposts,
					coalesce(sum(tag_count) FILTER (is_repost), 0)::BIGINT AS repost_tags
				FROM posts
				GROUP BY day`,
			orderBy: "day",
		},
	],
};
