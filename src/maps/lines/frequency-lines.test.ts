import { expect, test } from "vitest";
import type { CellWindow } from "../../lib/geo/grid.ts";
import { randomFrom } from "../../lib/random.ts";
import type { MapScreen } from "../map-screen.ts";
import { FrequencyLines, stepsByCount } from "./frequency-lines.ts";

const LEVEL = 10;
const SIZE = 2 ** LEVEL;
const STEPS = 12;

interface Piece {
	readonly step: number;
	readonly from: readonly [number, number];
	readonly to: readonly [number, number];
}

function piecesOf({ steps }: FrequencyLines): Piece[] {
	const pieces: Piece[] = [];
	for (const [step, flat] of steps.entries())
		for (let index = 0; index + 3 < flat.length; index += 2) {
			const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = flat.slice(index, index + 4);
			if (Number.isNaN(x1) || Number.isNaN(x2)) continue;
			pieces.push({ step, from: [x1, y1], to: [x2, y2] });
		}
	return pieces;
}

function distanceTo({ from, to }: Piece, x: number, y: number): number {
	const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
	const length = dx * dx + dy * dy;
	const share =
		length === 0 ? 0 : ((x - from[0]) * dx + (y - from[1]) * dy) / length;
	const at = Math.max(0, Math.min(1, share));
	return Math.hypot(x - from[0] - at * dx, y - from[1] - at * dy);
}

/** A screen, counts of a window around it, and a line that wanders there. */
function scene(seed: number) {
	const random = randomFrom(seed);
	const screen: MapScreen = {
		width: 300,
		height: 200,
		world: SIZE * (4 + random() * 20),
		// Across the antimeridian for some.
		left: random() < 0.4 ? 0.98 : random() * 2 - 1,
		top: 0.2 + random() * 0.4,
	};
	const cell = screen.world / SIZE;
	const window: CellWindow = {
		level: LEVEL,
		x: Math.floor(screen.left * SIZE) - 3,
		y: Math.floor(screen.top * SIZE) - 3,
		columns: Math.ceil(screen.width / cell) + 7,
		rows: Math.ceil(screen.height / cell) + 7,
	};
	const counts = Uint32Array.from(
		{ length: window.columns * window.rows },
		() => (random() < 0.2 ? 0 : 1 + Math.floor(random() * 40)),
	);
	let x = screen.left + (random() * screen.width) / screen.world;
	let y = screen.top + (random() * screen.height) / screen.world;
	x -= Math.floor(x);
	const step = (10 ** (random() * 2) * 2) / screen.world;
	const line = Float64Array.from(
		Array.from({ length: 60 }, () => {
			x += (random() - 0.5) * step;
			y += (random() - 0.5) * step;
			return [x, y];
		}).flat(),
	);
	const stepOf = stepsByCount((count) => count / 40, 40, STEPS);
	/** The step of the cell at a pixel, -1 where none is to be drawn. */
	const stepAt = (px: number, py: number) => {
		const column = Math.floor((px / screen.world + screen.left) * SIZE);
		const row = Math.floor((py / screen.world + screen.top) * SIZE) - window.y;
		const within = column - window.x;
		if (within < 0 || within >= window.columns) return -1;
		if (row < 0 || row >= window.rows) return -1;
		const count = counts[row * window.columns + within] ?? 0;
		return count === 0 ? -1 : (stepOf[count] ?? -1);
	};
	return { screen, window, counts, stepOf, line, stepAt };
}

test("each place of a line on the screen has the colour of the cell under it", () => {
	let drawn = 0;
	for (let seed = 1; seed <= 120; seed++) {
		const { stepAt, line, ...options } = scene(seed);
		const { screen } = options;
		const lines = new FrequencyLines({ ...options, steps: STEPS });
		lines.add(line);
		const pieces = piecesOf(lines);
		drawn += pieces.length;
		const turn = Math.floor(screen.left - (line[0] ?? 0) + 0.5);
		for (const way of [turn - 1, turn, turn + 1])
			for (let index = 2; index < line.length; index += 2)
				for (const share of [0.1, 0.37, 0.5, 0.81]) {
					const at = (offset: number) => {
						const from = line[index - 2 + offset] as number;
						return from + ((line[index + offset] as number) - from) * share;
					};
					const x = (at(0) + way - screen.left) * screen.world;
					const y = (at(1) - screen.top) * screen.world;
					const isOn =
						x >= 0 && x <= screen.width && y >= 0 && y <= screen.height;
					if (!isOn) continue;
					const step = stepAt(x, y);
					if (step === -1) continue;
					const nearest = Math.min(
						...pieces
							.filter((piece) => piece.step === step)
							.map((piece) => distanceTo(piece, x, y)),
					);
					expect(nearest).toBeLessThan(1);
				}
	}
	expect(drawn).toBeGreaterThan(1000);
});

test("nothing is drawn where no cell has that colour", () => {
	for (let seed = 200; seed <= 260; seed++) {
		const { stepAt, line, ...options } = scene(seed);
		const lines = new FrequencyLines({ ...options, steps: STEPS });
		lines.add(line);
		for (const { step, from, to } of piecesOf(lines)) {
			const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2] as const;
			// Thinning moves a line by less than a pixel, maybe over a cell's edge.
			const around = [-1, 0, 1].flatMap((dx) =>
				[-1, 0, 1].map((dy) => stepAt(middle[0] + dx, middle[1] + dy)),
			);
			expect(around).toContain(step);
		}
	}
});

test("a still receiver is a dot of its cell's colour", () => {
	const { line: _, stepAt, ...options } = scene(5);
	const { screen } = options;
	const dots = [40, 90, 150].map((px) => [
		screen.left + px / screen.world,
		screen.top + 50 / screen.world,
	]);
	for (const [x = 0, y = 0] of dots)
		for (const line of [
			Float64Array.of(x, y),
			Float64Array.of(x, y, x, y, x, y),
		]) {
			const lines = new FrequencyLines({ ...options, steps: STEPS });
			lines.add(line);
			const px = (x - screen.left) * screen.world;
			const py = (y - screen.top) * screen.world;
			const step = stepAt(px, py);
			const pieces = piecesOf(lines);
			expect(pieces.length > 0).toBe(step !== -1);
			for (const piece of pieces) expect(piece.step).toBe(step);
		}
});

test("steps cover the ramp from one ride to the top", () => {
	expect([...stepsByCount((count) => (count - 1) / 9, 10, 4)]).toEqual([
		0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3,
	]);
});
