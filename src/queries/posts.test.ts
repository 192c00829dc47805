import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { queryRows } from "../../tests/support/query-rows.ts";
import { tableContract } from "../lib/tables.ts";
import { countedPosts, funnel, postsPerDay, topTags } from "./posts.ts";
import type { Query } from "./sql.ts";
import {
	ALL_TIME,
	contains,
	type TimeWindow,
	trailing,
	wholeDays,
} from "./time-window.ts";

interface Post {
	readonly id: string;
	readonly createdAt: Date;
	readonly tags: readonly string[];
}

const END = new Date("2024-12-31T22:10:05.250Z");
const HOUR_MS = 3_600_000;

/** 600 posts over 50 days, some exactly at the edges of the windows below. */
const POSTS: readonly Post[] = Array.from({ length: 600 }, (_, index) => {
	const random = randomOf(index);
	const edges = [0, 24 * HOUR_MS, 7 * 24 * HOUR_MS];
	const age = edges[index] ?? Math.floor(random() * 50 * 24) * HOUR_MS;
	return {
		id: `p${index}`,
		createdAt: new Date(END.getTime() - age),
		tags: Array.from(
			{ length: Math.max(0, Math.floor(random() * 6) - 2) },
			() => `tag${Math.floor(random() ** 2 * 30)}`,
		),
	};
});

const WINDOWS: Readonly<Record<string, TimeWindow>> = {
	"the last 7 days": trailing(END, 7 * 86_400),
	"the last day": trailing(END, 86_400),
	"whole days": wholeDays(new Date("2024-12-01"), new Date("2024-12-24")),
	"up to a day": wholeDays(null, new Date("2024-12-01")),
	"a window without posts": wholeDays(new Date("2030-01-01"), null),
	"all time": ALL_TIME,
};

describe.each(Object.entries(WINDOWS))("posts of %s", (_, window) => {
	const counted = POSTS.filter(
		(post) => post.tags.length > 0 && contains(window, post.createdAt),
	);

	it("counts tags by occurrence, ties by name", async () => {
		const tags = new Map<string, { occurrences: number; posts: number }>();
		for (const post of counted) {
			for (const tag of post.tags) {
				const entry = tags.get(tag) ?? { occurrences: 0, posts: 0 };
				tags.set(tag, { ...entry, occurrences: entry.occurrences + 1 });
			}
			for (const tag of new Set(post.tags))
				(tags.get(tag) as { posts: number }).posts++;
		}
		const expected = [...tags]
			.map(([tag, counts]) => ({ tag, ...counts }))
			.sort(
				(a, b) => b.occurrences - a.occurrences || (a.tag < b.tag ? -1 : 1),
			);
		expect(await rowsOf(topTags(window, 1000))).toEqual(expected);
		expect(await rowsOf(topTags(window, 20))).toEqual(expected.slice(0, 20));
	});

	it("leaves posts out by the funnel, whose steps add up", async () => {
		const withoutTags = POSTS.filter((post) => post.tags.length === 0).length;
		const tags = counted.reduce((sum, post) => sum + post.tags.length, 0);
		expect(await rowsOf(funnel(window))).toEqual([
			{
				all_posts: POSTS.length,
				without_tags: withoutTags,
				outside: POSTS.length - withoutTags - counted.length,
				counted: counted.length,
				tags,
			},
		]);
		expect(await rowsOf(countedPosts(window))).toEqual([
			{ counted: counted.length, tags },
		]);
	});
});

it("posts of each day add up to all posts", async () => {
	const days = await rowsOf(postsPerDay());
	const sum = (name: string) =>
		days.reduce((total, day) => total + Number(day[name]), 0);
	expect(sum("posts")).toBe(POSTS.length);
	expect(sum("tagged")).toBe(
		POSTS.filter(({ tags }) => tags.length > 0).length,
	);
	expect(sum("tags")).toBe(POSTS.flatMap(({ tags }) => tags).length);
});

async function rowsOf(query: Query) {
	return queryRows(await tables, query);
}

const tables = makeTables();

async function makeTables(): Promise<DuckDBInstance> {
	const instance = await DuckDBInstance.create();
	const connection = await instance.connect();
	for (const name of ["posts", "post_tags"] as const)
		await connection.run(
			`CREATE TABLE ${name} (${tableContract(name)
				.columns.map((column) => `${column.name} ${column.type}`)
				.join(", ")})`,
		);
	for (const { id, createdAt, tags } of POSTS) {
		const at = createdAt.toISOString().slice(0, 23);
		await connection.run(
			"INSERT INTO posts VALUES (?, 'someone', ?::TIMESTAMP, false, ?, NULL, NULL)",
			[id, at, tags.length],
		);
		for (const [ordinal, tag] of tags.entries())
			await connection.run(
				"INSERT INTO post_tags VALUES (?, ?, ?, 'someone', ?::TIMESTAMP)",
				[tag, id, ordinal, at],
			);
	}
	connection.closeSync();
	return instance;
}

/** Numbers in [0, 1) from a seed (mulberry32). */
function randomOf(seed: number): () => number {
	let state = seed + 1;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}
