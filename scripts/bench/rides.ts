import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page, Request } from "@playwright/test";
import {
	latitudeOf,
	longitudeOf,
	mercatorX,
	mercatorY,
} from "../../src/lib/geo/mercator.ts";
import type { Figure } from "./figure.ts";
import { onRidesSite } from "./rides-site.ts";

const WIDTH = 2560;
const HEIGHT = 1440;
const ZOOM = 12;
const LEVEL = ZOOM + 7;
const CENTRE = { latitude: 47.66, longitude: 9.18 };

interface History {
	readonly rides: number;
	readonly points: number;
	/** Rows of cells that each ride goes along. */
	readonly rows: number;
}

/** A million points. */
const HISTORY: History = { rides: 700, points: 1428, rows: 6 };
/** Twenty times the rides; shorter ones, since a first map does not read their points. */
const LONG_HISTORY: History = { rides: 14_000, points: 42, rows: 1 };

const OCCUPIED = 200_000;
const RECOLOUR_MILLISECONDS = 150;
const LIST_MILLISECONDS = 100;
const FIRST_MAP_BYTES = 300_000;
const FIRST_MAP_ROUND_TRIPS = 2;
const RUNS = 9;

/**
 * How soon a map full of cells has its new colours after the days have changed, and a
 * click its list; and what a first map costs, also with a long history.
 */
export async function bench(): Promise<Figure[]> {
	return [
		...(await onRidesSite(
			(rides) => writeRides(rides, HISTORY),
			async ({ browser, url }) => [
				...(await firstMap(browser, url, HISTORY)),
				...(await resident(browser, url)),
			],
		)),
		...(await onRidesSite(
			(rides) => writeRides(rides, LONG_HISTORY),
			({ browser, url }) => firstMap(browser, url, LONG_HISTORY),
		)),
	];
}

/** What a fresh visit reads of the lake until its map is drawn. */
async function firstMap(
	browser: Browser,
	url: string,
	{ rides }: History,
): Promise<Figure[]> {
	const page = await browser.newPage({
		viewport: { width: WIDTH, height: HEIGHT },
	});
	const finished: Request[] = [];
	page.on("requestfinished", (request) => {
		if (request.url().startsWith(`${url}lake/`)) finished.push(request);
	});
	await page.goto(`${url}rides/`);
	await page.waitForFunction(
		() => performance.getEntriesByName("rides-drawn").length > 0,
	);
	const drawn = [...finished];
	const sizes = await Promise.all(drawn.map((request) => request.sizes()));
	await page.close();
	const bytes = sizes.reduce(
		(sum, { responseBodySize }) => sum + responseBodySize,
		0,
	);
	const trips = roundTrips(drawn);
	const id = rides === HISTORY.rides ? "rides.first" : "rides.first-long";
	const what = `a fresh visit until its map is drawn, ${rides} rides`;
	return [
		{
			id: `${id}-bytes`,
			what: `Bytes of the lake in ${what}; ${drawn.length} requests`,
			value: bytes,
			unit: "B",
			target: FIRST_MAP_BYTES,
			met: bytes <= FIRST_MAP_BYTES,
		},
		{
			id: `${id}-trips`,
			what: `Round trips to the lake, one after the other, in ${what}`,
			value: trips,
			unit: "round trips",
			target: FIRST_MAP_ROUND_TRIPS,
			met: trips <= FIRST_MAP_ROUND_TRIPS,
		},
	];
}

/** The longest chain of requests that each began after the one before had ended. */
function roundTrips(requests: readonly Request[]): number {
	const times = requests
		.map((request) => request.timing())
		.map(({ startTime, responseEnd }) => ({
			began: startTime,
			ended: startTime + responseEnd,
			depth: 1,
		}))
		.sort((one, other) => one.began - other.began);
	for (const [index, request] of times.entries())
		for (const before of times.slice(0, index))
			if (before.ended <= request.began)
				request.depth = Math.max(request.depth, before.depth + 1);
	return Math.max(0, ...times.map(({ depth }) => depth));
}

/** What a map does whose cells and rides are in the page. */
async function resident(browser: Browser, url: string): Promise<Figure[]> {
	const page = await browser.newPage();
	const { latitude, longitude } = CENTRE;
	await page.setViewportSize({ width: WIDTH, height: HEIGHT });
	await page.goto(`${url}rides/?view=${latitude},${longitude},${ZOOM}`);
	// The map itself gets the size that is asked for, whatever stands around it.
	const frame = page.locator(".rides-map-frame");
	await frame.waitFor();
	const box = await frame.boundingBox();
	if (box === null) throw new Error("the map has no size");
	await page.setViewportSize({
		width: Math.round(2 * WIDTH - box.width),
		height: Math.round(2 * HEIGHT - box.height),
	});
	await page
		.locator(".rides-head p[aria-busy=false]", { hasText: "pass this view" })
		.waitFor({ timeout: 120_000 });
	const occupied = await occupiedCells(page);
	if (occupied < OCCUPIED)
		throw new Error(`only ${occupied} cells in view are occupied`);
	const onMap = `a map of ${WIDTH} x ${HEIGHT} pixels with ${occupied} occupied cells in view, ${HISTORY.rides} rides of ${HISTORY.points} points; median of ${RUNS}`;
	const recolours: number[] = [];
	const lists: number[] = [];
	for (let at = 0; at < RUNS; at++) {
		recolours.push(
			await recolour(page, `2024-0${1 + (at % 9)}-0${1 + (at % 7)}`),
		);
		lists.push(
			await clickToList(page, box.x + 900 + at * 60, box.y + 300 + at * 90),
		);
	}
	return [
		median(
			"rides.recolour",
			`New days to their colours on ${onMap}`,
			recolours,
			RECOLOUR_MILLISECONDS,
		),
		median(
			"rides.list",
			`A click to the list of its spot's rides on ${onMap}`,
			lists,
			LIST_MILLISECONDS,
		),
	];
}

