import { FileError } from "../formats/file-error.ts";
import { type FitHeader, readFit } from "../formats/fit.ts";
import { type GpxWaypoint, readGpx } from "../formats/gpx.ts";
import { readKml } from "../formats/kml.ts";
import { MAX_TEXT_LENGTH, shortText } from "../formats/short-text.ts";
import { readTcx } from "../formats/tcx.ts";
import { parseTime } from "../formats/time.ts";
import { MAX_LATITUDE } from "../geo/mercator.ts";
import { CellCollector, type CellSink } from "./cells.ts";
import { Course, type CourseOptions, type Place } from "./course.ts";
import { kindNamed } from "./kind.ts";
import { localTime } from "./local-time.ts";
import { crossesHidden, isHidden, type RidePrivacy } from "./privacy.ts";
import type { RideFormat } from "./ride-format.ts";
import { type NamedPlace, startPlaceOf } from "./start-place.ts";

/** What the owner of the rides may choose. */
export interface RideOptions extends CourseOptions {
	/** Default: nothing is hidden. */
	readonly privacy?: RidePrivacy;
	/** Places that the owner has named; default: none. */
	readonly places?: readonly NamedPlace[];
}

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
	/** A cell that the ride passes, at every level; but for those of a very long ride, they come after the points. */
	readonly cell: CellSink;
	/** What could not be used. `line` counts from 1, in a FIT file messages; null for the whole file. */
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
	/** As the kind, see `shortText`. */
	readonly name: string | null;
	readonly kind: string | null;
	/**
	 * UTC; null without times, as the two durations are. Where times of day are dropped,
	 * this and the next are the midnight before it by the clocks where it started.
	 */
	readonly startedAt: number | null;
	/** What clocks showed where it started, as if it were UTC. */
	readonly startedAtLocal: number | null;
	/** Of the times, whether those of day are dropped or not: to compare rides, and not to be shown. */
	readonly span: readonly [first: number, last: number] | null;
	/** Last minus first time. */
	readonly duration: number | null;
	readonly moving: number | null;
	readonly distance: number;
	/** Null without elevations. */
	readonly ascent: number | null;
	/** Name of the place where it starts, see `startPlaceOf`. */
	readonly startPlace: string | null;
	readonly pointCount: number;
	/** Whether cells may have been named twice; only those of a very long ride are. */
	readonly cellsRepeat: boolean;
}

/** A sample as a file has it: a text that is still to be read, or a number in the ride's units. */
interface RawPoint {
	readonly segment: number;
	/** From 1; of a FIT file the message. */
	readonly line: number;
	readonly latitude: string | number | null;
	readonly longitude: string | number | null;
	readonly elevation: string | number | null;
	readonly time: string | number | null;
}

/** What a file says besides its points. */
interface RideHeader {
	readonly name: string | null;
	readonly kind: string | null;
	/** Why it has no point, where it has none: `isRide` tells a fault from what is left out. */
	readonly whyEmpty: string;
	readonly isRide: boolean;
	/** Places with a name. Those of courses in TCX and FIT name turns, and are left out. */
	readonly waypoints: readonly NamedPlace[];
}

type Open = () => AsyncGenerator<Uint8Array>;

/** How the formats are read: each gives its points to the reader, and its header back. */
const FORMATS: Readonly<
	Record<
		RideFormat,
		(open: Open, reader: RideReader, sink: RideSink) => Promise<RideHeader>
	>
> = {
	gpx: async (open, reader, sink) => {
		const header = await readGpx(open, reader.add, () => sink.drain());
		return {
			...header,
			whyEmpty:
				header.waypoints > 0
					? "the file has waypoints only: no track and no route"
					: "the file has no point",
			isRide: true,
			waypoints: header.named.flatMap(namedPlace),
		};
	},
	tcx: async (open, reader, sink) => {
		const header = await readTcx(
			open,
			(point) => {
				if (point.latitude === null && point.longitude === null)
					sink.count(PLACELESS);
				else reader.add(point);
			},
			() => sink.drain(),
		);
		return { ...header, whyEmpty: INDOORS, isRide: false, waypoints: [] };
	},
	kml: async (open, reader, sink) => {
		const header = await readKml(open, reader.add, () => sink.drain());
		return {
			...header,
			kind: null,
			whyEmpty: "left out: KML without a track or a line",
			isRide: false,
			waypoints: [],
		};
	},
	fit: async (open, reader, sink) => {
		const header = await readFit(
			open,
			({ message, ...point }) => {
				if (point.latitude === null) sink.count(PLACELESS);
				else reader.add({ ...point, line: message });
			},
			() => sink.drain(),
		);
		if (header.cut !== null) rejectCut(header.cut, reader, sink);
		const isOther =
			header.type !== null && !FIT_TYPES_OF_RIDES.includes(header.type);
		return {
			name: null,
			kind: header.kind,
			whyEmpty: isOther
				? `left out: a FIT file of the type ${header.type}, which is no ride`
				: INDOORS,
			isRide: false,
			waypoints: [],
		};
	},
};

