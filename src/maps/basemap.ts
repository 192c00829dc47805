/// <reference path="./d3-geo-projection.d.ts" />
import { geoArea, geoCentroid, geoEquirectangular } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import { feature, mesh } from "topojson-client";
import type {
	GeometryCollection,
	Objects,
	Topology,
} from "topojson-specification";
import { type Basemap, type BasemapLabel, packLine } from "./basemap-format.ts";

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
	const plane = geoEquirectangular()
		.scale(180 / Math.PI)
		.translate([0, 0])
		.reflectY(true)
		.precision(0);
	const land = geoProject(
		feature(landTopology, landTopology.objects.land),
		plane,
	);
	const countries = countryTopology.objects.countries;
	const borders = geoProject(
		mesh(countryTopology, countries, (one, other) => one !== other),
		plane,
	);
	return {
		land: land.features.flatMap(({ geometry }) =>
			polygonsOf(geometry).map((rings) =>
				rings.map(packLine).filter((ring) => ring.length >= 8),
			),
		),
		borders: borders.coordinates.map(packLine),
		labels: feature(countryTopology, countries)
			.features.map(({ geometry, properties }) =>
				labelOf(properties.name, geometry),
			)
			.filter((label) => label !== null)
			.sort((one, other) => one.zoom - other.zoom),
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
