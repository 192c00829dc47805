import { expect, test } from "vitest";
import { columnRange, GridWindow } from "./grid-window.ts";

test("up to the tallest box, the rows stand where the scroll position says", () => {
	const grid = new GridWindow(100_000, 28);
	grid.resize(500);
	expect(grid.boxHeight).toBe(2_800_000);
	for (const scrollTop of [0, 13, 1_000_000, 2_799_500, 5]) {
		grid.scrolled(scrollTop);
		expect(grid.offset).toBe(scrollTop);
		expect(grid.top(7)).toBe(196);
	}
	grid.scrolled(2_799_500);
	expect(grid.range(0).to).toBe(100_000);
	expect(grid.range(0).from).toBe(99_982);
});

test("over ten million rows, both ends are reached and small scrolls are exact", () => {
	const grid = new GridWindow(10_000_000, 28);
	grid.resize(500);
	expect(grid.boxHeight).toBeLessThan(10_000_000);
	grid.scrolled(grid.boxHeight - 500);
	expect(grid.range(0).to).toBe(10_000_000);
	grid.scrolled(0);
	expect(grid.range(0).from).toBe(0);
	grid.scrolled(4_000_000);
	const before = grid.offset;
	expect(before).toBeGreaterThan(100_000_000);
	grid.scrolled(4_000_028);
	expect(grid.offset - before).toBeCloseTo(28);
});

test("settling moves the scroll position and not the rows", () => {
	const grid = new GridWindow(10_000_000, 28);
	grid.resize(500);
	grid.scrolled(4_000_000);
	for (let step = 1; step <= 500; step++) grid.scrolled(4_000_000 + step * 100);
	const { offset } = grid;
	const scrollTop = grid.settled();
	expect(scrollTop).toBeLessThan(4_010_000);
	grid.scrolled(scrollTop);
	expect(grid.offset).toBe(offset);
});

test("every row can be revealed, and lies whole within the view", () => {
	for (const rows of [1, 17, 1000, 10_000_000]) {
		const grid = new GridWindow(rows, 28);
		grid.resize(500);
		for (const row of [0, rows - 1, Math.floor(rows / 2), 0]) {
			const scrollTop = grid.reveal(row);
			grid.scrolled(scrollTop);
			const top = row * 28 - grid.offset;
			expect(top).toBeGreaterThanOrEqual(-0.5);
			expect(top + 28).toBeLessThanOrEqual(500.5);
			const { from, to } = grid.range(0);
			expect(from <= row && row < to).toBe(true);
		}
	}
});

test("a grid that grew past its rows shows them all", () => {
	const grid = new GridWindow(30, 28);
	grid.resize(100);
	grid.reveal(29);
	grid.resize(2000);
	expect(grid.range(5)).toStrictEqual({ from: 0, to: 30 });
});

test("columns are those that the view touches", () => {
	const starts = [0, 100, 300, 350, 800];
	for (let left = 0; left < 800; left += 7)
		for (const width of [1, 50, 400, 900]) {
			const touched = [0, 1, 2, 3].filter(
				(column) =>
					(starts[column + 1] ?? 0) > left &&
					(starts[column] ?? 0) < left + width,
			);
			const { from, to } = columnRange(starts, left, width);
			expect([from, to]).toStrictEqual([touched[0], (touched.at(-1) ?? 0) + 1]);
		}
	expect(columnRange([0], 0, 100)).toStrictEqual({ from: 0, to: 0 });
});
