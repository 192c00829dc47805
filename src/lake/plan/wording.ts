import type { Token } from "./sql-tokens.ts";

/** A statement as it is written, for what EXPLAIN does not tell: its names are aliases, its limits missing. */
export interface Wording {
	readonly tokens: readonly Token[];
	/** Bare and quoted names and keywords, lower-cased. */
	readonly words: ReadonlySet<string>;
	/** Names a view, macro or table of the analyst's own, which says more than the words do. */
	readonly namesOwn: boolean;
}

/** Names are the same whatever their case. */
export function isName(token: Token | undefined, name: string): boolean {
	return (
		(token?.kind === "word" || token?.kind === "quoted") &&
		token.value.toLowerCase() === name.toLowerCase()
	);
}
