/** The latitude, in degrees, at which the Web-Mercator square ends. */
export const MAX_LATITUDE = 85.0511287798066;

/** Levels at which ride cells are kept. */
export const MIN_LEVEL = 6;
export const MAX_LEVEL = 20;

/** Longitude in degrees to [0, 1), east from 180 W; any whole turns are taken off. */
export function mercatorX(longitude: number): number {
	const turns = (longitude + 180) / 360;
	return turns - Math.floor(turns);
}

/** Latitude in degrees to [0, 1], south from {@link MAX_LATITUDE} N. */
export function mercatorY(latitude: number): number {
	const sine = Math.sin((latitude * Math.PI) / 180);
	return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/** Inverse of {@link mercatorX}, in degrees from -180. */
export function longitudeOf(x: number): number {
	return x * 360 - 180;
}

/** Inverse of {@link mercatorY}, in degrees. */
export function latitudeOf(y: number): number {
	return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
}

/** Cells along a side of the grid at {@link MAX_LEVEL}. */
const SIDE = 2 ** MAX_LEVEL;

/** Steps into which a cell at {@link MAX_LEVEL} is cut where points are snapped. */
const STEPS = 2 ** 32;

/**
 * Calls `enter` for each cell at {@link MAX_LEVEL} that the straight Web-Mercator
 * line from one point to another enters, both ends included: cells are half-open
 * to the east and south, and the line goes the shorter way round the antimeridian
 * (eastward from the western end where both ways are equal). A cell may be named
 * more than once. Coordinates are degrees; latitudes must be within
 * {@link MAX_LATITUDE}.
 *
 * Points are snapped to 2^-52 of the world (10 nanometres) toward north-west, which
 * keeps each in its cell; from there on the answer is exact, so that a cell of a
 * coarser level is passed if and only if one of its four children is.
 */
export function traverse(
	longitude1: number,
	latitude1: number,
	longitude2: number,
	latitude2: number,
	enter: (x: number, y: number) => void,
): void {
	let x1 = snap(mercatorX(longitude1));
	let y1 = snap(mercatorY(latitude1));
	let x2 = snap(mercatorX(longitude2));
	let y2 = snap(mercatorY(latitude2));
	if (x1 > x2) {
		[x1, x2] = [x2, x1];
		[y1, y2] = [y2, y1];
	}
	if (x2 - x1 > SIDE / 2) {
		[x1, x2] = [x2, x1 + SIDE];
		[y1, y2] = [y2, y1];
	}
	traverseGrid(x1, y1, x2, y2, (x, y) => enter(x % SIDE, y));
}

/** [0, 1] to cells at {@link MAX_LEVEL}, in whole steps, short of the far edge. */
function snap(fraction: number): number {
	const steps = Math.floor(fraction * SIDE * STEPS);
	return Math.min(Math.max(steps, 0), SIDE * STEPS - 1) / STEPS;
}

/**
 * The same on an endless grid of unit cells, for x1 <= x2 and coordinates that are
 * whole steps within [0, 2 * {@link SIDE}). Goes column by column: within one, the
 * line covers the rows between where it enters (a point of this column) and where
 * it meets the next (a point of the next).
 */
export function traverseGrid(
	x1: number,
	y1: number,
	x2: number,
	y2: number,
	enter: (x: number, y: number) => void,
): void {
	const lastColumn = Math.floor(x2);
	let row = Math.floor(y1);
	for (let column = Math.floor(x1); column < lastColumn; column++) {
		const crossing = crossingOf(x1, y1, x2, y2, column + 1);
		const next = Math.floor(crossing);
		// Going south, a crossing on a row's northern edge is met only by the next column.
		const end = y2 > y1 && next === crossing ? next - 1 : next;
		enterRows(column, row, end, enter);
		row = next;
	}
	enterRows(lastColumn, row, Math.floor(y2), enter);
}

function enterRows(
	column: number,
	from: number,
	to: number,
	enter: (x: number, y: number) => void,
): void {
	const step = from <= to ? 1 : -1;
	for (let row = from; row !== to + step; row += step) enter(column, row);
}

/**
 * Where the line meets `x`: a number with the exact floor, and whole only where the
 * exact value is. Doubles err by less than 2^-30 here; nearer to a whole number than
 * that, big integers decide.
 */
function crossingOf(
	x1: number,
	y1: number,
	x2: number,
	y2: number,
	x: number,
): number {
	const y = y1 + ((x - x1) * (y2 - y1)) / (x2 - x1);
	const whole = Math.round(y);
	if (Math.abs(y - whole) > 2 ** -30) return y;
	const [width, height, along, down] = [x2 - x1, y2 - y1, x - x1, whole - y1];
	const side = steps(along) * steps(height) - steps(down) * steps(width);
	if (side === 0n) return whole;
	return side > 0n ? whole + 0.5 : whole - 0.5;
}

function steps(cells: number): bigint {
	return BigInt(cells * STEPS);
}

/**
 * Morton code of a cell (Z-order): the bits of y and x in turn, y above x. Shifted
 * right by two bits it is the code of the cell's parent. Up to 20 bits each.
 */
export function morton(x: number, y: number): number {
	const high = spread(x >>> 10) + 2 * spread(y >>> 10);
	const low = spread(x & 1023) + 2 * spread(y & 1023);
	return high * 2 ** 20 + low;
}

/** The column of a Morton code's cell; the row is that of the code halved. */
export function mortonX(code: number): number {
	return gather(Math.floor(code / 2 ** 20)) * 2 ** 10 + gather(code % 2 ** 20);
}

/** The row of a Morton code's cell. */
export function mortonY(code: number): number {
	return mortonX(Math.floor(code / 2));
}

/** Puts a zero above each of the lower ten bits. */
function spread(bits: number): number {
	let v = bits;
	v = (v | (v << 8)) & 0x00ff00ff;
	v = (v | (v << 4)) & 0x0f0f0f0f;
	v = (v | (v << 2)) & 0x33333333;
	v = (v | (v << 1)) & 0x55555555;
	return v;
}

/** Takes every other one of the lower twenty bits. */
function gather(bits: number): number {
	let v = bits & 0x55555;
	v = (v | (v >> 1)) & 0x33333333;
	v = (v | (v >> 2)) & 0x0f0f0f0f;
	v = (v | (v >> 4)) & 0x00ff00ff;
	v = (v | (v >> 8)) & 0x0000ffff;
	return v;
}
