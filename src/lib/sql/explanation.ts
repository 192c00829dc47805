/** The columns of what `EXPLAIN` answers: which plan it is, and its drawing. */
export const EXPLANATION = [
	{ name: "explain_key", type: "VARCHAR" },
	{ name: "explain_value", type: "VARCHAR" },
] as const;

/** Whether an answer of these columns is that of `EXPLAIN`. */
export function isExplanation(
	columns: readonly { readonly name: string }[],
): boolean {
	return (
		columns.length === EXPLANATION.length &&
		EXPLANATION.every(({ name }, at) => columns[at]?.name === name)
	);
}