/** Samples of the heart, of power and the like; they are no points. */
const PLACELESS = "samples without a position";

const INDOORS = "left out: recorded without a position, as indoors";

const FIT_TYPES_OF_RIDES: readonly string[] = ["activity", "course"];

function rejectCut(
	{ message, bytes, announced }: NonNullable<FitHeader["cut"]>,
	reader: RideReader,
	sink: RideSink,
): void {
	const where =
		announced === null
			? "the recording was never closed"
			: `the file ends in the middle, after ${bytes} of ${announced} bytes`;
	if (reader.read + reader.hidden === 0)
		throw new FileError(where, { line: message });
	sink.reject(message, `${where}: what was recorded before is kept`, "");
}

/**
 * Reads a file as one ride. A point that cannot be used is rejected with its line and
 * the rest stays; a time that cannot be read, or that no ride can have, is recorded
 * likewise and its point kept without one; an elevation that cannot be read is counted. Of a FIT file that is cut
 * off, what came before is kept, and the cut is rejected. Null for a file that holds no
 * ride and is not to blame for it, such as one recorded indoors; a note says so.
 *
 * Points within a privacy zone are as if they had never been recorded: nothing is given
 * of them but their number, no line leads into a zone, and start, length and durations
 * are those of what is left. Samples of rejects are left empty where they could tell.
 *
 * `open` gives the plain bytes, and is called once more for a GPX file that holds
 * routes only, and a KML file without times. Throws a {@link FileError} where there is no ride: what was given before
 * is to be dropped. The counts are complete either way.
 */
export async function readRide(
	open: Open,
	format: RideFormat,
	options: RideOptions,
	sink: RideSink,
): Promise<Ride | null> {
	const reader = new RideReader(options, sink);
	let kept = false;
	try {
		const header = await FORMATS[format](open, reader, sink);
		const ride = reader.finish(header);
		kept = true;
		return ride;
	} finally {
		const { read, rejected, hidden } = reader;
		if (hidden > 0) sink.count("points within privacy zones", hidden);
		sink.count("points read", read);
		sink.count("points rejected", rejected);
		sink.count("points of rejected files", kept ? 0 : read - rejected);
	}
}

class RideReader {
	/** Points outside of privacy zones, and how many of them cannot be used. */
	read = 0;
	rejected = 0;
	/** Points within privacy zones. */
	hidden = 0;
	readonly #privacy: RidePrivacy;
	readonly #places: readonly NamedPlace[];
	readonly #sink: RideSink;
	readonly #cells: CellCollector;
	readonly #course: Course;
	#last: Place | null = null;
	/** Segments that privacy zones have added. */
	#cuts = 0;
	#isCut = false;

	constructor(options: RideOptions, sink: RideSink) {
		this.#privacy = options.privacy ?? NO_PRIVACY;
		this.#places = options.places ?? [];
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

	readonly add = (point: RawPoint): void => {
		const place = placeOf(point);
		if (typeof place === "string") {
			this.read++;
			this.rejected++;
			const mayTell = this.#privacy.zones.length > 0;
			this.#sink.reject(
				point.line,
				place,
				mayTell
					? ""
					: `lat="${point.latitude ?? ""}" lon="${point.longitude ?? ""}"`,
			);
			return;
		}
		if (isHidden(this.#privacy.zones, place)) {
			this.hidden++;
			this.#isCut = true;
			return;
		}
		this.read++;
		this.#cutBefore(place);
		const { longitude, latitude } = place;
		const segment = point.segment + this.#cuts;
		const elevation = elevationOf(point, this.#sink);
		const time = this.#timeOf(point);
		this.#sink.point({
			segment,
			seq: this.#course.points,
			time: this.#privacy.dropTimesOfDay ? null : time,
			longitude,
			latitude,
			elevation,
		});
		this.#course.add({ longitude, latitude, segment, elevation, time });
	};

	/** Ends the segment where the way from the last point led through a zone. */
	#cutBefore(place: Place): void {
		const last = this.#last;
		if (
			last !== null &&
			(this.#isCut || crossesHidden(this.#privacy.zones, last, place))
		)
			this.#cuts++;
		this.#isCut = false;
		this.#last = place;
	}

