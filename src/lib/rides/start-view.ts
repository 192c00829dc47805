import type { StartView } from "../catalog/catalog.ts";
import { modulo } from "../geo/grid.ts";
import { latitudeOf, longitudeOf, mortonX, mortonY } from "../geo/mercator.ts";
import type { CellIndex, LevelPairs } from "./cell-index.ts";

/** A page's map as it is assumed where nobody has seen it, in CSS pixels. */
const VIEW_WIDTH = 1200;
const VIEW_HEIGHT = 800;

/** Cells of this level, some 40 km wide, tell where the main cluster of rides is. */
export const CLUSTER_LEVEL = 10;
/** And those of this one what it fills. */
export const EXTENT_LEVEL = 14;

/** Of what is ridden, how much may be left out at each side: a little, or much where that is much closer. */
export const WHOLE_CUT = 0.02;
export const CORE_CUT = 0.1;

/**
 * Cells of {@link EXTENT_LEVEL}, counted on beyond the antimeridian; east and south are
 * the first that lie outside.
 */
export interface CellBox {
	readonly west: number;
	readonly east: number;
	readonly north: number;
	readonly south: number;
}

/**
 * The view that the main cluster of rides fills: of the blocks of 3 by 3 cells at
 * {@link CLUSTER_LEVEL} (some 100 km), the one that most rides pass; within it, the
 * middle 96 % of what the rides there pass, by rides, or the middle 80 % where that
 * is a zoom level or more closer. Null without rides. A build of a lake asks the same
 * by SQL.
 */
export function startViewOf(index: CellIndex): StartView | null {
	const cluster = mainCluster(index.at(CLUSTER_LEVEL));
	if (cluster === null) return null;
	const { xs, ys } = extentOf(index.at(EXTENT_LEVEL), cluster);
	const boxOf = (cut: number): CellBox => ({
		west: quantile(xs, cut),
		east: quantile(xs, 1 - cut) + 1,
		north: quantile(ys, cut),
		south: quantile(ys, 1 - cut) + 1,
	});
	return closerOf(viewOf(boxOf(WHOLE_CUT)), viewOf(boxOf(CORE_CUT)));
}

/** The view of the core where it is a zoom level or more closer: the far ends of a few long rides then lie outside. */
export function closerOf(whole: StartView, core: StartView): StartView {
	return core.zoom >= whole.zoom + 1 ? core : whole;
}

/** The view that a box of cells fills, but for a tenth. */
export function viewOf(box: CellBox): StartView {
	const size = 2 ** EXTENT_LEVEL;
	const [west, east] = [box.west / size, box.east / size];
	const [north, south] = [box.north / size, box.south / size];
	// A world is 512 * 2^zoom pixels wide.
	const zoom = Math.log2(
		Math.min(
			(0.9 * VIEW_WIDTH) / (512 * (east - west)),
			(0.9 * VIEW_HEIGHT) / (512 * (south - north)),
		),
	);
	return {
		center: [
			rounded(longitudeOf(modulo((west + east) / 2, 1))),
			rounded(latitudeOf((north + south) / 2)),
		],
		zoom: Math.floor(Math.min(Math.max(zoom, 1), 14) * 100) / 100,
	};
}

interface Cell {
	readonly x: number;
	readonly y: number;
}

/** The middle of the block that most rides pass; of several the one whose middle most do, then the first by y and x. */
function mainCluster({ codes, rides }: LevelPairs): Cell | null {
	// A row of cells lies outside of the grid on each side; columns go round.
	const width = 2 ** CLUSTER_LEVEL;
	const keyOf = (x: number, y: number) => (y + 1) * width + x;
	const cellsOfRides: number[][] = [];
	const middles = new Map<number, number>();
	for (const [pair, code] of codes.entries()) {
		const key = keyOf(mortonX(code), mortonY(code));
		const ride = rides[pair] as number;
		cellsOfRides[ride] ??= [];
		cellsOfRides[ride].push(key);
		middles.set(key, (middles.get(key) ?? 0) + 1);
	}
	const blocks = new Map<number, number>();
	for (const cells of cellsOfRides) {
		const near = new Set<number>();
		for (const key of cells)
			for (const down of [-width, 0, width])
				for (const across of [-1, 0, 1])
					near.add(
						key - (key % width) + down + modulo((key % width) + across, width),
					);
		for (const key of near) blocks.set(key, (blocks.get(key) ?? 0) + 1);
	}
	let best: number | null = null;
	const rank = (key: number) => [
		blocks.get(key) ?? 0,
		middles.get(key) ?? 0,
		-key,
	];
	for (const key of blocks.keys())
		if (best === null || isGreater(rank(key), rank(best))) best = key;
	return best === null
		? null
		: { x: best % width, y: Math.floor(best / width) - 1 };
}

function isGreater(one: readonly number[], other: readonly number[]): boolean {
	const at = one.findIndex((value, index) => value !== other[index]);
	return at >= 0 && (one[at] as number) > (other[at] as number);
}

/** Columns and rows of what is ridden in a block, once for each cell and ride, rising. */
function extentOf(
	{ codes }: LevelPairs,
	cluster: Cell,
): { xs: Float64Array; ys: Float64Array } {
	const shift = EXTENT_LEVEL - CLUSTER_LEVEL;
	const west = (cluster.x - 1) << shift;
	const xs: number[] = [];
	const ys: number[] = [];
	for (const code of codes) {
		const [x, y] = [mortonX(code), mortonY(code)];
		const isNear =
			modulo((x >> shift) - cluster.x + 1, 2 ** CLUSTER_LEVEL) <= 2 &&
			Math.abs((y >> shift) - cluster.y) <= 1;
		if (!isNear) continue;
		xs.push(west + modulo(x - west, 2 ** EXTENT_LEVEL));
		ys.push(y);
	}
	return {
		xs: Float64Array.from(xs).sort(),
		ys: Float64Array.from(ys).sort(),
	};
}

/** The value at a share of a sorted column, as DuckDB's `quantile_disc` takes it. */
function quantile(sorted: Float64Array, share: number): number {
	const { length } = sorted;
	const place = Math.max(1, length - Math.floor(length - share * length)) - 1;
	return sorted[place] as number;
}

/** Degrees to about ten metres. */
function rounded(degrees: number): number {
	return Math.round(degrees * 1e4) / 1e4;
}
