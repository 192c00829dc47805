import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "@playwright/test";
import { launch } from "../../tests/browser.ts";
import { serveSite } from "../site/serve.ts";

/** A site of some rides, open to a browser; `folder` goes with it. */
export interface RidesSite {
	readonly browser: Browser;
	/** With a slash at its end. */
	readonly url: string;
	readonly folder: string;
}

/** Builds the lake and the site of the rides that `write` puts into a folder, and measures it. */
export async function onRidesSite<T>(
	write: (rides: string) => Promise<unknown>,
	measure: (site: RidesSite) => Promise<T>,
): Promise<T> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-rides-"));
	try {
		await write(join(folder, "input", "rides"));
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
			return await measure({ browser, url: server.url, folder });
		} finally {
			await browser.close();
			await server.close();
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
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
