import type { Map as MapLibre } from "maplibre-gl";
import type { CellWindow } from "../../../lib/geo/grid.ts";
import type { StartPlace } from "../../../lib/rides/start-places.ts";
import {
	type Basemap,
	unpackLine,
} from "../../../maps/basemap/basemap-format.ts";
import type {
	FineBasemap,
	Shapes,
} from "../../../maps/basemap/fine-basemap.ts";
import type { DensityScale } from "../../../maps/cells/density.ts";
import { linesOf, lineWidthAt } from "../../../maps/lines/line-overlay.ts";
import { screenOf } from "../../../maps/map-screen.ts";
import { type MapPicture, type MapSvg, mapSvg } from "../../../maps/map-svg.ts";
import { labelsNow } from "../../../maps/start-labels.ts";
import { pngOfSvg } from "../../shared/files/png.ts";
import { tokenColor } from "../../shared/theme.ts";
import type { LineModel } from "../line-model.ts";
import {
	densityStops,
	labelColours,
	mapColours,
	trackColours,
} from "../map/map-colours.ts";
import type { Picture } from "../model.ts";
import type { RidesThrough } from "../through/through.ts";

/** What a file of the map is made of, as the map shows it now. */
export interface ExportedMap {
	readonly map: MapLibre;
	readonly basemap: Basemap;
	/** Null until the map is there. */
	readonly fine: FineBasemap | null;
	readonly picture: Picture;
	readonly scale: DensityScale;
	readonly lines: LineModel;
	/** Where rides start, as far as the map says so. */
	readonly startPlaces: readonly StartPlace[];
	readonly drawn: RidesThrough["drawn"]["value"];
	/** The chosen cell. */
	readonly at: CellWindow | null;
	readonly title: string;
	readonly sentence: string;
	/** Of the map as it shows, and over our own shapes alone. */
	readonly credits: string;
	readonly ownCredits: string;
}

/** The map as an SVG document, on our own shapes of land and borders. */
export function svgOf(exported: ExportedMap): Blob {
	const { basemap, fine, ownCredits } = exported;
	const { text } = draw(
		{ ...exported, credits: ownCredits },
		fine?.shapes() ?? coarseShapes(basemap),
	);
	return new Blob([text], { type: "image/svg+xml" });
}

/** The map as a PNG, on whatever lies below it now. */
export function pngOf(exported: ExportedMap): Promise<Blob> {
	const { map: place, ...svg } = draw(exported, null);
	return pngOfSvg(svg, (context) => {
		const below = exported.map.getCanvas();
		// What WebGL has drawn is there until this task ends, and not longer.
		exported.map.redraw();
		context.drawImage(
			below,
			place.x,
			place.y,
			below.clientWidth,
			below.clientHeight,
		);
	});
}

function draw(exported: ExportedMap, basemap: Shapes | null): MapSvg {
	const { map, picture, scale, title, sentence, credits } = exported;
	const screen = screenOf(map);
	return mapSvg({
		screen,
		basemap,
		scale,
		title,
		sentence,
		credits,
		colours: {
			...mapColours(),
			surface: tokenColor("--surface"),
			text: tokenColor("--text"),
			muted: tokenColor("--text-muted"),
		},
		stops: densityStops(),
		drawing: drawingOf(exported, picture, screen),
		over: {
			...exported.drawn,
			labels: labelsNow(map, exported.startPlaces),
			labelColours: labelColours(),
			trackColours: trackColours(),
			mark: exported.at,
		},
	});
}

function drawingOf(
	{ lines: model, scale, map }: ExportedMap,
	picture: Picture,
	screen: MapPicture["screen"],
): MapPicture["drawing"] {
	const tracks = model.tracks.peek();
	if (tracks === null) return { kind: "cells", ...picture };
	const lines = linesOf({ ...picture, scale }, screen);
	for (const { stretches } of tracks)
		for (const line of stretches) lines.add(line);
	return {
		kind: "lines",
		steps: lines.steps,
		width: lineWidthAt(map.getZoom()),
	};
}

function coarseShapes({ land, borders }: Basemap): Shapes {
	return {
		land: land.map((rings) => rings.map((ring) => unpackLine(ring))),
		borders: borders.map((line) => unpackLine(line)),
	};
}
