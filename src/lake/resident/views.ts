import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { identifier } from "../../lib/sql/identifier.ts";
import { literal } from "../../lib/sql/literal.ts";
import type { StandIn } from "../types.ts";
import { qualified, type Store } from "./store.ts";

/** A store's rows, or so many rows of nothing but NULLs. */
export function bodyOf(
	table: CatalogTable,
	store: Store | null,
	rows: number,
): string {
	const columns = table.columns.map(({ name, type }) =>
		store?.columns.includes(name)
			? identifier(name)
			: `CAST(NULL AS ${type}) AS ${identifier(name)}`,
	);
	const from = store === null ? `range(${rows})` : qualified(store);
	return `SELECT ${columns.join(", ")} FROM ${from}`;
}

/** The greatest value comes first, then the least as often as it takes, then nulls. */
export function standInBody(table: CatalogTable, standIn: StandIn): string {
	const columns = table.columns.map(({ name, type }) => {
		const column = standIn.columns.get(name);
		const cast = (text: string | null) =>
			`CAST(${text === null ? "NULL" : literal(text)} AS ${type})`;
		if (column === undefined || column.max === null)
			return `${cast(null)} AS ${identifier(name)}`;
		const values = standIn.rows - column.nulls;
		return `CASE WHEN i = 0 THEN ${cast(column.max)} WHEN i < ${values} THEN ${cast(column.min)} END AS ${identifier(name)}`;
	});
	return `SELECT ${columns.join(", ")} FROM range(${standIn.rows}) made(i)`;
}
