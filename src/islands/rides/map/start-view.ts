import type { Viewport } from "../../../lib/geo/grid.ts";
import {
	latitudeOf,
	longitudeOf,
	mercatorX,
	mercatorY,
} from "../../../lib/geo/mercator.ts";
import type { Opened } from "../model.ts";
import type { View } from "../state.ts";

/** A narrower map opens one zoom level out, or it would show the middle third; as `.ride-still` does. */
const NARROW_PIXELS = 640;

/** Where the map opens. */
export function startOf({ startView }: Opened): View {
	const [longitude, latitude] = startView.center;
	const isNarrow = innerWidth < NARROW_PIXELS;
	return { longitude, latitude, zoom: startView.zoom - (isNarrow ? 1 : 0) };
}

/** What a map of a size in CSS pixels shows, flat and north up. */
export function viewportAround(
	{ longitude, latitude, zoom }: View,
	box: { readonly width: number; readonly height: number },
): Viewport {
	const world = 512 * 2 ** zoom;
	const x = mercatorX(longitude);
	const y = mercatorY(latitude);
	const [across, down] = [box.width / 2 / world, box.height / 2 / world];
	return {
		west: longitudeOf(x - across),
		east: longitudeOf(x + across),
		north: latitudeOf(Math.max(0, y - down)),
		south: latitudeOf(Math.min(1, y + down)),
		zoom,
	};
}
