import { identifier } from "../../lib/sql/identifier.ts";
import { LakeError } from "../errors.ts";
import { type Token, tokenizeSql } from "../sql/tokenize.ts";
import {
	closingOf,
	endOf,
	isIdentifier,
	isSymbol,
	isWord,
	splitAtCommas,
	wordOf,
} from "../sql/tokens.ts";
import { isTableName } from "./table-names.ts";

/** Files, and how they are to be read. */
export interface FileSelection {
	readonly format: FileFormat;
	/** At least one; as written: addresses, or names of files on this machine. */
	readonly paths: readonly string[];
	/** Named arguments, names in lower case, values as they stand in the SQL. */
	readonly options: readonly FileOption[];
}

/** Files that stand where SQL has a table. */
export interface FileReference extends FileSelection {
	/** What is replaced by a table's name: `[start, end)` of the SQL. */
	readonly start: number;
	readonly end: number;
	/** What SQL calls the table where no alias follows; null where one does, or none may stand. */
	readonly alias: string | null;
}

export type FileFormat = "parquet" | "csv" | "json" | "gpx";

export interface FileOption {
	readonly name: string;
	readonly text: string;
}

/** A qualifier such as `"points.gpx".ele`, which is named anew as its table is. */
export interface FileMention {
	readonly name: string;
	readonly start: number;
	readonly end: number;
}

export interface FoundReferences {
	readonly references: readonly FileReference[];
	readonly mentions: readonly FileMention[];
}

const FUNCTIONS: ReadonlyMap<string, FileFormat> = new Map([
	["read_parquet", "parquet"],
	["parquet_scan", "parquet"],
	["read_csv", "csv"],
	["read_csv_auto", "csv"],
	["read_json", "json"],
	["read_json_auto", "json"],
	["read_ndjson", "json"],
	["read_ndjson_auto", "json"],
	["read_gpx", "gpx"],
]);

const ENDINGS: readonly (readonly [RegExp, FileFormat])[] = [
	[/\.(parquet|pq|parq)$/i, "parquet"],
	[/\.(csv|tsv|tab|txt)(\.gz)?$/i, "csv"],
	[/\.(json|jsonl|ndjson|geojson)(\.gz)?$/i, "json"],
	[/\.gpx(\.gz)?$/i, "gpx"],
];

/** After these words, as after FROM and JOIN, stands a table, but one that takes no alias. */
const BARE_PLACES = new Set(
	"describe desc summarize show table pivot pivot_wider unpivot".split(" "),
);
/** Words that end a list of tables. */
const AFTER_FROM = new Set(
	"select where group having qualify window order limit offset union except intersect values set returning".split(
		" ",
	),
);
/** Functions with a FROM of their own between their parentheses. */
const FROM_FUNCTIONS = new Set(
	"extract substring trim ltrim rtrim overlay position".split(" "),
);

/** What kind of file a name's ending tells of; null where it tells nothing. */
export function formatOf(path: string): FileFormat | null {
	const name = isAddress(path) ? new URL(path).pathname : path;
	return ENDINGS.find(([ending]) => ending.test(name))?.[1] ?? null;
}

export function isAddress(path: string): boolean {
	return /^https?:\/\//i.test(path) && URL.canParse(path);
}

/** The file's name without folders, query and endings: what DuckDB calls its table. */
function baseName(path: string): string {
	const name = isAddress(path)
		? decodeName(new URL(path).pathname)
		: path.replaceAll("\\", "/");
	const last = name.slice(name.lastIndexOf("/") + 1);
	return last.replace(/\.gz$/i, "").replace(/\.[^.]*$/, "") || last;
}

function decodeName(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}

/**
 * Finds the files that SQL names: `read_parquet('…')` and its like with literal
 * arguments, and `FROM '…'`, `JOIN '…'` with an address, a name in `names`, or an
 * ending that tells a format; names in `names` also in double quotes. Throws
 * `UnsupportedError` for arguments that are no literals, and for names that could
 * stand before those that files are given.
 */
export function findReferences(
	sql: string,
	names: ReadonlyMap<string, FileFormat>,
): FoundReferences {
	const tokens = tokenizeSql(sql);
	refuseTableNames(tokens);
	const references: FileReference[] = [];
	const mentions: FileMention[] = [];
	const places = new Places(tokens);
	for (let at = 0; at < tokens.length; at += 1) {
		const token = tokens[at] as Token;
		const place = places.next(at);
		const format =
			token.kind === "word" && isSymbol(tokens[at + 1], "(")
				? FUNCTIONS.get(token.text.toLowerCase())
				: undefined;
		if (format !== undefined && !isSymbol(tokens[at - 1], ".")) {
			const call = readCall(sql, tokens, at);
			references.push({
				format,
				paths: call.paths,
				options: call.options,
				start: token.start,
				end: endOf(tokens[call.last] as Token),
				alias: hasAlias(tokens[call.last + 1])
					? null
					: token.text.toLowerCase(),
			});
			for (; at < call.last; ) places.next(++at);
			continue;
		}
		const isName =
			token.kind === "quoted" &&
			names.has(token.value) &&
			!isSymbol(tokens[at - 1], ".");
		if (place === null || !(token.kind === "string" || isName)) {
			if (isName && isSymbol(tokens[at + 1], "."))
				mentions.push({
					name: token.value,
					start: token.start,
					end: endOf(token),
				});
			continue;
		}
		const known =
			names.get(token.value) ??
			formatOf(token.value) ??
			(isAddress(token.value) ? unknownEnding(token.value) : undefined);
		if (known === undefined) continue;
		references.push({
			format: known,
			paths: [token.value],
			options: [],
			start: token.start,
			end: endOf(token),
			alias:
				place === "bare" || isName || hasAlias(tokens[at + 1])
					? null
					: baseName(token.value),
		});
	}
	return { references, mentions };
}

