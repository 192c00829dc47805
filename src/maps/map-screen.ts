import type { Map as MapLibre } from "maplibre-gl";
import { mercatorY } from "../lib/geo/mercator.ts";

/**
 * Where a flat, north-up map stands. A point of the world (Web Mercator, one wide
 * and one high) is at pixel ((x - left) * world, (y - top) * world); where the world
 * shows more than once, also whole turns of x away.
 */
export interface MapScreen {
	readonly left: number;
	readonly top: number;
	/** Side of the world, in CSS pixels. */
	readonly world: number;
	/** Of the map, in CSS pixels. */
	readonly width: number;
	readonly height: number;
}

export function screenOf(map: MapLibre): MapScreen {
	const { clientWidth: width, clientHeight: height } = map.getCanvas();
	const { lng, lat } = map.getCenter();
	const world = 512 * 2 ** map.getZoom();
	return {
		left: (lng + 180) / 360 - width / 2 / world,
		top: mercatorY(lat) - height / 2 / world,
		world,
		width,
		height,
	};
}

/** The whole turns by which what lies from `west` to `east` shows on the screen. */
export function turnsOf(
	{ left, width, world }: MapScreen,
	west: number,
	east: number,
): number[] {
	const first = Math.ceil(left - east);
	const last = Math.floor(left + width / world - west);
	return Array.from(
		{ length: Math.max(0, last - first + 1) },
		(_, index) => first + index,
	);
}
