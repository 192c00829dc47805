/// <reference path="./d3-geo-projection.d.ts" />
import { geoArea, geoCentroid, geoEquirectangular } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import { feature, mesh } from "topojson-client";
import type {
	GeometryCollection,
	Objects,
	Topology,
} from "topojson-specification";
import {
	type Basemap,
	type BasemapLabel,
	type BasemapTile,
	packLine,
	TILE_DEGREES,
	TILE_OVERLAP,
	TILE_UNITS_PER_DEGREE,
	type TilePlace,
	tileBox,
	tileName,
} from "./basemap-format.ts";
import { cutRing, type RingPoint } from "./cut-ring.ts";

type World<Name extends string> = Topology<
	Objects<{ name?: string }> &
		Record<Name, GeometryCollection<{ name?: string }>>
>;

/** Below this area, in steradians, a country gets its name only close up. */
const LABEL_AREAS = [0.05, 0.012, 0.004, 0.001, 0.0002] as const;

/**
 * Makes the basemap from world-atlas (Natural Earth 1:50M, public domain).
 *
 * Shapes that cross the antimeridian are cut there: drawn as they come they
 * paint false land around the globe.
 */
export function makeBasemap(
	landTopology: World<"land">,
	countryTopology: World<"countries">,
): Basemap {
	const { land, borders } = onPlane(landTopology, countryTopology);
	const countries = countryTopology.objects.countries;
	return {
		land: land.map((rings) =>
			rings.map((ring) => packLine(ring)).filter((ring) => ring.length >= 8),
		),
		borders: borders.map((line) => packLine(line)),
		labels: feature(countryTopology, countries)
			.features.map(({ geometry, properties }) =>
				labelOf(properties.name, geometry),
			)
			.filter((label) => label !== null)
			.sort((one, other) => one.zoom - other.zoom),
	};
}

/**
 * Makes the tiles of a finer basemap from world-atlas (Natural Earth 1:10M, public
 * domain), by name. A tile of water alone is there too, and holds nothing.
 */
export function makeTiles(
	landTopology: World<"land">,
	countryTopology: World<"countries">,
): Map<string, BasemapTile> {
	const { land, borders } = onPlane(landTopology, countryTopology);
	const tiles = new Map<string, BasemapTile>();
	const pack = (line: Line) => packLine(line, TILE_UNITS_PER_DEGREE);
	const columns = 360 / TILE_DEGREES;
	const rows = 180 / TILE_DEGREES;
	// Halves of halves: each shape is cut few times, and never whole for one tile.
	const divide = (
		shapes: Shapes,
		{ column, row }: TilePlace,
		across: number,
		down: number,
	) => {
		const first = tileBox({ column, row });
		const last = tileBox({ column: column + across - 1, row: row + down - 1 });
		const part = cutShapes(shapes, {
			from: [first.west - TILE_OVERLAP, last.south - TILE_OVERLAP],
			to: [last.east + TILE_OVERLAP, first.north + TILE_OVERLAP],
		});
		if (across === 1 && down === 1) {
			tiles.set(tileName({ column, row }), {
				land: part.land
					.map((rings) =>
						rings
							.map((ring) => pack(closed(ring)))
							.filter((ring) => ring.length >= 8),
					)
					.filter((rings) => rings.length > 0),
				borders: part.borders.map(pack).filter((line) => line.length >= 4),
			});
			return;
		}
		const isWide = across >= down;
		const half = Math.ceil((isWide ? across : down) / 2);
		if (isWide) {
			divide(part, { column, row }, half, down);
			divide(part, { column: column + half, row }, across - half, down);
		} else {
			divide(part, { column, row }, across, half);
			divide(part, { column, row: row + half }, across, down - half);
		}
	};
	divide({ land, borders }, { column: 0, row: 0 }, columns, rows);
	return tiles;
}

type Line = readonly RingPoint[];

interface Shapes {
	/** Polygons as rings, the shell first. */
	readonly land: readonly (readonly Line[])[];
	readonly borders: readonly Line[];
}

