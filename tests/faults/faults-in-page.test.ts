import type { Browser } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserPath, launch } from "../browser.ts";
import { builtSite } from "../site/built-site.ts";
import { failureOf, outcomeOf, runSql } from "../site/sql-page.ts";
import {
	type FaultName,
	type FaultyHost,
	faultyHost,
} from "../support/faulty-host.ts";

const FILES = /\/lake\/posts\/.*\.parquet$/;
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
		/posts\/.+\.parquet: bytes .+ are not what the catalog's checksum says, twice/,
	],
	[
		"a range of the compressed file",
		Number.POSITIVE_INFINITY,
		/posts\/.+\.parquet: the network failed .+ without a range the host answers: something may refuse or compress/,
	],
	[
		"500",
		Number.POSITIVE_INFINITY,
		/posts\/.+\.parquet: the host answered 500/,
	],
	["404", 1, /posts\/.+\.parquet: not on the host any more \(404\)/],
];

describe.skipIf(browserPath() === null)(
	"a host that fails under a page",
	() => {
		let host: FaultyHost;
		let browser: Browser;
		beforeAll(async () => {
			host = await faultyHost(builtSite());
			browser = await launch();
		});
		afterAll(async () => {
			await browser?.close();
			await host?.close();
		});

		test.each(CASES)("%s, %d times", async (fault, times, says) => {
			const context = await browser.newContext();
			const page = await context.newPage();
			page.setDefaultTimeout(60_000);
			await page.goto(`${host.url}sql/`);
			host.spoil(fault, FILES, times);
			const sql = "select sum(tag_count) as n from posts where tag_count >= 0";
			await runSql(page, sql);
			expect((await failureOf(page)) ?? (await outcomeOf(page))).toMatch(says);
			expect(host.mend()).toBeGreaterThan(0);
			// The page goes on.
			await runSql(page, sql);
			expect(await outcomeOf(page)).toMatch(/^1 row in/);
			await context.close();
		});
	},
);
