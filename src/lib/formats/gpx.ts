import { MAX_TEXT_LENGTH, shortText } from "./short-text.ts";
import type { ToldPoint } from "./told-point.ts";
import { type Attributes, readXml, type XmlHandler } from "./xml.ts";

/** A `trkpt` or `rtept`; its segments are those of tracks, or routes. */
export interface GpxPoint extends ToldPoint {
	/** Tracks, or routes, counted from 0. */
	readonly track: number;
	/** Of the track (or route), see {@link shortText}; null where none stands before the point. */
	readonly trackName: string | null;
}

export interface GpxHeader {
	/** Of the first track (or route) that has one, else of the file. */
	readonly name: string | null;
	/** `<type>` of the first track (or route) that has one. */
	readonly kind: string | null;
	readonly waypoints: number;
	/** The first of those that have a name, {@link MAX_NAMED} at most; a longer text is no name. */
	readonly named: readonly GpxWaypoint[];
}

/** A `wpt` as the file has it; texts, null where absent. */
export interface GpxWaypoint {
	readonly name: string;
	readonly latitude: string | null;
	readonly longitude: string | null;
}

/** Nobody marks more by hand; a file may hold a whole guide book. */
const MAX_NAMED = 1000;

type Course = "track" | "route";

const ELEMENTS = {
	track: { course: "trk", part: "trkseg", point: "trkpt" },
	route: { course: "rte", part: "rte", point: "rtept" },
} as const satisfies Record<Course, object>;

/**
 * Reads GPX, 1.0 or 1.1, as a stream. Tracks make the course; where there is no track
 * point, routes do, for which the bytes are opened once more. `onPoint` gets each
 * point and `onChunk` is awaited now and then. Throws a FileError as {@link readXml} does.
 */
export async function readGpx(
	open: () => AsyncGenerator<Uint8Array>,
	onPoint: (point: GpxPoint) => void,
	onChunk: () => Promise<void>,
): Promise<GpxHeader> {
	const format = { name: "GPX", root: "gpx" };
	const track = new GpxReader("track", onPoint);
	await readXml(open(), format, track, onChunk);
	if (track.points > 0 || track.otherPoints === 0) return track.header();
	const route = new GpxReader("route", onPoint);
	await readXml(open(), format, route, onChunk);
	return route.header();
}

/** The element whose text is being gathered, by its place. */
type Field =
	| "elevation"
	| "time"
	| "courseName"
	| "fileName"
	| "kind"
	| "waypointName";

class GpxReader implements XmlHandler {
	/** Points of the course looked for, and of the other kind. */
	points = 0;
	otherPoints = 0;
	readonly #elements: (typeof ELEMENTS)[Course];
	readonly #otherPoint: string;
	readonly #onPoint: (point: GpxPoint) => void;
	#segment = -1;
	#track = -1;
	#trackName: string | null = null;
	#waypoints = 0;
	readonly #named: GpxWaypoint[] = [];
	/** Of the waypoint that is open. */
	#place: Omit<GpxWaypoint, "name"> | null = null;
	#courseName: string | null = null;
	#fileName: string | null = null;
	#kind: string | null = null;
	#point: { -readonly [Key in keyof GpxPoint]: GpxPoint[Key] } | null = null;
	#field: Field | null = null;
	#text = "";

	constructor(course: Course, onPoint: (point: GpxPoint) => void) {
		this.#elements = ELEMENTS[course];
		this.#otherPoint = ELEMENTS[course === "track" ? "route" : "track"].point;
		this.#onPoint = onPoint;
	}

	header(): GpxHeader {
		return {
			name: this.#courseName ?? this.#fileName,
			kind: this.#kind,
			waypoints: this.#waypoints,
			named: this.#named,
		};
	}

	open(
		name: string,
		attributes: Attributes,
		path: readonly string[],
		line: number,
	): void {
		const { course, part, point } = this.#elements;
		const parent = path.at(-1);
		if (name === course) {
			this.#track++;
			this.#trackName = null;
		}
		if (name === part) this.#segment++;
		if (name === point && parent === part) {
			this.points++;
			this.#point = {
				track: this.#track,
				trackName: this.#trackName,
				segment: this.#segment,
				line,
				latitude: attributes.lat ?? null,
				longitude: attributes.lon ?? null,
				elevation: null,
				time: null,
			};
		} else if (name === this.#otherPoint) this.otherPoints++;
		else if (name === "wpt" && parent === "gpx") {
			this.#waypoints++;
			this.#place = {
				latitude: attributes.lat ?? null,
				longitude: attributes.lon ?? null,
			};
		} else if (parent === "wpt") {
			if (name === "name") this.#start("waypointName");
		} else if (parent === point) {
			if (name === "ele") this.#start("elevation");
			else if (name === "time") this.#start("time");
		} else if (parent === course) {
			if (name === "name") this.#start("courseName");
			else if (name === "type") this.#start("kind");
		} else if (name === "name" && (parent === "metadata" || parent === "gpx"))
			this.#start("fileName");
	}

	#start(field: Field): void {
		this.#field = field;
		this.#text = "";
	}

	text(text: string): void {
		if (this.#field !== null) this.#text += text;
	}

	close(name: string): void {
		if (this.#field !== null) {
			const isTooLong =
				this.#field === "waypointName" && this.#text.length > MAX_TEXT_LENGTH;
			if (!isTooLong) this.#keep(this.#field, this.#text.trim());
			this.#field = null;
		}
		if (name === "wpt") this.#place = null;
		if (this.#point !== null && name === this.#elements.point) {
			this.#onPoint(this.#point);
			this.#point = null;
		}
	}

	#keep(field: Field, text: string): void {
		if (text === "") return;
		switch (field) {
			case "elevation":
				if (this.#point !== null) this.#point.elevation = text;
				break;
			case "time":
				if (this.#point !== null) this.#point.time = text;
				break;
			case "courseName":
				this.#courseName ??= text;
				this.#trackName ??= shortText(text);
				break;
			case "fileName":
				this.#fileName ??= text;
				break;
			case "kind":
				this.#kind ??= text;
				break;
			case "waypointName":
				if (this.#place !== null && this.#named.length < MAX_NAMED)
					this.#named.push({ name: text, ...this.#place });
				break;
			default:
				throw new Error(`unknown field: ${field satisfies never}`);
		}
	}
}
