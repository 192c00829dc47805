import { isAnyRide, type RideFilter } from "../../lib/rides/filter.ts";
import type { RideTotals } from "../../lib/rides/list.ts";
import {
	formatCount,
	formatDistance,
	formatDuration,
} from "../../lib/text/format.ts";
import type { Timeline } from "./months.ts";

/** Stands for what is not counted yet. */
const UNKNOWN = "–";

/** Rides, distance and time: of all that count, and of those in view. */
export function Figures(props: {
	readonly timeline: Timeline;
	readonly filter: RideFilter;
	/** Null until the list of rides is there. */
	readonly all: RideTotals | null;
	readonly seen: RideTotals | null;
	/** Whether those in view are not even being counted: nobody has moved the map. */
	readonly isUntouched: boolean;
}) {
	const { timeline, filter, seen, isUntouched } = props;
	const isAll = isAnyRide(filter);
	const all =
		props.all ??
		(isAll
			? {
					rides: timeline.dated + timeline.undated,
					distanceMeters: timeline.distanceMeters,
					movingSeconds: timeline.movingSeconds,
				}
			: null);
	return (
		<table class="rides-figures">
			<caption class="visually-hidden">Rides, distance and time</caption>
			<thead>
				<tr>
					<td />
					<th scope="col">Rides</th>
					<th scope="col">Distance</th>
					<th scope="col">Moving</th>
				</tr>
			</thead>
			<tbody>
				<Row name={isAll ? "All" : "Matching"} totals={all} />
				{isUntouched ? (
					<tr>
						<th scope="row">In view</th>
						<td colSpan={3} class="rides-figures-later">
							counted once you move the map
						</td>
					</tr>
				) : (
					<Row name="In view" totals={seen} />
				)}
			</tbody>
		</table>
	);
}

function Row(props: {
	readonly name: string;
	readonly totals:
		| (Pick<RideTotals, "rides" | "distanceMeters"> & {
				/** Undefined where it is not known. */
				readonly movingSeconds: number | undefined;
		  })
		| null;
}) {
	const { name, totals } = props;
	const { movingSeconds } = totals ?? {};
	return (
		<tr>
			<th scope="row">{name}</th>
			<td>{totals === null ? UNKNOWN : formatCount(totals.rides)}</td>
			<td>
				{totals === null ? UNKNOWN : formatDistance(totals.distanceMeters)}
			</td>
			<td>
				{movingSeconds === undefined ? UNKNOWN : formatDuration(movingSeconds)}
			</td>
		</tr>
	);
}
