import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runScript } from "../../scripts/bench/run-script.ts";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { browserPath, launch } from "../browser.ts";
import { builtSite } from "./built-site.ts";
import { complaintsOf, forgetFailedTries } from "./complaints.ts";

const PATIENCE = { timeout: 90_000 };

/** Taveuni in Fiji, through which the antimeridian goes: east and west of it, and on it. */
const FIJI = -16.8;
const EAST_OF_IT = -179.998;
const WEST_OF_IT = 179.998;

/** A ride along a parallel, from a longitude to another some samples further, either of which may lie beyond 180. */
function gpx(latitude: number, from: number, to: number): string {
	const points = Array.from({ length: 41 }, (_, at) => {
		const longitude = from + ((to - from) * at) / 40;
		const wrapped = ((((longitude + 180) % 360) + 360) % 360) - 180;
		const time = new Date(Date.UTC(2024, 4, 1, 6, 0, 10 * at)).toISOString();
		return `<trkpt lat="${latitude}" lon="${wrapped}"><time>${time}</time></trkpt>`;
	});
	return `<gpx><trk><name>${latitude} from ${from}</name><trkseg>${points.join("")}</trkseg></trk></gpx>`;
}

/** Four cross in Fiji, one stays east of the line, and two lie where the map ends. */
const RIDES: Readonly<Record<string, string>> = {
	"1.gpx": gpx(FIJI, 179.99, 180.01),
	"2.gpx": gpx(FIJI, 180.01, 179.99),
	"3.gpx": gpx(FIJI, 179.99, 180.011),
	"4.gpx": gpx(FIJI, 179.989, 180.01),
	"5.gpx": gpx(FIJI, 180.001, 180.01),
	"6.gpx": gpx(85.03, 20, 20.05),
	"7.gpx": gpx(85.04, 179.98, 180.02),
};

