import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import {
	compareValues,
	valueReader,
} from "../../lib/catalog/ordered-values.ts";
import type { StandIn, StandInColumn } from "../types.ts";
import type { SimpleAggregates } from "./simple-aggregates.ts";

/** Rows that a block or a row group has, all of which pass the filters, and what is known of them. */
export interface KnownRows {
	readonly rows: number;
	readonly statistics: (column: string) => ColumnStatistics;
}

export interface ColumnStatistics {
	/** In DuckDB's text form, null where unknown or where all values are null. */
	readonly min: string | null;
	readonly max: string | null;
	/** Null where unknown. */
	readonly nulls: number | null;
}

/** Types whose bounds are the very values, whoever wrote the file. */
const EXACT =
	/^(U?(TINY|SMALL|BIG)INT|U?INTEGER|DATE|TIMESTAMP(_S|_MS|_NS)?|BOOLEAN|DECIMAL\(\d+,\s*\d+\))$/;

/** Writers cut the bounds of texts, to 16 bytes at the least: what is shorter is whole. */
const CUT_BYTES = 16;

/** Types of which `0` is a value. */
const NUMERIC =
	/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL\(.*\))$/;

/**
 * Rows that give the same counts, minima and maxima as those known, and pass the
 * same filters: a value of a column passes its filter whatever the other columns
 * hold. Null where what is known does not tell.
 */
export function standInOf(
	table: CatalogTable,
	aggregates: SimpleAggregates,
	filtered: ReadonlySet<string>,
	known: readonly KnownRows[],
): StandIn | null {
	const { counts, counted } = aggregates;
	const extreme = new Set(aggregates.ends.map(({ column }) => column));
	const rows = known.reduce((sum, part) => sum + part.rows, 0);
	const columns = new Map<string, StandInColumn>();
	for (const { name, type } of table.columns) {
		const isExtreme = extreme.has(name);
		const isCounted = counted.includes(name);
		if (!isExtreme && !isCounted && !filtered.has(name)) continue;
		const column = columnOf(type, isExtreme, isCounted, known, name);
		if (column === null) return null;
		// Without a count two rows are enough, and nulls need no place.
		columns.set(name, counts ? column : { ...column, nulls: 0 });
	}
	return { rows: counts ? rows : Math.min(rows, 2), columns };
}

function columnOf(
	type: string,
	isExtreme: boolean,
	isCounted: boolean,
	known: readonly KnownRows[],
	name: string,
): StandInColumn | null {
	const read = valueReader(type);
	let min: string | null = null;
	let max: string | null = null;
	let nulls = 0;
	let allNull = true;
	for (const { rows, statistics } of known) {
		const part = statistics(name);
		if (part.nulls === null && isCounted) return null;
		// SQL, in which the values stand, ends at such a character.
		if ([part.min, part.max].some((text) => text?.includes("\0"))) return null;
		nulls += part.nulls ?? 0;
		if (part.nulls === rows) continue;
		allNull = false;
		const low = part.min === null ? undefined : read?.(part.min);
		const high = part.max === null ? undefined : read?.(part.max);
		if (low === undefined || high === undefined) {
			if (isExtreme) return null;
			continue;
		}
		if (isExtreme && !(isExact(type, part.min) && isExact(type, part.max)))
			return null;
		const least = min === null ? undefined : read?.(min);
		const most = max === null ? undefined : read?.(max);
		if (least === undefined || compareValues(low, least) < 0) min = part.min;
		if (most === undefined || compareValues(high, most) > 0) max = part.max;
	}
	if (allNull) return { min: null, max: null, nulls };
	min ??= anyValue(type);
	max ??= min;
	return min === null ? null : { min, max, nulls };
}

function isExact(type: string, text: string | null): boolean {
	if (type !== "VARCHAR") return EXACT.test(type);
	return text !== null && new TextEncoder().encode(text).length < CUT_BYTES;
}

/** Null where we know of none. */
function anyValue(type: string): string | null {
	return NUMERIC.test(type) ? "0" : type === "VARCHAR" ? "" : null;
}
