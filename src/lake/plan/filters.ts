import type { CatalogTable } from "../../lib/catalog.ts";
import { type Token, tokenizeSql } from "./sql-tokens.ts";
import { type OrderedValue, type ReadValue, valueReader } from "./values.ts";

/**
 * What a row must satisfy to be read. `unknown` stands for any condition that
 * cannot be told from bounds: it may hold anywhere.
 */
export type Predicate =
	| { readonly kind: "unknown" }
	| { readonly kind: "and"; readonly parts: readonly Predicate[] }
	| { readonly kind: "or"; readonly parts: readonly Predicate[] }
	| {
			readonly kind: "compare";
			readonly column: string;
			readonly operator: ComparisonOperator;
			readonly value: OrderedValue;
	  }
	| {
			readonly kind: "in";
			readonly column: string;
			readonly values: readonly OrderedValue[];
	  }
	| {
			readonly kind: "null";
			readonly column: string;
			/** True for IS NULL, false for IS NOT NULL. */
			readonly isNull: boolean;
	  };

export type ComparisonOperator = "=" | "!=" | "<" | "<=" | ">" | ">=";

export interface ScanFilters {
	readonly predicate: Predicate;
	/** Columns that the filters mention, or may mention; none is missing. */
	readonly columns: ReadonlySet<string>;
	/** For each filter as printed, whether it prunes. */
	readonly prunes: readonly boolean[];
}

const UNKNOWN: Predicate = { kind: "unknown" };

/**
 * Reads the filters of a scan as EXPLAIN prints them, one per column. All or
 * nothing: where one of them is not understood to its end, none prunes, since
 * names are printed bare and entries are cut at newlines, so that text may
 * look like a filter and be none (`a>5 AND b=1` may be a column's name).
 */
export function readFilters(
	filters: readonly string[],
	table: CatalogTable,
): ScanFilters {
	const text = filters.join("\n");
	const nothing = filters.map(() => false);
	if (table.columns.some((column) => !isPlain(column.name, column.type)))
		return {
			predicate: UNKNOWN,
			columns: namesWithin(text, table),
			prunes: nothing,
		};
	const lines = filters.map(tokenizePrinted);
	const words = lines
		.flat()
		.filter(({ kind }) => kind === "word")
		.map(({ text }) => text);
	// A whole name, or glued to what follows: `idIS DISTINCT FROM0`.
	const columns = new Set(
		table.columns
			.map((column) => column.name)
			.filter((name) => words.some((word) => mentions(word, name, table))),
	);
	if (lines.some((line) => line.some(({ kind }) => kind === "broken")))
		return {
			predicate: UNKNOWN,
			columns: namesWithin(text, table),
			prunes: nothing,
		};
	const parts = lines.map((line) => new FilterParser(line, table).parse());
	if (!parts.every((part) => part !== undefined))
		return { predicate: UNKNOWN, columns, prunes: nothing };
	return {
		predicate: { kind: "and", parts },
		columns,
		prunes: parts.map(canPrune),
	};
}

/**
 * A literal that holds a newline comes cut in two, each with a quote too few:
 * broken. Printed filters have no comments; what would read as one is broken too.
 */
function tokenizePrinted(filter: string): Token[] {
	const outsideQuotes = filter.replaceAll(/'(?:[^']|'')*'/g, "");
	if (/--|\/\*|[$]/.test(outsideQuotes))
		return [{ kind: "broken", text: filter, value: filter, start: 0 }];
	return tokenizeSql(filter);
}

/** Words that mean something of their own in a printed filter. */
const RESERVED = new Set(
	(
		"and or not is null in true false optional dynamic filter case when then else end " +
		"cast try_cast between like ilike similar to distinct from collate array struct"
	).split(" "),
);

/** Whether a column's name, and its fields', read as one word and nothing else. */
function isPlain(name: string, type: string): boolean {
	return (
		/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) &&
		!RESERVED.has(name.toLowerCase()) &&
		!type.includes('"')
	);
}

/** A word that is a column's name mentions that column alone; any other may hold a name. */
function mentions(word: string, name: string, table: CatalogTable): boolean {
	return (
		word === name ||
		(word.includes(name) &&
			!table.columns.some((column) => column.name === word))
	);
}

/** More columns than needed at worst: printed names are the names as they are. */
function namesWithin(text: string, table: CatalogTable): Set<string> {
	return new Set(
		table.columns
			.map((column) => column.name)
			.filter((name) => text.includes(name)),
	);
}

