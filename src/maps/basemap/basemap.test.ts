import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { randomFrom } from "../../lib/random.ts";
import { makeBasemap, makeTiles } from "./basemap.ts";
import {
	type PackedLine,
	type Position,
	packLine,
	TILE_UNITS_PER_DEGREE,
	tileBox,
	tileName,
	tilesIn,
	unpackLine,
} from "./basemap-format.ts";

const require = createRequire(import.meta.url);
const read = (name: string) =>
	JSON.parse(readFileSync(require.resolve(`world-atlas/${name}.json`), "utf8"));
const basemap = makeBasemap(read("land-50m"), read("countries-50m"));
const rings = basemap.land.flat().map((ring) => unpackLine(ring));

describe("the basemap", () => {
	test("no shape jumps across the map", () => {
		const longest = Math.max(
			...[...rings, ...basemap.borders.map((line) => unpackLine(line))].flatMap(
				(line) =>
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
			isInside(basemap.land, unpackLine, longitude, latitude);
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

describe("the fine tiles", () => {
	const tiles = makeTiles(read("land-10m"), read("countries-10m"));
	const sizes = [...tiles.values()].map(
		(tile) => gzipSync(JSON.stringify(tile)).length,
	);
	const unpack = (line: readonly number[]) =>
		unpackLine(line, TILE_UNITS_PER_DEGREE);

	test("are small enough to come as one looks", () => {
		expect(tiles.size).toBe(36 * 18);
		expect(Math.max(...sizes)).toBeLessThan(60_000);
	});

	test("lie within their boxes", () => {
		for (const place of tilesIn({ west: 0, east: 40, south: 30, north: 70 })) {
			const tile = tiles.get(tileName(place));
			const box = tileBox(place);
			for (const [x, y] of tile?.land.flat().flatMap(unpack) ?? []) {
				expect(x).toBeGreaterThan(box.west - 0.021);
				expect(x).toBeLessThan(box.east + 0.021);
				expect(y).toBeGreaterThan(box.south - 0.021);
				expect(y).toBeLessThan(box.north + 0.021);
			}
		}
	});

	test("have rings that end where they begin, without which MapLibre paints half of some as water", () => {
		const rings = [...tiles.values()].flatMap(({ land }) => land.flat());
		expect(rings.length).toBeGreaterThan(4000);
		const open = rings
			.map(unpack)
			.filter((ring) => String(ring[0]) !== String(ring.at(-1)));
		expect(open).toEqual([]);
	});

	test("agree with the coarse shapes on what is land", () => {
		const random = randomFrom(4);
		let land = 0;
		let differing = 0;
		for (let point = 0; point < 400; point++) {
			const longitude = random() * 360 - 180;
			const latitude = random() * 140 - 60;
			const at = {
				...{ west: longitude, east: longitude },
				...{ south: latitude, north: latitude },
			};
			const [place] = tilesIn(at);
			const tile = place && tiles.get(tileName(place));
			const isFine = isInside(tile?.land ?? [], unpack, longitude, latitude);
			const isCoarse = isInside(basemap.land, unpackLine, longitude, latitude);
			if (isFine) land++;
			if (isFine !== isCoarse) differing++;
		}
		expect(land).toBeGreaterThan(80);
		expect(differing).toBeLessThan(6);
	});
});

test("a view across the antimeridian has tiles on both sides", () => {
	for (const west of [175, -185])
		expect(
			tilesIn({ west, east: west + 12, south: -5, north: 5 }).map(tileName),
		).toEqual(["35-8", "35-9", "0-8", "0-9"]);
	expect(
		tilesIn({ west: -700, east: 700, south: -95, north: 95 }),
	).toHaveLength(36 * 18);
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

/** Whether a point is in some polygon and in none of its holes. */
function isInside(
	polygons: readonly (readonly PackedLine[])[],
	unpack: (line: PackedLine) => Position[],
	longitude: number,
	latitude: number,
): boolean {
	return polygons.some((polygon) =>
		polygon
			.map((ring) => unpack(ring))
			.reduce(
				(inside, ring) => inside !== contains(ring, longitude, latitude),
				false,
			),
	);
}

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
