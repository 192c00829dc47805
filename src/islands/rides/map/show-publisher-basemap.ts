import { effect, type Signal } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import type { BasemapTrouble } from "../../../maps/basemap/basemap-requests.ts";
import type { PublisherBasemap } from "../../../maps/basemap/publisher-basemap.ts";
import { theme } from "../../shared/theme.ts";
import { mapColours } from "./map-colours.ts";

/** Puts the publisher's basemap below the rides until `end`; `retry` asks once more for what did not come. */
export function showPublisherBasemap(
	map: MapLibre,
	address: string,
	trouble: Signal<BasemapTrouble | null>,
): { readonly retry: () => void; readonly end: () => void } {
	const ended = new AbortController();
	let shown: PublisherBasemap | null = null;
	let isStarting = false;
	let unfollow = () => {};
	const start = async () => {
		isStarting = true;
		const code = await import(
			"../../../maps/basemap/publisher-basemap.ts"
		).catch(() => null);
		isStarting = false;
		if (ended.signal.aborted) return;
		if (code === null) {
			trouble.value = navigator.onLine ? "failed" : "offline";
			return;
		}
		trouble.value = null;
		const basemap = new code.PublisherBasemap(
			map,
			address,
			mapColours(),
			(changed) => {
				trouble.value = changed;
			},
		);
		shown = basemap;
		unfollow = effect(() => {
			if (theme.value !== null) basemap.recolour(mapColours());
		});
	};
	const retry = () => {
		if (shown !== null) shown.retry();
		else if (!isStarting) void start();
	};
	addEventListener("online", retry, { signal: ended.signal });
	retry();
	return {
		retry,
		end: () => {
			ended.abort();
			unfollow();
		},
	};
}
