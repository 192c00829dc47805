import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
	buildFrom,
	buildInMemory,
} from "../../tests/support/in-memory-build.ts";
import {
	missingSharedData,
	sharedFiles,
} from "../../tests/support/shared-data.ts";
import { tarOf } from "../../tests/support/tar-writer.ts";
import { zipOf } from "../../tests/support/zip-writer.ts";
import { posts } from "./posts.ts";

const tweet = (id: string, more: object = {}) => ({
	id_str: id,
	created_at: "Sun Aug 31 00:29:15 +0000 2014",
	user: { screen_name: "ada" },
	text: "hello",
	entities: { hashtags: [] as { text: string }[] },
	...more,
});

const tagged = (id: string, ...tags: string[]) =>
	tweet(id, { entities: { hashtags: tags.map((text) => ({ text })) } });

const json = JSON.stringify;

async function idsOf(contents: Record<string, string | Uint8Array>) {
	const lake = await buildFrom(posts, contents);
	const rows = await lake.query("SELECT post_id FROM posts ORDER BY post_id");
	lake.close();
	return { ids: rows.map((row) => row.post_id), lake };
}

describe("formats", () => {
	const two = [tweet("1"), tweet("2")];
	test.each([
		["archive/2014_09.js", `Grailbird.data.tweets_2014_09 = \n ${json(two)}`],
		[
			"tweets.js",
			`window.YTD.tweets.part0 = [ {"tweet": ${json(two[0])}},\n{"tweet": ${json(two[1])}} ];\n`,
		],
		["search.json", json({ search_metadata: { data: [] }, statuses: two })],
		["pretty.json", json({ statuses: two }, null, 2)],
		["list.json", `\uFEFF${json(two)}`],
		["v2.json", json({ data: two, meta: { result_count: 2 } })],
		["lines.jsonl", `${two.map((post) => json(post)).join("\r\n")}\r\n\r\n`],
		["lines.ndjson", two.map((post) => json(post)).join("\n")],
		["lines.json", two.map((post) => json(post)).join("\n")],
		["pages.jsonl", two.map((post) => json({ data: [post] })).join("\n")],
	])("%s, plain and packed", async (name, content) => {
		for (const contents of [
			{ [`posts/${name}`]: content },
			{ [`posts/${name}.gz`]: gzipSync(content) },
		]) {
			const { ids, lake } = await idsOf(contents);
			expect(lake.rejects).toEqual([]);
			expect(ids).toEqual(["1", "2"]);
		}
	});

	test("a zip of them, of which the files that hold no posts do not count", async () => {
		const archive = {
			"data/tweets.js": `window.YTD.tweets.part0 = ${json([{ tweet: two[0] }])}`,
			"data/like.js": "window.YTD.like.part0 = [{}]",
			"data/broken.js": "no list",
			"assets/js/main.js": "!function(){}()",
			"more/list.json.gz": gzipSync(json([two[1], { id_str: "3" }])),
		};
		const { ids, lake } = await idsOf({ "posts/archive.zip": zipOf(archive) });
		expect(ids).toEqual(["1", "2"]);
		expect(lake.rejects.map(({ reason }) => reason)).toEqual([
			"not an archive month: it assigns no list of tweets",
			expect.stringContaining("no time: the post has no created_at or"),
		]);
		expect(lake.reports["posts/archive.zip"]?.counts).toMatchObject({
			"posts read": 3,
			"posts rejected": 1,
			"posts of rejected files": 0,
		});
	});

	test("a zip with a file that breaks off is rejected whole, and its posts are in the balance", async () => {
		const { ids, lake } = await idsOf({
			"posts/archive.zip": zipOf({
				"a.json": json([two[0]]),
				"b.json": json([two[1], tweet("3")]).slice(0, -20),
			}),
		});
		expect(ids).toEqual([]);
		const counts = lake.reports["posts/archive.zip"]?.counts;
		expect(counts?.["posts read"]).toBe(
			(counts?.["posts rejected"] ?? 0) +
				(counts?.["posts of rejected files"] ?? 0),
		);
	});

	test("an archive of Mastodon's, packed, of which what is no outbox does not count", async () => {
		const outbox = {
			...{ "@context": "https://www.w3.org/ns/activitystreams" },
			...{ id: "outbox.json", type: "OrderedCollection", totalItems: 1 },
			orderedItems: [
				{
					...{ type: "Create", actor: "https://social.example/users/ada" },
					object: {
						...{ id: "https://social.example/1", type: "Note" },
						published: "2024-05-02T00:00:00Z",
						content: "<p>#Lake</p>",
					},
				},
			],
		};
		const archive = tarOf({
			"media_attachments/files/1/original/a.png": "\0".repeat(700),
			"._outbox.json": "Mac OS X",
			"__MACOSX/outbox.json": "Mac OS X",
			"outbox.json": json(outbox),
			"likes.json": json({ type: "OrderedCollection", orderedItems: [] }),
			"avatar.png": "\0",
		});
		const { ids, lake } = await idsOf({
			"posts/archive.tar.gz": gzipSync(archive),
		});
		expect(ids).toEqual(["https://social.example/1"]);
		expect(lake.rejects).toEqual([]);
		for (const [name, content, reason] of [
			["cut.tar", archive.subarray(0, 2000), "the tar archive is cut off"],
			["cut.tar.gz", gzipSync(archive).subarray(0, 200), "cut off"],
			["media.tar", tarOf({ "a.png": "" }), "holds no file of this dataset's"],
		] as const) {
			const other = await idsOf({
				[`posts/${name}`]: content,
				"posts/z.jsonl": json(tweet("1")),
			});
			expect(other.ids).toEqual(["1"]);
			expect(other.lake.rejects).toMatchObject([
				{ line: null, reason: expect.stringContaining(reason) },
			]);
		}
	});

	test("archives within archives, one level deep", async () => {
		const tar = (id: string) =>
			tarOf({ "a.jsonl": json(tweet(id)), "a.png": "\0" });
		const zip = (id: string) => zipOf({ "a.jsonl": json(tweet(id)) });
		const inner = (from: number) => ({
			"in/a.tar": tar(String(from)),
			"b.tgz": gzipSync(tar(String(from + 1))),
			"c.zip": zip(String(from + 2)),
			"pictures.zip": zipOf({ "a.png": "\0" }),
			"cut.zip": zip("x").subarray(0, 40),
		});
		const { ids, lake } = await idsOf({
			"posts/both.zip": zipOf(inner(1)),
			"posts/both.tgz": gzipSync(tarOf(inner(4))),
			"posts/deep.tar": tarOf({
				"a.zip": zipOf({ "b.tar": tar("7"), "c.jsonl": json(tweet("8")) }),
			}),
		});
		expect(ids).toEqual(["1", "2", "3", "4", "5", "6", "8"]);
		const reasons = lake.rejects.map((row) => [row.file, row.reason]);
		expect(reasons.sort()).toEqual([
			["posts/both.tgz/cut.zip", expect.stringContaining("not a whole zip")],
			["posts/both.zip/cut.zip", expect.stringContaining("not a whole zip")],
			[
				"posts/deep.tar/a.zip/b.tar",
				expect.stringContaining("unpack it first"),
			],
		]);
	});

	test("an archive that is made to fill a disk is one error, and costs no other", async () => {
		const zeros = Buffer.alloc(65 * 2 ** 20);
		const post = json(tweet("1"));
		const bomb = { "in.tar": zeros, "a.jsonl": post, "b.tar": zeros };
		const { ids, lake } = await idsOf({
			"posts/a.zip": zipOf(bomb),
			"posts/b.tgz": gzipSync(tarOf(bomb)),
			"posts/c.zip": zipOf({ "c.jsonl": json(tweet("2")) }),
		});
		expect(ids).toEqual(["2"]);
		expect(lake.rejects).toEqual(
			["posts/a.zip", "posts/b.tgz"].map((file) => ({
				file,
				line: null,
				reason: expect.stringContaining("it unpacks to more than 64 MB"),
				sample: "",
			})),
		);
	});

	test("a packed file of a tar archive that is not read to its end costs no other", async () => {
		const noise = (bytes: number) => randomBytes(bytes).toString("base64");
		const likes = `window.YTD.like.part0 = [${json({ like: noise(1_500_000) })}]`;
		const { ids, lake } = await idsOf({
			"posts/a.tar": tarOf({
				"broken.json.gz": noise(700_000),
				"data/like.js.gz": gzipSync(likes),
				"tweets.json": json([tweet("1")]),
			}),
		});
		expect(ids).toEqual(["1"]);
		expect(lake.rejects).toMatchObject([
			{ reason: expect.stringContaining("not valid gzip") },
		]);
	});

	test("a document that is one post, and UTF-16 with its mark", async () => {
		const { ids, lake } = await idsOf({
			"posts/one.json": json(tweet("1"), null, 2),
			"posts/wrapped.json": json({ tweet: tweet("4") }, null, 2),
			"posts/le.json": Buffer.from(`\uFEFF${json([tweet("2")])}`, "utf16le"),
			"posts/be.jsonl": Buffer.from(
				`\uFEFF${json(tweet("3"))}\n`,
				"utf16le",
			).swap16(),
		});
		expect(lake.rejects).toEqual([]);
		expect(ids).toEqual(["1", "2", "3", "4"]);
	});

	test("posts read are posts kept, duplicates, rejected, or of rejected files", async () => {
		const { lake } = await idsOf({
			"posts/a.jsonl": `${json(tweet("1"))}\n${json(tweet("1"))}\nnot json\n{}\n`,
			"posts/b.json": `${json([tweet("2"), tweet("3"), {}]).slice(0, -1)},`,
			"posts/c.json": json({ statuses: [tweet("4")] }),
		});
		const counts: Record<string, number> = { ...lake.counts };
		for (const report of Object.values(lake.reports))
			for (const [name, count] of Object.entries(report.counts))
				counts[name] = (counts[name] ?? 0) + count;
		expect(counts).toEqual({
			"posts read": 8,
			"posts kept": 2,
			"duplicate posts": 1,
			"posts rejected": 3,
			"posts of rejected files": 2,
			"replaced posts": 0,
		});
	});

	test("what is no post file is not accepted, and an archive's other files are noted", async () => {
		expect(posts.accepts("posts/readme.txt")).toBe(false);
		expect(posts.accepts("posts/a.xlsx")).toBe(false);
		expect(posts.accepts("posts/a.csv.gz")).toBe(true);
		expect(posts.accepts("posts/a.JSONL.gz")).toBe(true);
		const { lake } = await idsOf({
			"posts/account.js": "window.YTD.account.part0 = [ { } ]",
			"posts/user_details.js": 'var user_details =  {\n  "id" : "1" }',
		});
		expect(lake.rejects).toEqual([]);
		expect(lake.reports["posts/account.js"]?.notes).toEqual([
			"holds window.YTD.account.part0, no posts",
		]);
	});

	test("a stream's notices are counted, not rejected", async () => {
		const { ids, lake } = await idsOf({
			"posts/stream.jsonl": `{"delete":{"status":{"id_str":"1"}}}\n${json(tweet("2"))}`,
		});
		expect(ids).toEqual(["2"]);
		expect(lake.rejects).toEqual([]);
		expect(lake.reports["posts/stream.jsonl"]?.counts).toEqual({
			"notices (delete)": 1,
			"posts read": 1,
			"posts rejected": 0,
			"posts of rejected files": 0,
		});
	});
});

