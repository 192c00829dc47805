import { tableFromIPC } from "apache-arrow";
import type { SqlValue } from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import {
	compareValues,
	type OrderedValue,
	valueReader,
} from "../../lib/catalog/ordered-values.ts";
import { identifier } from "../../lib/sql/identifier.ts";
import type { RowGroupReference } from "../types.ts";
import { DATA } from "./ghosts.ts";
import type { JoinEdge } from "./join-edges.ts";
import type { Predicate } from "./predicate.ts";
import { BoundsReader } from "./prune.ts";

/** SQL with its parameters. */
export interface Question {
	readonly sql: string;
	readonly params: readonly SqlValue[];
}

/** What the keys of a join's small side say of its large side. */
export interface Implied {
	readonly table: CatalogTable;
	readonly predicate: Predicate;
	/** The same as a condition of SQL. */
	readonly condition: Question;
}

/** More are told by their range. */
const MAX_KEYS = 1_000;

/** A key that touches more than this share of the row groups prunes too little for a round trip. */
const MAX_TOUCHED = 0.5;

/** Asks for the keys of the small side, one more than are taken singly. Null where they end. */
export function keysQuestion(
	{ from }: JoinEdge,
	conditions: readonly Question[],
): Question {
	return {
		sql: `SELECT DISTINCT CAST(${identifier(from.column)} AS VARCHAR) AS key ${fromWhere(from, conditions)} LIMIT ${MAX_KEYS + 1}`,
		params: conditions.flatMap(({ params }) => params),
	};
}

/** Asks for the range of the keys of the small side, the least first. */
export function rangeQuestion(
	{ from }: JoinEdge,
	conditions: readonly Question[],
): Question {
	const key = identifier(from.column);
	return {
		sql: `SELECT unnest([CAST(min(${key}) AS VARCHAR), CAST(max(${key}) AS VARCHAR)]) AS key ${fromWhere(from, conditions)}`,
		params: conditions.flatMap(({ params }) => params),
	};
}

/** Reads an answer's only column; null where there are more keys than are taken singly. */
export function readKeys(ipc: Uint8Array): readonly string[] | null {
	const column = tableFromIPC(ipc).getChildAt(0);
	if (column === null || column.length > MAX_KEYS) return null;
	return [...column].map(String);
}

/** `column IN (…)` of the large side; null where a key's text does not read as a value. */
export function amongKeys(
	{ to: { table, column } }: JoinEdge,
	keys: readonly string[],
): Implied | null {
	const values = valuesOf(table, column, keys);
	if (values === null) return null;
	const cast = `CAST(? AS ${typeOf(table, column)})`;
	return {
		table,
		predicate: { kind: "in", column, values },
		condition:
			keys.length === 0
				? { sql: "false", params: [] }
				: {
						sql: `${identifier(column)} IN (${keys.map(() => cast).join(", ")})`,
						params: keys,
					},
	};
}

/** `column BETWEEN …` of the large side; null where an end does not read as a value. */
export function withinRange(
	{ to: { table, column } }: JoinEdge,
	ends: readonly string[],
): Implied | null {
	const [low, high] = valuesOf(table, column, ends) ?? [];
	if (low === undefined || high === undefined) return null;
	const cast = `CAST(? AS ${typeOf(table, column)})`;
	return {
		table,
		predicate: {
			kind: "and",
			parts: [
				{ kind: "compare", column, operator: ">=", value: low },
				{ kind: "compare", column, operator: "<=", value: high },
			],
		},
		condition: {
			sql: `${identifier(column)} BETWEEN ${cast} AND ${cast}`,
			params: ends,
		},
	};
}

/** Whether the row groups' bounds lie apart enough for keys to leave some out. */
export function canNarrow(
	{ to: { table, column } }: JoinEdge,
	rowGroups: readonly RowGroupReference[],
): boolean {
	const reader = new BoundsReader(table);
	const mins: OrderedValue[] = [];
	const maxs: OrderedValue[] = [];
	for (const { file, index } of rowGroups) {
		const rowGroup = file.rowGroups[index];
		const bounds = rowGroup && reader.ofRowGroup(file, rowGroup)(column);
		if (bounds?.min === undefined || bounds.max === undefined) continue;
		mins.push(bounds.min);
		maxs.push(bounds.max);
	}
	mins.sort(compareValues);
	maxs.sort(compareValues);
	let ended = 0;
	let touched = 0;
	for (const [index, min] of mins.entries()) {
		while (compareValues(maxs[ended] as OrderedValue, min) < 0) ended += 1;
		touched += index + 1 - ended;
	}
	const unknown = rowGroups.length - mins.length;
	const perKey = unknown + touched / Math.max(mins.length, 1);
	return rowGroups.length > 1 && perKey <= rowGroups.length * MAX_TOUCHED;
}

function fromWhere(
	{ table, column }: JoinEdge["from"],
	conditions: readonly Question[],
): string {
	const all = [`${identifier(column)} IS NOT NULL`];
	for (const { sql } of conditions) all.push(`(${sql})`);
	return `FROM ${DATA}.main.${identifier(table.name)} WHERE ${all.join(" AND ")}`;
}

function valuesOf(
	table: CatalogTable,
	column: string,
	texts: readonly string[],
): OrderedValue[] | null {
	const read = valueReader(typeOf(table, column));
	const values = texts.map((text) => read?.(text));
	return values.every((value) => value !== undefined)
		? values.toSorted(compareValues)
		: null;
}

function typeOf(table: CatalogTable, column: string): string {
	return table.columns.find(({ name }) => name === column)?.type ?? "";
}
