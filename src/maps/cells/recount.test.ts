import { expect, test } from "vitest";
import type { CellWindow } from "../../lib/geo/grid.ts";
import { busiestCells, recount, ridesSeen, summarise } from "./recount.ts";

const window: CellWindow = { level: 6, x: 62, y: 10, columns: 4, rows: 3 };
const cells = Int32Array.from([0, 0, 0, 5, 5, 11, 3]);
const rides = Int32Array.from([0, 1, 2, 1, 2, 0, 2]);
const pairs = { cells, rides };

test("counts the rides that count", () => {
	expect([...recount(pairs, Uint8Array.of(1, 1, 1), window)]).toEqual([
		3, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 1,
	]);
	expect([...recount(pairs, Uint8Array.of(0, 0, 1), window)]).toEqual([
		1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0,
	]);
});

test("sums up only what is on the screen, also across the antimeridian", () => {
	const all = Uint8Array.of(1, 1, 1);
	const counts = recount(pairs, all, window);
	const shown: CellWindow = { level: 6, x: -1, y: 11, columns: 2, rows: 2 };
	expect(summarise(window, counts, shown)).toEqual({
		most: 2,
		occupied: 1,
	});
	expect([...ridesSeen(pairs, all, window, shown)]).toEqual([0, 1, 1]);
	expect(summarise(window, counts, { ...shown, y: 12, rows: 1 })).toEqual({
		most: 0,
		occupied: 0,
	});
});

test("ranks the busiest cells", () => {
	const counts = recount(pairs, Uint8Array.of(1, 1, 1), window);
	expect(busiestCells(window, counts, window, 3)).toEqual([
		{ cell: 0, rides: 3 },
		{ cell: 5, rides: 2 },
		{ cell: 3, rides: 1 },
	]);
});
