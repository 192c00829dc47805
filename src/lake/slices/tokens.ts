import type { SqlValue } from "../../../workers/engine-api.ts";
import { identifier } from "../../lib/identifier.ts";
import type { Token } from "../plan/sql-tokens.ts";

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

/** Words and quoted names alike in SQL: ASCII letters without their case, as DuckDB compares names. */
export function nameOf(token: Token | undefined): string | null {
	return token?.kind === "word" || token?.kind === "quoted"
		? token.value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
		: null;
}

export function isSymbol(token: Token | undefined, text: string): boolean {
	return token?.kind === "symbol" && token.text === text;
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

const CLOSING: Readonly<Record<string, string>> = {
	"(": ")",
	"[": "]",
	"{": "}",
};

/** Index of the bracket that closes the one at `open`; null where none does. */
export function closingOf(
	tokens: readonly Token[],
	open: number,
): number | null {
	const expected: string[] = [];
	for (let at = open; at < tokens.length; at += 1) {
		const token = tokens[at];
		if (token?.kind !== "symbol") continue;
		const closing = CLOSING[token.text];
		if (closing !== undefined) expected.push(closing);
		else if (/^[)\]}]$/.test(token.text)) {
			if (expected.pop() !== token.text) return null;
			if (expected.length === 0) return at;
		}
	}
	return null;
}

/** Indexes of the tokens that no bracket holds, the brackets themselves among them; null where brackets do not match. */
export function outermost(tokens: readonly Token[]): number[] | null {
	const indexes: number[] = [];
	for (let at = 0; at < tokens.length; at += 1) {
		const token = tokens[at];
		indexes.push(at);
		if (token?.kind !== "symbol") continue;
		if (CLOSING[token.text] !== undefined) {
			const end = closingOf(tokens, at);
			if (end === null) return null;
			at = end;
			indexes.push(end);
		} else if (/^[)\]}]$/.test(token.text)) return null;
	}
	return indexes;
}

/** What lies between the commas that no bracket holds; a trailing comma ends the list, as DuckDB allows. */
export function splitAtCommas(tokens: readonly Token[]): Token[][] {
	const outer = new Set(outermost(tokens) ?? []);
	const parts: Token[][] = [[]];
	for (const [at, token] of tokens.entries())
		if (outer.has(at) && isSymbol(token, ",")) parts.push([]);
		else parts.at(-1)?.push(token);
	if (parts.at(-1)?.length === 0) parts.pop();
	return parts;
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
