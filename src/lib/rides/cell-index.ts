import { type CellWindow, piecesOf, type WindowPiece } from "../geo/grid.ts";
import { MAX_LEVEL, mortonX, mortonY } from "../geo/mercator.ts";

/**
 * Which ride passes which cell of a level, each pair once, sorted by the cells'
 * Morton codes: entry n of both columns is a pair.
 */
export interface LevelPairs {
	readonly codes: Float64Array;
	/** Numbers of rides. */
	readonly rides: Uint32Array;
}

/** Rides of an index at most: their numbers have 24 bits. */
export const MAX_RIDES = 2 ** 24;

/**
 * The cells that rides pass, for every level. Those of {@link MAX_LEVEL} are given,
 * and a coarser level is made from the next finer one when it is first asked for: a
 * ride passes a cell if and only if it passes one of its four children.
 */
export class CellIndex {
	readonly #levels: LevelPairs[] = [];

	/** Takes the distinct codes of each ride at {@link MAX_LEVEL}, by the ride's number. */
	constructor(codesOfRides: readonly Float64Array[]) {
		if (codesOfRides.length > MAX_RIDES)
			throw new RangeError(`more than ${MAX_RIDES} rides`);
		this.#levels[MAX_LEVEL] = sortedPairs(codesOfRides);
	}

	/** All pairs of a level from 0 to {@link MAX_LEVEL}. */
	at(level: number): LevelPairs {
		let pairs = this.#levels[level];
		if (pairs === undefined) {
			pairs = parentsOf(this.at(level + 1));
			this.#levels[level] = pairs;
		}
		return pairs;
	}

	countIn(window: CellWindow): number {
		let count = 0;
		this.#forEachRun(window, (_piece, from, to) => {
			count += to - from;
		});
		return count;
	}

	/** Calls `visit` with each pair of a window: the cell's index, row by row, and the ride's number. */
	forEachIn(
		window: CellWindow,
		visit: (cell: number, ride: number) => void,
	): void {
		const { codes, rides } = this.at(window.level);
		this.#forEachRun(window, (piece, from, to) => {
			let last = -1;
			let cell = 0;
			for (let pair = from; pair < to; pair++) {
				const code = codes[pair] as number;
				if (code !== last) {
					last = code;
					const row = mortonY(code) - window.y;
					const column = mortonX(code) - piece.x + piece.column;
					cell = row * window.columns + column;
				}
				visit(cell, rides[pair] as number);
			}
		});
	}

	/** Calls `onRun` with each run of pairs that lies in a window: from the first, to before the last. */
	#forEachRun(
		window: CellWindow,
		onRun: (piece: WindowPiece, from: number, to: number) => void,
	): void {
		const { level } = window;
		const { codes } = this.at(level);
		const end = window.y + window.rows;
		for (const piece of piecesOf(window)) {
			/** Goes down the quadtree, into the cells that rides pass and the window cuts. */
			const descend = (
				depth: number,
				x: number,
				y: number,
				code: number,
				from: number,
				to: number,
			): void => {
				if (from === to) return;
				const size = 2 ** (level - depth);
				const [left, top] = [x * size, y * size];
				const isOutside =
					left >= piece.x + piece.columns ||
					left + size <= piece.x ||
					top >= end ||
					top + size <= window.y;
				if (isOutside) return;
				const isInside =
					left >= piece.x &&
					left + size <= piece.x + piece.columns &&
					top >= window.y &&
					top + size <= end;
				if (isInside) {
					onRun(piece, from, to);
					return;
				}
				const cells = (size / 2) ** 2;
				let start = from;
				for (let child = 0; child < 4; child++) {
					const childCode = 4 * code + child;
					const next =
						child === 3
							? to
							: firstFrom(codes, (childCode + 1) * cells, start, to);
					descend(
						depth + 1,
						2 * x + (child % 2),
						2 * y + (child >> 1),
						childCode,
						start,
						next,
					);
					start = next;
				}
			};
			descend(0, 0, 0, 0, 0, codes.length);
		}
	}
}

/** Place of the first code that is not below `code`, from `start` and before `end`. */
function firstFrom(
	codes: Float64Array,
	code: number,
	start: number,
	end: number,
): number {
	let [low, high] = [start, end];
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((codes[middle] as number) < code) low = middle + 1;
		else high = middle;
	}
	return low;
}

/**
 * Sorts by code, then ride. Codes have 40 bits and rides 24: together they are one
 * number of 64, which typed arrays sort several times faster than a comparison of
 * two columns would.
 */
function sortedPairs(codesOfRides: readonly Float64Array[]): LevelPairs {
	const count = codesOfRides.reduce((sum, { length }) => sum + length, 0);
	const keys = new BigUint64Array(count);
	const view = new DataView(keys.buffer);
	let at = 0;
	for (const [ride, codes] of codesOfRides.entries())
		for (const code of codes) {
			view.setUint32(at, (code % 256) * MAX_RIDES + ride, true);
			view.setUint32(at + 4, Math.floor(code / 256), true);
			at += 8;
		}
	keys.sort();
	const pairs = {
		codes: new Float64Array(count),
		rides: new Uint32Array(count),
	};
	for (let pair = 0; pair < count; pair++) {
		const low = view.getUint32(8 * pair, true);
		const high = view.getUint32(8 * pair + 4, true);
		pairs.codes[pair] = high * 256 + Math.floor(low / MAX_RIDES);
		pairs.rides[pair] = low % MAX_RIDES;
	}
	return pairs;
}

/** The pairs of the next coarser level. */
function parentsOf({ codes, rides }: LevelPairs): LevelPairs {
	const kept = {
		codes: new Float64Array(codes.length),
		rides: new Uint32Array(codes.length),
	};
	let length = 0;
	/** By ride, the last cell that it was noted for. */
	const last: number[] = [];
	for (let pair = 0; pair < codes.length; pair++) {
		const code = Math.floor((codes[pair] as number) / 4);
		const ride = rides[pair] as number;
		if (last[ride] === code) continue;
		last[ride] = code;
		kept.codes[length] = code;
		kept.rides[length++] = ride;
	}
	return {
		codes: kept.codes.slice(0, length),
		rides: kept.rides.slice(0, length),
	};
}
