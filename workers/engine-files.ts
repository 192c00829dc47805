import duckdbWorker from "@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?url";
import duckdbPacked from "../.cache/engine/duckdb-eh.wasm.gz?url";
import parquetPacked from "../.cache/engine/parquet.wasm.gz?url";
import sample from "../.cache/engine/sample.parquet?url";
import decodeWorker from "./decode.worker.ts?worker&url";

/** Addresses of the engine's files, absolute under whatever base path. */
export const ENGINE_FILES = {
	duckdbWorker: absolute(duckdbWorker),
	duckdbPacked: absolute(duckdbPacked),
	parquetPacked: absolute(parquetPacked),
	decodeWorker: absolute(decodeWorker),
	sample: absolute(sample),
};

function absolute(url: string): string {
	return new URL(url, import.meta.url).href;
}
