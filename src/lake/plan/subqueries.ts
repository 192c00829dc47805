import type { Token } from "../sql/tokenize.ts";
import { closingOf, isWord } from "../sql/tokens.ts";
import type { Wording } from "./wording.ts";

/** A scalar subquery whose value is the same whenever it runs: where its text stands in the SQL. */
export interface Subquery {
	readonly sql: string;
	/** Of `sql`, without the parentheses around it. */
	readonly start: number;
	readonly end: number;
}

/** Functions whose value follows from their arguments alone, in whatever order rows come. */
const SETTLED = new Set(
	(
		"min max count coalesce cast ifnull nullif greatest least abs round floor ceil " +
		"date_trunc date_part extract date_add date_sub date_diff year month day hour minute " +
		"make_date make_timestamp strftime lower upper trim length contains starts_with"
	).split(" "),
);
/** Keywords that parentheses may follow. */
const KEYWORDS = new Set(
	"select from where and or not in on as by when then else between having join".split(
		" ",
	),
);
/** What makes rows, or their order, count: of texts that a collation takes for the same, the first is kept. */
const UNSETTLED = new Set(
	(
		"limit offset fetch sample tablesample over window qualify recursive with pivot unpivot " +
		"positional asof rowid values table collate"
	).split(" "),
);

/**
 * The subqueries right behind a comparison, BETWEEN or AND. Whether one is
 * correlated shows where it is planned by itself: then it does not bind.
 */
export function settledSubqueries(
	sql: string,
	{ tokens, words, namesOwn }: Wording,
): Subquery[] {
	// `USING KEY (…)` may stand between a recursive table's name and its AS.
	if (namesOwn || words.has("recursive")) return [];
	const commonTables = words.has("with") ? namesBeforeAs(tokens) : new Set();
	const found: Subquery[] = [];
	for (let open = 1; open < tokens.length; open += 1) {
		if (tokens[open]?.text !== "(" || !isWord(tokens[open + 1], "select"))
			continue;
		if (!isComparison(tokens[open - 1])) continue;
		const close = closingOf(tokens, open);
		if (close === null) continue;
		const inner = tokens.slice(open + 1, close);
		if (!inner.every((token, index) => isSettled(token, inner[index + 1])))
			continue;
		if (inner.some(({ value }) => commonTables.has(value.toLowerCase())))
			continue;
		const start = (tokens[open]?.start ?? 0) + 1;
		const end = tokens[close]?.start ?? sql.length;
		found.push({ sql: sql.slice(start, end), start, end });
		open = close;
	}
	return found;
}

/** The SQL with values, as SQL, in the places of subqueries. */
export function withValues(
	sql: string,
	values: readonly { readonly subquery: Subquery; readonly value: string }[],
): string {
	let text = sql;
	for (const { subquery, value } of values.toSorted(
		(a, b) => b.subquery.start - a.subquery.start,
	))
		text = text.slice(0, subquery.start) + value + text.slice(subquery.end);
	return text;
}

function isSettled({ kind, text }: Token, next: Token | undefined): boolean {
	if (kind === "broken") return false;
	if (kind === "symbol") return text !== "?" && text !== "$" && text !== ";";
	if (kind !== "word") return kind !== "quoted" || next?.text !== "(";
	const word = text.toLowerCase();
	if (UNSETTLED.has(word)) return false;
	// Which row of several it keeps is up to their order.
	if (word === "distinct" && isWord(next, "on")) return false;
	return next?.text !== "(" || SETTLED.has(word) || KEYWORDS.has(word);
}

function isComparison(token: Token | undefined): boolean {
	if (token?.kind === "symbol") return "<>=".includes(token.text);
	return isWord(token, "between", "and");
}

/** Names of common tables, and more: what stands before `AS (`, `(…) AS (`, `AS MATERIALIZED (`. */
function namesBeforeAs(tokens: readonly Token[]): Set<string> {
	const names = new Set<string>();
	for (const [index, token] of tokens.entries()) {
		if (!isWord(token, "as")) continue;
		let before = index - 1;
		if (tokens[before]?.text === ")")
			while (before > 0 && tokens[before]?.text !== "(") before -= 1;
		if (tokens[before]?.text === "(") before -= 1;
		const name = tokens[before];
		if (name !== undefined) names.add(name.value.toLowerCase());
	}
	return names;
}
