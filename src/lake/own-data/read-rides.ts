import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { FileError } from "../../lib/formats/file-error.ts";
import { MAX_LEVEL } from "../../lib/geo/mercator.ts";
import {
	type DescribedRide,
	describedRide,
	isActivitiesCsv,
	readActivities,
} from "../../lib/rides/activities-csv.ts";
import type { Place } from "../../lib/rides/course.ts";
import { type RidePoint, readRide } from "../../lib/rides/read-ride.ts";
import { RideBatchWriter } from "../../lib/rides/ride-batch.ts";
import { rideFormatOf } from "../../lib/rides/ride-format.ts";
import {
	MAX_GAP_METERS,
	MAX_GAP_SECONDS,
	tracksOf,
} from "../../lib/rides/tracks.ts";
import { LakeError } from "../errors.ts";
import {
	containersOf,
	type FoundFile,
	type GivenFile,
	unpackedFile,
} from "./containers.ts";

/** Limits that no recording reaches, and that files made to fill a memory do. */
const MAX_FILE_BYTES = 256e6;
const MAX_POINTS = 5_000_000;
const MAX_CELLS_OF_A_RIDE = 4_000_000;
/** Strava writes less than a kB a ride. */
const MAX_LIST_BYTES = 64e6;

/** Cells of all rides at the finest level, once for each ride: some 400,000 km. */
const MAX_CELLS = 2 ** 24;

/** Problems told one by one; the others are counted. */
const MAX_PROBLEMS = 200;

const PROGRESS_MILLISECONDS = 100;

/** Messages wait no longer than this, as far as chunks are small. */
const BREATH_MILLISECONDS = 50;

/** How far the reading of files has come. */
export interface ReadProgress {
	readonly files: number;
	/** Those of a zip are counted once it is opened. */
	readonly totalFiles: number;
	/** Of the files that were given. */
	readonly bytes: number;
	readonly totalBytes: number;
}

/** What could not be used, whole or in part. */
export interface ReadProblem {
	readonly path: string;
	/** From 1, of a FIT file the message; null for the whole file. */
	readonly line: number | null;
	readonly reason: string;
}

/** What became of files. */
export interface ReadReport {
	/** Rides that are new. */
	readonly added: number;
	/** Files whose ride was here already. */
	readonly duplicates: number;
	/** Files of other kinds. */
	readonly otherFiles: number;
	/** Files that hold no ride and are not to blame for it, by the reason. */
	readonly notRides: readonly {
		readonly reason: string;
		readonly files: number;
	}[];
	/** The first of them. */
	readonly problems: readonly ReadProblem[];
	readonly problemCount: number;
}

/** The rides that are here before files are read. */
export interface PresentRides {
	readonly has: (rideId: string) => boolean;
	/** Of all of them at the finest level, once for each ride. */
	readonly cells: number;
}

export interface ReadRidesOptions {
	readonly signal: AbortSignal;
	readonly onProgress: (progress: ReadProgress) => void;
	/** Of one file, unpacked; by default 256 MB. */
	readonly maxFileBytes?: number;
}

/**
 * Reads files as rides: GPX, FIT, TCX and KML, also `.gz`, on their own or in zips. What
 * cannot be read is told, and the rest stays. Strava's `activities.csv` gives names and
 * kinds. A ride's id is the hash of its plain
 * bytes, as in a lake, and identical files are one ride. Memory holds the samples of
 * one file at a time, and what the rides before came to. The batch is null where
 * nothing is new. Rejects with `CancelledError` where the signal says so.
 */
export async function readRides(
	given: readonly GivenFile[],
	present: PresentRides,
	options: ReadRidesOptions,
): Promise<{ batch: Blob | null; report: ReadReport }> {
	const reading = new Reading(given, present, options);
	const containers = containersOf(given, {
		fault: (path, { line, message }) =>
			reading.problem({ path, line, reason: message }),
		goOn: () => reading.goOn(),
	});
	for await (const files of containers) await reading.readAll(files);
	return reading.finish();
}

class Reading {
	readonly #writer = new RideBatchWriter();
	readonly #present: PresentRides;
	readonly #options: ReadRidesOptions;
	readonly #ids = new Set<string>();
	readonly #problems: ReadProblem[] = [];
	readonly #notRides = new Map<string, number>();
	readonly #progress: { -readonly [Key in keyof ReadProgress]: number };
	#toldAt = 0;
	#breathedAt = 0;
	#problemCount = 0;
	#duplicates = 0;
	#otherFiles = 0;
	#cells: number;

