import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "../../scripts/site/serve.ts";
import { formatDistance } from "../../src/lib/text/format.ts";
import { browserPath, launch } from "../browser.ts";
import { endWorkers } from "../support/end-workers.ts";
import { zipOf } from "../support/zip-writer.ts";
import { violationsOf } from "./accessibility.ts";
import { builtSite, PLAIN_HOST } from "./built-site.ts";
import { complaintsOf } from "./complaints.ts";
import { writeSmallInput } from "./small-input.ts";
import { cellsOf, failureOf, outcomeOf, runBy, sqlEditor } from "./sql-page.ts";
import { withholdEngine } from "./without-engine.ts";

/** All rides of the small lake are in this view. */
const VIEW = "view=47.6600,9.1800,12";

const QUERIES = [
	"",
	"&kind=running,%5C-",
	"&km=4.1-",
	"&hours=22-9&name=R",
	"&from=2024-05-03&to=2024-05-06",
	"&draw=lines",
];

const HOSTILE = "<img src=x onerror=alert(1)>";

/** A ride of some points from a place on, with a name of one's choice, and a place that has a hostile one. */
function gpx(name: string, latitude: number): string {
	const points = Array.from(
		{ length: 40 },
		(_, at) =>
			`<trkpt lat="${latitude + at * 1e-4}" lon="9.2"><time>2025-03-02T10:00:${String(at).padStart(2, "0")}Z</time></trkpt>`,
	);
	const place = HOSTILE.replaceAll("<", "&lt;");
	return `<gpx><wpt lat="${latitude}" lon="9.2"><name>${place}</name></wpt><trk><name>${name}</name><trkseg>${points.join("")}</trkseg></trk></gpx>`;
}

const PATIENTLY = { timeout: 60_000 };

