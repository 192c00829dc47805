import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { isAnyRide } from "../../lib/rides/filter.ts";
import { StartLabels, type StartPlace } from "../../maps/start-labels.ts";
import { theme, tokenColor } from "../shared/theme.ts";
import { SpotsTable } from "./spots-table.tsx";
import type { RidesState } from "./state.ts";

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
	const colours = () => ({
		text: tokenColor("--text"),
		ground: tokenColor("--surface"),
	});
	const labels = new StartLabels(map, colours());
	const stop = effect(() => {
		const isShown = theme.value !== null && isAnyRide(state.filter.value);
		labels.show(isShown ? places : [], colours());
	});
	return () => {
		stop();
		labels.remove();
	};
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
