import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser } from "@playwright/test";
import send from "send";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { browserPath, launch } from "../browser.ts";
import { builtSite } from "./built-site.ts";
import { complaintsOf } from "./complaints.ts";

describe.skipIf(browserPath() === null)("a lake on another origin", () => {
	let site = "";
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
		site = await mkdtemp(join(tmpdir(), "lakeside-elsewhere-"));
		// Not waited for in this thread, which answers for the lake meanwhile.
		await promisify(execFile)(
			process.execPath,
			["scripts/build-site.ts", "--out", site],
			{ env: { ...process.env, PUBLIC_LAKE_URL: lakeUrl } },
		);
		server = await serveSite({ folder: site, port: 0 });
		browser = await launch();
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
		lake?.close();
		await rm(site, { recursive: true, force: true });
	});

	test("the site holds no lake, and its policy allows that origin alone", async () => {
		expect(existsSync(join(site, "lake"))).toBe(false);
		const page = await browser.newPage();
		await page.goto(server.url);
		const policy = await page
			.locator('meta[http-equiv="Content-Security-Policy"]')
			.getAttribute("content");
		expect(policy).toContain(
			`connect-src 'self' blob: ${new URL(lakeUrl).origin};`,
		);
		await page.close();
	});

	test("pages, engine and offline reading work as with a lake of its own", async () => {
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
});
