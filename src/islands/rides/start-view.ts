import type { Opened } from "./model.ts";
import type { View } from "./state.ts";

/** A narrower map opens one zoom level out, or it would show the middle third; as `.ride-still` does. */
const NARROW_PIXELS = 640;

/** Where the map opens. */
export function startOf({ startView }: Opened): View {
	const [longitude, latitude] = startView.center;
	const isNarrow = innerWidth < NARROW_PIXELS;
	return { longitude, latitude, zoom: startView.zoom - (isNarrow ? 1 : 0) };
}
