import {
	encodeParquet,
	encodeParquetParts,
	type ParquetWriter,
} from "../src/lake/decode/encode.ts";
import { readRides } from "../src/lake/own-data/read-rides.ts";
import {
	rideCellsTable,
	ridesTable,
} from "../src/lake/own-data/ride-tables.ts";
import { matching } from "../src/lib/rides/filter.ts";
import { openRideBatch, type RideBatch } from "../src/lib/rides/ride-batch.ts";
import { type CountedTrips, RideStore } from "../src/lib/rides/ride-store.ts";
import type { Holding, RidesApi } from "./rides-api.ts";

/** Pairs given to the page at most: 64 MB. With more, the worker counts. */
const MAX_PAIRS = 8_000_000;

/** A viewport reads a few row groups, as of a lake. */
const CELLS_OF_A_ROW_GROUP = 40_960;

/** Where batches outlive the page. */
export interface RideStorage {
	batches(): Promise<readonly Blob[]>;
	/** Rejects where there is no room. */
	keep(batch: Blob): Promise<unknown>;
}

interface HeldBatch {
	readonly batch: RideBatch;
	readonly blob: Blob;
	readonly isKept: boolean;
}

/** Holds the visitor's own rides, and answers for them as a lake would. `parquet` opens what writes tables. */
export function createRides(
	storage: RideStorage,
	parquet: () => Promise<ParquetWriter>,
	maxPairs = MAX_PAIRS,
): RidesApi {
	let held: readonly HeldBatch[] = [];
	let store = new RideStore([]);
	let counted: CountedTrips = "all";
	let reading: AbortController | null = null;

	const hold = (batches: readonly HeldBatch[]) => {
		held = batches;
		store = new RideStore(
			batches.map(({ batch }) => batch),
			counted,
		);
	};
	const keepAll = async () => {
		for (const [at, batch] of held.entries()) {
			if (batch.isKept) continue;
			await storage.keep(batch.blob);
			held = held.with(at, { ...batch, isKept: true });
		}
	};
	const holding = (): Holding => ({
		list: store.list,
		startView: store.startView,
		startPlaces: store.startPlaces,
		counted,
		leftOut: store.leftOut,
		isKept: held.length > 0 && held.every(({ isKept }) => isKept),
		bytes: held.reduce((sum, { blob }) => sum + blob.size, 0),
	});

	return {
		async open() {
			const opened = await Promise.all(
				(await storage.batches()).map(async (blob) => ({
					blob,
					// Erased or changed since it was listed, or broken.
					batch: await openRideBatch(blob).catch(() => null),
				})),
			);
			hold(
				opened.flatMap(({ blob, batch }) =>
					batch === null ? [] : [{ blob, batch, isKept: true }],
				),
			);
			return holding();
		},
		async add(files, onProgress) {
			reading = new AbortController();
			const { signal } = reading;
			const present = {
				has: (id: string) => store.has(id),
				cells: store.cells,
			};
			const { batch: blob, report } = await readRides(files, present, {
				signal,
				onProgress,
			});
			const batch = blob === null ? null : await openRideBatch(blob);
			if (blob !== null && batch !== null)
				hold([...held, { blob, batch, isKept: false }]);
			return { report, holding: holding() };
		},
		cancel() {
			reading?.abort();
		},
		async keep() {
			await keepAll();
			return holding();
		},
		async count(trips) {
			counted = trips;
			hold(held);
			return holding();
		},
		async tables() {
			const writer = await parquet();
			const rides = store.all();
			const list = encodeParquet(writer, ridesTable(rides));
			return {
				rides: new Blob([list as Uint8Array<ArrayBuffer>]),
				rideCells: await encodeParquetParts(
					writer,
					rideCellsTable(rides),
					CELLS_OF_A_ROW_GROUP,
				),
			};
		},
		async cells(window, { filter, shown }) {
			if (store.countIn(window) <= maxPairs)
				return { kind: "pairs", pairs: store.pairs(window) };
			return {
				kind: "counts",
				counts: store.counts(window, matching(store.list, filter)),
				seen: store.through(shown),
			};
		},
		through: async (window) => store.through(window),
		tracks: (rideIds) => store.tracks(rideIds),
		samples: async (rideIds) => store.samples(rideIds),
	};
}
