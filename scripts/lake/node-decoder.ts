import * as parquet from "parquet-wasm/node";
import { decodeRowGroups } from "../../src/lake/decode.ts";
import { encodeParquet } from "../../src/lake/encode.ts";
import type { Decoder } from "../../src/lake/types.ts";

/** The page's Parquet decoder under Node, in this thread. */
export function nodeDecoder(): Decoder {
	return {
		decode: (request) => decodeRowGroups(parquet.ParquetFile, request),
		close: async () => {},
	};
}

/** Writes an Arrow IPC stream as a Parquet file, in this thread. */
export async function nodeEncode(ipc: Uint8Array): Promise<Uint8Array> {
	return encodeParquet(parquet, ipc);
}