	constructor(
		given: readonly GivenFile[],
		present: PresentRides,
		options: ReadRidesOptions,
	) {
		this.#present = present;
		this.#options = options;
		this.#cells = present.cells;
		this.#progress = {
			files: 0,
			totalFiles: 0,
			bytes: 0,
			totalBytes: given.reduce((sum, { blob }) => sum + blob.size, 0),
		};
	}

	problem(problem: ReadProblem): void {
		this.#problemCount++;
		if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
	}

	async readAll(files: readonly FoundFile[]): Promise<void> {
		this.#progress.totalFiles += files.filter(isRide).length;
		const described = new Map<string, DescribedRide>();
		for (const file of files)
			if (isActivitiesCsv(file.path)) await this.#readList(file, described);
		for (const file of files) {
			await this.#breathe();
			if (isRide(file)) {
				const about = described.get(file.path) ?? null;
				await this.#unlessFault(file, () => this.#readRide(file, about));
				this.#progress.files++;
			} else if (!isActivitiesCsv(file.path)) this.#otherFiles++;
			this.#progress.bytes += file.bytes;
		}
	}

	finish(): { batch: Blob | null; report: ReadReport } {
		const { rides } = this.#writer;
		return {
			batch: rides === 0 ? null : this.#writer.finish(),
			report: {
				added: rides,
				duplicates: this.#duplicates,
				otherFiles: this.#otherFiles,
				notRides: [...this.#notRides].map(([reason, files]) => ({
					reason,
					files,
				})),
				problems: this.#problems,
				problemCount: this.#problemCount,
			},
		};
	}

	/** What Strava's list says of the rides below its folder, by their paths. */
	async #readList(
		file: FoundFile,
		described: Map<string, DescribedRide>,
	): Promise<void> {
		const folder = file.path.slice(0, file.path.lastIndexOf("/") + 1);
		await this.#unlessFault(file, async () => {
			const decoder = new TextDecoder();
			let text = "";
			for await (const chunk of file.open()) {
				this.goOn();
				text += decoder.decode(chunk, { stream: true });
				if (text.length > MAX_LIST_BYTES)
					throw new FileError(
						`a list of more than ${MAX_LIST_BYTES / 1e6} MB is none of rides`,
					);
			}
			for (const [path, ride] of readActivities(text + decoder.decode()))
				described.set(folder + path, ride);
		});
	}

	/** Tells what a file is to blame for. */
	async #unlessFault(
		file: FoundFile,
		read: () => Promise<void>,
	): Promise<void> {
		try {
			await read();
		} catch (error) {
			if (!(error instanceof FileError)) throw error;
			const { line, message } = error;
			this.problem({ path: file.path, line, reason: message });
		}
	}

	async #readRide(
		file: FoundFile,
		described: DescribedRide | null,
	): Promise<void> {
		const format = rideFormatOf(file.path);
		if (format === null) throw new Error(`no ride by its name: ${file.path}`);
		if (this.#cells >= MAX_CELLS)
			throw new FileError("there is no room for more rides in a page");
		const hash = sha256.create();
		let passes = 0;
		const samples = new Samples();
		const codes: number[] = [];
		const notes: string[] = [];
		const ride = await readRide(
			() => this.#plainBytes(file, passes++ === 0 ? hash : null),
			format,
			{ maxGapSeconds: MAX_GAP_SECONDS, maxGapMeters: MAX_GAP_METERS },
			{
				point: (point) => samples.add(point),
				cell: (level, _x, _y, code) => {
					if (level !== MAX_LEVEL) return;
					if (codes.length === MAX_CELLS_OF_A_RIDE)
						throw new FileError("the ride passes more than a page can hold");
					codes.push(code);
				},
				reject: (line, reason) =>
					this.problem({ path: file.path, line, reason }),
				count: () => {},
				note: (text) => notes.push(text),
				drain: () => this.#breathe(),
			},
		);
		if (ride === null) {
			for (const note of notes)
				this.#notRides.set(note, (this.#notRides.get(note) ?? 0) + 1);
			return;
		}
		const id = bytesToHex(hash.digest()).slice(0, 16);
		if (this.#present.has(id) || this.#ids.has(id)) {
			this.#duplicates++;
			return;
		}
		this.#ids.add(id);
		const { name, kind } = describedRide(ride, described);
		const cells = distinct(codes);
		this.#cells += cells.length;
		this.#writer.add({
			id,
			sourceFile: file.path,
			name,
			kind,
			startedAt: ride.startedAt,
			startedAtLocal: ride.startedAtLocal,
			durationSeconds: ride.duration,
			movingSeconds: ride.moving,
			distanceMeters: ride.distance,
			ascentMeters: ride.ascent,
			start: samples.first,
			startPlace: ride.startPlace,
			pointCount: ride.pointCount,
			codes: cells,
			stretches: samples.stretches(id),
		});
	}

	/** A file's bytes, unpacked where it is packed, which the hash gets too. */
	async *#plainBytes(
		file: FoundFile,
		hash: { update(bytes: Uint8Array): unknown } | null,
	): AsyncGenerator<Uint8Array> {
		const { maxFileBytes = MAX_FILE_BYTES } = this.#options;
		const isPacked = file.path.toLowerCase().endsWith(".gz");
		let bytes = 0;
		for await (const chunk of isPacked ? unpackedFile(file) : file.open()) {
			bytes += chunk.length;
			if (bytes > maxFileBytes)
				throw new FileError(
					`the file holds more than ${maxFileBytes / 1e6} MB`,
				);
			hash?.update(chunk);
			yield chunk;
		}
		if (bytes === 0)
			throw new FileError(
				isPacked ? "the compressed file is empty" : "the file is empty",
			);
	}

	/**
	 * As {@link goOn}, and now and then lets messages in: bytes that are at hand come
	 * without a turn of the event loop, and a cancel would not be heard.
	 */
	async #breathe(): Promise<void> {
		const now = performance.now();
		if (now - this.#breathedAt >= BREATH_MILLISECONDS) {
			await new Promise((resolve) => setTimeout(resolve));
			this.#breathedAt = performance.now();
		}
		this.goOn();
	}

	/** Throws where nobody wants it any more; else tells how far it is. */
	goOn(): void {
		const { signal, onProgress } = this.#options;
		if (signal.aborted) throw new LakeError("CancelledError", "cancelled");
		const now = performance.now();
		if (now - this.#toldAt < PROGRESS_MILLISECONDS) return;
		this.#toldAt = now;
		onProgress({ ...this.#progress });
	}
}

/** The samples of one ride, by columns. */
class Samples {
	readonly #segment: number[] = [];
	readonly #seq: number[] = [];
	readonly #timeMs: number[] = [];
	readonly #longitude: number[] = [];
	readonly #latitude: number[] = [];

	add(point: RidePoint): void {
		if (this.#seq.length === MAX_POINTS)
			throw new FileError(`the ride has more than ${MAX_POINTS} points`);
		this.#segment.push(point.segment);
		this.#seq.push(point.seq);
		this.#timeMs.push(
			point.time === null ? Number.NaN : Math.floor(point.time / 1000),
		);
		this.#longitude.push(point.longitude);
		this.#latitude.push(point.latitude);
	}

	get first(): Place | null {
		const [longitude, latitude] = [this.#longitude[0], this.#latitude[0]];
		return longitude === undefined || latitude === undefined
			? null
			: { longitude, latitude };
	}

	stretches(rideId: string): readonly Float64Array[] {
		const [track] = tracksOf({
			rideId: () => rideId,
			segment: this.#segment,
			seq: this.#seq,
			timeMs: this.#timeMs,
			longitude: this.#longitude,
			latitude: this.#latitude,
		});
		return track?.stretches ?? [];
	}
}

function isRide({ path }: FoundFile): boolean {
	return rideFormatOf(path) !== null;
}

/** Codes of one ride, each once, rising. */
function distinct(codes: readonly number[]): Float64Array {
	const sorted = Float64Array.from(codes).sort();
	let kept = 0;
	for (let at = 0; at < sorted.length; at++)
		if (at === 0 || sorted[at] !== sorted[at - 1])
			sorted[kept++] = sorted[at] as number;
	return sorted.slice(0, kept);
}