function canPrune(predicate: Predicate): boolean {
	switch (predicate.kind) {
		case "unknown":
			return false;
		case "and":
			return predicate.parts.some(canPrune);
		case "or":
			return predicate.parts.every(canPrune);
		default:
			return true;
	}
}

/**
 * Reads one printed filter: comparisons of one column with literals, joined by
 * AND and OR. AND binds tighter than OR. DuckDB leaves out the parentheses of
 * some of its own trees (`a>5 AND optional: a<7 OR a>9`); of all the ways to put
 * them back this is the one that holds for the most rows, so it never prunes a
 * row group that another would keep.
 */
class FilterParser {
	readonly #tokens: readonly Token[];
	readonly #table: CatalogTable;
	#at = 0;

	constructor(tokens: readonly Token[], table: CatalogTable) {
		this.#tokens = tokens;
		this.#table = table;
	}

	/** Undefined where the line is not understood to its end, or is of several columns. */
	parse(): Predicate | undefined {
		const columns = new Set(
			this.#tokens
				.filter((token) => token.kind === "word" && this.#reader(token.text))
				.map((token) => token.text),
		);
		if (columns.size > 1) return undefined;
		const predicate = this.#alternatives();
		return this.#at === this.#tokens.length ? predicate : undefined;
	}

	#alternatives(): Predicate | undefined {
		return this.#joined("OR", "or", () =>
			this.#joined("AND", "and", () => this.#condition()),
		);
	}

	#joined(
		word: string,
		kind: "and" | "or",
		next: () => Predicate | undefined,
	): Predicate | undefined {
		const parts: Predicate[] = [];
		do {
			const part = next();
			if (part === undefined) return undefined;
			parts.push(part);
		} while (this.#takeWord(word));
		return parts.length === 1 ? parts[0] : { kind, parts };
	}

	/** One condition, with nothing left over before AND, OR, `)` or the end. */
	#condition(): Predicate | undefined {
		while (this.#takeAll("optional", ":")) {}
		const start = this.#at;
		for (const read of [
			() => this.#comparison(),
			() => this.#nullTest(),
			() => this.#membership(),
			() => this.#flag(),
			() => this.#group(),
			() => this.#opaque(),
		]) {
			this.#at = start;
			const predicate = read();
			if (predicate !== undefined && this.#atBoundary()) return predicate;
		}
		return undefined;
	}

	/** `a>=5`, `(a >= 5)` */
	#comparison(): Predicate | undefined {
		const column = this.#column();
		if (column === undefined) return undefined;
		const operator = this.#operator();
		if (operator === undefined) return undefined;
		const literal = this.#literal(column);
		if (literal === undefined) return undefined;
		if (literal.value === undefined) return UNKNOWN;
		return {
			kind: "compare",
			column: column.name,
			operator,
			value: literal.value,
		};
	}

	/** `(a IS NULL)`, `(a IS NOT NULL)` */
	#nullTest(): Predicate | undefined {
		const column = this.#column();
		if (column === undefined || !this.#takeWord("IS")) return undefined;
		const isNull = !this.#takeWord("NOT");
		if (!this.#takeWord("NULL")) return undefined;
		return column.whole
			? { kind: "null", column: column.name, isNull }
			: UNKNOWN;
	}

	/** `a IN (1, 5)` */
	#membership(): Predicate | undefined {
		const column = this.#column();
		if (column === undefined || !this.#takeAll("IN", "(")) return undefined;
		const values: OrderedValue[] = [];
		let known = true;
		do {
			const literal = this.#literal(column);
			if (literal === undefined) return undefined;
			if (literal.value === undefined) known = false;
			else values.push(literal.value);
		} while (this.#takeAll(","));
		if (!this.#takeAll(")")) return undefined;
		return known ? { kind: "in", column: column.name, values } : UNKNOWN;
	}

	/** A boolean column by itself. */
	#flag(): Predicate | undefined {
		const column = this.#column();
		if (column === undefined || !column.whole || column.type !== "BOOLEAN")
			return undefined;
		return { kind: "compare", column: column.name, operator: "=", value: 1 };
	}

	/** `(… AND …)`, `((a IS NULL) OR (a > 7))` */
	#group(): Predicate | undefined {
		if (!this.#takeAll("(")) return undefined;
		const predicate = this.#alternatives();
		return this.#takeAll(")") ? predicate : undefined;
	}

	/**
	 * Any other condition, which must stand in parentheses, as a function's call
	 * or as a dynamic filter, so that its own AND or OR cannot be taken for ours.
	 */
	#opaque(): Predicate | undefined {
		if (this.#takeAll("Dynamic", "Filter")) return this.#skipParentheses();
		const name = this.#tokens[this.#at];
		if (name?.kind === "word" || name?.kind === "quoted") this.#at++;
		return this.#skipParentheses();
	}

	#skipParentheses(): Predicate | undefined {
		let depth = 0;
		for (; this.#at < this.#tokens.length; this.#at++) {
			if (this.#isSymbol("(")) depth++;
			else if (this.#isSymbol(")")) depth--;
			if (depth === 0) {
				if (!this.#takeAll(")")) return undefined;
				return UNKNOWN;
			}
		}
		return undefined;
	}

	/** A column, or a field of one (`st.x`), of which bounds say nothing. */
	#column(): FilterColumn | undefined {
		const name = this.#tokens[this.#at];
		if (name?.kind !== "word") return undefined;
		const column = this.#table.columns.find(
			(candidate) => candidate.name === name.text,
		);
		if (column === undefined) return undefined;
		this.#at++;
		let whole = true;
		while (this.#takeAll(".")) {
			if (this.#tokens[this.#at]?.kind !== "word") return undefined;
			this.#at++;
			whole = false;
		}
		return { name: column.name, type: column.type, whole };
	}

	#operator(): ComparisonOperator | undefined {
		for (const operator of ["!=", "<=", ">=", "=", "<", ">"] as const)
			if (this.#takeAll(...operator)) return operator;
		return undefined;
	}

	/**
	 * A literal; its value is undefined where the column's type, or the literal's
	 * being another, does not let it prune.
	 */
	#literal(column: FilterColumn): { value?: OrderedValue } | undefined {
		const read = column.whole ? valueReader(column.type) : undefined;
		const sign = this.#takeAll("-") ? "-" : "";
		const token = this.#tokens[this.#at++];
		if (token?.kind === "number")
			return { value: readNumber(sign + token.text, column.type, read) };
		if (sign !== "") return undefined;
		if (token?.kind === "word" && /^(true|false)$/.test(token.text))
			return {
				value: column.type === "BOOLEAN" ? read?.(token.text) : undefined,
			};
		if (token?.kind !== "string" || !token.text.startsWith("'"))
			return undefined;
		const type = this.#castType();
		if (type === undefined) return undefined;
		return { value: type === column.type ? read?.(token.value) : undefined };
	}

	/** The type behind a string literal: `::TIMESTAMP WITH TIME ZONE`; VARCHAR where there is none. */
	#castType(): string | undefined {
		if (!this.#takeAll(":", ":")) return "VARCHAR";
		const first = this.#tokens[this.#at++];
		if (first?.kind !== "word") return undefined;
		if (this.#takeAll("WITH", "TIME", "ZONE"))
			return `${first.text} WITH TIME ZONE`;
		if (this.#isSymbol("(") && this.#skipParentheses() === undefined)
			return undefined;
		return first.text;
	}

	#reader(word: string): boolean {
		return this.#table.columns.some((column) => column.name === word);
	}

	#atBoundary(): boolean {
		const token = this.#tokens[this.#at];
		return (
			token === undefined ||
			this.#isSymbol(")") ||
			(token.kind === "word" && (token.text === "AND" || token.text === "OR"))
		);
	}

	#isSymbol(symbol: string): boolean {
		const token = this.#tokens[this.#at];
		return token?.kind === "symbol" && token.text === symbol;
	}

	#takeWord(word: string): boolean {
		return this.#takeAll(word);
	}

	/** Steps over these words and symbols, or stays where it is. */
	#takeAll(...texts: readonly string[]): boolean {
		const found = texts.every((text, offset) => {
			const token = this.#tokens[this.#at + offset];
			return (
				(token?.kind === "word" || token?.kind === "symbol") &&
				token.text === text
			);
		});
		if (found) this.#at += texts.length;
		return found;
	}
}

interface FilterColumn {
	readonly name: string;
	readonly type: string;
	/** False for a field of a struct. */
	readonly whole: boolean;
}

/** DuckDB prints infinity as `1e1000`. Numbers stand bare for number columns only. */
function readNumber(
	text: string,
	type: string,
	read: ReadValue | undefined,
): OrderedValue | undefined {
	const isNumeric = /^(U?(TINY|SMALL|BIG)INT|U?INTEGER|DECIMAL|DOUBLE|FLOAT)/;
	return isNumeric.test(type) ? read?.(text) : undefined;
}
