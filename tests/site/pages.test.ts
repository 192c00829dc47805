import type { Browser, BrowserContext } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { browserPath, launch } from "../browser.ts";
import { builtSite, pagesOf } from "./built-site.ts";
import { complaintsOf } from "./complaints.ts";
import { withholdEngine } from "./without-engine.ts";

/** Pages that start the engine when they are idle. */
const ENGINE_PAGES = ["posts/", "rides/", "sql/", "weather/"];

describe.skipIf(browserPath() === null)("the built site in a browser", () => {
	let site = "";
	let browser: Browser;
	let context: BrowserContext;
	let engineless: BrowserContext;
	beforeAll(async () => {
		site = builtSite();
		browser = await launch();
	});
	afterAll(() => browser?.close());

	describe.each([
		["/", ENGINE_PAGES],
		// The way to the engine's files is that of all pages.
		["/deep/base/", ["sql/"]],
	])("under %s", (base, engines) => {
		let server: SiteServer;
		beforeAll(async () => {
			server = await serveSite({ folder: site, port: 0, base });
			context = await browser.newContext();
			engineless = await browser.newContext();
			await withholdEngine(engineless);
		});
		afterAll(async () => {
			await context?.close();
			await engineless?.close();
			await server?.close();
		});

		test("every page opens, starts the engine and complains of nothing", async () => {
			for (const path of await pagesOf(site)) {
				const hasEngine = engines.includes(path);
				const page = await (hasEngine ? context : engineless).newPage();
				const complaints = complaintsOf(page, server.url);
				await page.goto(server.url + path);
				await expect
					.poll(() => page.locator("#lake-published").textContent())
					.toContain("Published");
				if (hasEngine) await page.locator("html[data-engine=ready]").waitFor();
				expect(complaints, path).toEqual([]);
				await page.close();
			}
		});

		test("the header leads to every page and back home", async () => {
			const page = await engineless.newPage();
			await page.goto(server.url);
			const links = page.getByRole("navigation", { name: "Pages" });
			for (const label of ["Rides", "Posts", "Weather", "Data", "SQL"]) {
				await links.getByRole("link", { name: label, exact: true }).click();
				await expect
					.poll(() => page.url().slice(server.url.length))
					.toBe(`${label.toLowerCase()}/`);
				await page.locator('.nav [aria-current="page"]').waitFor();
			}
			await page.getByRole("link", { name: "Lakeside" }).first().click();
			await expect.poll(() => page.url()).toBe(server.url);
			await page.close();
		});

		test("an unknown address shows the 404 page, whole", async () => {
			const page = await engineless.newPage();
			const response = await page.goto(`${server.url}no/such/page/`);
			expect(response?.status()).toBe(404);
			expect(await page.locator("h1").textContent()).toBe(
				"There is no page here",
			);
			await page.close();
		});
	});
});
