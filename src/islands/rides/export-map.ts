import type { Map as MapLibre } from "maplibre-gl";
import { type Basemap, unpackLine } from "../../maps/basemap-format.ts";
import type { DensityScale } from "../../maps/density.ts";
import type { FineBasemap, Shapes } from "../../maps/fine-basemap.ts";
import { linesOf, lineWidthAt } from "../../maps/line-overlay.ts";
import { screenOf } from "../../maps/map-screen.ts";
import { type MapPicture, type MapSvg, mapSvg } from "../../maps/map-svg.ts";
import { tokenColor } from "../shared/theme.ts";
import type { LineModel } from "./line-model.ts";
import { densityStops, mapColours } from "./map-colours.ts";
import type { Picture } from "./model.ts";

/** What a file of the map is made of, as the map shows it now. */
export interface ExportedMap {
	readonly map: MapLibre;
	readonly basemap: Basemap;
	/** Null until the map is there. */
	readonly fine: FineBasemap | null;
	readonly picture: Picture;
	readonly scale: DensityScale;
	readonly lines: LineModel;
	readonly title: string;
	readonly sentence: string;
	readonly credits: string;
}

/** Pixels of a PNG for one of the page, for sharp screens. */
const PNG_RATIO = 2;

/** The map as an SVG document, on our own shapes of land and borders. */
export function svgOf(exported: ExportedMap): Blob {
	const { basemap, fine } = exported;
	const { text } = draw(exported, fine?.shapes() ?? coarseShapes(basemap));
	return new Blob([text], { type: "image/svg+xml" });
}

/** The map as a PNG, on whatever lies below it now. */
export async function pngOf(exported: ExportedMap): Promise<Blob> {
	const { text, width, height, map: place } = draw(exported, null);
	const address = URL.createObjectURL(
		new Blob([text], { type: "image/svg+xml" }),
	);
	try {
		const image = new Image();
		image.src = address;
		await image.decode();
		const canvas = document.createElement("canvas");
		canvas.width = width * PNG_RATIO;
		canvas.height = height * PNG_RATIO;
		const context = canvas.getContext("2d");
		if (context === null) throw new Error("the browser gives no canvas");
		context.scale(PNG_RATIO, PNG_RATIO);
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
		context.drawImage(image, 0, 0, width, height);
		return await new Promise((resolve, reject) =>
			canvas.toBlob(
				(blob) =>
					blob === null
						? reject(new Error("the browser makes no PNG of it"))
						: resolve(blob),
				"image/png",
			),
		);
	} finally {
		URL.revokeObjectURL(address);
	}
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
