import { expect, test } from "vitest";
import { modulo } from "../geo/grid.ts";
import { MAX_LEVEL } from "../geo/mercator.ts";
import { randomFrom } from "../random.ts";
import { CellIndex } from "./cell-index.ts";
import { CellCollector } from "./cells.ts";
import { startViewOf } from "./start-view.ts";

/** Rides that wander around a place; the same ones for each. */
function around(longitude: number, latitude: number): CellIndex {
	const random = randomFrom(5);
	const wrapped = (east: number) => modulo(longitude + east + 180, 360) - 180;
	return new CellIndex(
		Array.from({ length: 9 }, () => {
			const codes: number[] = [];
			const collector = new CellCollector((level, _x, _y, code) => {
				if (level === MAX_LEVEL) codes.push(code);
			});
			let [east, north] = [random() * 0.2 - 0.1, random() * 0.1];
			for (let step = 0; step < 60; step++) {
				const [toEast, toNorth] = [
					east + (random() - 0.5) * 0.01,
					north + (random() - 0.5) * 0.01,
				];
				collector.line(
					wrapped(east),
					latitude + north,
					wrapped(toEast),
					latitude + toNorth,
				);
				[east, north] = [toEast, toNorth];
			}
			collector.finish();
			return Float64Array.from(new Set(codes)).sort();
		}),
	);
}

test("a map opens on both sides of the antimeridian as it would anywhere", () => {
	const inland = startViewOf(around(90, -16.8));
	const across = startViewOf(around(180, -16.8));
	expect(inland?.center[0]).toBeCloseTo(90, 0);
	expect(across?.zoom).toBe(inland?.zoom);
	expect(across?.center[1]).toBe(inland?.center[1]);
	expect(
		modulo((across?.center[0] ?? 0) - (inland?.center[0] ?? 0), 360),
	).toBeCloseTo(90, 3);
	expect(Math.abs(across?.center[0] ?? 0)).toBeGreaterThan(179);
});

test("near the pole the view is on the map", () => {
	const view = startViewOf(around(180, 84.9));
	expect(view?.center[1]).toBeGreaterThan(84.8);
	expect(view?.center[1]).toBeLessThan(85.06);
});
