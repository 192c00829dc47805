import {
	batch,
	computed,
	effect,
	type ReadonlySignal,
	type Signal,
	signal,
} from "@preact/signals";
import type { CatalogDataset, StartView } from "../../lib/catalog/catalog.ts";
import {
	type CellWindow,
	gathered,
	levelOf,
	type Viewport,
	windowOf,
} from "../../lib/geo/grid.ts";
import {
	ANY_RIDE,
	isAnyRide,
	matching,
	type RideFilter,
} from "../../lib/rides/filter.ts";
import {
	type KindCount,
	kindCounts,
	type RideList,
	type RideTotals,
	totalsOf,
} from "../../lib/rides/list.ts";
import type { StartPlace } from "../../lib/rides/start-places.ts";
import type { CellCount } from "../../maps/cells/glimpse.ts";
import { busiestCells, summarise } from "../../maps/cells/recount.ts";
import { engineState, prefetchEngine } from "../shared/engine/engine.ts";
import { openCatalog, readRollup } from "../shared/lake/lake.ts";
import { CellCounter, type Counted, isSameWindow } from "./cell-counter.ts";
import { loadingOf, type OnItsWay } from "./loading-of.ts";
import {
	type MonthRow,
	ridesPerMonth,
	type Timeline,
	timelineOf,
} from "./months.ts";
import type { Cost, RideSource } from "./ride-source.ts";
import type { Seen } from "./sentence.ts";
import type { RidesState } from "./state.ts";

/** What the page stands on before the engine is there. */
export interface Opened {
	readonly dataset: CatalogDataset;
	readonly timeline: Timeline;
	readonly startView: StartView;
	/** Where rides start, most first; none in a lake that does not tell. */
	readonly startPlaces: readonly StartPlace[];
	/** Cells around the start view, null where the lake has none. */
	readonly start: {
		readonly window: CellWindow;
		readonly counts: Uint32Array;
		readonly sql: string;
		readonly bytes: number;
		readonly rows: number;
	} | null;
}

/** What is on the screen now. */
export interface Picture {
	readonly window: CellWindow;
	/** Of the rides it counts, which while others are counted is not the one that is set. */
	readonly filter: RideFilter;
	readonly counts: Uint32Array;
	/** Rides of the window's busiest cell. */
	readonly largest: number;
	/** The part of the window on the screen. */
	readonly shown: CellWindow;
	readonly seen: Seen;
	/** A mask of the rides on the screen that count; null where they are not known. */
	readonly rides: Uint8Array | null;
	/** Cells on the screen that some ride passes. */
	readonly occupied: number;
	readonly sql: string;
	readonly cost: Cost;
}

/** Null where the lake has no rides. Rejects as `openCatalog` and `readRollup` do. */
export async function openRides(): Promise<Opened | null> {
	const { catalog } = await openCatalog();
	const dataset = catalog.datasets.find(({ name }) => name === "rides");
	if (dataset === undefined) return null;
	const hasStarts = catalog.rollups.some(({ name }) => name === "ride_starts");
	const [months, cells, starts] = await Promise.all([
		readRollup("rides_per_month"),
		readRollup("ride_map"),
		hasStarts ? readRollup("ride_starts") : [],
	]);
	const rollup = catalog.rollups.find(({ name }) => name === "ride_map");
	const rows = cells as unknown as CellCount[];
	return {
		dataset,
		// The roll-ups' columns are the catalog's contract.
		timeline: timelineOf(months as unknown as MonthRow[]),
		startPlaces: (starts as unknown as StartPlace[]).map((place) => ({
			...place,
			// Lakes of before have no names.
			name: place.name ?? null,
		})),
		startView: dataset.startView ?? { center: [0, 20], zoom: 1.5 },
		start:
			rows.length === 0
				? null
				: {
						...windowOfRows(rows),
						sql: rollup?.sql ?? "",
						bytes: rollup?.bytes ?? 0,
						rows: rows.length,
					},
	};
}

type State = Pick<RidesState, "view" | "filter">;

/** Decides what the map shows, and reads what that needs. */
export class RidesModel {
	readonly viewport: Signal<Viewport | null> = signal(null);
	readonly picture: Signal<Picture | null> = signal(null);
	readonly problem: Signal<unknown> = signal(null);
	/** Null until the first count. */
	readonly list: Signal<RideList | null> = signal(null);
	/** A mask of all rides that count, in view or not; null until the list is there. */
	readonly counted: ReadonlySignal<Uint8Array | null>;
	/** Of the same. */
	readonly totals: ReadonlySignal<RideTotals | null>;
	/** For each month of the timeline, the rides that count; null until the list is there. */
	readonly perMonth: ReadonlySignal<readonly number[] | null>;
	/** Every kind with the rides that would count if it were chosen; null until the list is there. */
	readonly kinds: ReadonlySignal<readonly KindCount[] | null>;
	/** What is being read, null when nothing is. */
	readonly loading: ReadonlySignal<OnItsWay | null>;
	readonly places: ReadonlySignal<
		readonly { readonly cell: number; readonly rides: number }[]
	>;

