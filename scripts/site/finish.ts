import { cp, glob, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";
import {
	lakeFolder,
	publicLakeUrl,
	reachableHosts,
} from "../../src/lake/catalog/at-build.ts";
import { contentSecurityPolicy } from "../../src/lib/hosts/csp.ts";
import { formatBytes } from "../../src/lib/text/format.ts";
import { writeHeaders } from "./headers.ts";
import { linkLake } from "./lake-files.ts";
import { withRelativeLinks, withRelativeUrls } from "./relative-links.ts";
import { addServiceWorker } from "./service-worker.ts";

/** What the built pages lack to be a site: relative links, public files and the lake. */
export function finishSite(): AstroIntegration {
	let publicFolder = "";
	return {
		name: "lakeside-finish",
		hooks: {
			"astro:config:done": ({ config }) => {
				publicFolder = fileURLToPath(config.publicDir);
			},
			"astro:build:done": async ({ dir, logger }) => {
				const out = fileURLToPath(dir);
				await rewrite(out, "**/*.html", withRelativeLinks);
				await rewrite(out, "_a/*.css", withRelativeUrls);
				await copyPublicFiles(publicFolder, out);
				const lakeUrl = publicLakeUrl();
				if (lakeUrl !== null) {
					logger.info(`the lake lies at ${lakeUrl}`);
				} else if (!(await linkLake(lakeFolder(), join(out, "lake")))) {
					logger.warn("there is no lake yet: npm run data builds one");
				}
				await writeHeaders(
					out,
					contentSecurityPolicy({
						lakeUrl,
						foreignHosts: reachableHosts(),
					}),
				);
				const shell = await addServiceWorker(out, lakeUrl ?? "lake/");
				logger.info(
					`works offline after ${shell.files} files, ${formatBytes(shell.bytes)}`,
				);
			},
		},
	};
}

async function rewrite(
	out: string,
	pattern: string,
	change: (text: string, path: string) => string,
): Promise<void> {
	for await (const path of glob(pattern, { cwd: out })) {
		const text = await readFile(join(out, path), "utf8");
		await writeFile(join(out, path), change(text, path.replaceAll("\\", "/")));
	}
}

async function copyPublicFiles(from: string, to: string): Promise<void> {
	const lake = resolve(from, "lake");
	await cp(from, to, {
		recursive: true,
		filter: (source) => resolve(source) !== lake,
	});
}
