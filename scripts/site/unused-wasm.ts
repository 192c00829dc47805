import type { Plugin } from "vite";

/**
 * Keeps parquet-wasm's own 5 MB of WebAssembly out of the build: its `init`
 * fetches that file where it is given no other, and Vite sees only that it may.
 * The workers give it the packed one. Throws where a new version no longer has
 * the default.
 */
export function withoutUnusedWasm(): Plugin {
	const unused = "new URL('parquet_wasm_bg.wasm', import.meta.url)";
	return {
		name: "lakeside-unused-wasm",
		transform: {
			filter: { id: /parquet-wasm[\\/]esm[\\/]parquet_wasm\.js$/ },
			order: "pre",
			handler(code) {
				if (!code.includes(unused))
					throw new Error(`parquet-wasm no longer reads ${unused}`);
				return { code: code.replace(unused, "undefined"), map: null };
			},
		},
	};
}
