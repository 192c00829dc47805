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
	let wasm = unpacked(files, onBytes);
	const open = async () => openBrowserDatabase(files, await wasm);
	return async () => {
		const { plain } = ENGINE_FILES;
		try {
			return await open();
		} catch (error) {
			if (files === plain) throw error;
			files = plain;
			wasm = unpacked(files, onBytes);
			return open();
		}
	};
}

function unpacked({ packed }: DuckdbFiles, onBytes: OnBytes): Promise<Blob> {
	const wasm = fetchWasm(packed, onBytes).then((response) => response.blob());
	// Whoever opens it hears of a failure; it may come before they do.
	wasm.catch(() => {});
	return wasm;
}