	readonly #opened: Opened;
	readonly #state: State;
	readonly #source: RideSource;
	readonly #counter: CellCounter;
	readonly #fetching: Signal<Omit<OnItsWay, "what"> | null> = signal(null);
	readonly #isBusy = signal(false);
	#hasMoved: boolean;
	#request: {
		readonly shown: CellWindow;
		readonly controller: AbortController;
	} | null = null;
	/** Of the rides in view, where the cells alone are counted. */
	#seeing: {
		readonly counted: Counted;
		readonly shown: CellWindow;
		readonly controller: AbortController;
	} | null = null;

	constructor(opened: Opened, state: State, source: RideSource) {
		this.#opened = opened;
		this.#state = state;
		this.#source = source;
		this.#counter = new CellCounter(source);
		this.#hasMoved = state.view.value !== null;
		this.loading = computed(() => {
			if (!this.#isBusy.value) return null;
			return loadingOf(source, this.#fetching.value ?? undefined);
		});
		this.counted = computed(
			() => this.list.value && matching(this.list.value, state.filter.value),
		);
		const ofCounted = <T>(read: (list: RideList, mask: Uint8Array) => T) =>
			computed(() => {
				const list = this.list.value;
				const mask = this.counted.value;
				return list === null || mask === null ? null : read(list, mask);
			});
		this.totals = ofCounted(totalsOf);
		this.perMonth = ofCounted((list, mask) =>
			ridesPerMonth(opened.timeline.months, list, mask),
		);
		this.kinds = computed(
			() =>
				this.list.value &&
				kindCounts(
					this.list.value,
					matching(this.list.value, state.filter.value, "kinds"),
				),
		);
		this.places = computed(() => {
			const picture = this.picture.value;
			return picture === null
				? []
				: busiestCells(picture.window, picture.counts, picture.shown, 10);
		});
	}

	/** Follows viewport, filter and engine until the returned function is called. */
	start(): () => void {
		const isReady = computed(() => engineState.value.kind === "ready");
		const stop = effect(() => {
			const viewport = this.viewport.value;
			const filter = this.#state.filter.value;
			const hasEngine = isReady.value;
			if (viewport !== null) this.#show(viewport, filter, hasEngine);
		});
		return () => {
			stop();
			this.#request?.controller.abort();
			this.#seeing?.controller.abort();
		};
	}

	/** From now on the engine answers where the roll-up cannot. */
	moved(): void {
		this.#hasMoved = true;
	}

	/** Reads the list of rides where nothing has yet. Rejects as the source does. */
	async readList(): Promise<void> {
		if (this.list.peek() === null) this.list.value = await this.#source.list();
	}

	/** The same, for controls: what is wrong shows as a problem of the map. */
	needList(): void {
		this.readList().catch((error: unknown) => {
			this.problem.value = error;
		});
	}

	/** Numbers of all rides that pass a cell, a window of one; null where a read is needed. */
	through(cell: CellWindow): readonly number[] | null {
		return this.#counter.through(cell);
	}

	/** Reads what the picture lacks. */
	retry(): void {
		const viewport = this.viewport.peek();
		if (viewport === null) return;
		const shown = shownIn(viewport);
		const counted = this.#counter.counted(shown, this.#state.filter.peek());
		if (counted === null) this.#load(shown);
		else if (!this.#isSeeing(counted, shown)) this.#draw(counted, shown);
	}

	#show(viewport: Viewport, filter: RideFilter, hasEngine: boolean): void {
		const shown = shownIn(viewport);
		const counted = this.#counter.counted(shown, filter);
		if (counted !== null) {
			this.#request?.controller.abort();
			this.#draw(counted, shown);
			return;
		}
		this.#seeing?.controller.abort();
		const hasStart =
			isAnyRide(filter) &&
			(!this.#hasMoved || this.picture.peek() === null) &&
			this.#drawStart(viewport);
		if (hasStart && !this.#hasMoved && !hasEngine) prefetchEngine();
		else this.#load(shown);
	}

	/** Draws the roll-up, where it has something for this view. */
	#drawStart(viewport: Viewport): boolean {
		const { start } = this.#opened;
		if (start === null) return false;
		const { window, counts, sql, rows, bytes } = start;
		// The roll-up may be of a coarser level than this screen would ask for.
		const part = windowOf(viewport, window.level);
		const { most, occupied } = summarise(window, counts, part);
		if (most === 0) return false;
		this.picture.value = {
			window,
			filter: ANY_RIDE,
			counts,
			largest: largestOf(counts),
			shown: part,
			seen: { most, totals: null },
			rides: null,
			occupied,
			sql,
			cost: { rows, bytes, milliseconds: 0 },
		};
		return true;
	}

	#draw(counted: Counted, shown: CellWindow): void {
		const { window, filter, counts, cost } = counted;
		const { most, occupied } = summarise(window, counts, shown);
		const list = this.list.peek();
		const mask = counted.seen(shown);
		const totals = list === null || mask === null ? null : totalsOf(list, mask);
		batch(() => {
			this.problem.value = null;
			this.picture.value = {
				window,
				filter,
				counts,
				largest: largestOf(counts),
				shown,
				seen: { most, totals },
				rides: mask,
				occupied,
				sql: this.#source.sql.counts(window, filter).display,
				cost,
			};
		});
		if (this.#isSeeing(counted, shown)) return;
		this.#seeing?.controller.abort();
		if (mask === null) void this.#see(counted, shown);
	}

	#isSeeing(counted: Counted, shown: CellWindow): boolean {
		const seeing = this.#seeing;
		return (
			seeing !== null &&
			!seeing.controller.signal.aborted &&
			seeing.counted === counted &&
			isSameWindow(seeing.shown, shown)
		);
	}

	/** Tells of the rides in view, which the counts of a move do not know. */
	async #see(counted: Counted, shown: CellWindow): Promise<void> {
		const controller = new AbortController();
		const { signal } = controller;
		const seeing = { counted, shown, controller };
		this.#seeing = seeing;
		try {
			await this.#counter.readSeen(counted, shown, {
				signal,
				onProgress: () => {},
			});
		} catch (error) {
			if (!signal.aborted) this.problem.value = error;
			return;
		} finally {
			if (this.#seeing === seeing) this.#seeing = null;
		}
		const viewport = this.viewport.peek();
		if (signal.aborted || viewport === null) return;
		this.#show(viewport, this.#state.filter.peek(), true);
	}

	async #load(shown: CellWindow): Promise<void> {
		const running = this.#request;
		if (
			running !== null &&
			!running.controller.signal.aborted &&
			isSameWindow(running.shown, shown)
		)
			return;
		running?.controller.abort();
		const controller = new AbortController();
		const { signal } = controller;
		const request = { shown, controller };
		this.#request = request;
		batch(() => {
			this.#isBusy.value = true;
			this.#fetching.value = null;
			this.problem.value = null;
		});
		try {
			await this.#counter.load(shown, this.#state.filter.peek(), {
				signal,
				onProgress: (progress) => {
					if (progress.stage === "fetch" && !signal.aborted)
						this.#fetching.value = progress;
				},
			});
			await this.readList();
		} catch (error) {
			if (!signal.aborted) this.problem.value = error;
		} finally {
			if (this.#request === request) {
				this.#request = null;
				this.#isBusy.value = false;
			}
		}
		const viewport = this.viewport.peek();
		if (signal.aborted || this.problem.peek() !== null || viewport === null)
			return;
		// The filter may have changed on the way.
		this.#show(viewport, this.#state.filter.peek(), true);
	}
}

function shownIn(viewport: Viewport): CellWindow {
	return windowOf(viewport, levelOf(viewport.zoom));
}

function largestOf(counts: Uint32Array): number {
	let largest = 0;
	for (const count of counts) if (count > largest) largest = count;
	return largest;
}

/** Cells of one level as counts over the rectangle they lie in. */
function windowOfRows(rows: readonly CellCount[]): {
	window: CellWindow;
	counts: Uint32Array;
} {
	const level = rows[0]?.level ?? 0;
	const columns = gathered(
		rows.map(({ x }) => x),
		2 ** level,
	);
	let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
	for (const [row, { y }] of rows.entries()) {
		const x = columns[row] as number;
		left = Math.min(left, x);
		right = Math.max(right, x);
		top = Math.min(top, y);
		bottom = Math.max(bottom, y);
	}
	const window: CellWindow = {
		level,
		x: left,
		y: top,
		columns: right - left + 1,
		rows: bottom - top + 1,
	};
	const counts = new Uint32Array(window.columns * window.rows);
	for (const [row, { y, rides }] of rows.entries()) {
		const x = columns[row] as number;
		counts[(y - top) * window.columns + x - left] = rides;
	}
	return { window, counts };
}
