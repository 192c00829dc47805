import type { SqlValue } from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { type Column, columnsIn, describing } from "../described-columns.ts";
import { isLakeError, LakeError } from "../errors.ts";
import type { Connection } from "../types.ts";
import { engineError } from "./engine-error.ts";
import { amongGhosts, GHOSTS, queryAmongGhosts } from "./ghosts.ts";
import { explaining, type PlanNode, plansIn } from "./plan-tree.ts";
import type { Statement } from "./statement.ts";

/** One reading of a table of the lake, as the optimizer left it. */
export interface Scan {
	readonly table: string;
	/**
	 * Columns that leave the scan, as printed: a field of a struct as `st.x`, a
	 * name with a newline in two pieces. Columns that only a filter reads are not
	 * among them. `none` holds unless a column is named {@link ROW_MARK}.
	 */
	readonly projections: readonly string[] | "none" | "all";
	/** As printed, one per column, cut at newlines. */
	readonly filters: readonly string[];
	/** What the scan's rows go through, from the scan up to the root. */
	readonly above: readonly Operator[];
}

/** A node of the plan; what is printed of it is text of no grammar. */
export interface Operator {
	readonly name: string;
	readonly info: Readonly<Record<string, string | readonly string[]>>;
}

export interface Explanation {
	readonly scans: readonly Scan[];
	/** Why row groups and columns cannot be told apart, so that whole tables are needed; null where they can. */
	readonly whole: string | null;
}

/** The constant that DuckDB projects where rows matter and columns do not. */
export const ROW_MARK = "42";

/** An explanation that is there while the engine is still at work on the rest. */
export interface EarlyExplanation {
	readonly explanation: Explanation;
	/**
	 * The answer's columns, null where DuckDB was not asked for them at the same time.
	 * Nothing else may be asked of the connection until this has resolved.
	 */
	readonly columns: Promise<readonly Column[] | null>;
}

/**
 * Asks the optimizer what a statement reads, over the ghosts, without running it.
 * Throws `SqlError` or `UnsupportedError` where DuckDB refuses the statement.
 */
export async function explain(
	connection: Connection,
	statement: Statement,
	params: readonly SqlValue[],
	tables: readonly CatalogTable[],
): Promise<Explanation> {
	const early = await explainEarly(connection, statement, params, tables);
	await early.columns;
	return early.explanation;
}

/** The same, as soon as it can be told. */
export async function explainEarly(
	connection: Connection,
	statement: Statement,
	params: readonly SqlValue[],
	tables: readonly CatalogTable[],
): Promise<EarlyExplanation> {
	try {
		let planned = await planAmongGhosts(connection, statement, params, true);
		try {
			if (hidesFilters(planned.plan)) {
				await planned.columns;
				planned = await planAmongGhosts(connection, statement, params, false);
			}
			const { plan, columns } = planned;
			return { explanation: readExplanation(plan, statement), columns };
		} catch (error) {
			await planned.columns;
			throw error;
		}
	} catch (cause) {
		if (isLakeError(cause, "UnsupportedError")) throw cause;
		if (!isSeveralStatements(cause))
			throw engineError(cause, statement, tables, 1);
		if (!statement.pivots || params.length > 0)
			throw new LakeError(
				"UnsupportedError",
				statement.pivots
					? "PIVOT without an IN list takes no parameters: write the values into the SQL"
					: "DuckDB reads this as several statements: run them one at a time",
				{ cause },
			);
		if (statement.runsText)
			throw new LakeError(
				"UnsupportedError",
				"PIVOT without an IN list does not show what query or query_table read: name the table in FROM, or the values in IN",
				{ cause },
			);
		return {
			explanation: {
				scans: [],
				whole: "PIVOT looks for its columns in the data",
			},
			columns: Promise.resolve(null),
		};
	}
}

interface Planned extends Pick<EarlyExplanation, "columns"> {
	readonly plan: PlanNode[];
}

/**
 * A text without a semicolon is one statement whatever it says, unless DuckDB makes
 * several of it; all others are prepared, which refuses several.
 */
async function planAmongGhosts(
	connection: Connection,
	statement: Statement,
	params: readonly SqlValue[],
	asViews: boolean,
): Promise<Planned> {
	const { sql, change, pivots } = statement;
	if (params.length > 0 || pivots || change !== null || sql.includes(";")) {
		const answer = await amongGhosts(
			connection,
			() => connection.query(explaining(sql), params),
			asViews,
		);
		return { plan: plansIn(answer), columns: Promise.resolve(null) };
	}
	const { answers, left } = queryAmongGhosts(
		connection,
		[explaining(sql), describing(sql)],
		asViews,
	);
	const [explained, described] = answers;
	const columnsDescribed = described.then(columnsIn, () => null);
	const columns = left.then(() => columnsDescribed);
	// Whoever waits for them hears of a failure; it may come before they do.
	columns.catch(() => {});
	try {
		return { plan: plansIn(await explained), columns };
	} catch (error) {
		await left;
		throw error;
	}
}

