import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Browser, Page } from "@playwright/test";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import {
	DENSITY_STEPS,
	logScale,
	rampColours,
} from "../../src/maps/cells/density.ts";
import { stepsByCount } from "../../src/maps/lines/frequency-lines.ts";
import { LINE_STEPS } from "../../src/maps/lines/line-overlay.ts";
import { browserPath, launch } from "../browser.ts";
import { plainRows } from "../support/plain-rows.ts";
import { violationsOf } from "./accessibility.ts";
import { builtSite, PLAIN_HOST } from "./built-site.ts";
import { complaintsOf, forgetFailedTries } from "./complaints.ts";
import { HOSTILE_NAME } from "./small-input.ts";
import { withholdEngine } from "./without-engine.ts";

const VIEW = "view=47.66,9.185,14.5";

describe.skipIf(browserPath() === null)("the map of rides", () => {
	let server: SiteServer;
	let browser: Browser;
	let page: Page;
	let complaints: string[];
	/** Of the finer basemap, that were asked for since the page was opened. */
	const tiles: string[] = [];
	let native: (sql: string) => Promise<Record<string, unknown>[]>;
	let close = () => {};

	beforeAll(async () => {
		const site = builtSite();
		server = await serveSite({ folder: site, ...PLAIN_HOST });
		browser = await launch();
		page = await browser.newPage({
			viewport: { width: 1280, height: 860 },
			acceptDownloads: true,
		});
		complaints = complaintsOf(page, server.url);
		page.on("request", (request) => {
			if (request.url().includes("/rides/basemap/"))
				tiles.push(request.url().slice(server.url.length));
		});
		const instance = await DuckDBInstance.create(":memory:");
		const connection = await instance.connect();
		for (const table of ["rides", "ride_cells", "ride_points"])
			await connection.run(
				`CREATE VIEW ${table} AS FROM read_parquet('${join(site, "lake", table, "**/*.parquet")}', hive_partitioning = true)`,
			);
		native = async (sql) => plainRows(await connection.runAndReadAll(sql));
		close = () => instance.closeSync();
	});

	afterAll(async () => {
		close();
		await browser?.close();
		await server?.close();
	});
	forgetFailedTries(() => complaints);

	const drawn = (of: Page, name: string) =>
		of.waitForFunction(
			(mark) => performance.getEntriesByName(mark).length > 0,
			name,
			{ timeout: 90_000 },
		);

	/** Once the page has counted the view for itself. */
	const counted = () =>
		page
			.locator(".rides-head p[aria-busy=false]", { hasText: " this view" })
			.waitFor({ timeout: 90_000 });

	/**
	 * Goes to an address of the page; where the page is open, as Back and Forward do:
	 * an engine takes seconds to start.
	 */
	async function show(search: string): Promise<void> {
		if (page.url().startsWith(`${server.url}rides/`))
			await page.evaluate(async (to) => {
				performance.clearMarks();
				history.pushState(null, "", to);
				dispatchEvent(new PopStateEvent("popstate"));
				for (let frame = 0; frame < 2; frame++)
					await new Promise((resolve) => requestAnimationFrame(resolve));
			}, search);
		else await page.goto(`${server.url}rides/${search}`);
		await counted();
	}

	/** The ramp's colours, in so many steps, as the theme has them. */
	async function ramp(steps: number): Promise<string[]> {
		const stops = await page.evaluate(
			(count) =>
				Array.from({ length: count }, (_, index) => {
					const probe = document.createElement("span");
					probe.style.color = `var(--density-${index + 1})`;
					document.body.append(probe);
					const { color } = getComputedStyle(probe);
					probe.remove();
					return color;
				}),
			DENSITY_STEPS,
		);
		return rampColours(stops, steps);
	}

	/** Opaque colours of the lines on the map, as `#rrggbb`. */
	const lineColours = () =>
		page.evaluate(() => {
			const canvas = document.querySelector<HTMLCanvasElement>(
				".line-overlay canvas",
			);
			const bytes = canvas
				?.getContext("2d")
				?.getImageData(0, 0, canvas.width, canvas.height).data;
			const colours = new Set<string>();
			for (let at = 0; at < (bytes?.length ?? 0); at += 4)
				if (bytes?.[at + 3] === 255)
					colours.add(
						`#${[0, 1, 2].map((part) => (bytes[at + part] ?? 0).toString(16).padStart(2, "0")).join("")}`,
					);
			return [...colours];
		});

	/** What a button of the open dialog gives as a file. */
	async function take(
		button: string,
	): Promise<{ name: string; bytes: Buffer }> {
		const coming = page.waitForEvent("download");
		await page.getByRole("button", { name: button }).click();
		const download = await coming;
		return {
			name: download.suggestedFilename(),
			bytes: await readFile(await download.path()),
		};
	}

	/** Its width, and its colours as numbers `0xrrggbb`. */
	const pixelsOf = (png: Buffer) =>
		page.evaluate(async (base64) => {
			const image = new Image();
			image.src = `data:image/png;base64,${base64}`;
			await image.decode();
			const canvas = document.createElement("canvas");
			canvas.width = image.width;
			canvas.height = image.height;
			const context = canvas.getContext("2d");
			context?.drawImage(image, 0, 0);
			const bytes = context?.getImageData(0, 0, image.width, image.height).data;
			const colours = new Set<number>();
			for (let at = 0; at < (bytes?.length ?? 0); at += 4)
				colours.add(
					((bytes?.[at] ?? 0) << 16) |
						((bytes?.[at + 1] ?? 0) << 8) |
						(bytes?.[at + 2] ?? 0),
				);
			return { width: image.width, colours: [...colours] };
		}, png.toString("base64"));

	test("lines have the colours of the counts under them, and Back leads to the cells", async () => {
		await show(`?${VIEW}`);
		await page.getByRole("radio", { name: "Lines" }).check();
		await drawn(page, "rides-lines-drawn");
		expect(page.url()).toContain("draw=lines");
		await expect
			.poll(() => page.locator(".rides-legend figcaption").textContent())
			.toBe("Rides along a line");
		// Cells give way to whole lines.
		expect(await page.locator(".cell-overlay canvas:visible").count()).toBe(0);
		const colours = new Set(await lineColours());
		const steps = await ramp(LINE_STEPS);
		const stepOf = stepsByCount(logScale(9).positionOf, 9, LINE_STEPS);
		for (const rides of [1, 9])
			expect(colours, `${rides}`).toContain(steps[stepOf[rides] ?? 0]);
		// Steps between those of two counts are nobody's.
		const used = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => stepOf[n]));
		const unused = steps.filter((_, step) => !used.has(step));
		expect(unused.length).toBeGreaterThan(10);
		for (const colour of unused) expect(colours).not.toContain(colour);
		await page.goBack();
		await expect.poll(() => page.url()).not.toContain("draw=");
		await page.locator(".cell-overlay canvas:visible").first().waitFor();
		expect(await page.locator(".line-overlay canvas").count()).toBe(0);
	});

	test("finer shapes come where the map is near, and are our own", async () => {
		await expect.poll(() => tiles).toEqual(["rides/basemap/18-4.json"]);
	});

	test("an address that comes while the map moves is where the map goes", async () => {
		await show(`?${VIEW}`);
		const to = "?view=47.66,9.2,12";
		await page.evaluate(async (to) => {
			document
				.querySelector<HTMLElement>("button[aria-label='Zoom in']")
				?.click();
			await new Promise((resolve) => requestAnimationFrame(resolve));
			history.pushState(null, "", to);
			dispatchEvent(new PopStateEvent("popstate"));
		}, to);
		// Longer than the way would take.
		await page.waitForTimeout(1500);
		expect(page.url()).toContain(to);
	});

	test("a link opens with lines on a quantile scale, and says so", async () => {
		await page.goto(`${server.url}rides/?${VIEW}&draw=lines&scale=quantile`);
		await drawn(page, "rides-lines-drawn");
		expect(
			await page.getByRole("radio", { name: "Quantile" }).isChecked(),
		).toBe(true);
		expect(
			await page.locator(".rides-legend svg").getAttribute("aria-label"),
		).toContain("each part of the scale colours as many spots");
	});

	test("files hold what the map shows, and their names say so", async () => {
		await show(`?${VIEW}&from=2024-05-02&to=2024-05-04`);
		await page.getByRole("button", { name: "Export this map" }).click();
		const cells = await take("Cells (CSV)");
		expect(cells.name).toBe(
			"lakeside-rides-cells-from-2024-05-02-to-2024-05-04-47.660N-9.185E-z14.5.csv",
		);
		const rows = (
			parse(cells.bytes, { columns: true }) as Record<string, string>[]
		).map(({ x, y, rides }) => ({
			...{ x: Number(x), y: Number(y), rides: Number(rides) },
		}));
		expect(rows.length).toBeGreaterThan(50);
		const [first] = rows;
		const all = await native(
			`SELECT x, y, count(*)::INTEGER AS rides FROM ride_cells JOIN rides USING (ride_id)
			WHERE level = 20 AND started_at_local >= DATE '2024-05-02' AND started_at_local < DATE '2024-05-05'
				AND y BETWEEN ${Math.min(...rows.map(({ y }) => y))} AND ${Math.max(...rows.map(({ y }) => y))}
				AND x BETWEEN ${Math.min(...rows.map(({ x }) => x))} AND ${Math.max(...rows.map(({ x }) => x))}
			GROUP BY x, y ORDER BY y, x`,
		);
		expect(first).toBeDefined();
		expect(rows).toEqual(all);

		const rides = await take("Rides (CSV)");
		const listed: Record<string, string>[] = parse(rides.bytes, {
			columns: true,
		});
		expect(listed.map(({ ride_id }) => ({ ride_id }))).toEqual(
			await native(
				"SELECT ride_id FROM rides WHERE started_at_local >= DATE '2024-05-02' AND started_at_local < DATE '2024-05-05' ORDER BY started_at DESC",
			),
		);

		const svg = await take("Drawing (SVG)");
		expect(svg.name).toMatch(/^lakeside-rides-map-.*\.svg$/);
		const said = await page.evaluate((text) => {
			const file = new DOMParser().parseFromString(text, "image/svg+xml");
			return {
				errors: file.querySelectorAll("parsererror").length,
				texts: [...file.querySelectorAll("text")].map(
					({ textContent }) => textContent,
				),
			};
		}, svg.bytes.toString("utf8"));
		expect(said.errors).toBe(0);
		expect(said.texts.join(" ")).toMatch(
			/Where do I ride most\?.*3 rides.*Rides that pass a spot.*Natural Earth/,
		);

		const png = await take("Picture (PNG)");
		const size = await pixelsOf(png.bytes);
		const box = await page.locator(".rides-map-frame").boundingBox();
		expect(size.width).toBe(2 * (Math.round(box?.width ?? 0) + 32));
		// The first colour of the ramp, and the land below.
		const [rare = ""] = await ramp(2);
		expect(size.colours).toContain(Number.parseInt(rare.slice(1), 16));
		expect(size.colours).toContain(0xf7f7f4);
		await page.keyboard.press("Escape");
	});

	test("the table says where rides start in the words of the data, which are only text", async () => {
		await show(`?${VIEW}`);
		await page.getByText("Where rides start, as a table").click();
		const row = page.getByRole("row", { name: HOSTILE_NAME });
		expect(await row.locator("td").first().textContent()).toBe(HOSTILE_NAME);
		expect(await row.textContent()).toContain("9 rides");
		await row.getByRole("button", { name: "Show" }).click();
		await expect.poll(() => page.url()).toContain("view=47.66");
	});

	test.each(["light", "dark"] as const)(
		"files show the chosen spot, its ride and where rides start, as the %s map does",
		async (colorScheme) => {
			await page.emulateMedia({ colorScheme });
			await show(`?${VIEW}&at=47.66,9.185,20`);
			const listed = page.locator(".rides-through li button").first();
			await listed.click();
			await drawn(page, "track-drawn");
			const onScreen = await pixelsOf(
				await page.locator(".rides-map-frame").screenshot(),
			);
			await page.getByRole("button", { name: "Export this map" }).click();
			const colours = await page.evaluate(() =>
				["--track-highlighted", "--track-casing", "--text", "--surface"].map(
					(name) => {
						const probe = document.createElement("span");
						probe.style.color = `var(${name})`;
						document.body.append(probe);
						const { color } = getComputedStyle(probe);
						probe.remove();
						return color;
					},
				),
			);
			const [track = "", casing = "", text = "", ground = ""] = colours;
			const svg = (await take("Drawing (SVG)")).bytes.toString("utf8");
			const [label, path, mark] = await page.evaluate(
				([file = "", ofTrack, ofText]) => {
					const { documentElement: picture } = new DOMParser().parseFromString(
						file,
						"image/svg+xml",
					);
					return [
						[...picture.querySelectorAll("svg text")]
							.filter((element) => element.getAttribute("fill") === ofText)
							.map(({ textContent }) => textContent)
							.join(),
						picture
							.querySelector(`path[stroke="${ofTrack}"]`)
							?.getAttribute("d"),
						picture.querySelector(`rect[stroke="${ofTrack}"]`)?.tagName,
					];
				},
				[svg, track, text],
			);
			expect(label).toContain(`\u2068${HOSTILE_NAME}`.slice(0, 32));
			expect(label).toContain(" · 9 rides");
			expect(path).toMatch(/^M.*L/);
			expect(mark).toBe("rect");

			const png = await pixelsOf((await take("Picture (PNG)")).bytes);
			for (const colour of [track, casing, ground]) {
				const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(
					Number,
				);
				const number = (red << 16) | (green << 8) | blue;
				expect(png.colours, colour).toContain(number);
				expect(onScreen.colours, colour).toContain(number);
			}
			await page.keyboard.press("Escape");
			await page.emulateMedia({ colorScheme: null });
		},
	);

	test("the map takes the screen, or where there is none the window, and Esc gives it back", async () => {
		await show(`?${VIEW}`);
		const button = page.getByRole("button", { name: "Full screen" });
		await button.click();
		await expect
			.poll(() => page.evaluate(() => document.fullscreenElement?.className))
			.toContain("rides-map");
		await page.getByRole("button", { name: "Leave full screen" }).click();
		await expect
			.poll(() => page.evaluate(() => document.fullscreenElement))
			.toBeNull();

		await page.evaluate(() =>
			Object.defineProperty(document, "fullscreenEnabled", { value: false }),
		);
		await button.click();
		await page.locator(".rides-map-full").waitFor();
		const size = page.viewportSize();
		expect(await page.locator(".rides-map").boundingBox()).toEqual({
			...{ x: 0, y: 0, width: size?.width, height: size?.height },
		});
		expect(await page.locator(".header").getAttribute("inert")).not.toBeNull();
		await page.keyboard.press("Escape");
		await expect.poll(() => page.locator(".rides-map-full").count()).toBe(0);
		expect(await page.locator(".header").getAttribute("inert")).toBeNull();
	});

	test("dialogs and controls of the map are accessible", async () => {
		await show(`?${VIEW}`);
		for (const name of ["Export this map", "Embed this map"]) {
			await page.getByRole("button", { name }).click();
			await page.locator("dialog[open]").waitFor();
			expect(await violationsOf(page), name).toEqual([]);
			await page.keyboard.press("Escape");
		}
	});

	test("a browser without WebGL says why there is no map, and tells all else", async () => {
		await show(`?${VIEW}`);
		const sentence = page.locator(".rides-head p").first();
		const cells = (one: Page) =>
			one.locator(".rides-places td:first-child").allTextContents();
		const bare = await browser.newPage({
			viewport: { width: 1280, height: 860 },
		});
		const ofBare = complaintsOf(bare, server.url);
		await bare.addInitScript(() => {
			const { getContext } = HTMLCanvasElement.prototype;
			HTMLCanvasElement.prototype.getContext = function (
				this: HTMLCanvasElement,
				...asked: Parameters<typeof getContext>
			) {
				return asked[0].startsWith("webgl")
					? null
					: getContext.apply(this, asked);
			} as typeof getContext;
		});
		await bare.goto(`${server.url}rides/?${VIEW}`);
		await bare
			.locator(".rides-head p[aria-busy=false]", { hasText: " this view" })
			.waitFor({ timeout: 90_000 });
		expect(await bare.locator(".rides-head p").first().textContent()).toBe(
			await sentence.textContent(),
		);
		expect(await cells(bare)).toEqual(await cells(page));
		expect(await bare.getByRole("alert").textContent()).toMatch(
			/needs WebGL 2.*Figures, filters and tables work without it\.$/,
		);
		await bare.locator(".rides-places summary").first().click();
		await bare.getByRole("button", { name: "Show" }).first().click();
		await expect.poll(() => bare.url()).toMatch(/view=47\.6/);
		await bare.setViewportSize({ width: 360, height: 740 });
		expect(await violationsOf(bare)).toEqual([]);
		expect(ofBare).toEqual([]);
		await bare.close();
	});

	test("nothing in the console, nothing from elsewhere", { retry: 0 }, () => {
		expect(complaints).toEqual([]);
	});

	describe("in another page", () => {
		let host: Server;
		let hostUrl = "";
		let content = "";

		beforeAll(async () => {
			host = createServer((_, response) => {
				response.setHeader("Content-Type", "text/html; charset=utf-8");
				response.end(
					`<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Host</title><h1>Host</h1>${content}`,
				);
			});
			await new Promise<void>((resolve) =>
				host.listen(0, "127.0.0.1", () => resolve()),
			);
			hostUrl = `http://127.0.0.1:${(host.address() as AddressInfo).port}/`;
		});
		afterAll(() => {
			host?.closeAllConnections();
			host?.close();
		});

		test("the snippet shows the same map, which leads back", async () => {
			await show(`?${VIEW}&draw=lines&from=2024-05-03`);
			await page.getByRole("button", { name: "Embed this map" }).click();
			content = await page.locator("dialog[open] textarea").inputValue();
			const outer = await browser.newPage({
				viewport: { width: 700, height: 640 },
			});
			const outerComplaints = complaintsOf(outer, server.url, [hostUrl]);
			await outer.goto(hostUrl);
			const frame = outer.frameLocator("iframe");
			await frame.locator(".line-overlay canvas").waitFor({ timeout: 90_000 });
			await expect
				.poll(() => frame.locator(".rides-embed-sentence").textContent())
				.toMatch(/^6 rides.* this view/);
			const link = frame.getByRole("link", { name: "Open in Lakeside" });
			const before = outer.url();
			await frame.locator("label", { hasText: "Cells" }).click();
			await expect
				.poll(() => link.getAttribute("href"))
				.toMatch(
					/^http:.*\/rides\/\?view=47\.66\d*,9\.185\d*,14\.5&from=2024-05-03$/,
				);
			// No step in the history of the page around it.
			expect(await outer.evaluate(() => history.length)).toBe(2);
			expect(outer.url()).toBe(before);
			expect(outerComplaints).toEqual([]);
			await outer.close();
		});

		test("is accessible by itself", async () => {
			const context = await browser.newContext();
			await withholdEngine(context);
			const alone = await context.newPage();
			await alone.goto(`${server.url}rides/embed/`);
			// Of the roll-up.
			await alone
				.locator(".rides-embed-sentence", { hasText: "the busiest spot" })
				.waitFor({ timeout: 90_000 });
			expect(await violationsOf(alone)).toEqual([]);
			await context.close();
		});

		test("other pages refuse", async () => {
			content = `<iframe src="${server.url}rides/"></iframe>`;
			const outer = await browser.newPage();
			await outer.goto(hostUrl);
			await outer.waitForTimeout(500);
			const [, frame] = outer.frames();
			expect(frame?.url()).not.toContain("/rides/");
			await outer.close();
		});
	});
});
