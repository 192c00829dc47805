import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { browserPath, launch } from "../browser.ts";
import { build, temporaryFolder, writeAll } from "../support/building.ts";
import { builtSite, PLAIN_HOST } from "./built-site.ts";
import { complaintsOf } from "./complaints.ts";
import { lakeRows } from "./lake-rows.ts";

interface Reading {
	readonly ts: Date;
	readonly value: number;
}

const HOUR_MS = 3_600_000;

/** For a machine that does much else. */
const PATIENCE = { timeout: 60_000 };

describe.skipIf(browserPath() === null)("the weather page", () => {
	let site = "";
	let browser: Browser;
	let server: SiteServer;
	let context: BrowserContext;
	beforeAll(async () => {
		site = builtSite();
		browser = await launch();
		server = await serveSite({ folder: site, ...PLAIN_HOST });
		context = await browser.newContext();
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
	});

	const readings = async (measure: string) =>
		(await lakeRows(
			site,
			["readings"],
			`SELECT ts, value FROM readings WHERE measure = '${measure}' AND value IS NOT NULL ORDER BY ts`,
		)) as unknown as Reading[];

	const sentence = (page: Page) =>
		page.locator("#weather-sentence").textContent();

	/** Waits for the island, then for the answer to what the address asks. */
	const answered = async (page: Page) => {
		await expect
			.poll(() => page.locator(".chart-wide").count(), PATIENCE)
			.toBe(0);
		await expect.poll(() => sentence(page), PATIENCE).toMatch(/\.$/);
	};

	/** The rows of the picture's table. */
	async function table(page: Page): Promise<string[][]> {
		await page.getByText("As a table").click();
		return page
			.locator("#readings tbody tr")
			.evaluateAll((rows) =>
				rows.map((row) =>
					[...row.querySelectorAll("td")].map((cell) =>
						String(cell.textContent),
					),
				),
			);
	}

	/** The sentence of the whole of a series. */
	async function expected(measure: string, unit: string): Promise<string> {
		const values = (await readings(measure)).map(({ value }) => value);
		const [low, high, mean] = [
			Math.min(...values),
			Math.max(...values),
			values.reduce((sum, value) => sum + value, 0) / values.length,
		].map((value) => `${text(value)}\u00a0${unit}`);
		return `From 1 May 2024 to 15 May 2024, ${measure} at pier lay between ${low} and ${high}, ${mean} on average over 2,000 readings.`;
	}

	test("stands in the HTML, with the figures of the whole series", async () => {
		const bare = await browser.newContext({ javaScriptEnabled: false });
		const page = await bare.newPage();
		await page.goto(`${server.url}weather/`);
		expect(await sentence(page)).toBe(await expected("Temperature", "°C"));
		expect(await page.locator('#island svg[role="img"]:visible').count()).toBe(
			1,
		);
		await bare.close();
	});

	test("shows each reading with the average of those before it, as a plain loop finds it", async () => {
		const page = await context.newPage();
		const complaints = complaintsOf(page, server.url);
		await page.goto(`${server.url}weather/?range=week&average=6h`);
		await answered(page);
		const rows = await table(page);
		const all = await readings("Temperature");
		const from = Date.UTC(2024, 4, 9);
		const inRange = all.filter(({ ts }) => ts.getTime() >= from);
		expect(rows).toHaveLength(inRange.length);
		for (const [index, { ts, value }] of inRange.entries()) {
			const before = all
				.filter(
					(other) =>
						other.ts <= ts && other.ts.getTime() > ts.getTime() - 6 * HOUR_MS,
				)
				.map((other) => other.value);
			const average = before.reduce((sum, one) => sum + one, 0) / before.length;
			const [time, reading, shownAverage] = rows[index] ?? [];
			expect(time).toContain(ts.toISOString().slice(11, 16));
			expect(reading).toBe(text(value));
			expect(Math.abs(number(shownAverage) - average)).toBeLessThan(0.0501);
		}
		expect(complaints).toEqual([]);
		await page.close();
	});

	test("gathers many readings into buckets that keep lowest, mean and highest", async () => {
		const page = await context.newPage();
		await page.goto(`${server.url}weather/?average=3h`);
		await answered(page);
		const rows = await table(page);
		const hours = Map.groupBy(await readings("Temperature"), ({ ts }) =>
			Math.floor(ts.getTime() / (HOUR_MS / 2)),
		);
		expect(rows).toHaveLength(hours.size);
		for (const [index, [, bucket]] of [...hours].entries()) {
			const values = bucket.map(({ value }) => value);
			const [, count, low, , high] = rows[index] ?? [];
			expect([count, low, high]).toEqual([
				String(values.length),
				text(Math.min(...values)),
				text(Math.max(...values)),
			]);
		}
		await page.close();
	});

	test("another measure is a step of the history", async () => {
		const page = await context.newPage();
		await page.goto(`${server.url}weather/`);
		await page.locator("#readings .chart-cursor").waitFor();
		const before = await sentence(page);
		await page.getByLabel("Measure").selectOption({ label: "Humidity (%)" });
		await expect.poll(() => page.url(), PATIENCE).toContain("measure=Humidity");
		await expect
			.poll(() => sentence(page), PATIENCE)
			.toBe(await expected("Humidity", "%"));
		await page.goBack();
		await expect.poll(() => sentence(page), PATIENCE).toBe(before);
		await page.close();
	});

	test("is read off by arrow keys", async () => {
		const page = await context.newPage();
		await page.goto(`${server.url}weather/?range=day&average=1h`);
		await answered(page);
		const slider = page.getByRole("slider");
		await slider.focus();
		await page.keyboard.press("Home");
		const said = () => slider.getAttribute("aria-valuetext");
		await expect
			.poll(said)
			.toMatch(
				/^15 May 2024, 00:00 UTC\n.*\u00a0°C\naverage of 1 hour: .*\u00a0°C$/,
			);
		await page.keyboard.press("ArrowRight");
		await expect.poll(said).toContain("15 May 2024, 00:10 UTC");
		await page.close();
	});

	test("is read off by a tap, and no more where the page is scrolled", async () => {
		const touched = await browser.newContext({ hasTouch: true });
		const page = await touched.newPage();
		await page.goto(`${server.url}weather/`);
		const slider = page.getByRole("slider");
		const readout = page.locator(".chart-readout");
		await slider.tap({ position: { x: 200, y: 100 } });
		const first = await readout.textContent();
		await slider.tap({ position: { x: 300, y: 100 } });
		await expect.poll(() => readout.textContent()).not.toBe(first);
		await slider.dispatchEvent("pointercancel");
		await expect.poll(() => readout.count()).toBe(0);
		await touched.close();
	});

	test("a range without readings says so", async () => {
		const page = await context.newPage();
		await page.goto(`${server.url}weather/?from=2030-01-01&to=2030-01-02`);
		await answered(page);
		expect(await sentence(page)).toContain("has no readings");
		expect(await page.locator("#readings .state-empty").isVisible()).toBe(true);
		await page.close();
	});

	test("the picture leads to its SQL", async () => {
		const page = await context.newPage();
		for (const address of ["", "?range=day"]) {
			await page.goto(`${server.url}weather/${address}`);
			await answered(page);
			const rows = await table(page);
			const href = await page
				.getByRole("link", { name: "See the SQL" })
				.getAttribute("href");
			const sql = decodeURIComponent(String(href).split("#q=")[1] ?? "");
			expect(await lakeRows(site, ["readings"], sql)).toHaveLength(rows.length);
			expect(sql).toMatch(/^\w.*\nFROM/s);
			expect(sql).not.toContain("\t");
		}
		await page.close();
	});

	test("of a single day each reading shows, and where the engine does not come its day", async () => {
		const { folder, remove } = await temporaryFolder();
		await cp(site, join(folder, "site"), { recursive: true });
		await rm(join(folder, "site/lake"), { recursive: true });
		const rows = Array.from(
			{ length: 144 },
			(_, i) =>
				`${new Date(Date.UTC(2024, 2, 31) + i * 600_000).toISOString()},${i}`,
		);
		await writeAll(join(folder, "input"), {
			"weather/roof.csv": `time,Count\n${rows.join("\n")}\n`,
		});
		await build({
			input: join(folder, "input"),
			out: join(folder, "site/lake"),
		});
		const oneDay = await serveSite({
			folder: join(folder, "site"),
			...PLAIN_HOST,
		});
		for (const hasEngine of [true, false]) {
			const page = await browser.newPage({ serviceWorkers: "block" });
			if (!hasEngine) await page.route(/duckdb/, (route) => route.abort());
			await page.goto(`${oneDay.url}weather/`);
			await page
				.getByText(
					hasEngine ? "Each point is a reading" : "The engine did not load",
				)
				.first()
				.waitFor();
			await answered(page);
			expect(await sentence(page)).toBe(
				"On 31 Mar 2024, Count at roof lay between 0 and 143, 72 on average over 144 readings.",
			);
			expect(await table(page)).toHaveLength(hasEngine ? 144 : 1);
			await page.close();
		}
		const sparing = await browser.newPage({ serviceWorkers: "block" });
		await sparing.addInitScript(() =>
			Object.defineProperty(navigator, "connection", {
				value: { saveData: true },
			}),
		);
		const engine: string[] = [];
		sparing.on("request", (request) => {
			if (/duckdb/.test(request.url())) engine.push(request.url());
		});
		await sparing.goto(`${oneDay.url}weather/`);
		await answered(sparing);
		expect(await table(sparing)).toHaveLength(1);
		expect(engine).toEqual([]);
		await sparing.close();
		await oneDay.close();
		await remove();
	});

	test.each([390, 1440])("fits a window of %i pixels", async (width) => {
		const page = await context.newPage();
		await page.setViewportSize({ width, height: 844 });
		await page.goto(`${server.url}weather/`);
		await page.locator("#readings .chart-cursor").waitFor();
		const overflow = await page.evaluate(
			() => document.documentElement.scrollWidth - innerWidth,
		);
		expect(overflow).toBeLessThanOrEqual(0);
		await page.close();
	});
});

function text(value: number): string {
	return new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 })
		.format(value)
		.replace("-", "−");
}

function number(shown: string | undefined): number {
	return Number(shown?.replace("−", "-"));
}
