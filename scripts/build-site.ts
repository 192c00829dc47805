import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { makeEngineAssets } from "./engine-assets.ts";

/**
 * `npm run build [-- --out DIR] [--lake DIR]`: the site as plain files. Astro does
 * the work; what follows the pages (lake, engine, service worker) is its
 * integration in `scripts/site/finish.ts`.
 */
const { values } = parseArgs({
	options: { out: { type: "string" }, lake: { type: "string" } },
});
await makeEngineAssets();
const { status } = spawnSync("astro", ["build"], {
	stdio: "inherit",
	env: {
		...process.env,
		ASTRO_TELEMETRY_DISABLED: "1",
		...(values.out === undefined ? {} : { LAKESIDE_OUT: values.out }),
		...(values.lake === undefined ? {} : { LAKESIDE_LAKE: values.lake }),
	},
});
process.exitCode = status ?? 1;