const note = (id: string, more: object = {}) => ({
	id: `https://social.example/users/ada/statuses/${id}`,
	type: "Note",
	published: "2024-05-01T10:00:00Z",
	url: `https://social.example/@ada/${id}`,
	attributedTo: "https://social.example/users/ada",
	content: "<p>hello</p>",
	tag: [] as object[],
	...more,
});

const activity = (type: string, object: unknown, more: object = {}) => ({
	id: "https://social.example/users/ada/statuses/9/activity",
	type,
	actor: "https://social.example/users/ada",
	published: "2024-05-02T10:00:00Z",
	object,
	...more,
});

test("posts of WordPress's API are their title and text, at the time of UTC", async () => {
	const lake = await buildFrom(posts, {
		"posts/wordpress.json": JSON.stringify([
			{
				id: 12,
				date: "2024-01-01T12:00:00",
				date_gmt: "2024-01-01T11:00:00",
				link: "https://blog.example/12",
				title: { rendered: "Rain &#8211; again" },
				content: { rendered: "<p>At the #Lake</p>\n", protected: false },
				tags: [3, 4],
			},
		]),
	});
	expect(
		await lake.query(
			"SELECT * REPLACE (created_at::VARCHAR AS created_at) FROM posts",
		),
	).toEqual([
		{
			post_id: "12",
			author: null,
			created_at: "2024-01-01 11:00:00",
			is_repost: false,
			tag_count: 1,
			text: "Rain – again\n\nAt the #Lake",
			url: "https://blog.example/12",
		},
	]);
	lake.close();
});

test("Mastodon's outbox: its notes, and its boosts as reposts", async () => {
	const lake = await buildFrom(posts, {
		"posts/outbox.json": json(
			{
				"@context": "https://www.w3.org/ns/activitystreams",
				id: "outbox.json",
				type: "OrderedCollection",
				totalItems: 4,
				orderedItems: [
					activity(
						"Create",
						note("1", {
							content:
								'<p>At the <a href="https://social.example/tags/Lake">#<span>Lake</span></a> &amp; <script>x</script>more</p>',
							tag: [
								{ type: "Hashtag", name: "#Lake" },
								{ type: "Hashtag", name: "＃İstanbul" },
								{ type: "Mention", name: "@bob" },
							],
						}),
					),
					activity(
						"Create",
						note("2", { tag: undefined, content: "<p>#Straße</p>", url: null }),
					),
					activity("Announce", "https://other.example/users/bob/statuses/5"),
					activity("Like", "https://other.example/users/bob/statuses/5"),
				],
			},
			null,
			1,
		),
	});
	expect(lake.rejects).toEqual([]);
	expect(lake.reports["posts/outbox.json"]?.counts).toMatchObject({
		"posts read": 3,
		"notices (Like)": 1,
	});
	expect(
		await lake.query("SELECT * EXCLUDE (created_at) FROM posts ORDER BY ALL"),
	).toEqual([
		{
			post_id: "https://social.example/users/ada/statuses/1",
			author: "ada@social.example",
			is_repost: false,
			tag_count: 2,
			text: "At the #Lake & more",
			url: "https://social.example/@ada/1",
		},
		{
			post_id: "https://social.example/users/ada/statuses/2",
			author: "ada@social.example",
			is_repost: false,
			tag_count: 1,
			text: "#Straße",
			url: "https://social.example/users/ada/statuses/2",
		},
		{
			post_id: "https://social.example/users/ada/statuses/9/activity",
			author: "ada@social.example",
			is_repost: true,
			tag_count: 0,
			text: null,
			url: "https://other.example/users/bob/statuses/5",
		},
	]);
	expect(
		await lake.query("SELECT tag FROM post_tags ORDER BY post_id, ordinal"),
	).toEqual([{ tag: "lake" }, { tag: "i̇stanbul" }, { tag: "straße" }]);
	lake.close();
});

