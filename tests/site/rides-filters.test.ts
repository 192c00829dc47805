import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Browser, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { mercatorX, mercatorY } from "../../src/lib/geo/mercator.ts";
import {
	formatCount,
	formatDistance,
	formatDuration,
} from "../../src/lib/text/format.ts";
import { browserPath, launch } from "../browser.ts";
import { violationsOf } from "./accessibility.ts";
import { builtSite, PLAIN_HOST } from "./built-site.ts";
import { complaintsOf, forgetFailedTries } from "./complaints.ts";

/** All rides are in this view, and on its level. */
const VIEW = "view=47.6600,9.1800,12";
const LEVEL = 19;

/** A view of the street that all rides follow, and the middle of it. */
const STREET = "view=47.66000,9.18500,15";

/** What an address asks for, and the same as a condition. */
const FILTERS: readonly (readonly [query: string, where: string])[] = [
	["", "true"],
	["&kind=cycling", "kind = 'cycling'"],
	["&kind=running,%5C-", "(kind = 'running' OR kind IS NULL)"],
	["&kind=swimming", "kind = 'swimming'"],
	["&km=4.1-", "distance_m >= 4100"],
	["&km=3-4.1", "distance_m BETWEEN 3000 AND 4100"],
	["&weekday=sat,sun", "isodow(started_at_local) IN (6, 7)"],
	[
		"&hours=22-9",
		"(hour(started_at_local) >= 22 OR hour(started_at_local) < 9)",
	],
	["&hours=9-14", "hour(started_at_local) BETWEEN 9 AND 13"],
	["&name=RIDE", "name ILIKE '%ride%'"],
	["&name=%C4%B0zm", "starts_with(name, 'İzmir')"],
	["&name=GRO%E1%BA%9EE", "name LIKE 'Große%'"],
	[
		"&from=2024-05-02&kind=cycling,running&weekday=thu,fri,sat,sun,mon&hours=7-24&km=-20&name=r",
		`started_at_local >= '2024-05-02' AND kind IN ('cycling', 'running')
			AND dayofweek(started_at_local) IN (4, 5, 6, 0, 1) AND hour(started_at_local) >= 7
			AND distance_m <= 20000 AND name ILIKE '%r%'`,
	],
];

