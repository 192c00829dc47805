import type { Progress } from "../../../workers/engine-api.ts";
import type { CellWindow } from "../../lib/geo/grid.ts";
import type { RideFilter } from "../../lib/rides/filter.ts";
import type { RideList } from "../../lib/rides/list.ts";
import type { Track } from "../../lib/rides/tracks.ts";
import type { CellPairs } from "../../maps/cells/recount.ts";
import type { Query } from "../../queries/sql.ts";

export interface ReadOptions {
	readonly signal: AbortSignal;
	readonly onProgress: (progress: Progress) => void;
}

/** What a read took. */
export interface Cost {
	/** Rows that came: pairs of cell and ride, or cells. */
	readonly rows: number;
	/** Bytes that hold them, wherever they were read from. */
	readonly bytes: number;
	readonly milliseconds: number;
}

/** What a window's cells are counted from: pairs, or where they are too many, counts. */
export type WindowCells =
	| {
			readonly kind: "pairs";
			readonly pairs: CellPairs;
			readonly cost: Cost;
	  }
	| {
			readonly kind: "counts";
			/** Rides per cell of the window, row by row. */
			readonly counts: Uint32Array;
			/** Numbers of the rides that pass the part that is shown, under any filter. */
			readonly seen: readonly number[];
			readonly cost: Cost;
	  };

/**
 * Where rides come from. The page counts, filters and lists by ride numbers, whatever
 * the source. Reads reject as `queryLake` does; an aborted one with `CancelledError`.
 */
export interface RideSource {
	/** Every ride, read once. */
	list(): Promise<RideList>;
	/**
	 * The cells of a window. Pairs are of all rides, so that any filter counts from
	 * them; counts are of one filter, with the rides that pass `shown`, a part of it.
	 */
	cells(
		window: CellWindow,
		counted: { readonly filter: RideFilter; readonly shown: CellWindow },
		options: ReadOptions,
	): Promise<WindowCells>;
	/** Numbers of all rides that pass some cell of a window, in any order. */
	through(window: CellWindow, options: ReadOptions): Promise<readonly number[]>;
	/** The lines of some rides, in any order; a ride without samples has none. */
	tracks(
		rideIds: readonly string[],
		options: ReadOptions,
	): Promise<readonly Track[]>;
	/** How many samples the lines of some rides have. */
	samples(rideIds: readonly string[], options: ReadOptions): Promise<number>;
	/** Whether the rides are the visitor's own. */
	readonly isOwn: boolean;
	/** What the answers are the answers of, for people to read. */
	readonly sql: {
		counts(window: CellWindow, filter: RideFilter): Query;
		through(window: CellWindow, filter: RideFilter): Query;
		totals(window: CellWindow, filter: RideFilter): Query;
	};
}
