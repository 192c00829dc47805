import { SaxesParser } from "saxes";
import { FileError } from "./file-error.ts";
import { lookAhead } from "./look-ahead.ts";

/** A `trkpt` or `rtept` as the file has it: texts, null where absent. */
export interface GpxPoint {
	/** Tracks, or routes, counted from 0. */
	readonly track: number;
	/** Tracks' segments, or routes, counted from 0 over the whole file. */
	readonly segment: number;
	/** Of the point's opening tag, from 1. */
	readonly line: number;
	readonly latitude: string | null;
	readonly longitude: string | null;
	readonly elevation: string | null;
	readonly time: string | null;
}

export interface GpxHeader {
	/** Of the first track (or route) that has one, else of the file. */
	readonly name: string | null;
	/** `<type>` of the first track (or route) that has one. */
	readonly kind: string | null;
	/** Of each track (or route), null where it has none. */
	readonly trackNames: readonly (string | null)[];
	readonly waypoints: number;
}

/** A hostile file may hold no tag for gigabytes, or nest without end. */
const MAX_BYTES_WITHOUT_TAG = 8 * 2 ** 20;
const MAX_DEPTH = 64;

type Course = "track" | "route";

const ELEMENTS = {
	track: { course: "trk", part: "trkseg", point: "trkpt" },
	route: { course: "rte", part: "rte", point: "rtept" },
} as const satisfies Record<Course, object>;

/**
 * Reads GPX, 1.0 or 1.1, as a stream: elements are known by their local names,
 * whatever their prefix. Tracks make the course; where there is no track point,
 * routes do, for which the bytes are opened once more. `onPoint` gets each point and
 * `onChunk` is awaited now and then. Throws a {@link FileError} for what is not well-formed GPX in a known
 * encoding, and for declarations of entities, which can unfold without end.
 */
export async function readGpx(
	open: () => AsyncGenerator<Uint8Array>,
	onPoint: (point: GpxPoint) => void,
	onChunk: () => Promise<void>,
): Promise<GpxHeader> {
	const track = new GpxReader("track", onPoint);
	await feed(open(), track, onChunk);
	if (track.points > 0 || track.otherPoints === 0) return track.header();
	const route = new GpxReader("route", onPoint);
	await feed(open(), route, onChunk);
	return route.header();
}

async function feed(
	chunks: AsyncGenerator<Uint8Array>,
	reader: GpxReader,
	onChunk: () => Promise<void>,
): Promise<void> {
	try {
		const { head, all } = await lookAhead(chunks, 512);
		const decoder = new Decoder(encodingOf(head));
		for await (const chunk of all) {
			reader.write(decoder.decode(chunk));
			await onChunk();
		}
		reader.write(decoder.end());
		reader.close();
	} finally {
		await chunks.return(undefined);
	}
}

/**
 * The encoding that an XML declaration names, UTF-8 where it names none. A
 * declaration of UTF-16 that reads as bytes cannot be true, or is so no longer:
 * it is UTF-8 then.
 */
function encodingOf(head: Uint8Array): string {
	const text = new TextDecoder("latin1").decode(head.subarray(0, 512));
	const [, name = "utf-8"] =
		/^[^<]*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(text) ?? [];
	return /^(?:utf-?16|ucs-?2|unicode$)/i.test(name) ? "utf-8" : name;
}

/** Decodes a stream strictly; what is not valid is a FileError with its line. */
class Decoder {
	readonly #encoding: string;
	readonly #decoder: TextDecoder;
	#line = 1;

	constructor(encoding: string) {
		this.#encoding = encoding;
		try {
			this.#decoder = new TextDecoder(encoding, { fatal: true });
		} catch (cause) {
			throw new FileError(`unknown encoding: ${encoding}; save it as UTF-8`, {
				line: 1,
				cause,
			});
		}
	}

	decode(chunk: Uint8Array): string {
		try {
			const text = this.#decoder.decode(chunk, { stream: true });
			this.#line += countNewlines(chunk, chunk.length);
			return text;
		} catch (cause) {
			throw new FileError(`not valid ${this.#encoding.toUpperCase()}`, {
				line: this.#line + countNewlines(chunk, this.#faultIn(chunk)),
				cause,
			});
		}
	}

	end(): string {
		try {
			return this.#decoder.decode();
		} catch (cause) {
			throw new FileError(`not valid ${this.#encoding.toUpperCase()}`, {
				line: this.#line,
				cause,
			});
		}
	}

