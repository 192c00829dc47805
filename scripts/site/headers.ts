import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ISOLATION_HEADERS } from "../../src/lib/isolation.ts";
import { lakeFiles } from "./lake-files.ts";

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
		`  Content-Security-Policy: ${policy}; frame-ancestors 'none'`,
		"  X-Content-Type-Options: nosniff",
		"  Referrer-Policy: same-origin",
		...Object.entries(ISOLATION_HEADERS).map(
			([name, value]) => `  ${name}: ${value}`,
		),
		...immutable.flatMap((path) => [
			path,
			"  Cache-Control: public, max-age=31536000, immutable",
		]),
	].join("\n");
	await writeFile(join(site, "_headers"), `${text}\n`);
}
