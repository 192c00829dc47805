/**
 * Every ride that a page counts, by columns. A ride's number is its place here: by
 * start, those without a date last. Null is what a ride's file does not tell.
 */
export interface RideList {
	readonly id: readonly string[];
	readonly name: readonly (string | null)[];
	readonly kind: readonly (string | null)[];
	/** What clocks showed at the start, in milliseconds as if it were UTC. */
	readonly startedAtLocal: readonly (number | null)[];
	readonly distanceMeters: readonly (number | null)[];
	readonly movingSeconds: readonly (number | null)[];
	readonly durationSeconds: readonly (number | null)[];
	readonly ascentMeters: readonly (number | null)[];
}

/** Sums over some rides; what a ride does not tell adds nothing. */
export interface RideTotals {
	readonly rides: number;
	readonly distanceMeters: number;
	readonly movingSeconds: number;
	/** First and last local start in milliseconds; null where none has a date. */
	readonly first: number | null;
	readonly last: number | null;
}

/** Sums up the rides that a mask holds. */
export function totalsOf(list: RideList, mask: Uint8Array): RideTotals {
	let rides = 0;
	let distanceMeters = 0;
	let movingSeconds = 0;
	let first: number | null = null;
	let last: number | null = null;
	for (const [ride, isCounted] of mask.entries()) {
		if (isCounted === 0) continue;
		rides++;
		distanceMeters += list.distanceMeters[ride] ?? 0;
		movingSeconds += list.movingSeconds[ride] ?? 0;
		const start = list.startedAtLocal[ride] ?? null;
		if (start === null) continue;
		first = first === null ? start : Math.min(first, start);
		last = last === null ? start : Math.max(last, start);
	}
	return { rides, distanceMeters, movingSeconds, first, last };
}

/** The numbers of the rides that a mask holds, rising. */
export function numbersIn(mask: Uint8Array): number[] {
	const numbers: number[] = [];
	for (const [ride, isCounted] of mask.entries())
		if (isCounted === 1) numbers.push(ride);
	return numbers;
}

/** Rides by start, the latest first, those without a date last. */
export function newestFirst(
	{ startedAtLocal }: RideList,
	rides: readonly number[],
): number[] {
	const isDated = (ride: number) => startedAtLocal[ride] != null;
	return [...rides].sort(
		(one, other) => +isDated(other) - +isDated(one) || other - one,
	);
}

/** A kind of ride, null for rides that name none, and how many rides are of it. */
export interface KindCount {
	readonly kind: string | null;
	readonly rides: number;
}

/** Every kind there is, the most frequent first, with its rides among those that a mask holds. */
export function kindCounts(
	{ kind }: RideList,
	mask: Uint8Array,
): readonly KindCount[] {
	const counts = new Map<string | null, { all: number; rides: number }>();
	for (const [ride, name] of kind.entries()) {
		const count = counts.get(name) ?? { all: 0, rides: 0 };
		count.all++;
		count.rides += mask[ride] ?? 0;
		counts.set(name, count);
	}
	return [...counts]
		.sort(([, one], [, other]) => other.all - one.all)
		.map(([name, { rides }]) => ({ kind: name, rides }));
}
