import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import {
	afterAll,
	beforeAll,
	describe,
	expect,
	onTestFailed,
	onTestFinished,
	test,
} from "vitest";
import { buildPage } from "../../scripts/bench/build-page.ts";
import { contentSecurityPolicy } from "../../src/lib/hosts/csp.ts";
import { ISOLATION_HEADERS } from "../../src/lib/hosts/isolation.ts";
import { suitableDecoders } from "../../workers/decode-pool.ts";
import { browserPath, launch } from "../browser.ts";
import { bytesWritten } from "../site/bytes-written.ts";
import { complaintsOf } from "../site/complaints.ts";
import { endWorkers } from "../support/end-workers.ts";
import { writeTestLake } from "../support/test-lake.ts";
import type { EnginePage } from "./page.ts";

declare const page: EnginePage;

const TYPES: Readonly<Record<string, string>> = {
	".html": "text/html",
	".js": "text/javascript",
	".json": "application/json",
};

/** Where the pages are cross-origin isolated, and where not. */
const BASES = { isolated: "/isolated/base/", "not isolated": "/deep/base/" };

/** Statements that DuckDB's core does not answer, and what the refusal names. */
const NEEDS_EXTENSION = [
	["SELECT json_extract(name, '$.a') FROM numbers", "json_extract"],
	["SELECT name->'a' FROM numbers", "->"],
	["SELECT name->>'$.a' FROM numbers", "->>"],
	["SELECT name::JSON FROM numbers", "json"],
	["SELECT to_json(i) FROM numbers", "to_json"],
	["SELECT json_object('a', 1)", "json_object"],
	["SELECT now()::TIMESTAMP AT TIME ZONE 'Europe/Berlin'", "AT TIME ZONE"],
	["SELECT timezone('UTC', now()::TIMESTAMP)", "timezone"],
	["SELECT date_trunc('day', now())", "date_trunc"],
	["SELECT current_date", "current_date"],
	["SELECT today()", "today"],
	["SELECT current_time", "current_time"],
	["SELECT localtimestamp", "localtimestamp"],
	["SELECT now() - INTERVAL 1 DAY", "now()::TIMESTAMP"],
	["SELECT age(now())", "age"],
	["SELECT year(now())", "year"],
	["SELECT extract(hour FROM now())", "extract"],
	["SELECT date_part('year', now())", "date_part"],
	["SELECT datediff('day', now(), now())", "datediff"],
	["SELECT last_day(now())", "last_day"],
	["SELECT time_bucket(INTERVAL 1 DAY, now())", "time_bucket"],
	["SELECT now()::DATE", "ts::TIMESTAMP::DATE"],
	["SELECT make_timestamptz(2024, 1, 1, 1, 1, 1)", "make_timestamptz"],
	["SELECT current_setting('TimeZone')", "current_setting"],
	["FROM pg_timezone_names()", "pg_timezone_names"],
	["FROM icu_calendar_names()", "icu_calendar_names"],
	["SELECT icu_sort_key(name, 'de') FROM numbers", "icu_sort_key"],
	["SELECT name FROM numbers ORDER BY name COLLATE de", "collate"],
	["FROM read_xlsx('x.xlsx')", "read_xlsx"],
	["SELECT st_point(1, 2)", "st_point"],
	["FROM st_read('x.geojson')", "st_read"],
	["SELECT stem('running', 'english')", "stem"],
	["FROM sqlite_scan('x.db', 't')", "sqlite_scan"],
	["FROM postgres_scan('', 'public', 't')", "postgres_scan"],
	["FROM delta_scan('s3://x')", "delta_scan"],
	["FROM iceberg_scan('s3://x')", "iceberg_scan"],
	["FROM read_text('x.txt')", "read_text"],
	["FROM glob('*')", "glob"],
	["SELECT host('1.1.1.1'::INET)", "inet"],
	["FROM dbgen(sf=1)", "dbgen"],
	["PRAGMA version", "PRAGMA"],
	["INSTALL json", "INSTALL"],
	["LOAD httpfs", "LOAD"],
	["ATTACH 'x.db'", "ATTACH"],
	["COPY numbers TO 'x.csv'", "COPY"],
] as const;

