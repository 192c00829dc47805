import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeTestLake } from "../../tests/support/test-lake.ts";
import { openTestSession } from "../../tests/support/test-session.ts";
import type { LakeSession } from "../lake/session.ts";
import * as posts from "./posts.ts";
import * as rides from "./rides.ts";
import type { Query } from "./sql.ts";
import {
	type TimeWindow,
	trailing,
	wholeDays,
	windowBefore,
} from "./time-window.ts";
import * as weather from "./weather.ts";

const { dailyAverage, movingAverage } = weather;

let folder: string;
let session: LakeSession;

/** A year of hours, from 1 January 2024. */
const TIMES = "timestamp '2024-01-01' + interval (i) hour";

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-windows-"));
	await writeTestLake(folder, [
		{
			name: "posts",
			select: `SELECT 'p' || i AS post_id, 'someone' AS author, ${TIMES} AS created_at,
					i % 4 = 0 AS is_repost, i::INTEGER % 3 AS tag_count, 'text ' || i AS text, NULL::VARCHAR AS url
				FROM range(8760) t(i), range(5) ORDER BY created_at`,
			rowGroupSize: 2048,
		},
		{
			name: "post_tags",
			select: `SELECT 'tag' || (i * 7 + n) % 40 AS tag, 'p' || i AS post_id, ${TIMES} AS created_at,
					i % 4 = 0 AS is_repost, n < 4 AS is_first
				FROM range(8760) t(i), range(5) u(n) ORDER BY created_at`,
			rowGroupSize: 2048,
		},
		{
			name: "readings",
			select: `SELECT station, module, 'temperature' AS measure, ${TIMES} AS ts, i::DOUBLE AS value
				FROM (VALUES ('a'), ('b')) s(station), range(8760) t(i), (VALUES ('in'), (NULL)) m(module)
				ORDER BY station, ts, module`,
			partitionKeys: ["station"],
			rowGroupSize: 2048,
		},
	]);
	session = await openTestSession(folder);
});

afterAll(async () => {
	await session.close();
	await rm(folder, { recursive: true });
});

const WINDOWS: Readonly<Record<string, TimeWindow>> = {
	"the last week": trailing(new Date("2024-12-30T22:10:05.250Z"), 7 * 86_400),
	"two days": wholeDays(new Date("2024-06-01"), new Date("2024-06-02")),
};

const WEEK = { from: new Date("2024-06-01"), to: new Date("2024-06-08") };

const QUERIES: readonly (readonly [string, string, Query])[] = [
	...Object.entries(WINDOWS).flatMap(([name, window]) => {
		const any = { window, withReposts: true, tags: [] };
		const narrowed = { window, withReposts: false, tags: ["tag7"] };
		const before = windowBefore(window) as TimeWindow;
		return [
			[`tags of ${name}`, "post_tags", posts.topTags(any, 20)],
			[`narrowed tags of ${name}`, "post_tags", posts.topTags(narrowed, 20)],
			[`tags per day of ${name}`, "post_tags", posts.tagsPerDay(any)],
			[`posts of ${name}`, "posts", posts.taggedPosts(narrowed)],
			[`narrowed posts of ${name}`, "post_tags", posts.narrowedPosts(narrowed)],
			[
				`rising tags of ${name}`,
				"post_tags",
				posts.risingTags(any, before, 10),
			],
			[
				`series of ${name}`,
				"post_tags",
				posts.tagSeries(any, ["tag7", "tag8"], "day"),
			],
			[
				`pairs of ${name}`,
				"post_tags",
				posts.tagsTogether(any, ["tag7", "tag8"]),
			],
			[`texts of ${name}`, "posts", posts.postList(any, 20, 0)],
		] as const;
	}),
	...["in", null].flatMap((module) =>
		[null, 3600].map(
			(bucket) =>
				[
					`readings of module ${module} in buckets of ${bucket} s`,
					"readings",
					movingAverage(
						{ station: "b", module, measure: "temperature" },
						WEEK,
						3 * 86_400,
						bucket,
					),
				] as const,
		),
	),
];

test.each(QUERIES)("%s are all that is read of %s", async (_, name, query) => {
	for (const request of [query, { sql: query.display, params: [] }]) {
		const { scans } = await session.price(request);
		expect(scans.map(({ table }) => table)).toEqual([name]);
		const [scan] = scans;
		expect(scan?.rowGroups).toBeGreaterThan(0);
		expect((scan?.rowGroups ?? 1) / (scan?.rowGroupsTotal ?? 1)).toBeLessThan(
			0.2,
		);
	}
});

test("a day's average reads its station alone", async () => {
	const series = { station: "b", module: "in", measure: "temperature" };
	const query = dailyAverage(series, 7);
	for (const request of [query, { sql: query.display, params: [] }]) {
		const { scans } = await session.price(request);
		expect(scans).toMatchObject([{ table: "readings" }]);
		const [scan] = scans;
		expect(scan?.rowGroups).toBe((scan?.rowGroupsTotal ?? 0) / 2);
		for (const filter of scan?.filters ?? [])
			expect(filter).toMatchObject({ prunes: true });
	}
});

test("every query of a page is known here: it is tested to prune, or reads all it names", () => {
	const pruning = [
		"topTags",
		"tagsPerDay",
		"taggedPosts",
		"narrowedPosts",
		"risingTags",
		"tagSeries",
		"tagsTogether",
		"postList",
		"movingAverage",
		"dailyAverage",
		// In rides-plan.test.ts.
		"cellCounts",
		"cellPairs",
		"cellPairCount",
		"ridesThrough",
		"rideTotals",
	];
	const readingAll = ["funnel", "postsPerDay", "rideList"];
	const helpers = ["bucketSeconds"];
	const functions = Object.entries({ ...posts, ...rides, ...weather })
		.filter(([, value]) => typeof value === "function")
		.map(([name]) => name);
	expect(functions.sort()).toEqual(
		[...pruning, ...readingAll, ...helpers].sort(),
	);
});

test.each(QUERIES)(
	"%s answer alike with parameters and with literals",
	async (_, __, query) => {
		const answers = [];
		for (const request of [query, { sql: query.display, params: [] }])
			answers.push(await session.query(request));
		const [first, second] = answers;
		expect(first?.rows).toBeGreaterThan(0);
		expect(second?.ipc).toEqual(first?.ipc);
	},
);
