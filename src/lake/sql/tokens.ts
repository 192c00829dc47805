import type { Token } from "./tokenize.ts";

/** Names are the same whatever the case of their ASCII letters: `Ä` and `ä` are two to DuckDB. */
export function folded(name: string): string {
	return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

export function isIdentifier(token: Token | undefined): token is Token {
	return token?.kind === "word" || token?.kind === "quoted";
}

/** Words and quoted names alike, {@link folded}; null for what is neither. */
export function nameOf(token: Token | undefined): string | null {
	return isIdentifier(token) ? folded(token.value) : null;
}

export function isName(token: Token | undefined, name: string): boolean {
	return nameOf(token) === folded(name);
}

/** Of a keyword or a bare name, lower-cased; empty for anything else. */
export function wordOf(token: Token | undefined): string {
	return token?.kind === "word" ? token.text.toLowerCase() : "";
}

export function isWord(
	token: Token | undefined,
	...words: readonly string[]
): boolean {
	return token?.kind === "word" && words.includes(wordOf(token));
}

export function isSymbol(token: Token | undefined, text: string): boolean {
	return token?.kind === "symbol" && token.text === text;
}

/** Where in the SQL it ends. */
export function endOf(token: Token): number {
	return token.start + token.text.length;
}

/** Names before an opening parenthesis, lower-cased: of functions, and some keywords. */
export function calledIn(tokens: readonly Token[]): string[] {
	return tokens
		.filter(
			(token, index) => isIdentifier(token) && isSymbol(tokens[index + 1], "("),
		)
		.map(({ value }) => value.toLowerCase());
}

const CLOSING: Readonly<Record<string, string>> = {
	"(": ")",
	"[": "]",
	"{": "}",
};

/** Index of the bracket that closes the one at `open`; null where none does. */
export function closingOf(
	tokens: readonly Token[],
	open: number,
): number | null {
	const expected: string[] = [];
	for (let at = open; at < tokens.length; at += 1) {
		const token = tokens[at];
		if (token?.kind !== "symbol") continue;
		const closing = CLOSING[token.text];
		if (closing !== undefined) expected.push(closing);
		else if (/^[)\]}]$/.test(token.text)) {
			if (expected.pop() !== token.text) return null;
			if (expected.length === 0) return at;
		}
	}
	return null;
}

/** Indexes of the tokens that no bracket holds, the brackets themselves among them; null where brackets do not match. */
export function outermost(tokens: readonly Token[]): number[] | null {
	const indexes: number[] = [];
	for (let at = 0; at < tokens.length; at += 1) {
		const token = tokens[at];
		indexes.push(at);
		if (token?.kind !== "symbol") continue;
		if (CLOSING[token.text] !== undefined) {
			const end = closingOf(tokens, at);
			if (end === null) return null;
			at = end;
			indexes.push(end);
		} else if (/^[)\]}]$/.test(token.text)) return null;
	}
	return indexes;
}

/** What lies between the commas that no bracket holds; a trailing comma ends the list, as DuckDB allows. */
export function splitAtCommas(tokens: readonly Token[]): Token[][] {
	const outer = new Set(outermost(tokens) ?? []);
	const parts: Token[][] = [[]];
	for (const [at, token] of tokens.entries())
		if (outer.has(at) && isSymbol(token, ",")) parts.push([]);
		else parts.at(-1)?.push(token);
	if (parts.at(-1)?.length === 0) parts.pop();
	return parts;
}
