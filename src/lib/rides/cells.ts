import {
	MAX_LEVEL,
	MIN_LEVEL,
	morton,
	mortonX,
	mortonY,
	traverse,
} from "../geo/mercator.ts";

/** Codes held before duplicates are squeezed out. */
const CAPACITY = 2 ** 21;

/** Distinct cells held before they are given out; a ride of 25,000 km has about a million. */
const MAX_DISTINCT = 2 ** 20;

/** Gives a cell and its Morton code. */
export type CellSink = (
	level: number,
	x: number,
	y: number,
	code: number,
) => void;

/**
 * Gathers the cells that one ride passes, at all levels, in bounded memory. Cells
 * are gathered at {@link MAX_LEVEL}; the coarser ones are their parents.
 */
export class CellCollector {
	/** Whether cells were given out more than once on the way, and may be named twice. */
	split = false;
	readonly #sink: CellSink;
	#codes = new Float64Array(1024);
	#length = 0;

	constructor(sink: CellSink) {
		this.#sink = sink;
	}

	/** Adds the line between two points; for a point of its own, both are the same. Degrees. */
	line(
		longitude1: number,
		latitude1: number,
		longitude2: number,
		latitude2: number,
	): void {
		traverse(longitude1, latitude1, longitude2, latitude2, this.#add);
	}

	/** Gives out what is left, sorted by level from the finest and by code. */
	finish(): void {
		this.#squeeze();
		this.#giveOut();
	}

	readonly #add = (x: number, y: number): void => {
		const code = morton(x, y);
		if (this.#length > 0 && this.#codes[this.#length - 1] === code) return;
		if (this.#length === this.#codes.length) this.#makeRoom();
		this.#codes[this.#length++] = code;
	};

	#makeRoom(): void {
		if (this.#codes.length < CAPACITY) {
			const larger = new Float64Array(this.#codes.length * 2);
			larger.set(this.#codes);
			this.#codes = larger;
			return;
		}
		this.#squeeze();
		if (this.#length <= MAX_DISTINCT) return;
		this.#giveOut();
		this.#length = 0;
		this.split = true;
	}

	#squeeze(): void {
		this.#codes.subarray(0, this.#length).sort();
		this.#length = dedupe(this.#codes, this.#length);
	}

	#giveOut(): void {
		const codes = this.#codes.slice(0, this.#length);
		let length = codes.length;
		for (let level = MAX_LEVEL; level >= MIN_LEVEL; level--) {
			for (let index = 0; index < length; index++) {
				const code = codes[index] as number;
				this.#sink(level, mortonX(code), mortonY(code), code);
			}
			// Parents of sorted cells are sorted.
			for (let index = 0; index < length; index++)
				codes[index] = Math.floor((codes[index] as number) / 4);
			length = dedupe(codes, length);
		}
	}
}

/** Moves the distinct values of a sorted run to its front and gives their number. */
function dedupe(values: Float64Array, length: number): number {
	let kept = 0;
	for (let index = 0; index < length; index++) {
		const value = values[index] as number;
		if (kept === 0 || values[kept - 1] !== value) values[kept++] = value;
	}
	return kept;
}