	/** Microseconds since 1970. */
	#timeOf({ time, line }: RawPoint): number | null {
		if (time === null) return null;
		const micros =
			typeof time === "number" ? time : (parseTime(time)?.micros ?? null);
		if (micros !== null && micros >= MIN_TIME && micros < MAX_TIME)
			return micros;
		this.#sink.reject(
			line,
			micros === null
				? "the time cannot be read: the point is kept without it"
				: "the time is before 1990 or after 2100, from a clock that was wrong: the point is kept without it",
			this.#privacy.dropTimesOfDay ? "" : String(time),
		);
		return null;
	}

	finish({ name, kind, whyEmpty, isRide, waypoints }: RideHeader): Ride | null {
		const course = this.#course;
		const { start, firstTime, lastTime } = course;
		if (this.hidden > 0 && course.points < 2) {
			this.hidden += course.points;
			this.read -= course.points;
			this.#sink.note("left out: it lies within the privacy zones");
			return null;
		}
		if (this.read === 0) {
			if (isRide) throw new FileError(whyEmpty);
			this.#sink.note(whyEmpty);
			return null;
		}
		if (start === null) throw new FileError("no point of the file can be used");
		if (course.points === 1)
			throw new FileError(
				"a ride needs two points, the file has one that can be used",
			);
		this.#cells.finish();
		if (firstTime === null)
			this.#sink.note("no times: kept as an undated ride");
		const span =
			firstTime === null || lastTime === null
				? null
				: ([firstTime, lastTime] as const);
		const local = firstTime === null ? null : localTime(firstTime, start);
		const day = local === null ? null : midnightBefore(local);
		const { dropTimesOfDay, dropWaypointNames } = this.#privacy;
		for (const text of [name, kind])
			if (text !== null && text.length > MAX_TEXT_LENGTH)
				this.#sink.note(
					`a name or kind of more than ${MAX_TEXT_LENGTH} letters is cut`,
				);
		return {
			name: name === null ? null : shortText(name),
			kind: kind === null ? null : kindNamed(shortText(kind)),
			startedAt: dropTimesOfDay ? day : firstTime,
			startedAtLocal: dropTimesOfDay ? day : local,
			span,
			duration: span === null ? null : (span[1] - span[0]) / 1e6,
			moving: span === null ? null : course.moving / 1e6,
			distance: course.distance,
			ascent: course.ascent,
			startPlace: startPlaceOf(
				start,
				this.#places,
				dropWaypointNames ? [] : waypoints,
				this.#privacy,
			),
			pointCount: course.points,
			cellsRepeat: this.#cells.split,
		};
	}
}

const NO_PRIVACY: RidePrivacy = { zones: [], dropTimesOfDay: false };

/**
 * Times that are taken for a ride's, in microseconds since 1970, the end exclusive: a single one
 * of another century would stretch every timeline. Clocks that were never set begin at 1970, those
 * of GPS at 1980, and FIT's at the end of 1989.
 */
const MIN_TIME = Date.UTC(1990, 0) * 1000;
const MAX_TIME = Date.UTC(2101, 0) * 1000;

const DAY_MICROS = 86_400e6;

function midnightBefore(micros: number): number {
	return Math.floor(micros / DAY_MICROS) * DAY_MICROS;
}

/** A point's place, or what is wrong with it. */
function placeOf(point: RawPoint): Place | string {
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
	// As devices write it until they know.
	if (latitude === 0 && longitude === 0)
		return "latitude and longitude are 0: the position was not known";
	return { longitude, latitude };
}

/** A waypoint where it can be, none where its place cannot be read. */
function namedPlace({ name, latitude, longitude }: GpxWaypoint): NamedPlace[] {
	const place = {
		name,
		latitude: decimal(latitude) ?? Number.NaN,
		longitude: decimal(longitude) ?? Number.NaN,
	};
	return Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180
		? [place]
		: [];
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** As programs write numbers that ask the system for its decimal sign. */
const WITH_COMMA = /^[^,.]*,\d[^,.]*$/;

function decimal(value: string | number | null): number | null {
	if (value === null || typeof value === "number") return value;
	if (DECIMAL.test(value)) return Number(value);
	const trimmed = value.trim();
	if (DECIMAL.test(trimmed)) return Number(trimmed);
	return WITH_COMMA.test(trimmed) ? decimal(trimmed.replace(",", ".")) : null;
}

function elevationOf(point: RawPoint, sink: RideSink): number | null {
	const elevation = decimal(point.elevation);
	const readable = elevation !== null && Number.isFinite(elevation);
	if (point.elevation !== null && !readable)
		sink.count("elevations that cannot be read");
	return readable ? elevation : null;
}
