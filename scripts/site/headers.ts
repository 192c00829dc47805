import { glob, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ISOLATION_HEADERS } from "../../src/lib/hosts/isolation.ts";
import { lakeFiles } from "./lake-files.ts";

/** The page that other pages may frame, below the site's root. */
export const EMBEDDED_PAGE = "rides/embed/";

/**
 * Writes `_headers`, which several static hosts read: what a page cannot say of
 * itself. A site on another host, or below a base path, works without.
 */
export async function writeHeaders(
	site: string,
	policy: string,
): Promise<void> {
	const paths = (await lakeFiles(join(site, "lake"))) ?? [];
	const folders = new Set(
		paths
			.filter((path) => path.includes("/"))
			.map((path) => path.split("/")[0]),
	);
	const immutable = [
		"/_a/*",
		...[...folders].sort().map((name) => `/lake/${name}/*`),
	];
	const text = [
		"/*",
		`  Content-Security-Policy: ${policy}`,
		"  X-Content-Type-Options: nosniff",
		"  Referrer-Policy: no-referrer",
		...Object.entries(ISOLATION_HEADERS).map(
			([name, value]) => `  ${name}: ${value}`,
		),
		// Hosts join what several rules say, and browsers then hold to each policy.
		...(await unframedPaths(site)).flatMap((path) => [
			path,
			"  Content-Security-Policy: frame-ancestors 'none'",
		]),
		...immutable.flatMap((path) => [
			path,
			"  Cache-Control: public, max-age=31536000, immutable",
		]),
	].join("\n");
	await writeFile(join(site, "_headers"), `${text}\n`);
}

/** Every address of every page that nobody may frame. */
async function unframedPaths(site: string): Promise<string[]> {
	const paths: string[] = [];
	for await (const file of glob("**/index.html", { cwd: site })) {
		const folder = `/${file.replaceAll("\\", "/").slice(0, -"index.html".length)}`;
		if (folder === `/${EMBEDDED_PAGE}` || folder.startsWith("/lake/")) continue;
		paths.push(folder, `${folder}index.html`);
		if (folder !== "/") paths.push(folder.slice(0, -1));
	}
	return paths.sort();
}
