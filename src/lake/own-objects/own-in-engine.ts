import { tableFromIPC } from "apache-arrow";
import type { OwnObject, SqlValue } from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { identifier } from "../../lib/sql/identifier.ts";
import { literal } from "../../lib/sql/literal.ts";
import { describedColumns } from "../described-columns.ts";
import { LakeError } from "../errors.ts";
import { type Change, changeSql } from "../plan/change.ts";
import { explain } from "../plan/explain.ts";
import { amongGhosts, DATA, GHOSTS } from "../plan/ghosts.ts";
import { readStatement } from "../plan/statement.ts";
import type { Connection } from "../types.ts";

/** A variable's value, to be set again. */
export interface VariableValue {
	readonly type: string;
	/** Null for NULL. */
	readonly text: string | null;
}

/** Whether another publication of the lake has a table of that name. */
export async function isOfTheLake(
	connection: Connection,
	{ kind, name }: Pick<OwnObject, "kind" | "name">,
): Promise<boolean> {
	if (kind === "variable") return false;
	const [found] = await read(
		connection,
		`SELECT count(*) AS n FROM duckdb_views() WHERE database_name = '${DATA}' AND schema_name = 'main' AND lower(view_name) = lower(?)`,
		[name],
	);
	return Number(found?.n) > 0;
}

/** Views and macros, in both of their places. */
export async function make(
	connection: Connection,
	change: Change,
): Promise<void> {
	await amongGhosts(connection, () =>
		connection.query(changeSql(change, GHOSTS), []),
	);
	await connection.query(changeSql(change), []);
}

/** Drops it wherever it is, if it is. */
export async function drop(
	connection: Connection,
	{ kind, name }: Pick<OwnObject, "kind" | "name">,
): Promise<void> {
	if (kind === "table")
		await connection.query(`DROP TABLE IF EXISTS ${tableOf({ name })}`);
	else if (kind === "variable")
		await connection.query(`RESET VARIABLE ${identifier(name)}`);
	else
		for (const database of [GHOSTS, DATA])
			for (const what of kind === "view" ? ["VIEW"] : ["MACRO", "MACRO TABLE"])
				await connection.query(
					`DROP ${what} IF EXISTS ${database}.main.${identifier(name)}`,
				);
}

/** A macro of such a name would change what others, and we, mean by it. */
export async function refuseBuiltIn(
	connection: Connection,
	name: string,
): Promise<void> {
	const [found] = await read(
		connection,
		"SELECT count(*) AS n FROM duckdb_functions() WHERE database_name = 'system' AND function_name = lower(?)",
		[name],
	);
	if (Number(found?.n) > 0)
		throw new LakeError(
			"UnsupportedError",
			`${name} is a function of DuckDB's: give yours another name`,
		);
}

/** Throws where the view reads what it may not. */
export async function viewColumns(
	connection: Connection,
	name: string,
	tables: readonly CatalogTable[],
): Promise<OwnObject["columns"]> {
	const sql = `FROM ${identifier(name)}`;
	await explain(connection, readStatement(sql), [], tables);
	return describedColumns(connection, sql);
}

/** Memory that all tables of the engine take, as it says itself. */
export async function tableBytes(connection: Connection): Promise<number> {
	const [row] = await read(
		connection,
		"SELECT memory_usage_bytes AS bytes FROM duckdb_memory() WHERE tag = 'IN_MEMORY_TABLE'",
	);
	return Number(row?.bytes ?? 0);
}

/** The number of a table's rows, and a sum over them that does not know their order. */
export async function fingerprintOf(
	connection: Connection,
	object: Pick<OwnObject, "name" | "columns">,
): Promise<{ rows: number; fingerprint: string }> {
	const columns = object.columns.map(({ name }) => identifier(name)).join(", ");
	const [row] = await read(
		connection,
		`SELECT count(*) AS n, sum(hash(${columns})::HUGEINT)::VARCHAR AS fingerprint FROM ${tableOf(object)}`,
	);
	return { rows: Number(row?.n), fingerprint: String(row?.fingerprint) };
}

export async function isSame(
	connection: Connection,
	object: Pick<OwnObject, "name" | "columns" | "rows"> & {
		readonly fingerprint: string | null;
	},
): Promise<boolean> {
	const now = await fingerprintOf(connection, object);
	return now.rows === object.rows && now.fingerprint === object.fingerprint;
}

/** Null where text does not hold the value whole. */
export async function readVariable(
	connection: Connection,
	name: string,
): Promise<VariableValue | null> {
	const variable = `getvariable(${literal(name)})`;
	const [row] = await read(
		connection,
		`SELECT typeof(${variable}) AS type, ${variable}::VARCHAR AS text`,
	);
	const value = {
		type: String(row?.type),
		text: row?.text === null ? null : String(row?.text),
	};
	const [same] = await read(
		connection,
		`SELECT CAST(? AS ${value.type}) IS NOT DISTINCT FROM ${variable} AS same`,
		[value.text],
	);
	return same?.same === true ? value : null;
}

export async function setVariable(
	connection: Connection,
	name: string,
	{ type, text }: VariableValue,
): Promise<void> {
	await connection.query(
		`SET VARIABLE ${identifier(name)} = CAST(? AS ${type})`,
		[text],
	);
}

async function read(
	connection: Connection,
	sql: string,
	params?: readonly SqlValue[],
): Promise<Record<string, unknown>[]> {
	return tableFromIPC(await connection.query(sql, params))
		.toArray()
		.map((row) => row.toJSON());
}

export function tableOf({ name }: Pick<OwnObject, "name">): string {
	return `temp.main.${identifier(name)}`;
}
