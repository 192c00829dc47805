import {
	batch,
	computed,
	effect,
	type ReadonlySignal,
	type Signal,
	signal,
} from "@preact/signals";
import type { Progress } from "../../../workers/engine-api.ts";
import { numbersIn, type RideList } from "../../lib/rides/list.ts";
import type { Track } from "../../lib/rides/tracks.ts";
import { formatCount } from "../../lib/text/format.ts";
import type { DrawName } from "../../maps/cells/legend.ts";
import type { Picture } from "./model.ts";
import type { RideSource } from "./ride-source.ts";

/** Lines of more rides or samples than these are not drawn: 24 MB, and 10 MB to read. */
const MAX_RIDES = 2000;
const MAX_SAMPLES = 1_500_000;

/** Samples that stay in the page for when their rides come into view again: 48 MB. */
const RESIDENT_SAMPLES = 3_000_000;

/** Why lines are not drawn. */
export interface TooMany {
	readonly rides: number;
	/** Null where the rides alone are too many. */
	readonly samples: number | null;
	readonly maxRides: number;
	readonly maxSamples: number;
}

/** What lines are made of: the page's model, or a test's. */
export interface LineWorld {
	readonly picture: ReadonlySignal<Pick<Picture, "rides"> | null>;
	readonly list: ReadonlySignal<RideList | null>;
	/** Asks for the rides of the view, where the picture does not know them. */
	readonly retry: () => void;
}

export interface LineLimits {
	readonly rides: number;
	readonly samples: number;
	readonly resident: number;
}

/**
 * The tracks of the rides in view, read where lines are asked for. What was read
 * stays in the page and is not asked for again.
 */
export class LineModel {
	/** Of the view as it was when they came; null where cells are drawn. */
	readonly tracks: Signal<readonly Track[] | null> = signal(null);
	readonly tooMany: Signal<TooMany | null> = signal(null);
	readonly problem: Signal<unknown> = signal(null);
	/** Null while nothing is read. */
	readonly loading: Signal<{
		readonly bytes: number;
		readonly totalBytes: number;
	} | null> = signal(null);
	/** What the map draws: cells where lines are not there, or not yet. */
	readonly drawn: ReadonlySignal<DrawName> = computed(() =>
		this.tracks.value === null ? "cells" : "lines",
	);

	readonly #source: Pick<RideSource, "tracks" | "samples">;
	readonly #world: LineWorld;
	readonly #limits: LineLimits;
	/** Least recently used first. */
	readonly #resident = new Map<string, Track>();
	#residentSamples = 0;
	#reading: AbortController | null = null;

	constructor(
		source: Pick<RideSource, "tracks" | "samples">,
		world: LineWorld,
		limits: LineLimits = {
			rides: MAX_RIDES,
			samples: MAX_SAMPLES,
			resident: RESIDENT_SAMPLES,
		},
	) {
		this.#source = source;
		this.#world = world;
		this.#limits = limits;
	}

