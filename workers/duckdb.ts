import type { Database } from "../src/lake/types.ts";
import { openBrowserDatabase } from "./browser-database.ts";
import {
	type DuckdbFiles,
	ENGINE_FILES,
	suitableDuckdb,
} from "./engine-files.ts";
import { fetchWasm, type OnBytes } from "./unpack.ts";

/**
 * Fetches the build of DuckDB that suits the page, and gives what opens it, as often
 * as wanted. Threads are never required: where their build cannot be had (offline,
 * with only the plain one kept) or does not start (no memory to share), the plain
 * one is opened.
 */
export function fetchDuckdb(onBytes: OnBytes): () => Promise<Database> {
	let files: DuckdbFiles = suitableDuckdb();
	let module = compiled(files, onBytes);
	const open = () => openBrowserDatabase(files, module);
	return async () => {
		const { plain } = ENGINE_FILES;
		try {
			return await open();
		} catch (error) {
			if (files === plain) throw error;
			files = plain;
			module = compiled(files, onBytes);
			return open();
		}
	};
}

/** Compiled as it arrives, and once for all engines that are opened of it. */
function compiled(
	{ packed }: DuckdbFiles,
	onBytes: OnBytes,
): Promise<WebAssembly.Module> {
	const module = WebAssembly.compileStreaming(fetchWasm(packed, onBytes));
	// Whoever opens it hears of a failure; it may come before they do.
	module.catch(() => {});
	return module;
}
