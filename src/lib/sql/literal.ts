/** A text as a literal of DuckDB's SQL, where a parameter cannot stand: DDL, COPY, names of files. */
export function literal(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}

/** A list of texts as a literal of DuckDB's SQL. */
export function literalList(texts: readonly string[]): string {
	return `[${texts.map(literal).join(", ")}]`;
}
