import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { injectManifest } from "workbox-build";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Bundles the service worker into a built site, with the list of everything that
 * opens its pages; the lake and the packed engine are cached as they are seen.
 * Call it when all other files are in place.
 */
export async function addServiceWorker(
	site: string,
	lakeUrl: string,
): Promise<{ files: number; bytes: number }> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-service-worker-"));
	try {
		await build({
			configFile: false,
			root: ROOT,
			publicDir: false,
			logLevel: "warn",
			define: {
				LAKE_URL: JSON.stringify(lakeUrl),
				"process.env.NODE_ENV": '"production"',
			},
			build: {
				outDir: folder,
				emptyOutDir: false,
				target: "es2022",
				rolldownOptions: {
					input: join(ROOT, "workers/service-worker.ts"),
					output: { format: "iife", entryFileNames: "service-worker.js" },
				},
			},
		});
		const { count, size, warnings } = await injectManifest({
			swSrc: join(folder, "service-worker.js"),
			swDest: join(site, "service-worker.js"),
			globDirectory: site,
			globPatterns: ["**/*"],
			globIgnores: [
				"lake/**",
				// Of the basemap, what a map has looked at is kept.
				"rides/basemap/**",
				// Fetched when it is needed; the unpacked one never is.
				"**/*.gz",
				"_a/duckdb-browser-*",
				"**/*.wasm",
				"**/*.map",
				"_headers",
				// For the README and app stores: no page shows them.
				"screenshots/**",
				"service-worker.js",
			],
			maximumFileSizeToCacheInBytes: 16_000_000,
			dontCacheBustURLsMatching: /^_a\/.+[-.][\w-]{8}\.\w+$/,
		});
		if (warnings.length > 0) throw new Error(warnings.join("\n"));
		return { files: count, bytes: size };
	} finally {
		await rm(folder, { recursive: true });
	}
}
