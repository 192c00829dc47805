import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lakeFolder, publicLakeUrl } from "../src/lake/catalog/at-build.ts";
import { commandOptions, portOf } from "./site/command-options.ts";
import { serveSite } from "./site/serve.ts";
import { siteStamp } from "./site/stamp.ts";

const USAGE = `npm start [-- --port N] [--host NAME]

Builds the demo lake where there is no lake, the site where it or the lake changed
since it was built, and serves it.

  --port N     default: 4321 or the next that is free
  --host NAME  default: localhost`;

const values = commandOptions(USAGE, ["port", "host"]);
const port = portOf(USAGE, values.port);

const SITE = "dist";
const STAMP = join(".cache", "site-stamp");

async function start(): Promise<void> {
	if (
		publicLakeUrl() === null &&
		!existsSync(join(lakeFolder(), "catalog.json"))
	) {
		console.log("There is no lake yet: building the demo lake.");
		run("scripts/build-data.mjs", [0, 1]);
	}
	const stamp = await siteStamp(".", lakeFolder(), publicLakeUrl());
	if (stamp === (await readStamp())) {
		console.log("The site is up to date.");
	} else {
		console.log("Building the site.");
		// A build that fails half-way must not pass for the one before.
		await rm(STAMP, { force: true });
		run("scripts/build-site.ts", [0]);
		await mkdir(".cache", { recursive: true });
		await writeFile(STAMP, stamp);
	}
	const { url } = await serveSite({
		folder: SITE,
		host: values.host,
		port,
	});
	console.log(`Lakeside is at ${url} (end it with Ctrl+C)`);
}

/** Runs a script of ours and shows what it prints. Throws where it ends otherwise than expected. */
function run(script: string, expected: readonly number[]): void {
	const { status, error } = spawnSync(process.execPath, [script], {
		stdio: "inherit",
	});
	if (status === null || !expected.includes(status))
		throw new Error(
			`${script} ended with ${status === null ? "a signal" : `exit code ${status}`}: see above`,
			{ cause: error },
		);
}

/** The stamp of the site that is there, null where there is none. */
async function readStamp(): Promise<string | null> {
	if (!existsSync(STAMP) || !existsSync(join(SITE, "index.html"))) return null;
	return readFile(STAMP, "utf8");
}

try {
	await start();
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
