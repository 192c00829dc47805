import { DENSITY_STEPS } from "../../../maps/cells/density.ts";
import type { TrackColours } from "../../../maps/lines/track-layer.ts";
import type { LabelColours } from "../../../maps/start-labels.ts";
import type { MapColours } from "../../../maps/style.ts";
import { tokenColor } from "../../shared/theme.ts";

/** The ramp's colours, rare to frequent, in the theme that shows now. */
export function densityStops(): string[] {
	return Array.from({ length: DENSITY_STEPS }, (_, index) =>
		tokenColor(`--density-${index + 1}`),
	);
}

/** The basemap's colours in the theme that shows now. */
export function mapColours(): MapColours {
	return {
		water: tokenColor("--map-water"),
		land: tokenColor("--map-land"),
		border: tokenColor("--map-border"),
		label: tokenColor("--map-label"),
	};
}

/** The colours of single tracks in the theme that shows now. */
export function trackColours(): TrackColours {
	return {
		plain: tokenColor("--track"),
		highlighted: tokenColor("--track-highlighted"),
		casing: tokenColor("--track-casing"),
	};
}

/** The colours of labels over the map in the theme that shows now. */
export function labelColours(): LabelColours {
	return { text: tokenColor("--text"), ground: tokenColor("--surface") };
}
