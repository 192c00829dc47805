import { expect, test } from "vitest";
import { randomFrom } from "../../lib/random.ts";
import type { MapScreen } from "../map-screen.ts";
import { addLine, type PathSink } from "./line-path.ts";

type Piece = readonly [x1: number, y1: number, x2: number, y2: number];

/** The straight pieces that a path was given. */
function piecesOf(line: Float64Array, screen: MapScreen): Piece[] {
	const pieces: Piece[] = [];
	let at: [number, number] = [Number.NaN, Number.NaN];
	const sink: PathSink = {
		moveTo: (x, y) => {
			at = [x, y];
		},
		lineTo: (x, y) => {
			pieces.push([...at, x, y]);
			at = [x, y];
		},
	};
	addLine(sink, line, screen);
	return pieces;
}

/** Distance from a point to the nearest piece, in pixels. */
function distanceTo(pieces: readonly Piece[], x: number, y: number): number {
	return Math.min(
		...pieces.map(([x1, y1, x2, y2]) => {
			const [dx, dy] = [x2 - x1, y2 - y1];
			const length = dx * dx + dy * dy;
			const share = length === 0 ? 0 : ((x - x1) * dx + (y - y1) * dy) / length;
			const at = Math.max(0, Math.min(1, share));
			return Math.hypot(x - x1 - at * dx, y - y1 - at * dy);
		}),
	);
}

const SIZE = { width: 400, height: 300 };

test("what of a line is on the screen is drawn to within a pixel, in every turn of the world", () => {
	const random = randomFrom(11);
	for (let round = 0; round < 300; round++) {
		const world = 512 * 2 ** (random() * 12 - 1);
		const screen: MapScreen = {
			...SIZE,
			world,
			left: (random() - 0.5) * 3,
			top: random() * (1 - Math.min(1, SIZE.height / world)),
		};
		// Around the middle of the screen or the edge of the world, in steps of any size.
		let x =
			random() < 0.3 ? 0.999 : screen.left + (random() * SIZE.width) / world;
		let y = screen.top + (random() * SIZE.height) / world;
		x -= Math.floor(x);
		const step = 10 ** (random() * 3 - 1) / world;
		const line = Float64Array.from(
			Array.from({ length: 40 }, () => {
				x += (random() - 0.5) * step;
				y += (random() - 0.5) * step;
				return [x, y];
			}).flat(),
		);
		const pieces = piecesOf(line, screen);
		for (let turn = -4; turn <= 4; turn++)
			for (let index = 0; index < line.length; index += 2) {
				const atX = ((line[index] as number) + turn - screen.left) * world;
				const atY = ((line[index + 1] as number) - screen.top) * world;
				const isOn =
					atX >= 0 && atX <= SIZE.width && atY >= 0 && atY <= SIZE.height;
				if (isOn) expect(distanceTo(pieces, atX, atY)).toBeLessThan(1);
			}
		// And no piece lies wholly beyond one edge.
		for (const [x1, y1, x2, y2] of pieces) {
			expect(Math.max(x1, x2)).toBeGreaterThanOrEqual(-8);
			expect(Math.min(x1, x2)).toBeLessThanOrEqual(SIZE.width + 8);
			expect(Math.max(y1, y2)).toBeGreaterThanOrEqual(-8);
			expect(Math.min(y1, y2)).toBeLessThanOrEqual(SIZE.height + 8);
		}
	}
});

test("points that fall together are one, and a single point is a dot", () => {
	const screen: MapScreen = { ...SIZE, world: 1000, left: 0, top: 0 };
	const still = Float64Array.from(
		Array.from({ length: 1000 }, (_, index) => [
			0.1 + index * 1e-7,
			0.1,
		]).flat(),
	);
	expect(piecesOf(still, screen)).toHaveLength(1);
	expect(piecesOf(Float64Array.of(0.1, 0.2), screen)).toEqual([
		[100, 200, 100, 200],
	]);
	expect(piecesOf(Float64Array.of(0.1, 0.9), screen)).toEqual([]);
});
