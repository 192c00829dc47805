import {
	compareValues,
	type OrderedValue,
} from "../../lib/catalog/ordered-values.ts";
import type { BoundsOf } from "./prune.ts";

/** Rows of which a scan's answer is made: so many, any of them or the first by a column. */
export interface Wanted {
	readonly rows: number;
	/** Null where any rows will do. */
	readonly order: ColumnOrder | null;
}

export interface ColumnOrder {
	readonly column: string;
	readonly descending: boolean;
	/** Rows where the column is null are not wanted; else they may come first or last. */
	readonly skipsNulls: boolean;
}

/** A row group, or a block of them. */
export interface Extent {
	readonly rows: number;
	/** Each of its rows surely passes the scan's filters. */
	readonly isSure: boolean;
	readonly bounds: BoundsOf;
}

/** Of extents in the lake's order, those that surely hold the wanted rows. */
export function holding<T extends Extent>(
	extents: readonly T[],
	{ rows, order }: Wanted,
): readonly T[] {
	return order === null
		? anyRows(extents, rows)
		: firstRows(extents, rows, order);
}

/** The shortest beginning that surely has so many rows; all where none has. */
function anyRows<T extends Extent>(
	extents: readonly T[],
	rows: number,
): readonly T[] {
	let sure = 0;
	for (const [index, extent] of extents.entries()) {
		if (sure >= rows) return extents.slice(0, index);
		if (extent.isSure) sure += extent.rows;
	}
	return extents;
}

/**
 * Leaves out what lies wholly behind a value that so many rows surely reach. Where
 * nulls are wanted, a extent with nulls is never left out and reaches nothing; where
 * not, one row reaches its end, since a bound is the value of a row.
 */
function firstRows<T extends Extent>(
	extents: readonly T[],
	rows: number,
	{ column, descending, skipsNulls }: ColumnOrder,
): readonly T[] {
	const order = (a: OrderedValue, b: OrderedValue) =>
		descending ? compareValues(b, a) : compareValues(a, b);
	const ends = new Map<T, { first: OrderedValue; last: OrderedValue }>();
	for (const extent of extents) {
		const { min, max, mayBeNull, mayBeNan } = extent.bounds(column);
		if (min === undefined || max === undefined || mayBeNan) continue;
		if (mayBeNull && !skipsNulls) continue;
		ends.set(
			extent,
			descending ? { first: max, last: min } : { first: min, last: max },
		);
	}
	const sure = [...ends]
		.filter(([extent]) => extent.isSure)
		.sort(([, a], [, b]) => order(a.last, b.last));
	let reached = 0;
	for (const [extent, { last }] of sure) {
		reached += extent.bounds(column).mayBeNull ? 1 : extent.rows;
		if (reached < rows) continue;
		return extents.filter((extent) => {
			if (skipsNulls && !extent.bounds(column).mayBeValue) return false;
			const first = ends.get(extent)?.first;
			return first === undefined || order(first, last) <= 0;
		});
	}
	return extents;
}
