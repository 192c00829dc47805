import type { Browser, BrowserContext, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { browserPath, launch } from "../browser.ts";
import { violationsOf } from "./accessibility.ts";
import { builtSite, PLAIN_HOST, pagesOf } from "./built-site.ts";
import { bytesWritten } from "./bytes-written.ts";
import { complaintsOf } from "./complaints.ts";

declare global {
	interface Window {
		/** Set by a test, in its page. */
		engineWorker: Worker;
	}
}

const PATIENCE = { timeout: 60_000 };
const ASKED = "posts/?from=2024-05-03&to=2024-05-09";

describe.skipIf(browserPath() === null)("the settings of a device", () => {
	let site = "";
	let server: SiteServer;
	let browser: Browser;
	beforeAll(async () => {
		site = builtSite();
		server = await serveSite({ folder: site, ...PLAIN_HOST });
		browser = await launch();
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
	});

	const panel = (page: Page) =>
		page.getByRole("dialog", { name: "Settings of this device" });
	const kept = (page: Page) =>
		panel(page).getByRole("meter", { name: "Kept for the next visit" });
	const resident = (page: Page) =>
		panel(page).getByRole("meter", { name: "Tables in memory" });
	const amount = async (meter: ReturnType<typeof kept>) =>
		Number(await meter.getAttribute("value"));

	async function open(page: Page): Promise<void> {
		await page.getByRole("button", { name: "Settings of this device" }).click();
		await kept(page).waitFor();
	}

	/** A page whose question the engine has answered, and what was read for it is written. */
	async function asked(context: BrowserContext): Promise<Page> {
		const page = await context.newPage();
		await page.goto(server.url + ASKED);
		await page.locator("html[data-engine=ready]").waitFor(PATIENCE);
		await page
			.locator("#posts-sentence", { hasText: "carried" })
			.waitFor(PATIENCE);
		return page;
	}

	/** Ranges of the lake that anything in this context asked the host for, from now on. */
	function rangesOf(context: BrowserContext): string[] {
		const ranges: string[] = [];
		context.on("request", (request) => {
			if (request.headers().range !== undefined) ranges.push(request.url());
		});
		return ranges;
	}

	test("every page opens them by keyboard, and gives the focus back", async () => {
		const page = await browser.newPage();
		const complaints = complaintsOf(page, server.url);
		for (const path of await pagesOf(site)) {
			await page.goto(server.url + path);
			const button = page.getByRole("button", {
				name: "Settings of this device",
			});
			await button.focus();
			await page.keyboard.press("Enter");
			await kept(page).waitFor();
			expect(await panel(page).textContent(), path).toMatch(/B of \d/);
			await page.keyboard.press("Escape");
			await panel(page).waitFor({ state: "detached" });
			const hasFocus = () =>
				button.evaluate((element) => element === document.activeElement);
			await expect.poll(hasFocus, { message: path }).toBe(true);
		}
		expect(complaints).toEqual([]);
		await page.close();
	});

	test.each(["light", "dark"] as const)(
		"they are accessible in the %s theme, and fit the narrowest phone",
		async (colorScheme) => {
			const page = await browser.newPage({
				colorScheme,
				viewport: { width: 360, height: 640 },
			});
			await page.goto(server.url);
			await open(page);
			expect(await violationsOf(page)).toEqual([]);
			const box = await panel(page).boundingBox();
			expect(box?.x).toBeGreaterThanOrEqual(0);
			expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
			await page.close();
		},
	);

	test("a second visit fetches nothing; after clearing it fetches again", async () => {
		const context = await browser.newContext();
		const first = await asked(context);
		await open(first);
		await expect.poll(() => amount(kept(first)), PATIENCE).toBeGreaterThan(0);
		await expect
			.poll(() => amount(resident(first)), PATIENCE)
			.toBeGreaterThan(0);
		expect(await panel(first).textContent()).toMatch(/DuckDB v1\.5\.\d/);
		await bytesWritten(first);
		await first.close();

		const ranges = rangesOf(context);
		const second = await asked(context);
		expect(ranges).toEqual([]);
		await open(second);
		await panel(second).getByRole("button", { name: "Clear" }).click();
		await panel(second).getByText("Cleared").waitFor();
		await expect.poll(() => amount(kept(second))).toBe(0);
		await second.close();

		await asked(context);
		await expect.poll(() => ranges.length).toBeGreaterThan(0);
		await context.close();
	});

	test("a lower budget evicts at once, in all tabs and without an engine, and is remembered", async () => {
		const context = await browser.newContext();
		const reader = await asked(context);
		await open(reader);
		await expect.poll(() => amount(kept(reader)), PATIENCE).toBeGreaterThan(0);
		await bytesWritten(reader);
		const other = await context.newPage();
		await other.goto(`${server.url}data/`);
		await open(other);
		await expect.poll(() => amount(kept(other))).toBeGreaterThan(0);
		expect(await panel(other).textContent()).toContain("Not started");

		await other.getByLabel("Keep at most").selectOption({ label: "Nothing" });
		await other.getByLabel("Use at most").selectOption({ label: "250 MB" });
		await expect.poll(() => amount(kept(other))).toBe(0);
		await expect.poll(() => amount(kept(reader)), PATIENCE).toBe(0);
		await expect
			.poll(() => panel(reader).textContent())
			.toMatch(/of 0 B.* of 130 MB/);
		await reader.reload();
		await open(reader);
		expect(await reader.getByLabel("Use at most").inputValue()).toBe(
			"250000000",
		);
		await reader.getByLabel("Use at most").selectOption("null");
		await reader.getByLabel("Keep at most").selectOption("null");
		await expect.poll(() => reader.evaluate(() => localStorage.length)).toBe(0);
		await context.close();
	});

	test("what is kept is cleared where the engine ends before it has", async () => {
		const context = await browser.newContext();
		await context.addInitScript(() => {
			const { Worker } = globalThis;
			globalThis.Worker = class extends Worker {
				constructor(script: string | URL, options?: WorkerOptions) {
					super(script, options);
					if (options?.name === "engine") window.engineWorker = this;
				}
			};
		});
		const page = await asked(context);
		await bytesWritten(page);
		await open(page);
		await expect.poll(() => amount(kept(page))).toBeGreaterThan(0);
		// It hears of it no more, and then it ends.
		await page.evaluate(() => {
			window.engineWorker.postMessage = () => {};
		});
		await panel(page).getByRole("button", { name: "Clear" }).click();
		await page.evaluate(() =>
			window.engineWorker.dispatchEvent(
				new ErrorEvent("error", { message: "it ended" }),
			),
		);
		await panel(page).getByText("Cleared").waitFor(PATIENCE);
		expect(await amount(kept(page))).toBe(0);
		await context.close();
	});

	test("a stored value that makes no sense is the device's choice again", async () => {
		const context = await browser.newContext();
		await context.addInitScript(() =>
			localStorage.setItem(
				"lakeside.settings",
				'{"cacheBytes":"<script>","memoryBytes":-5}',
			),
		);
		const page = await context.newPage();
		await page.goto(`${server.url}data/`);
		await open(page);
		for (const label of ["Keep at most", "Use at most"])
			expect(await page.getByLabel(label).inputValue()).toBe("null");
		await context.close();
	});

	test("a budget that was set before is the engine's from its start, and can be changed while it runs", async () => {
		const context = await browser.newContext();
		// What the engine itself takes is not for tables.
		await context.addInitScript(() =>
			localStorage.setItem("lakeside.settings", '{"memoryBytes":50000000}'),
		);
		const page = await context.newPage();
		await page.goto(`${server.url}sql/`);
		await page.locator("html[data-engine=ready]").waitFor(PATIENCE);
		await open(page);
		expect(await panel(page).textContent()).toContain("of 20 MB");
		await page.getByLabel("Use at most").selectOption({ label: "1 GB" });
		await expect.poll(() => panel(page).textContent()).toContain("of 880 MB");
		await context.close();
	});
});
