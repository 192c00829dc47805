import { identifier } from "../../lib/sql/identifier.ts";
import { LakeError } from "../errors.ts";
import type { Token } from "../sql/tokenize.ts";
import {
	endOf,
	isIdentifier,
	isSymbol,
	isWord,
	wordOf,
} from "../sql/tokens.ts";
import { DATA } from "./ghosts.ts";

/** What an analyst may have of their own beside the lake's tables. */
export type OwnKind = "view" | "macro" | "table" | "variable";

/** A statement that makes, changes or drops something of the analyst's own. */
export interface Change {
	readonly action: "create" | "insert" | "update" | "delete" | "drop";
	readonly kind: OwnKind;
	/** As written, without quotes. */
	readonly name: string;
	/** `OR REPLACE`. */
	readonly replaces: boolean;
	/** `IF EXISTS` where it is dropped, `IF NOT EXISTS` where it is made. */
	readonly isConditional: boolean;
	/**
	 * What follows the name, every character where it stood in the text that was
	 * given: what came before is blank.
	 */
	readonly rest: string;
}

/** Why statements that DuckDB knows do not run here, and what to do instead. */
const REFUSALS: Readonly<Record<string, string>> = {
	alter: "make it again with CREATE OR REPLACE",
	analyze: "the planner needs no statistics from you",
	attach:
		"the lake is the only database; files are read by naming them in FROM",
	begin: "each statement stands for itself",
	call: "name a table function in FROM",
	checkpoint: "nothing is written to disk",
	comment: "only tables, views, macros and variables can be made",
	commit: "each statement stands for itself",
	copy: "download the answer as CSV; files are read by naming them in FROM",
	deallocate: "each statement stands for itself",
	detach: "the lake is the only database",
	execute: "make a macro with CREATE MACRO",
	export: "download the answer as CSV",
	import: "files are read by naming them in FROM",
	install: "the page has DuckDB's core and no extensions",
	load: "the page has DuckDB's core and no extensions",
	merge: "use INSERT, UPDATE or DELETE on a table of your own",
	pragma: "DESCRIBE, SHOW TABLES and SUMMARIZE tell of tables",
	prepare: "make a macro with CREATE MACRO",
	rollback: "each statement stands for itself",
	set: "settings are the page's; a value of your own is kept with SET VARIABLE name = …",
	truncate: "use DELETE FROM on a table of your own",
	use: "the lake is the only database",
	vacuum: "nothing is written to disk",
};

const KINDS: Readonly<Record<string, OwnKind>> = {
	view: "view",
	macro: "macro",
	function: "macro",
	table: "table",
	variable: "variable",
};

/** Null where the statement is none that changes anything. Throws `UnsupportedError` for what may not be changed. */
export function readChange(
	sql: string,
	tokens: readonly Token[],
): Change | null {
	const reader = new Reader(sql, tokens);
	const verb = reader.word();
	switch (verb) {
		case "create": {
			const replaces = reader.take("or", "replace");
			reader.take("temp") || reader.take("temporary");
			const kind = reader.kind(verb, ["view", "macro", "table"]);
			const isConditional = reader.take("if", "not", "exists");
			return reader.change("create", kind, { replaces, isConditional });
		}
		case "drop": {
			const kind = reader.kind(verb, ["view", "macro", "table"]);
			if (kind === "macro") reader.take("table");
			const isConditional = reader.take("if", "exists");
			const change = reader.change("drop", kind, { isConditional });
			if (!/^\s*(cascade|restrict)?$/i.test(change?.rest ?? ""))
				throw new LakeError(
					"UnsupportedError",
					"DROP takes one name at a time",
				);
			return change;
		}
		case "set":
			if (!reader.take("variable")) throw refused(verb);
			return reader.change("create", "variable", { replaces: true });
		case "reset":
			if (!reader.take("variable")) throw refused("set");
			return reader.change("drop", "variable");
		case "insert":
			if (!reader.take("into")) return null;
			return reader.change("insert", "table");
		case "update":
			return reader.change("update", "table");
		case "delete":
			if (!reader.take("from")) return null;
			return reader.change("delete", "table");
		default:
			if (verb !== undefined && Object.hasOwn(REFUSALS, verb))
				throw refused(verb);
			return null;
	}
}

