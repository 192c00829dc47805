import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { isAnyRide } from "../../lib/rides/filter.ts";
import { StartLabels, type StartPlace } from "../../maps/start-labels.ts";
import { theme, tokenColor } from "../shared/theme.ts";
import { degreesOf, ridesOf } from "./sentence.ts";
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
	const { places, onShow } = props;
	if (places.length === 0) return null;
	return (
		<details class="rides-places">
			<summary>Where rides start, as a table</summary>
			<table>
				<thead>
					<tr>
						<th scope="col">Start there</th>
						<th scope="col">Latitude</th>
						<th scope="col">Longitude</th>
						<th scope="col">
							<span class="visually-hidden">On the map</span>
						</th>
					</tr>
				</thead>
				<tbody>
					{places.slice(0, MAX_ROWS).map(({ longitude, latitude, rides }) => (
						<tr key={`${longitude},${latitude}`}>
							<td>{ridesOf(rides)}</td>
							<td>{degreesOf(latitude, "N", "S")}</td>
							<td>{degreesOf(longitude, "E", "W")}</td>
							<td>
								<button
									type="button"
									class="button"
									onClick={() => onShow([longitude, latitude])}
								>
									Show
								</button>
							</td>
						</tr>
					))}
				</tbody>
			</table>
		</details>
	);
}
