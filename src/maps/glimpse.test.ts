import { expect, test } from "vitest";
import { rideGlimpse } from "./glimpse.ts";

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
