import { ParquetFile } from "parquet-wasm/node";
import { decodeRowGroups } from "../../src/lake/decode.ts";
import type { Decoder } from "../../src/lake/types.ts";

/** The page's Parquet decoder under Node, in this thread. */
export function nodeDecoder(): Decoder {
	return {
		decode: (request) => decodeRowGroups(ParquetFile, request),
		close: async () => {},
	};
}
