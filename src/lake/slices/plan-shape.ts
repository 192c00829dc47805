import { quotedName } from "../../lib/sql/identifier.ts";
import { GHOSTS } from "../plan/ghosts.ts";
import { explaining, type PlanNode, plansIn } from "../plan/plan-tree.ts";
import type { Connection } from "../types.ts";
import { DoesNotSplit } from "./does-not-split.ts";
import type { BoundSql } from "./tokens.ts";

const AGGREGATES = new Set([
	"HASH_GROUP_BY",
	"PERFECT_HASH_GROUP_BY",
	"UNGROUPED_AGGREGATE",
]);

/** Operators that answer the union of two inputs with the union of the answers. */
const ROW_BY_ROW = new Set(["PROJECTION", "FILTER"]);

const JOINS = new Set([
	"HASH_JOIN",
	"NESTED_LOOP_JOIN",
	"PIECEWISE_MERGE_JOIN",
	"IE_JOIN",
	"BLOCKWISE_NL_JOIN",
	"CROSS_PRODUCT",
]);

/** By a join's kind, its inputs of which it answers a union with the union of the answers. */
const UNION_SIDES: Readonly<Record<string, readonly number[]>> = {
	INNER: [0, 1],
	LEFT: [0],
	SEMI: [0],
	ANTI: [0],
	MARK: [0],
	SINGLE: [0],
	RIGHT: [1],
	RIGHT_SEMI: [1],
	RIGHT_ANTI: [1],
};

/** Beside the table's path, operators that give the same rows each time they run. */
const STEADY = new Set([
	...AGGREGATES,
	...ROW_BY_ROW,
	...JOINS,
	"SEQ_SCAN",
	"UNION",
	"UNNEST",
	"DUMMY_SCAN",
	"EMPTY_RESULT",
	"COLUMN_DATA_SCAN",
	"CTE",
	"CTE_SCAN",
]);

/** Aggregates, as printed, that do not depend on the order of their rows. */
const STEADY_AGGREGATE =
	/^(?:count_star|count|sum|sum_no_overflow|min|max|avg|bool_and|bool_or|bit_and|bit_or|bit_xor|count_if|countif)\(/;

/** The value of a scalar subquery, and the count that lets it fail where there are two. */
const SCALAR_SUBQUERY = /^"first"\(#\d+\)$/;

/** Over the ghosts; run it among them. */
export async function explainTree(
	connection: Connection,
	{ sql, params }: BoundSql,
): Promise<PlanNode> {
	const [root] = plansIn(await connection.query(explaining(sql), params));
	if (root === undefined) throw new DoesNotSplit("it has no plan");
	return root;
}

/**
 * Whether the answer is one aggregation over rows of which each row of the table
 * makes its own, whatever other rows there are. Throws {@link DoesNotSplit} where not.
 */
export function requireSplitShape(root: PlanNode, table: string): void {
	const path = pathTo(root, table);
	let aggregates = 0;
	for (const [depth, { node, child }] of path.entries()) {
		const { name } = node;
		const isLast = depth === path.length - 1;
		if (isLast) {
			if (name !== "SEQ_SCAN" || "Sample Method" in node.extra_info)
				throw new DoesNotSplit(`${table} is read by ${plain(name)}`);
		} else if (AGGREGATES.has(name)) aggregates += 1;
		else if (JOINS.has(name) && aggregates > 0) requireUnionSide(node, child);
		else if (!ROW_BY_ROW.has(name) && !(name === "CTE" && child === 1))
			throw new DoesNotSplit(
				`${plain(name)} needs all rows of ${table} at once`,
			);
		for (const [index, other] of node.children.entries())
			if (index !== child) requireSteady(other);
	}
	if (aggregates !== 1)
		throw new DoesNotSplit(
			aggregates === 0
				? "it does not aggregate"
				: `it aggregates ${table} in several steps`,
		);
}

/** Whether a plan reads a table at all. */
export function reads(node: PlanNode, table: string): boolean {
	return (
		isScanOf(node, table) || node.children.some((child) => reads(child, table))
	);
}

function requireUnionSide(node: PlanNode, child: number): void {
	const { name } = node;
	const kind =
		name === "CROSS_PRODUCT" ? "INNER" : String(node.extra_info["Join Type"]);
	if (!UNION_SIDES[kind]?.includes(child))
		throw new DoesNotSplit(
			`the ${plain(kind)} join needs all rows of the table at once`,
		);
}

function requireSteady(node: PlanNode): void {
	const { name } = node;
	if (!STEADY.has(name) || "Sample Method" in node.extra_info)
		throw new DoesNotSplit(
			`${plain(name)} beside the large table may answer differently in each slice`,
		);
	if (AGGREGATES.has(name)) {
		const aggregates = [node.extra_info.Aggregates ?? []]
			.flat()
			.filter((text) => text !== "");
		const isScalar =
			aggregates.length === 2 &&
			SCALAR_SUBQUERY.test(aggregates[0] ?? "") &&
			aggregates[1] === "count_star()";
		const unsteady = aggregates.find((text) => !STEADY_AGGREGATE.test(text));
		if (unsteady !== undefined && !isScalar)
			throw new DoesNotSplit(
				`${unsteady} beside the large table may answer differently in each slice`,
			);
	}
	for (const child of node.children) requireSteady(child);
}

interface Step {
	readonly node: PlanNode;
	/** Which child leads on; -1 at the end. */
	readonly child: number;
}

/** From the root to the only scan of the table. */
function pathTo(root: PlanNode, table: string): Step[] {
	const paths: Step[][] = [];
	const visit = (node: PlanNode, above: readonly Step[]) => {
		if (isScanOf(node, table)) paths.push([...above, { node, child: -1 }]);
		for (const [child, next] of node.children.entries())
			visit(next, [...above, { node, child }]);
	};
	visit(root, []);
	const [path] = paths;
	if (path === undefined || paths.length > 1)
		throw new DoesNotSplit(
			path === undefined
				? `${table} is not read as a table`
				: `it reads ${table} ${paths.length} times`,
		);
	return path;
}

function isScanOf({ extra_info: { Table: name } }: PlanNode, table: string) {
	return (
		name !== undefined &&
		[
			`${GHOSTS}.hidden.${table}`,
			`${GHOSTS}.hidden.${quotedName(table)}`,
		].includes(String(name))
	);
}

function plain(operator: string): string {
	return operator.replaceAll("_", " ");
}
