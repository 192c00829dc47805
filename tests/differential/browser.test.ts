import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser } from "@playwright/test";
import send from "send";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildPage } from "../../scripts/bench/build-page.ts";
import { contentSecurityPolicy } from "../../src/lib/hosts/csp.ts";
import { browserPath, launch } from "../browser.ts";
import type { Expectation } from "./answers.ts";
import type { GeneratedQuery } from "./generate.ts";
import type { DifferentialPage } from "./page.ts";
import { Random } from "./random.ts";
import {
	attempt,
	expectationOf,
	LAKE_SEED,
	type Oracle,
	openOracle,
	queryOf,
	verdict,
} from "./run.ts";

declare const page: DifferentialPage;

const QUERIES = 200;
const SEED = 77_000;

interface Asked {
	readonly seed: number;
	readonly query: GeneratedQuery;
	readonly expected: Expectation | Error;
}

let oracle: Oracle;
let server: Server;
let root: string;
/** Whether the host asks the browser to isolate the page, without which there are no threads. */
let isolates = false;
let browser: Browser;
const asked: Asked[] = [];

describe.skipIf(browserPath() === null)("in Chromium", () => {
	beforeAll(async () => {
		oracle = await openOracle(LAKE_SEED);
		// A page reads no files by their paths.
		const tables = oracle.tables.map((table) => ({ ...table, files: [] }));
		for (let seed = SEED; asked.length < QUERIES; seed += 1) {
			const query = queryOf(seed, tables);
			const expected = await attempt(() => expectationOf(oracle.native, query));
			if (expected !== undefined) asked.push({ seed, query, expected });
		}
		const site = join(oracle.folder, "_site");
		await buildPage(new URL("page.html", import.meta.url), site);
		server = createServer((request, response) => {
			const path = new URL(request.url ?? "/", "http://host").pathname;
			const isLake = path.startsWith("/lake/");
			response.setHeader(
				"Content-Security-Policy",
				contentSecurityPolicy({ lakeUrl: null }),
			);
			if (isolates) {
				response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
				response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
			}
			send(request, isLake ? path.slice("/lake".length) : path, {
				root: isLake ? oracle.folder : site,
			}).pipe(response);
		});
		await new Promise<void>((resolve) =>
			server.listen(0, "127.0.0.1", () => resolve()),
		);
		root = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
		browser = await launch();
	});

	afterAll(async () => {
		await browser?.close();
		server?.closeAllConnections();
		server?.close();
		await oracle?.close();
	});

	test.each([
		["on one thread", false],
		["on threads, where the page is isolated", true],
	])(
		`${QUERIES} generated queries are answered as native DuckDB answers them, %s`,
		async (_, isIsolated) => {
			isolates = isIsolated;
			const context = await browser.newContext();
			try {
				const tab = await context.newPage();
				await tab.goto(`${root}page.html`);
				await tab.waitForFunction(() => "page" in window);
				expect(await tab.evaluate(() => crossOriginIsolated)).toBe(isIsolated);
				const engine = await tab.evaluate(
					(url) => page.open(url),
					`${root}lake/`,
				);
				expect(engine).toMatch(/^v1\.5\./);
				const threads = await tab.evaluate(() =>
					page.ask(["SELECT current_setting('threads') > 1 AS more"], []),
				);
				const cores = await tab.evaluate(() => navigator.hardwareConcurrency);
				expect(threads).toMatchObject({
					rows: [[String(isIsolated && cores > 1)]],
				});
				const mismatches: object[] = [];
				for (const { seed, query, expected } of new Random(SEED).shuffled(
					asked,
				)) {
					const { setup = [], teardown = [], sql, params } = query;
					const answer = await tab.evaluate(
						([statements, values]) => page.ask(statements, values),
						[[...setup, sql], params] as const,
					);
					for (const statement of teardown)
						await tab.evaluate((text) => page.ask([text], []), statement);
					const what = verdict(
						expected,
						"name" in answer ? Object.assign(new Error(), answer) : answer,
					);
					if (what !== null)
						mismatches.push({ seed, sql: [...setup, sql].join("; "), what });
					if ("name" in answer && answer.name === "TimeoutError") break;
				}
				expect(mismatches).toEqual([]);
			} finally {
				await context.close();
			}
		},
		300_000,
	);
});
