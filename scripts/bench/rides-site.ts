import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "@playwright/test";
import { launch } from "../../tests/browser.ts";
import { serveSite } from "../site/serve.ts";
import { runScript } from "./run-script.ts";

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
		runScript("build-data.mjs", [
			...["--input", join(folder, "input")],
			...["--out", join(folder, "lake")],
			...["--work", join(folder, "work")],
		]);
		runScript("build-site.ts", [
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