describe("other networks and programs", () => {
	const AT = Date.UTC(2024, 4, 31, 7, 5);
	const iso = new Date(AT).toISOString();
	const text = "Around the #Lake & home";
	const html =
		'<p>Around the <a href="https://x.example/tags/lake" rel="tag">#<span>Lake</span></a> &amp; home</p>';
	const record = { $type: "app.bsky.feed.post", text, createdAt: iso };
	const uri = "at://did:plc:ada/app.bsky.feed.post/3k";
	const like = {
		uri: "at://x/y/z",
		value: { $type: "app.bsky.feed.like", createdAt: iso },
	};
	const bsky = "https://bsky.app/profile/did:plc:ada/post/3k";
	const reddit = {
		author: "ada",
		created_utc: AT / 1000,
		permalink: "/r/x/1/",
	};

	test.each<[string, string, string, (string | null)[], string?]>([
		[
			"Mastodon's API",
			"a.json",
			json([
				{
					id: "7",
					created_at: iso,
					reblog: null,
					account: { acct: "ada@x.example" },
					content: html,
					tags: [{ name: "lake" }],
					url: "https://x.example/7",
				},
			]),
			["7", "ada@x.example", "https://x.example/7"],
		],
		[
			"Bluesky's repository, listed",
			"a.json",
			json({ records: [{ uri, value: record }, like], cursor: "x" }),
			[uri, "did:plc:ada", bsky],
		],
		[
			"Bluesky's repository, a record a line",
			"a.jsonl",
			[{ uri, value: record }, like].map((each) => json(each)).join("\n"),
			[uri, "did:plc:ada", bsky],
		],
		[
			"Bluesky's feed",
			"a.json",
			json({
				feed: [{ post: { uri, author: { handle: "ada.example" }, record } }],
			}),
			[uri, "ada.example", bsky],
		],
		[
			"comments of Reddit",
			"RC.ndjson",
			json({ ...reddit, id: "l1", body: text }),
			["l1", "ada", "https://www.reddit.com/r/x/1/"],
		],
		[
			"submissions of Reddit",
			"RS.ndjson",
			json({
				...reddit,
				id: "c1",
				created_utc: String(AT / 1000),
				title: "Title",
				selftext: text,
				url: "https://else.example",
			}),
			["c1", "ada", "https://www.reddit.com/r/x/1/"],
			`Title\n\n${text}`,
		],
		[
			"Telegram",
			"result.json",
			json(
				{
					name: "Channel",
					messages: [
						{ id: 1, type: "service", date: "2024-05-31T09:00:00", text: "" },
						{
							id: 2,
							type: "message",
							date: "2024-05-31T09:05:00",
							date_unixtime: String(AT / 1000),
							from: "Ada",
							from_id: "channel9",
							text: [
								"Around the ",
								{ type: "hashtag", text: "#Lake" },
								" & home",
							],
						},
					],
				},
				null,
				1,
			),
			["channel9/2", "Ada", null],
		],
		[
			"a JSON feed",
			"feed.json",
			json({
				version: "https://jsonfeed.org/version/1.1",
				items: [
					{
						id: "i",
						date_published: iso,
						content_html: html,
						url: "https://x.example/i",
						author: { name: "Ada" },
					},
				],
			}),
			["i", "Ada", "https://x.example/i"],
		],
		[
			"a CSV of days first",
			"a.csv",
			`id;date;author;text\n7;31.05.24 07:05;Ada;${text}\n`,
			["7", "Ada", null],
		],
		[
			"a CSV of months first",
			"a.csv",
			`id,date,author,text\n7,5/31/2024 7:05 AM,Ada,${text}\n`,
			["7", "Ada", null],
		],
		[
			"Twitter, whose text is written as in HTML",
			"a.json",
			json([
				{
					id_str: "7",
					created_at: iso,
					full_text: "Around the #Lake &amp; home &lt;3 &amp;gt;",
					user: { screen_name: "ada" },
				},
			]),
			["7", "ada", "https://twitter.com/ada/status/7"],
			`${text} <3 &gt;`,
		],
		[
			"comments of Reddit, with what Python writes for no number",
			"RC.ndjson",
			`{"id":"l1","body":"Around the #Lake &amp; home NaN","created_utc":${AT / 1000},"author":"[deleted]","score":NaN}\n`,
			["l1", null, null],
			`${text} NaN`,
		],
		[
			"Tumblr, whose tags stand apart",
			"a.json",
			json({
				posts: [
					{
						id: 7,
						timestamp: AT / 1000,
						body: "<p>Around the #shore</p>",
						tags: ["Lake"],
						blog_name: "ada",
					},
				],
			}),
			["7", "ada", null],
			"Around the #shore",
		],
		[
			"Tumblr's API",
			"a.json",
			json({
				meta: { status: 200 },
				response: {
					blog: { name: "ada" },
					posts: [
						{
							...{ id: 7, timestamp: AT / 1000, blog_name: "ada" },
							...{ body: "<p>Around</p>", tags: ["Lake"] },
							post_url: "https://ada.example/7",
						},
					],
				},
			}),
			["7", "ada", "https://ada.example/7"],
			"Around",
		],
		...[0, 1].map(
			(indent): [string, string, string, (string | null)[], string] => [
				`a page of Reddit, ${indent === 0 ? "in one line" : "indented"}`,
				"a.json",
				json(
					{
						kind: "Listing",
						data: {
							after: null,
							children: [
								{
									kind: "t3",
									data: {
										...reddit,
										id: "c1",
										title: "Title",
										selftext: text,
									},
								},
							],
						},
					},
					null,
					indent,
				),
				["c1", "ada", "https://www.reddit.com/r/x/1/"],
				`Title\n\n${text}`,
			],
		),
		[
			"a member's export of Reddit",
			"posts.csv",
			`id,permalink,date,title,url,body\nc1,https://reddit.example/c1,2024-05-31 07:05:00 UTC,Title,https://else.example,"${text}"\n`,
			["c1", null, "https://reddit.example/c1"],
			`Title\n\n${text}`,
		],
		[
			"a table of Reddit's submissions",
			"a.csv",
			`author,created_utc,id,title,permalink\nada,${AT / 1000},c1,"${text}",/r/x/1/\n`,
			["c1", "ada", "https://www.reddit.com/r/x/1/"],
		],
		[
			"a stream of Bluesky's, of which what was taken away is no post",
			"a.jsonl",
			[
				{ operation: "create", record },
				{
					operation: "create",
					collection: "app.bsky.feed.like",
					record: like.value,
				},
				{ operation: "delete" },
			]
				.map((commit) =>
					json({
						...{ did: "did:plc:ada", kind: "commit" },
						commit: { collection: "app.bsky.feed.post", rkey: "3k", ...commit },
					}),
				)
				.concat(json({ did: "did:plc:ada", kind: "identity", identity: {} }))
				.join("\n"),
			["at://did:plc:ada/app.bsky.feed.post/3k", "did:plc:ada", bsky],
		],
		[
			"a table of Bluesky's",
			"a.csv",
			`uri,author_handle,created_at,text\n${uri},ada.example,${iso},"${text}"\n`,
			[uri, "ada.example", bsky],
		],
		[
			"Hacker News, an item a line",
			"a.jsonl",
			[
				{
					id: 7,
					by: "ada",
					time: AT / 1000,
					type: "comment",
					text: html.slice(3),
				},
				{ id: 8, deleted: true, time: AT / 1000, type: "comment" },
			]
				.map((each) => json(each))
				.join("\n"),
			["7", "ada", "https://news.ycombinator.com/item?id=7"],
		],
		[
			"Hacker News's search",
			"a.json",
			json({
				hits: [
					{
						...{ objectID: "7", created_at: iso, author: "ada" },
						...{ _tags: ["story"], title: text, url: "https://else.example" },
					},
				],
			}),
			["7", "ada", "https://news.ycombinator.com/item?id=7"],
		],
		[
			"Slack",
			"2024-05-31.json",
			json([
				{
					...{ type: "message", user: "U1", ts: `${AT / 1000}.000200` },
					user_profile: { display_name: "ada" },
					text: "Around the #Lake &amp; <https://x.example|home>",
				},
				{
					...{ type: "message", subtype: "channel_join", user: "U2" },
					...{ ts: `${AT / 1000}.000300`, text: "<@U2> has joined" },
				},
			]),
			[`U1/${AT / 1000}.000200`, "ada", null],
		],
		[
			"DiscordChatExporter",
			"a.json",
			json({
				channel: { id: "1", type: "GuildTextChat" },
				messages: ["Reply", "GuildMemberJoin"].map((type, id) => ({
					...{ id: String(id), type, isPinned: false, timestamp: iso },
					...{ content: text, author: { id: "9", name: "ada" } },
				})),
			}),
			["0", "ada", null],
		],
		[
			"YouTube's comments",
			"comments.csv",
			`Comment ID,Comment Create Timestamp,Post ID,Video ID,Comment Text\n7,${iso},,v,"{""text"":""Around the #Lake ""},{""text"":""& home""}"\n`,
			["7", null, null],
		],
		[
			"a list of hashtags by name",
			"a.json",
			json([{ id: "7", created_at: iso, text: "Around", hashtags: ["#Lake"] }]),
			["7", null, null],
			"Around",
		],
		[
			"LinkedIn's shares",
			"Shares.csv",
			`Date,ShareLink,ShareCommentary,SharedUrl,Visibility\n2024-05-31 07:05:00,https://l.example/7,"${text}",,ALL\n`,
			["https://l.example/7", null, "https://l.example/7"],
		],
	])(
		"give the same post: %s",
		async (_, name, content, [id, author, url], own) => {
			const lake = await buildFrom(posts, { [`posts/${name}`]: content });
			expect(lake.rejects).toEqual([]);
			expect(
				await lake.query(
					"SELECT post_id AS id, posts.author, epoch_ms(posts.created_at)::DOUBLE AS at, posts.is_repost, text, url, tag FROM posts LEFT JOIN post_tags USING (post_id)",
				),
			).toEqual([
				{
					id,
					author,
					at: AT,
					is_repost: false,
					text: own ?? text,
					url,
					tag: "lake",
				},
			]);
			lake.close();
		},
	);

	/** As Meta writes a text: a sign of its own for each byte of UTF-8. */
	const asBytes = (text: string) => Buffer.from(text).toString("latin1");

	test.each<[string, unknown, number]>([
		[
			"Facebook",
			[
				{
					timestamp: AT / 1000,
					attachments: [{ data: [{ external_context: { url: "x" } }] }],
					data: [
						{ post: asBytes("Grüße 😀 #Café") },
						{ update_timestamp: AT / 1000 + 60 },
					],
					title: "Ada updated her status.",
				},
				{ timestamp: AT / 1000, title: "Ada was here.", data: [] },
			],
			1,
		],
		[
			"Facebook in older exports",
			{
				status_updates: [
					{ timestamp: AT / 1000, data: [{ post: asBytes("Grüße 😀 #Café") }] },
				],
			},
			0,
		],
		[
			"Instagram",
			[
				{
					media: [
						{
							uri: "a.jpg",
							creation_timestamp: AT / 1000,
							title: asBytes("Grüße 😀 #Café"),
						},
					],
				},
				{
					media: [
						{ uri: "a.jpg", creation_timestamp: AT / 1000, title: "" },
						{ uri: "b.jpg", creation_timestamp: AT / 1000, title: "" },
					],
					title: "",
					creation_timestamp: AT / 1000,
				},
			],
			1,
		],
		[
			"Threads",
			{
				text_post_app_text_posts: [
					{
						media: [
							{
								uri: "",
								creation_timestamp: AT / 1000,
								title: asBytes("Grüße 😀 #Café"),
							},
						],
					},
				],
			},
			0,
		],
	])(
		"give the same post without an id of its own, in letters that are bytes: %s",
		async (_, content, others) => {
			const lake = await buildFrom(posts, {
				"posts/a.json": json(content),
				"posts/b.json": json(content, null, 1),
			});
			expect(lake.rejects).toEqual([]);
			expect(
				await lake.query(
					"SELECT posts.post_id AS id, epoch_ms(posts.created_at)::DOUBLE AS at, text, tag FROM posts LEFT JOIN post_tags USING (post_id) ORDER BY text NULLS LAST",
				),
			).toEqual([
				{
					id: expect.stringMatching(/^[\da-f]{16}$/),
					at: AT,
					text: "Grüße 😀 #Café",
					tag: "café",
				},
				...Array.from({ length: others }, () => ({
					id: expect.stringMatching(/^[\da-f]{16}$/),
					at: AT,
					text: null,
					tag: null,
				})),
			]);
			lake.close();
		},
	);

	test("a text of Meta's that is none of bytes stays, and comments and chats are no posts", async () => {
		const lake = await buildFrom(posts, {
			"posts/a.json": json([
				{ timestamp: 1, data: [{ post: "Grüße #a" }] },
				{ timestamp: AT / 1000, data: [{ post: "Grüße #a" }] },
				{ timestamp: AT / 1000, data: [{ comment: { comment: "#b" } }] },
			]),
			"posts/message_1.json": json({
				participants: [{ name: "Ada" }],
				messages: [{ sender_name: "Ada", timestamp_ms: AT, content: "#b" }],
			}),
		});
		expect(await lake.query("SELECT text FROM posts")).toEqual([
			{ text: "Grüße #a" },
		]);
		expect(lake.rejects.map(({ file, reason }) => [file, reason])).toEqual([
			["posts/a.json", "not a time: 1"],
			["posts/a.json", expect.stringMatching(/^no id/)],
		]);
		lake.close();
	});

	test("what an export holds besides posts is told by name, and none of it is published", async () => {
		const secret = "nobody's business";
		const other = {
			"messages/inbox/ada_1/message_1.json": json({
				messages: [{ sender_name: "Ada", timestamp_ms: AT, content: secret }],
			}),
			"comments.json": json({ comments_v2: [{ comment: secret }] }),
			"likes.json": json(
				Array.from({ length: 1500 }, () => ({ title: secret, data: [] })),
			),
			"bookmarks.json": json({ orderedItems: [secret] }),
			"messages.csv": `id,date,from,to,body\n1,${iso},a,b,${secret}\n`,
			"account.csv": `name,phone\n${secret},1\n`,
		};
		const post = { id: "1", created_at: iso, text: "Around" };
		const lake = await buildFrom(posts, {
			"posts/a.zip": zipOf({
				...other,
				"posts.json": json([{ title: "none" }, post, { title: "none" }]),
			}),
			"posts/b.zip": zipOf({
				"odd.json": json([{ ...post, created_at: "yesterday" }]),
				"torn.jsonl": "{\n",
			}),
			"posts/messages.csv": other["messages.csv"],
			"posts/result.json": json({ chats: { about: "", list: [] } }, null, 1),
		});
		expect(await lake.query("SELECT post_id, text FROM posts")).toEqual([
			{ post_id: "1", text: "Around" },
		]);
		expect(
			lake.rejects.map(({ file, line, reason }) => [file, line, reason]),
		).toEqual([
			["posts/a.zip/posts.json", 1, expect.stringMatching(/^no id/)],
			["posts/a.zip/posts.json", 1, expect.stringMatching(/^no id/)],
			["posts/b.zip/odd.json", 1, "not a time: created_at is yesterday"],
			["posts/b.zip/torn.jsonl", 1, "not valid JSON"],
			[
				"posts/messages.csv",
				1,
				expect.stringContaining("messages to somebody"),
			],
			["posts/result.json", 1, expect.stringContaining("a channel by itself")],
		]);
		expect(JSON.stringify(lake.rejects)).not.toContain(secret);
		expect(lake.reports["posts/a.zip"]).toMatchObject({
			counts: { "posts read": 3, "posts rejected": 2 },
			notes: [
				"left out of the archive: 4 files without posts, such as comments.json",
			],
		});
		lake.close();
	});

	test("tags that a network lists count where the text has none, and an empty list says nothing", async () => {
		const lake = await buildFrom(posts, {
			"posts/a.json": json([
				{
					id: "1",
					created_at: iso,
					content: "<p>Morning</p>",
					tags: [{ name: "Lake" }, { name: "ride" }],
				},
				{ id: "2", created_at: iso, content: "<p>#home</p>", tags: [] },
			]),
		});
		expect(
			await lake.query("SELECT post_id, tag FROM post_tags ORDER BY ALL"),
		).toEqual([
			{ post_id: "1", tag: "lake" },
			{ post_id: "1", tag: "ride" },
			{ post_id: "2", tag: "home" },
		]);
		lake.close();
	});

	test("messages of the same number in two chats of Telegram's are two posts", async () => {
		const chat = (id: number) =>
			json({
				name: "Group",
				type: "private_supergroup",
				id,
				messages: [
					{
						id: 5,
						type: "message",
						date: "2024-05-31T09:05:00",
						date_unixtime: String(AT / 1000),
						from_id: "user7",
						text: "#lake",
					},
				],
			});
		const lake = await buildFrom(posts, {
			"posts/a/result.json": chat(1),
			"posts/b/result.json": chat(2),
			"posts/c/result.json": chat(2),
		});
		expect(await lake.query("SELECT post_id FROM posts ORDER BY ALL")).toEqual([
			{ post_id: "1/5" },
			{ post_id: "2/5" },
		]);
		lake.close();
	});

	test("rows of a CSV whose cells are not those of its first line are rejected, and so are rounded ids", async () => {
		const lake = await buildFrom(posts, {
			"posts/a.csv": [
				"id,created_at,text,author,,",
				`1,${iso},"Hello, world",ann`,
				`2,${iso},Hello, world #news,ann,,x`,
				`3,${iso},Hello`,
				`4,${iso}`,
				`1.23457E+17,${iso},Hello,ann`,
				`5,${iso},Hello,ann,,,`,
			].join("\n"),
		});
		expect(
			await lake.query("SELECT post_id, author FROM posts ORDER BY ALL"),
		).toEqual([
			{ post_id: "1", author: "ann" },
			{ post_id: "3", author: null },
			{ post_id: "5", author: "ann" },
		]);
		expect(lake.rejects.map(({ line, reason }) => [line, reason])).toEqual([
			[3, expect.stringMatching(/^7 cells where the first line has 6/)],
			[5, "no text: the row ends before it"],
			[6, expect.stringMatching(/^a spreadsheet has rounded the id/)],
		]);
		lake.close();
	});

	test("reposts are marked, and what is no post is rejected", async () => {
		const lake = await buildFrom(posts, {
			"posts/a.jsonl": [
				{
					id: "1",
					created_at: iso,
					reblog: { id: "0", url: "https://x.example/0" },
					content: "",
				},
				{
					uri: `${uri}r`,
					value: { $type: "app.bsky.feed.repost", createdAt: iso },
				},
				{ id: 3, date_unixtime: AT / 1000, forwarded_from: "Bea", text },
				{ id: 4, timestamp: iso, value: 7 },
			]
				.map((each) => json(each))
				.join("\n"),
		});
		expect(
			await lake.query(
				"SELECT bool_and(is_repost) AS all, count(*)::INTEGER AS posts FROM posts",
			),
		).toEqual([{ all: true, posts: 3 }]);
		lake.close();
		expect(lake.rejects).toMatchObject([
			{
				line: 4,
				reason: expect.stringContaining("no text: the post has no text or"),
			},
		]);
	});

	test("dates of a CSV that tell the order in no row, or both ways, are rejected with their lines", async () => {
		const { ids, lake } = await idsOf({
			"posts/a.csv":
				"id,date,text\n1,31/05/2024,x\n2,06/01/2024,x\n3,05/31/2024,x\n4,2024-05-31,x\n",
			"posts/b.csv": "id,date,text\n5,01/02/2024,x\n6,2024-05-31,x\n",
		});
		expect(ids).toEqual(["4", "6"]);
		expect(
			lake.rejects.map(({ file, line, reason }) => [file, line, reason]),
		).toEqual([
			...[2, 3, 4].map((line) => [
				"posts/a.csv",
				line,
				expect.stringContaining("in some rows"),
			]),
			["posts/b.csv", 2, expect.stringContaining("the day or the month first")],
		]);
	});
});

