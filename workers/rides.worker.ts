import { expose, transfer } from "comlink";
import { keptBatches } from "../src/lake/own-rides/kept-rides.ts";
import { keepBatch } from "./keep-rides.ts";
import { holdLife } from "./life.ts";
import { createRides } from "./rides.ts";
import type { RidesWorkerApi } from "./rides-api.ts";

const rides = createRides({ batches: keptBatches, keep: keepBatch });

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
