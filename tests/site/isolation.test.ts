import type { Browser, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { browserPath, launch } from "../browser.ts";
import { builtSite } from "./built-site.ts";
import { bytesWritten } from "./bytes-written.ts";
import { complaintsOf } from "./complaints.ts";

/** A page in a state that only the engine can answer. */
const ASKED = "posts/?from=2024-05-03&to=2024-05-09";

describe.skipIf(browserPath() === null)("on a host without headers", () => {
	let browser: Browser;
	let server: SiteServer;
	beforeAll(async () => {
		server = await serveSite({
			folder: builtSite(),
			port: 0,
			base: "/deep/base/",
			isolated: false,
		});
		browser = await launch();
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
	});

	test("the first visit has one thread, those after it have all, and nothing is reloaded", async () => {
		const visitor = await browser.newContext();
		const page = await visitor.newPage();
		const complaints = complaintsOf(page, server.url);
		let visits = 0;
		page.on("framenavigated", () => {
			visits += 1;
		});
		await page.goto(server.url + ASKED);
		const first = await answerOn(page);
		expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
		await keptBuild(page, "eh");
		expect(visits).toBe(1);

		await page.goto(server.url + ASKED);
		expect(await answerOn(page)).toBe(first);
		expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
		await keptBuild(page, "coi");
		expect(visits).toBe(2);

		await page.goto(`${server.url}rides/`);
		await page.locator(".maplibregl-canvas").waitFor();
		expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
		expect(complaints).toEqual([]);

		// What the service worker does not have comes from the host, isolated as well.
		await page.goto(`${server.url}never/seen/`);
		expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
		await visitor.close();
	});

	test("offline after one visit, the engine that was kept answers in the isolated page", async () => {
		const visitor = await browser.newContext();
		const page = await visitor.newPage();
		await page.goto(server.url + ASKED);
		const first = await answerOn(page);
		await keptBuild(page, "eh");
		await bytesWritten(page);
		await visitor.setOffline(true);
		await page.goto(server.url + ASKED);
		expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
		expect(await answerOn(page)).toBe(first);
		await visitor.close();
	});
});

test.skipIf(browserPath() === null)(
	"an isolated page where no memory can be shared fetches the plain build alone",
	async () => {
		const server = await serveSite({ folder: builtSite(), port: 0 });
		const browser = await launch();
		const visitor = await browser.newContext({ serviceWorkers: "block" });
		const lacks = "delete globalThis.SharedArrayBuffer;";
		await visitor.addInitScript(lacks);
		await visitor.route("**/engine.worker*.js", async (route) => {
			const response = await route.fetch();
			const body = lacks + (await response.text());
			await route.fulfill({ response, body });
		});
		const page = await visitor.newPage();
		const builds = new Set<string>();
		visitor.on("request", (request) => {
			const [build] = /duckdb-(eh|coi)(?=\.wasm)/.exec(request.url()) ?? [];
			if (build !== undefined) builds.add(build);
		});
		await page.goto(server.url + ASKED);
		expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
		await answerOn(page);
		expect([...builds]).toEqual(["duckdb-eh"]);
		await browser.close();
		await server.close();
	},
);

/** What the posts page says, once its engine has answered. */
async function answerOn(page: Page): Promise<string> {
	await page.locator("html[data-engine=ready]").waitFor();
	const sentence = page.locator("#posts-sentence", { hasText: "carried" });
	return (await sentence.textContent()) ?? "";
}

/** Waits until the service worker keeps one of DuckDB's builds whole, and the other not at all. */
async function keptBuild(page: Page, build: "eh" | "coi"): Promise<void> {
	const files =
		build === "eh"
			? ["duckdb-browser-eh.worker", "duckdb-eh.wasm"]
			: [
					"duckdb-browser-coi.pthread.worker",
					"duckdb-browser-coi.worker",
					"duckdb-coi.wasm",
				];
	await expect
		.poll(
			() =>
				page.evaluate(async () => {
					const requests = await (await caches.open("engine")).keys();
					return requests
						.map(({ url }) => url.slice(url.lastIndexOf("/") + 1))
						.filter((name) => name.startsWith("duckdb"))
						.map((name) => /^[\w-]+(\.pthread)?\.(worker|wasm)/.exec(name)?.[0])
						.sort();
				}),
			{ timeout: 30_000 },
		)
		.toEqual(files);
}
