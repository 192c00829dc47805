import {
	type Map as MapLibre,
	type MapOptions,
	ScaleControl,
	setWorkerUrl,
} from "maplibre-gl";
import workerAddress from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import "maplibre-gl/dist/maplibre-gl.css";
import "./map.css";
import type { Basemap } from "./basemap/basemap-format.ts";
import { ClickFirstMap } from "./click-first-map.ts";
import { basemapPaints, type MapColours, mapStyle } from "./style.ts";

let hasWorker = false;

/**
 * A map of land and borders, flat and north up. Resolves once its style has
 * loaded. `remove()` the map when done.
 */
export async function openMap(
	container: HTMLElement,
	options: {
		readonly basemap: Basemap;
		readonly colours: MapColours;
		readonly center: readonly [longitude: number, latitude: number];
		readonly zoom: number;
		/** What the map shows, for who cannot see it. */
		readonly label: string;
	},
): Promise<MapLibre> {
	startWorkersFromHere();
	const map = new ClickFirstMap({
		container,
		style: mapStyle(options.basemap, options.colours),
		center: [options.center[0], options.center[1]],
		zoom: options.zoom,
		minZoom: 0,
		maxZoom: 18,
		dragRotate: false,
		pitchWithRotate: false,
		touchPitch: false,
		maxPitch: 0,
		attributionControl: false,
		fadeDuration: 0,
		locale: { "Map.Title": options.label },
	} satisfies MapOptions);
	map.touchZoomRotate.disableRotation();
	map.keyboard.disableRotation();
	map.addControl(new ScaleControl({ maxWidth: 96 }), "bottom-right");
	await new Promise<void>((resolve) => map.once("style.load", () => resolve()));
	showWaterWithLand(map);
	return map;
}

/** The page behind a map is land: water that came before the land would flash over it. */
function showWaterWithLand(map: MapLibre): void {
	const show = () => {
		if (!map.isSourceLoaded("land")) return;
		map.off("sourcedata", show);
		map.setLayoutProperty("water", "visibility", "visible");
	};
	map.on("sourcedata", show);
	show();
}

/** Changes the basemap's colours in place. */
export function recolourMap(map: MapLibre, colours: MapColours): void {
	for (const [layer, paint] of Object.entries(basemapPaints(colours)))
		for (const [property, value] of Object.entries(paint))
			map.setPaintProperty(layer, property as "fill-color", value as string);
}

/**
 * A worker that starts from a blob inherits the page's Content-Security-Policy;
 * one that starts from a file has only what the host sends with it, mostly none.
 */
function startWorkersFromHere(): void {
	if (hasWorker) return;
	hasWorker = true;
	const address = new URL(workerAddress, location.href).href;
	const start = new Blob([`import ${JSON.stringify(address)};`], {
		type: "text/javascript",
	});
	setWorkerUrl(URL.createObjectURL(start));
}
