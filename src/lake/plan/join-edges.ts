import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import type { Token } from "../sql/tokenize.ts";
import {
	closingOf,
	isIdentifier,
	isName,
	isSymbol,
	wordOf,
} from "../sql/tokens.ts";
import type { Wording } from "./wording.ts";

/** Rows of `to` whose column is none of the values of `from` do not show in the answer. */
export interface JoinEdge {
	readonly from: TableColumn;
	readonly to: TableColumn;
}

export interface TableColumn {
	readonly table: CatalogTable;
	readonly column: string;
}

/** A table, or what stands for one, in a FROM clause. */
interface Item {
	/** Null for a subquery, a common table, or one of the analyst's own. */
	readonly table: CatalogTable | null;
	readonly alias: Token | null;
}

type Side = "inner" | "left" | "right";

/** What ends a FROM clause or a condition in it. */
const CLAUSES = new Set(
	"where group having order limit offset fetch qualify window union except intersect select".split(
		" ",
	),
);
/** What joins, or may. */
const JOINS = new Set(
	"join inner left right full cross natural asof positional semi anti".split(
		" ",
	),
);
const INTEGER = /^U?(TINY|SMALL|BIG)INT$|^U?INTEGER$/;
/** Types of which values that are equal are so as texts. */
const COMPARABLE =
	/^(VARCHAR|DATE|TIMESTAMP|UUID|BOOLEAN|DECIMAL\(\d+,\s*\d+\))$/;

/**
 * Reads from a statement's words which tables narrow which by equal keys: in
 * `FROM a JOIN b ON a.k = b.j AND …`, `USING (k)`, `FROM a, b WHERE a.k = b.j AND …`
 * and `a.k IN (SELECT j FROM b …)`. An inner join narrows both sides, an outer
 * one the side that it fills with nulls. Only tables that are named once, and
 * only clauses that are understood: conditions joined by AND, each of them either
 * such an equality to its end or passed over.
 */
export function joinEdges(
	{ tokens, namesOwn }: Wording,
	tables: readonly CatalogTable[],
): JoinEdge[] {
	if (namesOwn || tokens.some(({ kind }) => kind === "broken")) return [];
	const named = tables.filter((table) => {
		const places = tokens.flatMap((token, index) =>
			isName(token, table.name) &&
			tokens[index + 1]?.text !== "." &&
			tokens[index - 1]?.text !== "."
				? [index]
				: [],
		);
		return places.length === 1;
	});
	const edges: JoinEdge[] = [];
	for (const index of tokens.keys())
		if (keywordAt(tokens, index) === "from")
			edges.push(...new FromReader(tokens, index + 1, named).read());
	return edges;
}

/** Reads one FROM clause and the WHERE behind it. */
class FromReader {
	readonly #tokens: readonly Token[];
	readonly #tables: readonly CatalogTable[];
	readonly #items: Item[] = [];
	readonly #edges: JoinEdge[] = [];
	#at: number;

	constructor(
		tokens: readonly Token[],
		at: number,
		tables: readonly CatalogTable[],
	) {
		this.#tokens = tokens;
		this.#at = at;
		this.#tables = tables;
	}

