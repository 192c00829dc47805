import { DuckDBInstance } from "@duckdb/node-api";
import { Table, tableFromArrays, Utf8, vectorFromArray } from "apache-arrow";
import { afterAll, beforeAll, expect, it } from "vitest";
import { queryRows } from "../../../tests/support/query-rows.ts";
import { randomFrom } from "../../lib/random.ts";
import { narrowedPosts, tagsPerDay, topTags } from "../../queries/posts.ts";
import { wholeDays } from "../../queries/time-window.ts";
import { TagDays } from "./tag-days.ts";

const FIRST = 19_844;
const DAYS = 40;
const DAY_MS = 86_400_000;

let tables: DuckDBInstance;

/** Forty days of tags, some in every script, a few days without any. */
beforeAll(async () => {
	tables = await DuckDBInstance.create();
	const connection = await tables.connect();
	await connection.run(`CREATE TABLE post_tags AS
		SELECT CASE n % 5 WHEN 0 THEN 'tag' WHEN 1 THEN '日本' WHEN 2 THEN '𝒳' WHEN 3 THEN '\uFF21' ELSE 'z' END
				|| (hash(i * 10 + n) % (1 + hash(i) % 9)) AS tag,
			'p' || i AS post_id, TIMESTAMP '2024-05-01' + to_hours((hash(i) % ${DAYS * 24})::INTEGER) AS created_at,
			false AS is_repost, true AS is_first
		FROM range(3000) t(i), range(7) u(n)
		WHERE day(created_at) NOT IN (4, 5)`);
	await connection.run(`UPDATE post_tags SET is_first = false
		WHERE rowid NOT IN (SELECT min(rowid) FROM post_tags GROUP BY post_id, tag)`);
	connection.closeSync();
});

afterAll(() => tables.closeSync());

const windowOf = (first: number, last: number) => ({
	window: wholeDays(new Date(first * DAY_MS), new Date(last * DAY_MS)),
	withReposts: true,
	tags: [] as string[],
});

async function arrowOf(first: number, last: number): Promise<Table> {
	const rows = await queryRows(tables, tagsPerDay(windowOf(first, last)));
	const numbers = (name: string) =>
		Int32Array.from(rows, (row) => Number(row[name]));
	const plain = tableFromArrays({
		day: numbers("day"),
		occurrences: numbers("occurrences"),
		posts: numbers("posts"),
	});
	const tag = vectorFromArray(
		rows.map((row) => String(row.tag)),
		new Utf8(),
	);
	return plain.assign(new Table({ tag }));
}

it("any days sum up to what the query of their window gives, in its order", async () => {
	const days = new TagDays();
	const last = FIRST + DAYS - 1;
	// In two answers that overlap, as they come when a window is brushed further.
	days.add(await arrowOf(FIRST, FIRST + 20), {
		first: FIRST,
		last: FIRST + 20,
	});
	expect(days.missing({ first: FIRST + 5, last: FIRST + 30 })).toEqual({
		first: FIRST + 21,
		last: FIRST + 30,
	});
	days.add(await arrowOf(FIRST + 15, last), { first: FIRST + 15, last });
	expect(days.missing({ first: FIRST, last })).toBe(null);
	const random = randomFrom(11);
	for (let run = 0; run < 25; run += 1) {
		const first = FIRST + Math.floor(random() * DAYS);
		const span = {
			first,
			last: first + Math.floor(random() * (FIRST + DAYS - first)),
		};
		const selection = windowOf(span.first, span.last);
		for (const limit of [5, 20, 1000])
			expect(days.top(span, limit)).toEqual(
				await queryRows(tables, topTags(selection, limit)),
			);
		const [sums] = await queryRows(tables, narrowedPosts(selection));
		expect(days.occurrences(span)).toBe(Number(sums?.tags));
		const tag = "日本0";
		const [narrowed] = await queryRows(
			tables,
			narrowedPosts({ ...selection, tags: [tag] }),
		);
		expect(days.postsWith(tag, span)).toBe(Number(narrowed?.counted));
	}
});

it("days that are not here are not taken for empty", () => {
	const days = new TagDays();
	expect(days.missing({ first: 3, last: 5 })).toEqual({ first: 3, last: 5 });
	expect(() => days.top({ first: 3, last: 3 }, 10)).toThrow("not here");
});
