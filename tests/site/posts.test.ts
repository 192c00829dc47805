import type { Browser, BrowserContext, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { browserPath, launch } from "../browser.ts";
import { builtSite } from "./built-site.ts";
import { complaintsOf } from "./complaints.ts";
import { lakeRows } from "./lake-rows.ts";

const WEEK =
	"created_at > (SELECT max(created_at) - INTERVAL 7 DAY FROM posts)";
const DAYS =
	"created_at >= TIMESTAMP '2024-05-05' AND created_at < TIMESTAMP '2024-05-08'";

/** For a machine that does much else. */
const PATIENCE = { timeout: 60_000 };

describe.skipIf(browserPath() === null)("the posts page", () => {
	let site = "";
	let browser: Browser;
	let server: SiteServer;
	let context: BrowserContext;
	/** Without a service worker, whose requests cannot be changed. */
	let unworked: BrowserContext;
	beforeAll(async () => {
		site = builtSite();
		browser = await launch();
		server = await serveSite({ folder: site, port: 0 });
		context = await browser.newContext();
		unworked = await browser.newContext({ serviceWorkers: "block" });
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
	});

	/** The page's figures as native DuckDB has them, for posts that meet a condition. */
	async function expected(condition: string) {
		const [funnel] = await lakeRows(
			site,
			["posts"],
			`SELECT count(*) AS all_posts, count(*) FILTER (tag_count = 0) AS without_tags,
				count(*) FILTER (tag_count > 0 AND ${condition}) AS counted,
				coalesce(sum(tag_count) FILTER (${condition}), 0)::BIGINT AS tags
			FROM posts`,
		);
		const tags = await lakeRows(
			site,
			["posts", "post_tags"],
			`SELECT '#' || tag AS tag, count(*) AS occurrences, count(DISTINCT post_id) AS posts
			FROM post_tags WHERE ${condition} GROUP BY tag ORDER BY occurrences DESC, tag LIMIT 20`,
		);
		const {
			all_posts,
			without_tags,
			counted,
			tags: total,
		} = funnel as Record<string, number>;
		const outside = (all_posts ?? 0) - (without_tags ?? 0) - (counted ?? 0);
		return {
			sum: `${all_posts} − ${without_tags} − ${outside} = ${counted}`,
			tags: String(total),
			rate: ((total ?? 0) / (counted ?? 0)).toFixed(2),
			table: tags.map((row) => Object.values(row).map(String)),
		};
	}

	async function shown(page: Page) {
		return {
			sum: await page.locator("#funnel-sum").textContent(),
			tags: await page.locator("#posts-tags").textContent(),
			rate: await page.locator("#posts-rate").textContent(),
			table: await page
				.locator("#top-tags tbody tr")
				.evaluateAll((rows) =>
					rows.map((row) =>
						[...row.querySelectorAll("td")].map((cell) => cell.textContent),
					),
				),
		};
	}

	const sentence = (page: Page) =>
		page.locator("#posts-sentence").textContent();

	/** Waits until the island has taken the place of what was built. */
	const live = (page: Page) =>
		expect.poll(() => page.locator(".chart-wide").count(), PATIENCE).toBe(0);

	const answered = async (page: Page) => {
		await live(page);
		await expect.poll(() => sentence(page), PATIENCE).toMatch(/\.$/);
	};

	test("stands in the HTML, with the figures of the week up to the last post", async () => {
		const bare = await browser.newContext({ javaScriptEnabled: false });
		const page = await bare.newPage();
		await page.goto(`${server.url}posts/`);
		expect(await shown(page)).toEqual(await expected(WEEK));
		expect(await sentence(page)).toMatch(
			/^In the 7 days to 28 May 2024, \d+ posts carried \d+ tags, \d\.\d\d each; the first was #lake with \d+\.$/,
		);
		expect(await page.locator('#island svg[role="img"]:visible').count()).toBe(
			3,
		);
		await bare.close();
	});

	test("answers windows from the engine as native DuckDB does, and Back undoes", async () => {
		const page = await context.newPage();
		const complaints = complaintsOf(page, server.url);
		await page.goto(`${server.url}posts/`);
		const before = await sentence(page);
		await page.getByRole("radio", { name: "All" }).check();
		await answered(page);
		expect(await shown(page)).toEqual(await expected("true"));
		expect(page.url()).toBe(`${server.url}posts/?window=all`);
		await page.goBack();
		await expect.poll(() => sentence(page), PATIENCE).toBe(before);
		expect(await shown(page)).toEqual(await expected(WEEK));
		expect(complaints).toEqual([]);
		await page.close();
	});

	test("an address with days shows those days, both included", async () => {
		const page = await context.newPage();
		await page.goto(`${server.url}posts/?from=2024-05-05&to=2024-05-07`);
		await expect
			.poll(() => sentence(page), PATIENCE)
			.toMatch(/^From 5 May 2024 to 7 May 2024, .*\.$/);
		expect(await shown(page)).toEqual(await expected(DAYS));
		await page.getByLabel("To (UTC)").fill("2024-05-01");
		await expect
			.poll(() => sentence(page), PATIENCE)
			.toContain("lies after the last");
		await page.close();
	});

	test("a window without tags says so", async () => {
		const page = await context.newPage();
		await page.goto(`${server.url}posts/?from=2030-01-01`);
		await expect
			.poll(() => sentence(page), PATIENCE)
			.toBe("From 1 Jan 2030 on, none of 400 posts carried a tag.");
		expect(await page.locator("#top-tags .state-empty").isVisible()).toBe(true);
		await page.close();
	});

	test("the window moves by arrow keys", async () => {
		const page = await context.newPage();
		await page.goto(`${server.url}posts/`);
		await live(page);
		await page.getByRole("radio", { name: "Week" }).focus();
		await page.keyboard.press("ArrowRight");
		await expect.poll(() => page.url(), PATIENCE).toContain("?window=month");
		await answered(page);
		expect(await sentence(page)).toContain("In the 30 days to");
		await page.close();
	});

	test("a choice made before the island is there holds", async () => {
		const page = await unworked.newPage();
		let release = () => {};
		const released = new Promise<void>((resolve) => {
			release = resolve;
		});
		await page.route("**/lake/catalog.json", async (route) => {
			await released;
			await route.continue();
		});
		await page.goto(`${server.url}posts/`);
		await page.getByRole("radio", { name: "Day", exact: true }).check();
		release();
		await expect.poll(() => page.url(), PATIENCE).toContain("?window=day");
		expect(
			await page.evaluate(() => document.activeElement?.getAttribute("value")),
		).toBe("day");
		await page.close();
	});

	test("each picture leads to its SQL", async () => {
		const page = await context.newPage();
		await page.goto(`${server.url}posts/`);
		for (const [id, rows] of [
			["#top-tags", (await expected(WEEK)).table.length],
			["#funnel", 1],
		] as const) {
			const href = await page
				.locator(id)
				.getByRole("link", { name: "See the SQL" })
				.getAttribute("href");
			const sql = decodeURIComponent(String(href).split("#q=")[1] ?? "");
			expect(await lakeRows(site, ["posts", "post_tags"], sql)).toHaveLength(
				rows,
			);
		}
		await page.close();
	});

	test("a failed question can be asked again", async () => {
		const fresh = await browser.newContext({ serviceWorkers: "block" });
		const page = await fresh.newPage();
		await page.route("**/lake/post*/*.parquet", (route) => route.abort());
		await page.goto(`${server.url}posts/?window=all`);
		const retry = page.getByRole("button", { name: "Try again" });
		await retry.waitFor(PATIENCE);
		expect(await page.locator("#timeline svg").isVisible()).toBe(true);
		await page.unroute("**/lake/post*/*.parquet");
		await retry.click();
		await answered(page);
		expect(await shown(page)).toEqual(await expected("true"));
		await fresh.close();
	});

	test("a lake without posts says what to add", async () => {
		const page = await unworked.newPage();
		await page.route("**/lake/catalog.json", async (route) => {
			const catalog = await (await route.fetch()).json();
			catalog.datasets = catalog.datasets.filter(
				({ name }: { name: string }) => name !== "posts",
			);
			await route.fulfill({ json: catalog });
		});
		await page.goto(`${server.url}posts/`);
		await expect
			.poll(() => page.locator("#island").textContent(), PATIENCE)
			.toContain("This lake holds no posts.");
		await page.close();
	});

	test.each([390, 1440])("fits a window of %i pixels", async (width) => {
		const page = await context.newPage();
		await page.setViewportSize({ width, height: 844 });
		await page.goto(`${server.url}posts/`);
		await live(page);
		const overflow = await page.evaluate(
			() => document.documentElement.scrollWidth - innerWidth,
		);
		expect(overflow).toBeLessThanOrEqual(0);
		await page.close();
	});

	test("nothing moves when the island takes over", async () => {
		const page = await unworked.newPage();
		await page.setViewportSize({ width: 1280, height: 900 });
		const places = () =>
			page.evaluate(() =>
				["posts-sentence", "timeline", "top-tags", "funnel", "funnel-sum"].map(
					(id) => {
						const { x, y, width, height } = (
							document.getElementById(id) as HTMLElement
						).getBoundingClientRect();
						return [id, x, y, width, height].join(" ");
					},
				),
			);
		let release = () => {};
		const released = new Promise<void>((resolve) => {
			release = resolve;
		});
		await page.route("**/lake/catalog.json", async (route) => {
			await released;
			await route.continue();
		});
		await page.goto(`${server.url}posts/`);
		await page.evaluate(() => document.fonts.ready);
		const baked = await places();
		release();
		await live(page);
		expect(await places()).toEqual(baked);
		await page.close();
	});
});
