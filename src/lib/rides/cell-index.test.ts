import { expect, test } from "vitest";
import { type CellWindow, windowOf } from "../geo/grid.ts";
import { MAX_LEVEL, MIN_LEVEL } from "../geo/mercator.ts";
import { randomFrom } from "../random.ts";
import { CellIndex } from "./cell-index.ts";
import { CellCollector } from "./cells.ts";

interface Cell {
	readonly level: number;
	readonly x: number;
	readonly y: number;
	readonly ride: number;
}

/** Rides that wander over the antimeridian, and every cell that they pass. */
function wanderers(rides: number): {
	codes: Float64Array[];
	cells: readonly Cell[];
} {
	const random = randomFrom(rides);
	const cells: Cell[] = [];
	const codes = Array.from({ length: rides }, (_, ride) => {
		const own: number[] = [];
		const collector = new CellCollector((level, x, y, code) => {
			cells.push({ level, x, y, ride });
			if (level === MAX_LEVEL) own.push(code);
		});
		let [longitude, latitude] = [179.99, -16.8 + random() * 0.01];
		for (let step = 0; step < 40; step++) {
			const to = longitude + (random() - 0.4) * 0.004;
			const next: [number, number] = [
				to > 180 ? to - 360 : to,
				latitude + (random() - 0.5) * 0.004,
			];
			collector.line(longitude, latitude, ...next);
			[longitude, latitude] = next;
		}
		collector.finish();
		return Float64Array.from(own);
	});
	return { codes, cells };
}

test("every window of every level holds the pairs that the rides' own cells say", () => {
	const { codes, cells } = wanderers(12);
	const index = new CellIndex(codes);
	const random = randomFrom(2);
	for (let round = 0; round < 200; round++) {
		const level =
			MIN_LEVEL + Math.floor(random() * (MAX_LEVEL + 1 - MIN_LEVEL));
		const west = 179.9 + random() * 0.15;
		const south = -16.9 + random() * 0.1;
		const window = windowOf(
			{
				west,
				east: west + random() * 0.1,
				south,
				north: south + random() * 0.1,
				zoom: 0,
			},
			level,
		);
		const found: string[] = [];
		index.forEachIn(window, (cell, ride) => found.push(`${cell} ${ride}`));
		expect(found.sort()).toStrictEqual(pairsIn(cells, window));
		expect(index.countIn(window)).toBe(found.length);
	}
});

test("a level's pairs are sorted by code, and each is there once", () => {
	const { codes } = wanderers(5);
	const index = new CellIndex(codes);
	for (let level = 0; level <= MAX_LEVEL; level++) {
		const { codes: sorted, rides } = index.at(level);
		expect(sorted).toStrictEqual(sorted.slice().sort());
		const pairs = [...sorted].map((code, pair) => `${code} ${rides[pair]}`);
		expect(new Set(pairs).size).toBe(pairs.length);
	}
	expect(index.at(0).codes.length).toBe(5);
});

function pairsIn(cells: readonly Cell[], window: CellWindow): string[] {
	const size = 2 ** window.level;
	return cells
		.filter(({ level }) => level === window.level)
		.map(({ x, y, ride }) => ({
			column: (((x - window.x) % size) + size) % size,
			row: y - window.y,
			ride,
		}))
		.filter(
			({ column, row }) =>
				column < window.columns && row >= 0 && row < window.rows,
		)
		.map(({ column, row, ride }) => `${row * window.columns + column} ${ride}`)
		.sort();
}
