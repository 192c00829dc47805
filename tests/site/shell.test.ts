import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { browserPath, launch } from "../browser.ts";
import { violationsOf } from "./accessibility.ts";
import { builtSite, PLAIN_HOST, pagesOf } from "./built-site.ts";
import { withholdEngine } from "./without-engine.ts";

describe.skipIf(browserPath() === null)("the frame around every page", () => {
	let site = "";
	let browser: Browser;
	let server: SiteServer;
	beforeAll(async () => {
		site = builtSite();
		browser = await launch();
		server = await serveSite({ folder: site, ...PLAIN_HOST });
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
	});

	test("no page is wider than the narrowest phone", async () => {
		const page = await openPage(browser, {
			viewport: { width: 360, height: 740 },
			isMobile: true,
		});
		for (const path of await pagesOf(site)) {
			await page.goto(server.url + path);
			await page.locator("h1").first().waitFor();
			const width = await page.evaluate(
				() => document.documentElement.scrollWidth,
			);
			expect(width, path).toBeLessThanOrEqual(360);
			const links = await page.locator(".nav a:visible").all();
			for (const link of links) {
				const box = await link.boundingBox();
				expect(box?.height, path).toBeGreaterThanOrEqual(24);
				expect((box?.x ?? 0) + (box?.width ?? 0), path).toBeLessThanOrEqual(
					360,
				);
			}
		}
		await page.context().close();
	});

	test("the engine on its way makes no header higher on the narrowest phone", async () => {
		const page = await openPage(browser, {
			viewport: { width: 320, height: 640 },
		});
		await page.goto(server.url);
		const heights = await page.evaluate(() => {
			const status = document.getElementById("engine-status") as HTMLElement;
			const header = document.querySelector(".header") as HTMLElement;
			return [true, false].map((hidden) => {
				status.hidden = hidden;
				return header.offsetHeight;
			});
		});
		expect(heights[1]).toBe(heights[0]);
		await page.context().close();
	});

	test.each(["light", "dark"] as const)(
		"the home page is accessible in the %s theme",
		async (colorScheme) => {
			const page = await openPage(browser, { colorScheme });
			await page.goto(server.url);
			await page.locator("#lake-published:not(:empty)").waitFor();
			expect(await violationsOf(page)).toEqual([]);
			await page.context().close();
		},
	);

	test("the focus stays in the page where the button that tries again is gone", async () => {
		const page = await openPage(browser, { serviceWorkers: "block" });
		page.setDefaultTimeout(60_000);
		await page.route("**/catalog.json", (route) => route.abort());
		await page.goto(`${server.url}rides/`);
		const again = page.getByRole("button", { name: "Try again" });
		await again.focus();
		await page.unroute("**/catalog.json");
		await page.keyboard.press("Enter");
		await page.getByRole("button", { name: "Zoom in" }).waitFor();
		expect(await again.count()).toBe(0);
		expect(await page.evaluate(() => document.activeElement?.id)).toBe(
			"content",
		);
		await page.context().close();
	});

	test("pages that were built over a lake say so where it is gone, beside what they have", async () => {
		const page = await openPage(browser, { serviceWorkers: "block" });
		await page.route("**/catalog.json", (route) =>
			route.fulfill({ status: 404, body: "gone" }),
		);
		for (const path of [
			"",
			...["rides/", "posts/", "weather/", "data/", "sql/"],
		]) {
			await page.goto(server.url + path);
			const failure = page.locator(".state-failure");
			await failure.waitFor();
			expect(await failure.textContent(), path).toContain("answered 404");
			expect(await page.getByText("npm run data").count(), path).toBe(0);
			const [notice, heading] = await Promise.all([
				failure.boundingBox(),
				page.locator("h1").boundingBox(),
			]);
			const gap =
				(heading?.y ?? 0) - ((notice?.y ?? 0) + (notice?.height ?? 0));
			if (gap > -1) expect(gap, path).toBeGreaterThanOrEqual(16);
		}
		await page.context().close();
	});

	test("pictures of the home page leave no empty stripe, however wide the page", async () => {
		const page = await openPage(browser, {});
		for (const width of [320, 390, 900, 1280]) {
			await page.setViewportSize({ width, height: 800 });
			await page.goto(server.url);
			const shapes = await page.locator(".plot:visible").evaluateAll((plots) =>
				plots.map((plot) => {
					const { width, height } = plot.getBoundingClientRect();
					const viewBox = (plot as SVGSVGElement).viewBox.baseVal;
					return [height / width, viewBox.height / viewBox.width];
				}),
			);
			expect(shapes.length).toBeGreaterThan(0);
			for (const [shown, drawn] of shapes)
				expect(shown, `${width} px`).toBeCloseTo(drawn ?? 0, 2);
		}
		await page.context().close();
	});

	test.each([
		["no-preference", "progress-along"],
		["reduce", "none"],
	] as const)(
		"where motion is %s, a bar whose end nobody knows shows a piece, animated by %s",
		async (reducedMotion, animation) => {
			const page = await openPage(browser, { reducedMotion });
			await page.goto(server.url);
			const [picture, name] = await page.evaluate(() => {
				const bar = document.createElement("progress");
				document.body.append(bar);
				const { backgroundImage, animationName } = getComputedStyle(bar);
				return [backgroundImage, animationName];
			});
			expect(picture).toContain("gradient");
			expect(name).toBe(animation);
			await page.context().close();
		},
	);

	test("what colours explain and what is chosen show in the visitor's own colours too", async () => {
		const page = await openPage(browser, { forcedColors: "active" });
		const style = (selector: string, property: string) =>
			page
				.locator(selector)
				.first()
				.evaluate(
					(element, name) => getComputedStyle(element).getPropertyValue(name),
					property,
				);
		await page.goto(`${server.url}posts/`);
		const swatches = await page
			.locator("#timeline .legend-swatch")
			.evaluateAll((all) =>
				all.map((element) => getComputedStyle(element).backgroundColor),
			);
		expect(new Set(swatches).size).toBe(3);
		expect(
			await style(".choices-row label:has(:checked)", "outline-style"),
		).toBe("solid");
		await page.goto(`${server.url}rides/`);
		const preset = ".rides-presets button";
		expect(await style(`${preset}[aria-pressed=true]`, "outline-style")).toBe(
			"solid",
		);
		expect(await style(`${preset}[aria-pressed=false]`, "outline-style")).toBe(
			"none",
		);
		expect(await style(".rides-ramp", "background-image")).toContain(
			"gradient",
		);
		await page.context().close();
	});

	test("a chosen theme stays, before the first paint, until it is the system's again", async () => {
		const page = await openPage(browser, { colorScheme: "light" });
		const background = () =>
			page.evaluate(
				() => getComputedStyle(document.documentElement).backgroundColor,
			);
		await page.goto(server.url);
		const light = await background();
		await page.locator("#theme-toggle").click();
		const dark = await background();
		expect(dark).not.toBe(light);
		// Without the page's modules: what is there before they run.
		await page.route(/_a\/.*\.js$/, (route) => route.abort());
		await page.goto(`${server.url}data/`);
		expect(await background()).toBe(dark);
		await page.unroute(/_a\/.*\.js$/);
		await page.goto(server.url);
		await page.locator("#theme-toggle").click();
		expect(await background()).toBe(light);
		expect(await page.evaluate(() => localStorage.length)).toBe(0);
		await page.context().close();
	});

	test("the first Tab leads past the header", async () => {
		const page = await openPage(browser);
		await page.goto(server.url);
		await page.keyboard.press("Tab");
		const skip = page.getByRole("link", { name: "Skip to the content" });
		expect(await skip.evaluate((link) => link === document.activeElement)).toBe(
			true,
		);
		expect((await skip.boundingBox())?.y).toBeGreaterThanOrEqual(0);
		await page.keyboard.press("Enter");
		expect(await page.evaluate(() => document.activeElement?.id ?? "")).toBe(
			"content",
		);
		await page.context().close();
	});

	test("workers are bound by the page's policy", async () => {
		const page = await browser.newPage();
		await page.goto(`${server.url}rides/`);
		await page.locator("html[data-engine=ready]").waitFor();
		const asked = page.workers().map((worker) =>
			worker.evaluate(
				() =>
					new Promise<string>((resolve) => {
						self.addEventListener("securitypolicyviolation", (event) =>
							resolve(event.effectiveDirective),
						);
						fetch("https://example.org/").catch(() => {});
						setTimeout(() => resolve("none"), 30_000);
					}),
			),
		);
		const directives = await Promise.all(asked);
		expect(directives.length).toBeGreaterThanOrEqual(2);
		expect(new Set(directives)).toEqual(new Set(["connect-src"]));
		await page.close();
	});

	test("pages without data leave the navigation when the live lake lacks them", async () => {
		const page = await openPage(browser);
		await page.route(/catalog\.json/, async (route) => {
			const response = await route.fetch();
			const catalog = await response.json();
			const datasets = catalog.datasets.filter(
				({ name }: { name: string }) => name !== "posts",
			);
			await route.fulfill({ response, json: { ...catalog, datasets } });
		});
		await page.goto(`${server.url}data/`);
		await page.locator('[data-dataset="posts"]').waitFor({ state: "hidden" });
		await page.locator('[data-dataset="rides"]').waitFor();
		await page.context().close();
	});
});

