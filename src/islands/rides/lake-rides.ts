import type { Table } from "apache-arrow";
import { type CellWindow, modulo } from "../../lib/geo/grid.ts";
import type { CourseOptions } from "../../lib/rides/course.ts";
import { ANY_RIDE, type RideFilter } from "../../lib/rides/filter.ts";
import type { RideList } from "../../lib/rides/list.ts";
import type { Track } from "../../lib/rides/tracks.ts";
import { sampleCount, trackPoints } from "../../queries/ride-tracks.ts";
import {
	cellCounts,
	cellPairCount,
	cellPairs,
	rideList,
	ridesThrough,
	rideTotals,
} from "../../queries/rides.ts";
import {
	type LakeAnswer,
	openEngine,
	queryLake,
} from "../shared/engine/engine.ts";
import type { ReadOptions, RideSource, WindowCells } from "./ride-source.ts";
import { columnOf, tracksOfAnswer } from "./track-rows.ts";

/** Pairs held in the page at most: 64 MB. With more, the engine counts. */
const MAX_PAIRS = 8_000_000;

/** What answers queries: the page's engine, or a test's. */
export interface World {
	readonly openEngine: () => Promise<unknown>;
	readonly queryLake: typeof queryLake;
}

export interface LakeRidesOptions {
	/** Default: the page's engine. */
	readonly world?: World;
	/** Pairs held in the page at most. */
	readonly maxPairs?: number;
	/** Where the lines of the lake's rides break, as its catalog says. */
	readonly lineBreaks?: CourseOptions;
}

/** The rides of the lake, asked for by SQL. */
export class LakeRides implements RideSource {
	readonly isOwn = false;
	readonly sql = {
		counts: cellCounts,
		through: ridesThrough,
		totals: rideTotals,
	};
	readonly #world: World;
	readonly #maxPairs: number;
	readonly #lineBreaks: CourseOptions | undefined;
	#list: Promise<RideList> | undefined;
	#numbers: ReadonlyMap<string, number> | undefined;

	constructor({
		world = { openEngine, queryLake },
		maxPairs = MAX_PAIRS,
		lineBreaks,
	}: LakeRidesOptions) {
		this.#world = world;
		this.#maxPairs = maxPairs;
		this.#lineBreaks = lineBreaks;
	}

	list(): Promise<RideList> {
		this.#list ??= this.#world.queryLake(rideList()).then(
			({ table }) => listOf(table),
			(error: unknown) => {
				this.#list = undefined;
				throw error;
			},
		);
		return this.#list;
	}

	async cells(
		window: CellWindow,
		counted: { readonly filter: RideFilter; readonly shown: CellWindow },
		options: ReadOptions,
	): Promise<WindowCells> {
		const { openEngine, queryLake } = this.#world;
		// Its own way here is not the query's time.
		await openEngine();
		const began = performance.now();
		const cost = ({ answer }: LakeAnswer) => ({
			rows: answer.rows,
			bytes: answer.plan.estimated.bytes,
			milliseconds: performance.now() - began,
		});
		const count = await queryLake(cellPairCount(window), options);
		const pairs = Number(columnOf(count.table, "pairs").get(0));
		if (pairs <= this.#maxPairs) {
			const answer = await queryLake(cellPairs(window), options);
			return {
				kind: "pairs",
				pairs: {
					cells: integers(answer.table, "cell"),
					rides: integers(answer.table, "ride"),
				},
				cost: cost(answer),
			};
		}
		const { filter, shown } = counted;
		const answer = await queryLake(cellCounts(window, filter), options);
		const seen = await this.through(shown, options);
		return {
			kind: "counts",
			counts: countsOf(answer.table, window),
			seen,
			cost: cost(answer),
		};
	}

	async through(
		window: CellWindow,
		options: ReadOptions,
	): Promise<readonly number[]> {
		const list = await this.list();
		this.#numbers ??= new Map(list.id.map((id, ride) => [id, ride]));
		const { table } = await this.#world.queryLake(
			ridesThrough(window, ANY_RIDE),
			options,
		);
		const rides: number[] = [];
		for (const id of texts(table, "ride_id")) {
			const ride = id === null ? undefined : this.#numbers.get(id);
			if (ride === undefined)
				throw new Error(`a ride of the answer is not in the list: ${id}`);
			rides.push(ride);
		}
		return rides;
	}

	async tracks(
		rideIds: readonly string[],
		options: ReadOptions,
	): Promise<readonly Track[]> {
		if (rideIds.length === 0) return [];
		const { table } = await this.#world.queryLake(
			trackPoints(rideIds),
			options,
		);
		return tracksOfAnswer(table, this.#lineBreaks);
	}

	async samples(
		rideIds: readonly string[],
		options: ReadOptions,
	): Promise<number> {
		if (rideIds.length === 0) return 0;
		const { table } = await this.#world.queryLake(
			sampleCount(rideIds),
			options,
		);
		return Number(columnOf(table, "samples").get(0));
	}
}

function listOf(table: Table): RideList {
	return {
		id: texts(table, "ride_id").map((id) => id ?? ""),
		name: texts(table, "name"),
		kind: texts(table, "kind"),
		startedAtLocal: numbers(table, "started_at_local"),
		distanceMeters: numbers(table, "distance_m"),
		movingSeconds: numbers(table, "moving_s"),
		durationSeconds: numbers(table, "duration_s"),
		ascentMeters: numbers(table, "ascent_m"),
	};
}

function countsOf(table: Table, window: CellWindow): Uint32Array {
	const counts = new Uint32Array(window.columns * window.rows);
	const x = integers(table, "x");
	const y = integers(table, "y");
	const rides = integers(table, "rides");
	const size = 2 ** window.level;
	for (let row = 0; row < rides.length; row++) {
		const across = modulo((x[row] as number) - window.x, size);
		const down = (y[row] as number) - window.y;
		counts[down * window.columns + across] = rides[row] as number;
	}
	return counts;
}

function integers(table: Table, name: string): Int32Array {
	return columnOf(table, name).toArray() as Int32Array;
}

function texts(table: Table, name: string): (string | null)[] {
	return [...columnOf(table, name)];
}

/** Times as milliseconds. */
function numbers(table: Table, name: string): (number | null)[] {
	return [...columnOf(table, name)];
}