	/** None where the clause is not understood to its end. */
	read(): readonly JoinEdge[] {
		if (!this.#item()) return [];
		while (!this.#isEnd()) {
			if (this.#takeSymbol(",") || this.#take("cross", "join")) {
				if (!this.#item()) return [];
				continue;
			}
			const side = this.#join();
			if (side === null || !this.#item() || !this.#condition(side)) return [];
		}
		if (this.#take("where")) this.#conjuncts("inner", null);
		return this.#edges;
	}

	/** `JOIN`, `INNER JOIN`, `LEFT OUTER JOIN` …; null for any other. */
	#join(): Side | null {
		if (this.#take("join") || this.#take("inner", "join")) return "inner";
		for (const side of ["left", "right"] as const)
			if (this.#take(side, "join") || this.#take(side, "outer", "join"))
				return side;
		return null;
	}

	/** `table [[AS] alias]`, `(…) [[AS] alias [(…)]]` */
	#item(): boolean {
		const token = this.#tokens[this.#at];
		const isQuery = token?.text === "(";
		if (!isQuery && !isIdentifier(token)) return false;
		const table = this.#tables.find(({ name }) => isName(token, name)) ?? null;
		this.#at = isQuery ? this.#closing() + 1 : this.#at + 1;
		// Of a schema, or a function.
		if (this.#isSymbol(".") || (this.#isSymbol("(") && !isQuery)) return false;
		const hasAs = this.#take("as");
		let alias = isQuery ? null : (token ?? null);
		const next = this.#tokens[this.#at];
		const isAlias =
			next?.kind === "quoted" ||
			(next?.kind === "word" &&
				!JOINS.has(wordOf(next)) &&
				!CLAUSES.has(wordOf(next)) &&
				!/^(on|using|tablesample|pivot|unpivot|at)$/.test(wordOf(next)));
		if (hasAs && !isAlias) return false;
		if (isAlias) {
			alias = next;
			this.#at += 1;
		}
		if (this.#isSymbol("(")) {
			// Other names for its columns.
			if (table !== null) return false;
			this.#at = this.#closing() + 1;
		}
		this.#items.push({ table, alias });
		return true;
	}

	/** `ON …` or `USING (…)`, of the item read last. */
	#condition(side: Side): boolean {
		const joined = this.#items.at(-1) as Item;
		if (this.#take("on")) {
			this.#conjuncts(side, joined);
			return true;
		}
		if (!this.#take("using") || !this.#isSymbol("(")) return false;
		const end = this.#closing();
		const others = this.#items.slice(0, -1);
		for (const token of this.#tokens.slice(this.#at + 1, end)) {
			if (!isIdentifier(token)) continue;
			const owners = others
				.map((item) => columnOf(item, token))
				.filter((column) => column !== null);
			const own = columnOf(joined, token);
			const [owner] = owners;
			if (
				own &&
				owner &&
				owners.length === 1 &&
				others.every(({ table }) => table)
			)
				this.#add(side, owner, own);
		}
		this.#at = end + 1;
		return true;
	}

	/** Conditions up to the end of the clause; none where AND may not join them. */
	#conjuncts(side: Side, joined: Item | null): void {
		const parts: Token[][] = [[]];
		let understood = true;
		let inBetween = false;
		for (; this.#at < this.#tokens.length; this.#at += 1) {
			const token = this.#tokens[this.#at] as Token;
			const word = keywordAt(this.#tokens, this.#at);
			const isCall = this.#tokens[this.#at + 1]?.text === "(";
			if (/^[);]$/.test(token.text) || CLAUSES.has(word)) break;
			if (joined !== null && token.text === ",") break;
			if (joined !== null && (word === "where" || (JOINS.has(word) && !isCall)))
				break;
			if (/^[([{]$/.test(token.text)) {
				const end = this.#closing();
				parts.at(-1)?.push(...this.#tokens.slice(this.#at, end + 1));
				this.#at = end;
			} else if (word === "and" && !inBetween) parts.push([]);
			else {
				if (word === "or" || word === "case" || word === "sample")
					understood = false;
				inBetween = word === "between" || (inBetween && word !== "and");
				parts.at(-1)?.push(token);
			}
		}
		if (!understood) return;
		for (const part of parts) {
			this.#equality(part, side, joined);
			if (joined === null) this.#membership(part);
		}
	}

	/** `x.k = y.j` and nothing else. */
	#equality(part: readonly Token[], side: Side, joined: Item | null): void {
		if (part.length !== 7 || part[3]?.text !== "=") return;
		const left = this.#qualified(part.slice(0, 3));
		const right = this.#qualified(part.slice(4));
		if (left === null || right === null) return;
		if (side === "inner") this.#add(side, left, right);
		else if (right.table === joined?.table) this.#add(side, left, right);
		else if (left.table === joined?.table) this.#add(side, right, left);
	}

	/** `x.k IN (SELECT j FROM y [WHERE …])`, in a WHERE. */
	#membership(part: readonly Token[]): void {
		const at = part.findIndex((token) => wordOf(token) === "in");
		const [only, ...others] = this.#items;
		const to =
			at === 3
				? this.#qualified(part.slice(0, 3))
				: at === 1 && others.length === 0 && only !== undefined && part[0]
					? columnOf(only, part[0])
					: null;
		const inner = part.slice(at + 2, -1);
		if (to === null || part[at + 1]?.text !== "(" || part.at(-1)?.text !== ")")
			return;
		if (closingOf(part, at + 1) !== part.length - 1) return;
		const isQualified = inner[2]?.text === ".";
		const from = isQualified ? 4 : 2;
		if (wordOf(inner[0]) !== "select" || wordOf(inner[from]) !== "from") return;
		const table = this.#tables.find(({ name }) =>
			isName(inner[from + 1], name),
		);
		const key = inner[from - 1];
		if (table === undefined || key === undefined) return;
		let end = from + 2;
		let alias = inner[from + 1];
		if (wordOf(inner[end]) === "as") end += 1;
		if (end < inner.length && wordOf(inner[end]) !== "where") {
			if (!isIdentifier(inner[end])) return;
			alias = inner[end];
			end += 1;
		}
		if (end < inner.length && wordOf(inner[end]) !== "where") return;
		if (isQualified && !(alias && isName(inner[1], alias.value))) return;
		for (let index = end + 1; index < inner.length; index += 1) {
			if (CLAUSES.has(wordOf(inner[index]))) return;
			if (/^[([{]$/.test(inner[index]?.text ?? ""))
				index = closingOf(inner, index) ?? inner.length;
		}
		const column = columnOf({ table, alias: null }, key);
		if (column !== null) this.#push(column, to);
	}

	#add(side: Side, other: TableColumn, joined: TableColumn): void {
		if (side !== "right") this.#push(other, joined);
		if (side !== "left") this.#push(joined, other);
	}

	#push(from: TableColumn, to: TableColumn): void {
		const types = [from, to].map(
			({ table, column }) =>
				table.columns.find(({ name }) => name === column)?.type ?? "",
		);
		const [a = "", b = ""] = types;
		if (from.table === to.table) return;
		if ((INTEGER.test(a) && INTEGER.test(b)) || (a === b && COMPARABLE.test(a)))
			this.#edges.push({ from, to });
	}

	/** `x.k` of an item before. */
	#qualified(part: readonly Token[]): TableColumn | null {
		const [qualifier, dot, column] = part;
		if (qualifier?.kind === "symbol" || dot?.text !== "." || !column)
			return null;
		const items = this.#items.filter(
			({ alias }) => alias !== null && isName(qualifier, alias.value),
		);
		const [item] = items;
		return item !== undefined && items.length === 1
			? columnOf(item, column)
			: null;
	}

	/** Where the bracket that opens here closes. */
	#closing(): number {
		return closingOf(this.#tokens, this.#at) ?? this.#tokens.length;
	}

	#isEnd(): boolean {
		const token = this.#tokens[this.#at];
		return (
			token === undefined ||
			/^[);]$/.test(token.text) ||
			CLAUSES.has(wordOf(token))
		);
	}

	#isSymbol(symbol: string): boolean {
		return isSymbol(this.#tokens[this.#at], symbol);
	}

	#takeSymbol(symbol: string): boolean {
		const found = this.#isSymbol(symbol);
		if (found) this.#at += 1;
		return found;
	}

	#take(...words: readonly string[]): boolean {
		const found = words.every(
			(word, offset) => wordOf(this.#tokens[this.#at + offset]) === word,
		);
		if (found) this.#at += words.length;
		return found;
	}
}

function columnOf({ table }: Item, token: Token): TableColumn | null {
	const column = table?.columns.find(({ name }) => isName(token, name));
	return table && column ? { table, column: column.name } : null;
}

/** Behind a dot every word is a name. */
function keywordAt(tokens: readonly Token[], at: number): string {
	return tokens[at - 1]?.text === "." ? "" : wordOf(tokens[at]);
}
