import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { queryRows } from "../../tests/support/query-rows.ts";
import { tableContract } from "../lib/catalog/tables.ts";
import { randomFrom } from "../lib/random.ts";
import { TIME_UNITS } from "../lib/time-units.ts";
import {
	funnel,
	narrowedPosts,
	type PostSelection,
	postList,
	postsPerDay,
	risingTags,
	taggedPosts,
	tagSeries,
	tagsPerDay,
	tagsTogether,
	topTags,
} from "./posts.ts";
import type { Query } from "./sql.ts";
import {
	ALL_TIME,
	contains,
	type TimeWindow,
	trailing,
	wholeDays,
	windowBefore,
} from "./time-window.ts";

interface Post {
	readonly id: string;
	readonly createdAt: Date;
	readonly isRepost: boolean;
	readonly tags: readonly string[];
}

const END = new Date("2024-12-31T22:10:05.250Z");
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** 600 posts over 50 days, some exactly at the edges of the windows below. */
const POSTS: readonly Post[] = Array.from({ length: 600 }, (_, index) => {
	const random = randomFrom(index + 1);
	const edges = [0, DAY_MS, 7 * DAY_MS, 14 * DAY_MS];
	const age = edges[index] ?? Math.floor(random() * 50 * 24) * HOUR_MS;
	return {
		id: `p${index}`,
		createdAt: new Date(END.getTime() - age),
		isRepost: random() < 0.3,
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

const SELECTIONS: readonly [string, PostSelection][] = Object.entries(
	WINDOWS,
).flatMap(([name, window]) =>
	[true, false].flatMap((withReposts) =>
		[[], ["tag0"], ["tag0", "tag1"]].map((tags): [string, PostSelection] => [
			`${name}, ${withReposts ? "with" : "without"} reposts, with ${tags.join(" and ") || "any tags"}`,
			{ window, withReposts, tags },
		]),
	),
);

const isSelected =
	({ window, withReposts, tags }: PostSelection) =>
	(post: Post) =>
		post.tags.length > 0 &&
		contains(window, post.createdAt) &&
		(withReposts || !post.isRepost) &&
		tags.every((tag) => post.tags.includes(tag));

/** Occurrences and posts of each tag, counted plainly. */
function counted(posts: readonly Post[]) {
	const tags = new Map<string, { occurrences: number; posts: number }>();
	for (const post of posts) {
		for (const tag of post.tags) {
			const entry = tags.get(tag) ?? { occurrences: 0, posts: 0 };
			tags.set(tag, { ...entry, occurrences: entry.occurrences + 1 });
		}
		for (const tag of new Set(post.tags))
			(tags.get(tag) as { posts: number }).posts++;
	}
	return tags;
}

describe.each(SELECTIONS)("posts of %s", (_, selection) => {
	const selected = POSTS.filter(isSelected(selection));
	const occurrences = selected.flatMap(({ tags }) => tags).length;

	it("count tags by occurrence, ties by name", async () => {
		const expected = [...counted(selected)]
			.map(([tag, counts]) => ({ tag, ...counts }))
			.sort(
				(a, b) => b.occurrences - a.occurrences || (a.tag < b.tag ? -1 : 1),
			);
		expect(await rowsOf(topTags(selection, 1000))).toEqual(expected);
		expect(await rowsOf(topTags(selection, 20))).toEqual(expected.slice(0, 20));
	});

	it("are left out by the funnel, whose steps add up", async () => {
		const eligible = POSTS.filter(
			(post) => selection.withReposts || !post.isRepost,
		);
		const inside = eligible.filter(isSelected({ ...selection, tags: [] }));
		const withoutTags = eligible.filter((post) => post.tags.length === 0);
		expect(await rowsOf(funnel(selection))).toEqual([
			{
				all_posts: POSTS.length,
				reposts: POSTS.length - eligible.length,
				without_tags: withoutTags.length,
				outside: eligible.length - withoutTags.length - inside.length,
				without_chosen: inside.length - selected.length,
				counted: selected.length,
				tags: occurrences,
			},
		]);
		expect(await rowsOf(taggedPosts(selection))).toEqual([
			{
				tagged: inside.length,
				tags: inside.flatMap(({ tags }) => tags).length,
			},
		]);
		expect(await rowsOf(narrowedPosts(selection))).toEqual([
			{ counted: selected.length, tags: occurrences },
		]);
	});

	it("are the same by day", async () => {
		const found = await rowsOf(tagsPerDay(selection));
		const expected = [
			...Map.groupBy(selected, ({ createdAt }) =>
				Math.floor(createdAt.getTime() / DAY_MS),
			),
		].flatMap(([day, posts]) =>
			[...counted(posts)].map(([tag, counts]) => ({ day, tag, ...counts })),
		);
		expect(inOrder(found)).toEqual(inOrder(expected));
	});

	it("make series that add up, in units that begin where they should", async () => {
		const tags = ["tag0", "tag2", "tag3"];
		for (const unit of TIME_UNITS) {
			const rows = await rowsOf(tagSeries(selection, tags, unit));
			for (const tag of tags)
				expect(
					rows
						.filter((row) => row.tag === tag)
						.reduce((sum, row) => sum + Number(row.occurrences), 0),
				).toBe(
					selected.flatMap((post) => post.tags.filter((t) => t === tag)).length,
				);
			for (const { start } of rows) {
				const time = start as Date;
				expect(time.getTime() % (unit === "hour" ? HOUR_MS : DAY_MS)).toBe(0);
				if (unit === "week") expect(time.getUTCDay()).toBe(1);
				if (unit === "month") expect(time.getUTCDate()).toBe(1);
				if (unit === "year")
					expect([time.getUTCMonth(), time.getUTCDate()]).toEqual([0, 1]);
			}
		}
	});

	it("have two tags together in each pair's posts", async () => {
		const tags = ["tag0", "tag1", "tag2", "tag10"];
		const expected = tags.flatMap((tag) =>
			tags
				.filter((other) => tag <= other)
				.map((other) => ({
					tag,
					other,
					posts: selected.filter(
						(post) => post.tags.includes(tag) && post.tags.includes(other),
					).length,
				}))
				.filter(({ posts }) => posts > 0),
		);
		expect(inOrder(await rowsOf(tagsTogether(selection, tags)))).toEqual(
			inOrder(expected),
		);
		expect(await rowsOf(tagsTogether(selection, []))).toEqual([]);
	});

	it("are listed newest first, page by page", async () => {
		const expected = [...selected]
			.sort(
				(a, b) =>
					b.createdAt.getTime() - a.createdAt.getTime() ||
					(a.id < b.id ? -1 : 1),
			)
			.map(({ id }) => id);
		const pages = [
			...(await rowsOf(postList(selection, 15, 0))),
			...(await rowsOf(postList(selection, 15, 15))),
		];
		expect(pages.map((row) => row.post_id)).toEqual(expected.slice(0, 30));
	});

	it("rise by the published formula", async () => {
		const before = windowBefore(selection.window);
		if (before === null) return;
		const now = counted(selected);
		const earlier = counted(
			POSTS.filter(isSelected({ ...selection, window: before })),
		);
		const names = [...new Set([...now.keys(), ...earlier.keys()])];
		const y = (tag: string) => now.get(tag)?.occurrences ?? 0;
		const z = (tag: string) => earlier.get(tag)?.occurrences ?? 0;
		const n = names.reduce((sum, tag) => sum + y(tag), 0);
		const m = names.reduce((sum, tag) => sum + z(tag), 0);
		const odds = (count: number, total: number, prior: number) =>
			Math.log((count + prior) / (total + names.length - count - prior));
		const score = (tag: string) => {
			const prior = ((y(tag) + z(tag)) / (n + m)) * names.length;
			return (
				(odds(y(tag), n, prior) - odds(z(tag), m, prior)) /
				Math.sqrt(1 / (y(tag) + prior) + 1 / (z(tag) + prior))
			);
		};
		const rows = await rowsOf(risingTags(selection, before, 1000));
		const expected = names.filter((tag) => score(tag) > 5e-7);
		expect(rows.map((row) => row.tag).sort()).toEqual(expected.sort());
		for (const row of rows) {
			const tag = String(row.tag);
			expect(row).toMatchObject({ occurrences: y(tag), earlier: z(tag) });
			expect(row.share).toBeCloseTo(y(tag) / n, 12);
			expect(row.score).toBeCloseTo(score(tag), 5);
		}
		const scores = rows.map((row) => Number(row.score));
		expect(scores).toEqual([...scores].sort((a, b) => b - a));
	});
});

it("a rare tag does not outrank one that rose with many occurrences", async () => {
	const instance = await makeTables([
		...many(30, "2024-05-02T12:00:00Z", "common", "other"),
		...many(90, "2024-05-03T12:00:00Z", "common", "other", "common"),
		...many(2, "2024-05-03T13:00:00Z", "rare"),
	]);
	const day = wholeDays(new Date("2024-05-03"), new Date("2024-05-03"));
	const selection = { window: day, withReposts: true, tags: [] };
	const rows = await queryRows(
		instance,
		risingTags(selection, windowBefore(day) as TimeWindow, 10),
	);
	expect(rows.map((row) => row.tag)).toEqual(["common", "rare"]);
});

it("a window and the one before it meet without a gap or an overlap", () => {
	for (const window of [
		trailing(END, 86_400),
		wholeDays(new Date("2024-12-03"), new Date("2024-12-05")),
	]) {
		const before = windowBefore(window) as TimeWindow;
		for (let minute = -4 * 1440; minute <= 0; minute += 10) {
			const time = new Date(
				(window.upper?.at.getTime() ?? 0) + minute * 60_000,
			);
			const both =
				Number(contains(window, time)) + Number(contains(before, time));
			expect(both).toBeLessThanOrEqual(1);
		}
		const start = window.lower?.at as Date;
		expect(contains(window, start) !== contains(before, start)).toBe(true);
	}
	expect(windowBefore(ALL_TIME)).toBe(null);
});

it("posts of each day add up to all posts, and reposts to all reposts", async () => {
	const days = await rowsOf(postsPerDay());
	const sum = (name: string) =>
		days.reduce((total, day) => total + Number(day[name]), 0);
	const reposts = POSTS.filter(({ isRepost }) => isRepost);
	const tagged = ({ tags }: Post) => tags.length > 0;
	expect(
		["posts", "tagged", "tags", "reposts", "tagged_reposts", "repost_tags"].map(
			sum,
		),
	).toEqual([
		POSTS.length,
		POSTS.filter(tagged).length,
		POSTS.flatMap(({ tags }) => tags).length,
		reposts.length,
		reposts.filter(tagged).length,
		reposts.flatMap(({ tags }) => tags).length,
	]);
});

function many(count: number, at: string, ...tags: string[]): Post[] {
	return Array.from({ length: count }, (_, index) => ({
		id: `${at} ${index}`,
		createdAt: new Date(at),
		isRepost: false,
		tags,
	}));
}

const inOrder = (rows: readonly object[]) =>
	rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();

async function rowsOf(query: Query) {
	return queryRows(await tables, query);
}

const tables = makeTables(POSTS);

async function makeTables(posts: readonly Post[]): Promise<DuckDBInstance> {
	const instance = await DuckDBInstance.create();
	const connection = await instance.connect();
	for (const name of ["posts", "post_tags"] as const)
		await connection.run(
			`CREATE TABLE ${name} (${tableContract(name)
				.columns.map((column) => `${column.name} ${column.type}`)
				.join(", ")})`,
		);
	for (const { id, createdAt, isRepost, tags } of posts) {
		const at = createdAt.toISOString().slice(0, 23);
		await connection.run(
			"INSERT INTO posts VALUES (?, 'someone', ?::TIMESTAMP, ?, ?, NULL, NULL)",
			[id, at, isRepost, tags.length],
		);
		for (const [ordinal, tag] of tags.entries())
			await connection.run(
				"INSERT INTO post_tags VALUES (?, ?, ?, 'someone', ?::TIMESTAMP, ?, ?)",
				[tag, id, ordinal, at, isRepost, tags.indexOf(tag) === ordinal],
			);
	}
	connection.closeSync();
	return instance;
}
