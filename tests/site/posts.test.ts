import { readFile } from "node:fs/promises";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { TOP_TAG_ROWS } from "../../src/charts/top-tags.ts";
import { browserPath, launch } from "../browser.ts";
import { zipOf } from "../support/zip-writer.ts";
import { violationsOf } from "./accessibility.ts";
import { builtSite, PLAIN_HOST } from "./built-site.ts";
import { complaintsOf, forgetFailedTries } from "./complaints.ts";
import { lakeRows } from "./lake-rows.ts";
import { cellsOf, runBy } from "./sql-page.ts";
import { withholdEngine } from "./without-engine.ts";

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
	/** A page that stays open: an engine takes seconds to start. */
	let page: Page;
	let complaints: string[];
	/** Without an engine, and without a service worker, whose requests cannot be changed. */
	let unworked: BrowserContext;
	beforeAll(async () => {
		site = builtSite();
		browser = await launch();
		server = await serveSite({ folder: site, ...PLAIN_HOST });
		page = await browser.newPage();
		complaints = complaintsOf(page, server.url);
		unworked = await browser.newContext({ serviceWorkers: "block" });
		await withholdEngine(unworked);
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
	});
	forgetFailedTries(() => complaints);

	/**
	 * The page's figures as native DuckDB has them, for posts that meet a condition
	 * within those that another lets count.
	 */
	async function expected(condition: string, eligible = "true") {
		const [funnel] = await lakeRows(
			site,
			["posts"],
			`SELECT count(*) AS all_posts, count(*) FILTER (NOT (${eligible})) AS reposts,
				count(*) FILTER (tag_count = 0 AND ${eligible}) AS without_tags,
				count(*) FILTER (tag_count > 0 AND ${eligible} AND ${condition}) AS counted,
				coalesce(sum(tag_count) FILTER (${eligible} AND ${condition}), 0)::BIGINT AS tags
			FROM posts`,
		);
		const tags = await lakeRows(
			site,
			["posts", "post_tags"],
			`SELECT '#' || tag AS tag, count(*) AS occurrences, count(DISTINCT post_id) AS posts
			FROM post_tags WHERE ${eligible} AND ${condition} GROUP BY tag ORDER BY occurrences DESC, tag LIMIT 20`,
		);
		const {
			all_posts,
			reposts,
			without_tags,
			counted,
			tags: total,
		} = funnel as Record<string, number>;
		const left = [...(reposts ? [reposts] : []), without_tags ?? 0];
		const outside =
			left.reduce((rest, count) => rest - count, all_posts ?? 0) -
			(counted ?? 0);
		return {
			sum: `${[all_posts, ...left, outside].join(" − ")} = ${counted}`,
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

	/** Goes to an address of the page that stays open, as Back and Forward do, and waits for the answer. */
	async function visit(search = ""): Promise<void> {
		if (page.url() === "about:blank")
			await page.goto(`${server.url}posts/${search}`);
		else
			await page.evaluate(async (to) => {
				history.pushState(null, "", location.pathname + to);
				dispatchEvent(new PopStateEvent("popstate"));
				for (let frame = 0; frame < 2; frame++)
					await new Promise((resolve) => requestAnimationFrame(resolve));
			}, search);
		await answered(page);
	}

	const answered = async (page: Page) => {
		await live(page);
		await expect.poll(() => sentence(page), PATIENCE).toMatch(/\.$/);
	};

	test("stands in the HTML, with the figures of the week up to the last post", async () => {
		const bare = await browser.newContext({ javaScriptEnabled: false });
		const page = await bare.newPage();
		await page.goto(`${server.url}posts/`);
		await expect
			.poll(() => shown(page), PATIENCE)
			.toEqual(await expected(WEEK));
		await expect
			.poll(() => sentence(page), PATIENCE)
			.toMatch(
				/^In the 7 days to 28 May 2024, \d+ posts carried \d+ tags, \d\.\d\d each; the first was #lake with \d+\.$/,
			);
		expect(await page.locator('#island svg[role="img"]:visible').count()).toBe(
			3,
		);
		await bare.close();
	});

	test("answers windows from the engine as native DuckDB does, and Back undoes", async () => {
		await visit();
		const before = await sentence(page);
		await page.getByRole("radio", { name: "All" }).check();
		await answered(page);
		await expect
			.poll(() => shown(page), PATIENCE)
			.toEqual(await expected("true"));
		expect(page.url()).toBe(`${server.url}posts/?window=all`);
		await page.goBack();
		await expect.poll(() => sentence(page), PATIENCE).toBe(before);
		await expect
			.poll(() => shown(page), PATIENCE)
			.toEqual(await expected(WEEK));
	});

	test("an address with days shows those days, both included", async () => {
		await visit("?from=2024-05-05&to=2024-05-07");
		await expect
			.poll(() => sentence(page), PATIENCE)
			.toMatch(/^From 5 May 2024 to 7 May 2024, .*\.$/);
		await expect
			.poll(() => shown(page), PATIENCE)
			.toEqual(await expected(DAYS));
		await page.getByLabel("To (UTC)").fill("2024-05-01");
		await expect
			.poll(() => sentence(page), PATIENCE)
			.toContain("lies after the last");
	});

	test("a day that is typed is taken once it is whole: one step back", async () => {
		const page = await unworked.newPage();
		await page.goto(`${server.url}posts/`);
		await live(page);
		const steps = () => page.evaluate(() => history.length);
		const before = await steps();
		await page.getByLabel("From (UTC)").focus();
		await page.keyboard.type("05032024", { delay: 20 });
		await expect
			.poll(() => page.url(), PATIENCE)
			.toContain("posts/?from=2024-05-03");
		expect(await steps()).toBe(before + 1);
		await page.getByLabel("To (UTC)").focus();
		await page.keyboard.type("05041999", { delay: 20 });
		await page.waitForTimeout(1500);
		expect(page.url()).not.toContain("to=");
		await page.keyboard.press("Enter");
		await expect.poll(() => page.url(), PATIENCE).toContain("to=1999-05-04");
		expect(await steps()).toBe(before + 2);
		await page.close();
	});

	test("a finger that scrolls over the timeline starts nothing; one that goes along it chooses days", async () => {
		const phone = await browser.newContext({
			...{ viewport: { width: 390, height: 740 }, hasTouch: true },
			isMobile: true,
		});
		await phone.addInitScript(() =>
			Object.defineProperty(navigator, "connection", {
				value: { saveData: true },
			}),
		);
		await withholdEngine(phone);
		const page = await phone.newPage();
		await page.goto(`${server.url}posts/`);
		await live(page);
		const brush = page.locator("#timeline .brush");
		await brush.scrollIntoViewIfNeeded();
		const engine = () => page.locator("html").getAttribute("data-engine");
		const scrolled = () => page.evaluate(() => scrollY);
		const before = await scrolled();
		const fingers = await phone.newCDPSession(page);
		/** Puts a finger down on the brush, moves it to points from there, in pixels, and lifts it. */
		const swipe = async (moves: readonly (readonly [number, number])[]) => {
			const box = await brush.boundingBox();
			const [x, y] = [(box?.x ?? 0) + 150, (box?.y ?? 0) + 60];
			const send = (
				type: "touchStart" | "touchMove" | "touchEnd",
				touchPoints: { x: number; y: number }[],
			) => fingers.send("Input.dispatchTouchEvent", { type, touchPoints });
			await send("touchStart", [{ x, y }]);
			for (const [right, down] of moves)
				await send("touchMove", [{ x: x + right, y: y + down }]);
			await send("touchEnd", []);
		};
		await swipe([10, 30, 60, 100, 150].map((down) => [3, down] as const));
		await expect.poll(scrolled).toBeLessThan(before);
		expect(await engine()).toBe("idle");
		expect(page.url()).toBe(`${server.url}posts/`);

		await brush.scrollIntoViewIfNeeded();
		await swipe([20, 40, 60].map((right) => [right, 3] as const));
		await expect
			.poll(() => page.url(), PATIENCE)
			.toMatch(/from=2024-\d\d-\d\d&to=2024/);
		expect(await engine()).toBe("loading");
		await phone.close();
	});

	test("a window without tags says so", async () => {
		await visit("?from=2030-01-01");
		await expect
			.poll(() => sentence(page), PATIENCE)
			.toBe("From 1 Jan 2030 on, none of 400 posts carried a tag.");
		expect(await page.locator("#top-tags .state-empty").isVisible()).toBe(true);
	});

	test("the window moves by arrow keys", async () => {
		await visit();
		await page.getByRole("radio", { name: "Week" }).focus();
		await page.keyboard.press("ArrowRight");
		await expect.poll(() => page.url(), PATIENCE).toContain("?window=month");
		await answered(page);
		await expect
			.poll(() => sentence(page), PATIENCE)
			.toContain("In the 30 days to");
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
		await expect
			.poll(() =>
				page.evaluate(() => document.activeElement?.getAttribute("value")),
			)
			.toBe("day");
		await page.close();
	});

	test("a window is brushed by pointer, seen while it moves, and Back undoes it", async () => {
		await visit();
		const before = await sentence(page);
		await page.locator(".brush").scrollIntoViewIfNeeded();
		const box = await page.locator(".brush").boundingBox();
		if (box === null) throw new Error("no brush");
		const at = (share: number) => box.x + box.width * share;
		await page.mouse.move(at(0.2), box.y + 60);
		await page.mouse.down();
		await page.mouse.move(at(0.5), box.y + 60, { steps: 4 });
		await page.evaluate(
			() =>
				new Promise((resolve) =>
					requestAnimationFrame(() => requestAnimationFrame(resolve)),
				),
		);
		await expect
			.poll(() => sentence(page), PATIENCE)
			.toMatch(/^From \d+ May 2024 to \d+ May 2024, .*\.$/);
		const brushing = await shown(page);
		expect(page.url()).toBe(`${server.url}posts/`);
		await page.mouse.up();
		await expect.poll(() => page.url(), PATIENCE).toContain("?from=2024-05-");
		await answered(page);
		const { searchParams } = new URL(page.url());
		const days = `created_at >= TIMESTAMP '${searchParams.get("from")}'
			AND created_at < TIMESTAMP '${searchParams.get("to")}' + INTERVAL 1 DAY`;
		expect(brushing).toEqual(await expected(days));
		await expect.poll(() => shown(page), PATIENCE).toEqual(brushing);
		await page.goBack();
		await expect.poll(() => sentence(page), PATIENCE).toBe(before);
	});

	test("a window is brushed by keys: its ends are sliders", async () => {
		await visit("?from=2024-05-05&to=2024-05-07");
		const last = page.getByRole("slider", {
			name: "Window of posts: last day",
		});
		await last.focus();
		expect(await last.getAttribute("aria-valuetext")).toBe("7 May 2024");
		await page.keyboard.press("ArrowRight");
		await page.keyboard.press("PageUp");
		await page
			.getByRole("slider", { name: "Window of posts: first day" })
			.focus();
		await expect
			.poll(() => page.url(), PATIENCE)
			.toContain("?from=2024-05-05&to=2024-05-15");
		await page.keyboard.press("Home");
		await page.keyboard.press("Enter");
		await expect
			.poll(() => page.url(), PATIENCE)
			.toContain("?from=2024-05-01&to=2024-05-15");
		await answered(page);
		await expect
			.poll(() => shown(page), PATIENCE)
			.toEqual(await expected("created_at < TIMESTAMP '2024-05-16'"));
	});

	test("reposts are left out by a switch, and the funnel says how many", async () => {
		await visit();
		await page.getByRole("radio", { name: "Leave out" }).check();
		await expect.poll(() => page.url(), PATIENCE).toContain("?reposts=no");
		await answered(page);
		await expect
			.poll(() => sentence(page), PATIENCE)
			.toContain("original posts carried");
		await expect
			.poll(() => shown(page), PATIENCE)
			.toEqual(await expected(WEEK, "NOT is_repost"));
	});

	test("a tag narrows everything to its posts, which can be read, and comes off again", async () => {
		await visit();
		const bar = page.getByRole("button", { name: "#wind: show only posts" });
		await bar.focus();
		await page.keyboard.press("Enter");
		await expect.poll(() => page.url(), PATIENCE).toContain("?tag=wind");
		await answered(page);
		const [counts] = await lakeRows(
			site,
			["posts", "post_tags"],
			`SELECT count(DISTINCT post_id) AS posts, count(*) AS tags FROM post_tags
			WHERE post_id IN (SELECT post_id FROM post_tags WHERE tag = 'wind') AND ${WEEK}`,
		);
		await expect
			.poll(() => sentence(page), PATIENCE)
			.toContain(`${counts?.posts} posts carried #wind; beside it`);
		expect((await shown(page)).sum).toMatch(new RegExp(` = ${counts?.posts}$`));
		expect((await shown(page)).tags).toBe(String(counts?.tags));
		const texts = await lakeRows(
			site,
			["posts"],
			`SELECT text, url FROM posts WHERE tag_count > 2 AND ${WEEK}
			ORDER BY created_at DESC, post_id LIMIT 10`,
		);
		const posts = page.locator(".reading-list .post");
		await expect.poll(() => posts.count(), PATIENCE).toBe(10);
		expect(await posts.locator(".post-text").allTextContents()).toEqual(
			texts.map(({ text }) => text),
		);
		for (const link of await posts.locator("a").all()) {
			expect(await link.getAttribute("rel")).toBe("noopener noreferrer");
			expect(texts.map(({ url }) => url)).toContain(
				await link.getAttribute("href"),
			);
		}
		const focused = page.locator(":focus");
		const more = page.getByRole("button", { name: "More posts" });
		await more.focus();
		await page.keyboard.press("Enter");
		await expect.poll(() => posts.count(), PATIENCE).toBe(20);
		await expect.poll(() => focused.textContent()).toBe("More posts");
		const row = page
			.locator("#top-tags")
			.getByRole("button", { name: "#wind: show only posts with it" });
		expect(await row.getAttribute("aria-pressed")).toBe("true");
		expect((await row.boundingBox())?.height).toBe(TOP_TAG_ROWS.height);
		await page.getByRole("button", { name: "Take off #wind" }).focus();
		await page.keyboard.press("Enter");
		await expect.poll(() => page.url(), PATIENCE).not.toContain("tag=");
		await expect.poll(() => focused.getAttribute("id")).toBe("posts-sentence");
		await expect
			.poll(() => shown(page), PATIENCE)
			.toEqual(await expected(WEEK));
	});

	test("trends come when they are scrolled to, and add up", async () => {
		await visit();
		await page.locator(".posts-below").scrollIntoViewIfNeeded();
		for (const id of ["#course", "#together", "#compare"])
			await page.locator(`${id} .chart svg`).waitFor(PATIENCE);
		await page.locator("#rising").waitFor(PATIENCE);
		const open = async (id: string) => {
			await page.locator(`${id} .picture-table summary`).click();
			const rows = page.locator(`${id} tbody tr`);
			// Made once it is open.
			await rows.first().waitFor(PATIENCE);
			return rows.evaluateAll((all) =>
				all.map((row) =>
					[...row.querySelectorAll("td")].map((cell) => cell.textContent),
				),
			);
		};
		const course = await open("#course");
		const sums = (await expected(WEEK)).table.map(([, count]) => Number(count));
		expect(
			sums.map((_, column) =>
				course.reduce((sum, row) => sum + Number(row[column + 1]), 0),
			),
		).toEqual(sums);
		const pairs = await lakeRows(
			site,
			["posts", "post_tags"],
			`SELECT '#' || a.tag AS tag, '#' || b.tag AS other, count(DISTINCT post_id)::VARCHAR AS posts
			FROM post_tags a JOIN post_tags b USING (post_id)
			WHERE a.tag < b.tag AND a.created_at > (SELECT max(created_at) - INTERVAL 7 DAY FROM posts) GROUP BY ALL`,
		);
		expect((await open("#together")).sort()).toEqual(
			pairs.map((row) => Object.values(row)).sort(),
		);
		const chips = page.locator("#compare .chip");
		const names = await chips.allTextContents();
		await page.getByRole("button", { name: /Take #lake out/ }).focus();
		await page.keyboard.press("Enter");
		await expect.poll(() => page.url(), PATIENCE).toContain("compare=");
		const left = names.filter((name) => !name.startsWith("#lake "));
		await expect.poll(() => chips.allTextContents(), PATIENCE).toEqual(left);
		// Where a chip was that is gone, another has the focus some moments later.
		for (let rest = left.length - 1; rest >= 0; rest--) {
			await expect
				.poll(() => page.locator(":focus").textContent(), PATIENCE)
				.toBeOneOf(left);
			await page.keyboard.press("Enter");
			await expect.poll(() => chips.count(), PATIENCE).toBe(rest);
		}
		await page.getByText("No hashtag is compared.").waitFor(PATIENCE);
		expect(await page.locator("#compare svg").count()).toBe(0);
		await expect
			.poll(() =>
				page
					.getByLabel("Another hashtag")
					.evaluate((input) => input === document.activeElement),
			)
			.toBe(true);
		await page.getByLabel("Another hashtag").fill("#Lake");
		await page.getByRole("button", { name: "Add", exact: true }).click();
		await expect
			.poll(
				() => page.locator("#compare .legend li").allTextContents(),
				PATIENCE,
			)
			.toContain("#lake");
		// A cell of the matrix narrows to the posts with both, by keyboard too.
		await page.locator('.tag-cells button[tabindex="0"]').focus();
		const labelled = () =>
			page.locator(":focus").getAttribute("aria-label", PATIENCE);
		const first = await labelled();
		await page.keyboard.press("End");
		await expect.poll(labelled, PATIENCE).not.toBe(first);
		const label = await labelled();
		const [, one, other, count] =
			/^#(.*) and #(.*): show only the (\d+) posts? with both$/.exec(
				label ?? "",
			) ?? [];
		await page.keyboard.press("Enter");
		await expect
			.poll(() => page.locator("#funnel-sum").textContent(), PATIENCE)
			.toMatch(new RegExp(` = ${count}$`));
		expect(new URL(page.url()).searchParams.get("tag")).toBe(`${one},${other}`);
		expect(await violationsOf(page)).toEqual([]);
	});

	test("the cloud has the words of the bars, the same each time, and picks them", async () => {
		await visit("?draw=cloud&top=10");
		const words = page.locator(".cloud-word");
		const placed = () =>
			words.evaluateAll((all) =>
				all.map((word) => [word.textContent, word.getAttribute("transform")]),
			);
		await expect.poll(() => words.count(), PATIENCE).toBeGreaterThan(0);
		const first = await placed();
		expect(first.map(([word]) => word).sort()).toEqual(
			(await expected(WEEK)).table.map(([tag]) => tag).sort(),
		);
		await visit();
		expect(await words.count()).toBe(0);
		await visit("?draw=cloud&top=10");
		await expect.poll(placed, PATIENCE).toEqual(first);
		await page.getByRole("button", { name: /^#wind, / }).focus();
		await page.keyboard.press("Enter");
		await expect.poll(() => page.url(), PATIENCE).toContain("tag=wind");
	});

	test("each picture can be taken along as PNG, SVG and CSV", async () => {
		await visit();
		const take = async (id: string, name: string) => {
			const [download] = await Promise.all([
				page.waitForEvent("download"),
				page.locator(id).getByRole("button", { name, exact: true }).click(),
			]);
			return {
				name: download.suggestedFilename(),
				bytes: await readFile(await download.path()),
			};
		};
		for (const id of ["#timeline", "#top-tags", "#funnel"]) {
			const svg = await take(id, "SVG");
			expect(svg.name).toBe(`lakeside-${id.slice(1)}.svg`);
			const text = svg.bytes.toString();
			expect(text).toContain(
				String(await page.locator(`${id} .figure-title`).textContent()),
			);
			expect(text).not.toMatch(/var\(--|currentColor|<script|class=/);
			const png = await take(id, "PNG");
			expect(png.bytes.subarray(1, 4).toString()).toBe("PNG");
			expect(png.bytes.length).toBeGreaterThan(3000);
		}
		const { table } = await expected(WEEK);
		const csv = await take("#top-tags", "CSV");
		expect(csv.bytes.toString().trimEnd().split("\r\n")).toEqual([
			"Hashtag,Occurrences,Posts",
			...table.map(([tag, ...counts]) =>
				[String(tag).slice(1), ...counts].join(","),
			),
		]);
	});

	test("one's own posts show in the same pictures, leave nothing behind, and are kept and erased as one says", async () => {
		const own = await browser.newContext();
		const page = await own.newPage();
		const complaints = complaintsOf(page, server.url);
		await page.goto(`${server.url}posts/`);
		await live(page);
		const open = page.getByLabel("Open your own posts");
		const hasFocus = (element: Element) => element === document.activeElement;
		const note = (id: number, day: number, content: string) => ({
			type: "Create",
			actor: "https://social.example/users/ada",
			object: {
				...{ id: `https://social.example/${id}`, type: "Note", content },
				published: `2023-02-0${day}T10:00:00Z`,
			},
		});
		await open.setInputFiles([
			{
				name: "outbox.json",
				mimeType: "application/json",
				buffer: Buffer.from(
					JSON.stringify({
						type: "OrderedCollection",
						orderedItems: [
							note(1, 1, "<p>#Sea and #sea</p>"),
							note(2, 2, "<p>#Sea <b>&lt;img&gt;</b></p>"),
							note(3, 3, "<p>nothing</p>"),
						],
					}),
				),
			},
			{
				name: "more.zip",
				mimeType: "application/zip",
				buffer: zipOf({
					"more.csv": "id,date,text\n9,2023-02-04,#Wind #sea\n8,never,x\n",
					"assets/main.js": "no posts",
				}),
			},
		]);
		await expect
			.poll(() => sentence(page), PATIENCE)
			.toBe(
				"From 1 Feb 2023 to 4 Feb 2023, 3 posts carried 5 tags, 1.67 each; the first was #sea with 4.",
			);
		const all = {
			sum: "4 − 1 − 0 = 3",
			tags: "5",
			rate: "1.67",
			table: [
				["#sea", "4", "3"],
				["#wind", "1", "1"],
			],
		};
		await expect.poll(() => shown(page), PATIENCE).toEqual(all);
		await page.getByText("1 value could not be used").click();
		expect(await page.locator(".own").textContent()).toContain(
			"more.zip/more.csv, line 3: not a time: never",
		);
		await page.getByRole("button", { name: "#sea: show only posts" }).click();
		await expect
			.poll(() => page.locator(".post-text").allTextContents(), PATIENCE)
			.toEqual(["#Wind #sea", "#Sea <img>", "#Sea and #sea"]);
		await page
			.locator("#top-tags")
			.getByRole("button", { name: "#sea: show only posts" })
			.click();
		await expect.poll(() => shown(page), PATIENCE).toEqual(all);
		await page
			.locator("#top-tags")
			.getByRole("button", { name: "See the SQL" })
			.click();
		await page
			.getByRole("button", { name: "Keep them and see the SQL" })
			.click();
		await page.waitForURL(/\/sql\//, PATIENCE);
		await runBy(page, () => page.keyboard.press("Control+Enter"));
		expect(await cellsOf(page)).toEqual(["sea", "4", "3", "wind", "1", "1"]);
		await page.goto(`${server.url}posts/`);
		await page.getByRole("button", { name: "Show them" }).click();
		await expect.poll(() => shown(page), PATIENCE).toEqual(all);
		await page
			.getByRole("button", { name: "Erase them from this device" })
			.waitFor(PATIENCE);
		await page.getByRole("button", { name: "Close them" }).click();
		await expect
			.poll(() => shown(page), PATIENCE)
			.toEqual(await expected(WEEK));

		await page.reload();
		await page.getByRole("button", { name: "Show them" }).click();
		await expect.poll(() => shown(page), PATIENCE).toEqual(all);
		await page.getByRole("button", { name: "Erase them" }).click();
		await page.getByRole("button", { name: "Keep them" }).waitFor(PATIENCE);
		// What shows is read further, and kept again, though its files are gone.
		await page.getByRole("button", { name: "#sea: show only posts" }).click();
		await expect
			.poll(() => page.locator(".post-text").allTextContents(), PATIENCE)
			.toEqual(["#Wind #sea", "#Sea <img>", "#Sea and #sea"]);
		await page.getByRole("button", { name: "Keep them" }).focus();
		await page.keyboard.press("Enter");
		await page.getByRole("button", { name: "Erase them" }).waitFor(PATIENCE);
		await expect.poll(() => open.evaluate(hasFocus), PATIENCE).toBe(true);
		await page.getByRole("button", { name: "Settings of this device" }).click();
		const panel = page.getByRole("dialog");
		await panel.getByRole("button", { name: "Erase" }).click();
		await panel.getByRole("button", { name: "Close" }).click();
		await page.getByRole("button", { name: "Keep them" }).waitFor(PATIENCE);
		await page.reload();
		await live(page);
		await page.waitForTimeout(500);
		expect(await page.getByRole("button", { name: "Show them" }).count()).toBe(
			0,
		);
		expect(complaints).toEqual([]);
		await own.close();
	});

	test("files without posts are told why", async () => {
		await visit();
		await page.getByLabel("Open your own posts").setInputFiles({
			name: "table.csv",
			mimeType: "text/csv",
			buffer: Buffer.from("when,what\n1,2\n"),
		});
		await expect
			.poll(() => page.locator(".own .state-failure").textContent(), PATIENCE)
			.toContain("name one id or post_id");
		await expect
			.poll(() => shown(page), PATIENCE)
			.toEqual(await expected(WEEK));
	});

	test("times are the visitor's own, with UTC on hover", async () => {
		const far = await browser.newContext({
			timezoneId: "Asia/Kolkata",
			serviceWorkers: "block",
		});
		await withholdEngine(far);
		const page = await far.newPage();
		await page.goto(`${server.url}posts/`);
		await live(page);
		const time = page.locator("#top-tags time").last();
		const utc = new Date(String(await time.getAttribute("datetime")));
		const shifted = new Date(utc.getTime() + 5.5 * 3_600_000).toISOString();
		expect(await time.textContent()).toContain(
			`${shifted.slice(11, 16)} GMT+5:30`,
		);
		expect(await time.getAttribute("title")).toContain(
			`${utc.toISOString().slice(11, 16)} UTC`,
		);
		await far.close();
	});

	test("each picture leads to its SQL", async () => {
		await visit();
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
		await expect
			.poll(() => shown(page), PATIENCE)
			.toEqual(await expected("true"));
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

	test.each([360, 1440])("fits a window of %i pixels", async (width) => {
		await page.setViewportSize({ width, height: 844 });
		await visit();
		await expect
			.poll(
				() =>
					page.evaluate(
						() => document.documentElement.scrollWidth - innerWidth,
					),
				PATIENCE,
			)
			.toBeLessThanOrEqual(0);
	});

	test("nothing in the console, nothing from elsewhere", { retry: 0 }, () => {
		expect(complaints).toEqual([]);
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
