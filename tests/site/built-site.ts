import { glob } from "node:fs/promises";
import { inject } from "vitest";
import { EMBEDDED_PAGE } from "../../scripts/site/headers.ts";
import type {} from "./build-site.ts";

/**
 * The folder of the site that was built before the tests, which may read it, not
 * change it. Throws where it could not be built.
 */
export function builtSite(): string {
	const site = inject("site");
	if ("fault" in site) throw new Error(site.fault);
	return site.folder;
}

/** Addresses of a site's pages below its root: `""`, `rides/`; without the 404 page and the one for frames. */
export async function pagesOf(site: string): Promise<string[]> {
	const pages: string[] = [];
	for await (const path of glob("**/index.html", { cwd: site }))
		pages.push(path.replaceAll("\\", "/").slice(0, -"index.html".length));
	return pages.filter((page) => page !== EMBEDDED_PAGE).sort();
}

/**
 * Options of a host that isolates no page, as many static hosts do not: the engine has
 * one thread there, and starts in half the time.
 */
export const PLAIN_HOST = { port: 0, isolated: false } as const;
