import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";
import { posts as dataset } from "../scripts/datasets/posts.ts";
import { nodeEncode } from "../scripts/lake/node-decoder.ts";
import type { GivenFile } from "../src/lake/own-data/containers.ts";
import {
	buildFrom,
	buildInMemory,
	type InMemoryLake,
} from "../tests/support/in-memory-build.ts";
import {
	missingSharedData,
	sharedFiles,
} from "../tests/support/shared-data.ts";
import { tarOf } from "../tests/support/tar-writer.ts";
import { zipOf } from "../tests/support/zip-writer.ts";
import { type OwnPosts, readOwnPosts } from "./own-posts.ts";

/** Rows of what was read, by native DuckDB from the Parquet that a page would make. */
async function rowsOf(own: OwnPosts): Promise<Record<string, unknown[]>> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-own-"));
	const instance = await DuckDBInstance.create();
	const connection = await instance.connect();
	try {
		const answers: Record<string, unknown[]> = {};
		for (const [name, ipc] of [
			["posts", own.posts],
			["post_tags", own.postTags],
		] as const) {
			const file = join(folder, `${name}.parquet`);
			await writeFile(file, await nodeEncode(ipc));
			answers[name] = (
				await connection.runAndReadAll(`FROM '${file}'`)
			).getRowObjectsJS();
		}
		return answers;
	} finally {
		connection.closeSync();
		instance.closeSync();
		await rm(folder, { recursive: true });
	}
}

/** The same tables, and the days, as the pipeline makes them. */
async function expected(lake: InMemoryLake) {
	return {
		posts: await lake.query("FROM posts ORDER BY created_at, post_id"),
		post_tags: await lake.query(
			"FROM post_tags ORDER BY created_at, post_id, ordinal",
		),
		days: (await lake.query("FROM posts_per_day ORDER BY day")).map((row) =>
			Object.fromEntries(
				Object.entries(row).map(([name, value]) => [name, Number(value)]),
			),
		),
	};
}

const given = (path: string, ...parts: BlobPart[]): GivenFile => ({
	path,
	blob: new Blob(parts),
});

const json = JSON.stringify;
const tweet = (id: string, text: string, more: object = {}) => ({
	...{ id_str: id, text, created_at: "2024-05-01T10:00:00Z" },
	...more,
});

const FILES = {
	"posts/2014_09.js": `Grailbird.data.tweets_2014_09 = \n${json([tweet("1", "#a #A #b"), tweet("2", "none")])}`,
	"posts/again.jsonl": [
		tweet("1", "#a #A #b and more"),
		tweet("3", "RT @x: #İ #ß", { created_at: "2024-05-03T00:00:00.5Z" }),
		"not a post",
	]
		.map((post) => json(post))
		.join("\n"),
	"posts/outbox.json": json({
		type: "OrderedCollection",
		orderedItems: [
			{
				type: "Create",
				actor: "https://social.example/users/ada",
				object: {
					...{ id: "https://social.example/1", type: "Note" },
					published: "2024-05-02T00:00:00Z",
					content: "<p>#Lake</p>",
				},
			},
		],
	}),
	"posts/edited.json": json([
		tweet("1", "#c", { edited_at: "2024-05-04T00:00:00Z" }),
		tweet("1", "#d #e", { edited_at: "2024-05-03T00:00:00Z" }),
	]),
	"posts/table.csv.gz": gzipSync("id,date,text\n9,2024-05-02,＃Lake day\n"),
	"posts/frame.tsv": "\tid\tdate\ttext\n0\t10\t2024-05-02\tday\n",
	"posts/broken.json": '[{"id_str": "5"',
};