describe.skipIf(browserPath() === null)("filters and lists of rides", () => {
	let server: SiteServer;
	let browser: Browser;
	let page: Page;
	let complaints: string[];
	let native: (sql: string) => Promise<Record<string, unknown>[]>;
	let close = () => {};

	beforeAll(async () => {
		const site = builtSite();
		server = await serveSite({ folder: site, ...PLAIN_HOST });
		browser = await launch();
		page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
		complaints = complaintsOf(page, server.url);
		const instance = await DuckDBInstance.create(":memory:");
		const connection = await instance.connect();
		for (const table of ["rides", "ride_cells"])
			await connection.run(
				`CREATE VIEW ${table} AS FROM read_parquet('${join(site, "lake", table, "**/*.parquet")}', hive_partitioning = true)`,
			);
		close = () => instance.closeSync();
		native = async (sql) =>
			(await connection.runAndReadAll(sql)).getRowObjectsJS();
		await page.goto(`${server.url}rides/?${VIEW}`);
		await counted();
	});

	afterAll(async () => {
		close();
		await browser?.close();
		await server?.close();
	});
	forgetFailedTries(() => complaints);

	/** Waits for the page to have counted for itself; says what the sentence does. */
	async function counted(): Promise<string> {
		await page.evaluate(
			() =>
				new Promise((resolve) =>
					requestAnimationFrame(() => requestAnimationFrame(resolve)),
				),
		);
		const sentence = page.locator(".rides-head p[aria-busy=false]", {
			hasText: " this view",
		});
		await sentence.waitFor({ timeout: 60_000 });
		return (await sentence.textContent()) ?? "";
	}

	/** Goes to an address of the page as Back and Forward do: nothing is loaded anew. */
	const goTo = (search: string) =>
		page.evaluate((to) => {
			history.pushState(null, "", to);
			dispatchEvent(new PopStateEvent("popstate"));
		}, search);

	/** The rows of the figures: rides, distance, time. */
	const figures = async () =>
		Promise.all(
			["All|Matching", "In view"].map(async (name) => {
				const row = page.locator(".rides-figures tbody tr", {
					has: page.locator("th", { hasText: new RegExp(name) }),
				});
				return row.locator("td").allTextContents();
			}),
		);

	/** The names in the open list, in its order. */
	const listed = () => page.locator(".rides-list strong").allTextContents();

	/** The names of the rides through the cell that the address has, by native DuckDB. */
	async function nativeThrough(where: string): Promise<unknown[]> {
		const at = new URL(page.url()).searchParams.get("at") ?? "";
		const [latitude = 0, longitude = 0, level = 0] = at.split(",").map(Number);
		const x = Math.floor(mercatorX(longitude) * 2 ** level);
		const y = Math.floor(mercatorY(latitude) * 2 ** level);
		const rides = await native(
			`SELECT name FROM ride_cells JOIN rides USING (ride_id)
			WHERE level = ${level} AND x = ${x} AND y = ${y} AND ${where}
			ORDER BY started_at DESC NULLS LAST, ride_id DESC`,
		);
		return rides.map(({ name }) => name);
	}

	/** Of the map, in pixels of the window. */
	async function theMiddle(): Promise<[x: number, y: number]> {
		const box = await page.locator(".maplibregl-canvas").boundingBox();
		if (box === null) throw new Error("the map has no size");
		return [box.x + box.width / 2, box.y + box.height / 2];
	}

	const clickTheMiddle = async () => page.mouse.click(...(await theMiddle()));

	test("each filter, and all together, count what native DuckDB counts", async () => {
		for (const [query, where] of FILTERS) {
			await goTo(`?${VIEW}${query}`);
			const sentence = await counted();
			const [sums] = await native(
				`SELECT count(*)::INTEGER AS rides, coalesce(sum(distance_m), 0) AS distance,
					coalesce(sum(moving_s), 0) AS moving,
					(SELECT coalesce(max(n), 0)::INTEGER FROM (SELECT count(*) AS n
						FROM ride_cells JOIN rides USING (ride_id)
						WHERE level = ${LEVEL} AND ${where} GROUP BY x, y)) AS most
				FROM rides WHERE ${where}`,
			);
			const row = [
				formatCount(Number(sums?.rides)),
				formatDistance(Number(sums?.distance)),
				formatDuration(Number(sums?.moving)),
			];
			expect(await figures(), query).toEqual([row, row]);
			const [, most = "0"] = /sees (?:all )?(\d+)/.exec(sentence) ?? [];
			expect(Number(most), query).toBe(sums?.most);
		}
	});

	test("controls set filters, the address has them, and each can be taken back", async () => {
		await goTo(`?${VIEW}`);
		await counted();
		await page.getByRole("button", { name: "Filters" }).click();
		await page.getByLabel(/^cycling/).check();
		await page.getByLabel("At least").fill("1.5");
		await page.getByLabel("At least").press("Enter");
		await page.getByRole("button", { name: "Sat" }).click();
		await page.getByRole("button", { name: "Fri" }).click();
		await page.getByLabel("From", { exact: true }).last().selectOption("7");
		await page.getByLabel("Name has").fill("GROSSE ");
		await page.getByLabel("Name has").fill("R ");
		await expect
			.poll(() => new URL(page.url()).search)
			.toBe(`?${VIEW}&kind=cycling&km=1.5-&weekday=fri,sat&hours=7-24&name=R+`);
		const where = `distance_m >= 1500 AND isodow(started_at_local) IN (5, 6)
			AND hour(started_at_local) >= 7 AND name ILIKE '%r%'`;
		await counted();
		const kinds = await native(
			`SELECT kind, count(*) FILTER (WHERE ${where})::INTEGER AS rides FROM rides GROUP BY kind`,
		);
		// The counts of kinds follow the other filters, not the kinds themselves.
		for (const { kind, rides } of kinds)
			expect(
				await page
					.locator(".rides-kinds label", {
						hasText: String(kind ?? "Kind not stated"),
					})
					.locator("small")
					.textContent(),
			).toBe(String(rides));
		const [own] = await native(
			`SELECT count(*)::INTEGER AS rides FROM rides WHERE kind = 'cycling' AND ${where}`,
		);
		expect((await figures())[0]?.[0]).toBe(String(own?.rides));
		expect(await violationsOf(page)).toEqual([]);

		await page.keyboard.press("Escape");
		await expect
			.poll(() => page.locator("#rides-filters").isVisible())
			.toBe(false);
		const focused = () =>
			page.evaluate(() => document.activeElement?.textContent);
		await expect.poll(focused).toContain("Filters");
		// Also where the button that opened it has kept the focus.
		await page.keyboard.press("Enter");
		await page.locator("#rides-filters").waitFor();
		await page.keyboard.press("Escape");
		await page.locator("#rides-filters").waitFor({ state: "hidden" });
		const chips = page.locator(".rides-chips li");
		expect(await chips.allTextContents()).toHaveLength(6);
		const following = await chips
			.filter({ hasText: "Fri, Sat" })
			.locator("+ li")
			.textContent();
		await chips.filter({ hasText: "Fri, Sat" }).getByRole("button").focus();
		await page.keyboard.press("Enter");
		await expect.poll(() => page.url()).not.toContain("weekday");
		await expect.poll(focused).toBe(following);
		await page.goBack();
		await expect.poll(() => page.url()).toContain("weekday=fri,sat");
		await page.getByRole("button", { name: "Clear all" }).focus();
		await page.keyboard.press("Enter");
		await expect.poll(focused).toBe("Filters");
		await expect.poll(() => new URL(page.url()).search).toBe(`?${VIEW}`);
		await counted();
		expect((await figures())[0]?.[0]).toBe("9");
	});

	test("a click lists the rides through a spot as native DuckDB does, under any filter", async () => {
		await goTo(`?${STREET}`);
		await counted();
		await clickTheMiddle();
		await expect.poll(() => page.url()).toContain("at=47.6");
		await expect.poll(listed).toHaveLength(9);
		for (const [query, where] of FILTERS) {
			const at = new URL(page.url()).searchParams.get("at");
			await goTo(`?${STREET}&at=${at}${query}`);
			const names = await nativeThrough(where);
			await expect
				.poll(() => page.locator("#rides-through-title").textContent())
				.toBe(
					`${names.length} ${names.length === 1 ? "ride" : "rides"} through this spot`,
				);
			await expect.poll(listed, { message: query }).toEqual(names);
		}
		// Of what lies above one another, Escape closes the uppermost.
		await page.getByRole("button", { name: "Export this map" }).click();
		await page.keyboard.press("Escape");
		await page.locator("dialog[open]").waitFor({ state: "detached" });
		expect(await page.locator(".rides-list").count()).toBe(1);
	});

	test("a click's list is shown before the map draws itself again", async () => {
		await goTo(`?${STREET}`);
		await counted();
		await page.evaluate(() => {
			const seen = { draws: 0, drawsBeforeList: -1 };
			const context = WebGL2RenderingContext.prototype;
			const draw = context.drawElements;
			context.drawElements = function (...of) {
				seen.draws++;
				draw.apply(this, of);
			};
			const look = () => {
				if (document.querySelector(".rides-list") === null)
					requestAnimationFrame(look);
				else seen.drawsBeforeList = seen.draws;
			};
			const begin = () => {
				seen.draws = 0;
				look();
			};
			addEventListener("click", begin, { capture: true, once: true });
			Object.assign(window, { seen });
		});
		const seen = () =>
			page.evaluate(
				() =>
					(window as unknown as { seen: Record<string, number> }).seen ?? {},
			);
		// What is still drawn of the view, and of the pointer on it, is not the click's.
		await page.mouse.move(...(await theMiddle()));
		for (let draws = -1; draws !== (await seen()).draws; ) {
			draws = (await seen()).draws ?? 0;
			await page.waitForTimeout(500);
		}
		await clickTheMiddle();
		await expect.poll(async () => (await seen()).draws).toBeGreaterThan(0);
		expect((await seen()).drawsBeforeList).toBe(0);
	});

	test("a spot of another level is asked of the engine, and a link shows it", async () => {
		const spot = (level: number) => `?at=47.66,9.1849,${level}&kind=cycling`;
		await page.goto(`${server.url}rides/${spot(9)}`);
		await page.locator(".rides-list").waitFor({ timeout: 60_000 });
		for (const level of [9, 14, 20]) {
			await goTo(spot(level));
			const names = await nativeThrough("kind = 'cycling'");
			expect(names.length).toBeGreaterThan(1);
			await expect.poll(listed, { timeout: 60_000 }).toEqual(names);
		}
	});

	test("a keyboard chooses a spot, a ride, its whole track, and closes the list", async () => {
		await page.goto(`${server.url}rides/?${STREET}`);
		await counted();
		await page.keyboard.press("Tab");
		await page.locator(".maplibregl-canvas").focus();
		await page.keyboard.press("ArrowLeft");
		await page.keyboard.press("ArrowRight");
		await expect
			.poll(() => page.locator(".rides-map [role=status]").last().textContent())
			.toMatch(/rides? pass/);
		await page.keyboard.press("Enter");
		const panel = page.locator(".rides-through");
		await panel.waitFor();
		await expect
			.poll(() =>
				panel.evaluate((element) => element === document.activeElement),
			)
			.toBe(true);
		await page.keyboard.press("Tab");
		await page.keyboard.press("Tab");
		// A ride that has the focus shows its track.
		const drawn = () =>
			page.evaluate(() => performance.getEntriesByName("track-drawn").length);
		await expect.poll(drawn).toBeGreaterThan(0);
		await page.keyboard.press("Enter");
		await expect.poll(() => page.url()).toMatch(/ride=[0-9a-f]{16}/);
		const [ride] = await native(
			`SELECT name FROM rides WHERE ride_id = '${new URL(page.url()).searchParams.get("ride")}'`,
		);
		expect(
			await page
				.locator(".rides-list [aria-pressed=true] strong")
				.textContent(),
		).toBe(ride?.name);
		await page.getByRole("button", { name: "Show all of it" }).press("Enter");
		await expect.poll(() => page.url()).not.toContain(STREET);
		expect(await violationsOf(page)).toEqual([]);

		const link = page.url();
		await page.goto(link);
		await page
			.locator(".rides-list [aria-pressed=true]", {
				hasText: String(ride?.name),
			})
			.waitFor({ timeout: 60_000 });
		await expect.poll(drawn).toBeGreaterThan(0);

		await page.locator(".rides-list button").first().focus();
		await page.keyboard.press("Escape");
		await expect.poll(() => panel.count()).toBe(0);
		await expect.poll(() => page.url()).not.toMatch(/at=|ride=/);
		await expect
			.poll(() => page.evaluate(() => document.activeElement?.className))
			.toContain("maplibregl-canvas");
	});

	test("on a phone the list is a sheet from below, and the map is in sight from the first", async () => {
		await page.setViewportSize({ width: 360, height: 740 });
		await page.goto(`${server.url}rides/?${STREET}`);
		await counted();
		const top = await page.locator(".rides-map").boundingBox();
		expect(top?.y).toBeLessThan(740 / 2);
		await page.locator(".maplibregl-canvas").scrollIntoViewIfNeeded();
		await clickTheMiddle();
		const panel = page.locator(".rides-through");
		await page.locator(".rides-list").waitFor();
		const sheet = await panel.boundingBox();
		expect(sheet?.width).toBe(360);
		expect(Math.round((sheet?.y ?? 0) + (sheet?.height ?? 0))).toBe(740);
		const map = await page.locator(".rides-map").boundingBox();
		expect((sheet?.y ?? 0) - Math.max(0, map?.y ?? 740)).toBeGreaterThan(200);
		await page.getByRole("button", { name: "Close the list" }).click();
		const from = page.locator("#rides-from");
		expect(await from.isVisible()).toBe(false);
		await page.getByRole("button", { name: "Filters" }).click();
		expect(await from.isVisible()).toBe(true);
		expect(
			await page.evaluate(() => document.documentElement.scrollWidth),
		).toBe(360);
	});

	test("nothing in the console, nothing from elsewhere", { retry: 0 }, () => {
		expect(complaints).toEqual([]);
	});
});
