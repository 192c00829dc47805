import { quotedName } from "../../lib/sql/identifier.ts";
import type { Column } from "../described-columns.ts";
import type { Token } from "../sql/tokenize.ts";
import { isSymbol, nameOf, outermost } from "../sql/tokens.ts";
import type { SelectBlock } from "./block.ts";
import { DoesNotAggregate, DoesNotSplit } from "./does-not-split.ts";
import { bare, enclosed, hasAggregate, mayBeColumn } from "./expressions.ts";
import type { Functions } from "./functions.ts";
import { type BoundSql, inserted, isKeyword, sameTokens } from "./tokens.ts";

export interface Item {
	/** Without its alias. */
	readonly tokens: readonly Token[];
	/** As names are compared; null where the item has none. */
	readonly alias: string | null;
}

export interface Order {
	/** `ASC`, `DESC`, `NULLS …`. */
	readonly direction: readonly Token[];
	/** `ALL`, the place of an item from 1, or any other expression. */
	readonly by: "all" | number | readonly Token[];
}

/** A query block with its aliases resolved: no expression names an item of another place. */
export interface Query {
	readonly block: SelectBlock;
	/** Of the answer. */
	readonly columns: readonly Column[];
	/** One per column. */
	readonly items: readonly Item[];
	readonly where: readonly Token[];
	readonly groups: readonly (readonly Token[])[];
	/** Whether each group is a row of the answer, rather than all rows one. */
	readonly isGrouped: boolean;
	readonly having: readonly Token[];
	readonly orders: readonly Order[];
	readonly functions: Functions;
	readonly render: (tokens: readonly Token[]) => BoundSql;
	readonly describeColumns: (statement: BoundSql) => Promise<Column[]>;
}

type Reading = Pick<
	Query,
	"block" | "columns" | "functions" | "render" | "describeColumns"
>;

/** Begins the names of our own among those of a statement. */
export const OURS = "slice ";

/** Resolves aliases and ordinals as DuckDB does. Throws {@link DoesNotSplit}. */
export async function readQuery(reading: Reading): Promise<Query> {
	const { block, columns, functions } = reading;
	if (block.items.length !== columns.length)
		throw new DoesNotAggregate("a * stands among what it selects");
	const isColumn = columnsOf(reading);
	const named = block.items.map((tokens, at) =>
		readItem(tokens, (columns[at] as Column).name),
	);
	const items: Item[] = [];
	for (const { tokens, alias } of named)
		items.push({
			tokens: await withoutAliases(tokens, items, isColumn),
			alias,
		});
	const query = {
		...reading,
		items,
		where: await withoutAliases(block.where, items, isColumn),
		having: await withoutAliases(block.having, items, isColumn),
		orders: await Promise.all(
			block.orderBy.map((tokens) => readOrder(tokens, items, isColumn)),
		),
	};
	const aggregates = [
		...items.map((item) => item.tokens),
		query.having,
		...query.orders.map(({ by }) => (Array.isArray(by) ? by : [])),
	].some((tokens) => hasAggregate(tokens, functions));
	if (block.groupBy === null && !aggregates && !block.distinct)
		throw new DoesNotAggregate("it does not aggregate");
	const groups =
		block.groupBy !== null
			? await readGroups(block.groupBy, items, functions, isColumn)
			: aggregates
				? []
				: items.map((item) => bare(item.tokens));
	return {
		...query,
		groups: groups.filter(
			(group, at) =>
				groups.findIndex((other) => sameTokens(other, group)) === at,
		),
		isGrouped: groups.length > 0,
	};
}

type IsColumn = (name: string) => Promise<boolean>;

/** DuckDB takes a name for a column first, and for an alias where there is no such column. */
function columnsOf({ block, render, describeColumns }: Reading): IsColumn {
	const known = new Map<string, Promise<boolean>>();
	const ask = async (name: string) => {
		try {
			await describeColumns(
				render([
					...block.with,
					inserted(`SELECT ${quotedName(name)} FROM`),
					...block.from,
				]),
			);
			return true;
		} catch (error) {
			if (!(error instanceof DoesNotSplit)) throw error;
			if (/not found in FROM clause/.test(error.message)) return false;
			throw error;
		}
	};
	return (name) => {
		const answer = known.get(name) ?? ask(name);
		known.set(name, answer);
		return answer;
	};
}

