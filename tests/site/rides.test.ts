import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Browser, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { levelOf, windowOf } from "../../src/lib/geo/grid.ts";
import {
	DENSITY_STEPS,
	densityColours,
	logScale,
} from "../../src/maps/cells/density.ts";
import { browserPath, launch } from "../browser.ts";
import { builtSite } from "./built-site.ts";
import { complaintsOf, forgetFailedTries } from "./complaints.ts";

/** A day's rides in the lake under a view, by another engine than the page's. */
type Native = (
	shown: ReturnType<typeof windowOf>,
	where: string,
) => Promise<{ rides: number; most: number }>;

describe.skipIf(browserPath() === null)("the rides page", () => {
	let server: SiteServer;
	let browser: Browser;
	let page: Page;
	let complaints: string[];
	let native: Native;
	let close = () => {};

	beforeAll(async () => {
		const site = builtSite();
		server = await serveSite({ folder: site, port: 0 });
		browser = await launch();
		// A service worker would answer what the first test holds back.
		page = await browser.newPage({
			viewport: { width: 1280, height: 860 },
			serviceWorkers: "block",
		});
		complaints = complaintsOf(page, server.url);
		const instance = await DuckDBInstance.create(":memory:");
		const connection = await instance.connect();
		const files = (table: string) => join(site, "lake", table, "**/*.parquet");
		close = () => instance.closeSync();
		native = async ({ level, x, y, columns, rows }, where) => {
			const answer = await connection.runAndReadAll(
				`WITH cells AS (
					SELECT x, y, ride_id FROM read_parquet('${files("ride_cells")}', hive_partitioning = true) AS cells
					JOIN read_parquet('${files("rides")}') AS rides USING (ride_id)
					WHERE level = ${level} AND x BETWEEN ${x} AND ${x + columns - 1}
						AND y BETWEEN ${y} AND ${y + rows - 1} AND ${where})
				SELECT (SELECT count(DISTINCT ride_id) FROM cells)::INTEGER AS rides,
					coalesce((SELECT max(n) FROM (SELECT count(*) AS n FROM cells GROUP BY x, y)), 0)::INTEGER AS most`,
			);
			const [row] = answer.getRowObjectsJS();
			return { rides: Number(row?.rides), most: Number(row?.most) };
		};
	});

	afterAll(async () => {
		close();
		await browser?.close();
		await server?.close();
	});
	forgetFailedTries(() => complaints);

	const sentence = async () =>
		(await page.locator(".rides-head p").textContent()) ?? "";

	/** What the page says it counts in view, once it has counted for itself. */
	async function counted(): Promise<{ rides: number; most: number }> {
		await page.evaluate(
			() =>
				new Promise((resolve) =>
					requestAnimationFrame(() => requestAnimationFrame(resolve)),
				),
		);
		await page
			.locator(".rides-head p[aria-busy=false]", { hasText: " this view" })
			.waitFor();
		const text = await sentence();
		if (text.startsWith("No ride")) return { rides: 0, most: 0 };
		const [, rides = "", most = ""] =
			/^([\d,]+)(?: of [\d,]+)? rides?.* sees (?:all )?([\d,]+)/s.exec(text) ??
			[];
		return {
			rides: Number(rides.replaceAll(",", "")),
			most: Number(most.replaceAll(",", "")),
		};
	}

	/** The cells on the screen, from the address and the size of the map. */
	async function shown(latitude: number, longitude: number, zoom: number) {
		const box = await page.locator(".rides-map-frame").boundingBox();
		if (box === null) throw new Error("the map has no size");
		const world = 512 * 2 ** zoom;
		const x = (longitude + 180) / 360;
		const sine = Math.sin((latitude * Math.PI) / 180);
		const y = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
		const latitudeAt = (at: number) =>
			(Math.atan(Math.sinh(Math.PI * (1 - 2 * at))) * 180) / Math.PI;
		return windowOf(
			{
				west: (x - box.width / 2 / world) * 360 - 180,
				east: (x + box.width / 2 / world) * 360 - 180,
				north: latitudeAt(y - box.height / 2 / world),
				south: latitudeAt(y + box.height / 2 / world),
				zoom,
			},
			levelOf(zoom),
		);
	}

	test("draws its first map without the engine", async () => {
		const { promise: released, resolve: release } =
			Promise.withResolvers<void>();
		await page.route(/duckdb/, async (route) => {
			await released;
			await route.continue();
		});
		await page.goto(`${server.url}rides/`);
		await page.locator(".rides-legend").waitFor();
		await expect
			.poll(() =>
				page.evaluate(() => performance.getEntriesByName("rides-drawn").length),
			)
			.toBeGreaterThan(0);
		expect(await sentence()).toMatch(
			/^9 rides from May 2024 to May 2024|^9 rides in May 2024/,
		);
		release();
		await page.unroute(/duckdb/);
		// The engine comes when the page is idle, and the sentence is then about the view.
		expect(await counted()).toEqual({ rides: 9, most: 9 });
	});

	test("says over its first picture that the map is on its way, as long as it is", async () => {
		const slow = await browser.newPage();
		const { promise: released, resolve: release } =
			Promise.withResolvers<void>();
		await slow.route(/basemap\.json/, async (route) => {
			await released;
			await route.continue();
		});
		await slow.goto(`${server.url}rides/`);
		const notice = slow.locator(".rides-map").getByText("Loading the map");
		await notice.waitFor();
		expect(await slow.locator(".ride-still").count()).toBe(1);
		release();
		await slow.locator(".rides-legend").waitFor();
		expect(await notice.count()).toBe(0);
		await slow.close();
	});

	/** Goes to an address of the page as Back and Forward do: nothing is loaded anew. */
	const goTo = (search: string) =>
		page.evaluate((to) => {
			history.pushState(null, "", to);
			dispatchEvent(new PopStateEvent("popstate"));
		}, search);

	/** The colour of the map's middle pixel, as `rgb(r, g, b)`. */
	async function colourInTheMiddle(): Promise<string> {
		const box = await page.locator(".rides-map-frame").boundingBox();
		if (box === null) throw new Error("the map has no size");
		const shot = await page.screenshot({
			clip: {
				x: Math.round(box.x + box.width / 2),
				y: Math.round(box.y + box.height / 2),
				width: 1,
				height: 1,
			},
		});
		return page.evaluate(
			async (address) => {
				const image = new Image();
				image.src = address;
				await image.decode();
				const context = document.createElement("canvas").getContext("2d");
				context?.drawImage(image, 0, 0);
				const [red, green, blue] = context?.getImageData(0, 0, 1, 1).data ?? [];
				return `rgb(${red}, ${green}, ${blue})`;
			},
			`data:image/png;base64,${shot.toString("base64")}`,
		);
	}

	const colourOf = (token: string) =>
		page.evaluate((name) => {
			const probe = document.createElement("span");
			probe.style.color = `var(${name})`;
			document.body.append(probe);
			const { color } = getComputedStyle(probe);
			probe.remove();
			return color;
		}, token);

	const views: [latitude: number, longitude: number, zoom: number][] = [
		[47.66, 9.18, 12],
		[47.66, 9.2, 15.4],
		[47.668, 9.21, 17.2],
		[47.66, 9.18, 6.3],
		[0, 0, 3],
	];
	const days = [
		["", "true"],
		["from=2024-05-03", "started_at_local >= DATE '2024-05-03'"],
		[
			"from=2024-05-02&to=2024-05-04",
			"started_at_local >= DATE '2024-05-02' AND started_at_local < DATE '2024-05-05'",
		],
		["to=2024-04-30", "started_at_local < DATE '2024-05-01'"],
	] as const;

	test("counts what native DuckDB counts, in any view and days", async () => {
		await page.goto(`${server.url}rides/?view=47.6,9.1,10`);
		await counted();
		for (const view of views)
			for (const [query, where] of days) {
				const here = `?view=${view.join(",")}${query && `&${query}`}`;
				await goTo(here);
				expect(await counted(), here).toEqual(
					await native(await shown(...view), where),
				);
			}
	});

	test("new days and moves of the map count again, and Back undoes the days", async () => {
		const view = [47.66, 9.2, 13] as const;
		await goTo(`?view=${view.join(",")}`);
		const all = await counted();
		expect(all.rides).toBe(9);
		await page.getByLabel("From", { exact: true }).fill("2024-05-06");
		await expect.poll(() => page.url()).toContain("from=2024-05-06");
		expect(await counted()).toEqual(
			await native(
				await shown(...view),
				"started_at_local >= DATE '2024-05-06'",
			),
		);
		expect(await sentence()).toContain("1 ride without a date is left out");
		await page.goBack();
		await expect.poll(() => page.url()).not.toContain("from=");
		expect(await counted()).toEqual(all);
		expect(await sentence()).toContain("1 ride without a date is counted too");

		await page.getByRole("button", { name: "Zoom in" }).click();
		await expect.poll(() => page.url()).toMatch(/view=[\d.,-]+,14$/);
		expect(await counted()).toEqual(
			await native(await shown(view[0], view[1], 14), "true"),
		);
	});

	test("a keyboard reads the map, and a table says the same", async () => {
		// Where not every ride counts, no label of a start place lies on the cells.
		await goTo("?view=47.66,9.185,15&to=2024-06-01");
		const { most } = await counted();
		await page.getByText("The busiest spots in view, as a table").click();
		const first = page.locator(".rides-places tbody tr").first();
		expect(await first.locator("td").first().textContent()).toBe(
			`${most} rides`,
		);
		await first.getByRole("button", { name: "Show" }).click();
		await expect
			.poll(() => page.locator(".rides-map [role=status]").last().textContent())
			.toBe("");
		// The cell that the map has gone to is drawn where it is, in its colour.
		const stops = [];
		for (let step = 1; step <= DENSITY_STEPS; step++)
			stops.push(await colourOf(`--density-${step}`));
		const colours = densityColours(stops, most, logScale(most));
		const [red, green, blue] = new Uint8Array(colours.buffer, most * 4);
		await expect.poll(colourInTheMiddle).toBe(`rgb(${red}, ${green}, ${blue})`);
		await page.keyboard.press("Tab");
		await page.locator(".maplibregl-canvas").focus();
		await page.keyboard.press("ArrowLeft");
		await page.keyboard.press("ArrowRight");
		await expect
			.poll(() => page.locator(".rides-map [role=status]").last().textContent())
			.toMatch(/rides? pass|No ride/);
	});

	test("the days of the timeline can be dragged", async () => {
		await goTo("?");
		await counted();
		const box = await page.locator(".rides-timeline svg").boundingBox();
		if (box === null) throw new Error("no timeline");
		await page.mouse.move(box.x + 2, box.y + 10);
		await page.mouse.down();
		await page.mouse.move(box.x + box.width - 2, box.y + 12, { steps: 4 });
		await page.mouse.up();
		await expect
			.poll(() => page.url())
			.toContain("from=2024-05-01&to=2024-05-31");
		expect((await counted()).rides).toBe(8);
	});

	test("nothing in the console, nothing from elsewhere", { retry: 0 }, () => {
		expect(
			complaints.filter((complaint) => !complaint.includes("by Playwright")),
		).toEqual([]);
	});
});
