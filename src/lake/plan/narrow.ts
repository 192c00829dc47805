import { compareValues, type OrderedValue } from "../../lib/ordered-values.ts";
import type { BoundsOf } from "./prune.ts";

/** Rows of which a scan's answer is made: so many, any of them or the first by a column. */
export interface Wanted {
	readonly rows: number;
	/** Null where any rows will do. */
	readonly order: Order | null;
}

export interface Order {
	readonly column: string;
	readonly descending: boolean;
	/** Rows where the column is null are not wanted; else they may come first or last. */
	readonly skipsNulls: boolean;
}

/** A row group, or a block of them. */
export interface Unit {
	readonly rows: number;
	/** Each of its rows surely passes the scan's filters. */
	readonly isSure: boolean;
	readonly bounds: BoundsOf;
}

/** Of units in the lake's order, those that surely hold the wanted rows. */
export function holding<T extends Unit>(
	units: readonly T[],
	{ rows, order }: Wanted,
): readonly T[] {
	return order === null ? anyRows(units, rows) : firstRows(units, rows, order);
}

/** The shortest beginning that surely has so many rows; all where none has. */
function anyRows<T extends Unit>(
	units: readonly T[],
	rows: number,
): readonly T[] {
	let sure = 0;
	for (const [index, unit] of units.entries()) {
		if (sure >= rows) return units.slice(0, index);
		if (unit.isSure) sure += unit.rows;
	}
	return units;
}

/**
 * Leaves out what lies wholly behind a value that so many rows surely reach. Where
 * nulls are wanted, a unit with nulls is never left out and reaches nothing; where
 * not, one row reaches its end, since a bound is the value of a row.
 */
function firstRows<T extends Unit>(
	units: readonly T[],
	rows: number,
	{ column, descending, skipsNulls }: Order,
): readonly T[] {
	const order = (a: OrderedValue, b: OrderedValue) =>
		descending ? compareValues(b, a) : compareValues(a, b);
	const ends = new Map<T, { first: OrderedValue; last: OrderedValue }>();
	for (const unit of units) {
		const { min, max, mayBeNull, mayBeNan } = unit.bounds(column);
		if (min === undefined || max === undefined || mayBeNan) continue;
		if (mayBeNull && !skipsNulls) continue;
		ends.set(
			unit,
			descending ? { first: max, last: min } : { first: min, last: max },
		);
	}
	const sure = [...ends]
		.filter(([unit]) => unit.isSure)
		.sort(([, a], [, b]) => order(a.last, b.last));
	let reached = 0;
	for (const [unit, { last }] of sure) {
		reached += unit.bounds(column).mayBeNull ? 1 : unit.rows;
		if (reached < rows) continue;
		return units.filter((unit) => {
			if (skipsNulls && !unit.bounds(column).mayBeValue) return false;
			const first = ends.get(unit)?.first;
			return first === undefined || order(first, last) <= 0;
		});
	}
	return units;
}
