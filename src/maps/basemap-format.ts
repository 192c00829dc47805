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
 * Longitudes and latitudes in turn, as whole {@link UNITS_PER_DEGREE}ths: the first
 * position, then differences, which compress to half of what decimals do.
 */
export type PackedLine = readonly number[];

/** A thousandth of a degree is at most 111 m: finer than the 1:50M shapes. */
export const UNITS_PER_DEGREE = 1000;

/** Packs a line; positions that fall together are kept once. */
export function packLine(
	positions: readonly (readonly number[])[],
): PackedLine {
	const packed: number[] = [];
	let x = 0;
	let y = 0;
	for (const [longitude = 0, latitude = 0] of positions) {
		const nextX = Math.round(longitude * UNITS_PER_DEGREE);
		const nextY = Math.round(latitude * UNITS_PER_DEGREE);
		if (packed.length > 0 && nextX === x && nextY === y) continue;
		packed.push(nextX - x, nextY - y);
		x = nextX;
		y = nextY;
	}
	return packed;
}

export function unpackLine(packed: PackedLine): Position[] {
	const positions: Position[] = [];
	let x = 0;
	let y = 0;
	for (let index = 0; index + 1 < packed.length; index += 2) {
		x += packed[index] ?? 0;
		y += packed[index + 1] ?? 0;
		positions.push([x / UNITS_PER_DEGREE, y / UNITS_PER_DEGREE]);
	}
	return positions;
}
