import { tableFromIPC } from "apache-arrow";

/** An operator of a plan, with those that it takes its rows from. */
export interface PlanNode {
	readonly name: string;
	readonly children: readonly PlanNode[];
	/** Keys as DuckDB 1.5 names them; what they say is text of no grammar. */
	readonly extra_info: Readonly<Record<string, string | readonly string[]>>;
}

/** Asks for the optimizer's plan of a statement, one line below the question's own. */
export function explaining(sql: string): string {
	return `EXPLAIN (FORMAT json)\n${sql}`;
}

/** The plans, one a statement, in what DuckDB answered to {@link explaining}. */
export function plansIn(explained: Uint8Array): PlanNode[] {
	const json: unknown = tableFromIPC(explained)
		.getChild("explain_value")
		?.get(0);
	return (JSON.parse(String(json)) as PlanNode[]).map(trimmed);
}

function trimmed({ name, children, extra_info }: PlanNode): PlanNode {
	return { name: name.trim(), children: children.map(trimmed), extra_info };
}
