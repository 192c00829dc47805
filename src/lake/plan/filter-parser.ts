import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import {
	compareValues,
	type OrderedValue,
	type ReadValue,
	valueReader,
} from "../../lib/catalog/ordered-values.ts";
import type { Token } from "../sql/tokenize.ts";
import {
	firstCharacters,
	type Monotone,
	monotoneCast,
	yearOf,
} from "./monotone.ts";
import {
	ALWAYS,
	type ComparisonOperator,
	negated,
	type Predicate,
	UNKNOWN,
} from "./predicate.ts";

/**
 * Reads one printed filter: comparisons of one column with literals, joined by
 * AND and OR. AND binds tighter than OR. DuckDB leaves out the parentheses of
 * some of its own trees (`a>5 AND optional: a<7 OR a>9`); of all the ways to put
 * them back this is the one that holds for the most rows, so it never prunes a
 * row group that another would keep.
 */
export class FilterParser {
	readonly #tokens: readonly Token[];
	readonly #table: CatalogTable;
	#at = 0;
	#loose = false;

	constructor(tokens: readonly Token[], table: CatalogTable) {
		this.#tokens = tokens;
		this.#table = table;
	}

	/**
	 * Of what was parsed: no part of it is optional, or printed without the
	 * parentheses or the operators that tell it from another.
	 */
	get isExact(): boolean {
		const has = (word: string) =>
			this.#tokens.some(
				(token) => token.kind === "word" && token.text === word,
			);
		return !this.#loose && !has("optional") && !(has("AND") && has("OR"));
	}

	/** Undefined where the line is not understood to its end, or is of several columns. */
	parse(): Predicate | undefined {
		const columns = new Set(
			this.#tokens
				.filter((token) => token.kind === "word" && this.#reader(token.text))
				.map((token) => token.text),
		);
		if (columns.size > 1) return undefined;
		if (this.#tokens.length === 0) return ALWAYS;
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
			() => this.#distinction(),
			() => this.#membership(),
			() => this.#flag(),
			() => this.#negation(),
			() => this.#derived(),
			() => this.#prefix(),
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

	/** `(a IS NOT DISTINCT FROM 5)`: nulls compare as values do. */
	#distinction(): Predicate | undefined {
		const column = this.#column();
		if (column === undefined || !this.#takeWord("IS")) return undefined;
		const isSame = this.#takeWord("NOT");
		if (!this.#takeAll("DISTINCT", "FROM")) return undefined;
		const literal = this.#literal(column);
		if (literal === undefined) return undefined;
		if (literal.value === undefined) return UNKNOWN;
		const compared: Predicate = {
			kind: "compare",
			column: column.name,
			operator: isSame ? "=" : "!=",
			value: literal.value,
		};
		if (isSame) return compared;
		const isNull: Predicate = {
			kind: "null",
			column: column.name,
			isNull: true,
		};
		return { kind: "or", parts: [compared, isNull] };
	}

	/** `a IN (1, 5)`, `(a NOT IN (1, 5))` */
	#membership(): Predicate | undefined {
		const column = this.#column();
		if (column === undefined) return undefined;
		const isNegated = this.#takeWord("NOT");
		if (!this.#takeAll("IN", "(")) return undefined;
		const values: OrderedValue[] = [];
		let known = true;
		do {
			const literal = this.#literal(column);
			if (literal === undefined) return undefined;
			if (literal.value === undefined) known = false;
			else values.push(literal.value);
		} while (this.#takeAll(","));
		if (!this.#takeAll(")")) return undefined;
		if (!known) return UNKNOWN;
		values.sort(compareValues);
		const within: Predicate = { kind: "in", column: column.name, values };
		return isNegated ? negated(within) : within;
	}

	/** A boolean column by itself. */
	#flag(): Predicate | undefined {
		const column = this.#column();
		if (column === undefined || !column.whole || column.type !== "BOOLEAN")
			return undefined;
		return { kind: "compare", column: column.name, operator: "=", value: 1 };
	}

	/** `(NOT flag)`, `(NOT ((a > 5) AND (a < 9)))` */
	#negation(): Predicate | undefined {
		if (!this.#takeWord("NOT")) return undefined;
		const wasLoose = this.#loose;
		this.#loose = false;
		const predicate = this.#flag() ?? this.#group();
		// What holds for more rows than pass would hold, negated, for fewer.
		const isTold = !this.#loose;
		this.#loose ||= wasLoose;
		if (predicate === undefined) return undefined;
		return isTold ? negated(predicate) : UNKNOWN;
	}

	/**
	 * `(CAST(ts AS DATE) >= '2024-01-01'::DATE)`, `("year"(ts) = 2001)`: what is
	 * compared never falls where the column rises, so that bounds go through it.
	 */
	#derived(): Predicate | undefined {
		const derived = this.#cast() ?? this.#year();
		if (derived === undefined) return undefined;
		const { column, through } = derived;
		const compared = (operator: ComparisonOperator): Predicate | undefined => {
			const literal = this.#literal({
				name: "",
				type: derived.type,
				whole: true,
			});
			if (literal === undefined) return undefined;
			const { value } = literal;
			if (value === undefined) return UNKNOWN;
			return { kind: "compare", column, operator, value, through };
		};
		if (!this.#takeWord("BETWEEN")) {
			const operator = this.#operator();
			return operator && compared(operator);
		}
		// Printed so whether an end is within or not.
		this.#loose = true;
		const low = compared(">=");
		if (low === undefined || !this.#takeWord("AND")) return undefined;
		const high = compared("<=");
		return high && { kind: "and", parts: [low, high] };
	}

	/** `CAST(a AS DECIMAL(11,1))` */
	#cast(): Derived | undefined {
		const start = this.#at;
		const column = this.#takeAll("CAST", "(") ? this.#column() : undefined;
		if (column?.whole && this.#takeWord("AS")) {
			const type = this.#typeName();
			const through =
				type === undefined ? undefined : monotoneCast(column.type, type);
			if (type !== undefined && through !== undefined && this.#takeAll(")"))
				return { column: column.name, type, through };
		}
		this.#at = start;
		return undefined;
	}

	/** `"year"(ts)` */
	#year(): Derived | undefined {
		const start = this.#at;
		if (this.#tokens[this.#at++]?.text === '"year"' && this.#takeAll("(")) {
			const column = this.#column();
			const through = column?.whole ? yearOf(column.type) : undefined;
			if (column !== undefined && through !== undefined && this.#takeAll(")"))
				return { column: column.name, type: "BIGINT", through };
		}
		this.#at = start;
		return undefined;
	}

	/** `DECIMAL(11,1)`, `DOUBLE`, `"DOUBLE"` */
	#typeName(): string | undefined {
		const token = this.#tokens[this.#at++];
		if (token?.kind !== "word" && token?.kind !== "quoted") return undefined;
		if (!this.#takeAll("(")) return token.value;
		const width = this.#tokens[this.#at++]?.text;
		if (!this.#takeAll(",")) return undefined;
		const scale = this.#tokens[this.#at++]?.text;
		return this.#takeAll(")") ? `${token.value}(${width},${scale})` : undefined;
	}

	/** `starts_with(s, 'ab')`, `(s ^@ 'ab')` */
	#prefix(): Predicate | undefined {
		const isCall = this.#takeAll("starts_with", "(");
		const column = this.#column();
		if (column?.type !== "VARCHAR" || !column.whole) return undefined;
		if (!(isCall ? this.#takeAll(",") : this.#takeAll("^", "@")))
			return undefined;
		const literal = this.#literal(column);
		if (typeof literal?.value !== "string") return undefined;
		if (isCall && !this.#takeAll(")")) return undefined;
		return {
			kind: "compare",
			column: column.name,
			operator: "=",
			value: literal.value,
			through: firstCharacters([...literal.value].length),
		};
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

interface Derived {
	readonly column: string;
	/** Of what is compared. */
	readonly type: string;
	readonly through: Monotone;
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
