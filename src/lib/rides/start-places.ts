import { mercatorX, mercatorY } from "../geo/mercator.ts";
import type { Place } from "./course.ts";
import { comesBefore } from "./start-place.ts";

/** A place where rides start; degrees. A row of the roll-up `ride_starts`. */
export interface StartPlace extends Place {
	readonly rides: number;
	/** As the data have it; null where they have none. */
	readonly name: string | null;
}

/** Where a ride starts; null is what is not known. */
export interface RideStart {
	readonly start: Place | null;
	readonly startPlace: string | null;
}

/** A place is a cell of this level, some kilometres wide. */
const PLACE_LEVEL = 13;
const MAX_PLACES = 200;

/**
 * The places where at least two rides start, most first: the middle of their starts,
 * and the commonest of their names. A build of a lake asks the same by SQL.
 */
export function startPlacesOf(rides: readonly RideStart[]): StartPlace[] {
	const side = 2 ** PLACE_LEVEL;
	const cells = new Map<number, { starts: Place[]; names: string[] }>();
	for (const { start, startPlace } of rides) {
		if (start === null) continue;
		const row = Math.floor(mercatorY(start.latitude) * side);
		const key = row * side + Math.floor(mercatorX(start.longitude) * side);
		const cell = cells.get(key) ?? { starts: [], names: [] };
		cells.set(key, cell);
		cell.starts.push(start);
		if (startPlace !== null) cell.names.push(startPlace);
	}
	return [...cells.values()]
		.filter(({ starts }) => starts.length > 1)
		.map(({ starts, names }) => ({
			longitude: middleOf(starts.map(({ longitude }) => longitude)),
			latitude: middleOf(starts.map(({ latitude }) => latitude)),
			rides: starts.length,
			name: commonestOf(names),
		}))
		.sort(
			(one, other) =>
				other.rides - one.rides ||
				one.longitude - other.longitude ||
				one.latitude - other.latitude,
		)
		.slice(0, MAX_PLACES);
}

/** The lower median. */
function middleOf(values: readonly number[]): number {
	const sorted = Float64Array.from(values).sort();
	return sorted[Math.ceil(sorted.length / 2) - 1] as number;
}

/** Of several as common the first by code point; null where there is none. */
function commonestOf(names: readonly string[]): string | null {
	const counts = new Map<string, number>();
	for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
	let best: string | null = null;
	for (const [name, count] of counts) {
		const most = best === null ? 0 : (counts.get(best) as number);
		if (
			count > most ||
			(count === most && best !== null && comesBefore(name, best))
		)
			best = name;
	}
	return best;
}
