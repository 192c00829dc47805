import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import type { Viewport } from "../../../lib/geo/grid.ts";
import type { Opened, RidesModel } from "../model.ts";
import type { RidesState, View } from "../state.ts";
import { startOf, viewportAround } from "./start-view.ts";

/** Between looks at a map that is moving. */
const MOVING_MILLISECONDS = 250;

/** Keeps the model's viewport and the address in step with the map. */
export function followView(
	map: MapLibre,
	state: RidesState,
	model: RidesModel,
	opened: Opened,
): () => void {
	const start = startOf(opened);
	let looked = 0;
	const look = () => {
		looked = performance.now();
		model.viewport.value = viewportOf(map);
	};
	const onMove = () => {
		if (performance.now() - looked > MOVING_MILLISECONDS) look();
	};
	let isLed = false;
	const onMoveEnd = () => {
		if (isLed) return;
		const { lng, lat } = map.getCenter().wrap();
		const view: View = {
			longitude: lng,
			latitude: lat,
			zoom: map.getZoom(),
		};
		if (isSameView(view, state.view.peek() ?? start)) {
			look();
			return;
		}
		model.moved();
		state.view.value = isSameView(view, start) ? null : view;
		look();
	};
	map.on("move", onMove);
	map.on("moveend", onMoveEnd);
	map.on("resize", look);
	look();
	// Back and Forward: the address moves the map, whatever it is at; what it was at leaves no address.
	const stop = effect(() => {
		const view = state.view.value ?? start;
		const { lng, lat } = map.getCenter().wrap();
		const now = { longitude: lng, latitude: lat, zoom: map.getZoom() };
		if (isSameView(view, now)) return;
		isLed = true;
		map.jumpTo({ center: [view.longitude, view.latitude], zoom: view.zoom });
		isLed = false;
		look();
	});
	return stop;
}

/** Gives the model the viewport that a map would have, and keeps it in step with the address. */
export function lookWithout(
	box: HTMLElement,
	state: RidesState,
	model: RidesModel,
	opened: Opened,
): () => void {
	return effect(() => {
		model.viewport.value = viewportAround(state.view.value ?? startOf(opened), {
			width: box.clientWidth,
			height: box.clientHeight,
		});
	});
}

function viewportOf(map: MapLibre): Viewport {
	const bounds = map.getBounds();
	return {
		west: bounds.getWest(),
		south: bounds.getSouth(),
		east: bounds.getEast(),
		north: bounds.getNorth(),
		zoom: map.getZoom(),
	};
}

/** To within a tenth of a pixel. */
function isSameView(one: View, other: View): boolean {
	const pixel = 360 / (512 * 2 ** one.zoom);
	const turned = one.longitude - other.longitude;
	// 180 degrees east is 180 west.
	const east = turned - 360 * Math.round(turned / 360);
	return (
		Math.abs(one.zoom - other.zoom) < 0.006 &&
		Math.abs(east) < pixel &&
		Math.abs(one.latitude - other.latitude) < pixel
	);
}
