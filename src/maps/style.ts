import type {
	GeoJSONSourceSpecification,
	StyleSpecification,
} from "maplibre-gl";
import {
	type Basemap,
	type Position,
	TILE_ZOOM,
	unpackLine,
} from "./basemap/basemap-format.ts";

/** Colours of the basemap as CSS has them: tokens `--map-…`. */
export interface MapColours {
	readonly water: string;
	readonly land: string;
	readonly border: string;
	readonly label: string;
}

/** Land and borders show where they are, without leaving this site: no tiles, no glyph server. */
export function mapStyle(
	basemap: Basemap,
	colours: MapColours,
): StyleSpecification {
	const paints = basemapPaints(colours);
	return {
		version: 8,
		sources: {
			land: geojson({
				type: "MultiPolygon",
				coordinates: basemap.land.map((polygon) =>
					polygon.map((ring) => unpackLine(ring)),
				),
			}),
			borders: geojson({
				type: "MultiLineString",
				coordinates: basemap.borders.map((line) => unpackLine(line)),
			}),
			"fine-water": fineSource(),
			"fine-land": fineSource(),
			"fine-borders": fineSource(),
			labels: {
				type: "geojson",
				data: {
					type: "FeatureCollection",
					features: basemap.labels.map(({ name, at, zoom }, rank) => ({
						type: "Feature",
						geometry: { type: "Point", coordinates: at satisfies Position },
						properties: { name, zoom, rank },
					})),
				},
			},
		},
		layers: [
			{
				id: "water",
				type: "background",
				// Until the land is there, see `openMap`.
				layout: { visibility: "none" },
				paint: paints.water,
			},
			{ id: "land", type: "fill", source: "land", paint: paints.land },
			{ id: "borders", type: "line", source: "borders", paint: paints.borders },
			{
				id: "fine-water",
				type: "fill",
				source: "fine-water",
				minzoom: TILE_ZOOM,
				paint: paints["fine-water"],
			},
			{
				id: "fine-land",
				type: "fill",
				source: "fine-land",
				minzoom: TILE_ZOOM,
				paint: paints["fine-land"],
			},
			{
				id: "fine-borders",
				type: "line",
				source: "fine-borders",
				minzoom: TILE_ZOOM,
				paint: paints["fine-borders"],
			},
			{
				id: "labels",
				type: "symbol",
				source: "labels",
				maxzoom: 8,
				filter: [">=", ["zoom"], ["get", "zoom"]],
				layout: {
					"text-field": ["get", "name"],
					// Drawn by the browser's own fonts: without `glyphs` nothing is fetched.
					"text-font": ["sans-serif"],
					"text-size": ["interpolate", ["linear"], ["zoom"], 1, 10, 6, 14],
					"text-max-width": 7,
					"text-padding": 12,
					"symbol-sort-key": ["get", "rank"],
				},
				paint: paints.labels,
			},
		],
	};
}

/** Paint properties by layer, also for changing a map's theme in place. */
export function basemapPaints(colours: MapColours) {
	return {
		water: { "background-color": colours.water },
		land: { "fill-color": colours.land, "fill-antialias": true },
		borders: { "line-color": colours.border, "line-width": 0.75 },
		"fine-water": { "fill-color": colours.water, "fill-antialias": false },
		// Without it a tile's own sides would show, where they lie in water.
		"fine-land": { "fill-color": colours.land, "fill-antialias": false },
		"fine-borders": { "line-color": colours.border, "line-width": 1 },
		labels: {
			"text-color": colours.label,
			"text-halo-color": colours.land,
			"text-halo-width": 1.5,
		},
	} as const;
}

function geojson(geometry: GeoJSON.Geometry) {
	return {
		type: "geojson",
		data: { type: "Feature", geometry, properties: {} },
		// The shapes are coarser than a pixel of zoom 8; deeper tiles are made from those.
		maxzoom: 9,
		tolerance: 0.2,
	} as const;
}

/** Filled tile by tile, see `FineBasemap`. */
function fineSource(): GeoJSONSourceSpecification {
	return {
		type: "geojson",
		data: { type: "FeatureCollection", features: [] },
		maxzoom: 14,
		tolerance: 0.3,
	};
}
