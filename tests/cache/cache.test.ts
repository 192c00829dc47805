import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildPage } from "../../scripts/bench/build-page.ts";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { browserPath, launch } from "../browser.ts";
import type { CachePage } from "./page.ts";

declare const page: CachePage;

const LENGTH = 10_000;
const names = (start: string, count: number) =>
	Array.from({ length: count }, (_, at) => `${start}${at}`);

describe.skipIf(browserPath() === null)("the byte cache in a browser", () => {
	let folder = "";
	let server: SiteServer;
	let browser: Browser;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "lakeside-cache-"));
		await buildPage(new URL("page.html", import.meta.url), folder);
		server = await serveSite({ folder, port: 0 });
		browser = await launch();
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
		await rm(folder, { recursive: true, force: true });
	});

	/** A tab whose cache is open. */
	async function openTab(context: BrowserContext): Promise<Page> {
		const tab = await context.newPage();
		await tab.goto(`${server.url}page.html`);
		await tab.waitForFunction(() => "page" in window);
		expect(await tab.evaluate(() => page.open())).toBe("opfs");
		return tab;
	}
	const put = (tab: Page, entries: readonly string[]) =>
		tab.evaluate(([names, length]) => page.put(names, length), [
			entries,
			LENGTH,
		] as const);
	const have = (tab: Page, entries: readonly string[]) =>
		tab.evaluate(([names, length]) => page.have(names, length), [
			entries,
			LENGTH,
		] as const);
	/** Until so many files are there. */
	const written = (tab: Page, count: number) =>
		expect
			.poll(async () => {
				const files = await tab.evaluate(() => page.files());
				return Object.values(files).filter((size) => size === LENGTH).length;
			})
			.toBe(count);

	test("what was used last is known after a reload, and goes last", async () => {
		const context = await browser.newContext();
		const first = await openTab(context);
		await put(first, names("a", 4));
		await written(first, 4);
		const uses = () => first.evaluate(() => page.uses());
		await expect.poll(async () => Object.keys(await uses())).toHaveLength(4);
		const before = await uses();
		// Uses are noted when it is quiet.
		await expect
			.poll(async () => {
				expect(await have(first, ["a0", "a2"])).toEqual(["a0", "a2"]);
				const now = Object.entries(await uses());
				return now.filter(([name, used]) => used > Number(before[name]));
			})
			.toHaveLength(2);
		await first.close();

		const second = await openTab(context);
		await second.evaluate(() => page.setBudget(25_000));
		await written(second, 2);
		expect(await have(second, names("a", 4))).toEqual(["a0", "a2"]);
		expect(await second.evaluate(() => page.use())).toEqual({
			bytes: 20_000,
			budgetBytes: 25_000,
		});
		await second.evaluate(() => page.clear());
		await written(second, 0);
		expect(await have(second, names("a", 4))).toEqual([]);
		await context.close();
	});

	test("two tabs write, read, evict and clear at once, and no byte is wrong", async () => {
		const context = await browser.newContext();
		const tabs = [await openTab(context), await openTab(context)] as const;
		for (const tab of tabs) await tab.evaluate(() => page.setBudget(1_000_000));
		const shared = names("s", 60);
		await Promise.all(
			tabs.map(async (tab, which) => {
				for (let round = 0; round < 6; round += 1) {
					await put(tab, shared);
					await put(tab, names(`t${which}-${round}-`, 60));
					await have(tab, [...shared, ...names(`t${1 - which}-${round}-`, 60)]);
					await tab.waitForTimeout(300);
					if (round === 3 && which === 0)
						await tab.evaluate(() => page.clear());
				}
			}),
		);
		const [one, other] = tabs;
		const settled = async () => {
			const files = await one.evaluate(() => page.files());
			const uses = await Promise.all(
				tabs.map((tab) => tab.evaluate(() => page.use())),
			);
			const bytes = Object.values(files).reduce((sum, size) => sum + size, 0);
			return (
				bytes > 0 &&
				bytes <= 1_000_000 &&
				uses.every((use) => use.bytes === bytes) &&
				Object.values(files).every((size) => size === LENGTH)
			);
		};
		await expect.poll(settled).toBe(true);

		// What one writes the other reads.
		await put(one, ["late"]);
		await expect.poll(() => have(other, ["late"])).toEqual(["late"]);
		await context.close();
	});

	test("what comes under a name while its older content is written is what the next visit reads", async () => {
		const context = await browser.newContext();
		const first = await openTab(context);
		const changing = names("changing", 100);
		const texts = (tab: Page) =>
			tab.evaluate((names) => page.textsOf(names), changing);
		const putTexts = (text: string, apart: number) =>
			first.evaluate(
				([names, text, apart]) => page.putTexts(names, text, apart),
				[changing, text, apart] as const,
			);
		await putTexts("older", 0);
		// They are written all together, a second after the first: in the midst of these.
		await first.waitForTimeout(700);
		await putTexts("newer", 5);
		expect(new Set(await texts(first))).toEqual(new Set(["newer"]));
		const second = await openTab(context);
		await expect
			.poll(async () => new Set(await texts(second)))
			.toEqual(new Set(["newer"]));
		await context.close();
	});

	test("what a tab that dies leaves half-written is never used, and goes", async () => {
		const context = await browser.newContext();
		const first = await openTab(context);
		await put(first, names("d", 300));
		// In the middle of writing them.
		await expect
			.poll(
				async () =>
					Object.keys(await first.evaluate(() => page.files())).length,
			)
			.toBeGreaterThan(20);
		await first.evaluate(() => page.kill());
		const torn = `${"0".repeat(16)}-${LENGTH}`;
		await first.evaluate((name) => page.tear(name), torn);
		await first.close();

		const second = await openTab(context);
		const found = await have(second, names("d", 300));
		await expect
			.poll(async () => {
				const files = await second.evaluate(() => page.files());
				const { bytes } = await second.evaluate(() => page.use());
				return (
					!(torn in files) &&
					Object.keys(files).length * LENGTH === bytes &&
					Object.values(files).every((size) => size === LENGTH)
				);
			})
			.toBe(true);
		expect(await have(second, found)).toEqual(found);
		await context.close();
	});

	test("where the browser gives no more room, the oldest goes and the rest stays in memory", async () => {
		const context = await browser.newContext();
		const tab = await openTab(context);
		const devtools = await context.newCDPSession(tab);
		await put(tab, names("q", 20));
		await written(tab, 20);
		const { usage = 0 } = await tab.evaluate(() =>
			navigator.storage.estimate(),
		);
		await devtools.send("Storage.overrideQuotaForOrigin", {
			origin: new URL(server.url).origin,
			quotaSize: usage + 5 * LENGTH,
		});
		await put(tab, names("r", 60));
		await tab.waitForTimeout(4000);
		expect(await have(tab, names("r", 60))).toEqual(names("r", 60));
		// One that is being written is not whole.
		await expect
			.poll(async () => {
				const files = await tab.evaluate(() => page.files());
				return Object.values(files).every((size) => size === LENGTH);
			})
			.toBe(true);
		await context.close();
	});

	test("without the file system what was put is there as long as the page", async () => {
		const context = await browser.newContext();
		// Neither https nor localhost: no storage there.
		const address = "http://lake.test/";
		await context.route(`${address}**`, async (route) => {
			const { pathname } = new URL(route.request().url());
			const path = join(
				folder,
				pathname.startsWith("/assets/") ? "assets" : "",
				basename(pathname),
			);
			await route.fulfill({
				body: await readFile(path),
				contentType: path.endsWith(".html") ? "text/html" : "text/javascript",
			});
		});
		const tab = await context.newPage();
		await tab.goto(`${address}page.html`);
		await tab.waitForFunction(() => "page" in window);
		expect(await tab.evaluate(() => page.open())).toBe("memory");
		await put(tab, ["m"]);
		expect(await have(tab, ["m"])).toEqual(["m"]);
		const { budgetBytes } = await tab.evaluate(() => page.use());
		await tab.evaluate(() => page.setBudget(1e12));
		expect(await tab.evaluate(() => page.use())).toEqual({
			bytes: LENGTH,
			budgetBytes,
		});
		await context.close();
	});
});
