import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import type { Figure } from "./figure.ts";
import { writeRides } from "./pipeline/ride-files.ts";
import { onRidesSite } from "./rides-site.ts";

const FILES = 1000;
const POINTS = 1000;
const TARGET_SECONDS = 60;

/** How soon a visitor's own files are on the map, from choosing them to the map drawn. */
export function bench(): Promise<Figure[]> {
	return onRidesSite(
		(rides) => writeRides(rides, 1, 100),
		async ({ browser, url, folder }) => {
			const own = join(folder, "own");
			const bytes = await writeRides(own, FILES, POINTS);
			const page = await browser.newPage();
			await page.goto(`${url}rides/`);
			const paths = (await readdir(own)).map((name) => join(own, name));
			const seconds = await secondsToMap(page, paths);
			return [
				{
					id: "rides.own-files",
					what: `from choosing ${FILES} GPX files of ${POINTS} points (${Math.round(bytes / 1e6)} MB) to their map`,
					value: seconds,
					unit: "s",
					target: TARGET_SECONDS,
					met: seconds <= TARGET_SECONDS,
				},
			];
		},
	);
}

async function secondsToMap(
	page: Page,
	paths: readonly string[],
): Promise<number> {
	await page.locator(".rides-title button:enabled").waitFor();
	// The published map is out of the way.
	await page.waitForFunction(
		() => performance.getEntriesByName("rides-drawn").length > 0,
	);
	await page.evaluate(() => {
		performance.clearMarks("rides-drawn");
		document.addEventListener(
			"change",
			() => performance.mark("files-chosen"),
			{ capture: true, once: true },
		);
	});
	await page
		.locator(".own-chooser input")
		.first()
		.setInputFiles([...paths]);
	await page.locator(".own-bar").waitFor({ timeout: 600_000 });
	const said = await page.locator(".own-bar div[role=status]").textContent();
	if (!said?.startsWith(`${FILES.toLocaleString("en")} rides`))
		throw new Error(`not all files are rides: ${said}`);
	await page
		.locator(".rides-head p[aria-busy=false]", { hasText: " this view" })
		.waitFor({ timeout: 60_000 });
	return page.evaluate(() => {
		const drawn = performance.getEntriesByName("rides-drawn").at(-1);
		const chosen = performance.getEntriesByName("files-chosen")[0];
		if (drawn === undefined || chosen === undefined)
			throw new Error("the page did not say when");
		return (drawn.startTime - chosen.startTime) / 1000;
	});
}
