import { expose, transfer } from "comlink";
import { initSync, ParquetFile } from "parquet-wasm/esm";
import { decodeRowGroups } from "../src/lake/decode.ts";
import type { DecodeRequest } from "../src/lake/types.ts";

/** What a decoder's worker answers to. */
const api = {
	/** Takes parquet-wasm, compiled once for all decoders. */
	start(module: WebAssembly.Module): void {
		initSync({ module });
	},
	async decode(request: DecodeRequest): Promise<Uint8Array[]> {
		const decoded = await decodeRowGroups(ParquetFile, request);
		return transfer(
			decoded,
			decoded.map((ipc) => ipc.buffer),
		);
	},
};
export type DecodeApi = typeof api;

expose(api);