describe.skipIf(browserPath() === null)("a site that is published anew", () => {
	let folder = "";
	let browser: Browser;
	let server: SiteServer;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "lakeside-site-"));
		await cp(builtSite(), folder, { recursive: true });
		browser = await launch();
		server = await serveSite({ folder, ...PLAIN_HOST });
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
		await rm(folder, { recursive: true, force: true });
	});

	test("a newer lake takes the place of what was drawn at build time", async () => {
		const path = join(folder, "lake/catalog.json");
		const text = await readFile(path, "utf8");
		await writeFile(
			path,
			JSON.stringify({ ...JSON.parse(text), title: "New" }),
		);
		const page = await openPage(browser);
		for (const name of ["", "posts/", "weather/", "data/"]) {
			await page.goto(server.url + name);
			const built = await page.evaluate(
				() => document.documentElement.dataset.version ?? "",
			);
			await page
				.locator(`#island[data-version]:not([data-version="${built}"])`)
				.waitFor();
			expect(await page.locator("#lake-title").textContent()).toBe("New");
		}
		await page.context().close();
	});

	test("a newer version of the site waits until the visitor takes it", async () => {
		const page = await openPage(browser);
		await page.goto(server.url);
		await page.waitForFunction(
			() => navigator.serviceWorker.controller !== null,
		);
		for (const [name, from, to] of [
			["index.html", "</h1>", " 2</h1>"],
			["service-worker.js", '"url":"index.html"', '"url":"index.html?2"'],
		] as const) {
			const path = join(folder, name);
			const text = await readFile(path, "utf8");
			expect(text).toContain(from);
			await writeFile(path, text.replace(from, to));
		}
		await page.reload();
		expect(await page.locator("h1").textContent()).not.toContain(" 2");
		await page.locator("#update-accept").click();
		await page.locator("h1", { hasText: / 2$/ }).waitFor();
		expect(await page.locator("#update-prompt").isHidden()).toBe(true);
		await page.context().close();
	});
});

/** A page with nothing kept from others, whose engine never comes. */
async function openPage(
	browser: Browser,
	options: BrowserContextOptions = {},
): Promise<Page> {
	const context = await browser.newContext(options);
	await withholdEngine(context);
	return context.newPage();
}
