import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { glob, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EMBEDDED_PAGE } from "../../scripts/site/headers.ts";
import { siteStamp } from "../../scripts/site/stamp.ts";
import { writeSmallInput } from "./small-input.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = join(ROOT, ".cache/test-site");

/**
 * The folder of a site as `npm run build` makes it, over a small lake as `npm run
 * data` makes it; built where it or what it follows from has changed. Tests may
 * read it, not change it.
 */
export async function builtSite(): Promise<string> {
	const input = join(FOLDER, "input");
	const lake = join(FOLDER, "lake");
	const site = join(FOLDER, "dist");
	const stampFile = join(FOLDER, "stamp");
	await rm(input, { recursive: true, force: true });
	await writeSmallInput(input);
	run("scripts/build-data.ts", ["--input", input, "--out", lake]);
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

/** Addresses of a site's pages below its root: `""`, `rides/`; without the 404 page and the one for frames. */
export async function pagesOf(site: string): Promise<string[]> {
	const pages: string[] = [];
	for await (const path of glob("**/index.html", { cwd: site }))
		pages.push(path.replaceAll("\\", "/").slice(0, -"index.html".length));
	return pages.filter((page) => page !== EMBEDDED_PAGE).sort();
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
