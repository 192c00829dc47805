import { type CellWindow, covers, widen } from "../../lib/geo/grid.ts";
import {
	isSameFilter,
	matching,
	type RideFilter,
} from "../../lib/rides/filter.ts";
import { numbersIn, type RideList } from "../../lib/rides/list.ts";
import {
	type CellPairs,
	recount,
	ridesSeen,
} from "../../maps/cells/recount.ts";
import type { Cost, ReadOptions, RideSource } from "./ride-source.ts";

/** Loaded beyond each edge of the screen, as a share of it: small moves ask for nothing. */
const MARGIN = 0.25;

/** Rides per cell of a window under a filter. */
export interface Counted {
	readonly window: CellWindow;
	readonly filter: RideFilter;
	readonly counts: Uint32Array;
	/** With the time of loading, where the counts are the first after one. */
	readonly cost: Cost;
	/** A mask of the rides that pass some cell of a part of the window; null where it is not known. */
	readonly seen: (shown: CellWindow) => Uint8Array | null;
}

interface Resident {
	readonly window: CellWindow;
	readonly pairs: CellPairs;
	readonly list: RideList;
	readonly cost: Cost;
}

/**
 * Counts the cells around what the map shows. Which ride passes which cell stays in
 * the page where it fits, so that another filter recounts without a read.
 */
export class CellCounter {
	readonly #source: RideSource;
	#resident: Resident | null = null;
	#counted: Counted | null = null;
	/** Of a load whose counts were not asked for yet. */
	#loadMilliseconds = 0;

	constructor(source: RideSource) {
		this.#source = source;
	}

	/** The counts where no read is needed, else null. Equal questions get the same object. */
	counted(shown: CellWindow, filter: RideFilter): Counted | null {
		const last = this.#counted;
		if (
			last !== null &&
			isSameFilter(last.filter, filter) &&
			covers(last.window, shown)
		)
			return last;
		const resident = this.#resident;
		if (resident === null || !covers(resident.window, shown)) return null;
		this.#counted = countResident(resident, filter, this.#loadMilliseconds);
		this.#loadMilliseconds = 0;
		return this.#counted;
	}

	/** Numbers of all rides that pass a cell, a window of one; null where a read is needed. */
	through(cell: CellWindow): number[] | null {
		const resident = this.#resident;
		if (resident === null || !covers(resident.window, cell)) return null;
		const { window, pairs, list } = resident;
		const all = new Uint8Array(list.id.length).fill(1);
		return numbersIn(ridesSeen(pairs, all, window, cell));
	}

	/** Reads what {@link counted} lacks. Rejects as the source does. */
	async load(
		shown: CellWindow,
		filter: RideFilter,
		options: ReadOptions,
	): Promise<void> {
		const window = widen(shown, MARGIN);
		const [cells, list] = await Promise.all([
			this.#source.cells(window, { filter, shown }, options),
			this.#source.list(),
		]);
		const { cost } = cells;
		if (cells.kind === "pairs") {
			this.#resident = { window, pairs: cells.pairs, list, cost };
			this.#counted = null;
			this.#loadMilliseconds = cost.milliseconds;
			return;
		}
		this.#resident = null;
		this.#counted = {
			...{ window, filter, counts: cells.counts, cost },
			seen: seenIn(shown, cells.seen, matching(list, filter)),
		};
	}

	/**
	 * Reads the rides that pass a part of what is counted, where they are not known:
	 * the same question to {@link counted} then gets them. Rejects as the source does.
	 */
	async readSeen(
		counted: Counted,
		shown: CellWindow,
		options: ReadOptions,
	): Promise<void> {
		const [through, list] = await Promise.all([
			this.#source.through(shown, options),
			this.#source.list(),
		]);
		if (this.#counted !== counted) return;
		this.#counted = {
			...counted,
			seen: seenIn(shown, through, matching(list, counted.filter)),
		};
	}
}

/** Of the rides through a part, those that count: what is known of that part alone. */
function seenIn(
	shown: CellWindow,
	through: readonly number[],
	counted: Uint8Array,
): Counted["seen"] {
	const mask = new Uint8Array(counted.length);
	for (const ride of through) mask[ride] = counted[ride] ?? 0;
	return (part) => (isSameWindow(part, shown) ? mask : null);
}

export function isSameWindow(one: CellWindow, other: CellWindow): boolean {
	return (
		one.level === other.level &&
		one.x === other.x &&
		one.y === other.y &&
		one.columns === other.columns &&
		one.rows === other.rows
	);
}

function countResident(
	{ window, pairs, list, cost }: Resident,
	filter: RideFilter,
	loadMilliseconds: number,
): Counted {
	const began = performance.now();
	const rides = matching(list, filter);
	const counts = recount(pairs, rides, window);
	return {
		window,
		filter,
		counts,
		cost: {
			...cost,
			milliseconds: loadMilliseconds + performance.now() - began,
		},
		seen: (shown) => ridesSeen(pairs, rides, window, shown),
	};
}
