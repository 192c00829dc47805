import type {
	BlockReference,
	CatalogTable,
	ManifestFile,
	ManifestRowGroup,
} from "../../lib/catalog.ts";
import type { Predicate } from "./filters.ts";
import { compareValues, type OrderedValue, valueReader } from "./values.ts";

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

/** Bounds of a row group: of its partition keys by the path, of the others by statistics. */
export function rowGroupBounds(
	table: CatalogTable,
	file: ManifestFile,
	rowGroup: ManifestRowGroup,
): BoundsOf {
	return (name) => {
		if (table.partitionKeys.includes(name)) {
			const value = file.partition[name] ?? null;
			return readBounds(table, name, {
				min: value,
				max: value,
				mayBeNull: value === null,
				mayBeValue: value !== null,
			});
		}
		const chunk = rowGroup.chunks[chunkIndex(table, name)];
		if (chunk === undefined) return ANYTHING;
		const [, , , min, max, nullCount] = chunk;
		return readBounds(table, name, {
			min,
			max,
			mayBeNull: nullCount !== 0,
			mayBeValue: nullCount !== rowGroup.rows,
		});
	};
}

/** Bounds of a block, which the catalog gives for partition keys and the first sort key. */
export function blockBounds(
	table: CatalogTable,
	block: BlockReference,
): BoundsOf {
	return (name) => {
		if (!Object.hasOwn(block.bounds, name)) return ANYTHING;
		const bounds = block.bounds[name];
		if (bounds === undefined) return ANYTHING;
		return readBounds(table, name, {
			min: bounds.min,
			max: bounds.max,
			mayBeNull: bounds.hasNull,
			mayBeValue: true,
		});
	};
}

/** Where a column's chunk stands in a row group's list; -1 for a partition key. */
export function chunkIndex(table: CatalogTable, column: string): number {
	return table.columns
		.filter(({ name }) => !table.partitionKeys.includes(name))
		.findIndex(({ name }) => name === column);
}

const ANYTHING: ColumnBounds = { mayBeNull: true, mayBeValue: true };

function readBounds(
	table: CatalogTable,
	name: string,
	known: {
		readonly min: string | null;
		readonly max: string | null;
		readonly mayBeNull: boolean;
		readonly mayBeValue: boolean;
	},
): ColumnBounds {
	const column = table.columns.find((candidate) => candidate.name === name);
	const read = column === undefined ? undefined : valueReader(column.type);
	return {
		...known,
		min: known.min === null ? undefined : read?.(known.min),
		max: known.max === null ? undefined : read?.(known.max),
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
