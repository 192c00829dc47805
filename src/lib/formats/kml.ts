import type { ToldPoint } from "./told-point.ts";
import { type Attributes, readXml, type XmlHandler } from "./xml.ts";

export interface KmlHeader {
	/** Of the placemark whose track is the first, else of the document. */
	readonly name: string | null;
}

const FORMAT = { name: "KML", root: "kml" };

/**
 * Reads the tracks of a KML file as a stream: those with times (`gx:Track`), and where it has none
 * its lines, of which no times are told. A track is a segment. Areas and single places are left out. `onPoint`
 * gets each point and `onChunk` is awaited now and then. Throws a FileError as {@link readXml} does.
 * https://developers.google.com/kml/documentation/kmlreference#gxtrack
 */
export async function readKml(
	open: () => AsyncGenerator<Uint8Array>,
	onPoint: (point: ToldPoint) => void,
	onChunk: () => Promise<void>,
): Promise<KmlHeader> {
	const tracks = new KmlReader("Track", onPoint);
	await readXml(open(), FORMAT, tracks, onChunk);
	if (tracks.points > 0) return tracks.header();
	const lines = new KmlReader("LineString", onPoint);
	await readXml(open(), FORMAT, lines, onChunk);
	return lines.header();
}

class KmlReader implements XmlHandler {
	points = 0;
	readonly #track: "Track" | "LineString";
	readonly #onPoint: (point: ToldPoint) => void;
	#segment = -1;
	#documentName: string | null = null;
	#placemarkName: string | null = null;
	#name: string | null = null;
	/** Times and places of a track stand in two lists, of which either may come first. */
	#times: string[] = [];
	#places: { readonly line: number; readonly text: string }[] = [];
	/** Of the element that is read, with what is around it and its line. */
	#text: string | null = null;
	#parent: string | undefined;
	#line = 0;

	constructor(
		track: "Track" | "LineString",
		onPoint: (point: ToldPoint) => void,
	) {
		this.#track = track;
		this.#onPoint = onPoint;
	}

	header(): KmlHeader {
		return { name: this.#name ?? this.#documentName };
	}

	open(
		name: string,
		_attributes: Attributes,
		path: readonly string[],
		line: number,
	): void {
		this.#text = null;
		const parent = path.at(-1);
		if (name === "Placemark") this.#placemarkName = null;
		if (name === this.#track) {
			this.#times = [];
			this.#places = [];
		}
		const isOfTrack =
			parent === this.#track && /^(?:when|coord|coordinates)$/.test(name);
		const isName =
			name === "name" && (parent === "Placemark" || parent === "Document");
		if (!isOfTrack && !isName) return;
		this.#text = "";
		this.#parent = parent;
		this.#line = line;
	}

	text(text: string): void {
		if (this.#text !== null) this.#text += text;
	}

	close(name: string): void {
		const text = this.#text?.trim();
		this.#text = null;
		if (text !== undefined) this.#take(name, text);
		if (name === this.#track) this.#give();
	}

	#take(name: string, text: string): void {
		const line = this.#line;
		if (name === "when") this.#times.push(text);
		else if (name === "coord") this.#places.push({ line, text });
		else if (name === "coordinates")
			for (const tuple of text.split(/\s+/))
				this.#places.push({ line, text: tuple.replaceAll(",", " ") });
		else if (this.#parent === "Placemark") this.#placemarkName ??= text || null;
		else this.#documentName ??= text || null;
	}

	#give(): void {
		const places = this.#places.filter(({ text }) => text !== "");
		if (places.length === 0) return;
		this.#segment += 1;
		this.#name ??= this.#placemarkName;
		const parts = this.#places.map(({ text }) => text.split(/\s+/));
		// Who writes KML without heights often writes 0.
		const hasHeights = parts.some(([, , height = "0"]) => Number(height) !== 0);
		for (const [index, { line, text }] of this.#places.entries()) {
			if (text === "") continue;
			const [longitude = null, latitude = null, elevation = null] =
				parts[index] ?? [];
			this.points += 1;
			this.#onPoint({
				segment: this.#segment,
				line,
				latitude,
				longitude,
				elevation: hasHeights ? elevation : null,
				time: this.#times[index] || null,
			});
		}
	}
}
