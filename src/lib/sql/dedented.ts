/**
 * SQL from a template of ours as people read it: without what indents all its lines
 * after the first, but those of a query within it that is not indented itself. A text
 * whose literals hold tabs or several lines stays as it is.
 */
export function dedented(sql: string): string {
	const literals = sql.split("'").filter((_, index) => index % 2 === 1);
	if (literals.some((literal) => /[\t\n]/.test(literal))) return sql;
	const [first = "", ...rest] = sql.trim().replaceAll("\t", "  ").split("\n");
	const indents = rest
		.filter((line) => line.trim() !== "")
		.map((line) => line.search(/\S/));
	const isIndented = (indents.at(-1) ?? 0) > 0;
	const least = isIndented
		? Math.min(...indents.filter((each) => each > 0))
		: 0;
	return [
		first,
		...rest.map((line) => line.slice(Math.min(least, line.search(/\S|$/)))),
	].join("\n");
}
