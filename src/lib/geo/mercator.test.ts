import { describe, expect, test } from "vitest";
import { randomFrom } from "../random.ts";
import {
	longitudeOf,
	MAX_LATITUDE,
	MAX_LEVEL,
	mercatorX,
	mercatorY,
	morton,
	mortonX,
	mortonY,
	traverse,
	traverseGrid,
} from "./mercator.ts";

type Point = readonly [x: number, y: number];

/**
 * Whether a segment meets [column, column + 1) x [row, row + 1), by clipping its
 * parameter t in [0, 1] as fractions of big integers.
 */
function meets(
	[x1, y1]: Point,
	[x2, y2]: Point,
	column: number,
	row: number,
): boolean {
	const unit = 2 ** 32;
	// Each bound: t >= or > numerator / denominator, denominator > 0.
	let low: Fraction = [0n, 1n, true];
	let high: Fraction = [1n, 1n, true];
	for (const [from, to, edge] of [
		[x1, x2, column],
		[y1, y2, row],
	] as const) {
		const start = BigInt(from * unit);
		const delta = BigInt(to * unit) - start;
		const near = BigInt(edge) * BigInt(unit) - start;
		const far = near + BigInt(unit);
		if (delta === 0n) {
			if (near > 0n || far <= 0n) return false;
		} else if (delta > 0n) {
			low = later(low, [near, delta, true]);
			high = earlier(high, [far, delta, false]);
		} else {
			low = later(low, [-far, -delta, false]);
			high = earlier(high, [-near, -delta, true]);
		}
	}
	const order = low[0] * high[1] - high[0] * low[1];
	return order < 0n || (order === 0n && low[2] && high[2]);
}

type Fraction = readonly [
	numerator: bigint,
	denominator: bigint,
	included: boolean,
];

function later(a: Fraction, b: Fraction): Fraction {
	const order = a[0] * b[1] - b[0] * a[1];
	return order > 0n || (order === 0n && !a[2]) ? a : b;
}

function earlier(a: Fraction, b: Fraction): Fraction {
	const order = a[0] * b[1] - b[0] * a[1];
	return order < 0n || (order === 0n && !a[2]) ? a : b;
}

function bruteForce(a: Point, b: Point): string[] {
	const cells: string[] = [];
	const columns = [Math.floor(Math.min(a[0], b[0])), Math.max(a[0], b[0])];
	const rows = [Math.floor(Math.min(a[1], b[1])), Math.max(a[1], b[1])];
	for (let column = columns[0] ?? 0; column <= (columns[1] ?? 0); column++)
		for (let row = rows[0] ?? 0; row <= (rows[1] ?? 0); row++)
			if (meets(a, b, column, row)) cells.push(`${column} ${row}`);
	return cells.sort();
}

function walked(a: Point, b: Point): string[] {
	const [west, east] = a[0] <= b[0] ? [a, b] : [b, a];
	const cells = new Set<string>();
	traverseGrid(west[0], west[1], east[0], east[1], (x, y) =>
		cells.add(`${x} ${y}`),
	);
	return [...cells].sort();
}