describe("CSV", () => {
	test("columns by name, in any order and spelling, of any common delimiter", async () => {
		const rows = [
			["Tweet ID", "Created-At", "Full Text", "User", "Likes"],
			["1", "2024-05-01 10:00", "#One, and #one", "ada", "3"],
			["2", "2024-05-02T10:00:00Z", "two\nlines ＃Two", "", "4"],
		];
		for (const delimiter of [",", ";", "\t"]) {
			const text = rows
				.map((row) => row.map((cell) => `"${cell}"`).join(delimiter))
				.join("\r\n");
			const lake = await buildFrom(posts, { "posts/a.csv": `\uFEFF${text}` });
			expect(lake.rejects).toEqual([]);
			expect(lake.reports["posts/a.csv"]?.notes).toEqual([
				"columns left out: Likes",
			]);
			expect(
				await lake.query("SELECT * FROM posts ORDER BY post_id"),
			).toMatchObject([
				{ post_id: "1", author: "ada", tag_count: 2, text: "#One, and #one" },
				{ post_id: "2", author: null, tag_count: 1, text: "two\nlines ＃Two" },
			]);
			lake.close();
		}
	});

	test("an unnamed first column, as of a data frame's index, is left out", async () => {
		const { ids, lake } = await idsOf({
			"posts/a.tsv": "\n\tid\tdate\ttext\n0\t17\t2024-05-01\t#One\n",
		});
		expect(lake.rejects).toEqual([]);
		expect(ids).toEqual(["17"]);
	});

	test("a row that is no post is rejected with its line and a remedy", async () => {
		const { ids, lake } = await idsOf({
			"posts/a.csv":
				'id,date,text,retweet\n1,2024-05-01,"a\nb",false\n,2024-05-01,x,\n3,01/02/2024,x,\n4,2024-05-01,,TRUE\n5\n',
		});
		expect(ids).toEqual(["1", "4"]);
		expect(lake.rejects.map(({ line, reason }) => [line, reason])).toEqual([
			[4, "no id: the cell is empty"],
			[5, expect.stringContaining("may have the day or the month first")],
			[7, "no time: the cell is empty"],
		]);
	});

	test.each([
		["when,what\n", "id: name one id or post_id"],
		["id,text\n1,x\n", "time: name one created_at or date"],
		["id;date\n1;2024-05-01\n", "text: name one text"],
	])("%j is told what it lacks", async (content, remedy) => {
		const { lake } = await idsOf({ "posts/a.csv": content });
		expect(lake.rejects).toMatchObject([
			{
				line: 1,
				reason: `the first line names no column for a post's ${remedy}`,
			},
		]);
	});
});

