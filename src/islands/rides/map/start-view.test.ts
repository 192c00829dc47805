import { expect, test } from "vitest";
import { mercatorX, mercatorY } from "../../../lib/geo/mercator.ts";
import { randomFrom } from "../../../lib/random.ts";
import { viewportAround } from "./start-view.ts";

test("a viewport is as large as its box, and its middle is the view's", () => {
	const random = randomFrom(6);
	for (let turn = 0; turn < 200; turn++) {
		const view = {
			longitude: random() * 360 - 180,
			latitude: random() * 120 - 60,
			zoom: 4 + random() * 12,
		};
		const box = { width: 300 + random() * 1200, height: 200 + random() * 600 };
		const { west, east, north, south, zoom } = viewportAround(view, box);
		const world = 512 * 2 ** zoom;
		const [left, right] = [west / 360 + 0.5, east / 360 + 0.5];
		const [top, bottom] = [mercatorY(north), mercatorY(south)];
		expect(zoom).toBe(view.zoom);
		expect((right - left) * world).toBeCloseTo(box.width, 3);
		expect((bottom - top) * world).toBeCloseTo(box.height, 3);
		expect((left + right) / 2).toBeCloseTo(mercatorX(view.longitude), 9);
		expect((top + bottom) / 2).toBeCloseTo(mercatorY(view.latitude), 9);
	}
});

test("a viewport ends where the world does", () => {
	const { north, south } = viewportAround(
		{ longitude: 0, latitude: 80, zoom: 0 },
		{ width: 800, height: 600 },
	);
	expect(mercatorY(north)).toBeCloseTo(0, 9);
	expect(mercatorY(south)).toBeLessThanOrEqual(1);
});
