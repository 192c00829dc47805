import type { StartView } from "../catalog/catalog.ts";
import type { CellWindow } from "../geo/grid.ts";
import { CellIndex } from "./cell-index.ts";
import type { RideList } from "./list.ts";
import type { RideBatch, RideFacts } from "./ride-batch.ts";
import { sameTrips } from "./same-trip.ts";
import { type StartPlace, startPlacesOf } from "./start-places.ts";
import { startViewOf } from "./start-view.ts";
import type { Track } from "./tracks.ts";

/** Which rides count: all, or of those that several devices recorded on one trip, as `sameTrips` has it, one. */
export type CountedTrips = "all" | "once";

/** A ride with the cells that it passes. */
export interface StoredRide {
	readonly facts: RideFacts;
	/** Distinct Morton codes at `MAX_LEVEL`, rising. */
	readonly codes: Float64Array;
	/** Id of the ride of the same trip that counts where trips count once; null where that is this one. */
	readonly sameTripAs: string | null;
}

/** Rides in memory, and what a page asks of them; it never changes. */
export class RideStore {
	/** Those that count. */
	readonly list: RideList;
	/** Where a map of them opens; null without rides. */
	readonly startView: StartView | null;
	/** Where those that count start. */
	readonly startPlaces: readonly StartPlace[];
	/** How many rides do not count, since another of the same trip does. */
	readonly leftOut: number;
	readonly #index: CellIndex;
	readonly #rides: ReadonlyMap<string, Found>;

	/** A ride that several batches hold is the one of the first. */
	constructor(batches: readonly RideBatch[], counted: CountedTrips = "all") {
		const found = new Map<string, Found>();
		for (const batch of batches)
			for (const [place, facts] of batch.rides.entries())
				if (!found.has(facts.id)) found.set(facts.id, { facts, batch, place });
		this.#rides = found;
		const all = [...found.values()].sort(byStart);
		const beaten = counted === "all" ? null : this.#sameTrips();
		const rides = all.filter(({ facts }) => beaten?.has(facts.id) !== true);
		this.leftOut = all.length - rides.length;
		this.list = listOf(rides.map(({ facts }) => facts));
		this.#index = new CellIndex(rides.map(codesOf));
		this.startView = startViewOf(this.#index);
		this.startPlaces = startPlacesOf(rides.map(({ facts }) => facts));
	}

	has(rideId: string): boolean {
		return this.#rides.has(rideId);
	}

	/** Cells at the finest level, once for each ride that passes them, whether it counts or not. */
	get cells(): number {
		let cells = 0;
		for (const ride of this.#rides.values()) cells += codesOf(ride).length;
		return cells;
	}

	/** All rides, whether they count or not, by start. */
	all(): StoredRide[] {
		const beaten = this.#sameTrips();
		return [...this.#rides.values()].sort(byStart).map((ride) => ({
			facts: ride.facts,
			codes: codesOf(ride),
			sameTripAs: beaten.get(ride.facts.id) ?? null,
		}));
	}

	countIn(window: CellWindow): number {
		return this.#index.countIn(window);
	}

	/** Each cell and ride of a window: the cell's index, row by row, and the ride's number. */
	pairs(window: CellWindow): { cells: Int32Array; rides: Int32Array } {
		const count = this.countIn(window);
		const pairs = {
			cells: new Int32Array(count),
			rides: new Int32Array(count),
		};
		let at = 0;
		this.#index.forEachIn(window, (cell, ride) => {
			pairs.cells[at] = cell;
			pairs.rides[at++] = ride;
		});
		return pairs;
	}

	/** Rides per cell of a window, row by row, of those that a mask holds. */
	counts(window: CellWindow, counted: Uint8Array): Uint32Array {
		const counts = new Uint32Array(window.columns * window.rows);
		this.#index.forEachIn(window, (cell, ride) => {
			if (counted[ride] === 1) counts[cell] = (counts[cell] as number) + 1;
		});
		return counts;
	}

	/** Numbers of the rides that pass some cell of a window, rising. */
	through(window: CellWindow): number[] {
		const passing = new Set<number>();
		this.#index.forEachIn(window, (_cell, ride) => passing.add(ride));
		return [...passing].sort((one, other) => one - other);
	}

	/** The lines of those of some rides that are here, in any order. */
	tracks(rideIds: readonly string[]): Promise<Track[]> {
		return Promise.all(
			rideIds.flatMap((id) => {
				const ride = this.#rides.get(id);
				return ride === undefined ? [] : [ride.batch.track(ride.place)];
			}),
		);
	}

	/** How many samples the lines of some rides have. */
	samples(rideIds: readonly string[]): number {
		return rideIds.reduce(
			(sum, id) => sum + (this.#rides.get(id)?.facts.pointCount ?? 0),
			0,
		);
	}

	#sameTrips(): ReadonlyMap<string, string> {
		return sameTrips(
			[...this.#rides.values()].map((ride) => ({
				id: ride.facts.id,
				span: spanOf(ride.facts),
				points: ride.facts.pointCount,
				codes: codesOf(ride),
			})),
		);
	}
}

interface Found {
	readonly facts: RideFacts;
	readonly batch: RideBatch;
	readonly place: number;
}

function codesOf({ batch, place }: Found): Float64Array {
	return batch.codes[place] as Float64Array;
}

/** In whole microseconds, which seconds hold to the last. */
function spanOf({ startedAt, durationSeconds }: RideFacts) {
	return startedAt === null || durationSeconds === null
		? null
		: ([startedAt, startedAt + Math.round(durationSeconds * 1e6)] as const);
}

/** By start, undated last; then by id. */
function byStart({ facts: one }: Found, { facts: other }: Found): number {
	const [start, otherStart] = [
		one.startedAt ?? Infinity,
		other.startedAt ?? Infinity,
	];
	if (start !== otherStart) return start < otherStart ? -1 : 1;
	return one.id < other.id ? -1 : 1;
}

function listOf(rides: readonly RideFacts[]): RideList {
	return {
		id: rides.map(({ id }) => id),
		name: rides.map(({ name }) => name),
		kind: rides.map(({ kind }) => kind),
		startedAtLocal: rides.map(({ startedAtLocal }) =>
			startedAtLocal === null ? null : startedAtLocal / 1000,
		),
		distanceMeters: rides.map(({ distanceMeters }) => distanceMeters),
		movingSeconds: rides.map(({ movingSeconds }) => movingSeconds),
		durationSeconds: rides.map(({ durationSeconds }) => durationSeconds),
		ascentMeters: rides.map(({ ascentMeters }) => ascentMeters),
	};
}