describe("posts that a visitor drops", () => {
	test("are what the pipeline makes of the same files", async () => {
		const own = await readOwnPosts(
			Object.entries(FILES).map(([name, content]) =>
				given(name.slice(6), content),
			),
			() => {},
		);
		const lake = await buildFrom(dataset, FILES);
		const { days, ...tables } = await expected(lake);
		lake.close();
		expect(await rowsOf(own)).toEqual(tables);
		expect(own.summary.days).toEqual(days);
		expect(own.summary).toMatchObject({
			files: [
				"2014_09.js",
				"again.jsonl",
				"edited.json",
				"frame.tsv",
				"outbox.json",
				"table.csv.gz",
			],
			posts: 6,
			lastPost: Date.parse("2024-05-03T00:00:00.500Z"),
			rejected: 2,
			rejects: [
				{ file: "again.jsonl", line: 3, reason: "not a JSON object" },
				{ file: "broken.json", line: 1 },
			],
		});
	});

	test.each([
		["archive.zip", zipOf],
		["archive.tar", tarOf],
		["archive.tar.gz", (files) => gzipSync(tarOf(files))],
		["archive.tgz", (files) => gzipSync(tarOf(files))],
	] satisfies [
		string,
		(files: Record<string, string | Uint8Array>) => Uint8Array,
	][])("are the same from %s, as the pipeline's are", async (name, pack) => {
		const { "posts/broken.json": _, ...whole } = FILES;
		const archive = new Uint8Array(
			pack({
				...whole,
				"assets/js/main.js": "!function(){}()",
				"media_attachments/1.png": "\0".repeat(2e6),
			}),
		);
		const told: number[][] = [];
		const own = await readOwnPosts([given(name, archive)], (...progress) =>
			told.push(progress),
		);
		expect(told.at(-1)).toEqual([archive.length, archive.length, 6]);
		const lake = await buildFrom(dataset, { [`posts/${name}`]: archive });
		const { days, ...tables } = await expected(lake);
		lake.close();
		expect(await rowsOf(own)).toEqual(tables);
		expect(own.summary.days).toEqual(days);
		expect(own.summary).toMatchObject({
			...{ posts: 6, rejected: 1 },
			rejects: [{ file: `${name}/posts/again.jsonl`, line: 3 }],
		});
		expect(own.summary.files).toContain(`${name}/posts/table.csv.gz`);
	});

	test("of a tar archive that is cut off stay as far as they came, and it is told where", async () => {
		const line = json(tweet("1", "#a"));
		const tar = tarOf({
			"../a.jsonl": line,
			"b.jsonl": json(tweet("2", "x".repeat(3000))),
		});
		const packed = gzipSync(tar, { level: 0 });
		const { summary } = await readOwnPosts(
			[
				given("cut.tar", Uint8Array.from(tar.subarray(0, 2500))),
				given("cut.tar.gz", Uint8Array.from(packed.subarray(0, 2500))),
				given("none.tgz", gzipSync("[]")),
				given("empty.tar"),
			],
			() => {},
		);
		expect(summary).toMatchObject({
			...{ files: ["cut.tar/a.jsonl", "cut.tar.gz/a.jsonl"], posts: 1 },
			rejects: [
				{
					file: "cut.tar",
					reason: "the tar archive is cut off after 2500 bytes",
				},
				{
					file: "cut.tar.gz",
					reason: "the compressed data are cut off or damaged",
				},
				{ file: "empty.tar", reason: "the file is empty" },
				{
					file: "none.tgz",
					reason: "the tar archive is cut off after 2 bytes",
				},
			],
		});
	});

	test("of archives within archives count, and deeper ones are told to be unpacked first", async () => {
		const tar = (id: string) =>
			tarOf({ "a.jsonl": json(tweet(id, "#a")), "a.png": "\0" });
		const zip = (id: string) => zipOf({ "a.jsonl": json(tweet(id, "#a")) });
		const inner = (from: number) => ({
			"in/a.tar": tar(String(from)),
			"b.tgz": gzipSync(tar(String(from + 1))),
			"c.zip": zip(String(from + 2)),
			"._c.zip": "Mac OS X",
		});
		const told: (readonly number[])[] = [];
		const { summary } = await readOwnPosts(
			[
				given("both.zip", Uint8Array.from(zipOf(inner(1)))),
				given("both.tgz", Uint8Array.from(gzipSync(tarOf(inner(4))))),
				given(
					"deep.tar",
					Uint8Array.from(
						tarOf({
							"a.zip": zipOf({ "b.tar": tar("7"), "c.zip": zip("8") }),
							"d.tar": tarOf({ "e.zip": zip("9"), "f.jsonl": "{}" }),
						}),
					),
				),
			],
			(...progress) => told.push(progress),
		);
		expect(summary.posts).toBe(6);
		const reason = "an archive in an archive in an archive: unpack it first";
		expect(summary.rejects.filter((other) => other.reason === reason)).toEqual(
			["a.zip/b.tar", "a.zip/c.zip", "d.tar/e.zip"].map((path) => ({
				...{ file: `deep.tar/${path}`, line: null, reason },
			})),
		);
		for (const [bytes = 0, total = 0] of told)
			expect(bytes).toBeLessThanOrEqual(total);
	});

	test("tell how far they are, and nothing is no posts", async () => {
		const told: number[][] = [];
		const lines = `${json(tweet("1", "x".repeat(1000)))}\n`.repeat(1100);
		const files = ["a", "b", "c", "d"].map((name) =>
			given(`${name}.jsonl`, lines),
		);
		await readOwnPosts(files, (...progress) => told.push(progress));
		const bytes = told.map(([done]) => done);
		expect(new Set(bytes).size).toBeGreaterThan(3);
		expect(bytes).toEqual([...bytes].sort((a = 0, b = 0) => a - b));
		expect(told.at(-1)).toEqual([4 * lines.length, 4 * lines.length, 1]);
		const { summary } = await readOwnPosts([given("a.json")], () => {});
		expect(summary).toMatchObject({ posts: 0, lastPost: null, rejected: 1 });
	});

	test("that lie in files that cannot be read, or hold too much, do not stop the others", async () => {
		const gone = (path: string): GivenFile => {
			const blob = new Blob(["gone"]);
			blob.stream = () =>
				new ReadableStream<Uint8Array<ArrayBuffer>>({
					pull(controller) {
						controller.error(new DOMException("gone", "NotFoundError"));
					},
				});
			return { path, blob };
		};
		const line = json(tweet("1", "#a"));
		const { summary } = await readOwnPosts(
			[
				gone("folder"),
				gone("gone.json.gz"),
				given("cut.json.gz", gzipSync("[]").subarray(0, 12)),
				given("large.jsonl.gz", gzipSync(`${line}\n`.repeat(100))),
				given("good.jsonl", line),
			],
			() => {},
			2000,
		);
		const unreadable =
			"the file cannot be read: it was moved, was changed, or is not yours to read";
		expect(summary).toMatchObject({
			...{ files: ["good.jsonl"], posts: 1, rejected: 4 },
			rejects: [
				{
					file: "cut.json.gz",
					reason: "the compressed data are cut off or damaged",
				},
				{ file: "folder", reason: unreadable },
				{ file: "gone.json.gz", reason: unreadable },
				{
					...{ file: "large.jsonl.gz", line: null },
					reason: "it holds more than 0.002 MB: cut it into several files",
				},
			],
		});
	});

	test.skipIf(missingSharedData)(
		"of a real archive are those of the pipeline",
		async () => {
			const files = await sharedFiles("posts");
			const own = await readOwnPosts(
				await Promise.all(
					files.map(async ({ path, absolutePath }) =>
						given(path, await readFile(absolutePath)),
					),
				),
				() => {},
			);
			const lake = await buildInMemory(dataset, files);
			const { days, ...tables } = await expected(lake);
			lake.close();
			expect(await rowsOf(own)).toEqual(tables);
			expect(own.summary.days).toEqual(days);
			expect(own.summary.posts).toBe(1620);
		},
	);
});
if (missingSharedData) console.warn(missingSharedData);
