import type { ToldPoint } from "./told-point.ts";
import { type Attributes, readXml, type XmlHandler } from "./xml.ts";

export interface TcxHeader {
	/** Of a course; activities have none. */
	readonly name: string | null;
	/** `Sport` of the first activity that states one. */
	readonly kind: string | null;
}

/** Where text is gathered, by the element and the one around it. */
const FIELDS: Readonly<Record<string, Field>> = {
	"Trackpoint/Time": "time",
	"Position/LatitudeDegrees": "latitude",
	"Position/LongitudeDegrees": "longitude",
	"Trackpoint/AltitudeMeters": "elevation",
	"Course/Name": "name",
};

type Field = "time" | "latitude" | "longitude" | "elevation" | "name";

/**
 * Reads a Training Center file (TCX, version 2) as a stream: the trackpoints of all
 * its activities and courses. A recorder that is paused and goes on begins a new
 * `Track` within the same `Lap`, and with that a new segment. A point without a
 * position, as indoors, has neither latitude nor longitude. `onPoint` gets each
 * point and `onChunk` is awaited now and then. Throws a FileError as {@link readXml} does.
 */
export async function readTcx(
	open: () => AsyncGenerator<Uint8Array>,
	onPoint: (point: ToldPoint) => void,
	onChunk: () => Promise<void>,
): Promise<TcxHeader> {
	const reader = new TcxReader(onPoint);
	await readXml(
		open(),
		{ name: "TCX", root: "TrainingCenterDatabase" },
		reader,
		onChunk,
	);
	return reader.header();
}

class TcxReader implements XmlHandler {
	readonly #onPoint: (point: ToldPoint) => void;
	#segment = -1;
	#tracksOfLap = 0;
	#name: string | null = null;
	#kind: string | null = null;
	#point: { -readonly [Key in keyof ToldPoint]: ToldPoint[Key] } | null = null;
	#field: Field | null = null;
	#text = "";

	constructor(onPoint: (point: ToldPoint) => void) {
		this.#onPoint = onPoint;
	}

	header(): TcxHeader {
		return { name: this.#name, kind: this.#kind };
	}

	open(
		name: string,
		attributes: Attributes,
		path: readonly string[],
		line: number,
	): void {
		const parent = path.at(-1);
		switch (name) {
			case "Activity":
			case "Course":
				this.#segment++;
				this.#tracksOfLap = 0;
				if (attributes.Sport !== undefined && attributes.Sport !== "Other")
					this.#kind ??= attributes.Sport;
				break;
			case "Lap":
				this.#tracksOfLap = 0;
				break;
			case "Track":
				if (this.#tracksOfLap++ > 0) this.#segment++;
				break;
			case "Trackpoint":
				this.#point = {
					segment: this.#segment,
					line,
					latitude: null,
					longitude: null,
					elevation: null,
					time: null,
				};
				break;
			default:
				this.#field = FIELDS[`${parent}/${name}`] ?? null;
				this.#text = "";
		}
	}

	text(text: string): void {
		if (this.#field !== null) this.#text += text;
	}

	close(name: string): void {
		const text = this.#text.trim();
		if (this.#field !== null && text !== "") {
			if (this.#field === "name") this.#name ??= text;
			else if (this.#point !== null) this.#point[this.#field] = text;
		}
		this.#field = null;
		if (name === "Trackpoint" && this.#point !== null) {
			this.#onPoint(this.#point);
			this.#point = null;
		}
	}
}
