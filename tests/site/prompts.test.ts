import {
	appendFile,
	cp,
	mkdtemp,
	readFile,
	rm,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import {
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	describe,
	expect,
	test,
} from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { browserPath, launch } from "../browser.ts";
import { violationsOf } from "./accessibility.ts";
import { builtSite, PLAIN_HOST } from "./built-site.ts";
import { runSql } from "./sql-page.ts";
import { withholdEngine } from "./without-engine.ts";

const RIDE = `<gpx><trk><name>Mine</name><trkseg>${Array.from(
	{ length: 40 },
	(_, at) =>
		`<trkpt lat="${47.6 + at * 1e-4}" lon="9.2"><time>2025-03-02T10:00:${String(at).padStart(2, "0")}Z</time></trkpt>`,
).join("")}</trkseg></trk></gpx>`;

describe.skipIf(browserPath() === null)("prompts to load a page anew", () => {
	let folder = "";
	let site = "";
	let server: SiteServer;
	let browser: Browser;
	/** One for each test, with nothing kept from others. */
	let context: BrowserContext;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "lakeside-prompts-"));
		site = join(folder, "site");
		await cp(builtSite(), site, { recursive: true });
		server = await serveSite({ folder: site, ...PLAIN_HOST });
		browser = await launch();
	});
	beforeEach(async () => {
		context = await browser.newContext();
		context.setDefaultTimeout(60_000);
	});
	afterEach(() => context.close());
	afterAll(async () => {
		await browser?.close();
		await server?.close();
		await rm(folder, { recursive: true, force: true });
	});

	async function open(path: string): Promise<Page> {
		const page = await context.newPage();
		await page.goto(server.url + path);
		await page.waitForFunction(
			() => navigator.serviceWorker.controller !== null,
		);
		return page;
	}

	/** Publishes another version of the same lake, and has a page look at it, as it does when the network comes back. */
	async function publish(page: Page): Promise<void> {
		const file = join(site, "lake/catalog.json");
		const catalog = JSON.parse(await readFile(file, "utf8"));
		catalog.title += " anew";
		await writeFile(file, JSON.stringify(catalog));
		await context.setOffline(true);
		await context.setOffline(false);
		await page.locator("#lake-prompt").waitFor();
	}

	const focused = (page: Page) =>
		page.evaluate(() => document.activeElement?.id);

	test("a new version comes to every tab by its own Reload, whichever is pressed first", async () => {
		await withholdEngine(context);
		const pages = [await open("data/"), await open("data/")];
		await appendFile(join(site, "service-worker.js"), "\n// newer\n");
		await pages[0]?.evaluate(async () => {
			await (await navigator.serviceWorker.ready).update();
		});
		for (const page of pages) {
			await page.locator("#update-prompt").waitFor();
			await page.evaluate(() => Object.assign(window, { isOld: true }));
		}
		for (const page of pages) {
			await page.getByRole("button", { name: "Reload" }).click();
			await page.waitForFunction(() => !("isOld" in window));
		}
	});

	test("say which rides of one's own would be gone, as long as they are not kept", async () => {
		await withholdEngine(context);
		const page = await open("rides/");
		const loss = page.locator("#lake-prompt-loss");
		await publish(page);
		expect(await loss.textContent()).toBe("");
		await page.getByRole("button", { name: "Your own rides" }).click();
		await page
			.locator(".own-chooser input")
			.first()
			.setInputFiles({
				name: "mine.gpx",
				mimeType: "application/gpx+xml",
				buffer: Buffer.from(RIDE),
			});
		await page.locator(".own-bar").waitFor();
		expect(await page.locator("#lake-prompt").textContent()).toMatch(
			/^\s*Newer data have been published\.\s+Your own rides are not kept, and will be gone then\.\s*Show them/,
		);
		expect(await page.locator("#update-prompt-loss").textContent()).toBe(
			await loss.textContent(),
		);
		expect(await violationsOf(page)).toEqual([]);
		await page.getByRole("button", { name: "Keep on this device" }).click();
		await expect.poll(() => loss.textContent()).toBe("");
		await page.getByRole("button", { name: "Later" }).focus();
		await page.keyboard.press("Enter");
		await expect.poll(() => focused(page)).toBe("content");
	});

	test("say of the SQL page's what a new version of the site ends, and newer data do not", async () => {
		const page = await open("sql/");
		await runSql(page, "create table t as select 42 as x");
		await publish(page);
		expect(await page.locator("#update-prompt-loss").textContent()).toBe(
			"Your tables are not kept, and will be gone then.",
		);
		expect(await page.locator("#lake-prompt-loss").textContent()).toBe("");
	});
});
