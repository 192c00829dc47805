import { effect, type ReadonlySignal } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { CellOverlay } from "../../../maps/cells/cell-overlay.ts";
import {
	type DensityScale,
	densityColours,
} from "../../../maps/cells/density.ts";
import { LineOverlay } from "../../../maps/lines/line-overlay.ts";
import { recolourMap } from "../../../maps/map.ts";
import { theme } from "../../shared/theme.ts";
import type { LineModel } from "../line-model.ts";
import type { Picture } from "../model.ts";
import { densityStops, mapColours } from "./map-colours.ts";

/**
 * Draws the picture as cells or lines whenever it, the scale or the theme changes,
 * until the returned function is called. `still` goes once something is drawn.
 */
export function drawRides(
	map: MapLibre,
	shown: {
		readonly picture: ReadonlySignal<Picture | null>;
		readonly scale: ReadonlySignal<DensityScale | null>;
		readonly lines: LineModel;
	},
	still: Element | null,
): () => void {
	const cells = new CellOverlay(map);
	const lines = new LineOverlay(map, (points) => {
		// Cells stay until the lines are whole.
		cells.clear();
		mark("rides-lines-drawn", { points });
		showMap();
	});
	const showMap = () => {
		if (!still?.isConnected) return;
		map.once("idle", () => still.remove());
		map.triggerRepaint();
	};
	let lastTheme = theme.peek();
	const stop = effect(() => {
		const picture = shown.picture.value;
		const scale = shown.scale.value;
		const tracks = shown.lines.tracks.value;
		if (theme.value !== lastTheme) {
			lastTheme = theme.value;
			recolourMap(map, mapColours());
		}
		if (picture === null || scale === null) return;
		const { window, counts, largest, occupied } = picture;
		const stops = densityStops();
		if (tracks !== null) {
			lines.show({ tracks, window, counts, largest, scale, stops });
			return;
		}
		lines.show(null);
		cells.show(window, counts, densityColours(stops, largest, scale));
		mark("rides-drawn", { occupied });
		showMap();
	});
	return () => {
		stop();
		cells.remove();
		lines.remove();
	};
}

/** For who measures: tests and the bench wait for it. */
function mark(name: string, detail: object): void {
	requestAnimationFrame(() => performance.mark(name, { detail }));
}
