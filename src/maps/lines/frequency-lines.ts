import { type CellWindow, modulo } from "../../lib/geo/grid.ts";
import { type MapScreen, turnsOf } from "../map-screen.ts";

/** Points nearer than this to the last one drawn are left out, in CSS pixels. */
const TOLERANCE = 0.6;

/** Beyond the screen's edges lines are still drawn, for their width, in CSS pixels. */
const MARGIN = 8;

/** Between two polylines of a list. */
const BREAK = Number.NaN;

/**
 * Cuts lines where they enter another cell, and sorts the pieces by how many rides
 * pass the cell that each lies in: the colour of a piece is that of its cell. Where
 * a cell has no count under the filter at hand, or lies outside the window, the line
 * is left out.
 */
export class FrequencyLines {
	/**
	 * By step of the ramp, rare first: polylines as x and y in turn in CSS pixels, a
	 * pair of NaN after each.
	 */
	readonly steps: readonly number[][];
	readonly #screen: MapScreen;
	readonly #window: CellWindow;
	readonly #counts: Uint32Array;
	readonly #stepOf: Uint8Array;
	/** Cells of the world's side, and those that the window begins at. */
	readonly #size: number;
	#step = -1;
	#lastX = 0;
	#lastY = 0;
	#isPending = false;
	#pendingX = 0;
	#pendingY = 0;

	/** `stepOf` has the step of each count from 1 to the largest. */
	constructor(options: {
		readonly screen: MapScreen;
		readonly window: CellWindow;
		readonly counts: Uint32Array;
		readonly stepOf: Uint8Array;
		readonly steps: number;
	}) {
		this.#screen = options.screen;
		this.#window = options.window;
		this.#counts = options.counts;
		this.#stepOf = options.stepOf;
		this.#size = 2 ** options.window.level;
		this.steps = Array.from({ length: options.steps }, () => []);
	}

	/** Adds a line of world coordinates (see `Track`), in each turn of the world that shows. */
	add(line: Float64Array): void {
		let [west, east] = [Infinity, -Infinity];
		for (let index = 0; index < line.length; index += 2) {
			const x = line[index] as number;
			if (x < west) west = x;
			if (x > east) east = x;
		}
		const margin = MARGIN / this.#screen.world;
		for (const turn of turnsOf(this.#screen, west - margin, east + margin))
			this.#addTurn(line, turn);
	}

	#addTurn(line: Float64Array, turn: number): void {
		const { left, top, world, width, height } = this.#screen;
		let x1 = ((line[0] as number) + turn - left) * world;
		let y1 = ((line[1] as number) - top) * world;
		if (line.length === 2) this.#piece(x1, y1, x1, y1);
		for (let index = 2; index < line.length; index += 2) {
			const x2 = ((line[index] as number) + turn - left) * world;
			const y2 = ((line[index + 1] as number) - top) * world;
			const isBeyond =
				Math.max(x1, x2) < -MARGIN ||
				Math.min(x1, x2) > width + MARGIN ||
				Math.max(y1, y2) < -MARGIN ||
				Math.min(y1, y2) > height + MARGIN;
			if (isBeyond) this.#end();
			else this.#cut(x1, y1, x2, y2);
			x1 = x2;
			y1 = y2;
		}
		this.#end();
	}

	/** Goes from edge to edge of the cells between two points. */
	#cut(x1: number, y1: number, x2: number, y2: number): void {
		const { left, top, world } = this.#screen;
		const side = world / this.#size;
		// In cells, from the world's north-west.
		const fromX = x1 / side + left * this.#size;
		const fromY = y1 / side + top * this.#size;
		const dx = (x2 - x1) / side;
		const dy = (y2 - y1) / side;
		let nextX = shareToEdge(fromX, dx);
		let nextY = shareToEdge(fromY, dy);
		const strideX = Math.abs(1 / dx);
		const strideY = Math.abs(1 / dy);
		let share = 0;
		let x = x1;
		let y = y1;
		while (share < 1) {
			const next = Math.min(1, nextX, nextY);
			if (nextX <= next) nextX += strideX;
			if (nextY <= next) nextY += strideY;
			const endX = next === 1 ? x2 : x1 + (x2 - x1) * next;
			const endY = next === 1 ? y2 : y1 + (y2 - y1) * next;
			this.#piece(x, y, endX, endY);
			x = endX;
			y = endY;
			share = next;
		}
	}

	/** A piece within one cell, which its middle tells. */
	#piece(x1: number, y1: number, x2: number, y2: number): void {
		const step = this.#stepAt((x1 + x2) / 2, (y1 + y2) / 2);
		if (step !== this.#step) {
			this.#end();
			if (step === -1) return;
			this.#step = step;
			this.#push(x1, y1);
			if (x1 === x2 && y1 === y2) this.#push(x2, y2);
		}
		if (step === -1) return;
		const isNear =
			Math.abs(x2 - this.#lastX) < TOLERANCE &&
			Math.abs(y2 - this.#lastY) < TOLERANCE;
		this.#isPending = isNear;
		if (isNear) {
			this.#pendingX = x2;
			this.#pendingY = y2;
		} else this.#push(x2, y2);
	}

	#stepAt(x: number, y: number): number {
		const { left, top, world } = this.#screen;
		const { columns, rows } = this.#window;
		const column = modulo(
			Math.floor((x / world + left) * this.#size) - this.#window.x,
			this.#size,
		);
		const row = Math.floor((y / world + top) * this.#size) - this.#window.y;
		if (column >= columns || row < 0 || row >= rows) return -1;
		const count = this.#counts[row * columns + column] as number;
		return count === 0 ? -1 : (this.#stepOf[count] as number);
	}

	#push(x: number, y: number): void {
		(this.steps[this.#step] as number[]).push(x, y);
		this.#lastX = x;
		this.#lastY = y;
	}

	#end(): void {
		if (this.#step === -1) return;
		if (this.#isPending) this.#push(this.#pendingX, this.#pendingY);
		this.#isPending = false;
		this.#push(BREAK, BREAK);
		this.#step = -1;
	}
}

/** Of a way from a place in cells, the share that leads to the first edge between cells; infinite where none does. */
function shareToEdge(from: number, way: number): number {
	if (way > 0) return (Math.floor(from) + 1 - from) / way;
	if (way < 0) return (from - (Math.ceil(from) - 1)) / -way;
	return Infinity;
}

/** The step of each count from 0 to the largest, of so many that a ramp is cut into. */
export function stepsByCount(
	positionOf: (count: number) => number,
	largest: number,
	steps: number,
): Uint8Array {
	return Uint8Array.from({ length: largest + 1 }, (_, count) =>
		count === 0 ? 0 : Math.round(positionOf(count) * (steps - 1)),
	);
}
