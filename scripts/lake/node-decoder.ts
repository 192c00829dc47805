import * as parquet from "parquet-wasm/node";
import { decodeRowGroups } from "../../src/lake/decode/decode.ts";
import { encodeParquet } from "../../src/lake/decode/encode.ts";
import type { Decoder } from "../../src/lake/types.ts";

/** The page's Parquet decoder under Node, in this thread. */
export function nodeDecoder(): Decoder {
	return {
		decode: (request) =>
			untilPanic(decodeRowGroups(parquet.ParquetFile, request)),
		close: async () => {},
	};
}

/** A panic of parquet-wasm leaves its promise open, and reaches nobody but the process. */
async function untilPanic<T>(task: Promise<T>): Promise<T> {
	const { promise: panic, reject } = Promise.withResolvers<never>();
	const panicked = (error: unknown) => {
		if (!(error instanceof WebAssembly.RuntimeError)) throw error;
		reject(error);
	};
	process.on("uncaughtException", panicked);
	try {
		return await Promise.race([task, panic]);
	} finally {
		process.off("uncaughtException", panicked);
	}
}

/** Writes an Arrow IPC stream as a Parquet file, in this thread. */
export async function nodeEncode(ipc: Uint8Array): Promise<Uint8Array> {
	return encodeParquet(parquet, ipc);
}
