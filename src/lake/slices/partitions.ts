import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { identifier, quotedName } from "../../lib/sql/identifier.ts";
import type { Token } from "../sql/tokenize.ts";
import { folded, isSymbol, nameOf } from "../sql/tokens.ts";
import type { SplitDraft } from "./draft.ts";
import { PARTS } from "./part-table.ts";
import { OURS, type Query } from "./query.ts";
import { inserted, isKeyword } from "./tokens.ts";

/**
 * The partition key of a table that is among the groups, so that each group lies
 * in one partition; null where that is not certain.
 */
export function partitionKeyOf(
	{ block, groups, functions }: Query,
	table: CatalogTable,
): string | null {
	const alias = aliasInFrom(block.from, table.name);
	if (
		alias === null ||
		functions.isShadowed(table.name) ||
		block.with.some((token) => nameOf(token) === folded(table.name))
	)
		return null;
	const isOnly = block.from.length === alias.end;
	const key = table.partitionKeys.find((name) =>
		groups.some(
			(tokens) =>
				nameOf(tokens.at(-1)) === folded(name) &&
				(tokens.length === 1
					? isOnly
					: tokens.length === 3 &&
						isSymbol(tokens[1], ".") &&
						nameOf(tokens[0]) === alias.name),
		),
	);
	return key ?? null;
}

/** Slices of whole partitions: each answers for its groups alone, and all answers together are the answer. */
export function byPartitions(query: Query, key: string): SplitDraft {
	const { block, items, orders, render } = query;
	const columns = items.map((_, at) => identifier(`${OURS}item ${at}`));
	const sorts = orders.flatMap(({ by }) =>
		typeof by === "object" ? [by] : [],
	);
	const sortColumns = sorts.map((_, at) => identifier(`${OURS}sort ${at}`));
	const { groupBy } = block;
	const partial = render([
		inserted("SELECT * FROM ("),
		...block.with,
		inserted("SELECT"),
		...commaSeparated([...block.items, ...sorts]),
		inserted("FROM"),
		...block.from,
		...clause("WHERE", block.where),
		...clause("GROUP BY", commaSeparated(groupBy ?? [])),
		...clause("HAVING", block.having),
		inserted(
			`) AS ${identifier(`${OURS}rows`)}(${[...columns, ...sortColumns].join(", ")})`,
		),
	]);
	return {
		partial,
		combine: null,
		wholePartitionsOf: key,
		merge(names) {
			const select = columns.map(
				(column, at) => `${column} AS ${quotedName(names[at] ?? "")}`,
			);
			let sort = 0;
			const order = orders.flatMap(({ by, direction }, at) => [
				inserted(at === 0 ? "ORDER BY" : ","),
				inserted(
					typeof by === "object" ? String(sortColumns[sort++]) : String(by),
				),
				...direction,
			]);
			return render([
				inserted(block.distinct ? "SELECT DISTINCT" : "SELECT"),
				inserted(`${select.join(", ")} FROM ${PARTS}`),
				...order,
				...block.limit,
			]);
		},
	};
}

interface Alias {
	/** By which the clause names the table's columns. */
	readonly name: string;
	/** Tokens of the clause up to here. */
	readonly end: number;
}

/** Of a table that a FROM clause begins with. */
function aliasInFrom(from: readonly Token[], table: string): Alias | null {
	if (nameOf(from[0]) !== folded(table)) return null;
	const hasAs = isKeyword(from, 1, "as");
	const at = hasAs ? 2 : 1;
	const isAlias =
		nameOf(from[at]) !== null &&
		(hasAs || !JOIN_WORDS.has(nameOf(from[at]) ?? ""));
	const [name, end] = isAlias
		? [nameOf(from[at]), at + 1]
		: [nameOf(from[0]), 1];
	const after = from[end];
	const goesOn =
		after === undefined ||
		isSymbol(after, ",") ||
		JOIN_WORDS.has(nameOf(after) ?? "");
	return name !== null && goesOn ? { name, end } : null;
}

const JOIN_WORDS = new Set([
	"join",
	"inner",
	"left",
	"right",
	"full",
	"cross",
	"semi",
	"anti",
	"natural",
	"asof",
	"positional",
]);

function clause(word: string, tokens: readonly Token[]): readonly Token[] {
	return tokens.length > 0 ? [inserted(word), ...tokens] : [];
}

function commaSeparated(
	lists: readonly (readonly Token[])[],
): readonly Token[] {
	return lists.flatMap((tokens, at) =>
		at === 0 ? tokens : [inserted(","), ...tokens],
	);
}
