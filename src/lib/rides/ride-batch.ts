import { VarintReader, VarintWriter } from "../bytes/varints.ts";
import type { Place } from "./course.ts";
import type { Track } from "./tracks.ts";

/** A ride as its reader has it; null is what its file does not tell. */
export interface RideFacts {
	/** Of what its file holds, as a lake has it. */
	readonly id: string;
	/** Path of its file, within a zip `export.zip/activities/1.gpx`. */
	readonly sourceFile: string;
	readonly name: string | null;
	readonly kind: string | null;
	/** Microseconds since 1970, UTC. */
	readonly startedAt: number | null;
	/** What clocks showed, as if it were UTC, in microseconds. */
	readonly startedAtLocal: number | null;
	readonly durationSeconds: number | null;
	readonly movingSeconds: number | null;
	readonly distanceMeters: number;
	readonly ascentMeters: number | null;
	/** Its first sample; null in what was kept before this was. */
	readonly start: Place | null;
	/** Name of the place where it starts. */
	readonly startPlace: string | null;
	readonly pointCount: number;
}

/** A ride with where it went. */
export interface WholeRide extends RideFacts {
	/** Distinct Morton codes at `MAX_LEVEL` of the cells that it passes, rising. */
	readonly codes: Float64Array;
	/** As `Track` has them. */
	readonly stretches: readonly Float64Array[];
}

/** The number that a batch begins with: `LSR3`, the 3 being the version of its form. */
const MAGIC = 0x3352534c;
/** `LSR1` and `LSR2`, of November 2026, whose rides have no `start`, and in the first no `startPlace`. */
const FORMER_MAGICS: readonly number[] = [0x3152534c, 0x3252534c];
const UNKNOWN_START = { start: null, startPlace: null };
const HEADER_BYTES = 16;

/** Coordinates are kept to 2^-32 of the world, 9 mm at the equator. */
const STEPS = 2 ** 32;

interface Entry extends RideFacts {
	readonly codeBytes: number;
	readonly lineBytes: number;
}

/**
 * Gathers rides in the form in which they are kept: about 2 bytes for each cell and
 * 4 for each sample, from which cells and lines are had without parsing again.
 */
export class RideBatchWriter {
	readonly #entries: Entry[] = [];
	readonly #codes: Uint8Array<ArrayBuffer>[] = [];
	readonly #lines: Uint8Array<ArrayBuffer>[] = [];

	get rides(): number {
		return this.#entries.length;
	}

	add({ codes, stretches, ...facts }: WholeRide): void {
		const codeBytes = encodeCodes(codes);
		const lineBytes = encodeLine(stretches);
		this.#codes.push(codeBytes);
		this.#lines.push(lineBytes);
		this.#entries.push({
			...facts,
			codeBytes: codeBytes.length,
			lineBytes: lineBytes.length,
		});
	}

	/** All that was added, as one file. */
	finish(): Blob {
		const list = new TextEncoder().encode(JSON.stringify(this.#entries));
		const header = new DataView(new ArrayBuffer(HEADER_BYTES));
		header.setUint32(0, MAGIC, true);
		header.setUint32(4, list.length, true);
		header.setUint32(8, lengthOf(this.#codes), true);
		header.setUint32(12, lengthOf(this.#lines), true);
		return new Blob([header.buffer, list, ...this.#codes, ...this.#lines]);
	}
}

/** Rides that were gathered, of which the lines stay where they are until they are asked for. */
export interface RideBatch {
	readonly rides: readonly RideFacts[];
	/** By place in `rides`: as {@link WholeRide} has them. */
	readonly codes: readonly Float64Array[];
	/** The line of the ride at a place. */
	readonly track: (place: number) => Promise<Track>;
}

/** Opens what {@link RideBatchWriter} made. Null where it is not whole, or of another version. */
export async function openRideBatch(batch: Blob): Promise<RideBatch | null> {
	if (batch.size < HEADER_BYTES) return null;
	const header = new DataView(await batch.slice(0, HEADER_BYTES).arrayBuffer());
	const listEnd = HEADER_BYTES + header.getUint32(4, true);
	const codesEnd = listEnd + header.getUint32(8, true);
	const end = codesEnd + header.getUint32(12, true);
	const magic = header.getUint32(0, true);
	const isKnown = magic === MAGIC || FORMER_MAGICS.includes(magic);
	if (!isKnown || batch.size !== end) return null;
	const list = await batch.slice(HEADER_BYTES, listEnd).text();
	// A batch is only ever written by this module; its version says how.
	const entries = (JSON.parse(list) as Entry[]).map((entry) =>
		magic === MAGIC ? entry : { ...UNKNOWN_START, ...entry },
	);
	const packed = new Uint8Array(
		await batch.slice(listEnd, codesEnd).arrayBuffer(),
	);
	const codes: Float64Array[] = [];
	const lineStarts: number[] = [];
	let codeStart = 0;
	let lineStart = codesEnd;
	for (const { codeBytes, lineBytes } of entries) {
		codes.push(decodeCodes(packed.subarray(codeStart, codeStart + codeBytes)));
		lineStarts.push(lineStart);
		codeStart += codeBytes;
		lineStart += lineBytes;
	}
	return {
		rides: entries.map(({ codeBytes, lineBytes, ...facts }) => facts),
		codes,
		track: async (place) => {
			const entry = entries[place];
			const start = lineStarts[place];
			if (entry === undefined || start === undefined)
				throw new RangeError(`no ride at place ${place}`);
			const line = batch.slice(start, start + entry.lineBytes);
			return {
				rideId: entry.id,
				stretches: decodeLine(new Uint8Array(await line.arrayBuffer())),
			};
		},
	};
}

function encodeCodes(codes: Float64Array): Uint8Array<ArrayBuffer> {
	const writer = new VarintWriter();
	let last = 0;
	for (const code of codes) {
		writer.write(code - last);
		last = code;
	}
	return writer.finish();
}

function decodeCodes(bytes: Uint8Array): Float64Array {
	const codes: number[] = [];
	const reader = new VarintReader(bytes);
	let last = 0;
	while (!reader.isAtEnd) {
		last += reader.read();
		codes.push(last);
	}
	return Float64Array.from(codes);
}

/** Each stretch as its number of samples, and each sample as its steps from the one before. */
function encodeLine(
	stretches: readonly Float64Array[],
): Uint8Array<ArrayBuffer> {
	const writer = new VarintWriter();
	let [lastX, lastY] = [0, 0];
	for (const line of stretches) {
		writer.write(line.length / 2);
		for (let at = 0; at < line.length; at += 2) {
			const x = Math.round((line[at] as number) * STEPS);
			const y = Math.round((line[at + 1] as number) * STEPS);
			writer.writeSigned(x - lastX);
			writer.writeSigned(y - lastY);
			[lastX, lastY] = [x, y];
		}
	}
	return writer.finish();
}

function decodeLine(bytes: Uint8Array): Float64Array[] {
	const stretches: Float64Array[] = [];
	const reader = new VarintReader(bytes);
	let [x, y] = [0, 0];
	while (!reader.isAtEnd) {
		const line = new Float64Array(2 * reader.read());
		for (let at = 0; at < line.length; at += 2) {
			x += reader.readSigned();
			y += reader.readSigned();
			line[at] = x / STEPS;
			line[at + 1] = y / STEPS;
		}
		stretches.push(line);
	}
	return stretches;
}

function lengthOf(parts: readonly Uint8Array[]): number {
	return parts.reduce((sum, { length }) => sum + length, 0);
}
