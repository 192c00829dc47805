import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { LakeError } from "../errors.ts";
import { type Token, tokenizeSql } from "../sql/tokenize.ts";
import {
	calledIn,
	endOf,
	isIdentifier,
	isSymbol,
	isWord,
	wordOf,
} from "../sql/tokens.ts";
import { type Change, changeSql, readChange } from "./change.ts";
import { DATA, GHOSTS } from "./ghosts.ts";
import type { Wording } from "./wording.ts";

/** What can be told of a statement before DuckDB reads it. Its tokens are those of `sql`. */
export interface Statement extends Wording {
	/** What is planned and run: one SELECT, or what stands for one (`FROM`, `VALUES`, `PIVOT` …), or a change. */
	readonly sql: string;
	/** What it makes, changes or drops of the analyst's own; null for a query. */
	readonly change: Change | null;
	/** `EXPLAIN` with its options, where `sql` is not to be answered but told how; else null. */
	readonly explains: string | null;
	/** Lines of `sql` before what was given. */
	readonly linesBefore: number;
	/** Calls `query` or `query_table`: what stands in a text, or is made of several, is read as SQL. */
	readonly runsText: boolean;
	/**
	 * Reads the clock, or a variable of the session, or may, so that its needs hold for the
	 * transaction they were planned in: it is planned again inside the one that
	 * runs it, and what is then missing is loaded.
	 */
	readonly usesClock: boolean;
	/** Sees where or how rows are stored, so that only whole tables give its answer. */
	readonly seesStorage: boolean;
	/** `PIVOT` without an `IN` list is several statements to DuckDB: it cannot be explained. */
	readonly pivots: boolean;
}

const SELECT_WORDS = new Set(
	"select with from values table pivot pivot_wider pivot_longer unpivot describe desc show summarize".split(
		" ",
	),
);
/** Statements about tables, which DuckDB takes for a SELECT only in parentheses. */
const TABLE_WORDS = new Set(["describe", "desc", "show", "summarize"]);
/** Of statements that change something, of which not all can run here. */
const CHANGE_WORDS = new Set(
	"create drop set reset insert update delete".split(" "),
);
/** What tells the options of `EXPLAIN (…)` from a query in parentheses. */
const EXPLAIN_OPTIONS = new Set(["analyze", "analyse", "format"]);
const CLOCK_WORDS = new Set(
	(
		"now current_timestamp get_current_timestamp transaction_timestamp today current_date " +
		"current_time get_current_time localtime localtimestamp current_localtime " +
		"current_localtimestamp age getvariable"
	).split(" "),
);
const TEXT_FUNCTIONS = new Set(["query", "query_table"]);
const STORAGE_WORDS = new Set(["stats", "pragma_storage_info"]);

/**
 * Adds the words of the analyst's objects that are among the words, and of those
 * that they name; gives the same set where there is none.
 */
export type WithOwnWords = (words: ReadonlySet<string>) => ReadonlySet<string>;

/**
 * Throws `UnsupportedError` for anything but exactly one SELECT, or one change of
 * something that may be the analyst's own; `SqlError` for what is no statement.
 */
