import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { identifier } from "../../lib/sql/identifier.ts";
import type { RowGroupReference, TableNeed } from "../types.ts";

/** A row group that a store waits for. */
export interface RowGroupLoad {
	readonly store: Store;
	readonly rowGroup: RowGroupReference;
	/** Columns of the file to decode, in the file's order; none where only partition keys are wanted. */
	readonly columns: readonly string[];
}

/** A physical table: some columns of some row groups, none of them ragged. */
export interface Store {
	readonly name: string;
	readonly table: CatalogTable;
	/** In the table's order, partition keys included. */
	readonly columns: readonly string[];
	/** In the order they were loaded, which is that of the rows. */
	readonly rowGroups: Set<string>;
	bytes: number;
	/** Of those, what has not been packed since it was loaded. */
	unpackedBytes: number;
	/** Of the session's queries, the last that read it. */
	lastUsed: number;
}

/**
 * The database of the stores: DuckDB packs its tables at a checkpoint, and groups and
 * filters packed strings several times as fast. In a transaction that writes to it
 * nothing else can be written. Lists of databases and tables do not show it.
 */
export const STORES = "lakeside_stores";

/** A store as SQL names it. */
export function qualified(store: Store): string {
	return `${STORES}.${identifier(store.name)}`;
}

/** Whether a store has all that another has. */
export function covers(store: Store, other: Store): boolean {
	return (
		store.table === other.table &&
		other.columns.every((column) => store.columns.includes(column)) &&
		[...other.rowGroups].every((key) => store.rowGroups.has(key))
	);
}

/** Whether a store that is appended to what it lacks has the rows where the need wants them. */
export function keepsOrder(
	store: Store,
	{ inOrder, rowGroups }: TableNeed,
): boolean {
	if (!inOrder) return true;
	const wanted = new Set(rowGroups.map(keyOf));
	const held = [...store.rowGroups].filter((key) => wanted.has(key));
	const first = [...wanted].slice(0, held.length);
	return held.every((key, index) => key === first[index]);
}

/** In the table's order. */
export function columnsOf(table: CatalogTable, need: TableNeed): string[] {
	return table.columns
		.map((column) => column.name)
		.filter((name) => need.columns.includes(name));
}

/** Of a need's row groups, those that a store, or none, lacks. */
export function missingIn(
	store: Store | undefined,
	{ rowGroups }: TableNeed,
): readonly RowGroupReference[] {
	return rowGroups.filter((rowGroup) => !store?.rowGroups.has(keyOf(rowGroup)));
}

/** Whether a store holds columns or row groups beyond a need. */
export function holdsMore(
	store: Store,
	{ columns, rowGroups }: TableNeed,
): boolean {
	const needed = new Set(rowGroups.map(keyOf));
	return (
		store.columns.length > columns.length ||
		[...store.rowGroups].some((key) => !needed.has(key))
	);
}

/** Names a row group within its table. */
export function keyOf({ file, index }: RowGroupReference): string {
	return `${index} ${file.path}`;
}

export function rowsOf({ file, index }: RowGroupReference): number {
	return file.rowGroups[index]?.rows ?? 0;
}

export function sameNames(a: readonly string[], b: readonly string[]): boolean {
	return a.length === b.length && a.every((name, index) => name === b[index]);
}