describe("the cells that a line enters", () => {
	test("are those that it meets, for points anywhere, on edges, on corners and a step beside them", () => {
		const random = randomFrom(20261121);
		const far = 2 ** 20 - 12;
		for (let round = 0; round < 20_000; round++) {
			const base = round % 2 === 0 ? 0 : far;
			const coordinate = () => {
				const anywhere = Math.floor(random() * 12 * 2 ** 32) / 2 ** 32;
				const kind = Math.floor(random() * 4);
				if (kind === 0) return base + anywhere;
				if (kind === 1) return base + Math.floor(anywhere);
				if (kind === 2) return base + Math.floor(anywhere * 4) / 4;
				const beside =
					Math.floor(anywhere) + (random() < 0.5 ? -1 : 1) / 2 ** 32;
				return base + Math.max(beside, 0);
			};
			const a: Point = [coordinate(), coordinate()];
			const b: Point = [coordinate(), coordinate()];
			expect(walked(a, b), `${a} to ${b}`).toEqual(bruteForce(a, b));
		}
	});

	test("do not depend on the line's direction", () => {
		const random = randomFrom(7);
		for (let round = 0; round < 2_000; round++) {
			const [lon, lat] = [random() * 360 - 180, random() * 170 - 85];
			const [lon2, lat2] = [
				lon + (random() - 0.5) / 50,
				Math.max(-85, Math.min(85, lat + (random() - 0.5) / 50)),
			];
			expect(cellsBetween(lon, lat, lon2, lat2)).toEqual(
				cellsBetween(lon2, lat2, lon, lat),
			);
		}
	});

	test("are the point's own cell where both ends are one point", () => {
		const random = randomFrom(11);
		for (let round = 0; round < 1_000; round++) {
			const [lon, lat] = [random() * 360 - 180, random() * 170 - 85];
			const x = Math.floor(mercatorX(lon) * 2 ** MAX_LEVEL);
			const y = Math.floor(mercatorY(lat) * 2 ** MAX_LEVEL);
			expect(cellsBetween(lon, lat, lon, lat)).toEqual([`${x} ${y}`]);
		}
	});

	test("lie on both sides of the antimeridian, and nowhere else, where the line crosses it", () => {
		const last = 2 ** MAX_LEVEL - 1;
		const width = 360 / 2 ** MAX_LEVEL;
		const columns = cellsBetween(180 - width / 2, 10, -180 + width / 2, 10).map(
			(cell) => Number(cell.split(" ")[0]),
		);
		expect(columns.sort((a, b) => a - b)).toEqual([0, last]);
		expect(cellsBetween(180, 10, -180, 10)).toHaveLength(1);
	});

	test("stay within the grid at its northern and southern ends", () => {
		expect(cellsBetween(0, MAX_LATITUDE, 0, MAX_LATITUDE)).toEqual([
			`${2 ** 19} 0`,
		]);
		expect(cellsBetween(0, -MAX_LATITUDE, 0, -MAX_LATITUDE)).toEqual([
			`${2 ** 19} ${2 ** 20 - 1}`,
		]);
	});

	test("at a coarser level are the parents of those at the finest", () => {
		const random = randomFrom(3);
		for (let round = 0; round < 2_000; round++) {
			const scale = 2 ** (1 + Math.floor(random() * 6));
			const coordinate = () => Math.floor(random() * 40 * 2 ** 32) / 2 ** 32;
			const a: Point = [coordinate(), coordinate()];
			const b: Point = [coordinate(), coordinate()];
			const parents = new Set(
				walked(a, b).map((cell) => {
					const [x = 0, y = 0] = cell.split(" ").map(Number);
					return `${Math.floor(x / scale)} ${Math.floor(y / scale)}`;
				}),
			);
			// Whole steps stay whole when both are scaled up by the largest scale first.
			const coarse = (point: Point): Point => [
				Math.floor((point[0] / scale) * 2 ** 32) / 2 ** 32,
				Math.floor((point[1] / scale) * 2 ** 32) / 2 ** 32,
			];
			const onGrid = (point: Point): Point => [
				coarse(point)[0] * scale,
				coarse(point)[1] * scale,
			];
			const snapped = new Set(
				walked(onGrid(a), onGrid(b)).map((cell) => {
					const [x = 0, y = 0] = cell.split(" ").map(Number);
					return `${Math.floor(x / scale)} ${Math.floor(y / scale)}`;
				}),
			);
			expect([...snapped].sort()).toEqual(walked(coarse(a), coarse(b)));
			expect(parents.size).toBeGreaterThan(0);
		}
	});
});

test("a Morton code gives its cell back, and shifted its parent's", () => {
	const random = randomFrom(5);
	for (let round = 0; round < 5_000; round++) {
		const x = Math.floor(random() * 2 ** 20);
		const y = Math.floor(random() * 2 ** 20);
		const code = morton(x, y);
		expect([mortonX(code), mortonY(code)]).toEqual([x, y]);
		expect(Math.floor(code / 4)).toBe(morton(x >> 1, y >> 1));
	}
	expect(morton(2 ** 20 - 1, 2 ** 20 - 1)).toBe(2 ** 40 - 1);
});

test("longitudes come back from the grid", () => {
	for (const longitude of [-180, -0.5, 0, 13.4, 179.999])
		expect(longitudeOf(mercatorX(longitude))).toBeCloseTo(longitude, 9);
});

function cellsBetween(
	longitude1: number,
	latitude1: number,
	longitude2: number,
	latitude2: number,
): string[] {
	const cells = new Set<string>();
	traverse(longitude1, latitude1, longitude2, latitude2, (x, y) =>
		cells.add(`${x} ${y}`),
	);
	return [...cells].sort();
}
