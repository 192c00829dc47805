import type { Browser, Page } from "@playwright/test";
import {
	afterAll,
	beforeAll,
	describe,
	expect,
	onTestFailed,
	test,
} from "vitest";
import { browserPath, launch } from "../browser.ts";
import { builtSite } from "../site/built-site.ts";
import { outcomeOf, runSql } from "../site/sql-page.ts";
import {
	type FaultName,
	type FaultyHost,
	faultyHost,
} from "../support/faulty-host.ts";

const FILES = /\/lake\/(?:posts|post_tags)\/.*\.parquet$/;
/** What each case asks for: its bytes have to come from the host, since nobody has read them. */
const COLUMNS = [
	...["post_id", "author", "created_at", "is_repost", "tag_count"].map(
		(column) => [column, "posts"] as const,
	),
	...["tag", "post_id", "ordinal", "author", "created_at"].map(
		(column) => [column, "post_tags"] as const,
	),
];
/** How often the host fails, and what the page says then. */
const CASES: readonly (readonly [
	fault: FaultName,
	times: number,
	says: RegExp,
])[] = [
	["503 with Retry-After", 2, /^1 row in/],
	["no answer", 1, /^1 row in/],
	["a cut in the middle", 2, /^1 row in/],
	["the whole file", Number.POSITIVE_INFINITY, /^1 row in/],
	["the range, compressed", 1, /^1 row in/],
	["wrong bytes of the right length", 1, /^1 row in/],
	[
		"wrong bytes of the right length",
		Number.POSITIVE_INFINITY,
		/post_tags\/.+\.parquet: bytes .+ are not what the catalog's checksum says, twice/,
	],
	[
		"a range of the compressed file",
		Number.POSITIVE_INFINITY,
		/post_tags\/.+\.parquet: the network failed .+ without a range the host answers: something may refuse or compress/,
	],
	[
		"500",
		Number.POSITIVE_INFINITY,
		/post_tags\/.+\.parquet: the host answered 500/,
	],
	["404", 1, /post_tags\/.+\.parquet: not on the host any more \(404\)/],
];

describe.skipIf(browserPath() === null)(
	"a host that fails under a page",
	() => {
		let host: FaultyHost;
		let browser: Browser;
		/** The page of all cases, as it takes seconds to start its engine. */
		let shared: Page | undefined;
		beforeAll(async () => {
			host = await faultyHost(builtSite());
			browser = await launch();
		});
		afterAll(async () => {
			await browser?.close();
			await host?.close();
		});

		test.each(
			CASES.map(([...one], at) => [...one, COLUMNS[at] ?? ["", ""]] as const),
		)("%s, %d times", async (fault, times, says, [column, table]) => {
			onTestFailed(() => {
				shared = undefined;
			});
			shared ??= await open();
			host.spoil(fault, FILES, times);
			const sql = `select sum(hash(${column})) from ${table}`;
			await runSql(shared, sql);
			expect(await outcomeOf(shared)).toMatch(says);
			expect(host.mend()).toBeGreaterThan(0);
			// The page goes on.
			await runSql(shared, sql);
			expect(await outcomeOf(shared)).toMatch(/^1 row in/);
		});

		/** The SQL page with nothing kept from others. */
		async function open(): Promise<Page> {
			const context = await browser.newContext();
			const page = await context.newPage();
			await page.goto(`${host.url}sql/`);
			return page;
		}
	},
);
