import { expose, transfer } from "comlink";
import type { ParquetWriter } from "../src/lake/decode/encode.ts";
import { KEPT_RIDES } from "../src/lake/own-data/kept-files.ts";
import { ENGINE_FILES } from "./engine-files.ts";
import { keepFile } from "./keep-file.ts";
import { holdLife } from "./life.ts";
import { createRides } from "./rides.ts";
import type { RidesWorkerApi } from "./rides-api.ts";
import { fetchWasm } from "./unpack.ts";

const rides = createRides(
	{
		batches: () => KEPT_RIDES.files(),
		keep: (batch) => keepFile(KEPT_RIDES, batch, "beside"),
	},
	openParquet,
);

/** Comes when it is first needed: maps and filters are without it. */
async function openParquet(): Promise<ParquetWriter> {
	const parquet = await import("parquet-wasm/esm");
	const module = await fetchWasm(ENGINE_FILES.parquetPacked, () => {});
	await parquet.default({ module_or_path: module });
	return parquet;
}

/** Answers are moved, not copied. */
const api: RidesWorkerApi = {
	...rides,
	live: holdLife,
	async cells(window, counted) {
		const answer = await rides.cells(window, counted);
		return transfer(
			answer,
			answer.kind === "pairs"
				? [answer.pairs.cells.buffer, answer.pairs.rides.buffer]
				: [answer.counts.buffer],
		);
	},
};
expose(api);
