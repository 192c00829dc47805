import { expect, test } from "vitest";
import { mercatorX, mercatorY } from "../../lib/geo/mercator.ts";
import { rideGlimpse, rideStill } from "./glimpse.ts";

const size = { width: 320, height: 180 };

test("every cell in the frame is drawn once, in its step", () => {
	const svg = rideGlimpse(
		[
			{ level: 10, x: 500, y: 400, rides: 1 },
			{ level: 10, x: 501, y: 400, rides: 1 },
			{ level: 10, x: 502, y: 401, rides: 100 },
		],
		size,
	);
	expect(svg.match(/density-1"/g)).toHaveLength(1);
	expect(svg).toMatch(/class="density-1" d="M\d+ \d+h2v1h-2z"/);
	expect(svg).toMatch(/class="density-8" d="M\d+ \d+h1v1h-1z"/);
});

test("cells on both sides of the antimeridian are drawn side by side", () => {
	const level = 14;
	const cells = 2 ** level;
	const of = (first: number) =>
		[0, 1, 2, 9].map((along) => ({
			...{ level, y: 8000, rides: 1 + along },
			x: (first + along) % cells,
		}));
	expect(rideGlimpse(of(cells - 3), size)).toBe(rideGlimpse(of(100), size));
	const still = (first: number) =>
		rideStill(of(first), {
			center: [((((first + 3.5) / cells) * 360) % 360) - 180, 4],
			zoom: 7,
		}).replace(/viewBox="\S+ \S+/, "");
	expect(still(cells - 3)).toBe(still(101));
});

test("carries no style, and stays small for the largest roll-up", () => {
	const rows = Array.from({ length: 30_000 }, (_, index) => ({
		level: 16,
		x: 30_000 + (index % 200),
		y: 20_000 + Math.floor(index / 200),
		rides: 1 + ((index * 2654435761) % 97),
	}));
	const svg = rideGlimpse(rows, size);
	expect(svg).not.toContain("style");
	expect(svg.length).toBeLessThan(250_000);
});

test("no rides give an empty picture that says so", () => {
	expect(rideGlimpse([], size)).toContain('aria-label="No rides"');
});

test("the still puts each cell where the map will draw it", () => {
	const level = 18;
	const view = { center: [8.5417, 47.3769] as const, zoom: 11.3 };
	const cells = 2 ** level;
	const x = Math.floor(mercatorX(8.55) * cells);
	const y = Math.floor(mercatorY(47.37) * cells);
	const svg = rideStill([{ level, x, y, rides: 1 }], view);
	const [left = 0, top = 0, side = 0] = (
		/viewBox="([^"]*)"/.exec(svg)?.[1] ?? ""
	)
		.split(" ")
		.map(Number);
	const size = Number(/ width="([^"]*)"/.exec(svg)?.[1]);
	const [, column = 0, line = 0] = (/d="M(\d+) (\d+)/.exec(svg) ?? []).map(
		Number,
	);
	const scale = size / side;
	const world = 512 * 2 ** view.zoom;
	// Pixels from the middle of the box, against pixels from the centre of the map.
	const across = (column + 0.5 - left - side / 2) * scale;
	const down = (line + 0.5 - top - side / 2) * scale;
	const trueAcross = ((x + 0.5) / cells - mercatorX(8.5417)) * world;
	const trueDown = ((y + 0.5) / cells - mercatorY(47.3769)) * world;
	const cell = world / cells;
	expect(Math.abs(across - trueAcross)).toBeLessThan(cell);
	expect(Math.abs(down - trueDown)).toBeLessThan(cell);
});
