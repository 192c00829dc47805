import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { launch } from "../../tests/browser.ts";
import { serveSite } from "../site/serve.ts";
import type { Figure } from "./figure.ts";
import { writeRides } from "./pipeline/ride-files.ts";

const FILES = 1000;
const POINTS = 1000;
const TARGET_SECONDS = 60;

/** How soon a visitor's own files are on the map, from choosing them to the map drawn. */
export async function bench(): Promise<Figure[]> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-own-rides-"));
	try {
		const own = join(folder, "own");
		const bytes = await writeRides(own, FILES, POINTS);
		await writeRides(join(folder, "input", "rides"), 1, 100);
		run("build-data.ts", [
			...["--input", join(folder, "input")],
			...["--out", join(folder, "lake")],
			...["--work", join(folder, "work")],
		]);
		run("build-site.ts", [
			...["--lake", join(folder, "lake")],
			...["--out", join(folder, "dist")],
		]);
		const server = await serveSite({ folder: join(folder, "dist"), port: 0 });
		const browser = await launch();
		try {
			const page = await browser.newPage();
			await page.goto(`${server.url}rides/`);
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
		} finally {
			await browser.close();
			await server.close();
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
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
	const said = await page.locator(".own-bar [role=status]").textContent();
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

function run(script: string, args: readonly string[]): void {
	const { status, stderr } = spawnSync(
		process.execPath,
		[fileURLToPath(new URL(`../${script}`, import.meta.url)), ...args],
		{ encoding: "utf8" },
	);
	if (status !== 0)
		throw new Error(`${script} ended with ${status}: ${stderr}`);
}