describe.skipIf(browserPath() === null)("at the edges of the map", () => {
	let folder = "";
	let server: SiteServer;
	let browser: Browser;
	let page: Page;
	let complaints: string[];
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "lakeside-edges-"));
		const rides = join(folder, "input/rides");
		await mkdir(rides, { recursive: true });
		for (const [name, text] of Object.entries(RIDES))
			await writeFile(join(rides, name), text);
		await cp(builtSite(), join(folder, "site"), { recursive: true });
		runScript("build-data.mjs", [
			...["--input", join(folder, "input")],
			...["--out", join(folder, "site/lake")],
		]);
		server = await serveSite({ folder: join(folder, "site"), port: 0 });
		browser = await launch();
		page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
		complaints = complaintsOf(page, server.url);
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
		await rm(folder, { recursive: true, force: true });
	});
	forgetFailedTries(() => complaints);

	/** Goes there as Back and Forward do, once the page is open, and waits until it has counted. */
	async function open(search: string): Promise<void> {
		if (page.url() === "about:blank")
			await page.goto(`${server.url}rides/${search}`);
		else
			await page.evaluate((to) => {
				history.pushState(null, "", to);
				dispatchEvent(new PopStateEvent("popstate"));
			}, `${server.url}rides/${search}`);
		await page.evaluate(
			() =>
				new Promise((resolve) =>
					requestAnimationFrame(() => requestAnimationFrame(resolve)),
				),
		);
		await page
			.locator(".rides-head p[aria-busy=false]", { hasText: " this view" })
			.waitFor(PATIENCE);
	}

	/** Where the cells on the screen lie across the map, in pixels from its middle. */
	const cellsAcross = () =>
		page.evaluate(() => {
			const frame = document
				.querySelector(".rides-map-frame")
				?.getBoundingClientRect();
			if (frame === undefined) throw new Error("there is no map");
			const middle = frame.left + frame.width / 2;
			const places: number[] = [];
			for (const canvas of document.querySelectorAll<HTMLCanvasElement>(
				".cell-overlay canvas",
			)) {
				if (canvas.hidden) continue;
				const box = canvas.getBoundingClientRect();
				const { data, width, height } = canvas
					.getContext("2d")
					?.getImageData(0, 0, canvas.width, canvas.height) ?? {
					data: [],
					width: 0,
					height: 0,
				};
				for (let at = 3; at < 4 * width * height; at += 4)
					if (data[at] !== 0) {
						const column = Math.floor(at / 4) % width;
						const x = box.left + ((column + 0.5) * box.width) / width;
						if (x > frame.left && x < frame.right) places.push(x - middle);
					}
			}
			return places;
		});

	const listAt = async (latitude: number, longitude: number) => {
		await open(
			`?view=${latitude},${longitude},14&at=${latitude},${longitude},20`,
		);
		await page
			.locator(".rides-through", { hasText: / rides? through this spot/ })
			.locator("li")
			.first()
			.waitFor(PATIENCE);
		return page.locator(".rides-list li button").allTextContents();
	};

	test("the map opens on both sides of the antimeridian", async () => {
		await open("");
		const places = await cellsAcross();
		expect(places.filter((place) => place < 0).length).toBeGreaterThan(20);
		expect(places.filter((place) => place > 0).length).toBeGreaterThan(20);
		expect(await page.locator(".rides-head p").first().textContent()).toMatch(
			/^5 of 7 rides|^5 rides/,
		);
		expect(page.url()).not.toContain("view=");
	});

	test("a spot counts the same from either side, and its rides are listed", async () => {
		const west = await listAt(FIJI, WEST_OF_IT);
		expect(west).toHaveLength(4);
		const east = await listAt(FIJI, EAST_OF_IT);
		expect(east).toHaveLength(5);
		expect(east).toEqual(expect.arrayContaining(west));
		for (const turn of [180, -180]) {
			await open(`?view=${FIJI},${turn},14`);
			const places = await cellsAcross();
			expect(Math.min(...places)).toBeLessThan(-200);
			expect(Math.max(...places)).toBeGreaterThan(200);
			// Rides along a parallel: no place between lacks them.
			const sorted = places.sort((one, other) => one - other);
			for (const [index, place] of sorted.entries())
				expect(place - (sorted[index - 1] ?? place)).toBeLessThan(20);
		}
	});

	test("lines go the short way, also of the chosen ride", async () => {
		await open(`?view=${FIJI},180,9&draw=lines`);
		await page.locator(".line-overlay canvas").waitFor(PATIENCE);
		const widthOfLines = () =>
			page.evaluate(() => {
				const canvas = document.querySelector<HTMLCanvasElement>(
					".line-overlay canvas",
				);
				if (canvas === null) throw new Error("there are no lines");
				const { data, width } = canvas
					.getContext("2d")
					?.getImageData(0, 0, canvas.width, canvas.height) ?? {
					data: [],
					width: 1,
				};
				const columns = new Set<number>();
				for (let at = 3; at < data.length; at += 4)
					if (data[at] !== 0) columns.add(Math.floor(at / 4) % width);
				return Math.max(...columns) - Math.min(...columns);
			});
		// 0.022 degrees at zoom 9, and the lines' ends.
		const wide = ((180.011 - 179.989) / 360) * 512 * 2 ** 9;
		await expect.poll(widthOfLines, PATIENCE).toBeLessThan(wide + 6);
		expect(await widthOfLines()).toBeGreaterThan(wide - 6);
		await open("?view=85.04,180,12&draw=lines");
		await expect
			.poll(widthOfLines, PATIENCE)
			.toBeGreaterThan((0.03 / 360) * 512 * 2 ** 12);
	});

	test("where the map ends its rides are there, and can be listed", async () => {
		await open("?view=85.04,180,13");
		const places = await cellsAcross();
		expect(places.some((place) => place < 0)).toBe(true);
		expect(places.some((place) => place > 0)).toBe(true);
		expect(await listAt(85.04, WEST_OF_IT)).toHaveLength(1);
		expect(await listAt(85.04, EAST_OF_IT)).toHaveLength(1);
		expect(await listAt(85.03, 20.02)).toHaveLength(1);
	});

	test("nothing in the console, nothing from elsewhere", { retry: 0 }, () => {
		// That the test looks at canvases often is no fault of the page.
		expect(
			complaints.filter((text) => !text.includes("Multiple readback")),
		).toEqual([]);
	});
});
