import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Browser, Download, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { parseCatalog } from "../../src/lib/catalog/catalog.ts";
import { examplesFor } from "../../src/queries/examples.ts";
import { browserPath, launch } from "../browser.ts";
import { endWorkers } from "../support/end-workers.ts";
import { violationsOf } from "./accessibility.ts";
import { builtSite, PLAIN_HOST } from "./built-site.ts";
import { complaintsOf, forgetFailedTries } from "./complaints.ts";
import {
	cellsOf,
	failureOf,
	outcomeOf,
	priceOf,
	runBy,
	runSql,
	sqlEditor,
	writeSql,
} from "./sql-page.ts";
import { withholdEngine } from "./without-engine.ts";

/** It ends only where somebody ends it. */
const ENDLESS =
	"select sum(sin(a.i * b.i)) from range(1000000) a(i), range(1000000) b(i)";

describe.skipIf(browserPath() === null)("the SQL page", () => {
	let site = "";
	/** Of the page of most tests, and of the pages that some have of their own. */
	let server: SiteServer;
	let plain: SiteServer;
	let browser: Browser;
	let page: Page;
	let complaints: string[];

	beforeAll(async () => {
		site = builtSite();
		server = await serveSite({ folder: site, port: 0 });
		plain = await serveSite({ folder: site, ...PLAIN_HOST });
		browser = await launch();
		page = await newPage();
		complaints = complaintsOf(page, server.url);
		await page.goto(`${server.url}sql/`);
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
		await plain?.close();
	});
	forgetFailedTries(() => complaints);

	/** A page with nothing kept from others. */
	async function newPage(): Promise<Page> {
		const context = await browser.newContext({
			viewport: { width: 1600, height: 900 },
			permissions: ["clipboard-read", "clipboard-write"],
		});
		const opened = await context.newPage();
		return opened;
	}

	/** The same at an address of the site, where no page is isolated. */
	async function open(
		path: string,
		{ hasEngine = true }: { readonly hasEngine?: boolean } = {},
	): Promise<Page> {
		const opened = await newPage();
		if (!hasEngine) await withholdEngine(opened.context());
		await opened.goto(plain.url + path);
		return opened;
	}

	async function textOf(on = page): Promise<string> {
		await sqlEditor(on).waitFor();
		const lines = await sqlEditor(on).locator(".cm-line").allInnerTexts();
		return lines.map((line) => line.replace(/\n$/, "")).join("\n");
	}

	/** Runs by keyboard alone; what the page says that came of it. */
	async function run(sql: string): Promise<string> {
		await runSql(page, sql);
		return outcomeOf(page);
	}

	/** Waits until DuckDB works. */
	const isRunning = () =>
		page.locator(".sql-price").getByText("Running", { exact: true }).waitFor();

	const cell = (row: number, column: number) =>
		page.locator(
			`[aria-rowindex="${row + 2}"] [aria-colindex="${column + 2}"]`,
		);

	test("a query runs by keyboard alone, with its price before and the truth after", async () => {
		await writeSql(
			page,
			"select ride_id, distance_m from rides order by distance_m desc, ride_id",
		);
		expect(await priceOf(page)).toMatch(
			/^Reads up to [\d.]+ k?B: 1 of 1 row group in 1 file, \d requests?$/,
		);
		await runBy(page, () => page.keyboard.press("Control+Enter"));
		expect(await outcomeOf(page)).toMatch(/^\d+ rows in [\d.,]+ m?s$/);
		expect(
			await page
				.getByRole("columnheader", { name: /distance_m/ })
				.textContent(),
		).toContain("DOUBLE");
		await page.getByRole("button", { name: "Plan" }).press("Enter");
		const plan = page.locator(".plan");
		expect(await plan.textContent()).toContain("rides 1 of 1 row group");
		expect(
			await plan.getByRole("row", { name: /^Row groups/ }).textContent(),
		).toBe("Row groups11");
		await page.getByRole("button", { name: "Rows" }).press("Enter");
	});

	test("values show exactly as DuckDB writes them, NULL apart from its word", async () => {
		await run(`select 9223372036854775807 as a,
			170141183460469231731687303715884105727::hugeint as b,
			timestamp '2024-01-02 03:04:05.678901' as c, 0.1::decimal(18, 3) as d,
			'\\xAB\\x01'::blob as e`);
		expect(await cellsOf(page)).toStrictEqual([
			"9223372036854775807",
			"170141183460469231731687303715884105727",
			"2024-01-02 03:04:05.678901",
			"0.100",
			"\\xAB\\x01",
		]);
		await run(`select [1, null] as f, {'k': 'v'} as g, 'nan'::double as h,
			null::int as i, 'NULL' as j, interval '1 month 2 days' as k`);
		expect(await cellsOf(page)).toStrictEqual([
			"[1, NULL]",
			"{'k': v}",
			"nan",
			"NULL",
			"NULL",
			"1 month 2 days",
		]);
		expect(await page.locator(".grid-body .is-null").count()).toBe(1);
	});

	test("an error is marked at its place, and Go leads there", async () => {
		await runSql(page, "select ride_id,\n  missing_column\nfrom rides");
		const card = page.locator(".failure");
		expect(await card.textContent()).toContain('"missing_column" not found');
		expect(await page.locator(".cm-lintRange-error").textContent()).toBe(
			"missing_column",
		);
		await card.getByRole("button", { name: "Go to line 2, column 3" }).click();
		await page.keyboard.insertText("name");
		await expect
			.poll(() => page.locator(".cm-lintRange-error").count())
			.toBe(0);
		expect(await textOf()).toBe("select ride_id,\n  name\nfrom rides");
	});

	test("Escape ends a query that runs, and the next one answers", async () => {
		await writeSql(page, ENDLESS);
		await runBy(page, async () => {
			await page.keyboard.press("Control+Enter");
			await page.getByRole("button", { name: "Cancel" }).waitFor();
			await isRunning();
			await sqlEditor(page).focus();
			await page.keyboard.press("Escape");
		});
		expect(await outcomeOf(page)).toMatch(/^Cancelled\./);
		expect(await run("select 42 as answer")).toMatch(/^1 row in/);
		expect(await cell(0, 0).textContent()).toBe("42");
	});

	test("100,000 rows scroll to the last with few of them in the document", async () => {
		await run(
			"select i, i * 2 as twice, 'row ' || i as name from range(100000) t(i)",
		);
		const grid = page.getByRole("grid");
		expect(await grid.getAttribute("aria-rowcount")).toBe("100001");
		const rows = () => page.locator(".grid-body .grid-row").count();
		for (let step = 0; step < 20; step++) {
			await grid.evaluate((element) => element.scrollBy(0, 137_000));
			expect(await rows()).toBeLessThan(80);
			expect(await rows()).toBeGreaterThan(10);
		}
		await grid.focus();
		await page.keyboard.press("Control+End");
		expect(await cell(99_999, 2).textContent()).toBe("row 99999");
		expect(await page.locator(".is-active").textContent()).toBe("row 99999");
		expect(await grid.getAttribute("aria-activedescendant")).toBe(
			"cell-99999-2",
		);
		expect(await rows()).toBeLessThan(80);
		await page.keyboard.press("Control+Home");
		for (const key of ["ArrowDown", "ArrowRight", "PageDown", "PageUp", "End"])
			await page.keyboard.press(key);
		expect(await page.locator(".is-active").textContent()).toBe("row 1");
	});

	test("a column's name of several lines and much HTML stands in its head, as text", async () => {
		await runSql(page, 'SELECT 1 AS "one\n<b>two</b>\nthree"');
		const name = page.locator(".grid-name");
		expect(await name.textContent()).toBe("one\n<b>two</b>\nthree");
		const [head, box] = await Promise.all([
			page.locator(".grid-head").boundingBox(),
			name.boundingBox(),
		]);
		expect(box?.y).toBeGreaterThan(head?.y ?? 0);
		expect(box?.height).toBeLessThan((head?.height ?? 0) / 2);
	});

	test("a click on a column's head, or S, has the rows in its order", async () => {
		await run("select i, 10 - i as down, [i] as l from range(3) t(i)");
		const head = page.getByRole("columnheader", { name: /down/ });
		await head.click();
		expect(await head.getAttribute("aria-sort")).toBe("ascending");
		expect(await cellsOf(page)).toEqual([
			"2",
			"8",
			"[2]",
			"1",
			"9",
			"[1]",
			"0",
			"10",
			"[0]",
		]);
		await page.getByRole("grid").focus();
		await page.keyboard.press("s");
		expect(await head.getAttribute("aria-sort")).toBe("none");
		expect((await cellsOf(page))[0]).toBe("0");
		await page.keyboard.press("s");
		expect((await cellsOf(page))[0]).toBe("2");
		await page.keyboard.press("Control+c");
		await expect
			.poll(() => page.evaluate(() => navigator.clipboard.readText()))
			.toBe("2");
		await page.keyboard.press("s");
		await page.getByRole("columnheader", { name: /^l/ }).click();
		expect((await cellsOf(page))[0]).toBe("0");
	});

	test("a cell opens whole, and is copied whole", async () => {
		const long = "x".repeat(5000);
		await run(`select repeat('x', 5000) || chr(10) || 'end' as long`);
		expect((await cell(0, 0).textContent())?.length).toBeLessThan(1100);
		await page.getByRole("grid").focus();
		await page.keyboard.press("Control+c");
		await expect
			.poll(() => page.evaluate(() => navigator.clipboard.readText()))
			.toBe(`${long}\nend`);
		await page.keyboard.press("Enter");
		expect(
			await page.getByRole("textbox", { name: "Value" }).inputValue(),
		).toBe(`${long}\nend`);
		await page.keyboard.press("Escape");
		expect(
			await page.evaluate(() => document.activeElement?.getAttribute("role")),
		).toBe("grid");
	});

	test("every example of every table runs", async () => {
		const catalog = parseCatalog(
			await readFile(join(site, "lake/catalog.json"), "utf8"),
		);
		for (const table of catalog.tables)
			for (const { title, sql } of examplesFor(table))
				expect(await run(sql), `${table.name}: ${title}`).toMatch(
					/^[\d,]+ rows? in/,
				);
	});

	test("a text that comes at once stands where the cursor is", async () => {
		await writeSql(page, "select 'one' as x");
		await page.keyboard.press("Home");
		await page.keyboard.press("Control+ArrowRight");
		await page.keyboard.insertText(" 'two' as y,\n\tnull as z,");
		expect(await textOf()).toBe("select 'two' as y,\n\tnull as z, 'one' as x");
	});

	test("an answer is copied whole as a spreadsheet takes it, a plan as it is drawn", async () => {
		const copied = async () => {
			await page.getByRole("button", { name: "Copy", exact: true }).click();
			await page.getByText("Copied").waitFor();
			return page.evaluate(() => navigator.clipboard.readText());
		};
		await run("select 1 as a, 'b' || chr(9) || '\"c\"' as t, null as n");
		expect(await copied()).toBe('a\tt\tn\r\n1\t"b\t""c"""\t\r\n');
		await run("explain select kind from rides where distance_m > 1");
		const plan = await page.locator(".sql-explained").textContent();
		expect(plan).toMatch(/lakeside_stores\.main/);
		expect(await copied()).toBe(plan);
	});

	test("what ran comes back with a click, and is forgotten with another", async () => {
		await run("select 'now' as latest");
		await run("select 'earlier'\n as latest");
		await page.reload();
		const fold = page.locator(".sql-history");
		await fold.locator("summary").click();
		const texts = fold.getByRole("listitem").getByRole("button");
		expect((await texts.allTextContents()).slice(0, 2)).toEqual([
			"select 'earlier' as latest",
			"select 'now' as latest",
		]);
		await texts.nth(1).click();
		expect(await textOf()).toBe("select 'now' as latest");
		await page.getByRole("button", { name: "Forget them" }).click();
		await fold.waitFor({ state: "detached" });
	});

	test("the CSV holds the rows that native DuckDB answers", async () => {
		const sql =
			"select post_id, author, created_at, is_repost, tag_count, text, url from posts order by created_at, post_id";
		await run(sql);
		const [download] = await Promise.all([
			page.waitForEvent("download"),
			page.getByRole("button", { name: "Download CSV" }).click(),
		]);
		expect(await differences(download, sql)).toStrictEqual({
			rows: 400,
			differences: 0,
		});
	});

	async function differences(download: Download, sql: string) {
		const folder = await mkdtemp(join(tmpdir(), "lakeside-download-"));
		const instance = await DuckDBInstance.create(":memory:");
		const connection = await instance.connect();
		try {
			const file = join(folder, "answer.csv");
			await download.saveAs(file);
			await connection.run(
				`create view posts as from read_parquet('${join(site, "lake/posts/**/*.parquet")}')`,
			);
			const answer = await connection.runAndReadAll(`
				with theirs as (${sql}),
				ours as (from read_csv('${file}', header = true, auto_detect = false,
					allow_quoted_nulls = false, delim = ',', quote = '"', escape = '"',
					columns = {post_id: 'VARCHAR', author: 'VARCHAR', created_at: 'TIMESTAMP',
						is_repost: 'BOOLEAN', tag_count: 'INTEGER', text: 'VARCHAR', url: 'VARCHAR'}))
				select (select count(*) from ours)::int as rows,
					(select count(*) from ((from ours except all from theirs)
						union all (from theirs except all from ours)))::int as differences`);
			return answer.getRowObjectsJS()[0];
		} finally {
			connection.closeSync();
			instance.closeSync();
			await rm(folder, { recursive: true });
		}
	}

	test("a text survives a reload", async () => {
		const own = await open("sql/", { hasEngine: false });
		await writeSql(own, "select 'mine' as whose");
		await own.reload();
		expect(await textOf(own)).toBe("select 'mine' as whose");
		await own.context().close();
	});

	test("a link's SQL never runs by itself, and the visitor's text comes back", async () => {
		const own = await open("sql/");
		await writeSql(own, "select 'mine' as whose");
		await own.goto(
			`${plain.url}sql/#q=${encodeURIComponent("select 'é & %' as linked")}`,
		);
		await own.getByText("From a link: read it, then run it.").waitFor();
		expect(await textOf(own)).toBe("select 'é & %' as linked");
		expect(await priceOf(own)).toBe("Reads nothing of the lake");
		expect(await own.getByRole("grid").count()).toBe(0);
		expect(await outcomeOf(own)).toBe("");
		await own.getByRole("button", { name: "Back to my text" }).click();
		expect(await textOf(own)).toBe("select 'mine' as whose");
		await own.context().close();
	});

	test("the link to the content leaves a link's SQL where it is", async () => {
		const own = await open("sql/", { hasEngine: false });
		await writeSql(own, "select 'mine' as whose");
		await own.goto(`${plain.url}sql/#q=select%20'linked'`);
		await own.getByText("From a link").waitFor();
		await own.getByRole("link", { name: "Skip to the content" }).focus();
		await own.keyboard.press("Enter");
		await own.waitForURL(/#content$/);
		expect(await textOf(own)).toBe("select 'linked'");
		await own.goBack();
		await own.waitForURL(/#q=/);
		expect(await textOf(own)).toBe("select 'linked'");
		await own.context().close();
	});

	test("a text that was edited after its link was copied survives a reload", async () => {
		const own = await open("sql/", { hasEngine: false });
		await writeSql(own, "select 'before' as x");
		await own.getByRole("button", { name: "Copy link" }).click();
		await own.getByText("Link copied").waitFor();
		await writeSql(own, "select 'after' as x");
		await own.reload();
		expect(await textOf(own)).toBe("select 'after' as x");
		expect(await own.getByText("From a link").count()).toBe(0);
		await own.context().close();
	});

	test("an example leaves the visitor's own text a way back", async () => {
		const own = await open("sql/", { hasEngine: false });
		await writeSql(own, "select 'mine' as whose");
		await own.getByText("posts", { exact: true }).first().click();
		await own.getByRole("button", { name: "The busiest authors" }).click();
		expect(await textOf(own)).toContain("select author");
		await own.reload();
		await own.getByRole("button", { name: "Back to my text" }).click();
		expect(await textOf(own)).toBe("select 'mine' as whose");
		await own.context().close();
	});

	test("columns of the tables that are named complete, and Tab accepts", async () => {
		await writeSql(page, "select dista from rides");
		await page.keyboard.press("Home");
		for (let step = 0; step < "select dista".length; step++)
			await page.keyboard.press("ArrowRight");
		await page.keyboard.type("n");
		await page
			.locator(".cm-completionLabel", { hasText: "distance_m" })
			.waitFor();
		await expect
			.poll(async () => {
				await page.keyboard.press("Tab");
				return textOf();
			})
			.toBe("select distance_m from rides");
	});

	test("an answer is drawn as its columns suggest, otherwise as told, and the next one as a chart too", async () => {
		const chart = page.locator(".sql-chart");
		const drawn = (mark: string) => chart.locator(`.plot .${mark} > *`);
		await run(
			"select day, even, count(*)::int as rides from (select date '2024-01-01' + (i // 3)::int as day, (i % 2 = 0) as even from range(60) t(i)) group by all",
		);
		await page.getByRole("button", { name: "Chart" }).press("Enter");
		await chart.getByRole("heading", { name: "rides by day" }).waitFor();
		await expect.poll(() => drawn("line").count()).toBe(2);
		expect(await chart.locator(".legend li").allTextContents()).toHaveLength(2);
		expect(await chart.locator("desc").textContent()).toContain("20 values");
		await chart.getByLabel("Bars").press("Space");
		await expect.poll(() => drawn("bars").count()).toBe(40);
		await chart.getByLabel("Across").selectOption("even");
		await expect
			.poll(() => chart.locator("h2").textContent())
			.toBe("rides by even");
		await run(
			"select origin, 10 * i as planes from range(50) t(i), lateral (select 'airport ' || i as origin)",
		);
		await chart.getByRole("heading", { name: "planes by origin" }).waitFor();
		await expect.poll(() => drawn("bars").count()).toBe(40);
		await chart
			.getByText("Drawn: the first 40 of 50 values of origin.")
			.waitFor();
		await run("select 'a' as a");
		await page.getByText("A chart needs a column of numbers").waitFor();
		await page.getByRole("button", { name: "Rows" }).press("Enter");
		await expect.poll(() => cellsOf(page)).toEqual(["a"]);
	});

	test("Copy link gives a link to the very text, and to the chart that shows", async () => {
		const sql =
			"select '#&?%+ é\n' as x, date '2024-01-01' + i::int as day, i as low, i + 5 as high from range(30) t(i)";
		await run(sql);
		await page.getByRole("button", { name: "Chart" }).click();
		const chart = page.locator(".sql-chart");
		await chart.getByRole("heading", { name: "low, high by day" }).waitFor();
		await chart.getByRole("slider").press("Home");
		expect(await chart.getByRole("slider").getAttribute("aria-valuetext")).toBe(
			"1 Jan 2024\nlow 0\nhigh 5",
		);
		await chart.getByText("Dots").click();
		await chart.getByLabel("Up").selectOption("high");
		await page.getByRole("button", { name: "Copy link" }).click();
		await page.getByText("Link copied").waitFor();
		const link = await page.evaluate(() => navigator.clipboard.readText());
		// What is chosen later is in the address that was copied, and no more is once rows show.
		await chart.getByLabel("Across").selectOption("low");
		await page.waitForURL(/across=low/);
		await page.getByRole("button", { name: "Rows" }).click();
		await page.waitForURL(/#q=/);

		const other = await open(link.slice(server.url.length));
		await other.getByText("The answer shows as a chart.").waitFor();
		expect(await textOf(other)).toBe(sql);
		expect(await outcomeOf(other)).toBe("");
		await runBy(other, () =>
			other.getByRole("button", { name: "Run" }).click(),
		);
		await other.getByRole("heading", { name: "high by day" }).waitFor();
		expect(await other.getByText("From a link").count()).toBe(0);
		await expect
			.poll(() => other.locator(".sql-chart .dots circle").count())
			.toBe(30);

		// Of columns that the answer does not have nothing is drawn, nor of what is no column.
		await other.evaluate(() => {
			location.hash =
				"#chart=line&across=<img src=x onerror=alert(1)>&up=constructor&q=select 1 as a";
		});
		await other.getByText("From a link").waitFor();
		await runBy(other, () =>
			other.getByRole("button", { name: "Run" }).click(),
		);
		await other.getByRole("heading", { name: "a by row" }).waitFor();
		await other.waitForURL(/#chart=line&up=a&q=/);
		await other.context().close();
	});

	test.each(["light", "dark"] as const)(
		"axe finds nothing, in %s, of rows, chart, plan and error",
		async (colorScheme) => {
			await page.emulateMedia({ colorScheme });
			await run("select * from rides");
			expect(await violationsOf(page)).toStrictEqual([]);
			await page.getByRole("button", { name: "Chart" }).click();
			await page.locator(".sql-chart .plot").waitFor();
			expect(await violationsOf(page)).toStrictEqual([]);
			await page.getByRole("button", { name: "Plan" }).click();
			expect(await violationsOf(page)).toStrictEqual([]);
			await runSql(page, "select missing from rides");
			expect(await page.locator(".failure").count()).toBe(1);
			expect(await violationsOf(page)).toStrictEqual([]);
		},
	);

	test("on a phone, the page is no wider than the screen and answers", async () => {
		const desk = page.viewportSize() ?? { width: 0, height: 0 };
		await page.setViewportSize({ width: 390, height: 844 });
		expect(await run("select * from posts")).toMatch(/^400 rows/);
		const width = () =>
			page.evaluate(() => document.documentElement.scrollWidth);
		expect(await width()).toBe(390);
		expect(await violationsOf(page)).toStrictEqual([]);
		await page.getByRole("button", { name: "Chart" }).click();
		await page.locator(".sql-chart .plot").waitFor();
		expect(await width()).toBe(390);
		await page.getByRole("button", { name: "Rows" }).click();
		await page.setViewportSize(desk);
	});

	test("where the engine dies under a query, the page says so and what was lost, and the next query answers", async () => {
		const notice = page.locator(".engine-notice");
		const close = notice.getByRole("button", { name: "Close" });
		// On a busy machine an engine that was to stop may have been replaced already.
		if ((await close.count()) > 0) await close.click();
		await run("create or replace view mine as select 42 as answer");
		await run("create or replace table drawn as select random() as r");
		await writeSql(page, ENDLESS);
		await runBy(page, async () => {
			await page.keyboard.press("Control+Enter");
			await isRunning();
			expect(await endWorkers(page, "engine")).toBe(1);
		});
		expect(await page.locator(".failure-title").textContent()).toBe(
			"The engine was lost",
		);
		expect(await failureOf(page)).toContain("the browser ended its worker");
		expect(await notice.locator("p").allTextContents()).toEqual(
			expect.arrayContaining([
				"The engine was replaced: the browser ended its worker.",
				"Lost: view mine, table drawn. Run what made them again.",
			]),
		);
		expect(await violationsOf(page)).toStrictEqual([]);
		expect(await run("select 42 as answer")).toMatch(/^1 row in/);
		await close.click();
		expect(await notice.count()).toBe(0);
	});

	test("nothing was complained of: no console message, no violation of the policy", {
		retry: 0,
	}, () => {
		expect(complaints).toStrictEqual([]);
	});
});