/** A ring as GeoJSON has it: MapLibre cuts each of its sides, but not one that is only implied. */
function closed(ring: Line): Line {
	const [first] = ring;
	const last = ring.at(-1);
	const isClosed = first?.[0] === last?.[0] && first?.[1] === last?.[1];
	return first === undefined || isClosed ? ring : [...ring, first];
}

/** Land cut to a box, and the stretches of borders that meet it. */
function cutShapes(
	{ land, borders }: Shapes,
	box: Parameters<typeof cutRing>[1],
): Shapes {
	return {
		land: land
			.map((rings) => rings.map((ring) => cutRing(ring, box)))
			.filter(([shell]) => shell !== undefined && shell.length >= 3),
		borders: borders.flatMap((line) => stretchesIn(line, box)),
	};
}

function stretchesIn(
	line: Line,
	{ from, to }: Parameters<typeof cutRing>[1],
): Line[] {
	const stretches: RingPoint[][] = [];
	let isGoing = false;
	for (const [index, end] of line.entries()) {
		const start = line[index - 1];
		if (start === undefined) continue;
		const meets = ([0, 1] as const).every((axis) => {
			const [one, other] = [start[axis] as number, end[axis] as number];
			return (
				Math.min(one, other) <= to[axis] && Math.max(one, other) >= from[axis]
			);
		});
		if (meets && isGoing) stretches.at(-1)?.push(end);
		else if (meets) stretches.push([start, end]);
		isGoing = meets;
	}
	return stretches;
}

/** Polygons of land and lines of borders in degrees, cut at the antimeridian. */
function onPlane(
	landTopology: World<"land">,
	countryTopology: World<"countries">,
): {
	readonly land: GeoJSON.Position[][][];
	readonly borders: GeoJSON.Position[][];
} {
	const plane = geoEquirectangular()
		.scale(180 / Math.PI)
		.translate([0, 0])
		.reflectY(true)
		.precision(0);
	const land = feature(landTopology, landTopology.objects.land)
		.features.flatMap(({ geometry }) => polygonsOf(geometry))
		.map((rings) =>
			geoProject<GeoJSON.Geometry | null>(notAround(rings), plane),
		)
		.flatMap((piece) => (piece === null ? [] : polygonsOf(piece)));
	const countries = countryTopology.objects.countries;
	const borders = geoProject(
		mesh(countryTopology, countries, (one, other) => one !== other),
		plane,
	);
	return {
		land,
		borders: borders.coordinates,
	};
}

/** A polygon the right way round: some rocks of the 1:10M shapes, packed to a few steps, enclose all the world but themselves. */
function notAround(coordinates: GeoJSON.Position[][]): GeoJSON.Polygon {
	const polygon: GeoJSON.Polygon = { type: "Polygon", coordinates };
	if (geoArea(polygon) <= 2 * Math.PI) return polygon;
	return {
		...polygon,
		coordinates: coordinates.map((ring) => ring.toReversed()),
	};
}

function polygonsOf(geometry: GeoJSON.Geometry): GeoJSON.Position[][][] {
	if (geometry.type === "Polygon") return [geometry.coordinates];
	if (geometry.type === "MultiPolygon") return geometry.coordinates;
	return [];
}

/** A name stands in the middle of its country's largest piece. */
function labelOf(
	name: string | undefined,
	geometry: GeoJSON.Geometry,
): BasemapLabel | null {
	if (name === undefined) return null;
	let largest: GeoJSON.Polygon | null = null;
	let area = 0;
	for (const coordinates of polygonsOf(geometry)) {
		const piece: GeoJSON.Polygon = { type: "Polygon", coordinates };
		const pieceArea = geoArea(piece);
		if (pieceArea <= area) continue;
		area = pieceArea;
		largest = piece;
	}
	if (largest === null) return null;
	const [longitude, latitude] = geoCentroid(largest);
	const rank = LABEL_AREAS.findIndex((limit) => area >= limit);
	return {
		name,
		at: [round(longitude), round(latitude)],
		zoom: rank === -1 ? LABEL_AREAS.length + 1 : rank + 1,
	};
}

function round(degrees: number): number {
	return Math.round(degrees * 100) / 100;
}
