import { FileError } from "../formats/file-error.ts";
import { type GpxHeader, type GpxPoint, readGpx } from "../formats/gpx.ts";
import { parseTime } from "../formats/time.ts";
import { MAX_LATITUDE } from "../mercator.ts";
import { CellCollector, type CellSink } from "./cells.ts";
import { Course, type CourseOptions } from "./course.ts";
import { localTime } from "./local-time.ts";
import type { RideFormat } from "./ride-format.ts";

/** What the owner of the rides may choose. */
export type RideOptions = CourseOptions;

/** A sample that is kept; degrees, metres, microseconds since 1970 (UTC). */
export interface RidePoint {
	/** Counted from 0; some may have no point. */
	readonly segment: number;
	/** Place among the ride's points, from 0. */
	readonly seq: number;
	readonly time: number | null;
	readonly longitude: number;
	readonly latitude: number;
	readonly elevation: number | null;
}

/** Where the reader of a ride puts what it finds. */
export interface RideSink {
	point(point: RidePoint): void;
	/** A cell that the ride passes, at every level; they come after the points. */
	readonly cell: CellSink;
	/** What could not be used. `line` counts from 1, null for the whole file. */
	reject(line: number | null, reason: string, sample: string): void;
	/** Adds to a named count, such as `points read`. */
	count(name: string, by?: number): void;
	/** A remark on the file. */
	note(text: string): void;
	/** Awaited now and then, so that what was given can be written down. */
	drain(): Promise<void>;
}

/** A ride as a whole; microseconds since 1970, seconds, metres. */
export interface Ride {
	readonly name: string | null;
	readonly kind: string | null;
	/** UTC; null without times, as the two durations are. */
	readonly startedAt: number | null;
	/** What clocks showed where it started, as if it were UTC. */
	readonly startedAtLocal: number | null;
	/** Last minus first time. */
	readonly duration: number | null;
	readonly moving: number | null;
	readonly distance: number;
	/** Null without elevations. */
	readonly ascent: number | null;
	readonly pointCount: number;
	/** Whether cells may have been named twice; only those of a very long ride are. */
	readonly cellsRepeat: boolean;
}

/** How the formats are read: each point is given on, what is said once is handed back. */
const READERS = {
	gpx: readGpx,
} as const satisfies Record<
	RideFormat,
	(
		open: () => AsyncGenerator<Uint8Array>,
		onPoint: (point: GpxPoint) => void,
		onChunk: () => Promise<void>,
	) => Promise<GpxHeader>
>;

/**
 * Reads a file as one ride. A point that cannot be used is rejected with its
 * line and the rest stays; a time that cannot be read is recorded likewise and its
 * point kept without one; an elevation that cannot be read is counted. `open` gives
 * the plain bytes, and is called once more where a file holds routes only. Throws a
 * {@link FileError} where there is no ride: what was given before is to be dropped.
 * The counts are complete either way.
 */
export async function readRide(
	open: () => AsyncGenerator<Uint8Array>,
	format: RideFormat,
	options: RideOptions,
	sink: RideSink,
): Promise<Ride> {
	const reader = new RideReader(options, sink);
	let kept = false;
	try {
		const header = await READERS[format](open, reader.add, () => sink.drain());
		const ride = reader.finish(header);
		kept = true;
		return ride;
	} finally {
		const { read, rejected } = reader;
		sink.count("points read", read);
		sink.count("points rejected", rejected);
		sink.count("points of rejected files", kept ? 0 : read - rejected);
	}
}

class RideReader {
	read = 0;
	rejected = 0;
	readonly #sink: RideSink;
	readonly #cells: CellCollector;
	readonly #course: Course;

	constructor(options: RideOptions, sink: RideSink) {
		this.#sink = sink;
		this.#cells = new CellCollector(sink.cell);
		this.#course = new Course(options, (from, to) =>
			this.#cells.line(
				from.longitude,
				from.latitude,
				to.longitude,
				to.latitude,
			),
		);
	}

	readonly add = (point: GpxPoint): void => {
		this.read++;
		const fault = positionFault(point);
		if (fault !== null) {
			this.rejected++;
			this.#sink.reject(
				point.line,
				fault,
				`lat="${point.latitude ?? ""}" lon="${point.longitude ?? ""}"`,
			);
			return;
		}
		const sample = {
			segment: point.segment,
			longitude: Number(point.longitude),
			latitude: Number(point.latitude),
			elevation: elevationOf(point, this.#sink),
			time: timeOf(point, this.#sink),
		};
		this.#sink.point({ ...sample, seq: this.#course.points });
		this.#course.add(sample);
	};

	finish(header: GpxHeader): Ride {
		const course = this.#course;
		const { start, firstTime, lastTime } = course;
		if (start === null) throw new FileError(whyEmpty(this.read, header));
		if (course.points === 1)
			throw new FileError(
				"a ride needs two points, the file has one that can be used",
			);
		this.#cells.finish();
		if (firstTime === null)
			this.#sink.note("no times: kept as an undated ride");
		return {
			name: header.name,
			kind: header.kind,
			startedAt: firstTime,
			startedAtLocal: firstTime === null ? null : localTime(firstTime, start),
			duration:
				firstTime === null || lastTime === null
					? null
					: (lastTime - firstTime) / 1e6,
			moving: firstTime === null ? null : course.moving / 1e6,
			distance: course.distance,
			ascent: course.ascent,
			pointCount: course.points,
			cellsRepeat: this.#cells.split,
		};
	}
}

function whyEmpty(pointsRead: number, header: GpxHeader): string {
	if (pointsRead > 0) return "no point of the file can be used";
	return header.waypoints > 0
		? "the file has waypoints only: no track and no route"
		: "the file has no point";
}

/** What is wrong with a point's place, null where nothing is. */
function positionFault(point: GpxPoint): string | null {
	const latitude = decimal(point.latitude);
	const longitude = decimal(point.longitude);
	if (latitude === null)
		return point.latitude === null
			? "the point has no latitude"
			: "the latitude is not a number";
	if (longitude === null)
		return point.longitude === null
			? "the point has no longitude"
			: "the longitude is not a number";
	if (Math.abs(latitude) > 90)
		return "the latitude is not within -90 to 90 degrees";
	if (Math.abs(latitude) > MAX_LATITUDE)
		return `the latitude is beyond ${MAX_LATITUDE.toFixed(4)} degrees, where the map ends`;
	if (Math.abs(longitude) > 180)
		return "the longitude is not within -180 to 180 degrees";
	return null;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function decimal(text: string | null): number | null {
	if (text === null) return null;
	const trimmed = text.trim();
	return DECIMAL.test(trimmed) ? Number(trimmed) : null;
}

function elevationOf(point: GpxPoint, sink: RideSink): number | null {
	const elevation = decimal(point.elevation);
	const readable = elevation !== null && Number.isFinite(elevation);
	if (point.elevation !== null && !readable)
		sink.count("elevations that cannot be read");
	return readable ? elevation : null;
}

/** Microseconds since 1970. */
function timeOf(point: GpxPoint, sink: RideSink): number | null {
	if (point.time === null) return null;
	const time = parseTime(point.time);
	if (time !== null) return time.micros;
	sink.reject(
		point.line,
		"the time cannot be read: the point is kept without it",
		point.time,
	);
	return null;
}
