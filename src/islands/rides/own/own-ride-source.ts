import type { Remote } from "comlink";
import type { HeldCells, RidesApi } from "../../../../workers/rides-api.ts";
import type { Lifeline } from "../../../lake/engine/lifeline.ts";
import type { CellWindow } from "../../../lib/geo/grid.ts";
import type { RideFilter } from "../../../lib/rides/filter.ts";
import type { RideList } from "../../../lib/rides/list.ts";
import type { Track } from "../../../lib/rides/tracks.ts";
import {
	cellCounts,
	type RideTables,
	ridesThrough,
	rideTotals,
} from "../../../queries/rides.ts";
import { cancelled } from "../../shared/engine/unless-aborted.ts";
import type { ReadOptions, RideSource, WindowCells } from "../ride-source.ts";

/** A pair or a count that comes from the worker. */
const BYTES_PER_ROW = 8;

/** Asks the worker that holds the visitor's own rides. */
export class OwnRideSource implements RideSource {
	readonly isOwn = true;
	readonly sql: RideSource["sql"];
	readonly #list: RideList;
	readonly #api: Remote<RidesApi>;
	readonly #lifeline: Lifeline;

	constructor(
		list: RideList,
		/** Where SQL finds these rides. */
		tables: () => RideTables,
		{
			api,
			lifeline,
		}: { readonly api: Remote<RidesApi>; readonly lifeline: Lifeline },
	) {
		this.#list = list;
		this.sql = {
			counts: (window, filter) => cellCounts(window, filter, tables()),
			through: (window, filter) => ridesThrough(window, filter, tables()),
			totals: (window, filter) => rideTotals(window, filter, tables()),
		};
		this.#api = api;
		this.#lifeline = lifeline;
	}

	async list(): Promise<RideList> {
		return this.#list;
	}

	async cells(
		window: CellWindow,
		counted: { readonly filter: RideFilter; readonly shown: CellWindow },
		{ signal }: ReadOptions,
	): Promise<WindowCells> {
		const began = performance.now();
		const cells = await this.#unlessAborted<HeldCells>(
			this.#api.cells(window, counted),
			signal,
		);
		const rows =
			cells.kind === "pairs" ? cells.pairs.cells.length : cells.counts.length;
		const cost = {
			rows,
			bytes: rows * BYTES_PER_ROW,
			milliseconds: performance.now() - began,
		};
		return { ...cells, cost };
	}

	through(
		window: CellWindow,
		{ signal }: ReadOptions,
	): Promise<readonly number[]> {
		return this.#unlessAborted(this.#api.through(window), signal);
	}

	tracks(
		rideIds: readonly string[],
		{ signal }: ReadOptions,
	): Promise<readonly Track[]> {
		return this.#unlessAborted(this.#api.tracks(rideIds), signal);
	}

	samples(
		rideIds: readonly string[],
		{ signal }: ReadOptions,
	): Promise<number> {
		return this.#unlessAborted(this.#api.samples(rideIds), signal);
	}

	/** What the worker says, unless nobody wants it any more. */
	async #unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
		const answer = await this.#lifeline.hold(work);
		if (!signal.aborted) return answer;
		throw cancelled();
	}
}
