import type { CanvasSource, Map as MapLibre } from "maplibre-gl";
import { type CellWindow, cornersOf, piecesOf } from "../lib/grid.ts";
import { LABEL_LAYER } from "./style.ts";

/** A window has one piece on each side of the antimeridian. */
const LAYERS = ["cells-0", "cells-1"] as const;

/** Adds the layers that {@link showCells} fills. The map's style must have loaded. */
export function addCellLayers(map: MapLibre): void {
	for (const id of LAYERS) {
		const canvas = document.createElement("canvas");
		canvas.width = 1;
		canvas.height = 1;
		map.addSource(id, {
			type: "canvas",
			canvas,
			animate: false,
			coordinates: [
				[-1, 1],
				[1, 1],
				[1, -1],
				[-1, -1],
			],
		});
		map.addLayer(
			{
				id,
				type: "raster",
				source: id,
				layout: { visibility: "none" },
				paint: { "raster-resampling": "nearest", "raster-fade-duration": 0 },
			},
			LABEL_LAYER,
		);
	}
}

/**
 * Draws counts as one pixel a cell. MapLibre stretches them over the window, which
 * is exact: cells are a regular grid in the map's own projection. `colours` gives
 * the colour of each count, see `densityColours`.
 */
export function showCells(
	map: MapLibre,
	window: CellWindow,
	counts: Uint32Array,
	colours: Uint32Array,
): void {
	const pieces = piecesOf(window);
	for (const [index, id] of LAYERS.entries()) {
		const piece = pieces[index];
		map.setLayoutProperty(
			id,
			"visibility",
			piece === undefined ? "none" : "visible",
		);
		const source = map.getSource<CanvasSource>(id);
		if (piece === undefined || source === undefined) continue;
		const image = new ImageData(piece.columns, window.rows);
		const pixels = new Uint32Array(image.data.buffer);
		for (let row = 0, pixel = 0; row < window.rows; row++) {
			let cell = row * window.columns + piece.column;
			for (let column = 0; column < piece.columns; column++)
				pixels[pixel++] = colours[counts[cell++] as number] as number;
		}
		const canvas = source.getCanvas();
		if (canvas.width !== piece.columns) canvas.width = piece.columns;
		if (canvas.height !== window.rows) canvas.height = window.rows;
		canvas.getContext("2d")?.putImageData(image, 0, 0);
		const corners = cornersOf(window, piece);
		// In the same place only the pixels change, and one frame shows them; new
		// corners make MapLibre load the source anew, over several frames.
		if (String(corners) !== String(source.coordinates))
			source.setCoordinates(corners);
		source.play();
		source.pause();
	}
	map.triggerRepaint();
}
