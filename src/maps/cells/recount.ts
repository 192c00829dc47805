import type { CellWindow } from "../../lib/geo/grid.ts";

/**
 * Which ride passes which cell of a window, each pair once: the n-th pair is the
 * cell with index `cells[n]` (row by row) and the ride with index `rides[n]`.
 */
export interface CellPairs {
	readonly cells: Int32Array;
	readonly rides: Int32Array;
}

/** What the part of a window on the screen holds. */
export interface ViewSummary {
	/** Rides of the busiest cell, 0 where there is none. */
	readonly most: number;
	/** Cells that some ride passes. */
	readonly occupied: number;
}

/**
 * Counts rides per cell of a window. `counted` has 1 for each ride that counts.
 * This is `count(*) … group by x, y` over the pairs, on the page's own thread:
 * about 2 ns a pair, where a query costs its round trip to the engine.
 */
export function recount(
	pairs: CellPairs,
	counted: Uint8Array,
	window: CellWindow,
): Uint32Array {
	const counts = new Uint32Array(window.columns * window.rows);
	const { cells, rides } = pairs;
	for (let pair = 0; pair < cells.length; pair++) {
		const cell = cells[pair] as number;
		counts[cell] =
			(counts[cell] as number) + (counted[rides[pair] as number] as number);
	}
	return counts;
}

/** Sums up the cells of `window` that are also in `shown`, a smaller window of its level. */
export function summarise(
	window: CellWindow,
	counts: Uint32Array,
	shown: CellWindow,
): ViewSummary {
	let most = 0;
	let occupied = 0;
	forEachShown(window, shown, (cell) => {
		const count = counts[cell] as number;
		if (count === 0) return;
		occupied++;
		if (count > most) most = count;
	});
	return { most, occupied };
}

/** Distinct counted rides that pass some cell of `shown`, as a mask by ride. */
export function ridesSeen(
	pairs: CellPairs,
	counted: Uint8Array,
	window: CellWindow,
	shown: CellWindow,
): Uint8Array {
	const inside = new Uint8Array(window.columns * window.rows);
	forEachShown(window, shown, (cell) => {
		inside[cell] = 1;
	});
	const seen = new Uint8Array(counted.length);
	const { cells, rides } = pairs;
	for (let pair = 0; pair < cells.length; pair++)
		if (inside[cells[pair] as number] === 1) {
			const ride = rides[pair] as number;
			if (counted[ride] === 1) seen[ride] = 1;
		}
	return seen;
}

/** Cells on the screen with the most rides, most first; ties from the north-west. */
export function busiestCells(
	window: CellWindow,
	counts: Uint32Array,
	shown: CellWindow,
	limit: number,
): { readonly cell: number; readonly rides: number }[] {
	const found: { cell: number; rides: number }[] = [];
	forEachShown(window, shown, (cell) => {
		const rides = counts[cell] as number;
		if (rides === 0) return;
		const last = found[limit - 1];
		if (last !== undefined && rides <= last.rides) return;
		const at = found.findIndex((other) => other.rides < rides);
		found.splice(at === -1 ? found.length : at, 0, { cell, rides });
		found.length = Math.min(found.length, limit);
	});
	return found;
}

/** Calls `visit` with the index of each cell of `window` that is also in `shown`. */
export function forEachShown(
	window: CellWindow,
	shown: CellWindow,
	visit: (cell: number) => void,
): void {
	const size = 2 ** window.level;
	const offset = (((shown.x - window.x) % size) + size) % size;
	const firstRow = Math.max(0, shown.y - window.y);
	const endRow = Math.min(window.rows, shown.y + shown.rows - window.y);
	for (let row = firstRow; row < endRow; row++)
		for (let step = 0; step < shown.columns; step++) {
			const column = (offset + step) % size;
			if (column < window.columns) visit(row * window.columns + column);
		}
}