test("a long post has the tags of its whole text", async () => {
	const lake = await buildFrom(posts, {
		"posts/a.jsonl": json({
			...tagged("1", "One"),
			text: "#One …",
			truncated: true,
			extended_tweet: {
				full_text: "#One #Two",
				entities: tagged("1", "One", "Two").entities,
			},
		}),
	});
	expect(
		await lake.query(
			"SELECT tag, text FROM post_tags JOIN posts USING (post_id) ORDER BY ordinal",
		),
	).toEqual([
		{ tag: "one", text: "#One #Two" },
		{ tag: "two", text: "#One #Two" },
	]);
	lake.close();
});

test("columns of a post", async () => {
	const lake = await buildFrom(posts, {
		"posts/a.json": json([
			tweet("10", {
				id: 11,
				text: "RT @bob: #Inner",
				entities: { hashtags: [{ text: "Own" }, { text: "OWN" }] },
				retweeted_status: tagged("9", "inner"),
			}),
			{
				id: "b",
				author: "Bo",
				created_at: "2014-09-29 17:16:32 +0000",
				text: "see #Über http://x.org/#no",
			},
			{
				id: "c",
				created_at: "2014-09-29T19:16:32.5+02:00",
				full_text: "\ud83d lone",
				url: "javascript:alert(1)",
				referenced_tweets: [{ type: "retweeted", id: "9" }],
			},
		]),
	});
	expect(lake.rejects).toEqual([]);
	expect(await lake.query("SELECT * FROM posts ORDER BY post_id")).toEqual([
		{
			post_id: "10",
			author: "ada",
			created_at: new Date("2014-08-31T00:29:15Z"),
			is_repost: true,
			tag_count: 2,
			text: "RT @bob: #Inner",
			url: "https://twitter.com/ada/status/10",
		},
		{
			post_id: "b",
			author: "Bo",
			created_at: new Date("2014-09-29T17:16:32Z"),
			is_repost: false,
			tag_count: 1,
			text: "see #Über http://x.org/#no",
			url: null,
		},
		{
			post_id: "c",
			author: null,
			created_at: new Date("2014-09-29T17:16:32.500Z"),
			is_repost: true,
			tag_count: 0,
			text: "\uFFFD lone",
			url: null,
		},
	]);
	expect(
		await lake.query(
			"SELECT tag, post_id, ordinal FROM post_tags ORDER BY ALL",
		),
	).toEqual([
		{ tag: "own", post_id: "10", ordinal: 0 },
		{ tag: "own", post_id: "10", ordinal: 1 },
		{ tag: "über", post_id: "b", ordinal: 0 },
	]);
	lake.close();
});

