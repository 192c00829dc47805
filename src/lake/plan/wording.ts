import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import type { Token } from "../sql/tokenize.ts";
import { isName, wordOf } from "../sql/tokens.ts";

/** A statement as it is written, for what EXPLAIN does not tell: its names are aliases, its limits missing. */
export interface Wording {
	readonly tokens: readonly Token[];
	/**
	 * Bare and quoted names and keywords, lower-cased, and texts, which may name tables,
	 * in single quotes; with those of the analyst's own objects that it names.
	 */
	readonly words: ReadonlySet<string>;
	/** Names something of the analyst's own, or runs a text, so that what is written is not all there is to know. */
	readonly namesOwn: boolean;
}

/**
 * Whether a statement is `SELECT … FROM table [[AS] alias]`, and then nothing or
 * WHERE, ORDER BY, LIMIT or OFFSET, so that a bare name is a column of the table or
 * an alias in the select list. `others` are words that make more of it.
 */
export function isSelectFrom(
	tokens: readonly Token[],
	table: CatalogTable,
	others: ReadonlySet<string>,
): boolean {
	const words = tokens.map(wordOf);
	const count = (word: string) =>
		words.filter((other) => other === word).length;
	if (count("select") !== 1 || count("from") !== 1) return false;
	if (words.some((word) => others.has(word))) return false;
	let at = words.indexOf("from") + 1;
	if (!isName(tokens[at++], table.name)) return false;
	if (words[at] === "as") at += 1;
	const isEnd = () =>
		at >= tokens.length ||
		/^(where|order|limit|offset)$/.test(words[at] ?? "") ||
		/^[);]$/.test(tokens[at]?.text ?? "");
	if (!isEnd()) at += 1;
	return isEnd();
}

/**
 * Whether a name is nowhere in a statement where an alias may be given: behind AS,
 * an expression's end or before a colon.
 */
export function isNoAlias(tokens: readonly Token[], name: string): boolean {
	return tokens.every((token, index) => {
		if (token.value.toLowerCase() !== name.toLowerCase()) return true;
		if (token.kind === "symbol" || token.kind === "number") return true;
		const before = tokens[index - 1];
		const isBeforeColon =
			tokens[index + 1]?.text === ":" && tokens[index + 2]?.text !== ":";
		return !isBeforeColon && before !== undefined && startsExpression(before);
	});
}

const BEFORE_EXPRESSIONS = new Set(
	"select distinct where and or not by between in like when then else".split(
		" ",
	),
);

function startsExpression({ kind, text }: Token): boolean {
	return kind === "symbol"
		? !/^[)\]}?]$/.test(text)
		: kind === "word" && BEFORE_EXPRESSIONS.has(text.toLowerCase());
}
