import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { isAnyRide } from "../../../lib/rides/filter.ts";
import type { StartPlace } from "../../../lib/rides/start-places.ts";
import { type Box, StartLabels } from "../../../maps/start-labels.ts";
import { theme } from "../../shared/theme.ts";
import { SpotsTable } from "../spots-table.tsx";
import type { RidesState } from "../state.ts";
import { labelColours } from "./map-colours.ts";

/** Rows of the table at most. */
const MAX_ROWS = 10;

/**
 * Says on the map where rides start, until the returned function is called. Only
 * while every ride counts: the numbers are of all of them.
 */
export function nameStarts(
	map: MapLibre,
	places: readonly StartPlace[],
	state: RidesState,
): () => void {
	const labels = new StartLabels(map, labelColours(), () => controlsOver(map));
	const stop = effect(() => {
		// Read, so that another theme draws again.
		void theme.value;
		labels.show(namedStarts(places, state), labelColours());
	});
	return () => {
		stop();
		labels.remove();
	};
}

/** What of the page lies over the map, in pixels of the map. */
function controlsOver(map: MapLibre): Box[] {
	const frame = map.getContainer();
	const { left, top } = frame.getBoundingClientRect();
	const controls =
		frame.parentElement?.querySelectorAll(
			".rides-buttons, .rides-draw, .rides-legend",
		) ?? [];
	return [...controls].map((control) => {
		const { x, y, width, height } = control.getBoundingClientRect();
		return { x: x - left, y: y - top, width, height };
	});
}

/** The places that the map names: none where some rides do not count. */
export function namedStarts(
	places: readonly StartPlace[],
	state: RidesState,
): readonly StartPlace[] {
	return isAnyRide(state.filter.value) ? places : [];
}

/** The labels of the map in words. */
export function StartPlaces(props: {
	readonly places: readonly StartPlace[];
	readonly onShow: (center: [longitude: number, latitude: number]) => void;
}) {
	return (
		<SpotsTable
			summary="Where rides start, as a table"
			what="Start there"
			spots={props.places.slice(0, MAX_ROWS)}
			onShow={props.onShow}
		/>
	);
}
