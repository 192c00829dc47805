import type { Token } from "../sql/tokenize.ts";
import { closingOf, isSymbol, isWord } from "../sql/tokens.ts";
import type { Wording } from "./wording.ts";

/** Functions whose answer follows the order of rows unless an ORDER BY of their own gives another. */
const FOLLOWING = new Set(
	(
		"row_number ntile lag lead first_value last_value nth_value first last " +
		"list array_agg array string_agg group_concat listagg"
	).split(" "),
);

/**
 * Whether the order in which rows lie shows in a statement's answer, beyond the
 * order in which they come: `row_number() OVER ()`, `list(x)` and their like. They
 * are to see the lake's order, whatever was loaded first. Ties within an ORDER BY
 * stay undetermined.
 */
export function followsRowOrder({ tokens, words, namesOwn }: Wording): boolean {
	// What the analyst's own view or macro calls is not among the tokens.
	if (namesOwn) return [...FOLLOWING].some((name) => words.has(name));
	return tokens.some(
		({ kind, value }, at) =>
			kind !== "string" &&
			FOLLOWING.has(value.toLowerCase()) &&
			isSymbol(tokens[at + 1], "(") &&
			!hasOwnOrder(tokens, at + 1),
	);
}

/** Whether the arguments that begin at `at`, or the OVER clause behind them, hold an ORDER BY. */
function hasOwnOrder(tokens: readonly Token[], at: number): boolean {
	const closing = (open: number) => closingOf(tokens, open) ?? tokens.length;
	const end = closing(at);
	if (hasOrder(tokens, at, end)) return true;
	for (let next = end + 1; ; ) {
		if (!isWord(tokens[next], "filter", "over")) return false;
		if (!isSymbol(tokens[next + 1], "(")) return false;
		const close = closing(next + 1);
		if (isWord(tokens[next], "over")) return hasOrder(tokens, next + 1, close);
		next = close + 1;
	}
}

function hasOrder(tokens: readonly Token[], from: number, to: number): boolean {
	return tokens.slice(from, to).some((token) => isWord(token, "order"));
}
