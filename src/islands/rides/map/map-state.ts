import type { Signal } from "@preact/signals";
import { SCALE_NAMES, type ScaleName } from "../../../maps/cells/density.ts";
import { DRAW_NAMES, type DrawName } from "../../../maps/cells/legend.ts";
import { urlSignal, wordCodec } from "../../shared/url-state.ts";

/** How the map draws what counts. */
export interface MapState {
	readonly draw: Signal<DrawName>;
	readonly scale: Signal<ScaleName>;
}

/** In step with the page's address. Once a page. */
export function openMapState(): MapState {
	return {
		draw: urlSignal<DrawName>("draw", "cells", wordCodec(DRAW_NAMES), {
			history: "push",
		}),
		scale: urlSignal<ScaleName>("scale", "log", wordCodec(SCALE_NAMES), {
			history: "push",
		}),
	};
}
