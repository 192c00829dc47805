import type { CatalogTable } from "../../lib/catalog.ts";
import { LakeError } from "../errors.ts";
import { GHOSTS } from "./ghosts.ts";
import { type Token, tokenizeSql } from "./sql-tokens.ts";

/** What can be told of a statement before DuckDB reads it. */
export interface Statement {
	/** What is planned and run: one SELECT, or what stands for one (`FROM`, `VALUES`, `PIVOT` …). */
	readonly sql: string;
	/** Lines of `sql` before what was given. */
	readonly linesBefore: number;
	/** Bare and quoted names and keywords, lower-cased. */
	readonly words: ReadonlySet<string>;
	/**
	 * Reads the clock, or a variable of the session, so that its needs hold for the
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
const CLOCK_WORDS = new Set(
	(
		"now current_timestamp get_current_timestamp transaction_timestamp today current_date " +
		"current_time get_current_time localtime localtimestamp current_localtime " +
		"current_localtimestamp age getvariable"
	).split(" "),
);
const STORAGE_WORDS = new Set(["stats", "pragma_storage_info"]);

/** Throws `UnsupportedError` for anything but exactly one SELECT. */
export function readStatement(sql: string): Statement {
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
		({ kind, text }) => kind !== "symbol" || (text !== "(" && text !== ";"),
	);
	const verb = first?.kind === "word" ? first.text.toLowerCase() : "";
	if (!SELECT_WORDS.has(verb))
		throw new LakeError(
			"UnsupportedError",
			`only queries can run here (SELECT, WITH, FROM, VALUES, PIVOT, DESCRIBE, SUMMARIZE), not ${first?.text.slice(0, 40)}`,
		);
	if (sql.toLowerCase().includes(GHOSTS))
		throw new LakeError(
			"UnsupportedError",
			`${GHOSTS} is the planner's own: name tables without a database`,
		);
	const words = new Set(
		tokens
			.filter(({ kind }) => kind === "word" || kind === "quoted")
			.map(({ value }) => value.toLowerCase()),
	);
	const has = (set: ReadonlySet<string>) =>
		[...words].some((word) => set.has(word));
	return {
		...(TABLE_WORDS.has(verb)
			? { sql: `FROM (\n${withoutEnd(sql, tokens)}\n)`, linesBefore: 1 }
			: { sql, linesBefore: 0 }),
		words,
		usesClock: has(CLOCK_WORDS),
		seesStorage: has(STORAGE_WORDS),
		pivots: words.has("pivot") || words.has("pivot_wider"),
	};
}

/** Tables that the statement may name: those whose names occur in it at all. */
export function tablesNamed(
	statement: Statement,
	tables: readonly CatalogTable[],
): CatalogTable[] {
	return tables.filter(({ name }) => statement.words.has(name.toLowerCase()));
}

/** Up to the semicolon that ends it. */
function withoutEnd(sql: string, tokens: readonly Token[]): string {
	const last = tokens.findLast(
		({ kind, text }) => kind !== "symbol" || text !== ";",
	);
	return last === undefined ? sql : sql.slice(0, last.start + last.text.length);
}

function countStatements(tokens: readonly Token[]): number {
	let count = 0;
	let empty = true;
	for (const { kind, text } of tokens) {
		if (kind === "symbol" && text === ";") empty = true;
		else if (empty) {
			count++;
			empty = false;
		}
	}
	return count;
}