/**
 * The statement that does it, in two lines, the first of which is ours: what was
 * given follows with its head left blank. Tables are temporary ones; a view or a
 * macro is made in `database`.
 */
export function changeSql(change: Change, database = DATA): string {
	const { action, kind, rest } = change;
	const name = identifier(change.name);
	const isMade = kind === "view" || kind === "macro";
	const target = isMade ? `${database}.main.${name}` : name;
	const made = change.replaces ? "CREATE OR REPLACE" : "CREATE";
	switch (action) {
		case "create":
			if (kind === "variable") return `SET VARIABLE ${target}\n${rest}`;
			return `${made} ${kind === "table" ? "TEMP TABLE" : kind.toUpperCase()} ${target}\n${rest}`;
		case "drop":
			return kind === "variable"
				? `RESET VARIABLE ${target}`
				: `DROP ${kind.toUpperCase()} ${kind === "table" ? `temp.main.${name}` : target}`;
		case "insert":
			return `INSERT INTO temp.main.${name}\n${rest}`;
		case "update":
			return `UPDATE temp.main.${name}\n${rest}`;
		case "delete":
			return `DELETE FROM temp.main.${name}\n${rest}`;
	}
}

function refused(verb: string): LakeError {
	return new LakeError(
		"UnsupportedError",
		`${verb.toUpperCase()} cannot run here: ${REFUSALS[verb]}`,
	);
}

/** Reads the head of a statement, a token at a time. */
class Reader {
	readonly #sql: string;
	readonly #tokens: readonly Token[];
	#at = 0;

	constructor(sql: string, tokens: readonly Token[]) {
		this.#sql = sql;
		this.#tokens = tokens.filter((token) => !isSymbol(token, ";"));
	}

	/** The next token, lower-cased, where it is a word. */
	word(): string | undefined {
		const token = this.#tokens[this.#at];
		if (token?.kind !== "word") return undefined;
		this.#at += 1;
		return wordOf(token);
	}

	/** Takes these words where all of them follow. */
	take(...words: readonly string[]): boolean {
		const follow = words.every((word, index) =>
			isWord(this.#tokens[this.#at + index], word),
		);
		if (follow) this.#at += words.length;
		return follow;
	}

	kind(verb: string, kinds: readonly OwnKind[]): OwnKind {
		const word = this.word();
		const kind = word === undefined ? undefined : KINDS[word];
		if (kind !== undefined && kinds.includes(kind)) return kind;
		throw new LakeError(
			"UnsupportedError",
			`${verb.toUpperCase()} ${word?.toUpperCase() ?? ""} cannot run here: tables, views and macros of your own can be made and dropped, nothing else`.replace(
				"  ",
				" ",
			),
		);
	}

	/** Takes the name, and all that follows it. */
	change(
		action: Change["action"],
		kind: OwnKind,
		options: Partial<Change> = {},
	): Change | null {
		const token = this.#tokens[this.#at];
		if (!isIdentifier(token)) return null;
		if (this.#tokens[this.#at + 1]?.text === ".")
			throw new LakeError(
				"UnsupportedError",
				`${token.value} is followed by a dot: what you make has a plain name, without a schema or database`,
			);
		const end = endOf(token);
		const last = this.#tokens.at(-1) ?? token;
		return {
			action,
			kind,
			name: token.value,
			replaces: false,
			isConditional: false,
			...options,
			rest:
				this.#sql.slice(0, end).replace(/[^\n]/g, " ") +
				this.#sql.slice(end, last.start + last.text.length),
		};
	}
}
