/** A text as a literal of DuckDB's SQL, for DDL and COPY, which take no parameters. */
export function literal(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}

/** A list of texts as a literal of DuckDB's SQL. */
export function literalList(texts: readonly string[]): string {
	return `[${texts.map(literal).join(", ")}]`;
}
