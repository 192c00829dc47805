/**
 * Words that DuckDB does not take as a bare column or table name in every
 * place: its reserved keywords and those kept for types and functions
 * (`duckdb_keywords()`, DuckDB 1.5.6).
 */
const NOT_BARE = new Set(
	(
		"all analyse analyze and any array as asc asymmetric both case cast check collate column " +
		"constraint create default deferrable desc describe distinct do else end except false fetch " +
		"for foreign from group having in initially intersect into lambda lateral leading limit not " +
		"null offset on only or order pivot pivot_longer pivot_wider placing primary qualify " +
		"references returning select show some summarize symmetric table then to trailing true union " +
		"unique unpivot using variadic when where window with anti asof at authorization binary by " +
		"collation columns concurrently cross freeze full generated glob ilike inner is isnull join " +
		"left like map natural notnull outer overlaps positional right semi similar struct " +
		"tablesample try_cast unpack verbose"
	).split(" "),
);

/** A name as SQL takes it, quoted only where it must be. */
export function identifier(name: string): string {
	if (/^[a-z_][a-z0-9_]*$/.test(name) && !NOT_BARE.has(name)) return name;
	return quotedName(name);
}

/** A name in quotes, where it has to be one: `max` in quotes is no function. */
export function quotedName(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}