test("documents of a MongoDB's export are read as what they stand for", async () => {
	const document = (id: object, at: object, more = {}) =>
		json({
			_id: { $oid: "54298b4fa2e1d0b8a1c3b1f0" },
			...id,
			created_at: at,
			text: "#Lake",
			...more,
		});
	const lake = await buildFrom(posts, {
		"posts/a.json": [
			document(
				{ id: { $numberLong: "505874924095815681" } },
				{ $date: "2014-09-29T10:00:00.000Z" },
			),
			document({}, { $date: { $numberLong: "1411984800000" } }),
		].join("\n"),
		"posts/b.jsonl": document(
			{ id: "3" },
			{},
			{ created_at: "2014-09-29T10:00:00Z" },
		),
	});
	expect(lake.rejects).toEqual([]);
	expect(
		await lake.query("SELECT post_id, created_at FROM posts ORDER BY post_id"),
	).toEqual(
		["3", "505874924095815681", "54298b4fa2e1d0b8a1c3b1f0"].map((post_id) => ({
			post_id,
			created_at: new Date("2014-09-29T10:00:00Z"),
		})),
	);
	lake.close();
});

test("an id that is only a number keeps all its digits", async () => {
	const { ids } = await idsOf({
		"posts/a.jsonl":
			'{"id":505874924095815681,"created_at":"2014-09-29","text":""}\n{"id":505874924095815682,"created_at":"2014-09-29","text":""}',
	});
	expect(ids).toEqual(["505874924095815681", "505874924095815682"]);
});

