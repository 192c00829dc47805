import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { type Token, tokenizeSql } from "../sql/tokenize.ts";
import { FilterParser } from "./filter-parser.ts";
import { canPrune, type Predicate, UNKNOWN } from "./predicate.ts";

export interface ScanFilters {
	readonly predicate: Predicate;
	/** Columns that the filters mention, or may mention; none is missing. */
	readonly columns: ReadonlySet<string>;
	/** Each filter as printed, and whether it prunes. */
	readonly printed: readonly {
		readonly text: string;
		readonly prunes: boolean;
	}[];
	/**
	 * Whether the predicate, where it is not unknown, holds for exactly the rows that
	 * pass; else it holds for more.
	 */
	readonly exact: boolean;
	/** Columns that a running TOP_N or join narrows by what it has seen. */
	readonly dynamic: readonly string[];
}

/** At the end of a line: what a TOP_N or a join adds for speed, without which its answer is the same. */
const DYNAMIC =
	/^(?:(.*) AND )?optional: (?:([\p{L}\p{N}_]+) IS NULL OR )?Dynamic Filter \(([\p{L}\p{N}_]+)\)$/u;

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
	const unread = (columns: ReadonlySet<string>): ScanFilters => ({
		predicate: UNKNOWN,
		columns,
		printed: filters.map((text) => ({ text, prunes: false })),
		exact: false,
		dynamic: [],
	});
	if (table.columns.some((column) => !isPlain(column.name, column.type)))
		return unread(namesWithin(text, table));
	const dynamic: string[] = [];
	const lines = filters.map((filter) => {
		const [, before = "", isNull, column] = DYNAMIC.exec(filter) ?? [];
		if (column === undefined || (isNull ?? column) !== column)
			return tokenizePrinted(filter);
		dynamic.push(column);
		return tokenizePrinted(before);
	});
	const words = lines
		.flat()
		.filter(({ kind }) => kind === "word")
		.map(({ text }) => text);
	// A whole name, or glued to what follows: `idIS DISTINCT FROM0`.
	const columns = new Set(
		table.columns
			.map((column) => column.name)
			.filter(
				(name) =>
					dynamic.includes(name) ||
					words.some((word) => mentions(word, name, table)),
			),
	);
	if (lines.some((line) => line.some(({ kind }) => kind === "broken")))
		return unread(namesWithin(text, table));
	const parsers = lines.map((line) => new FilterParser(line, table));
	const parts = parsers.map((parser) => parser.parse());
	if (!parts.every((part) => part !== undefined)) return unread(columns);
	return {
		predicate: { kind: "and", parts },
		columns,
		printed: parts.map((part, index) => ({
			text: filters[index] ?? "",
			prunes: canPrune(part),
		})),
		exact: parsers.every((parser) => parser.isExact),
		dynamic,
	};
}

/**
 * The filters that are understood in full, as conditions of SQL that hold at least
 * for the rows that pass. None of floating-point numbers: what is printed of them
 * reads as another number in SQL (`f=1e-07` of a FLOAT is a DOUBLE, long fractions
 * are decimals).
 */
export function conditionsOf(
	{ predicate, printed }: ScanFilters,
	table: CatalogTable,
): string[] {
	const parts = predicate.kind === "and" ? predicate.parts : [];
	return printed.flatMap(({ text }, index) => {
		const [, plain = text] = DYNAMIC.exec(text) ?? [];
		const part = parts[index];
		if (part === undefined || plain === "" || /Dynamic/.test(plain)) return [];
		const isSame = isKnown(part, table) && !/\bDOUBLE\b/.test(plain);
		return isSame ? [withoutOptional(plain)] : [];
	});
}

/** Without the word that SQL does not know; literals stay as they are. */
function withoutOptional(printed: string): string {
	const tokens = tokenizePrinted(printed);
	let sql = "";
	let end = 0;
	for (const [index, { kind, text, start }] of tokens.entries()) {
		const colon = tokens[index + 1];
		if (kind !== "word" || text !== "optional" || colon === undefined) continue;
		sql += printed.slice(end, start);
		end = colon.start + colon.text.length;
	}
	return sql + printed.slice(end);
}

/** Whether it is understood, and of no floating-point number. */
function isKnown(predicate: Predicate, table: CatalogTable): boolean {
	if (predicate.kind === "unknown") return false;
	if (predicate.kind === "and" || predicate.kind === "or")
		return predicate.parts.every((part) => isKnown(part, table));
	return table.columns.some(
		({ name, type }) =>
			name === predicate.column && type !== "FLOAT" && type !== "DOUBLE",
	);
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