/** An item's alias is told by the name of its column. */
function readItem(tokens: readonly Token[], name: string): Item {
	const last = tokens.at(-1);
	const before = tokens.at(-2);
	if (isSymbol(tokens[1], ":") && !isSymbol(tokens[2], ":"))
		throw new DoesNotSplit("an alias stands before its expression");
	if (
		tokens.some((token) => token.value.startsWith(OURS)) ||
		tokens.some(
			(token, at) =>
				isSymbol(token, "*") && (at === 0 || isSymbol(tokens[at - 1], ".")),
		)
	)
		throw new DoesNotSplit("what it selects is not understood");
	if (last === undefined) throw new DoesNotSplit("it has an empty item");
	const isNamed =
		last.value === name && (nameOf(last) !== null || last.kind === "string");
	if (
		tokens.length > 2 &&
		before?.kind === "word" &&
		nameOf(before) === "as" &&
		outermost(tokens)?.includes(tokens.length - 2)
	) {
		if (!isNamed) throw new DoesNotSplit(`the alias ${last.text} is unusual`);
		return { tokens: tokens.slice(0, -2), alias: aliasOf(name) };
	}
	if (tokens.length > 1 && isNamed && !isSymbol(before, "."))
		return { tokens: tokens.slice(0, -1), alias: aliasOf(name) };
	return { tokens, alias: null };
}

function aliasOf(name: string): string {
	return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** With each alias, where it is one, as the expression it stands for. */
async function withoutAliases(
	tokens: readonly Token[],
	items: readonly Item[],
	isColumn: IsColumn,
): Promise<readonly Token[]> {
	const replaced: Token[] = [];
	for (const [at, token] of tokens.entries()) {
		const name = mayBeColumn(tokens, at) ? nameOf(token) : null;
		const named = items.filter(({ alias }) => alias !== null && alias === name);
		const [item] = named;
		if (item === undefined || (await isColumn(name ?? ""))) {
			replaced.push(token);
			continue;
		}
		if (named.length > 1) throw new DoesNotSplit(`${name} names two columns`);
		replaced.push(...enclosed(item.tokens));
	}
	return replaced;
}

async function readOrder(
	tokens: readonly Token[],
	items: readonly Item[],
	isColumn: IsColumn,
): Promise<Order> {
	let end = tokens.length;
	if (isKeyword(tokens, end - 2, "nulls")) end -= 2;
	if (isKeyword(tokens, end - 1, "asc", "desc")) end -= 1;
	const expression = tokens.slice(0, end);
	const direction = tokens.slice(end);
	const [only] = expression;
	if (expression.length === 1 && only !== undefined) {
		if (isKeyword(expression, 0, "all")) return { direction, by: "all" };
		const ordinal = ordinalOf(only, items);
		if (ordinal !== null) return { direction, by: ordinal };
		const name = nameOf(only);
		const places = items.flatMap(({ alias }, at) =>
			alias !== null && alias === name ? [at + 1] : [],
		);
		if (places.length > 1) throw new DoesNotSplit(`${name} names two columns`);
		if (places[0] !== undefined) return { direction, by: places[0] };
	}
	const by = await withoutAliases(expression, items, isColumn);
	const place = items.findIndex((item) => sameTokens(bare(item.tokens), by));
	return { direction, by: place === -1 ? by : place + 1 };
}

async function readGroups(
	groupBy: readonly (readonly Token[])[],
	items: readonly Item[],
	functions: Functions,
	isColumn: IsColumn,
): Promise<(readonly Token[])[]> {
	const [first] = groupBy;
	if (
		groupBy.length === 1 &&
		first?.length === 1 &&
		isKeyword(first, 0, "all")
	) {
		const keys = items.filter((item) => !hasAggregate(item.tokens, functions));
		if (
			keys.some(({ tokens }) =>
				tokens.some((_, at) => isKeyword(tokens, at, "over")),
			)
		)
			throw new DoesNotSplit("GROUP BY ALL is not understood with a window");
		return keys.map((item) => bare(item.tokens));
	}
	const groups: (readonly Token[])[] = [];
	for (const given of groupBy) {
		const tokens = bare(given);
		const [only] = tokens;
		if (only === undefined) throw new DoesNotSplit("it groups by nothing");
		if (
			isKeyword(tokens, 0, "rollup", "cube", "grouping") ||
			isKeyword(tokens, 0, "all")
		)
			throw new DoesNotSplit("it has GROUPING SETS, ROLLUP or CUBE");
		if ((outermost(tokens) ?? []).some((at) => isSymbol(tokens[at], ",")))
			throw new DoesNotSplit("it groups by a list in parentheses");
		if (tokens.length > 1) {
			groups.push(tokens);
			continue;
		}
		const ordinal = ordinalOf(only, items);
		const named = items.filter(({ alias }, at) =>
			ordinal === null
				? alias !== null && alias === nameOf(only)
				: at === ordinal - 1,
		);
		const [item] = named;
		if (
			item === undefined ||
			(ordinal === null && (await isColumn(nameOf(only) ?? "")))
		) {
			groups.push(tokens);
			continue;
		}
		if (named.length > 1)
			throw new DoesNotSplit(`${only.text} names two columns`);
		groups.push(bare(item.tokens));
	}
	return groups;
}

/** Null for what is no place of an item. */
function ordinalOf(token: Token, items: readonly Item[]): number | null {
	if (token.kind !== "number") return null;
	const ordinal = Number(token.text);
	if (!Number.isInteger(ordinal) || ordinal < 1 || ordinal > items.length)
		throw new DoesNotSplit(`${token.text} is no place of a column`);
	return ordinal;
}