describe("the same post twice counts once", () => {
	test("and equal copies are no rejects", async () => {
		const lake = await buildFrom(posts, {
			"posts/a.json": json([tweet("1")]),
			"posts/b.jsonl": `${json(tweet("1"))}\n${json(tweet("1"))}`,
		});
		expect(lake.rejects).toEqual([]);
		expect(lake.counts).toEqual({
			"posts kept": 1,
			"duplicate posts": 2,
			"replaced posts": 0,
		});
		lake.close();
	});

	const note = (content: string, updated?: string) =>
		json({
			type: "OrderedCollection",
			orderedItems: [
				{
					type: "Create",
					actor: "https://social.example/users/ada",
					object: {
						...{ id: "https://social.example/1", type: "Note" },
						...{ published: "2024-05-02T00:00:00Z", updated, content },
					},
				},
			],
		});
	const status = (content: string, edited_at: string | null) =>
		json([
			{ id: "1", created_at: "2024-05-02T00:00:00.000Z", edited_at, content },
		]);
	const message = (text: string, edited = {}) =>
		json({
			...{ name: "Lake", type: "public_channel", id: 7 },
			messages: [
				{
					...{ id: 1, type: "message", text, date: "2024-05-02T00:00:00" },
					...{ date_unixtime: "1714608000", ...edited },
				},
			],
		});
	const submission = (title: string, edited: number | boolean) =>
		json({ id: "x1", title, selftext: "", created_utc: 1714608000, edited });

	test.each([
		[
			"of Mastodon's archive",
			"json",
			note("#Before and more #tags"),
			note("#After", "2024-05-03T00:00:00Z"),
		],
		[
			"of Mastodon's API",
			"json",
			status("<p>#Before and #more</p>", null),
			status("<p>#After</p>", "2024-05-03T00:00:00.000Z"),
		],
		[
			"of Telegram",
			"json",
			message("#Before and #more", { edited_unixtime: "1714694400" }),
			message("#After", {
				edited: "2024-05-04T02:00:00",
				edited_unixtime: "1714780800",
			}),
		],
		[
			"of Reddit",
			"jsonl",
			submission("#Before and #more", false),
			submission("#After", 1714694400),
		],
		[
			"of a CSV",
			"csv",
			"id,date,edited_at,text\n1,2024-05-02,,#Before and #more\n",
			"id,date,edited_at,text\n1,2024-05-02,2024-05-03,#After\n",
		],
	])(
		"the later edit counts, though shorter, %s",
		async (_, ending, before, after) => {
			for (const [first, second] of [
				["a", "b"],
				["b", "a"],
			] as const) {
				const lake = await buildFrom(posts, {
					[`posts/${first}.${ending}`]: before,
					[`posts/${second}.${ending}`]: after,
				});
				expect(await lake.query("SELECT tag FROM post_tags")).toEqual([
					{ tag: "after" },
				]);
				expect(lake.rejects).toMatchObject([
					{
						file: `posts/${first}.${ending}`,
						reason: expect.stringContaining(`posts/${second}.${ending}`),
					},
				]);
				lake.close();
			}
		},
	);

	const copies = {
		"posts/a.json": json([tweet("1", { text: "short" }), tagged("2", "x")]),
		"posts/b.jsonl": [
			tweet("1", {
				text: "longer text",
				created_at: "2015-01-01T00:00:00Z",
			}),
			tagged("2", "x", "y"),
			tagged("2", "x"),
		]
			.map((post) => json(post))
			.join("\n"),
		"posts/c/2014_09.js": `tweets = ${json([tweet("1", { text: "short" })])}`,
	};

	test("whatever the order of the files", async () => {
		const answers = [];
		for (const order of [
			(files: unknown[]) => files,
			(files: unknown[]) => [...files].reverse(),
		]) {
			const lake = await buildFrom(
				posts,
				copies,
				order as <T>(files: T[]) => T[],
			);
			expect(
				lake.rejects
					.map(({ file, line, reason, sample }) =>
						[file, line, reason, sample].join(" | "),
					)
					.sort(),
			).toEqual([
				"posts/a.json | 1 | another copy of the post in posts/b.jsonl line 1, which counts | 1",
				"posts/a.json | 1 | another copy of the post in posts/b.jsonl line 2, which counts | 2",
				"posts/b.jsonl | 3 | another copy of the post in posts/b.jsonl line 2, which counts | 2",
				"posts/c/2014_09.js | 1 | another copy of the post in posts/b.jsonl line 1, which counts | 1",
			]);
			expect(lake.counts).toEqual({
				"posts kept": 2,
				"duplicate posts": 0,
				"replaced posts": 4,
			});
			answers.push([
				await lake.query("FROM posts"),
				await lake.query("FROM post_tags"),
				await lake.query("FROM post_funnel"),
			]);
			lake.close();
		}
		expect(answers[0]).toEqual(answers[1]);
		expect(answers[0]?.[0]).toMatchObject([
			{ post_id: "2", tag_count: 2 },
			{ post_id: "1", text: "longer text" },
		]);
		expect(answers[0]?.[1]).toMatchObject([{ tag: "x" }, { tag: "y" }]);
	});
});

describe("bad input", () => {
	const good = `${json(tweet("1"))}\n`;

	test("a broken line is rejected with its number, the others stay", async () => {
		const { ids, lake } = await idsOf({
			"posts/a.jsonl": `${good}{"id_str": "2", "te\n\n[1]\n${json(tweet("3", { created_at: "soon" }))}\n${json({ ...tweet("4"), id_str: undefined })}\n${json({ id_str: "5" })}\n${json(tweet("6"))}\n{"id_str": "7", `,
		});
		expect(ids).toEqual(["1", "6"]);
		expect(lake.rejects.map(({ line, reason }) => [line, reason])).toEqual([
			[2, "not valid JSON"],
			[4, "not a JSON object"],
			[5, "not a time: created_at is soon"],
			[6, "no id: the post has neither id_str nor id nor uri"],
			[7, expect.stringContaining("no time: the post has no created_at or")],
			[9, "not valid JSON"],
		]);
		expect(lake.rejects[0]?.sample).toBe('{"id_str": "2", "te');
	});

	test("a document cut in the middle is rejected with the line of its end", async () => {
		const whole = json([tweet("1"), tweet("2")], null, 1);
		for (let length = 1; length < whole.length; length += 7) {
			const { ids, lake } = await idsOf({
				"posts/a.json": whole.slice(0, length),
				"posts/b.jsonl": json(tweet("9")),
			});
			expect(ids).toEqual(["9"]);
			expect(lake.rejects).toMatchObject([
				{
					file: "posts/a.json",
					line: whole.slice(0, length).trimEnd().split("\n").length,
					reason: expect.stringContaining("cut off"),
				},
			]);
		}
	});

	test("invalid UTF-8 is rejected with its line", async () => {
		const bad = Buffer.from([0xff, 0xc3, 0x28]);
		const document = json([tweet("2"), tweet("3")], null, 1);
		const at = document.indexOf("hello", document.indexOf('"3"'));
		const { ids, lake } = await idsOf({
			"posts/a.jsonl": Buffer.concat([
				Buffer.from(good),
				Buffer.from('{"id_str":"'),
				bad,
				Buffer.from('"}\n'),
			]),
			"posts/b.json": Buffer.concat([
				Buffer.from(document.slice(0, at)),
				bad,
				Buffer.from(document.slice(at)),
			]),
		});
		expect(ids).toEqual(["1", "2"]);
		expect(lake.rejects).toMatchObject([
			{ file: "posts/a.jsonl", line: 2, reason: "not valid UTF-8" },
			{
				file: "posts/b.json",
				line: document.slice(0, at).split("\n").length,
				reason: "not valid UTF-8",
			},
		]);
	});

	test("a row of a CSV that is not UTF-8 is rejected, and one that holds the sign for it stays", async () => {
		const { ids, lake } = await idsOf({
			"posts/a.csv": Buffer.from(
				"id;created_at;text\n1;2024-05-01;plain\n2;2024-05-01;Z\xfcrich #Gr\xfcn\n",
				"latin1",
			),
			"posts/b.csv": "id;created_at;text\n3;2024-05-01;lost \uFFFD before\n",
		});
		expect(ids).toEqual(["1", "3"]);
		expect(lake.rejects).toMatchObject([
			{
				file: "posts/a.csv",
				line: 3,
				reason: "not valid UTF-8: save the file as UTF-8",
			},
		]);
	});

	test.each([
		["empty.json", "", null, "the file is empty"],
		["white.json", " \n ", null, "nothing but white space"],
		["html.json", "<!doctype html>", 1, "neither a JSON list"],
		["other.json", '{"a": {\n"statuses": []}}', 1, "no list named"],
		["more.json", "[]\n[]", 2, "goes on behind its end"],
		["comma.json", "[\n,{}]", 2, "a comma without a value"],
		["code.js", "alert('statuses')", 1, "not an archive month"],
		[
			"utf16.json",
			Buffer.from("\uFEFF[\n\uDC00]", "utf16le").swap16(),
			1,
			"not valid UTF-16BE",
		],
		["not.jsonl.gz", good, null, "not valid gzip"],
		[
			"cut.jsonl.gz",
			gzipSync(good.repeat(50)).subarray(0, 100),
			null,
			"cut off",
		],
	])("%s", async (name, content, line, reason) => {
		const { ids, lake } = await idsOf({
			[`posts/${name}`]: content,
			"posts/z.jsonl": good,
		});
		expect(ids).toEqual(["1"]);
		expect(lake.rejects).toMatchObject([
			{ line, reason: expect.stringContaining(reason) },
		]);
	});

	test("one bad value of a list does not spoil the others", async () => {
		const { ids, lake } = await idsOf({
			"posts/a.json": `[${json(tweet("1"))},\n{"id_str": 'x', "t": "]"},\n7,\n${json(tweet("2"))}]`,
		});
		expect(ids).toEqual(["1", "2"]);
		expect(lake.rejects.map(({ line, reason }) => [line, reason])).toEqual([
			[2, "not valid JSON"],
			[3, "not a JSON object"],
		]);
	});
});

