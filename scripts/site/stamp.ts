import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Settings that go into the pages. */
const SETTINGS = [
	"PUBLIC_FOREIGN_HOSTS",
	"PUBLIC_BASEMAP",
	"PUBLIC_BASEMAP_ATTRIBUTION",
	"PUBLIC_BASEMAP_HOSTS",
];

const SOURCES = [
	"src/**",
	"workers/**",
	"public/*",
	"scripts/site/**",
	"scripts/*.ts",
	"astro.config.mjs",
	"package-lock.json",
];

/**
 * A hash of everything that a built site follows from: its sources, the catalog
 * of its lake, where that lies, which other hosts it may read, and the publisher's
 * basemap. Tests are left out.
 */
export async function siteStamp(
	root: string,
	lakeFolder: string,
	lakeUrl: string | null,
): Promise<string> {
	const paths: string[] = [];
	for await (const entry of glob(SOURCES, { cwd: root, withFileTypes: true }))
		if (entry.isFile() && !/[.]test[.]tsx?$/.test(entry.name))
			paths.push(join(entry.parentPath, entry.name));
	const catalog = join(lakeFolder, "catalog.json");
	if (existsSync(catalog)) paths.push(catalog);
	const settings = SETTINGS.map((name) => process.env[name] ?? null);
	const hash = createHash("sha256").update(
		JSON.stringify([lakeUrl, ...settings]),
	);
	for (const path of paths.sort())
		hash.update(`\n${path}\n`).update(await readFile(path));
	return hash.digest("hex");
}
