import threadWorker from "@duckdb/duckdb-wasm/dist/duckdb-browser-coi.pthread.worker.js?url";
import threadedWorker from "@duckdb/duckdb-wasm/dist/duckdb-browser-coi.worker.js?url";
import plainWorker from "@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?url";
import threadedPacked from "../.cache/engine/duckdb-coi.wasm.gz?url";
import plainPacked from "../.cache/engine/duckdb-eh.wasm.gz?url";
import parquetPacked from "../.cache/engine/parquet.wasm.gz?url";
import sample from "../.cache/engine/sample.parquet?url";
import decodeWorker from "./decode.worker.ts?worker&url";
import lateThreads from "./late-threads.worker.ts?worker&url";
import sharedHeap from "./shared-heap.worker.ts?worker&url";

/** The scripts and the packed WebAssembly of one of DuckDB's builds. */
export interface DuckdbFiles {
	readonly packed: string;
	readonly worker: readonly [string, ...string[]];
	/** What each further thread starts from; null where the build has none. */
	readonly thread: readonly [string, ...string[]] | null;
}

/** Addresses of the engine's files, absolute under whatever base path. */
export const ENGINE_FILES = {
	plain: {
		packed: absolute(plainPacked),
		worker: [absolute(plainWorker)],
		thread: null,
	} satisfies DuckdbFiles,
	threaded: {
		packed: absolute(threadedPacked),
		worker: [
			absolute(sharedHeap),
			absolute(lateThreads),
			absolute(threadedWorker),
		],
		thread: [absolute(sharedHeap), absolute(threadWorker)],
	} satisfies DuckdbFiles,
	parquetPacked: absolute(parquetPacked),
	decodeWorker: absolute(decodeWorker),
	sample: absolute(sample),
};

/**
 * The build of DuckDB that suits this page or worker: with threads where memory can
 * be shared, which takes cross-origin isolation, and where there is a second core.
 */
export function suitableDuckdb(): DuckdbFiles {
	return globalThis.crossOriginIsolated &&
		// WebKit has isolated pages, and may have nothing to share there.
		"SharedArrayBuffer" in globalThis &&
		navigator.hardwareConcurrency > 1
		? ENGINE_FILES.threaded
		: ENGINE_FILES.plain;
}

function absolute(url: string): string {
	return new URL(url, import.meta.url).href;
}