/**
 * Whether a filter that could prune stands above a scan, where its names may be
 * aliases. Through a view those that may fail do; of a table they are the scan's.
 */
function hidesFilters(nodes: readonly PlanNode[]): boolean {
	return nodes.some(
		({ name, children, extra_info }) =>
			hidesFilters(children) ||
			(name === "FILTER" &&
				children[0]?.name === "SEQ_SCAN" &&
				/CAST\(|"year"\(/.test(String(extra_info.Expression))),
	);
}

/** Reads the plan that EXPLAIN printed. */
function readExplanation(
	plan: readonly PlanNode[],
	statement: Statement,
): Explanation {
	const scans: Scan[] = [];
	let whole = statement.seesStorage
		? "the statement sees how rows are stored"
		: null;
	const visit = (node: PlanNode, above: readonly Operator[]) => {
		const { name } = node;
		if (WRITES.test(name) && statement.change === null)
			throw new LakeError("UnsupportedError", "only queries can run here");
		const { Table: table } = node.extra_info;
		if (table !== undefined) {
			const scan = scanIn(node, String(table), above);
			if (scan !== null) scans.push(scan);
			if (name !== "SEQ_SCAN") whole ??= `${name} is no plain scan`;
		} else if (node.children.length === 0 && !isTableless(name, node)) {
			whole ??= `${name} may read a table`;
		}
		if (/SAMPLE/.test(name) || "Sample Method" in node.extra_info)
			whole ??= "a sample is drawn from the whole table";
		if (/POSITIONAL/.test(name))
			whole ??= "POSITIONAL JOIN pairs rows by where they stand";
		for (const child of node.children)
			visit(child, [{ name, info: node.extra_info }, ...above]);
	};
	for (const root of plan) visit(root, []);
	return { scans, whole };
}

/** Operators of statements that change something, which a plan of `WITH … INSERT` holds. */
const WRITES = /INSERT|UPDATE|DELETE|MERGE|CREATE|COPY|DROP|ALTER|ATTACH|LOAD/;

/** Leaves that read no table of the lake: constants, common tables, table functions. */
const TABLELESS = new Set([
	"DUMMY_SCAN",
	"EMPTY_RESULT",
	"COLUMN_DATA_SCAN",
	"CTE_SCAN",
	"RECURSIVE_CTE_SCAN",
	"REC_CTE_SCAN",
	"REC_REC_CTE_SCAN",
	"DELIM_SCAN",
	"EXPRESSION_SCAN",
	// Of the analyst's own, with columns and no query.
	"CREATE_TABLE",
]);

function isTableless(name: string, node: PlanNode): boolean {
	return TABLELESS.has(name) || "Function" in node.extra_info;
}

/** Null for a scan of the session's own temporary tables. */
function scanIn(
	node: PlanNode,
	qualifiedName: string,
	above: readonly Operator[],
): Scan | null {
	const [database, , table] = splitName(qualifiedName);
	if (database === "temp" || database === "system") return null;
	if (database !== GHOSTS || table === undefined)
		throw new LakeError(
			"UnsupportedError",
			`name tables without a database: ${qualifiedName}`,
		);
	const { Projections: projections = "", Filters: filters = [] } =
		node.extra_info;
	return {
		table,
		filters: typeof filters === "string" ? [filters] : filters,
		projections:
			projections !== "" && projections.length > 0
				? typeof projections === "string"
					? [projections]
					: projections
				: countsRows(above[0])
					? "none"
					: "all",
		above,
	};
}

/**
 * Empty projections mean no column only where rows are counted and nothing else;
 * where a DISTINCT or a set operation feeds a join they stand for all columns.
 */
function countsRows(parent: Operator | undefined): boolean {
	const { Aggregates: aggregates, Projections: projections } =
		parent?.info ?? {};
	switch (parent?.name) {
		case "UNGROUPED_AGGREGATE":
			return [aggregates].flat().every((text) => text === "count_star()");
		case "PROJECTION":
			return [projections].flat().every((text) => text === ROW_MARK);
		default:
			return false;
	}
}

/** `db.schema.table`, each part in double quotes where it must be. */
function splitName(name: string): string[] {
	return [...name.matchAll(/"((?:[^"]|"")*)"|([^."]+)/g)].map(
		([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "",
	);
}

function isSeveralStatements(error: unknown): boolean {
	return (
		error instanceof Error && /multiple statements at once/.test(error.message)
	);
}
