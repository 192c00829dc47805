import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import type { Token } from "../sql/tokenize.ts";
import { isName } from "../sql/tokens.ts";
import type { Scan } from "./explain.ts";
import { isSelectFrom, type Wording } from "./wording.ts";

/** A statement that asks for nothing but counts, minima and maxima of one table. */
export interface SimpleAggregates {
	readonly scan: Scan;
	/** Whether rows or values are counted, too. */
	readonly counts: boolean;
	/** Columns whose values are counted. */
	readonly counted: readonly string[];
	readonly ends: readonly {
		readonly column: string;
		readonly end: "min" | "max";
	}[];
}

const CALL = /^(min|max|count)\(#(\d+)\)$/;

/** Words that make more of a statement than SELECT … FROM table WHERE … ORDER BY … */
const OTHERS = new Set(
	(
		"with union intersect except group having window qualify limit fetch offset join lateral " +
		"sample tablesample pivot unpivot over filter distinct unnest columns"
	).split(" "),
);

/**
 * Reads such a statement from its plan (an ungrouped aggregate right over the
 * scan of a table) and from its words (one SELECT FROM that table), since names
 * in plans may be aliases. Null for any other.
 */
export function simpleAggregates(
	scans: readonly Scan[],
	{ tokens, namesOwn }: Wording,
	tables: readonly CatalogTable[],
): SimpleAggregates | null {
	const [scan] = scans;
	if (scan === undefined || scans.length > 1 || namesOwn) return null;
	const table = tables.find(({ name }) => name === scan.table);
	if (table === undefined || !isSelectFrom(tokens, table, OTHERS)) return null;
	const [first, second] = scan.above;
	const isProjected = first?.name === "PROJECTION";
	const aggregate = isProjected ? second : first;
	if (aggregate?.name !== "UNGROUPED_AGGREGATE") return null;
	const projected = isProjected ? [first?.info.Projections ?? []].flat() : [];

	const written = aggregatesWritten(tokens, table);
	let counts = false;
	const counted: string[] = [];
	const ends: { column: string; end: "min" | "max" }[] = [];
	for (const printed of [aggregate.info.Aggregates ?? []].flat()) {
		if (printed === "count_star()") {
			counts = true;
			continue;
		}
		const [, name, position] = CALL.exec(printed) ?? [];
		const column = projected[Number(position)];
		if (name === undefined || column === undefined) return null;
		if (!written.has(`${name} ${column}`)) return null;
		if (![scan.projections].flat().includes(column)) return null;
		if (name === "count") {
			counts = true;
			counted.push(column);
		} else ends.push({ column, end: name as "min" | "max" });
	}
	return counts || ends.length > 0 ? { scan, counts, counted, ends } : null;
}

/** `max ts` for each `max(ts)` and `max(t.ts)`. */
function aggregatesWritten(
	tokens: readonly Token[],
	table: CatalogTable,
): Set<string> {
	const written = new Set<string>();
	for (const [index, { kind, text }] of tokens.entries()) {
		const name = text.toLowerCase();
		if (kind !== "word" || !/^(min|max|count)$/.test(name)) continue;
		if (tokens[index + 1]?.text !== "(") continue;
		const isQualified =
			tokens[index + 3]?.text === "." &&
			!table.columns.some(({ name }) => isName(tokens[index + 2], name));
		const at = index + (isQualified ? 4 : 2);
		const column = table.columns.find((candidate) =>
			isName(tokens[at], candidate.name),
		);
		if (column !== undefined && tokens[at + 1]?.text === ")")
			written.add(`${name} ${column.name}`);
	}
	return written;
}
