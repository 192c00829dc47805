import type { SqlValue } from "../../../workers/engine-api.ts";
import { identifier } from "../../lib/sql/identifier.ts";
import type { Token } from "../sql/tokenize.ts";
import { isSymbol, nameOf } from "../sql/tokens.ts";

/** SQL with the values of its `?`, in their order. */
export interface BoundSql {
	readonly sql: string;
	readonly params: readonly SqlValue[];
}

/** Where a statement's `?` stand, by their tokens: the values move with them. */
export type ParamsByToken = ReadonlyMap<Token, SqlValue>;

/** A piece of SQL of ours among the tokens of a statement. */
export function inserted(text: string): Token {
	return { kind: "symbol", text, value: text, start: Number.NaN };
}

/** A bare word as a keyword; after `AS` or a dot any word is a name. */
export function isKeyword(
	tokens: readonly Token[],
	at: number,
	...words: readonly string[]
): boolean {
	const token = tokens[at];
	if (token?.kind !== "word" || !words.includes(nameOf(token) ?? ""))
		return false;
	const before = tokens[at - 1];
	return (
		!isSymbol(before, ".") &&
		!(before?.kind === "word" && nameOf(before) === "as")
	);
}

/** Tokens as SQL, comments left out, with the values of the `?` among them. */
export function render(
	tokens: readonly Token[],
	params: ParamsByToken,
): BoundSql {
	let sql = "";
	let end = 0;
	const values: SqlValue[] = [];
	for (const token of tokens) {
		if (sql !== "" && token.start !== end) sql += " ";
		sql += token.text;
		end = token.start + token.text.length;
		const value = params.get(token);
		if (value !== undefined) values.push(value);
	}
	return { sql, params: values };
}

/** Whether two expressions read the same; a `?` is like no other. */
export function sameTokens(a: readonly Token[], b: readonly Token[]): boolean {
	return (
		a.length === b.length && a.every((token, at) => sameToken(token, b[at]))
	);
}

export function sameToken(a: Token, b: Token | undefined): boolean {
	if (b === undefined || isSymbol(a, "?")) return false;
	const name = nameOf(a);
	if (name === null) return a.kind === b.kind && a.text === b.text;
	// A reserved word is a name only in quotes.
	return name === nameOf(b) && (a.kind === b.kind || identifier(name) === name);
}
