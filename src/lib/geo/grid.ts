import {
	latitudeOf,
	longitudeOf,
	MAX_LATITUDE,
	MAX_LEVEL,
	MIN_LEVEL,
	mercatorY,
} from "./mercator.ts";

/**
 * What a map shows: degrees, and MapLibre's zoom of 512-pixel tiles. West and east
 * may lie beyond 180 degrees where the map shows the world again; west < east.
 */
export interface Viewport {
	readonly west: number;
	readonly south: number;
	readonly east: number;
	readonly north: number;
	readonly zoom: number;
}

/**
 * A rectangle of cells of one level. `x` is the first column, counted on beyond the
 * antimeridian: it may be negative, and x + columns may exceed 2^level. Never wider
 * than the world, and every row is in the grid.
 */
export interface CellWindow {
	readonly level: number;
	readonly x: number;
	readonly y: number;
	readonly columns: number;
	readonly rows: number;
}

/** A part of a window within the grid: 0 <= x and x + columns <= 2^level. */
export interface WindowPiece {
	readonly x: number;
	readonly columns: number;
	/** Where the piece starts in its window. */
	readonly column: number;
}

/** The level whose cells are 4 to 8 pixels at a zoom; larger where the levels end, beyond zoom 14. */
export function levelOf(zoom: number): number {
	// A zoom that is whole but for an animation's last rounding is whole.
	const whole = Math.floor(zoom + 1e-6);
	return Math.min(MAX_LEVEL, Math.max(MIN_LEVEL, whole + 7));
}

/** Cells that a viewport shows, each wholly or in part. */
export function windowOf(viewport: Viewport, level: number): CellWindow {
	const size = 2 ** level;
	const west = Math.floor(unwrappedX(viewport.west) * size);
	const east = Math.floor(unwrappedX(viewport.east) * size);
	const north = rowOf(viewport.north, size);
	const south = rowOf(viewport.south, size);
	const columns = east - west + 1;
	return {
		level,
		...(columns >= size ? { x: 0, columns: size } : { x: west, columns }),
		y: north,
		rows: south - north + 1,
	};
}

/**
 * The window with a margin on every side, as a share of its width and height,
 * ending on multiples of 32 cells so that small moves ask for the same.
 */
export function widen(window: CellWindow, margin: number): CellWindow {
	const step = 32;
	const size = 2 ** window.level;
	const down = (value: number) => Math.floor(value / step) * step;
	const up = (value: number) => Math.ceil(value / step) * step;
	const x = down(window.x - window.columns * margin);
	const columns = up(window.x + window.columns * (1 + margin)) - x;
	const y = Math.max(0, down(window.y - window.rows * margin));
	const end = Math.min(size, up(window.y + window.rows * (1 + margin)));
	return {
		level: window.level,
		...(columns >= size ? { x: 0, columns: size } : { x, columns }),
		y,
		rows: end - y,
	};
}

/** Whether every cell of `inner` is in `outer`; both may be whole turns apart. */
export function covers(outer: CellWindow, inner: CellWindow): boolean {
	if (outer.level !== inner.level) return false;
	if (inner.y < outer.y || inner.y + inner.rows > outer.y + outer.rows)
		return false;
	const size = 2 ** outer.level;
	if (outer.columns === size) return true;
	return modulo(inner.x - outer.x, size) + inner.columns <= outer.columns;
}

/**
 * Columns of a grid so many cells wide, in their order, each moved by whole turns so
 * that together they lie within the fewest: rides on both sides of the antimeridian
 * are neighbours. Some may be `size` or more.
 */
export function gathered(columns: readonly number[], size: number): number[] {
	const sorted = Float64Array.from(columns).sort();
	let first = sorted[0] ?? 0;
	// From the last one round to the first.
	let widest = first + size - (sorted.at(-1) ?? 0);
	for (let at = 1; at < sorted.length; at++) {
		const here = sorted[at] as number;
		const gap = here - (sorted[at - 1] as number);
		if (gap > widest) [widest, first] = [gap, here];
	}
	return columns.map((column) => (column < first ? column + size : column));
}

/** The window cut at the antimeridian: one piece, or two. */
export function piecesOf(window: CellWindow): WindowPiece[] {
	const size = 2 ** window.level;
	const x = modulo(window.x, size);
	const first = Math.min(window.columns, size - x);
	const pieces = [{ x, columns: first, column: 0 }];
	if (first < window.columns)
		pieces.push({ x: 0, columns: window.columns - first, column: first });
	return pieces;
}

/** Index of the cell at a point, by row then column, or null outside the window. */
export function cellAt(
	window: CellWindow,
	longitude: number,
	latitude: number,
): number | null {
	if (Math.abs(latitude) >= MAX_LATITUDE) return null;
	const size = 2 ** window.level;
	const column = modulo(
		Math.floor(unwrappedX(longitude) * size) - window.x,
		size,
	);
	const row = rowOf(latitude, size) - window.y;
	if (column >= window.columns || row < 0 || row >= window.rows) return null;
	return row * window.columns + column;
}

/** The cell with an index as a window of its own, 0 <= x < 2^level. */
export function cellOf(window: CellWindow, index: number): CellWindow {
	const { level, columns } = window;
	return {
		level,
		x: modulo(window.x + (index % columns), 2 ** level),
		y: window.y + Math.floor(index / columns),
		columns: 1,
		rows: 1,
	};
}

/** Middle of the cell with an index, longitude from -180 to 180. */
export function centreOf(
	window: CellWindow,
	index: number,
): [longitude: number, latitude: number] {
	const size = 2 ** window.level;
	const x = modulo(window.x + (index % window.columns), size);
	const y = window.y + Math.floor(index / window.columns);
	return [longitudeOf((x + 0.5) / size), latitudeOf((y + 0.5) / size)];
}

/** Whole turns taken off: 0 <= x < size. */
export function modulo(value: number, size: number): number {
	return ((value % size) + size) % size;
}

function unwrappedX(longitude: number): number {
	return (longitude + 180) / 360;
}

function rowOf(latitude: number, size: number): number {
	const limited = Math.min(MAX_LATITUDE, Math.max(-MAX_LATITUDE, latitude));
	return Math.min(size - 1, Math.max(0, Math.floor(mercatorY(limited) * size)));
}