	/** Follows the picture until the returned function is called. */
	start(draw: ReadonlySignal<DrawName>): () => void {
		const { picture, list } = this.#world;
		let hasAsked = false;
		const stop = effect(() => {
			const rides = picture.value?.rides ?? null;
			if (draw.value === "cells") {
				this.#reading?.abort();
				hasAsked = false;
				batch(() => {
					this.tracks.value = null;
					this.#rest();
				});
				return;
			}
			if (rides === null || list.value === null) {
				if (picture.value !== null && !hasAsked) {
					hasAsked = true;
					queueMicrotask(() => this.#world.retry());
				}
				return;
			}
			hasAsked = false;
			const { id } = list.value;
			void this.#show(numbersIn(rides).map((ride) => id[ride] as string));
		});
		return () => {
			stop();
			this.#reading?.abort();
		};
	}

	/** Reads again what did not come. */
	retry(): void {
		const { picture, list } = this.#world;
		const rides = picture.peek()?.rides ?? null;
		const ids = list.peek()?.id;
		if (rides !== null && ids !== undefined)
			void this.#show(numbersIn(rides).map((ride) => ids[ride] as string));
	}

	async #show(rideIds: readonly string[]): Promise<void> {
		this.#reading?.abort();
		const controller = new AbortController();
		this.#reading = controller;
		const { signal } = controller;
		const missing = rideIds.filter((id) => !this.#resident.has(id));
		const options = {
			signal,
			onProgress: (progress: Progress) => {
				if (progress.stage === "fetch" && !signal.aborted)
					this.loading.value = progress;
			},
		};
		try {
			if (missing.length > 0)
				batch(() => {
					this.#rest();
					this.loading.value = { bytes: 0, totalBytes: 0 };
				});
			const tooMany = await this.#tooMany(rideIds, missing, options);
			if (signal.aborted) return;
			if (tooMany !== null) {
				batch(() => {
					this.#rest();
					this.tracks.value = null;
					this.tooMany.value = tooMany;
				});
				return;
			}
			if (missing.length > 0) {
				this.#keep(missing, await this.#source.tracks(missing, options));
				if (signal.aborted) return;
			}
			const tracks = this.#used(rideIds);
			batch(() => {
				this.#rest();
				this.tracks.value = tracks;
			});
		} catch (error) {
			if (signal.aborted) return;
			batch(() => {
				this.#rest();
				this.tracks.value = null;
				this.problem.value = error;
			});
		}
	}

	async #tooMany(
		rideIds: readonly string[],
		missing: readonly string[],
		options: Parameters<RideSource["samples"]>[1],
	): Promise<TooMany | null> {
		const limits = {
			maxRides: this.#limits.rides,
			maxSamples: this.#limits.samples,
		};
		const rides = rideIds.length;
		if (rides > limits.maxRides) return { rides, samples: null, ...limits };
		const samples =
			missing.length === 0
				? this.#residentSamplesOf(rideIds)
				: await this.#source.samples(rideIds, options);
		return samples > limits.maxSamples ? { rides, samples, ...limits } : null;
	}

	#residentSamplesOf(rideIds: readonly string[]): number {
		return rideIds.reduce((sum, id) => {
			const track = this.#resident.get(id);
			return track === undefined ? sum : sum + samplesOf(track);
		}, 0);
	}

	/** Nothing is being read, nothing is wrong. */
	#rest(): void {
		this.loading.value = null;
		this.problem.value = null;
		this.tooMany.value = null;
	}

	/** A ride without samples is known by an empty track. */
	#keep(rideIds: readonly string[], tracks: readonly Track[]): void {
		for (const rideId of rideIds)
			this.#resident.set(rideId, { rideId, stretches: [] });
		for (const track of tracks) {
			this.#resident.set(track.rideId, track);
			this.#residentSamples += samplesOf(track);
		}
	}

	/** The tracks of rides, which are now the last used; others go where there is no room. */
	#used(rideIds: readonly string[]): Track[] {
		const tracks: Track[] = [];
		for (const id of rideIds) {
			const track = this.#resident.get(id);
			if (track === undefined) continue;
			this.#resident.delete(id);
			this.#resident.set(id, track);
			tracks.push(track);
		}
		const others = [...this.#resident.values()].slice(
			0,
			-tracks.length || undefined,
		);
		for (const track of others) {
			if (this.#residentSamples <= this.#limits.resident) break;
			this.#resident.delete(track.rideId);
			this.#residentSamples -= samplesOf(track);
		}
		return tracks;
	}
}

function samplesOf({ stretches }: Track): number {
	return stretches.reduce((sum, line) => sum + line.length / 2, 0);
}

/** Why there are no lines, and what to do, for the visitor. */
export function tooManySentence(tooMany: TooMany): string {
	const { rides, samples, maxRides, maxSamples } = tooMany;
	const what =
		samples === null
			? `of up to ${formatCount(maxRides)} rides, and ${formatCount(rides)} pass this view`
			: `of up to ${formatCount(maxSamples)} samples, and the ${formatCount(rides)} rides in this view have ${formatCount(samples)}`;
	return `Lines are drawn ${what}: zoom in, or let fewer rides count. Until then the map shows cells.`;
}
