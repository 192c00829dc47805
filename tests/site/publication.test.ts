import { spawnSync } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
import { builtSite, PLAIN_HOST } from "./built-site.ts";
import { writeSmallInput } from "./small-input.ts";
import { runBy, runSql } from "./sql-page.ts";
import { withholdEngine } from "./without-engine.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** A window that the roll-ups do not answer. */
const ASKED = "posts/?from=2024-05-03&to=2024-05-09";
const PATIENCE = { timeout: 60_000 };

describe.skipIf(browserPath() === null)("while someone reads", () => {
	let folder = "";
	let server: SiteServer;
	let browser: Browser;
	/** One for each test, with nothing kept from others. */
	let context: BrowserContext;
	let posts = 400;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "lakeside-publication-"));
		await cp(builtSite(), join(folder, "site"), { recursive: true });
		await writeSmallInput(join(folder, "input"));
		server = await serveSite({ folder: join(folder, "site"), ...PLAIN_HOST });
		browser = await launch();
	});
	beforeEach(async () => {
		context = await browser.newContext();
	});
	afterEach(() => context.close());
	afterAll(async () => {
		await browser?.close();
		await server?.close();
		await rm(folder, { recursive: true, force: true });
	});

	/** Publishes the lake anew, with ten posts more, as `npm run data` does. */
	async function publish(): Promise<void> {
		const more = Array.from({ length: 10 }, (_, at) =>
			JSON.stringify({
				id_str: `${posts}${at}`,
				created_at: new Date(Date.UTC(2024, 4, 5, 8, at)).toISOString(),
				text: "#later",
				user: { screen_name: "later" },
				entities: { hashtags: [{ text: "later" }] },
			}),
		);
		posts += more.length;
		await writeFile(
			join(folder, `input/posts/${posts}.jsonl`),
			more.join("\n"),
		);
		const { status, stderr } = spawnSync(
			process.execPath,
			[
				join(ROOT, "scripts/build-data.mjs"),
				...["--input", join(folder, "input")],
				...["--out", join(folder, "site/lake")],
			],
			{ cwd: ROOT, encoding: "utf8" },
		);
		expect(status, stderr).toBe(0);
	}

	/** Has the page look at the catalog, as it does when the network comes back. */
	async function comeBack(): Promise<void> {
		await context.setOffline(true);
		await context.setOffline(false);
	}

	const prompt = (page: Page) => page.locator("#lake-prompt");
	const version = (page: Page) => page.locator("#lake-version").textContent();
	const isReady = (page: Page) =>
		page.locator("html[data-engine=ready]").waitFor(PATIENCE);

	const answer = (page: Page) =>
		page.locator('[aria-rowindex="2"] [aria-colindex="2"]').textContent();

	test("a page says that there are newer data, stays with its own, and moves when asked", async () => {
		const page = await context.newPage();
		await page.goto(server.url + ASKED);
		await isReady(page);
		const sentence = page.locator("#posts-sentence", { hasText: "carried" });
		const before = await sentence.textContent();
		const first = await version(page);
		await publish();
		expect(await prompt(page).isHidden()).toBe(true);
		await comeBack();
		await prompt(page).waitFor();
		expect(await prompt(page).textContent()).toContain(
			"Newer data have been published.",
		);
		expect(await sentence.textContent()).toBe(before);
		expect(await version(page)).toBe(first);

		await prompt(page).getByRole("button", { name: "Show them" }).click();
		await expect.poll(() => version(page), PATIENCE).not.toBe(first);
		await isReady(page);
		await expect.poll(() => sentence.textContent(), PATIENCE).not.toBe(before);
		expect(page.url()).toBe(server.url + ASKED);
		expect(await prompt(page).isHidden()).toBe(true);
	});

	test("whoever wants them later is asked again when still newer ones come", async () => {
		await withholdEngine(context);
		const page = await context.newPage();
		await page.goto(`${server.url}weather/`);
		await expect.poll(() => version(page)).toContain("Version");
		for (let round = 0; round < 2; round += 1) {
			await publish();
			await comeBack();
			await prompt(page).getByRole("button", { name: "Later" }).click();
			await comeBack();
			await page.waitForTimeout(4000);
			expect(await prompt(page).isHidden()).toBe(true);
		}
	});

	test("the SQL page moves without losing its text; until then its answers are of one publication", async () => {
		const page = await context.newPage();
		await page.goto(`${server.url}sql/`);
		await runSql(page, "select count(*) from posts");
		expect(await answer(page)).toBe(String(posts));
		const [here, first] = [posts, await version(page)];
		await publish();
		await comeBack();
		await prompt(page).waitFor();
		await runSql(
			page,
			"select count(*) as n from posts where author is not null",
		);
		expect(await answer(page)).toBe(String(here));
		expect(await version(page)).toBe(first);

		await prompt(page).getByRole("button", { name: "Show them" }).click();
		await prompt(page).waitFor({ state: "hidden" });
		expect(await version(page)).not.toBe(first);
		expect(await page.locator(".cm-content").textContent()).toBe(
			"select count(*) as n from posts where author is not null",
		);
		await runBy(page, () => page.getByRole("button", { name: "Run" }).click());
		expect(await answer(page)).toBe(String(posts));
	});

	test("files that were collected meanwhile lead to an offer, not to a crash, on a chart's page too", async () => {
		const page = await context.newPage();
		await page.goto(`${server.url}sql/`);
		await isReady(page);
		const chart = await context.newPage();
		await chart.goto(`${server.url}posts/`);
		await isReady(chart);
		// The one that the page stands on is no longer among the last two.
		await publish();
		await publish();
		await runSql(page, "select count(*) from posts where length(author) > 0");
		expect(await page.locator(".failure").textContent()).toContain(
			"The lake's files have moved on",
		);
		expect(await prompt(page).textContent()).toContain(
			"The data you are reading are no longer on the host.",
		);
		await prompt(page)
			.getByRole("button", { name: "Move to the newest" })
			.click();
		await prompt(page).waitFor({ state: "hidden" });
		await runBy(page, () =>
			page.getByRole("button", { name: "Try again" }).click(),
		);
		expect(await answer(page)).toBe(String(posts));

		await chart.bringToFront();
		await chart.locator("input[name=from]").fill("2024-05-03");
		await chart.locator("input[name=to]").fill("2024-05-09");
		await prompt(chart)
			.getByRole("button", { name: "Move to the newest" })
			.click();
		await chart.waitForLoadState();
		await isReady(chart);
		await chart
			.locator("#posts-sentence", { hasText: "carried" })
			.waitFor(PATIENCE);
		expect(await chart.locator(".state-failure").count()).toBe(0);
		expect(new URL(chart.url()).searchParams.get("from")).toBe("2024-05-03");
	});
});
