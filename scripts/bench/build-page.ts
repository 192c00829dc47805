import { fileURLToPath } from "node:url";
import { build } from "vite";
import { makeEngineAssets } from "../engine-assets.ts";
import { withoutUnusedWasm } from "../site/unused-wasm.ts";

/** Bundles one page with the engine's workers, as the site's build does; for benches and tests. */
export async function buildPage(html: URL, out: string): Promise<void> {
	await makeEngineAssets();
	await build({
		configFile: false,
		root: fileURLToPath(new URL(".", html)),
		base: "./",
		publicDir: false,
		logLevel: "warn",
		worker: { format: "es", plugins: () => [withoutUnusedWasm()] },
		build: {
			outDir: out,
			emptyOutDir: true,
			target: "es2022",
			assetsInlineLimit: 0,
			rolldownOptions: { input: fileURLToPath(html) },
		},
	});
}