/** A common table, an alias or a table of one's own would hide a file's. */
function refuseTableNames(tokens: readonly Token[]): void {
	for (const [at, token] of tokens.entries())
		if (
			isIdentifier(token) &&
			isTableName(token.value) &&
			!isSymbol(tokens[at - 1], ".")
		)
			throw unsupported(
				`${token.value} is a name that is kept for files: choose another, or write a column with its table, as in t.${token.value}`,
			);
}

function unknownEnding(path: string): never {
	throw unsupported(
		`the ending of ${path} does not tell what it is: write read_parquet('…'), read_csv('…'), read_json('…') or read_gpx('…')`,
	);
}

/** What lies between two parentheses, or outside of all. */
interface Level {
	/** In a list of tables. */
	inFrom: boolean;
	/** FROM is a function's: `extract(year FROM …)`. */
	ownFrom: boolean;
}

/** Follows the clauses: whether a table stands at a token, and whether it may have an alias. */
class Places {
	readonly #tokens: readonly Token[];
	readonly #levels: Level[] = [{ inFrom: false, ownFrom: false }];
	#expected: "aliased" | "bare" | null = null;

	constructor(tokens: readonly Token[]) {
		this.#tokens = tokens;
	}

	next(at: number): "aliased" | "bare" | null {
		const token = this.#tokens[at] as Token;
		const place = this.#expected;
		this.#expected = null;
		const level = this.#levels.at(-1) as Level;
		if (token.kind === "symbol") {
			if (token.text === "(") {
				const before = this.#tokens[at - 1];
				const ownFrom = FROM_FUNCTIONS.has(wordOf(before));
				this.#levels.push({ inFrom: false, ownFrom });
				if (place !== null) this.#expected = place;
			} else if (token.text === ")" && this.#levels.length > 1)
				this.#levels.pop();
			else if (token.text === "," && level.inFrom) this.#expected = "aliased";
			return place;
		}
		if (token.kind !== "word") return place;
		const word = token.text.toLowerCase();
		if (AFTER_FROM.has(word)) {
			level.inFrom = false;
			level.ownFrom &&= word !== "select";
		}
		if (BARE_PLACES.has(word)) this.#expected = "bare";
		if (word === "join" || (word === "from" && this.#beginsTables(at))) {
			level.inFrom = true;
			this.#expected = "aliased";
		}
		return place;
	}

	/** Not in `extract(year FROM …)` or `a IS DISTINCT FROM …`. */
	#beginsTables(at: number): boolean {
		if (this.#levels.at(-1)?.ownFrom) return false;
		const [isOrNot, distinct] = [this.#tokens[at - 2], this.#tokens[at - 1]];
		return !(isWord(distinct, "distinct") && isWord(isOrNot, "is", "not"));
	}
}

interface Call {
	readonly paths: readonly string[];
	readonly options: readonly FileOption[];
	/** Index of the closing parenthesis. */
	readonly last: number;
}

/** Reads `name('…' | ['…', …], option = value, …)`. */
function readCall(sql: string, tokens: readonly Token[], at: number): Call {
	const name = (tokens[at] as Token).text;
	const last = closingOf(tokens, at + 1);
	if (last === null)
		throw unsupported(`the parenthesis of ${name} does not close`);
	const [first = [], ...rest] = splitAtCommas(tokens.slice(at + 2, last));
	return {
		paths: readPaths(name, first),
		options: rest.map((part) => readOption(name, sql, part)),
		last,
	};
}

function readPaths(name: string, tokens: readonly Token[]): string[] {
	const isList = isSymbol(tokens[0], "[") && isSymbol(tokens.at(-1), "]");
	const items = isList ? tokens.slice(1, -1) : tokens;
	const isRight = items.every((token, index) =>
		index % 2 === 0 ? token.kind === "string" : isSymbol(token, ","),
	);
	if (!isRight || items.length % 2 === 0 || (!isList && items.length > 1))
		throw unsupported(
			`${name} takes the name of a file in quotes, or a list of such names, as they stand in the SQL: no columns, parameters or expressions`,
		);
	return items.filter((_, index) => index % 2 === 0).map(({ value }) => value);
}

function readOption(
	name: string,
	sql: string,
	tokens: readonly Token[],
): FileOption {
	const [option, ...rest] = tokens;
	const sign = isSymbol(rest[0], "=") && isSymbol(rest[1], ">") ? 2 : 1;
	const isNamed =
		option?.kind === "word" &&
		(isSymbol(rest[0], "=") ||
			(isSymbol(rest[0], ":") && isSymbol(rest[1], "=")));
	const value = rest.slice(isSymbol(rest[0], ":") ? 2 : sign);
	const first = value[0];
	const last = value.at(-1);
	if (!isNamed || first === undefined || last === undefined)
		throw unsupported(
			`after the file, ${name} takes named options: ${name}('…', option = value)`,
		);
	return {
		name: option.text.toLowerCase(),
		text: sql.slice(first.start, endOf(last)),
	};
}

/** Whether a table's alias follows, and no keyword. */
function hasAlias(token: Token | undefined): boolean {
	if (token?.kind === "quoted") return true;
	if (token?.kind !== "word") return false;
	const word = token.text.toLowerCase();
	return word === "as" || (isBare(word) && word !== "using");
}

function isBare(word: string): boolean {
	return !/^[a-z_][a-z0-9_]*$/.test(word) || identifier(word) === word;
}

function unsupported(message: string): LakeError {
	return new LakeError("UnsupportedError", message);
}
