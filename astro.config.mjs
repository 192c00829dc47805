import { defineConfig } from "astro/config";
import { finishSite } from "./scripts/site/finish.ts";
import { relativeAssets } from "./scripts/site/relative-links.ts";
import { withoutUnusedWasm } from "./scripts/site/unused-wasm.ts";

export default defineConfig({
	output: "static",
	trailingSlash: "always",
	publicDir: "public",
	outDir: process.env.LAKESIDE_OUT ?? "dist",
	cacheDir: ".cache/astro",
	devToolbar: { enabled: false },
	build: { assets: "_a", format: "directory", inlineStylesheets: "never" },
	integrations: [finishSite()],
	vite: {
		plugins: [relativeAssets()],
		build: {
			assetsInlineLimit: 0,
			// MapLibre and Plot are each one large library.
			chunkSizeWarningLimit: 2000,
			target: "es2022",
			// Remarks on how long plugins take, on machines that are busy.
			rolldownOptions: { checks: { pluginTimings: false } },
			// light-dark() as it stands.
			cssTarget: ["chrome123", "firefox120", "safari17.5"],
		},
		worker: {
			format: "es",
			plugins: () => [withoutUnusedWasm()],
			rolldownOptions: {
				checks: { pluginTimings: false },
				// As Astro names the pages' files, so that what both name is one file.
				output: { assetFileNames: "_a/[name].[hash][extname]" },
			},
		},
		optimizeDeps: { exclude: ["@duckdb/duckdb-wasm", "parquet-wasm"] },
	},
});
