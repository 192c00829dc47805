import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { makeEngineAssets } from "./engine-assets.ts";
import { commandOptions } from "./site/command-options.ts";
import { BusyError, takeLock } from "./storage/lock.ts";

/** Astro keeps what it builds pages with in one folder of the project, so one build waits for another. */
const LOCK = fileURLToPath(new URL("../.cache/site.pid", import.meta.url));
const LOOK_EVERY_MILLISECONDS = 500;

/** Hundreds of files of the basemap, a line each, would hide what else Astro says. */
const TILES = " /rides/basemap/";

const USAGE = `npm run build [-- --out DIR] [--lake DIR]

Makes the site as plain files.

  --out DIR   default: dist
  --lake DIR  the lake it stands on, where that is not elsewhere; default: public/lake`;

// Astro does the work; what follows the pages (lake, engine, service worker) is its
// integration in `scripts/site/finish.ts`.
const values = commandOptions(USAGE, ["out", "lake"]);
const unlock = await awaitLock();
try {
	await makeEngineAssets();
	const astro = spawn("astro", ["build"], {
		stdio: ["inherit", "pipe", "inherit"],
		env: {
			...(process.stdout.isTTY &&
				process.stdout.hasColors() && { FORCE_COLOR: "1" }),
			...process.env,
			ASTRO_TELEMETRY_DISABLED: "1",
			...(values.out === undefined ? {} : { LAKESIDE_OUT: values.out }),
			...(values.lake === undefined ? {} : { LAKESIDE_LAKE: values.lake }),
		},
	});
	const ended = once(astro, "close");
	for await (const line of createInterface({ input: astro.stdout }))
		if (!stripVTControlCharacters(line).includes(TILES)) console.log(line);
	const [status] = await ended;
	process.exitCode = status ?? 1;
} finally {
	await unlock();
}

async function awaitLock(): Promise<() => Promise<void>> {
	for (let isTold = false; ; isTold = true)
		try {
			return await takeLock(LOCK, "building the site");
		} catch (error) {
			if (!(error instanceof BusyError)) throw error;
			if (!isTold) console.error(error.message);
			await sleep(LOOK_EVERY_MILLISECONDS);
		}
}
