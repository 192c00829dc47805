import type { StartView } from "../../lib/catalog/catalog.ts";
import { gathered, modulo } from "../../lib/geo/grid.ts";
import { mercatorX, mercatorY } from "../../lib/geo/mercator.ts";
import { DENSITY_STEPS, densityStep, topOfScale } from "./density.ts";

/** A row of the roll-up `ride_map`. */
export interface CellCount {
	readonly level: number;
	readonly x: number;
	readonly y: number;
	readonly rides: number;
}

/** The smallest side of a cell that a glance can tell from its neighbour, in pixels. */
const SMALLEST_CELL = 3;

/**
 * A small still map of cells as SVG text, without styles: each step of the ramp is
 * one path of class `density-1…8` (see density.css). It shows the densest part of
 * the shape asked for; where the cells are too many, the most frequent of each
 * block stands for it. Rows are of one level; none gives an empty picture.
 */
export function rideGlimpse(
	cells: readonly CellCount[],
	{ width, height }: { readonly width: number; readonly height: number },
): string {
	const rows = neighbours(cells);
	const label = rows.length === 0 ? "No rides" : "Map of rides by frequency";
	const open = (viewBox: string) =>
		`<svg viewBox="${viewBox}" width="${width}" height="${height}" preserveAspectRatio="xMidYMid slice" role="img" aria-label="${label}" shape-rendering="crispEdges">`;
	if (rows.length === 0) return `${open(`0 0 ${width} ${height}`)}</svg>`;

	const frame = frameOf(rows, width / height);
	const block = Math.max(1, Math.ceil((frame.columns * SMALLEST_CELL) / width));
	const columns = Math.ceil(frame.columns / block);
	const lines = Math.ceil(frame.rows / block);
	return `${open(`0 0 ${columns} ${lines}`)}${pathsOf(rows, { ...frame, columns, lines, block })}</svg>`;
}

/**
 * The map's first picture as SVG text, to stand in its place until the map draws:
 * in true size and, centred in its box, in the true place. Blocks of two by two
 * cells show their most frequent cell. `view` is where the map opens.
 */
export function rideStill(rows: readonly CellCount[], view: StartView): string {
	const first = rows[0];
	if (first === undefined) return "";
	const cells = 2 ** first.level;
	const block = 2;
	const [longitude, latitude] = view.center;
	const centre = {
		x: mercatorX(longitude) * cells,
		y: mercatorY(latitude) * cells,
	};
	// As far as a large screen sees, and a whole number of blocks to every side.
	const reach = 384;
	const x = Math.floor(centre.x) - reach;
	const y = Math.floor(centre.y) - reach;
	const side = reach * 2;
	const lines = side / block;
	const pixels = (512 * 2 ** view.zoom) / cells;
	// The centre of the box is the centre of the view, between cells or not.
	const left = (centre.x - reach - x) / block;
	const top = (centre.y - reach - y) / block;
	const moved = rows.map((row) => ({
		...row,
		x: x + modulo(row.x - x, cells),
	}));
	return `<svg class="ride-still" viewBox="${left} ${top} ${lines} ${lines}" width="${side * pixels}" height="${side * pixels}" aria-hidden="true" shape-rendering="crispEdges">${pathsOf(moved, { x, y, columns: lines, lines, block })}</svg>`;
}

/** The same cells, those on either side of the antimeridian side by side. */
function neighbours(cells: readonly CellCount[]): CellCount[] {
	const columns = gathered(
		cells.map(({ x }) => x),
		2 ** (cells[0]?.level ?? 0),
	);
	return cells.map((cell, index) => ({ ...cell, x: columns[index] as number }));
}

/** A path for each step of the ramp, of runs of blocks. */
function pathsOf(
	rows: readonly CellCount[],
	frame: {
		readonly x: number;
		readonly y: number;
		/** Blocks across and down, of `block` by `block` cells. */
		readonly columns: number;
		readonly lines: number;
		readonly block: number;
	},
): string {
	const { columns, lines, block } = frame;
	const counts = new Uint32Array(columns * lines);
	for (const { x, y, rides } of rows) {
		const column = Math.floor((x - frame.x) / block);
		const line = Math.floor((y - frame.y) / block);
		if (column < 0 || column >= columns || line < 0 || line >= lines) continue;
		const index = line * columns + column;
		counts[index] = Math.max(counts[index] ?? 0, rides);
	}
	const top = topOfScale(
		counts.reduce((one, other) => Math.max(one, other), 0),
	);
	const paths = Array.from({ length: DENSITY_STEPS + 1 }, () => "");
	for (let line = 0; line < lines; line++)
		for (let column = 0; column < columns; ) {
			const step = stepAt(counts, line * columns + column, top);
			let end = column + 1;
			while (
				end < columns &&
				stepAt(counts, line * columns + end, top) === step
			)
				end++;
			if (step > 0)
				paths[step] += `M${column} ${line}h${end - column}v1h${column - end}z`;
			column = end;
		}
	return paths
		.map((path, step) =>
			path === "" ? "" : `<path class="density-${step}" d="${path}"/>`,
		)
		.join("");
}

function stepAt(counts: Uint32Array, index: number, top: number): number {
	const count = counts[index] ?? 0;
	return count === 0 ? 0 : densityStep(count, top);
}

/** The rectangle of the shape asked for around where rides are most. */
function frameOf(rows: readonly CellCount[], aspect: number) {
	const spanOf = (values: number[], weights: number[]) => {
		const order = values
			.map((value, index) => ({ value, weight: weights[index] ?? 0 }))
			.sort((one, other) => one.value - other.value);
		const total = order.reduce((sum, { weight }) => sum + weight, 0);
		const quantile = (share: number) => {
			let sum = 0;
			for (const { value, weight } of order) {
				sum += weight;
				if (sum >= share * total) return value;
			}
			return order.at(-1)?.value ?? 0;
		};
		return { low: quantile(0.1), high: quantile(0.9) };
	};
	const weights = rows.map(({ rides }) => rides);
	const across = spanOf(
		rows.map(({ x }) => x),
		weights,
	);
	const down = spanOf(
		rows.map(({ y }) => y),
		weights,
	);
	const height = Math.max(
		8,
		(down.high - down.low + 1) * 1.15,
		((across.high - across.low + 1) * 1.15) / aspect,
	);
	const columns = Math.ceil(height * aspect);
	const lines = Math.ceil(height);
	return {
		x: Math.round((across.low + across.high - columns) / 2),
		y: Math.round((down.low + down.high - lines) / 2),
		columns,
		rows: lines,
	};
}
