import type { Token } from "../sql/tokenize.ts";
import { closingOf, isSymbol, nameOf, outermost } from "../sql/tokens.ts";
import { isKeyword } from "./tokens.ts";

/** A query within a statement that nothing around it can reach into. */
export interface InnerBlock {
	/** The query, behind the common tables that it may name. */
	readonly tokens: readonly Token[];
	/** The statement up to the query, and from its end on. */
	readonly before: readonly Token[];
	readonly after: readonly Token[];
}

/**
 * The common tables of a statement, and the query that its FROM begins with: what
 * stands elsewhere might name columns of what is around it.
 */
export function innerBlocks(tokens: readonly Token[]): InnerBlock[] {
	const blocks = commonTables(tokens);
	const outer = outermost(tokens) ?? [];
	const from = outer.find((at) => isKeyword(tokens, at, "from"));
	const main = outer.find((at) => isKeyword(tokens, at, "select", "from"));
	if (from === undefined || main === undefined) return blocks;
	const first = blockAt(tokens, from + 1, tokens.slice(0, main));
	return first === null ? blocks : [...blocks, first];
}

function commonTables(tokens: readonly Token[]): InnerBlock[] {
	const blocks: InnerBlock[] = [];
	if (!isKeyword(tokens, 0, "with") || isKeyword(tokens, 1, "recursive"))
		return blocks;
	for (let name = 1; nameOf(tokens[name]) !== null; ) {
		let at = name + 1;
		if (isSymbol(tokens[at], "(")) at = (closingOf(tokens, at) ?? at) + 1;
		if (nameOf(tokens[at]) !== "as") break;
		at += 1;
		if (nameOf(tokens[at]) === "not") at += 1;
		if (nameOf(tokens[at]) === "materialized") at += 1;
		const end = isSymbol(tokens[at], "(") ? closingOf(tokens, at) : null;
		if (end === null) break;
		// Those before it, without the comma.
		const known = name === 1 ? [] : tokens.slice(0, name - 1);
		const block = blockAt(tokens, at, known);
		if (block !== null) blocks.push(block);
		if (!isSymbol(tokens[end + 1], ",")) break;
		name = end + 2;
	}
	return blocks;
}

/** Null where no query stands in the parentheses, or one with common tables behind others. */
function blockAt(
	tokens: readonly Token[],
	open: number,
	known: readonly Token[],
): InnerBlock | null {
	const end = isSymbol(tokens[open], "(") ? closingOf(tokens, open) : null;
	if (end === null) return null;
	const query = tokens.slice(open + 1, end);
	const verbs = known.length > 0 ? ["select"] : ["select", "with"];
	if (!isKeyword(query, 0, ...verbs)) return null;
	return {
		tokens: [...known, ...query],
		before: tokens.slice(0, open + 1),
		after: tokens.slice(end),
	};
}
