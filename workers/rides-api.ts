import type { GivenFile } from "../src/lake/own-data/containers.ts";
import type {
	ReadProgress,
	ReadReport,
} from "../src/lake/own-data/read-rides.ts";
import type { StartView } from "../src/lib/catalog/catalog.ts";
import type { CellWindow } from "../src/lib/geo/grid.ts";
import type { RideFilter } from "../src/lib/rides/filter.ts";
import type { RideList } from "../src/lib/rides/list.ts";
import type { CountedTrips } from "../src/lib/rides/ride-store.ts";
import type { StartPlace } from "../src/lib/rides/start-places.ts";
import type { Track } from "../src/lib/rides/tracks.ts";

/** The rides that a worker holds now. */
export interface Holding {
	readonly list: RideList;
	/** Where a map of them opens; null where there are none. */
	readonly startView: StartView | null;
	/** Where those that count start. */
	readonly startPlaces: readonly StartPlace[];
	/** Which rides count. */
	readonly counted: CountedTrips;
	/** How many do not count and are not in the list, since another of the same trip is. */
	readonly leftOut: number;
	/** Whether all of them are kept on this device. */
	readonly isKept: boolean;
	/** Of their compact form. */
	readonly bytes: number;
}

/** Pairs of cell and ride, or where they are too many, counts; see `WindowCells`. */
export type HeldCells =
	| {
			readonly kind: "pairs";
			readonly pairs: {
				readonly cells: Int32Array;
				readonly rides: Int32Array;
			};
	  }
	| {
			readonly kind: "counts";
			readonly counts: Uint32Array;
			readonly seen: readonly number[];
	  };

/** What the worker itself answers to. */
export interface RidesWorkerApi extends RidesApi {
	/** Takes the name of its life, see `life.ts`. Resolves once its end can be heard. */
	live(life: string): Promise<void>;
}

/**
 * Everything a page asks of the worker that holds the visitor's own rides: plain
 * values and typed arrays. Errors tell their kind by `name`.
 */
export interface RidesApi {
	/** Opens what is kept on this device. What cannot be read any more is left out. */
	open(): Promise<Holding>;
	/**
	 * Reads files and adds their rides, until they are kept to this page alone. Rejects
	 * with `CancelledError` after {@link cancel}, and has then added nothing.
	 */
	add(
		files: readonly GivenFile[],
		onProgress: (progress: ReadProgress) => void,
	): Promise<{ readonly report: ReadReport; readonly holding: Holding }>;
	/** Stops what {@link add} is reading. */
	cancel(): void;
	/** Has every trip count once, or every ride, from now on; until then every ride does. */
	count(trips: CountedTrips): Promise<Holding>;
	/** Keeps all rides on this device. Rejects with `QuotaExceededError` where there is no room. */
	keep(): Promise<Holding>;
	/** The tables of all rides, whether they count or not, as Parquet. Rejects with `FetchError` where parquet-wasm cannot be had. */
	tables(): Promise<{ readonly rides: Blob; readonly rideCells: Blob }>;
	/** As `RideSource` has them. */
	cells(
		window: CellWindow,
		counted: { readonly filter: RideFilter; readonly shown: CellWindow },
	): Promise<HeldCells>;
	through(window: CellWindow): Promise<readonly number[]>;
	tracks(rideIds: readonly string[]): Promise<readonly Track[]>;
	samples(rideIds: readonly string[]): Promise<number>;
}