function median(
	id: string,
	what: string,
	times: readonly number[],
	target: number,
): Figure {
	const sorted = [...times].sort((one, other) => one - other);
	const value = sorted[sorted.length >> 1] ?? 0;
	return { id, what, value, unit: "ms", target, met: value <= target };
}

/** Counts, over the pixels of the map, cells that are neither land nor water. */
async function occupiedCells(page: Page): Promise<number> {
	const entries = await page.evaluate(() =>
		performance
			.getEntriesByName("rides-drawn")
			.map((entry) => (entry as PerformanceMark).detail.occupied as number),
	);
	return entries.at(-1) ?? 0;
}

/**
 * Milliseconds from the change of a date to the second frame after the map has
 * drawn the new counts: by then the first has been shown.
 */
function recolour(page: Page, from: string): Promise<number> {
	return page.evaluate(async (day) => {
		const field = document.querySelector<HTMLInputElement>("#rides-from");
		if (field === null) throw new Error("no field for the first day");
		const drawn = () => performance.getEntriesByName("rides-drawn").length;
		const before = drawn();
		const frame = () =>
			new Promise((resolve) => requestAnimationFrame(resolve));
		const began = performance.now();
		field.value = day;
		field.dispatchEvent(new Event("change", { bubbles: true }));
		while (drawn() === before) await frame();
		await frame();
		const milliseconds = performance.now() - began;
		await new Promise((resolve) => setTimeout(resolve, 500));
		return milliseconds;
	}, from);
}

/** Milliseconds from a click to the frame after the one that has its list. */
async function clickToList(page: Page, x: number, y: number): Promise<number> {
	await page.evaluate(() => {
		const listed = () => document.querySelector(".rides-list");
		const before = listed();
		const measured = new Promise<number>((resolve) => {
			const onClick = ({ timeStamp }: MouseEvent) => {
				const look = () => {
					const now = listed();
					requestAnimationFrame(
						now === null || now === before
							? look
							: () => resolve(performance.now() - timeStamp),
					);
				};
				requestAnimationFrame(look);
			};
			addEventListener("click", onClick, { capture: true, once: true });
		});
		Object.assign(window, { measured });
	});
	await page.mouse.click(x, y);
	return page.evaluate(async () => {
		const { measured } = window as unknown as { measured: Promise<number> };
		const milliseconds = await measured;
		// The map draws itself once more after a click; a visitor reads the list meanwhile.
		await new Promise((resolve) => setTimeout(resolve, 1000));
		return milliseconds;
	});
}

/**
 * Rides that go to and fro along rows of cells, so that every cell of the view is
 * passed, each by about ten rides.
 */
async function writeRides(
	folder: string,
	{ rides, points, rows: rowsPerRide }: History,
): Promise<void> {
	await mkdir(folder, { recursive: true });
	const cells = 2 ** LEVEL;
	const columns = WIDTH / 4;
	const rows = HEIGHT / 4;
	const left = mercatorX(CENTRE.longitude) * cells - columns / 2;
	const top = mercatorY(CENTRE.latitude) * cells - rows / 2;
	const perRow = points / rowsPerRide;
	for (let ride = 0; ride < rides; ride++) {
		const start = Date.UTC(2024, 0, 1, 6) + ride * (400 / rides) * 86_400_000;
		const first = (ride * 61) % rows;
		let track = "";
		for (let point = 0; point < points; point++) {
			const row = Math.floor(point / perRow);
			const along = (point % perRow) / (perRow - 1);
			const x = left + (row % 2 === 0 ? along : 1 - along) * columns;
			const y = top + ((first + row) % rows) + 0.5;
			const time = new Date(start + point * 5000).toISOString();
			track += `<trkpt lat="${latitudeOf(y / cells).toFixed(6)}" lon="${longitudeOf(x / cells).toFixed(6)}"><time>${time}</time></trkpt>`;
		}
		await writeFile(
			join(folder, `${ride}.gpx`),
			`<?xml version="1.0"?><gpx version="1.1" creator="lakeside" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>${track}</trkseg></trk></gpx>`,
		);
	}
}
