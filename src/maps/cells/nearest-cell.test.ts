import { expect, test } from "vitest";
import type { CellWindow } from "../../lib/geo/grid.ts";
import { nearestOccupied } from "./nearest-cell.ts";

const window: CellWindow = { level: 9, x: 500, y: 40, columns: 17, rows: 11 };

test("finds what a look at every cell finds", () => {
	let state = 7;
	const random = () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 32;
	};
	for (let round = 0; round < 200; round++) {
		const counts = Uint32Array.from({ length: 17 * 11 }, () =>
			random() < 0.06 ? 1 + Math.floor(random() * 4) : 0,
		);
		const cell = Math.floor(random() * counts.length);
		const reach = Math.floor(random() * 6);
		const apart = (other: number) =>
			((other % 17) - (cell % 17)) ** 2 +
			(Math.floor(other / 17) - Math.floor(cell / 17)) ** 2;
		const near = [...counts.keys()].filter(
			(other) => counts[other] !== 0 && apart(other) <= reach ** 2,
		);
		const found = nearestOccupied(window, counts, cell, reach);
		if (found === null) {
			expect(near).toEqual([]);
			continue;
		}
		const least = Math.min(...near.map(apart));
		expect(apart(found)).toBe(least);
		expect(counts[found]).toBe(
			Math.max(
				...near
					.filter((other) => apart(other) === least)
					.map((other) => counts[other] ?? 0),
			),
		);
	}
});
