import { MAX_LEVEL } from "../geo/mercator.ts";

/** Cells some 200 m wide in the middle latitudes, which receivers agree on but at their edges. */
export const TRIP_LEVEL = 17;

/** Of the longer one's time, what two rides of one trip share at least: a fraction. */
export const SHARED_TIME = { of: 10, at: 9 } as const;

/** Of the cells of the one that has more, what two rides of one trip share at least: a fraction. */
export const SHARED_CELLS = { of: 4, at: 3 } as const;

/** A ride as its trip is told by. */
export interface RecordedTrip {
	readonly id: string;
	/** Earliest and latest time, whole microseconds since 1970; null without times. */
	readonly span: readonly [first: number, last: number] | null;
	readonly points: number;
	/** Distinct Morton codes of the cells that it passes at {@link MAX_LEVEL}, rising. */
	readonly codes: Float64Array;
}

interface DatedTrip extends RecordedTrip {
	readonly span: readonly [first: number, last: number];
}

/**
 * Finds rides that two devices recorded on one trip: they overlap in nine tenths of the
 * longer one's time, and have three quarters of the cells of {@link TRIP_LEVEL} of the
 * one that has more in common. The one of more points counts. Gives, by the id of each
 * ride that does not, the id of the ride that counts in its place.
 */
export function sameTrips(
	rides: readonly RecordedTrip[],
): ReadonlyMap<string, string> {
	const dated = rides
		.filter((ride): ride is DatedTrip => lengthOf(ride) > 0)
		.sort((one, other) => one.span[0] - other.span[0]);
	const cells = new Map<string, Float64Array>();
	const cellsOf = (ride: DatedTrip) => {
		const found = cells.get(ride.id) ?? tripCells(ride.codes);
		cells.set(ride.id, found);
		return found;
	};
	const pairs: { readonly better: DatedTrip; readonly other: DatedTrip }[] = [];
	for (const [place, one] of dated.entries())
		for (let next = place + 1; next < dated.length; next++) {
			const other = dated[next] as DatedTrip;
			if (other.span[0] >= one.span[1]) break;
			if (!areAtOneTime(one, other)) continue;
			if (!areAtOnePlace(cellsOf(one), cellsOf(other))) continue;
			pairs.push(
				isBetter(one, other)
					? { better: one, other }
					: { better: other, other: one },
			);
		}
	pairs.sort(
		(one, two) =>
			byWorth(one.other, two.other) || byWorth(one.better, two.better),
	);
	const beatenBy = new Map<string, string>();
	for (const { better, other } of pairs) beat(beatenBy, better.id, other.id);
	return beatenBy;
}

/**
 * Notes that a ride counts in another's place, unless one of them counts no more. For
 * pairs in the order of the other ride's points, most first, then of the better one's.
 */
export function beat(
	beatenBy: Map<string, string>,
	better: string,
	other: string,
): void {
	if (!beatenBy.has(better) && !beatenBy.has(other))
		beatenBy.set(other, better);
}

function lengthOf({ span }: RecordedTrip): number {
	return span === null ? 0 : span[1] - span[0];
}

function areAtOneTime(one: DatedTrip, other: DatedTrip): boolean {
	const together =
		Math.min(one.span[1], other.span[1]) - Math.max(one.span[0], other.span[0]);
	const longer = Math.max(lengthOf(one), lengthOf(other));
	return together * SHARED_TIME.of >= longer * SHARED_TIME.at;
}

function areAtOnePlace(one: Float64Array, other: Float64Array): boolean {
	const more = Math.max(one.length, other.length);
	return countShared(one, other) * SHARED_CELLS.of >= more * SHARED_CELLS.at;
}

function countShared(one: Float64Array, other: Float64Array): number {
	let shared = 0;
	for (let at = 0, next = 0; at < one.length && next < other.length; ) {
		const difference = (one[at] as number) - (other[next] as number);
		if (difference === 0) shared++;
		if (difference <= 0) at++;
		if (difference >= 0) next++;
	}
	return shared;
}

/** Rising, each once. */
function tripCells(codes: Float64Array): Float64Array {
	const size = 4 ** (MAX_LEVEL - TRIP_LEVEL);
	const cells: number[] = [];
	for (const code of codes) {
		const cell = Math.floor(code / size);
		if (cell !== cells.at(-1)) cells.push(cell);
	}
	return Float64Array.from(cells);
}

function isBetter(one: DatedTrip, other: DatedTrip): boolean {
	return byWorth(one, other) < 0;
}

/** Most points first, then by id. */
function byWorth(one: RecordedTrip, other: RecordedTrip): number {
	if (one.points !== other.points) return other.points - one.points;
	return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}
