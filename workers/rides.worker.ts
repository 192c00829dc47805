import { expose, transfer } from "comlink";
import { KEPT_RIDES } from "../src/lake/own-data/kept-files.ts";
import { keepFile } from "./keep-file.ts";
import { holdLife } from "./life.ts";
import { createRides } from "./rides.ts";
import type { RidesWorkerApi } from "./rides-api.ts";

const rides = createRides({
	batches: () => KEPT_RIDES.files(),
	keep: (batch) => keepFile(KEPT_RIDES, batch, "beside"),
});

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