test("a tag's occurrences say whether they repeat one of the same post, and reposts themselves", async () => {
	const lake = await buildFrom(posts, {
		"posts/a.jsonl": [
			{
				...tweet("1", { entities: undefined }),
				text: "#İ #i̇ #Straße #STRASSE ＃x ﹟X",
			},
			{ ...tagged("2", "x", "y", "x"), retweeted_status: {} },
		]
			.map((post) => json(post))
			.join("\n"),
	});
	expect(
		await lake.query(
			"SELECT post_id, tag, is_repost, is_first FROM post_tags ORDER BY post_id, ordinal",
		),
	).toEqual(
		[
			["1", "i̇", false, true],
			["1", "i̇", false, false],
			["1", "straße", false, true],
			["1", "strasse", false, true],
			["1", "x", false, true],
			["1", "x", false, false],
			["2", "x", true, true],
			["2", "y", true, true],
			["2", "x", true, false],
		].map(([post_id, tag, is_repost, is_first]) => ({
			...{ post_id, tag, is_repost, is_first },
		})),
	);
	expect(
		await lake.query(
			"SELECT posts, tagged, tags, reposts, tagged_reposts, repost_tags FROM posts_per_day",
		),
	).toEqual([
		{
			posts: 2n,
			tagged: 2n,
			tags: 9n,
			reposts: 1n,
			tagged_reposts: 1n,
			repost_tags: 3n,
		},
	]);
	lake.close();
});

test("times are cut to the millisecond, and those that no post can have are rejected", async () => {
	const times = [
		"0001-01-01",
		"1969-12-31T23:59:59.999999Z",
		"1970-01-01T00:00:00.000999Z",
		"2024-05-01T10:00:00.123987Z",
		"2099-12-31T23:59:59.999999Z",
		"2100-01-01",
	];
	const lake = await buildFrom(posts, {
		"posts/a.jsonl": times
			.map((created_at, id) => json(tweet(`a${id}`, { created_at })))
			.join("\n"),
		"posts/b.csv": `id,date,text\n${times.map((time, id) => `b${id},${time},x`).join("\n")}`,
		"posts/outbox.json": json({
			orderedItems: times.map((published, id) =>
				activity("Create", note(`c${id}`, { published })),
			),
		}),
	});
	expect(
		await lake.query(
			"SELECT created_at::VARCHAR AS time, count(*)::INTEGER AS posts FROM posts GROUP BY ALL ORDER BY ALL",
		),
	).toEqual(
		[
			"1970-01-01 00:00:00",
			"2024-05-01 10:00:00.123",
			"2099-12-31 23:59:59.999",
		].map((time) => ({ time, posts: 3 })),
	);
	expect(new Set(lake.rejects.map(({ reason }) => reason))).toEqual(
		new Set(
			["0001-01-01", "1969-12-31T23:59:59.999999Z", "2100-01-01"].flatMap(
				(time) => [
					`not between 1970 and 2099: created_at is ${time}`,
					`not between 1970 and 2099: ${time}; write it as 2024-05-31T14:05:00Z`,
					`not between 1970 and 2099: published is ${time}`,
				],
			),
		),
	);
	lake.close();
});

test("the funnel adds up, the window's start excluded", async () => {
	const at = (id: string, time: string, ...tags: string[]) => ({
		...tagged(id, ...tags),
		created_at: time,
	});
	const lake = await buildFrom(posts, {
		"posts/a.json": json([
			at("1", "2024-01-01T00:00:00Z", "edge"),
			at("2", "2024-01-01T00:00:01Z", "b", "b", "a"),
			at("3", "2024-01-05T00:00:00Z", "c"),
			at("4", "2024-01-08T00:00:00Z"),
			at("5", "2023-12-01T00:00:00Z"),
		]),
	});
	expect(await lake.query("FROM post_funnel")).toEqual([
		{
			all_posts: 5n,
			without_tags: 2n,
			outside: 1n,
			counted: 2n,
			tags: 4n,
			window_start: new Date("2024-01-01T00:00:00Z"),
			window_end: new Date("2024-01-08T00:00:00Z"),
		},
	]);
	expect(await lake.query("FROM post_top_tags")).toEqual([
		{ tag: "b", occurrences: 2n, posts: 1n },
		{ tag: "a", occurrences: 1n, posts: 1n },
		{ tag: "c", occurrences: 1n, posts: 1n },
	]);
	lake.close();
});

describe.skipIf(missingSharedData)("real posts", () => {
	test("are counted as a few independent lines count them", async () => {
		const files = await sharedFiles("posts");
		const all = new Map<
			string,
			{ entities: { hashtags: { text: string }[] } }
		>();
		for (const { absolutePath } of files) {
			const text = await readFile(absolutePath, "utf8");
			const value = JSON.parse(text.replace(/^Grailbird[^=]*=/, ""));
			for (const post of value.statuses ?? value) all.set(post.id_str, post);
		}
		const tags = [...all.values()].flatMap((post) =>
			post.entities.hashtags.map((tag) => tag.text.toLowerCase()),
		);
		const counts = new Map<string, number>();
		for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
		const top = [...counts]
			.map(([tag, n]) => ({ tag, n }))
			.sort((a, b) => b.n - a.n || (a.tag < b.tag ? -1 : 1));

		const lake = await buildInMemory(posts, files);
		expect(lake.rejects).toEqual([]);
		expect(
			await lake.query(
				"SELECT count(*)::INTEGER AS posts, count(*) FILTER (tag_count > 0)::INTEGER AS tagged, sum(tag_count)::INTEGER AS tags FROM posts",
			),
		).toEqual([{ posts: all.size, tagged: 251, tags: tags.length }]);
		expect([all.size, tags.length]).toEqual([1620, 309]);
		expect(
			await lake.query(
				"SELECT tag, count(*)::INTEGER AS n FROM post_tags GROUP BY tag ORDER BY n DESC, tag",
			),
		).toEqual(top);
		expect(top.slice(0, 2)).toEqual([
			{ tag: "itistime", n: 53 },
			{ tag: "tilnextweek", n: 52 },
		]);
		lake.close();
	});
});
if (missingSharedData) console.warn(missingSharedData);
