import { formatCounted } from "../../lib/text/format.ts";
import { degreesOf } from "./sentence.ts";

/** A place and how many rides it is about; degrees. */
export interface Spot {
	readonly longitude: number;
	readonly latitude: number;
	readonly rides: number;
	/** Null or undefined where it has none. */
	readonly name?: string | null;
}

/** Places of the map in words, each of which the map can be moved to. */
export function SpotsTable(props: {
	readonly summary: string;
	/** What the rides do there, as the head of their column. */
	readonly what: string;
	readonly spots: readonly Spot[];
	readonly onShow: (center: [longitude: number, latitude: number]) => void;
}) {
	const { summary, what, spots, onShow } = props;
	if (spots.length === 0) return null;
	const hasNames = spots.some(({ name }) => name != null);
	return (
		<details class="rides-places">
			<summary>{summary}</summary>
			<table>
				<thead>
					<tr>
						{hasNames && (
							<th scope="col" class="rides-place-name">
								Place
							</th>
						)}
						<th scope="col">{what}</th>
						<th scope="col">Latitude</th>
						<th scope="col">Longitude</th>
						<th scope="col">
							<span class="visually-hidden">On the map</span>
						</th>
					</tr>
				</thead>
				<tbody>
					{spots.map(({ longitude, latitude, rides, name }) => (
						<tr key={`${longitude},${latitude}`}>
							{hasNames && (
								<td class="rides-place-name">
									{name == null ? "–" : <bdi>{name}</bdi>}
								</td>
							)}
							<td>{formatCounted(rides, "ride")}</td>
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
