import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Browser, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { type Catalog, parseCatalog } from "../../src/lib/catalog/catalog.ts";
import { browserPath, launch } from "../browser.ts";
import { violationsOf } from "./accessibility.ts";
import { builtSite } from "./built-site.ts";
import { complaintsOf, forgetFailedTries } from "./complaints.ts";

describe.skipIf(browserPath() === null)("the data page", () => {
	let site = "";
	let server: SiteServer;
	let browser: Browser;
	let page: Page;
	let complaints: string[];
	let catalog: Catalog;

	beforeAll(async () => {
		site = builtSite();
		server = await serveSite({ folder: site, port: 0 });
		browser = await launch();
		page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
		complaints = complaintsOf(page, server.url);
		catalog = parseCatalog(
			await readFile(join(site, "lake/catalog.json"), "utf8"),
		);
		await page.goto(`${server.url}data/`);
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
	});
	forgetFailedTries(() => complaints);

	test("every table stands in the HTML before any script, with its columns", async () => {
		const html = await readFile(join(site, "data/index.html"), "utf8");
		for (const table of catalog.tables.filter(
			({ name }) => name !== "rejects",
		)) {
			expect(html).toContain(`id="table-${table.name}"`);
			for (const column of table.columns)
				expect(html).toContain(column.description);
		}
	});

	test("the files it names are the table: native DuckDB counts its rows", async () => {
		const instance = await DuckDBInstance.create(":memory:");
		const connection = await instance.connect();
		try {
			for (const table of catalog.tables) {
				if (table.rows === 0) continue;
				const box = page.locator(`#table-${table.name}`);
				if ((await box.count()) === 0) continue;
				await box.getByText("Read it elsewhere").click();
				const code = await box
					.getByRole("textbox", {
						name: `DuckDB code that reads ${table.name}`,
					})
					.inputValue();
				const local = code
					.replaceAll(`${server.url}lake/`, `${join(site, "lake")}/`)
					.replace("select *", "select count(*)::int as rows")
					.replaceAll(/'[^']*\.parquet'/g, (path) => decodeURIComponent(path));
				const answer = await connection.runAndReadAll(local);
				expect(answer.getRowObjectsJS()[0]?.rows, table.name).toBe(table.rows);
			}
		} finally {
			connection.closeSync();
			instance.closeSync();
		}
	});

	test("Query this table leads to its SQL, which does not run", async () => {
		const other = await browser.newPage();
		await other.goto(`${server.url}data/`);
		await other
			.locator("#table-posts")
			.getByRole("link", { name: "Query this table" })
			.click();
		await other.getByText("From a link: read it, then run it.").waitFor();
		expect(
			await other.getByRole("textbox", { name: "SQL" }).textContent(),
		).toContain("from posts");
		expect(await other.getByRole("grid").count()).toBe(0);
		await other.close();
	});

	test("the count of rejects is the table's", async () => {
		const rejects = catalog.tables.find(({ name }) => name === "rejects");
		const said = await page.locator(".rejects").textContent();
		if (rejects === undefined || rejects.rows === 0)
			expect(said).toBe("Nothing of the input was rejected.");
		else expect(said).toContain(`${rejects.rows} row`);
	});

	test("what was copied is said, and where that is forbidden the text is selected", async () => {
		const other = await browser.newPage();
		await other.goto(`${server.url}data/`);
		const box = other.locator("#table-posts");
		await box.getByText("Read it elsewhere").click();
		const code = box.locator("textarea");
		await code.waitFor();
		await other.evaluate(() =>
			// A page of plain http has none.
			Object.defineProperty(navigator, "clipboard", {
				value: undefined,
				configurable: true,
			}),
		);
		await box.getByRole("button", { name: "Copy" }).click();
		await box.getByText("The browser did not let it be copied").waitFor();
		expect(
			await other.evaluate(() => document.getSelection()?.toString()),
		).toBe(await code.inputValue());
		await other.evaluate(() =>
			Object.defineProperty(navigator, "clipboard", {
				value: { writeText: async () => {} },
			}),
		);
		await box.getByRole("button", { name: "Copy" }).click();
		await box.getByText("Copied.").waitFor();
		await other.close();
	});

	test("a page built before the live catalog gives way to it", async () => {
		const other = await browser.newPage();
		const changed = {
			...catalog,
			datasets: catalog.datasets.map((dataset) => ({
				...dataset,
				title: `${dataset.title}, published later`,
			})),
		};
		await other.route("**/catalog.json", (route) =>
			route.fulfill({ json: changed }),
		);
		await other.goto(`${server.url}data/`);
		await other
			.getByRole("heading", { name: "Rides, published later" })
			.waitFor();
		await other.close();
	});

	test.each(["light", "dark"] as const)(
		"axe finds nothing, in %s",
		async (colorScheme) => {
			await page.emulateMedia({ colorScheme });
			expect(await violationsOf(page)).toStrictEqual([]);
		},
	);

	test("on a phone, the page is no wider than the screen", async () => {
		await page.setViewportSize({ width: 390, height: 844 });
		expect(
			await page.evaluate(() => document.documentElement.scrollWidth),
		).toBe(390);
		// What columns are is read without scrolling sideways.
		expect(
			await page
				.locator(".table-columns")
				.evaluateAll(
					(tables) =>
						tables.filter(
							({ scrollWidth, clientWidth }) => scrollWidth > clientWidth,
						).length,
				),
		).toBe(0);
		expect(await violationsOf(page)).toStrictEqual([]);
	});

	test("nothing was complained of", { retry: 0 }, () => {
		expect(complaints).toStrictEqual([]);
	});
});
