import type { SqlValue } from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import type { Token } from "../sql/tokenize.ts";
import { isName, isSymbol, isWord, wordOf } from "../sql/tokens.ts";
import type { Scan } from "./explain.ts";
import type { ScanFilters } from "./filters.ts";
import type { Wanted } from "./narrow.ts";
import type { SimpleAggregates } from "./simple-aggregates.ts";
import { isNoAlias, isSelectFrom, type Wording } from "./wording.ts";

/**
 * Rows of which the answer is made, where the plan tells that not all that pass
 * the filters are: those of a LIMIT, of an ORDER BY with LIMIT, and those that
 * hold a `min` or `max`. Null where all are wanted; of several, all are.
 */
export function wantedRows(
	scan: Scan,
	table: CatalogTable,
	filters: ScanFilters,
	wording: Wording,
	params: readonly SqlValue[],
	aggregates: SimpleAggregates | null,
): readonly Wanted[] | null {
	const first =
		topRows(scan, filters, wording) ?? sortedRows(scan, table, wording, params);
	if (first !== null) return [first];
	const any = limitedRows(scan, wording, params);
	if (any !== null) return [any];
	if (aggregates?.scan === scan && !aggregates.counts)
		return aggregates.ends.map(({ column, end }) => ({
			rows: 1,
			order: { column, descending: end === "max", skipsNulls: true },
		}));
	return null;
}

/**
 * `ORDER BY … LIMIT`: TOP_N says how many and which way, and the dynamic filter
 * that it lays upon the scan says by which column of the table; names of its own
 * may be aliases. A TOP_N or a join further up may lay one, too.
 */
function topRows(
	{ above }: Scan,
	{ dynamic }: ScanFilters,
	{ words }: Wording,
): Wanted | null {
	const at = above.findIndex(({ name }) => name !== "PROJECTION");
	const top = above[at];
	const [column, ...others] = dynamic;
	if (top?.name !== "TOP_N" || column === undefined || others.length > 0)
		return null;
	if (above.slice(at + 1).some(({ name }) => /TOP_N|JOIN|PRODUCT/.test(name)))
		return null;
	// A cast between may only lose order by making nulls.
	if (at > 0 && words.has("try_cast")) return null;
	// Printed lines are cut at the newlines of names.
	if ([...words].some((word) => word.includes("\n"))) return null;
	const { Top: rows, Offset: offset = "0", "Order By": keys = [] } = top.info;
	const direction = / (ASC|DESC)$/.exec([keys].flat()[0] ?? "")?.[1];
	if (direction === undefined) return null;
	const total = Number(rows) + Number(offset);
	if (!Number.isSafeInteger(total)) return null;
	const descending = direction === "DESC";
	return { rows: total, order: { column, descending, skipsNulls: false } };
}

/**
 * The same of more rows than a TOP_N takes: then the plan sorts all, and only the
 * words tell by what and how many.
 */
function sortedRows(
	{ above }: Scan,
	table: CatalogTable,
	{ tokens, namesOwn }: Wording,
	params: readonly SqlValue[],
): Wanted | null {
	const operators = above
		.map(({ name }) => name)
		.filter((name) => name !== "PROJECTION");
	if (operators.join() !== "ORDER_BY,STREAMING_LIMIT" || namesOwn) return null;
	if (!isSelectFrom(tokens, table, MORE_THAN_SORTED)) return null;
	const rows = limitOf(tokens, params);
	let at = tokens.findIndex((token) => isWord(token, "order"));
	if (rows === null || !isWord(tokens[at + 1], "by")) return null;
	at += 2;
	const isQualified =
		tokens[at + 1]?.text === "." &&
		!table.columns.some(({ name }) => isName(tokens[at], name));
	if (isQualified) at += 2;
	const column = table.columns.find(({ name }) => isName(tokens[at], name));
	if (column === undefined || !isNoAlias(tokens, column.name)) return null;
	at += 1;
	const descending = isWord(tokens[at], "desc");
	if (descending || isWord(tokens[at], "asc")) at += 1;
	if (isWord(tokens[at], "nulls")) at += 2;
	const ends =
		tokens[at]?.text === "," || isWord(tokens[at], "limit", "offset");
	if (!ends) return null;
	return {
		rows,
		order: { column: column.name, descending, skipsNulls: false },
	};
}

/** Words that make more of a statement than SELECT … FROM table WHERE … ORDER BY … LIMIT … */
const MORE_THAN_SORTED = new Set(
	(
		"with union intersect except group having window qualify fetch join lateral sample " +
		"tablesample pivot unpivot over distinct unnest columns all"
	).split(" "),
);

/** `LIMIT` without an order, which EXPLAIN prints without its number. */
function limitedRows(
	{ above }: Scan,
	{ tokens, namesOwn }: Wording,
	params: readonly SqlValue[],
): Wanted | null {
	const others = above.filter(({ name }) => name !== "PROJECTION");
	if (others.length !== 1 || others[0]?.name !== "STREAMING_LIMIT") return null;
	if (namesOwn) return null;
	const rows = limitOf(tokens, params);
	return rows === null ? null : { rows, order: null };
}

/** LIMIT and OFFSET of a statement that has one LIMIT, of whole numbers; else null. */
export function limitOf(
	tokens: readonly Token[],
	params: readonly SqlValue[],
): number | null {
	const clauses = { limit: 0, offset: 0 };
	const found = { limit: 0, offset: 0 };
	for (const [index, token] of tokens.entries()) {
		const word = wordOf(token);
		if (word === "fetch") return null;
		if (word !== "limit" && word !== "offset") continue;
		const number = wholeNumber(tokens, index + 1, params);
		if (number === null) return null;
		clauses[word] += 1;
		found[word] = number;
	}
	if (clauses.limit !== 1 || clauses.offset > 1) return null;
	return found.limit + found.offset;
}

/** A number or a parameter at `at` with nothing to it. */
function wholeNumber(
	tokens: readonly Token[],
	at: number,
	params: readonly SqlValue[],
): number | null {
	const token = tokens[at];
	let end = at + 1;
	let value: SqlValue | undefined;
	if (token?.kind === "number" && /^\d+$/.test(token.text)) {
		value = Number(token.text);
	} else if (token?.text === "?") {
		if (tokens[end]?.kind === "number") return null;
		const before = tokens.slice(0, at).filter(({ text }) => text === "?");
		value = params[before.length];
	} else if (token?.text === "$" && /^\d+$/.test(tokens[end]?.text ?? "")) {
		value = params[Number(tokens[end]?.text) - 1];
		end += 1;
	}
	const next = tokens[end];
	const ends =
		next === undefined ||
		isSymbol(next, ")") ||
		isSymbol(next, ";") ||
		isWord(next, "limit", "offset");
	return ends &&
		typeof value === "number" &&
		Number.isSafeInteger(value) &&
		value >= 0
		? value
		: null;
}
