import {
	batch,
	computed,
	effect,
	type ReadonlySignal,
	type Signal,
	signal,
} from "@preact/signals";
import type { Progress } from "../../../../workers/engine-api.ts";
import type { CellWindow } from "../../../lib/geo/grid.ts";
import { newestFirst } from "../../../lib/rides/list.ts";
import type { Track } from "../../../lib/rides/tracks.ts";
import type { RidesModel } from "../model.ts";
import type { RideSource } from "../ride-source.ts";
import type { RidesState } from "../state.ts";

/** From a pointer's arrival on a ride to the reading of its track. */
const HOVER_MILLISECONDS = 80;

/** Tracks kept for another look. */
const MAX_TRACKS = 60;

/** What is known of the chosen ride's track. */
export type TrackState =
	| { readonly kind: "none" }
	| { readonly kind: "loading"; readonly bytes: number }
	| { readonly kind: "drawn"; readonly track: Track }
	| { readonly kind: "failed"; readonly error: unknown };

type Model = Pick<RidesModel, "list" | "counted" | "through" | "readList">;
type State = Pick<RidesState, "at" | "ride" | "filter">;
type Source = Pick<RideSource, "through" | "tracks" | "sql">;

/** The rides through the chosen cell, and the track of one of them. */
export class RidesThrough {
	/** Numbers of the rides that count, the newest first; null until they are known. */
	readonly listed: ReadonlySignal<readonly number[] | null>;
	/** How many rides pass the cell that do not count. */
	readonly others: ReadonlySignal<number>;
	readonly problem: Signal<unknown> = signal(null);
	/** Id of the ride that is pointed at. */
	readonly hinted: Signal<string | null> = signal(null);
	/** The lines to draw, and whose is the stronger one. */
	readonly drawn: ReadonlySignal<{
		readonly tracks: readonly Track[];
		readonly highlighted: string | null;
	}>;
	readonly chosen: Signal<TrackState> = signal({ kind: "none" });
	/** What the list is the answer of; null where no SQL asks. */
	readonly sql: ReadonlySignal<string | null>;

	readonly #model: Model;
	readonly #state: State;
	readonly #source: Source;
	/** All rides through the cell. */
	readonly #all: Signal<readonly number[] | null> = signal(null);
	readonly #tracks: Signal<ReadonlyMap<string, Track>> = signal(new Map());
	#reading: AbortController | null = null;
	#readingTrack: AbortController | null = null;

	constructor(model: Model, state: State, source: Source) {
		this.#model = model;
		this.#state = state;
		this.#source = source;
		this.listed = computed(() => {
			const list = model.list.value;
			const mask = model.counted.value;
			const all = this.#all.value;
			if (list === null || mask === null || all === null) return null;
			return newestFirst(
				list,
				all.filter((ride) => mask[ride] === 1),
			);
		});
		this.others = computed(
			() => (this.#all.value?.length ?? 0) - (this.listed.value?.length ?? 0),
		);
		this.drawn = computed(() => {
			const ids = [state.ride.value, this.hinted.value];
			const tracks = [...new Set(ids)].flatMap((id) =>
				id === null ? [] : (this.#tracks.value.get(id) ?? []),
			);
			return { tracks, highlighted: this.hinted.value ?? state.ride.value };
		});
		this.sql = computed(() => {
			const cell = state.at.value;
			return cell === null
				? null
				: source.sql.through(cell, state.filter.value).display;
		});
	}

	/** Follows the chosen cell and rides until the returned function is called. */
	start(): () => void {
		const stops = [
			effect(() => {
				const cell = this.#state.at.value;
				this.#reading?.abort();
				batch(() => {
					this.#all.value = null;
					this.problem.value = null;
					this.hinted.value = null;
				});
				if (cell !== null) this.#list(cell);
			}),
			effect(() => void this.#showTrack(this.#state.ride.value)),
			effect(() => this.#followHinted(this.hinted.value)),
		];
		return () => {
			for (const stop of stops) stop();
			this.#reading?.abort();
			this.#readingTrack?.abort();
		};
	}

	/** Lists the rides of a cell, a window of one; null closes the list. */
	choose(cell: CellWindow | null): void {
		batch(() => {
			this.#state.at.value = cell;
			this.#state.ride.value = null;
		});
	}

	retry(): void {
		const cell = this.#state.at.peek();
		this.problem.value = null;
		if (cell !== null) this.#list(cell);
	}

	retryTrack(): void {
		this.#showTrack(this.#state.ride.peek());
	}

	async #list(cell: CellWindow): Promise<void> {
		const here = this.#model.through(cell);
		if (here !== null) {
			this.#all.value = here;
			return;
		}
		const reading = new AbortController();
		this.#reading = reading;
		try {
			const [all] = await Promise.all([
				this.#source.through(cell, {
					signal: reading.signal,
					onProgress: () => {},
				}),
				this.#model.readList(),
			]);
			if (!reading.signal.aborted) this.#all.value = all;
		} catch (error) {
			if (!reading.signal.aborted) this.problem.value = error;
		}
	}

	async #showTrack(id: string | null): Promise<void> {
		this.#readingTrack?.abort();
		const reading = new AbortController();
		this.#readingTrack = reading;
		const show = (state: TrackState) => {
			if (!reading.signal.aborted) this.chosen.value = state;
		};
		if (id === null) {
			show({ kind: "none" });
			return;
		}
		if (!this.#tracks.peek().has(id)) show({ kind: "loading", bytes: 0 });
		try {
			const track = await this.#track(id, reading.signal, (bytes) =>
				show({ kind: "loading", bytes }),
			);
			show(track === null ? { kind: "none" } : { kind: "drawn", track });
		} catch (error) {
			show({ kind: "failed", error });
		}
	}

	#followHinted(id: string | null): () => void {
		if (id === null) return () => {};
		const reading = new AbortController();
		const timer = setTimeout(
			() =>
				// What is wrong is told where the ride is chosen.
				this.#track(id, reading.signal, () => {}).catch(() => {}),
			HOVER_MILLISECONDS,
		);
		return () => {
			clearTimeout(timer);
			reading.abort();
		};
	}

	/** A ride's line, null where it has none. */
	async #track(
		id: string,
		signal: AbortSignal,
		onBytes: (bytes: number) => void,
	): Promise<Track | null> {
		const kept = this.#tracks.peek().get(id);
		if (kept !== undefined) return kept;
		const [track] = await this.#source.tracks([id], {
			signal,
			onProgress: (progress: Progress) => {
				if (progress.stage === "fetch") onBytes(progress.bytes);
			},
		});
		if (track === undefined) return null;
		const tracks = [...this.#tracks.peek(), [id, track] as const];
		this.#tracks.value = new Map(tracks.slice(-MAX_TRACKS));
		return track;
	}
}
