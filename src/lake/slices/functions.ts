import { tableFromIPC } from "apache-arrow";
import { type Token, tokenizeSql } from "../sql/tokenize.ts";
import { isSymbol, nameOf } from "../sql/tokens.ts";
import type { Connection } from "../types.ts";
import { DoesNotSplit } from "./does-not-split.ts";

/** What the engine knows of the functions that a statement may call. */
export interface Functions {
	isAggregate(name: string): boolean;
	/** Whether the session has a view of its own by the name of a table of the lake. */
	isShadowed(table: string): boolean;
}

interface Kind {
	aggregate: boolean;
	/** Of macros that stand for a value. */
	readonly macros: string[];
	/** Of macros that stand for a table. */
	readonly tableMacros: string[];
	/** Not the same for the same arguments, from one statement to the next. */
	unsteady: boolean;
}

/**
 * Asks the engine about the functions that a statement calls, itself or through
 * macros and views. Throws {@link DoesNotSplit} where one of them gives another
 * answer when it is called again, or a macro hides an aggregate.
 */
export async function readFunctions(
	connection: Connection,
	tokens: readonly Token[],
): Promise<Functions> {
	const kinds = await kindsOf(connection);
	const views = await readViews(connection);
	const seen = new Set<string>();
	const visit = (some: readonly Token[], macro: string | null) => {
		for (const [at, token] of some.entries()) {
			const name = nameOf(token);
			if (name === null) continue;
			const isCall = isSymbol(some[at + 1], "(");
			const kind = kinds.get(name);
			if (name === "collate")
				throw new DoesNotSplit("it compares by a collation");
			if (kind?.unsteady && (isCall || CLOCK_WORDS.has(name)))
				throw new DoesNotSplit(`${name} may answer differently in each slice`);
			if (macro !== null && isCall && kind?.aggregate)
				throw new DoesNotSplit(`the macro ${macro} aggregates`);
			if (seen.has(name)) continue;
			if (isCall) {
				seen.add(name);
				for (const macro of kind?.macros ?? []) visit(tokenizeSql(macro), name);
				for (const macro of kind?.tableMacros ?? [])
					visit(tokenizeSql(macro), null);
			}
			const ofName = views.filter((view) => view.name === name);
			if (ofName.length > 0) seen.add(name);
			for (const view of ofName) visit(tokenizeSql(view.sql), null);
		}
	};
	visit(tokens, null);
	return {
		isAggregate: (name) => kinds.get(name)?.aggregate ?? false,
		isShadowed: (table) =>
			views.some(
				(view) => view.database === "temp" && view.name === table.toLowerCase(),
			),
	};
}

/** Called without parentheses. */
const CLOCK_WORDS = new Set([
	"current_date",
	"current_time",
	"current_timestamp",
	"localtime",
	"localtimestamp",
]);

/** Read something that a session sets, or the clock in a way that the engine's list does not tell. */
const ALWAYS_UNSTEADY = [
	...CLOCK_WORDS,
	"today",
	"get_current_time",
	"current_localtime",
	"current_localtimestamp",
	"getvariable",
];

async function kindsOf(connection: Connection): Promise<Map<string, Kind>> {
	const kinds = new Map<string, Kind>();
	const rows = tableFromIPC(
		await connection.query(
			`SELECT DISTINCT lower(function_name) AS name, function_type AS type,
				stability, macro_definition AS definition FROM duckdb_functions()
			WHERE function_type IN ('aggregate', 'macro', 'table_macro')
				OR stability <> 'CONSISTENT'`,
			[],
		),
	).toArray();
	for (const { name, type, stability, definition } of rows) {
		const kind = kinds.get(name) ?? newKind();
		kinds.set(name, kind);
		if (type === "aggregate") kind.aggregate = true;
		else if (type === "scalar" && stability !== "CONSISTENT")
			kind.unsteady = true;
		if (type === "macro" && definition !== null) kind.macros.push(definition);
		if (type === "table_macro" && definition !== null)
			kind.tableMacros.push(definition);
	}
	for (const name of ALWAYS_UNSTEADY)
		kinds.set(name, { ...newKind(), unsteady: true });
	return kinds;
}

function newKind(): Kind {
	return { aggregate: false, macros: [], tableMacros: [], unsteady: false };
}

interface View {
	readonly name: string;
	readonly database: string;
	readonly sql: string;
}

async function readViews(connection: Connection): Promise<View[]> {
	const rows = tableFromIPC(
		await connection.query(
			`SELECT lower(view_name) AS name, database_name AS database, sql
			FROM duckdb_views() WHERE NOT internal`,
			[],
		),
	).toArray();
	return rows.map(({ name, database, sql }) => ({ name, database, sql }));
}
