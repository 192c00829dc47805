import { expose, transfer } from "comlink";
import * as parquet from "parquet-wasm/esm";
import { decodeRowGroups } from "../src/lake/decode/decode.ts";
import { encodeParquet } from "../src/lake/decode/encode.ts";
import type { DecodeRequest } from "../src/lake/types.ts";
import { holdLife } from "./life.ts";

/** What a decoder's worker answers to. */
const api = {
	/** Takes parquet-wasm, compiled once for all decoders, and the name of its life. */
	async start(module: WebAssembly.Module, life: string): Promise<void> {
		parquet.initSync({ module });
		await holdLife(life);
	},
	async decode(request: DecodeRequest): Promise<Uint8Array[]> {
		const decoded = await decodeRowGroups(parquet.ParquetFile, request);
		return transfer(
			decoded,
			decoded.map((ipc) => ipc.buffer),
		);
	},
	/** An Arrow IPC stream as a Parquet file. */
	encode(ipc: Uint8Array): Uint8Array {
		const file = encodeParquet(parquet, ipc);
		return transfer(file, [file.buffer]);
	},
};
export type DecodeApi = typeof api;

expose(api);
