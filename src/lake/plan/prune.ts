import type {
	BlockReference,
	CatalogTable,
	ManifestFile,
	ManifestRowGroup,
} from "../../lib/catalog/catalog.ts";
import {
	compareValues,
	type OrderedValue,
	type ReadValue,
	valueReader,
} from "../../lib/catalog/ordered-values.ts";
import type { ComparisonOperator, Predicate } from "./predicate.ts";

/** What is known of a column in some rows; a bound that is unknown is undefined. */
export interface ColumnBounds {
	readonly min?: OrderedValue;
	readonly max?: OrderedValue;
	/** Some value may be null. */
	readonly mayBeNull: boolean;
	/** Some value may be other than null. */
	readonly mayBeValue: boolean;
	/** Some value may be NaN, which is above every bound. */
	readonly mayBeNan: boolean;
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
			return mayBeAny(bounds, predicate.values);
		}
		case "compare":
			return mayBe(
				boundsThrough(predicate, boundsOf),
				predicate.operator,
				predicate.value,
			);
		default:
			throw new Error(`unknown predicate: ${JSON.stringify(predicate)}`);
	}
}

/** Whether each row within the bounds surely satisfies the predicate. What is unknown does not. */
export function mustMatch(predicate: Predicate, boundsOf: BoundsOf): boolean {
	switch (predicate.kind) {
		case "unknown":
			return false;
		case "and":
			return predicate.parts.every((part) => mustMatch(part, boundsOf));
		case "or":
			return predicate.parts.some((part) => mustMatch(part, boundsOf));
		case "null": {
			const bounds = boundsOf(predicate.column);
			return predicate.isNull ? !bounds.mayBeValue : !bounds.mayBeNull;
		}
		case "in": {
			const bounds = boundsOf(predicate.column);
			return predicate.values.some((value) => mustBe(bounds, "=", value));
		}
		case "compare":
			return mustBe(
				boundsThrough(predicate, boundsOf),
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
					mayBeNan: type === "DOUBLE" || type === "FLOAT",
				},
			]),
		);
	}

	/** Where a column's chunk stands in a row group's list; null for a partition key. */
	chunkOf(column: string): number | null {
		return this.#columns.get(column)?.chunk ?? null;
	}

	/** What the catalog says of a column in a row group, as text; nulls are null where unknown. */
	statisticsOf(
		{ partition }: ManifestFile,
		{ rows, chunks }: ManifestRowGroup,
		name: string,
	): { min: string | null; max: string | null; nulls: number | null } {
		const index = this.chunkOf(name);
		if (index === null) {
			const value = partition[name];
			if (value === undefined) return { min: null, max: null, nulls: null };
			return { min: value, max: value, nulls: value === null ? rows : 0 };
		}
		const [, , , min = null, max = null, nulls = null] = chunks[index] ?? [];
		return { min, max, nulls };
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
					mayBeNan: column.mayBeNan,
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
				mayBeNan: column.mayBeNan,
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
				mayBeNan: column.mayBeNan,
			};
		});
	}
}

interface ColumnReader {
	/** Undefined for a type whose bounds do not prune. */
	readonly read: ReadValue | undefined;
	readonly chunk: number | null;
	readonly mayBeNan: boolean;
}

const ANYTHING: ColumnBounds = {
	mayBeNull: true,
	mayBeValue: true,
	mayBeNan: true,
};

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

/** Bounds of what a comparison compares, which is the column or something derived from it. */
function boundsThrough(
	{ column, through }: Extract<Predicate, { kind: "compare" }>,
	boundsOf: BoundsOf,
): ColumnBounds {
	const bounds = boundsOf(column);
	if (through === undefined) return bounds;
	const { min, max } = bounds;
	return {
		...bounds,
		min: min === undefined ? undefined : through(min),
		max: max === undefined ? undefined : through(max),
	};
}

/** Whether some value within the bounds compares so; a null never does. */
function mayBe(
	{ min, max, mayBeValue }: ColumnBounds,
	operator: ComparisonOperator,
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

/** Whether some of ascending values lies within the bounds. */
function mayBeAny(
	bounds: ColumnBounds,
	values: readonly OrderedValue[],
): boolean {
	const { min, mayBeValue } = bounds;
	let from = 0;
	let to = min === undefined ? 0 : values.length;
	while (min !== undefined && from < to) {
		const middle = (from + to) >> 1;
		if (compareValues(values[middle] as OrderedValue, min) < 0)
			from = middle + 1;
		else to = middle;
	}
	const least = values[from];
	return mayBeValue && least !== undefined && mayBe(bounds, "=", least);
}

/** Whether every value within the bounds, nulls and NaN too where they may be, compares so. */
function mustBe(
	{ min, max, mayBeNull, mayBeNan }: ColumnBounds,
	operator: ComparisonOperator,
	value: OrderedValue,
): boolean {
	if (mayBeNull || min === undefined || max === undefined) return false;
	const below = compareValues(min, value);
	const above = compareValues(max, value);
	switch (operator) {
		case "=":
			return below === 0 && above === 0 && !mayBeNan;
		case "!=":
			return below > 0 || (above < 0 && !mayBeNan);
		case "<":
			return above < 0 && !mayBeNan;
		case "<=":
			return above <= 0 && !mayBeNan;
		case ">":
			return below > 0;
		case ">=":
			return below >= 0;
		default:
			throw new Error(`unknown operator: ${operator}`);
	}
}