export function readStatement(
	sql: string,
	withOwnWords: WithOwnWords = (words) => words,
): Statement {
	const tokens = tokenizeSql(sql);
	const statements = countStatements(tokens);
	if (statements !== 1)
		throw new LakeError(
			"UnsupportedError",
			statements === 0
				? "there is no statement to run"
				: `there are ${statements} statements: run them one at a time`,
		);
	const first = tokens.find(
		(token) => !isSymbol(token, "(") && !isSymbol(token, ";"),
	);
	const verb = wordOf(first);
	if (verb === "explain") return readExplain(sql, tokens, withOwnWords);
	const isQuery = SELECT_WORDS.has(verb);
	const change = isQuery ? null : readChange(sql, tokens);
	if (!isQuery && change === null) {
		const text = first?.text.slice(0, 40);
		throw CHANGE_WORDS.has(verb)
			? new LakeError(
					"UnsupportedError",
					`only queries can run here (SELECT, WITH, FROM, VALUES, PIVOT, DESCRIBE, SUMMARIZE) and what makes views, macros, tables and variables of your own, not ${text}`,
				)
			: new LakeError(
					"SqlError",
					`no statement begins with ${text}: a query begins with SELECT, FROM or WITH`,
				);
	}
	for (const database of [GHOSTS, DATA])
		if (sql.toLowerCase().includes(database))
			throw new LakeError(
				"UnsupportedError",
				`${database} is the planner's own: name tables without a database`,
			);
	const given = wordsOf(tokens);
	const words = withOwnWords(given);
	const has = (set: ReadonlySet<string>) =>
		[...words].some((word) => set.has(word));
	const namesOwn = words !== given;
	const runsText = namesOwn
		? has(TEXT_FUNCTIONS)
		: calledIn(tokens).some((name) => TEXT_FUNCTIONS.has(name));
	const ours =
		change !== null
			? changeSql(change)
			: TABLE_WORDS.has(verb)
				? `FROM (\n${withoutEnd(sql, tokens)}\n)`
				: null;
	return {
		...(ours === null
			? { sql, tokens, linesBefore: 0 }
			: { sql: ours, tokens: tokenizeSql(ours), linesBefore: 1 }),
		change,
		explains: null,
		words,
		namesOwn: namesOwn || runsText,
		runsText,
		usesClock: runsText || has(CLOCK_WORDS),
		seesStorage: has(STORAGE_WORDS),
		pivots: words.has("pivot") || words.has("pivot_wider"),
	};
}

/** The query within, every character where it stood in the text that was given. */
function readExplain(
	sql: string,
	tokens: readonly Token[],
	withOwnWords: WithOwnWords,
): Statement {
	const rest = tokens.filter((token) => !isSymbol(token, ";"));
	let length = 1;
	if (isWord(rest[1], "analyze", "analyse")) length = 2;
	else if (isSymbol(rest[1], "(") && EXPLAIN_OPTIONS.has(wordOf(rest[2])))
		length = rest.findIndex((token) => isSymbol(token, ")")) + 1 || rest.length;
	const head = rest.slice(0, length);
	const last = head.at(-1);
	const end = last === undefined ? 0 : endOf(last);
	const explained = readStatement(
		sql.slice(0, end).replace(/[^\n]/g, " ") + sql.slice(end),
		withOwnWords,
	);
	if (explained.change !== null || explained.explains !== null)
		throw new LakeError(
			"UnsupportedError",
			"EXPLAIN tells of queries, and of nothing else here",
		);
	return { ...explained, explains: head.map(({ text }) => text).join(" ") };
}

/** Tables that the statement may name: those whose names occur in it at all. */
export function tablesNamed(
	statement: Statement,
	tables: readonly CatalogTable[],
): CatalogTable[] {
	return tables.filter(
		({ name }) =>
			statement.words.has(name.toLowerCase()) ||
			statement.words.has(asText(name)),
	);
}

/** What a word of a statement names; also a text does, as in `FROM 'rides'`. */
export function nameOfWord(word: string): string {
	return word.startsWith("'") ? word.slice(1, -1) : word;
}

function asText(name: string): string {
	return `'${name.toLowerCase()}'`;
}

function wordsOf(tokens: readonly Token[]): Set<string> {
	const words = new Set<string>();
	for (const token of tokens)
		if (token.kind === "string") words.add(asText(token.value));
		else if (isIdentifier(token)) words.add(token.value.toLowerCase());
	return words;
}

/** Up to the semicolon that ends it. */
function withoutEnd(sql: string, tokens: readonly Token[]): string {
	const last = tokens.findLast((token) => !isSymbol(token, ";"));
	return last === undefined ? sql : sql.slice(0, endOf(last));
}

function countStatements(tokens: readonly Token[]): number {
	let count = 0;
	let empty = true;
	for (const token of tokens) {
		if (isSymbol(token, ";")) empty = true;
		else if (empty) {
			count++;
			empty = false;
		}
	}
	return count;
}
