/** What the page draws under the data; made at build time, read in the page. */
export interface Basemap {
	/** Polygons, as rings of packed positions; the first ring is the shell. */
	readonly land: readonly (readonly PackedLine[])[];
	/** Borders between countries. */
	readonly borders: readonly PackedLine[];
	/** Names of countries, largest first. */
	readonly labels: readonly BasemapLabel[];
}

export interface BasemapLabel {
	readonly name: string;
	readonly at: Position;
	/** MapLibre zoom from which the name has room. */
	readonly zoom: number;
}

export type Position = [longitude: number, latitude: number];

/**
 * A square of the basemap in finer detail, for maps that are near: its sides
 * are those of {@link tileBox}, {@link TILE_OVERLAP} further out.
 */
export interface BasemapTile {
	readonly land: readonly (readonly PackedLine[])[];
	readonly borders: readonly PackedLine[];
}

/** Side of a tile, in degrees. */
export const TILE_DEGREES = 10;

/** Beyond each side a tile goes on, so that no seam shows between two; degrees. */
export const TILE_OVERLAP = 0.02;

/** From this MapLibre zoom the shapes of {@link Basemap} are too coarse. */
export const TILE_ZOOM = 5;

/** A tile's column from 180 W, and row from 90 N. */
export interface TilePlace {
	readonly column: number;
	readonly row: number;
}

/** The sides of a tile, in degrees. */
export function tileBox({ column, row }: TilePlace): {
	readonly west: number;
	readonly south: number;
	readonly east: number;
	readonly north: number;
} {
	const west = column * TILE_DEGREES - 180;
	const north = 90 - row * TILE_DEGREES;
	return {
		west,
		north,
		east: west + TILE_DEGREES,
		south: north - TILE_DEGREES,
	};
}

/** The tiles that some part of a box in degrees lies in; west may be any turn of the world away. */
export function tilesIn(box: {
	readonly west: number;
	readonly south: number;
	readonly east: number;
	readonly north: number;
}): TilePlace[] {
	const columns = 360 / TILE_DEGREES;
	const rows = 180 / TILE_DEGREES;
	const first = Math.floor((box.west + 180) / TILE_DEGREES);
	const last = Math.min(
		first + columns - 1,
		Math.floor((box.east + 180) / TILE_DEGREES),
	);
	const places: TilePlace[] = [];
	for (let x = first; x <= last; x++)
		for (
			let row = Math.max(0, Math.floor((90 - box.north) / TILE_DEGREES));
			row <= Math.min(rows - 1, Math.floor((90 - box.south) / TILE_DEGREES));
			row++
		)
			places.push({ column: ((x % columns) + columns) % columns, row });
	return places;
}

/** Of a tile's file. */
export function tileName({ column, row }: TilePlace): string {
	return `${column}-${row}`;
}

/**
 * Longitudes and latitudes in turn, as whole parts of a degree: the first
 * position, then differences, which compress to half of what decimals do.
 */
export type PackedLine = readonly number[];

/** A thousandth of a degree is at most 111 m: finer than the 1:50M shapes. */
const UNITS_PER_DEGREE = 1000;

/** For tiles: 44 m, as the 1:10M shapes themselves are packed. */
export const TILE_UNITS_PER_DEGREE = 2500;

/** Packs a line; positions that fall together are kept once. */
export function packLine(
	positions: readonly (readonly number[])[],
	unitsPerDegree = UNITS_PER_DEGREE,
): PackedLine {
	const packed: number[] = [];
	let x = 0;
	let y = 0;
	for (const [longitude = 0, latitude = 0] of positions) {
		const nextX = Math.round(longitude * unitsPerDegree);
		const nextY = Math.round(latitude * unitsPerDegree);
		if (packed.length > 0 && nextX === x && nextY === y) continue;
		packed.push(nextX - x, nextY - y);
		x = nextX;
		y = nextY;
	}
	return packed;
}

export function unpackLine(
	packed: PackedLine,
	unitsPerDegree = UNITS_PER_DEGREE,
): Position[] {
	const positions: Position[] = [];
	let x = 0;
	let y = 0;
	for (let index = 0; index + 1 < packed.length; index += 2) {
		x += packed[index] ?? 0;
		y += packed[index + 1] ?? 0;
		positions.push([x / unitsPerDegree, y / unitsPerDegree]);
	}
	return positions;
}
