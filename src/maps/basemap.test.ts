import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { makeBasemap } from "./basemap.ts";
import { packLine, unpackLine } from "./basemap-format.ts";

const require = createRequire(import.meta.url);
const read = (name: string) =>
	JSON.parse(readFileSync(require.resolve(`world-atlas/${name}.json`), "utf8"));
const basemap = makeBasemap(read("land-50m"), read("countries-50m"));
const rings = basemap.land.flat().map(unpackLine);

describe("the basemap", () => {
	test("no shape jumps across the map", () => {
		const longest = Math.max(
			...[...rings, ...basemap.borders.map(unpackLine)].flatMap((line) =>
				line.slice(1).map(([x, y], index) => {
					const [fromX = 0, fromY = 0] = line[index] ?? [];
					// Along the map's own edge a cut shape may run far: Antarctica's does.
					const alongEdge =
						(Math.abs(y) > 89.9 && Math.abs(fromY) > 89.9) ||
						(Math.abs(x) > 179.9 && Math.abs(fromX) > 179.9);
					return alongEdge ? 0 : Math.hypot(x - fromX, y - fromY);
				}),
			),
		);
		expect(longest).toBeLessThan(20);
	});

	test("stays on the map", () => {
		for (const [longitude, latitude] of rings.flat()) {
			expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
			expect(Math.abs(latitude)).toBeLessThanOrEqual(90);
		}
	});

	test("land is where land is", () => {
		const onLand = (longitude: number, latitude: number) =>
			basemap.land.some((polygon) =>
				polygon
					.map(unpackLine)
					.reduce(
						(inside, ring) => inside !== contains(ring, longitude, latitude),
						false,
					),
			);
		expect(onLand(8.5, 47.4), "Zurich").toBe(true);
		expect(onLand(139.4, 35.8), "near Tokyo").toBe(true);
		expect(onLand(-30, 40), "mid Atlantic").toBe(false);
		expect(onLand(178.0, -18.0), "Viti Levu").toBe(true);
		expect(onLand(-175, 60), "Bering Sea").toBe(false);
		expect(onLand(-179.5, 67.5), "Chukotka east of the antimeridian").toBe(
			true,
		);
	});

	test("the whole asset is small enough to wait for", () => {
		expect(gzipSync(JSON.stringify(basemap)).length).toBeLessThan(300_000);
	});

	test("names large countries first", () => {
		expect(basemap.labels.length).toBeGreaterThan(200);
		expect(basemap.labels.slice(0, 20).map(({ name }) => name)).toContain(
			"Canada",
		);
	});
});

test("packing keeps positions to a thousandth of a degree", () => {
	const line = [
		[-179.9996, 85.05],
		[-179.1234, 0.0004],
		[-179.1234, 0.0003],
		[12.3456, -85],
	];
	expect(unpackLine(packLine(line))).toEqual([
		[-180, 85.05],
		[-179.123, 0],
		[12.346, -85],
	]);
});

function contains(
	ring: readonly (readonly [number, number])[],
	x: number,
	y: number,
): boolean {
	let inside = false;
	for (let index = 0; index < ring.length; index++) {
		const [ax, ay] = ring[index] ?? [0, 0];
		const [bx, by] = ring[(index + 1) % ring.length] ?? [0, 0];
		if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax)
			inside = !inside;
	}
	return inside;
}