/** Each looks into the one before: DuckDB's optimizer leaves its stack. */
const CRASHING = `WITH c0 AS (SELECT i FROM range(2) r(i)), ${Array.from(
	{ length: 800 },
	(_, at) => `c${at + 1} AS (SELECT i + 1 AS i FROM c${at})`,
).join(", ")} FROM c800`;

let folder: string;
let server: Server;
let origin: string;
let root: string;
/** Whether the host knows what `.gz` is, and lets the browser unpack it. */
let announcesGzip = false;
/** Whether the script of DuckDB's threads is missing. */
let lacksThreads = false;
let ranges = 0;
/** Stops answers to range requests until it is resolved. */
let gate: Promise<void> | undefined;
let browser: Browser;
let context: BrowserContext;

describe.skipIf(browserPath() === null)("the engine in a browser", () => {
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "lakeside-engine-"));
		await buildPage(
			new URL("page.html", import.meta.url),
			join(folder, "site"),
		);
		await writeTestLake(join(folder, "site", "lake"), [
			{
				name: "numbers",
				select:
					"SELECT i, i % 7 AS rest, 'n' || i AS name, (i // 50000)::INTEGER AS part FROM range(200000) r(i)",
				partitionKeys: ["part"],
				rowGroupSize: 20_480,
			},
			{
				name: "unread",
				select: "SELECT i, (i // 500)::INTEGER AS part FROM range(2000) r(i)",
				partitionKeys: ["part"],
			},
		]);
		server = createServer(async (request, response) => {
			const path = new URL(request.url ?? "/", "http://host").pathname;
			const base = Object.values(BASES).find((start) => path.startsWith(start));
			const file = join(folder, "site", path.slice(base?.length));
			const bytes = await readFile(file).catch(() => null);
			const isMissing = lacksThreads && path.includes(".pthread.");
			if (bytes === null || base === undefined || isMissing) {
				response.writeHead(404).end();
				return;
			}
			const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
			if (range !== null) {
				ranges += 1;
				await gate;
			}
			const [first, last] = range
				? [Number(range[1]), Number(range[2])]
				: [0, bytes.length - 1];
			response.writeHead(range === null ? 200 : 206, {
				"Content-Length": last + 1 - first,
				"Content-Type": TYPES[extname(path)] ?? "application/octet-stream",
				"Content-Security-Policy": contentSecurityPolicy({ lakeUrl: null }),
				...(base === BASES.isolated ? ISOLATION_HEADERS : {}),
				...(range === null
					? {}
					: { "Content-Range": `bytes ${first}-${last}/${bytes.length}` }),
				...(announcesGzip && path.endsWith(".gz")
					? { "Content-Encoding": "gzip" }
					: {}),
			});
			response.end(bytes.subarray(first, last + 1));
		});
		await new Promise<void>((resolve) =>
			server.listen(0, "127.0.0.1", () => resolve()),
		);
		const { port } = server.address() as AddressInfo;
		origin = `http://127.0.0.1:${port}`;
		browser = await launch();
	});

	afterAll(async () => {
		await browser?.close();
		server?.closeAllConnections();
		server?.close();
		if (folder !== undefined) await rm(folder, { recursive: true });
	});

	describe.each(["isolated", "not isolated"] as const)("%s", (kind) => {
		const isIsolated = kind === "isolated";
		beforeAll(async () => {
			root = origin + BASES[kind];
			announcesGzip = false;
			context = await browser.newContext();
		});
		afterAll(() => context?.close());

		/** A page whose engine is open, and what it complained of so far. */
		async function openPage() {
			const tab = await context.newPage();
			const complaints = complaintsOf(tab, root);
			await tab.goto(`${root}page.html`);
			await tab.waitForFunction(() => "page" in window);
			const status = await tab.evaluate(
				(url) => page.open(url),
				`${root}lake/`,
			);
			expect(status.engine).toMatch(/^v1\.5\./);
			const { isolated, cores } = await tab.evaluate(() => ({
				isolated: crossOriginIsolated,
				cores: navigator.hardwareConcurrency,
			}));
			expect(isolated).toBe(isIsolated);
			expect(status.threads).toBe(isIsolated ? Math.min(cores, 8) : 1);
			return { tab, complaints, threads: status.threads };
		}
		const ask = (tab: Page, sql: string, params?: (string | number)[]) =>
			tab.evaluate((request) => page.ask(request), { sql, params, id: "ask" });
		/** One page for the tests that leave an engine that answers, whichever it is: to start one takes seconds. */
		let shared: Awaited<ReturnType<typeof openPage>> | undefined;
		const sharedPage = async () => {
			onTestFailed(() => {
				shared = undefined;
			});
			shared ??= await openPage();
			return shared;
		};

		test("answers under the strict policy, below any path, and from OPFS the next time", async () => {
			const { tab, complaints } = await openPage();
			const sql =
				"SELECT rest, count(*) AS n, max(name) AS last FROM numbers WHERE part < 2 GROUP BY 1 ORDER BY 1 LIMIT 2";
			const first = await ask(tab, sql);
			expect(first).toMatchObject({
				cells: [
					[0, 14_286, "n99995"],
					[1, 14_286, "n99996"],
				],
				plan: { actual: { files: 2, rowGroups: 6, cachedBytes: 0 } },
			});
			// The answer comes on another port than what is told on the way to it.
			const told = () => tab.evaluate(() => page.progress);
			await expect
				.poll(async () => [
					...new Set((await told()).map(({ stage }) => stage)),
				])
				.toEqual(["engine", "plan", "fetch", "load", "run"]);
			const progress = await told();
			const engine = progress.filter(({ stage }) => stage === "engine").at(-1);
			expect(engine).toMatchObject({ bytes: expect.any(Number) });
			if (engine?.stage === "engine")
				expect(engine.bytes).toBe(engine.totalBytes);

			await bytesWritten(tab);
			expect(complaints).toEqual([]);
			await tab.close();

			announcesGzip = true;
			const again = await sharedPage();
			ranges = 0;
			expect(await ask(again.tab, sql)).toMatchObject({
				rows: 2,
				plan: { actual: { requests: 0, bytes: 0, rowGroups: 6 } },
			});
			expect(ranges).toBe(0);
			expect(again.complaints).toEqual([]);
		});

		if (isIsolated)
			test("answers are whole also where a thread has made the memory larger", async () => {
				const { tab, complaints } = await sharedPage();
				// Sorts and hash tables that the memory of an engine that has answered little
				// does not hold; several answers of which each is larger than what came before.
				for (const millions of [1, 2]) {
					const count = millions * 1_000_000;
					expect(
						await ask(
							tab,
							`SELECT rest, count(DISTINCT i) AS n, max(nth) AS last
						FROM (
							SELECT i * ${count / 200_000} + k AS i, rest,
								row_number() OVER (PARTITION BY rest ORDER BY hash(i), k) AS nth
							FROM numbers, range(${count / 200_000}) ks(k)
						) GROUP BY 1 ORDER BY 1 LIMIT 1`,
						),
					).toMatchObject({
						cells: [
							[0, 28_572 * (count / 200_000), 28_572 * (count / 200_000)],
						],
					});
					expect(
						await ask(
							tab,
							`SELECT i, k, name || repeat('x', 20) AS name
						FROM numbers, range(${count / 200_000}) ks(k) ORDER BY hash(i), k`,
						),
					).toMatchObject({ rows: count });
				}
				expect(complaints).toEqual([]);
			});

		if (isIsolated)
			test("threads that do not start are done without", async () => {
				lacksThreads = true;
				onTestFinished(() => {
					lacksThreads = false;
				});
				const { tab } = await openPage();
				expect(
					await ask(
						tab,
						"SELECT rest, count(*) FROM numbers GROUP BY 1 ORDER BY 1 LIMIT 1",
					),
				).toMatchObject({ cells: [[0, 28_572]] });
				await tab.close();
			});

		test("values travel with the statement, and rows come in their thousands", async () => {
			const { tab, complaints } = await sharedPage();
			expect(
				await ask(
					tab,
					"SELECT name, ? AS quoted FROM numbers WHERE i = ?::BIGINT",
					["it's", 123_456],
				),
			).toMatchObject({ cells: [["n123456", "it's"]] });
			expect(await ask(tab, "SELECT i, name FROM numbers")).toMatchObject({
				rows: 200_000,
			});
			expect(complaints).toEqual([]);
		});

		test("a running query is cancelled at once and leaves the engine usable", async () => {
			const { tab, complaints } = await sharedPage();
			const endless = {
				sql: "SELECT sum(a.i * b.i) FROM numbers a, numbers b WHERE a.rest <> b.i",
				id: "endless",
			};
			const { answer, milliseconds } = await tab.evaluate(
				(request) => page.askAndCancel(request, 2000),
				endless,
			);
			expect(answer).toMatchObject({ name: "CancelledError" });
			expect(milliseconds).toBeLessThan(10_000);
			expect(await ask(tab, "SELECT count(i) FROM numbers")).toMatchObject({
				cells: [[200_000]],
			});
			expect(complaints).toEqual([]);
		});

		test("a query cancelled while it fetches ends before the host answers, and leaves the engine usable", async () => {
			const { tab } = await sharedPage();
			const { promise, resolve } = Promise.withResolvers<void>();
			gate = promise;
			try {
				const { answer } = await tab.evaluate(
					(request) => page.askAndCancel(request, 500),
					{ sql: "SELECT sum(i) FROM unread WHERE part = 3", id: "held" },
				);
				expect(answer).toMatchObject({ name: "CancelledError" });
			} finally {
				gate = undefined;
				resolve();
			}
			expect(
				await ask(tab, "SELECT sum(i) FROM unread WHERE part = 3"),
			).toMatchObject({ cells: [[874_750]] });
		});

		test("views, macros, tables and variables of one's own live beside the lake", async () => {
			const { tab, complaints } = await sharedPage();
			for (const sql of [
				"CREATE VIEW first AS SELECT * FROM numbers WHERE part = 0",
				"CREATE MACRO twice(a) AS a * 2",
				"CREATE TEMP TABLE few AS SELECT i, twice(i) AS j FROM first WHERE i < 10",
				"SET VARIABLE last = (SELECT max(i) FROM few)",
			])
				expect(await ask(tab, sql), sql).toMatchObject({ rows: 0 });
			expect(
				await ask(
					tab,
					"SELECT sum(j), count(*) FROM few JOIN first USING (i) WHERE i < getvariable('last')",
				),
			).toMatchObject({ cells: [[72, 9]] });
			for (const sql of [
				"DROP TABLE few",
				"DROP VIEW first",
				"DROP MACRO twice",
			])
				expect(await ask(tab, sql), sql).toMatchObject({ rows: 0 });
			expect(complaints).toEqual([]);
		});

		test("what an extension would do is refused by name before its time is up", async () => {
			const { tab } = await sharedPage();
			for (const [sql, named] of NEEDS_EXTENSION) {
				const answer = await Promise.race([
					ask(tab, sql),
					tab.waitForTimeout(60_000).then(() => "no answer"),
				]);
				expect(answer, sql).toMatchObject({
					name: expect.stringMatching(/^(Unsupported|Sql)Error$/),
					message: expect.stringContaining(named),
				});
			}
			expect(await ask(tab, "SELECT max(rest) FROM numbers")).toMatchObject({
				cells: [[6]],
			});
		});

		test("errors keep their kind, and what needs an extension fails at once", async () => {
			const { tab } = await sharedPage();
			expect(await ask(tab, "SELECT nothing FROM numbers")).toMatchObject({
				name: "SqlError",
				message: expect.stringContaining('"nothing" not found'),
			});
			expect(await ask(tab, "SELECT current_date")).toMatchObject({
				name: "UnsupportedError",
			});
			expect(
				await ask(tab, "SELECT * FROM 'https://example.com/x.csv'"),
			).toHaveProperty("name");
			expect(await ask(tab, "SELECT max(rest) FROM numbers")).toMatchObject({
				cells: [[6]],
			});
		});

		test("a query runs on as many threads as DuckDB is told to have", async () => {
			const { tab, threads } = await sharedPage();
			expect(
				await ask(tab, "SELECT current_setting('threads')::INTEGER"),
			).toMatchObject({ cells: [[threads]] });
			// And on no more workers: the engine's, the decoders', DuckDB's first and its threads'.
			const cores = await tab.evaluate(() => navigator.hardwareConcurrency);
			await expect
				.poll(() => tab.workers().length)
				.toBe(1 + suitableDecoders(cores) + threads);
		});

		test("workers that are killed are replaced, and the next question is answered", async () => {
			const { tab, threads } = await sharedPage();
			await ask(tab, "SELECT sum(i) FROM unread WHERE part = 0");
			for (const [name, part, sum] of [
				["decode", 1, 499_500],
				["duckdb", 2, 1_124_250],
			] as const) {
				expect(await endWorkers(tab, name)).toBeGreaterThan(0);
				expect(
					await ask(
						tab,
						`SELECT sum(i), current_setting('threads')::INTEGER
						FROM unread WHERE part <= ${part}`,
					),
				).toMatchObject({ cells: [[sum, threads]] });
			}
		});

		test("a statement that crashes DuckDB costs its own answer, and tables that chance has made", async () => {
			const { tab } = await sharedPage();
			const own = [
				"CREATE VIEW second AS SELECT i, rest FROM numbers WHERE part = 1",
				"CREATE MACRO twice(a) AS a * 2",
				"CREATE TEMP TABLE few AS SELECT i, twice(i) AS j FROM second WHERE rest = 3",
				"SET VARIABLE last = (SELECT max(i) FROM few)",
				"CREATE TABLE drawn AS SELECT random() AS r FROM range(5)",
			];
			for (const sql of own)
				expect(await ask(tab, sql)).toMatchObject({ rows: 0 });
			const sql =
				"SELECT count(j), max(twice(i)), (SELECT count(*) FROM second), getvariable('last') FROM few";
			const before = await ask(tab, sql);
			expect(before).toMatchObject({ rows: 1, notices: [] });
			await bytesWritten(tab);

			// Where it runs on threads the stack's end goes unnoticed, and it never ends.
			const { answer } = await tab.evaluate(
				([request, wait]) => page.askAndCancel(request, wait),
				[
					{ sql: CRASHING, id: "crashing" },
					isIsolated ? 3000 : 60_000,
				] as const,
			);
			expect(answer).toMatchObject({
				name: isIsolated
					? expect.stringMatching(/^(Sql|Cancelled)Error$/)
					: "SqlError",
			});
			ranges = 0;
			const after = await ask(tab, sql);
			expect(after).toMatchObject({ cells: before.cells });
			expect(after.notices?.flatMap(({ lost }) => lost)).toEqual([
				"table drawn",
			]);
			expect(after.notices?.at(-1)).toMatchObject({ restored: 4 });
			expect(ranges).toBe(0);
			expect(await ask(tab, "FROM drawn")).toMatchObject({ name: "SqlError" });
		});

		// It takes a while, and threads have no part in it.
		if (!isIsolated)
			test("a query that takes all the memory there is says so, and the next question is answered", async () => {
				const { tab } = await sharedPage();
				expect(
					await ask(
						tab,
						"SELECT len(list(repeat('x', 4000000) || i)) FROM range(4000) t(i)",
					),
				).toMatchObject({
					name: "SqlError",
					message: expect.stringMatching(/Out of Memory|out of bounds/),
				});
				expect(await ask(tab, "SELECT max(i) FROM numbers")).toMatchObject({
					cells: [[199_999]],
				});
			});

		test("a database that is ended while all its threads work is followed by another", async () => {
			const { tab, threads } = await sharedPage();
			expect(await tab.evaluate(() => page.endAndOpenAgain())).toEqual({
				ended: "EngineLostError",
				threads,
				rows: 3,
			});
		});
	});
});
