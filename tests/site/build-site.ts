import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { siteStamp } from "../../scripts/site/stamp.ts";
import { writeSmallInput } from "./small-input.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = join(ROOT, ".cache/test-site");

declare module "vitest" {
	interface ProvidedContext {
		readonly site: { readonly folder: string } | { readonly fault: string };
	}
}

/**
 * Vitest's global setup of the tests that need a built site. One that cannot be
 * built fails the tests that ask for it, and no others.
 */
export default async function setup({ provide }: TestProject): Promise<void> {
	try {
		provide("site", { folder: await buildSite() });
	} catch (error) {
		provide("site", { fault: String(error) });
	}
}

/**
 * The folder of a site as `npm run build` makes it, over a small lake as `npm run
 * data` makes it; built where it or what it follows from has changed.
 */
async function buildSite(): Promise<string> {
	const input = join(FOLDER, "input");
	const lake = join(FOLDER, "lake");
	const site = join(FOLDER, "dist");
	const stampFile = join(FOLDER, "stamp");
	await rm(input, { recursive: true, force: true });
	await writeSmallInput(input);
	run("scripts/build-data.mjs", ["--input", input, "--out", lake]);
	const stamp = await siteStamp(ROOT, lake, null);
	const last = existsSync(stampFile) ? await readFile(stampFile, "utf8") : "";
	if (stamp !== last || !existsSync(join(site, "index.html"))) {
		await rm(stampFile, { force: true });
		run("scripts/build-site.ts", ["--out", site, "--lake", lake]);
		await mkdir(FOLDER, { recursive: true });
		await writeFile(stampFile, stamp);
	}
	return site;
}

function run(script: string, args: readonly string[]): void {
	const { status, stdout, stderr } = spawnSync(
		process.execPath,
		[join(ROOT, script), ...args],
		{ cwd: ROOT, encoding: "utf8" },
	);
	if (status !== 0)
		throw new Error(`${script} ended with ${status}:\n${stdout}${stderr}`);
}
