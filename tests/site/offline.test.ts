import type { Browser, BrowserContext, Page } from "@playwright/test";
import {
	afterAll,
	beforeAll,
	describe,
	expect,
	onTestFinished,
	test,
} from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { browserPath, launch } from "../browser.ts";
import { builtSite, pagesOf } from "./built-site.ts";
import { bytesWritten } from "./bytes-written.ts";
import { cellsOf, failureOf, runSql } from "./sql-page.ts";

/** A page in a state that only the engine can answer. */
const ASKED = "posts/?from=2024-05-03&to=2024-05-09";

describe.skipIf(browserPath() === null)("with the network off", () => {
	let site = "";
	let browser: Browser;
	let context: BrowserContext;
	let server: SiteServer;
	let seen = "";
	beforeAll(async () => {
		site = builtSite();
		browser = await launch();
		server = await serveSite({ folder: site, port: 0, base: "/deep/base/" });
		context = await browser.newContext();
		const page = await context.newPage();
		await page.goto(server.url);
		await everythingKept(page);
		await page.goto(`${server.url}${ASKED}`);
		seen = await answerOn(page);
		await bytesWritten(page);
		await page.close();
		await server.close();
		await context.setOffline(true);
	});
	afterAll(() => browser?.close());

	test("every page opens with its first picture, and says that it is offline", async () => {
		for (const path of await pagesOf(site)) {
			const page = await context.newPage();
			const errors: string[] = [];
			page.on("pageerror", (error) => errors.push(String(error)));
			await page.goto(`${server.url}${path}?from=2024-05-01`);
			await page.locator("h1").first().waitFor();
			await page.locator("#offline-badge").waitFor();
			await expect
				.poll(() => page.locator("#lake-published").textContent())
				.toContain("Published");
			expect(await page.locator(".state-failure").count(), path).toBe(0);
			expect(errors, path).toEqual([]);
			await page.close();
		}
	});

	test("a part of the map that was never seen is coarse, without a complaint", async () => {
		const page = await context.newPage();
		const complaints: string[] = [];
		page.on("console", (message) => {
			const isOfTile = message.location().url.includes("/basemap/");
			if (message.type() === "error" && isOfTile)
				complaints.push(message.text());
		});
		await page.goto(`${server.url}rides/?view=-33.86,151.2,10`);
		await page.locator(".maplibregl-canvas").waitFor();
		await page.getByRole("button", { name: "Zoom in" }).click();
		await page.waitForURL(/view=[^&]*,11/);
		expect(complaints).toEqual([]);
		await page.close();
	});

	test("the engine and the data that were seen answer again", async () => {
		const page = await context.newPage();
		await page.goto(server.url + ASKED);
		expect(await answerOn(page)).toBe(seen);
		await page.close();
	});

	test("an address that was not kept says so", async () => {
		const page = await context.newPage();
		await page.goto(`${server.url}never/seen/`);
		expect(await page.locator("h1").textContent()).toBe(
			"There is no page here",
		);
		await page.close();
	});

	test("what is cleared meanwhile is named where it is missed, and comes with the network", async () => {
		await context.setOffline(true);
		const page = await context.newPage();
		await page.goto(server.url + ASKED);
		expect(await answerOn(page)).toBe(seen);
		await page.getByRole("button", { name: "Settings of this device" }).click();
		const settings = page.getByRole("dialog");
		await settings.getByText("You are offline: what you clear").waitFor();
		await settings.getByRole("button", { name: "Clear" }).click();
		await settings.getByText("Cleared").waitFor();
		await settings.getByRole("button", { name: "Close" }).click();
		// What is in memory answers on.
		expect(await answerOn(page)).toBe(seen);

		await page.reload();
		await page.locator("h1").first().waitFor();
		const missed = page.locator(".state-offline").first();
		await missed.getByText("has been cleared since").waitFor();
		expect(await page.locator(".state-failure").count()).toBe(0);

		const sql = await context.newPage();
		await sql.goto(`${server.url}sql/`);
		await runSql(sql, "SELECT max(author) FROM posts");
		expect(await failureOf(sql)).toContain("has been cleared since");
		await runSql(sql, "SELECT 6 * 7");
		expect(await cellsOf(sql)).toEqual(["42"]);

		const { port } = new URL(server.url);
		server = await serveSite({
			folder: site,
			port: Number(port),
			base: "/deep/base/",
		});
		onTestFinished(() => server.close());
		await context.setOffline(false);
		await missed.getByRole("button", { name: "Try again" }).click();
		expect(await answerOn(page)).toBe(seen);
		await runSql(sql, "SELECT count(author) > 0 FROM posts");
		expect(await cellsOf(sql)).toEqual(["true"]);
	});
});

/** What the posts page says, once its engine has answered. */
async function answerOn(page: Page): Promise<string> {
	await page.locator("html[data-engine=ready]").waitFor();
	const sentence = page.locator("#posts-sentence", { hasText: "carried" });
	return (await sentence.textContent()) ?? "";
}

/** Waits until the service worker holds the pages, the engine, the catalog and the roll-ups. */
async function everythingKept(page: Page): Promise<void> {
	await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
	await page.waitForFunction(async () => {
		const kept = async (name: string) =>
			(await (await caches.open(name)).keys()).length;
		return (
			(await kept("catalog")) === 1 &&
			(await kept("roll-ups")) === 6 &&
			(await kept("engine")) === 4
		);
	});
}
