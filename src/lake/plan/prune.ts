import type {
	BlockReference,
	CatalogTable,
	ManifestFile,
	ManifestRowGroup,
} from "../../lib/catalog.ts";
import type { Predicate } from "./filters.ts";
import {
	compareValues,
	type OrderedValue,
	type ReadValue,
	valueReader,
} from "./values.ts";

/** What is known of a column in some rows; a bound that is unknown is undefined. */
export interface ColumnBounds {
	readonly min?: OrderedValue;
	readonly max?: OrderedValue;
	/** Some value may be null. */
	readonly mayBeNull: boolean;
	/** Some value may be other than null. */
	readonly mayBeValue: boolean;
}

export type BoundsOf = (column: string) => ColumnBounds;

/** Whether a row within the bounds may satisfy the predicate. What is unknown may. */
export function mayMatch(predicate: Predicate, boundsOf: BoundsOf): boolean {
	switch (predicate.kind) {
		case "unknown":
			return true;
		case "and":
			return predicate.parts.every((part) => mayMatch(part, boundsOf));
		case "or":
			return predicate.parts.some((part) => mayMatch(part, boundsOf));
		case "null": {
			const bounds = boundsOf(predicate.column);
			return predicate.isNull ? bounds.mayBeNull : bounds.mayBeValue;
		}
		case "in": {
			const bounds = boundsOf(predicate.column);
			return predicate.values.some((value) => mayBe(bounds, "=", value));
		}
		case "compare":
			return mayBe(
				boundsOf(predicate.column),
				predicate.operator,
				predicate.value,
			);
		default:
			throw new Error(`unknown predicate: ${JSON.stringify(predicate)}`);
	}
}

/** Reads the bounds that a catalog has of a table's row groups and blocks. */
export class BoundsReader {
	readonly #columns: ReadonlyMap<string, ColumnReader>;

	constructor(table: CatalogTable) {
		let chunk = 0;
		this.#columns = new Map(
			table.columns.map(({ name, type }) => [
				name,
				{
					read: valueReader(type),
					chunk: table.partitionKeys.includes(name) ? null : chunk++,
				},
			]),
		);
	}

	/** Where a column's chunk stands in a row group's list; null for a partition key. */
	chunkOf(column: string): number | null {
		return this.#columns.get(column)?.chunk ?? null;
	}

	/** Bounds of a row group: of its partition keys by the path, of the others by statistics. */
	ofRowGroup(file: ManifestFile, rowGroup: ManifestRowGroup): BoundsOf {
		return remembered((name) => {
			const column = this.#columns.get(name);
			if (column === undefined) return ANYTHING;
			if (column.chunk === null) {
				const value = file.partition[name];
				if (value === undefined) return ANYTHING;
				const bound = readBound(column, value);
				return {
					min: bound,
					max: bound,
					mayBeNull: value === null,
					mayBeValue: value !== null,
				};
			}
			const chunk = rowGroup.chunks[column.chunk];
			if (chunk === undefined) return ANYTHING;
			const [, , , min, max, nullCount] = chunk;
			return {
				min: readBound(column, min),
				max: readBound(column, max),
				mayBeNull: nullCount !== 0,
				mayBeValue: nullCount !== rowGroup.rows,
			};
		});
	}

	/** Bounds of a block, which the catalog gives for partition keys and the first sort key. */
	ofBlock(block: BlockReference): BoundsOf {
		return remembered((name) => {
			const column = this.#columns.get(name);
			const bounds = Object.hasOwn(block.bounds, name)
				? block.bounds[name]
				: undefined;
			if (column === undefined || bounds === undefined) return ANYTHING;
			return {
				min: readBound(column, bounds.min),
				max: readBound(column, bounds.max),
				mayBeNull: bounds.hasNull,
				mayBeValue: true,
			};
		});
	}
}

interface ColumnReader {
	/** Undefined for a type whose bounds do not prune. */
	readonly read: ReadValue | undefined;
	readonly chunk: number | null;
}

const ANYTHING: ColumnBounds = { mayBeNull: true, mayBeValue: true };

function readBound(
	{ read }: ColumnReader,
	text: string | null,
): OrderedValue | undefined {
	return text === null ? undefined : read?.(text);
}

/** A predicate asks for the same column once and again. */
function remembered(boundsOf: BoundsOf): BoundsOf {
	const known = new Map<string, ColumnBounds>();
	return (column) => {
		let bounds = known.get(column);
		if (bounds === undefined) {
			bounds = boundsOf(column);
			known.set(column, bounds);
		}
		return bounds;
	};
}

/** Whether some value within the bounds compares so; a null never does. */
function mayBe(
	{ min, max, mayBeValue }: ColumnBounds,
	operator: "=" | "!=" | "<" | "<=" | ">" | ">=",
	value: OrderedValue,
): boolean {
	if (!mayBeValue) return false;
	const below = min === undefined ? -1 : compareValues(min, value);
	const above = max === undefined ? 1 : compareValues(max, value);
	switch (operator) {
		case "=":
			return below <= 0 && above >= 0;
		case "!=":
			return below !== 0 || above !== 0;
		case "<":
			return below < 0;
		case "<=":
			return below <= 0;
		case ">":
			return above > 0;
		case ">=":
			return above >= 0;
		default:
			throw new Error(`unknown operator: ${operator}`);
	}
}
