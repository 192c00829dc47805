import type { Table } from "apache-arrow";
import type { Progress } from "../../../workers/engine-api.ts";
import { type CellWindow, covers, widen } from "../../lib/grid.ts";
import { type CellPairs, recount } from "../../maps/recount.ts";
import {
	cellCounts,
	cellPairCount,
	cellPairs,
	type DayRange,
	isWithin,
	rideList,
	ridesThrough,
} from "../../queries/rides.ts";
import type { Query } from "../../queries/sql.ts";
import { openEngine, queryLake } from "../shared/engine.ts";

/** Loaded beyond each edge of the screen, as a share of it: small moves ask for nothing. */
const MARGIN = 0.25;

/** Pairs held in the page at most: 64 MB. With more, the engine counts. */
const MAX_PAIRS = 8_000_000;

/** What answers queries: the page's engine, or a test's. */
export interface World {
	readonly openEngine: () => Promise<unknown>;
	readonly queryLake: typeof queryLake;
}

/** What a count took. */
export interface Cost {
	/** Rows that the engine gave: pairs of cell and ride, or cells. */
	readonly rows: number;
	/** Bytes that hold them, wherever they were read from. */
	readonly bytes: number;
	/** Since the engine was asked: loading and counting, or counting alone. */
	readonly milliseconds: number;
}

/** Rides per cell of a window under a choice of days. */
export interface Counted {
	readonly window: CellWindow;
	readonly counts: Uint32Array;
	/** What the counts are the answer of. */
	readonly query: Query;
	readonly cost: Cost;
	/** Pairs and rides behind the counts, null where the engine counted. */
	readonly behind: {
		readonly pairs: CellPairs;
		/** 1 for each ride that counts. */
		readonly rides: Uint8Array;
		/** Local start of each ride in milliseconds, null without a date. */
		readonly starts: readonly (number | null)[];
	} | null;
	/** Distinct rides of one screen, where the engine counted them. */
	readonly seen: { readonly shown: CellWindow; readonly rides: number } | null;
}

interface Resident {
	readonly window: CellWindow;
	readonly pairs: CellPairs;
	readonly starts: readonly (number | null)[];
	readonly rows: number;
	readonly bytes: number;
}

/**
 * Cells of the lake around what the map shows. Which ride passes which cell stays
 * in the page, so that new days recount without a query.
 */
export class CellSource {
	readonly #world: World;
	readonly #maxPairs: number;
	#resident: Resident | null = null;
	#counted: { readonly days: DayRange; readonly counted: Counted } | null =
		null;
	#starts: Promise<(number | null)[]> | undefined;
	/** Of a load whose counts were not asked for yet. */
	#loadMilliseconds = 0;

	constructor(world: World = { openEngine, queryLake }, maxPairs = MAX_PAIRS) {
		this.#world = world;
		this.#maxPairs = maxPairs;
	}

	/** The counts where no query is needed, else null. Equal questions get the same object. */
	counted(shown: CellWindow, days: DayRange): Counted | null {
		const last = this.#counted;
		if (
			last !== null &&
			isSame(last.days, days) &&
			covers(last.counted.window, shown)
		)
			return last.counted;
		const resident = this.#resident;
		if (resident === null || !covers(resident.window, shown)) return null;
		const counted = countResident(resident, days, this.#loadMilliseconds);
		this.#loadMilliseconds = 0;
		this.#counted = { days, counted };
		return counted;
	}

	/** Reads what {@link counted} lacks. Rejects as `queryLake` does. */
	async load(
		shown: CellWindow,
		days: DayRange,
		options: {
			readonly signal: AbortSignal;
			readonly onProgress: (progress: Progress) => void;
		},
	): Promise<void> {
		const { openEngine, queryLake } = this.#world;
		await openEngine();
		const began = performance.now();
		const window = widen(shown, MARGIN);
		const cells = await queryLake(cellPairCount(window), options);
		const pairs = Number(column(cells.table, "pairs").get(0));
		if (pairs > this.#maxPairs) {
			const answer = await queryLake(cellCounts(window, days), options);
			const through = await queryLake(ridesThrough(shown, days), options);
			const counted: Counted = {
				window,
				counts: countsOf(answer.table, window),
				query: answer.query,
				cost: {
					rows: answer.answer.rows,
					bytes: answer.answer.plan.estimated.bytes,
					milliseconds: performance.now() - began,
				},
				behind: null,
				seen: {
					shown,
					rides: Number(column(through.table, "rides").get(0)),
				},
			};
			this.#resident = null;
			this.#counted = { days, counted };
			return;
		}
		const [answer, starts] = await Promise.all([
			queryLake(cellPairs(window), options),
			this.#startsOfRides(),
		]);
		this.#counted = null;
		this.#resident = {
			window,
			pairs: {
				cells: integers(answer.table, "cell"),
				rides: integers(answer.table, "ride"),
			},
			starts,
			rows: answer.answer.rows,
			bytes: answer.answer.plan.estimated.bytes,
		};
		this.#loadMilliseconds = performance.now() - began;
	}

	#startsOfRides(): Promise<(number | null)[]> {
		this.#starts ??= this.#world.queryLake(rideList()).then(
			({ table }) => [...column(table, "started_at_local")],
			(error: unknown) => {
				this.#starts = undefined;
				throw error;
			},
		);
		return this.#starts;
	}
}

function countResident(
	{ window, pairs, starts, rows, bytes }: Resident,
	days: DayRange,
	loadMilliseconds: number,
): Counted {
	const began = performance.now();
	const rides = Uint8Array.from(starts, (start) => +isWithin(start, days));
	const counts = recount(pairs, rides, window);
	return {
		window,
		counts,
		query: cellCounts(window, days),
		cost: {
			rows,
			bytes,
			milliseconds: loadMilliseconds + performance.now() - began,
		},
		behind: { pairs, rides, starts },
		seen: null,
	};
}

function countsOf(table: Table, window: CellWindow): Uint32Array {
	const counts = new Uint32Array(window.columns * window.rows);
	const x = integers(table, "x");
	const y = integers(table, "y");
	const rides = integers(table, "rides");
	const size = 2 ** window.level;
	for (let row = 0; row < rides.length; row++) {
		const across = ((((x[row] as number) - window.x) % size) + size) % size;
		const down = (y[row] as number) - window.y;
		counts[down * window.columns + across] = rides[row] as number;
	}
	return counts;
}

function column(table: Table, name: string) {
	const vector = table.getChild(name);
	if (vector === null) throw new Error(`the answer lacks column ${name}`);
	return vector;
}

function integers(table: Table, name: string): Int32Array {
	return column(table, name).toArray() as Int32Array;
}

function isSame(one: DayRange, other: DayRange): boolean {
	return (
		one.from?.getTime() === other.from?.getTime() &&
		one.to?.getTime() === other.to?.getTime()
	);
}
