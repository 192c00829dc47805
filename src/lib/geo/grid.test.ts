import { describe, expect, test } from "vitest";
import {
	type CellWindow,
	cellAt,
	centreOf,
	covers,
	gathered,
	levelOf,
	piecesOf,
	widen,
	windowOf,
} from "./grid.ts";
import { latitudeOf, longitudeOf } from "./mercator.ts";

const zurich = { west: 8.4, south: 47.3, east: 8.7, north: 47.5, zoom: 11 };
const fiji = { west: 176.5, south: -19, east: 182.2, north: -16, zoom: 7 };
const fijiFromEast = { ...fiji, west: -183.5, east: -177.8 };

test("cells are four to eight pixels until the levels end, and grow from there", () => {
	const pixelsAt = (zoom: number) => (512 * 2 ** zoom) / 2 ** levelOf(zoom);
	for (let zoom = 0; zoom < 14; zoom += 0.01) {
		expect(pixelsAt(zoom)).toBeGreaterThan(3.9999);
		expect(pixelsAt(zoom)).toBeLessThan(8);
	}
	for (let zoom = 14; zoom <= 18; zoom += 0.1)
		expect(pixelsAt(zoom)).toBeCloseTo(8 * 2 ** (zoom - 14), 6);
	expect(levelOf(18)).toBe(20);
	expect(levelOf(-2)).toBe(6);
});

test("columns on both sides of the antimeridian become neighbours, and others stay", () => {
	expect(gathered([5, 3, 9], 1024)).toEqual([5, 3, 9]);
	expect(gathered([1, 1023, 0, 1020], 1024)).toEqual([1025, 1023, 1024, 1020]);
	expect(gathered([7], 64)).toEqual([7]);
	expect(gathered([], 64)).toEqual([]);
	const size = 4096;
	for (let turn = 0; turn < size; turn += 97) {
		const columns = [0, 3, 40, 100].map((x) => (x + turn) % size);
		const moved = gathered(columns, size);
		expect(Math.max(...moved) - Math.min(...moved)).toBe(100);
		expect(moved.map((x) => x % size)).toEqual(columns);
	}
});

describe("a window", () => {
	test.each([zurich, fiji, fijiFromEast])(
		"holds every point of its viewport",
		(viewport) => {
			const window = windowOf(viewport, levelOf(viewport.zoom));
			for (const across of [0, 0.3, 1])
				for (const down of [0, 0.5, 1]) {
					const longitude =
						viewport.west + across * (viewport.east - viewport.west);
					const latitude =
						viewport.south + down * (viewport.north - viewport.south);
					expect(cellAt(window, longitude, latitude)).not.toBeNull();
				}
			expect(cellAt(window, viewport.west - 1, viewport.north)).toBeNull();
			expect(cellAt(window, viewport.west, viewport.north + 1)).toBeNull();
		},
	);

	test("is never wider than the world, nor outside the grid", () => {
		const world = windowOf(
			{ west: -400, south: -89, east: 300, north: 89, zoom: 0 },
			7,
		);
		expect(world).toEqual({ level: 7, x: 0, columns: 128, y: 0, rows: 128 });
		expect(widen(world, 1)).toEqual(world);
	});

	test("is cut at the antimeridian into pieces that make it up", () => {
		for (const viewport of [fiji, fijiFromEast]) {
			const window = windowOf(viewport, 14);
			const pieces = piecesOf(window);
			expect(pieces).toHaveLength(2);
			expect(pieces[0]?.columns).toBe(pieces[1]?.column);
			expect((pieces[0]?.columns ?? 0) + (pieces[1]?.columns ?? 0)).toBe(
				window.columns,
			);
			for (const piece of pieces) {
				expect(piece.x).toBeGreaterThanOrEqual(0);
				expect(piece.x + piece.columns).toBeLessThanOrEqual(2 ** 14);
			}
		}
		expect(piecesOf(windowOf(zurich, 18))).toHaveLength(1);
	});

	test("with a margin covers itself, small moves, and the same place a turn away", () => {
		const window = windowOf(fiji, 14);
		const wide = widen(window, 0.25);
		expect(covers(wide, window)).toBe(true);
		expect(covers(window, wide)).toBe(false);
		expect(covers(wide, windowOf(fijiFromEast, 14))).toBe(true);
		expect(covers(wide, windowOf({ ...fiji, east: 185 }, 14))).toBe(false);
		expect(covers(wide, windowOf(fiji, 13))).toBe(false);
	});

	test("knows a cell by its middle, there and back", () => {
		for (const viewport of [zurich, fiji]) {
			const window = windowOf(viewport, 13);
			for (const index of [
				0,
				1,
				window.columns,
				window.columns * window.rows - 1,
			])
				expect(cellAt(window, ...centreOf(window, index))).toBe(index);
		}
	});

	test("cells are half-open to the east and south", () => {
		const window: CellWindow = {
			level: 8,
			x: 100,
			y: 90,
			columns: 10,
			rows: 10,
		};
		const west = longitudeOf(103 / 256);
		const north = latitudeOf(95.5 / 256);
		expect(cellAt(window, west, north)).toBe(5 * 10 + 3);
		expect(cellAt(window, west - 1e-9, north)).toBe(5 * 10 + 2);
	});
});
