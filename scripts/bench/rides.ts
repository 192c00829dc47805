import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import {
	latitudeOf,
	longitudeOf,
	mercatorX,
	mercatorY,
} from "../../src/lib/mercator.ts";
import { launch } from "../../tests/browser.ts";
import { serveSite } from "../site/serve.ts";
import type { Figure } from "./figure.ts";

const WIDTH = 2560;
const HEIGHT = 1440;
const ZOOM = 12;
const LEVEL = ZOOM + 7;
const CENTRE = { latitude: 47.66, longitude: 9.18 };

const RIDES = 700;
const POINTS = 1428;
/** Rows of cells that each ride goes along. */
const ROWS_PER_RIDE = 6;

const OCCUPIED = 200_000;
const TARGET_MILLISECONDS = 300;
const RUNS = 9;

/** How soon a map full of cells has its new colours after the days have changed. */
export async function bench(): Promise<Figure[]> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-rides-"));
	try {
		await writeRides(join(folder, "input", "rides"));
		run("build-data.ts", [
			...["--input", join(folder, "input")],
			...["--out", join(folder, "lake")],
		]);
		run("build-site.ts", [
			...["--lake", join(folder, "lake")],
			...["--out", join(folder, "dist")],
		]);
		const server = await serveSite({ folder: join(folder, "dist"), port: 0 });
		const browser = await launch();
		try {
			const page = await browser.newPage();
			return await measure(page, server.url);
		} finally {
			await browser.close();
			await server.close();
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function measure(page: Page, url: string): Promise<Figure[]> {
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
	const times: number[] = [];
	for (let at = 0; at < RUNS; at++)
		times.push(await recolour(page, `2024-0${1 + (at % 9)}-0${1 + (at % 7)}`));
	const median = times.sort((one, other) => one - other)[RUNS >> 1] ?? 0;
	return [
		{
			id: "rides.recolour",
			what: `New days to a recoloured map of ${WIDTH} x ${HEIGHT} pixels with ${occupied} occupied cells in view, ${RIDES} rides of ${POINTS} points; median of ${RUNS}`,
			value: median,
			unit: "ms",
			target: TARGET_MILLISECONDS,
			met: median <= TARGET_MILLISECONDS,
		},
	];
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

/**
 * Rides that go to and fro along rows of cells, so that every cell of the view is
 * passed, each by about ten rides.
 */
async function writeRides(folder: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	const cells = 2 ** LEVEL;
	const columns = WIDTH / 4;
	const rows = HEIGHT / 4;
	const left = mercatorX(CENTRE.longitude) * cells - columns / 2;
	const top = mercatorY(CENTRE.latitude) * cells - rows / 2;
	const perRow = POINTS / ROWS_PER_RIDE;
	for (let ride = 0; ride < RIDES; ride++) {
		const start = Date.UTC(2024, 0, 1, 6) + ride * 12 * 3_600_000;
		const first = (ride * 61) % rows;
		let points = "";
		for (let point = 0; point < POINTS; point++) {
			const row = Math.floor(point / perRow);
			const along = (point % perRow) / (perRow - 1);
			const x = left + (row % 2 === 0 ? along : 1 - along) * columns;
			const y = top + ((first + row) % rows) + 0.5;
			const time = new Date(start + point * 5000).toISOString();
			points += `<trkpt lat="${latitudeOf(y / cells).toFixed(6)}" lon="${longitudeOf(x / cells).toFixed(6)}"><time>${time}</time></trkpt>`;
		}
		await writeFile(
			join(folder, `${ride}.gpx`),
			`<?xml version="1.0"?><gpx version="1.1" creator="lakeside" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>${points}</trkseg></trk></gpx>`,
		);
	}
}

function run(script: string, args: readonly string[]): void {
	const { status, stdout, stderr } = spawnSync(
		process.execPath,
		[fileURLToPath(new URL(`../${script}`, import.meta.url)), ...args],
		{ encoding: "utf8" },
	);
	if (status !== 0)
		throw new Error(`${script} ended with ${status}:\n${stdout}${stderr}`);
}
