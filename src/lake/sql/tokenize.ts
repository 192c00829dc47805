export interface Token {
	/**
	 * `word` is a keyword or a bare name, `quoted` a name in double quotes,
	 * `string` a literal in single or dollar quotes, `symbol` one character of
	 * anything else, `broken` a quote or comment that nothing ends.
	 */
	readonly kind: "word" | "quoted" | "string" | "number" | "symbol" | "broken";
	/** As it stands, quotes included; what the quotes hold is `value`. */
	readonly text: string;
	readonly value: string;
	/** Where in the SQL it begins. */
	readonly start: number;
}

/** Beyond ASCII all is part of a name, but for Unicode's spaces, which DuckDB takes as such. */
const WORD = /(?:[a-z_]|[^\0-\x7F\p{Z}])(?:[\w$]|[^\0-\x7F\p{Z}])*/iuy;
const NUMBER = /(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const SPACE = /[\s\p{Z}]+/uy;
const LINE_COMMENT = /--[^\n\r]*/y;
const STRING = /'(?:[^']|'')*'/y;
const ESCAPED_STRING = /[eE]'(?:[^'\\]|''|\\.)*'/sy;
const QUOTED = /"(?:[^"]|"")*"/y;
const DOLLAR_TAG = /\$(?:[a-z_\x80-\u{10FFFF}][\w\x80-\u{10FFFF}]*)?\$/iuy;

/**
 * Cuts SQL where DuckDB's scanner does, comments and space left out. It knows
 * quotes and comments well enough to tell what is in them from what is not;
 * whether the rest is SQL is DuckDB's to say.
 */
export function tokenizeSql(sql: string): Token[] {
	const tokens: Token[] = [];
	let at = 0;
	const match = (pattern: RegExp): string | undefined => {
		pattern.lastIndex = at;
		return pattern.exec(sql)?.[0];
	};
	const take = (kind: Token["kind"], text: string, value = text) => {
		tokens.push({ kind, text, value, start: at });
		at += text.length;
	};
	while (at < sql.length) {
		const skipped = match(SPACE) ?? match(LINE_COMMENT);
		if (skipped !== undefined) {
			at += skipped.length;
			continue;
		}
		if (sql.startsWith("/*", at)) {
			const end = blockCommentEnd(sql, at);
			if (end === undefined) take("broken", sql.slice(at));
			else at = end;
			continue;
		}
		const escaped = match(ESCAPED_STRING);
		if (escaped !== undefined) {
			take("string", escaped, escaped.slice(2, -1));
			continue;
		}
		const plain = match(STRING);
		if (plain !== undefined) {
			take("string", plain, plain.slice(1, -1).replaceAll("''", "'"));
			continue;
		}
		const quoted = match(QUOTED);
		if (quoted !== undefined) {
			take("quoted", quoted, quoted.slice(1, -1).replaceAll('""', '"'));
			continue;
		}
		const tag = match(DOLLAR_TAG);
		if (tag !== undefined) {
			const end = sql.indexOf(tag, at + tag.length);
			if (end === -1) take("broken", sql.slice(at));
			else
				take(
					"string",
					sql.slice(at, end + tag.length),
					sql.slice(at + tag.length, end),
				);
			continue;
		}
		const word = match(WORD);
		if (word !== undefined) {
			take("word", word);
			continue;
		}
		const number = match(NUMBER);
		if (number !== undefined) {
			take("number", number);
			continue;
		}
		const symbol = String.fromCodePoint(sql.codePointAt(at) ?? 0);
		if (symbol === "'" || symbol === '"') take("broken", sql.slice(at));
		else take("symbol", symbol);
	}
	return tokens;
}

/** Comments nest, as in PostgreSQL. Undefined where the comment does not end. */
function blockCommentEnd(sql: string, start: number): number | undefined {
	const edge = /\/\*|\*\//g;
	edge.lastIndex = start;
	let depth = 0;
	for (let found = edge.exec(sql); found !== null; found = edge.exec(sql)) {
		depth += found[0] === "/*" ? 1 : -1;
		if (depth === 0) return edge.lastIndex;
	}
	return undefined;
}
