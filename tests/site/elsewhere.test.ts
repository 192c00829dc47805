import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser, Page } from "@playwright/test";
import send from "send";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { browserPath, launch } from "../browser.ts";
import {
	MAPPED_PLACE,
	type MapHost,
	STYLE_COLOUR,
	startMapHost,
} from "../support/map-host.ts";
import { violationsOf } from "./accessibility.ts";
import { builtSite } from "./built-site.ts";
import { complaintsOf } from "./complaints.ts";
import { withholdEngine } from "./without-engine.ts";

const PATIENCE = { timeout: 60_000 };
const ATTRIBUTION = "© Mapmakers <of> the lake";

/** On land, away from rides: the middle of a tile of zoom 12. */
const [LATITUDE, LONGITUDE] = MAPPED_PLACE;
const VIEW = `${LATITUDE},${LONGITUDE},14.5`;
const NEARER = `${LATITUDE},${LONGITUDE},16.5`;
const BESIDE = `${LATITUDE},${LONGITUDE + 0.2},14.5`;

describe.skipIf(browserPath() === null)("on other origins", () => {
	let site = "";
	let maps: MapHost;
	let lake: Server;
	let lakeUrl = "";
	let server: SiteServer;
	let browser: Browser;
	beforeAll(async () => {
		const folder = join(builtSite(), "lake");
		lake = createServer((request, response) => {
			response.setHeader("Access-Control-Allow-Origin", "*");
			const path = (request.url ?? "/").replace(/^\/some\/lake/, "");
			send(request, path, { root: folder }).pipe(response);
		});
		await new Promise<void>((resolve) => lake.listen(0, "127.0.0.1", resolve));
		lakeUrl = `http://127.0.0.1:${(lake.address() as AddressInfo).port}/some/lake/`;
		maps = await startMapHost();
		site = await mkdtemp(join(tmpdir(), "lakeside-elsewhere-"));
		// Not waited for in this thread, which answers for the lake meanwhile.
		await promisify(execFile)(
			process.execPath,
			["scripts/build-site.ts", "--out", site],
			{
				env: {
					...process.env,
					PUBLIC_LAKE_URL: lakeUrl,
					PUBLIC_BASEMAP: maps.archive,
					PUBLIC_BASEMAP_ATTRIBUTION: ATTRIBUTION,
				},
			},
		);
		// One build for both kinds of a basemap: only this address tells them apart.
		const embedded = join(site, "rides/embed/index.html");
		const html = await readFile(embedded, "utf8");
		await writeFile(embedded, html.replaceAll(maps.archive, maps.style));
		server = await serveSite({ folder: site, port: 0 });
		browser = await launch();
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
		lake?.close();
		await maps?.server.close();
		await rm(site, { recursive: true, force: true });
	});

	test("the site holds no lake, and its policy allows these origins alone", async () => {
		expect(existsSync(join(site, "lake"))).toBe(false);
		const page = await browser.newPage();
		await page.goto(server.url);
		const policy = await page
			.locator('meta[http-equiv="Content-Security-Policy"]')
			.getAttribute("content");
		expect(policy).toContain(
			`connect-src 'self' blob: ${new URL(lakeUrl).origin} ${maps.server.url};`,
		);
		await page.close();
	});

	test("pages, engine and offline reading work with a lake there as with one of its own", async () => {
		const context = await browser.newContext();
		const page = await context.newPage();
		const complaints = complaintsOf(page, server.url, [lakeUrl]);
		await page.goto(`${server.url}posts/?from=2024-05-03&to=2024-05-09`);
		const sentence = page.locator("#posts-sentence", { hasText: "carried" });
		await sentence.waitFor();
		await page.locator("#lake-published:not(:empty)").waitFor();
		expect(complaints).toEqual([]);
		await page.waitForFunction(
			async () => (await (await caches.open("roll-ups")).keys()).length === 6,
		);
		// What the service worker keeps comes in any order.
		await page.waitForFunction(
			async (url) =>
				(await caches.match(url, { ignoreSearch: true, ignoreVary: true })) !==
				undefined,
			`${lakeUrl}catalog.json`,
		);
		await page.evaluate(async () => {
			await navigator.serviceWorker.ready;
		});
		await context.setOffline(true);
		await page.goto(`${server.url}posts/`);
		await page.locator("#posts-sentence", { hasText: "carried" }).waitFor();
		await page.locator("#lake-published:not(:empty)").waitFor();
		await context.close();
	});

	describe("a publisher's basemap", () => {
		/** Opens the map of a page: `rides/` has the archive, `rides/embed/` the style. */
		async function open(
			path: "rides/" | "rides/embed/",
			{
				colorScheme = "light",
				hasEngine = false,
			}: {
				readonly colorScheme?: "light" | "dark";
				readonly hasEngine?: boolean;
			} = {},
		) {
			const context = await browser.newContext({
				viewport: { width: 900, height: 700 },
				colorScheme,
			});
			if (!hasEngine) await withholdEngine(context);
			const page = await context.newPage();
			const complaints = complaintsOf(page, server.url, [
				lakeUrl,
				maps.server.url,
			]);
			await page.goto(`${server.url}${path}?view=${VIEW}`);
			return { context, page, complaints };
		}

		/** The colour in the middle of the map, as `r,g,b`. */
		async function middle(page: Page): Promise<string> {
			const box = await page.locator(".rides-map-frame").boundingBox();
			if (box === null) throw new Error("the map has no size");
			const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
			const shot = await page.screenshot({
				clip: { x: Math.round(x), y: Math.round(y), width: 1, height: 1 },
			});
			return page.evaluate(async (base64) => {
				const image = new Image();
				image.src = `data:image/png;base64,${base64}`;
				await image.decode();
				const canvas = document.createElement("canvas");
				const context = canvas.getContext("2d");
				context?.drawImage(image, 0, 0);
				return [...(context?.getImageData(0, 0, 1, 1).data ?? [])]
					.slice(0, 3)
					.join(",");
			}, shot.toString("base64"));
		}

		const token = (page: Page, name: string) =>
			page.evaluate((property) => {
				const probe = document.createElement("span");
				probe.style.color = `var(${property})`;
				document.body.append(probe);
				const { color } = getComputedStyle(probe);
				probe.remove();
				return (color.match(/\d+/g) ?? []).join(",");
			}, name);

		const notice = (page: Page) => page.locator(".rides-basemap-trouble");

		/** How often the host was asked, once it was left alone for half a second. */
		async function askedInAll(page: Page): Promise<number> {
			let before = -1;
			while (maps.server.seen.length !== before) {
				before = maps.server.seen.length;
				await page.waitForTimeout(500);
			}
			return before;
		}

		/** As Back and Forward do. */
		const goTo = (page: Page, view: string) =>
			page.evaluate((to) => {
				history.pushState(null, "", `?view=${to}`);
				dispatchEvent(new PopStateEvent("popstate"));
			}, view);

		test("an archive shows in the site's colours, light and dark, with whom it is by", async () => {
			maps.mode = "well";
			for (const colorScheme of ["light", "dark"] as const) {
				const { context, page, complaints } = await open("rides/", {
					colorScheme,
				});
				await page.locator(".rides-foot").waitFor();
				const water = await token(page, "--map-water");
				const land = await token(page, "--map-land");
				expect(water).not.toBe(land);
				await expect.poll(() => middle(page), PATIENCE).toBe(water);
				expect(await page.locator(".rides-foot").textContent()).toContain(
					ATTRIBUTION,
				);
				await page.getByRole("button", { name: "Full screen" }).click();
				expect(await page.locator(".rides-credit:visible").textContent()).toBe(
					`Basemap: ${ATTRIBUTION}; Natural Earth, public domain`,
				);
				await page.getByRole("button", { name: "Leave full screen" }).click();
				await page
					.getByRole("button", { name: "Change between light and dark" })
					.click();
				const other = await token(page, "--map-water");
				expect(other).not.toBe(water);
				await expect.poll(() => middle(page), PATIENCE).toBe(other);
				// Beside the tile there is none: our own land.
				await goTo(page, BESIDE);
				await expect
					.poll(() => middle(page), PATIENCE)
					.toBe(await token(page, "--map-land"));
				expect(await notice(page).textContent()).toBe("");
				expect(complaints).toEqual([]);
				await context.close();
			}
			expect(maps.server.seen.every(({ headers }) => headers.range)).toBe(true);
		});

		test("a style shows in its own colours, in the page for frames too", async () => {
			maps.mode = "well";
			const { context, page, complaints } = await open("rides/embed/");
			await expect.poll(() => middle(page), PATIENCE).toBe(STYLE_COLOUR);
			expect(await page.locator(".rides-embed-foot").textContent()).toContain(
				ATTRIBUTION,
			);
			expect(complaints).toEqual([]);
			await context.close();
		});

		test.each([
			["missing", 404],
			["empty", 204],
		] as const)(
			"a tile that is %s leaves our land, and is no fault",
			async (mode, status) => {
				maps.mode = mode;
				maps.answers.length = 0;
				const { context, page, complaints } = await open("rides/embed/");
				const land = await token(page, "--map-land");
				await expect
					.poll(() => maps.answers.includes(status), PATIENCE)
					.toBe(true);
				await expect.poll(() => middle(page), PATIENCE).toBe(land);
				expect(await notice(page).textContent()).toBe("");
				// That an answer was 404 the browser writes itself.
				expect(
					complaints.filter((complaint) => !complaint.includes("404")),
				).toEqual([]);
				await context.close();
			},
		);

		test("names that have no fonts are drawn by the browser's, without a warning", async () => {
			maps.mode = "fontless";
			maps.answers.length = 0;
			const { context, page, complaints } = await open("rides/embed/");
			await expect.poll(() => middle(page), PATIENCE).toBe(STYLE_COLOUR);
			await expect.poll(() => maps.answers.includes(404), PATIENCE).toBe(true);
			await page.waitForTimeout(500);
			expect(
				complaints.filter((complaint) => !complaint.includes("404")),
			).toEqual([]);
			expect(await notice(page).textContent()).toBe("");
			await context.close();
		});

		test("a host that is down is told once, left alone, and asked again on request", async () => {
			maps.mode = "well";
			const { context, page } = await open("rides/embed/");
			await expect.poll(() => middle(page), PATIENCE).toBe(STYLE_COLOUR);
			maps.mode = "down";
			await goTo(page, NEARER);
			await notice(page)
				.getByText("Parts of the publisher's basemap did not come.")
				.waitFor(PATIENCE);
			const asked = await askedInAll(page);
			for (const view of [BESIDE, NEARER, BESIDE]) {
				await goTo(page, view);
				await page.waitForTimeout(300);
			}
			const land = await token(page, "--map-land");
			await expect.poll(() => middle(page), PATIENCE).toBe(land);
			expect(maps.server.seen.length).toBe(asked);
			expect(await violationsOf(page)).toEqual([]);
			maps.mode = "well";
			await notice(page).getByRole("button", { name: "Try again" }).click();
			await expect.poll(() => middle(page), PATIENCE).toBe(STYLE_COLOUR);
			expect(await notice(page).textContent()).toBe("");
			await context.close();
		});

		test("a basemap that never came is tried again whole", async () => {
			maps.mode = "down";
			const { context, page } = await open("rides/");
			await notice(page).getByText("did not come.").waitFor(PATIENCE);
			maps.mode = "well";
			await notice(page).getByRole("button", { name: "Try again" }).click();
			const water = await token(page, "--map-water");
			await expect.poll(() => middle(page), PATIENCE).toBe(water);
			await context.close();
		});

		test("offline nothing is asked for, and it comes by itself with the network", async () => {
			maps.mode = "well";
			const { context, page, complaints } = await open("rides/embed/", {
				hasEngine: true,
			});
			await expect.poll(() => middle(page), PATIENCE).toBe(STYLE_COLOUR);
			await page
				.locator(".rides-embed-sentence[aria-busy=false]", {
					hasText: " this view",
				})
				.waitFor(PATIENCE);
			await context.setOffline(true);
			const asked = maps.server.seen.length;
			await goTo(page, NEARER);
			await notice(page)
				.getByText("Offline: what is missing of the publisher's basemap")
				.waitFor(PATIENCE);
			await context.setOffline(false);
			await expect
				.poll(() => maps.server.seen.length, PATIENCE)
				.toBeGreaterThan(asked);
			await expect.poll(() => notice(page).textContent()).toBe("");
			await expect.poll(() => middle(page), PATIENCE).toBe(STYLE_COLOUR);
			expect(
				complaints.filter((complaint) => complaint.includes(maps.server.url)),
			).toEqual([]);
			await context.close();
		});
	});
});