	/**
	 * Where a chunk's first fault is, to the line. The rest of a character begun in
	 * the chunk before is at its start, and looks like a fault: lines after it decide
	 * first, and where they are all valid, the first line is to blame.
	 */
	#faultIn(chunk: Uint8Array): number {
		let start = 0;
		let first = true;
		while (start < chunk.length) {
			const newline = chunk.indexOf(10, start);
			const end = newline < 0 ? chunk.length : newline;
			const line = first
				? withoutContinuation(chunk.subarray(start, end))
				: chunk.subarray(start, end);
			if (!isValid(line, this.#encoding, newline < 0)) return start;
			first = false;
			start = end + 1;
		}
		return 0;
	}
}

function withoutContinuation(bytes: Uint8Array): Uint8Array {
	let start = 0;
	while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
	return bytes.subarray(start);
}

function isValid(
	bytes: Uint8Array,
	encoding: string,
	mayBeCut: boolean,
): boolean {
	try {
		new TextDecoder(encoding, { fatal: true }).decode(bytes, {
			stream: mayBeCut,
		});
		return true;
	} catch {
		return false;
	}
}

function countNewlines(bytes: Uint8Array, end: number): number {
	let count = 0;
	for (
		let index = bytes.indexOf(10);
		index >= 0 && index < end;
		index = bytes.indexOf(10, index + 1)
	)
		count++;
	return count;
}

/** The element whose text is being gathered, by its place. */
type Field = "elevation" | "time" | "courseName" | "fileName" | "kind";

class GpxReader {
	/** Points of the course looked for, and of the other kind. */
	points = 0;
	otherPoints = 0;
	readonly #parser = new SaxesParser({ xmlns: false, fragment: false });
	readonly #elements: (typeof ELEMENTS)[Course];
	readonly #otherPoint: string;
	readonly #onPoint: (point: GpxPoint) => void;
	readonly #path: string[] = [];
	#segment = -1;
	readonly #trackNames: (string | null)[] = [];
	#waypoints = 0;
	#courseName: string | null = null;
	#fileName: string | null = null;
	#kind: string | null = null;
	#point: { -readonly [Key in keyof GpxPoint]: GpxPoint[Key] } | null = null;
	#field: Field | null = null;
	#text = "";
	#lastTag = 0;

	constructor(course: Course, onPoint: (point: GpxPoint) => void) {
		this.#elements = ELEMENTS[course];
		this.#otherPoint = ELEMENTS[course === "track" ? "route" : "track"].point;
		this.#onPoint = onPoint;
		const parser = this.#parser;
		parser.on("error", (error) => this.#fail(error));
		parser.on("doctype", (doctype) => {
			if (/<!ENTITY/i.test(doctype))
				throw new FileError(
					"the file declares entities of its own, which GPX has no use for",
					{ line: parser.line, sample: doctype.trim() },
				);
		});
		parser.on("opentag", ({ name, attributes, isSelfClosing }) => {
			this.#open(localName(name), attributes as Attributes);
			if (isSelfClosing) this.#lastTag = parser.position;
		});
		parser.on("closetag", ({ name }) => this.#close(localName(name)));
		parser.on("text", (text) => this.#gather(text));
		parser.on("cdata", (text) => this.#gather(text));
	}

	write(text: string): void {
		this.#parser.write(text);
		if (this.#parser.position - this.#lastTag > MAX_BYTES_WITHOUT_TAG)
			throw new FileError(
				`no tag within ${MAX_BYTES_WITHOUT_TAG / 2 ** 20} MB: this is no GPX file`,
				{ line: this.#parser.line },
			);
	}

	close(): void {
		this.#parser.close();
	}

	header(): GpxHeader {
		return {
			name: this.#courseName ?? this.#fileName,
			kind: this.#kind,
			trackNames: this.#trackNames,
			waypoints: this.#waypoints,
		};
	}

	/** Turns saxes' `line:column: message` into a FileError. */
	#fail(error: Error): never {
		const message = error.message.replace(/^\d+:\d+: /, "");
		const open = this.#path.length;
		throw new FileError(
			open > 0 && /unclosed tag|unexpected end/.test(message)
				? `the file ends in the middle: ${message}`
				: `not well-formed XML: ${message}`,
			{ line: this.#parser.line, cause: error },
		);
	}

	#open(name: string, attributes: Attributes): void {
		const { course, part, point } = this.#elements;
		const depth = this.#path.length;
		const parent = this.#path[depth - 1];
		this.#lastTag = this.#parser.position;
		if (depth === 0 && name !== "gpx")
			throw new FileError(`the root element is <${name}>, not <gpx>`, {
				line: this.#parser.line,
			});
		if (depth >= MAX_DEPTH)
			throw new FileError(`elements are nested more than ${MAX_DEPTH} deep`, {
				line: this.#parser.line,
			});
		this.#path.push(name);
		if (name === course) this.#trackNames.push(null);
		if (name === part) this.#segment++;
		if (name === point && parent === part) {
			this.points++;
			this.#point = {
				track: this.#trackNames.length - 1,
				segment: this.#segment,
				line: this.#parser.line,
				latitude: attributes.lat ?? null,
				longitude: attributes.lon ?? null,
				elevation: null,
				time: null,
			};
		} else if (name === this.#otherPoint) this.otherPoints++;
		else if (name === "wpt" && parent === "gpx") this.#waypoints++;
		else if (parent === point) {
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

	#gather(text: string): void {
		if (this.#field !== null) this.#text += text;
	}

	#close(name: string): void {
		this.#path.pop();
		this.#lastTag = this.#parser.position;
		if (this.#field !== null) {
			this.#keep(this.#field, this.#text.trim());
			this.#field = null;
		}
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
				this.#trackNames[this.#trackNames.length - 1] ??= text;
				break;
			case "fileName":
				this.#fileName ??= text;
				break;
			case "kind":
				this.#kind ??= text;
				break;
			default:
				throw new Error(`unknown field: ${field satisfies never}`);
		}
	}
}

function localName(name: string): string {
	const colon = name.indexOf(":");
	return colon < 0 ? name : name.slice(colon + 1);
}

type Attributes = Record<string, string | undefined>;