describe.skipIf(browserPath() === null)("one's own rides", () => {
	let folder = "";
	let server: SiteServer;
	let browser: Browser;
	let files: string[];
	let context: BrowserContext;
	let page: Page;
	let complaints: string[];

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "lakeside-own-"));
		await writeSmallInput(folder);
		const rides = join(folder, "rides");
		files = (await readdir(rides)).map((name) => join(rides, name));
		server = await serveSite({ folder: builtSite(), ...PLAIN_HOST });
		browser = await launch();
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
		await rm(folder, { recursive: true, force: true });
	});
	/** Opens the page with nothing kept from others; the engine comes in it and others, in the SQL page, or nowhere. */
	async function open({
		engine,
	}: {
		readonly engine: "everywhere" | "sql/" | null;
	}) {
		context = await browser.newContext({
			viewport: { width: 1280, height: 860 },
		});
		if (engine !== "everywhere") await withholdEngine(context, engine);
		page = await context.newPage();
		complaints = complaintsOf(page, server.url);
		await page.goto(`${server.url}rides/`);
		await page.locator(".own-panel").waitFor({ state: "attached" });
	}
	afterEach(async () => {
		expect(complaints).toStrictEqual([]);
		await context.close();
	});

	const button = (name: string, tab = page) =>
		tab.getByRole("button", { name, exact: true });
	const bar = () => page.locator(".own-bar > [role=status]").textContent();

	/** Chooses files in the panel, and waits until they are on the map. */
	async function choose(paths: readonly string[]): Promise<void> {
		await page.locator(".own-chooser input").first().setInputFiles(paths);
		await page.locator(".own-bar").waitFor();
	}

	/** Lets go of contents by name over the page, as a hand does with files. */
	async function drop(
		contents: Readonly<Record<string, string | Uint8Array>>,
	): Promise<void> {
		const transfer = await page.evaluateHandle(
			(entries) => {
				const data = new DataTransfer();
				for (const [name, base64] of entries)
					data.items.add(
						new File(
							[Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))],
							name,
						),
					);
				return data;
			},
			Object.entries(contents).map(
				([name, content]) =>
					[name, Buffer.from(content).toString("base64")] as const,
			),
		);
		await page.dispatchEvent("body", "dragenter", { dataTransfer: transfer });
		await page.locator(".own-over").waitFor();
		await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
		await page.locator(".own-over").waitFor({ state: "detached" });
		await page.locator(".own-progress").waitFor({ state: "detached" });
	}

	/** Goes to an address of the page as Back and Forward do, and gives what its head then says. */
	async function headAt(search: string): Promise<string> {
		await page.evaluate((to) => {
			history.pushState(null, "", to);
			dispatchEvent(new PopStateEvent("popstate"));
		}, search);
		await page.evaluate(
			() =>
				new Promise((resolve) =>
					requestAnimationFrame(() => requestAnimationFrame(resolve)),
				),
		);
		await page
			.locator(".rides-head p[aria-busy=false]", { hasText: " this view" })
			.waitFor();
		const figures = await page.locator(".rides-figures").textContent();
		return `${await page.locator(".rides-head p").first().textContent()}\n${figures}`;
	}

	/** What is seen at an address: its head, each cell with its count, and the points of lines. */
	async function seenAt(search: string): Promise<string[]> {
		await page.evaluate(() => performance.clearMarks("rides-lines-drawn"));
		const head = await headAt(search);
		await button("Export this map").click();
		const coming = page.waitForEvent("download");
		await button("Cells (CSV)").click();
		const cells = await readFile(await (await coming).path(), "utf8");
		await button("Done").click();
		if (!search.includes("draw=lines")) return [head, cells];
		const drawn = await page.waitForFunction(() =>
			performance.getEntriesByName("rides-lines-drawn").at(-1),
		);
		const points = await drawn.evaluate(
			(mark) => (mark as PerformanceMark).detail.points as number,
		);
		expect(points).toBeGreaterThan(0);
		return [head, cells, `${points} points`];
	}

	test("are counted, filtered and drawn as the same files in a lake", async () => {
		await open({ engine: "everywhere" });
		const published: string[][] = [];
		for (const query of QUERIES)
			published.push(await seenAt(`?${VIEW}${query}`));
		for (const [, cells = ""] of published)
			expect(cells.split("\n").length).toBeGreaterThan(9);
		const sent: string[] = [];
		page.on("request", (request) => {
			if (request.method() !== "GET" || request.postData() !== null)
				sent.push(request.url());
		});
		await choose(files);
		expect(await bar()).toMatch(/^9 rides of your own, .*nowhere else/);
		expect(await page.locator(".provenance").textContent()).toMatch(
			/Your own files, on this device only/,
		);
		for (const [at, query] of QUERIES.entries())
			expect(await seenAt(`?rides=own&${VIEW}${query}`)).toStrictEqual(
				published[at],
			);
		expect(sent).toStrictEqual([]);
		expect(await violationsOf(page)).toStrictEqual([]);
		await page.goBack();
		await button("Published rides").click();
		await button("Your own rides").waitFor();
		expect(await violationsOf(page)).toStrictEqual([]);
	});

	test("come from drops too, packed and zipped, and hostile names are only text", async () => {
		await open({ engine: null });
		await drop({
			[`${HOSTILE}.gpx`]: gpx(HOSTILE.replaceAll("<", "&lt;"), 47.6),
			"packed.gpx.gz": gzipSync(gpx("Packed", 47.61)),
			"export.zip": zipOf({
				"activities/1.gpx": gpx("One", 47.62),
				"activities.csv":
					"Activity ID,Activity Date,Activity Name,Activity Type,Filename\n1,now,Named by the list,Ride,activities/1.gpx\n",
			}),
			[`${HOSTILE}.fit`]: "this is no FIT file",
			"notes.txt": "no ride",
		});
		const report = page.locator(".own-report");
		await report.getByText("What could not be used").waitFor();
		const text = await report.textContent();
		expect(text).toMatch(/^3 rides are on the map now\. 1 file of other kinds/);
		expect(text).toContain(`${HOSTILE}.fit`);
		expect(await violationsOf(page)).toStrictEqual([]);
		await page.keyboard.press("Escape");
		// Two of the rides start in one place of a label's size.
		await headAt("?rides=own&view=47.6200,9.2000,13");
		await page.getByText("Where rides start, as a table").click();
		const start = page.getByRole("row", { name: HOSTILE });
		expect(await start.locator("td").first().textContent()).toBe(HOSTILE);
		expect(await start.textContent()).toContain("2 rides");
		await headAt("?rides=own&view=47.6200,9.2000,13&name=named");
		expect(await start.count()).toBe(0);
		expect(await page.locator(".rides-head").textContent()).toMatch(
			/1 ride in /,
		);
		expect(await page.locator("img[src=x]").count()).toBe(0);
	});

	test("go with the page unless they are kept, and on one click in all tabs", async () => {
		await open({ engine: null });
		await choose(files);
		await page.reload();
		await page.getByText("No rides of your own are on this device").waitFor();
		await button("Show your own rides").click();
		await choose(files);
		await button("Keep on this device").click();
		await page.getByText("kept on this device").waitFor();
		// What is added later is kept as well.
		await button("Add files").click();
		await drop({ "later.gpx": gpx("Later", 47.6) });
		await expect.poll(bar, PATIENTLY).toMatch(/^10 rides of your own, kept/);

		await page.reload();
		await expect.poll(bar, PATIENTLY).toMatch(/^10 rides of your own, kept/);
		const other = await context.newPage();
		await other.goto(`${server.url}rides/`);
		await button("Your own rides", other).click();
		await other.locator(".own-bar").waitFor();

		await button("Erase").click();
		await button("Your own rides").waitFor();
		await other.getByText("No rides of your own are on this device").waitFor();
		for (const tab of [page, other])
			expect(
				await tab.evaluate(async () => {
					const names: string[] = [];
					const root = await navigator.storage.getDirectory();
					for await (const name of root.keys()) names.push(name);
					return names.filter((name) => name.includes("rides"));
				}),
			).toStrictEqual([]);
	});

	test("that are kept can be opened again where their worker was lost, and half of a batch is none", async () => {
		await open({ engine: null });
		await page.evaluate(async () => {
			const root = await navigator.storage.getDirectory();
			const folder = await root.getDirectoryHandle("lakeside-rides", {
				create: true,
			});
			await folder.getFileHandle("cut.part", { create: true });
		});
		await choose(files);
		await button("Keep on this device").click();
		await page.getByText("kept on this device").waitFor();
		await page.reload();
		await expect.poll(bar, PATIENTLY).toMatch(/^9 rides of your own, kept/);
		const kept = () =>
			page.evaluate(async () => {
				const root = await navigator.storage.getDirectory();
				const folder = await root.getDirectoryHandle("lakeside-rides");
				const names: string[] = [];
				for await (const name of folder.keys()) names.push(name);
				return names;
			});
		expect(await kept()).toStrictEqual([expect.stringMatching(/^[\w-]{36}$/)]);
		expect(await endWorkers(page, "rides")).toBe(1);
		await page
			.getByRole("alert")
			.filter({ hasText: "The reader of your rides was lost" })
			.waitFor();
		expect(await violationsOf(page)).toStrictEqual([]);
		await button("Try again").click();
		await expect.poll(bar, PATIENTLY).toMatch(/^9 rides of your own, kept/);
	});

	test("are waited for while another tab writes them, and the page is there meanwhile", async () => {
		await open({ engine: null });
		await choose(files);
		await button("Keep on this device").click();
		await page.getByText("kept on this device").waitFor();
		// As a tab that writes does.
		await page.evaluate(
			() =>
				new Promise<void>((isHeld) => {
					void navigator.locks.request("lakeside-rides", () => {
						isHeld();
						return new Promise<void>((release) =>
							Object.assign(window, { release }),
						);
					});
				}),
		);
		const published = await context.newPage();
		await published.goto(`${server.url}rides/`);
		await button("Zoom in", published).waitFor();
		const own = await context.newPage();
		await own.goto(`${server.url}rides/?rides=own`);
		await own.getByText("Loading your rides").waitFor();
		await page.evaluate(() =>
			(window as unknown as { release: () => void }).release(),
		);
		await own.locator(".own-bar").waitFor();
		await button("Your own rides", published).click();
		await published.locator(".own-bar").waitFor();
	});

	test("are asked by SQL once they are kept, which gives the page's numbers, trips counted once too", async () => {
		await open({ engine: "sql/" });
		const half = (text: string) => {
			let at = 0;
			return text.replace(/<trkpt.*?<\/trkpt>/gs, (point) =>
				at++ % 2 === 0 ? point : "",
			);
		};
		await choose(files);
		await drop({
			"watch.gpx": half(await readFile(files[2] as string, "utf8")),
		});
		await expect.poll(bar, PATIENTLY).toMatch(/^10 rides of your own/);
		// The panel closes after the bar has counted, and takes the focus with it.
		await page.locator(".own-panel[open]").waitFor({ state: "detached" });
		const once = page.getByLabel("Count trips once");
		await once.focus();
		await page.keyboard.press("Space");
		await page.getByText("1 ride is left out").waitFor();
		await expect.poll(bar, PATIENTLY).toMatch(/^9 rides of your own/);
		expect(
			await once.evaluate((box) => box === document.activeElement),
			"the box keeps the focus",
		).toBe(true);
		expect(await violationsOf(page)).toStrictEqual([]);
		await headAt(`?rides=own&trips=once&${VIEW}&kind=running,%5C-`);
		const figures = await page
			.locator(".rides-figures tbody td")
			.allTextContents();
		await button("Export this map").click();
		const coming = page.waitForEvent("download");
		await button("Cells (CSV)").click();
		const csv = await readFile(await (await coming).path(), "utf8");
		await button("Done").click();
		const cells = csv.trim().split("\n").length - 1;
		await button("See the SQL").first().click();
		await button("Keep them and see the SQL").click();
		await page.waitForURL(/\/sql\//);
		const counts = await sqlEditor(page).textContent();
		expect(counts).toContain("same_trip_as is null");
		await runBy(page, () => page.keyboard.press("Control+Enter"));
		expect(await failureOf(page)).toBeNull();
		expect(Number.parseInt(await outcomeOf(page), 10)).toBeGreaterThanOrEqual(
			cells,
		);
		const [, , most] = await cellsOf(page);
		const busiest = Math.max(
			...csv
				.trim()
				.split("\n")
				.slice(1)
				.map((line) => Number(line.split(",").at(-1))),
		);
		expect(Number(most)).toBe(busiest);
		await page.goBack();
		await page.getByRole("link", { name: "SQL of the totals" }).click();
		await page.waitForURL(/\/sql\//);
		await runBy(page, () => page.keyboard.press("Control+Enter"));
		const totals = await cellsOf(page);
		expect(totals.filter((_, at) => at % 4 === 1)).toEqual(
			figures.filter((_, at) => at % 3 === 0),
		);
		const metres = (at: number) => Number(totals[at]?.replaceAll(",", ""));
		expect([formatDistance(metres(2)), formatDistance(metres(6))]).toEqual(
			figures.filter((_, at) => at % 3 === 1),
		);
		// What another tab erases goes from here too.
		const other = await context.newPage();
		await other.goto(`${server.url}rides/?rides=own`);
		await button("Erase", other).click();
		await page.getByText("This asks your own rides").waitFor();
		expect(await page.locator(".source").count()).toBe(0);
	});

	test("are erased from the settings of any page", async () => {
		await open({ engine: null });
		await choose(files);
		await button("Keep on this device").click();
		await page.getByText("kept on this device").waitFor();
		await page.goto(`${server.url}data/`);
		await button("Settings of this device").click();
		const section = page.locator("section", { hasText: "Your own rides" });
		await section.getByRole("button", { name: "Erase" }).click();
		await section.waitFor({ state: "detached" });
		await expect
			.poll(
				() => page.evaluate(() => document.activeElement?.textContent),
				PATIENTLY,
			)
			.toBe("Close");
		await page.goto(`${server.url}rides/?rides=own`);
		await page.getByText("No rides of your own are on this device").waitFor();
	});

	test("are read and shown with the network off, after a first visit", async () => {
		await open({ engine: null });
		await choose(files);
		await button("Keep on this device").click();
		await page.getByText("kept on this device").waitFor();
		await expect
			.poll(
				() =>
					page.evaluate(async () => {
						const cached = await Promise.all(
							(await caches.keys()).map(async (name) =>
								(await (await caches.open(name)).keys()).map(({ url }) => url),
							),
						);
						return cached.flat().some((url) => /rides\.worker/.test(url));
					}),
				PATIENTLY,
			)
			.toBe(true);
		await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
		await context.setOffline(true);
		await page.reload();
		await page.locator(".own-bar").waitFor();
		await drop({ "later.gpx": gpx("Later", 47.6) });
		await expect.poll(bar, PATIENTLY).toMatch(/^10 rides of your own, kept/);
		// The browser tells of each request that found no network.
		complaints.length = 0;
	});

	test("are asked for by a key that is pressed before the page is ready", async () => {
		// A service worker would answer in place of the host.
		context = await browser.newContext({ serviceWorkers: "block" });
		await withholdEngine(context);
		complaints = [];
		page = await context.newPage();
		const { promise: released, resolve: release } =
			Promise.withResolvers<void>();
		await page.route("**/rides/basemap.json", async (route) => {
			await released;
			await route.continue();
		});
		await page.goto(`${server.url}rides/`);
		await page.locator(".rides-title button:enabled").focus();
		await page.keyboard.press("Enter");
		expect(await page.locator(".own-panel").count()).toBe(0);
		release();
		await page.locator(".own-panel[open]").waitFor();
		await page.keyboard.press("Escape");
		await expect
			.poll(
				() => page.evaluate(() => document.activeElement?.textContent),
				PATIENTLY,
			)
			.toBe("Your own rides");
	});

	test("can be chosen, kept and erased by the keyboard, and reading be given up", async () => {
		await open({ engine: null });
		const large = join(folder, "large.gpx");
		await writeFile(
			large,
			`<gpx><trk><trkseg>${gpx("", 47)
				.match(/<trkpt.*<\/trkpt>/)?.[0]
				.repeat(60_000)}</trkseg></trk></gpx>`,
		);
		await page.locator(".rides-title button").focus();
		await page.keyboard.press("Enter");
		await page.locator(".own-panel[open]").waitFor();
		await page.locator(".own-chooser input").first().setInputFiles([large]);
		await button("Cancel").focus();
		await page.keyboard.press("Enter");
		await page.locator(".own-choose").waitFor();
		await expect
			.poll(
				() =>
					page.evaluate(() =>
						document.activeElement?.matches(".own-choose input"),
					),
				PATIENTLY,
			)
			.toBe(true);
		await page.keyboard.press("Escape");
		await page.locator(".own-panel[open]").waitFor({ state: "detached" });
		expect(await page.locator(".own-bar").count()).toBe(0);
		await page.locator(".rides-title button").focus();
		await page.keyboard.press("Enter");
		await page.locator(".own-panel[open]").waitFor();
		await choose(files);
		await page
			.getByRole("status")
			.filter({ hasText: "9 rides are on the map now." })
			.waitFor({ state: "attached" });
		await expect
			.poll(
				() => page.evaluate(() => document.activeElement?.textContent),
				PATIENTLY,
			)
			.toBe("Add files");
		await button("Keep on this device").focus();
		await page.keyboard.press("Enter");
		await page.getByText("kept on this device").waitFor();
		await button("Erase").focus();
		await page.keyboard.press("Enter");
		await expect
			.poll(
				() => page.evaluate(() => document.activeElement?.textContent),
				PATIENTLY,
			)
			.toBe("Your own rides");
	});
});
