import { tableFromIPC } from "apache-arrow";
import { identifier } from "../../lib/sql/identifier.ts";
import { describedColumns } from "../described-columns.ts";
import { GHOSTS } from "../plan/ghosts.ts";
import type { Connection } from "../types.ts";
import type { BoundSql } from "./tokens.ts";

/**
 * The table of partial answers, temporary: found by its name alone wherever a
 * statement binds. Nothing that an analyst makes can have the name: no statement may
 * hold that of the ghosts.
 */
export const PARTS = identifier(`${GHOSTS} slice parts`);

const COMBINED = identifier(`${GHOSTS} slice parts combined`);

/** Makes the table, empty, with the columns of a partial statement. */
export async function layParts(
	connection: Connection,
	{ sql, params }: BoundSql,
): Promise<void> {
	await connection.query(
		`CREATE OR REPLACE TEMP TABLE ${PARTS} AS FROM (${sql}) LIMIT 0`,
		params,
	);
}

/** Adds what a partial statement answers now. */
export async function addParts(
	connection: Connection,
	{ sql, params }: BoundSql,
): Promise<void> {
	await connection.run(`INSERT INTO ${PARTS} ${sql}`, params);
}

/** One row for several of a group. */
export async function combineParts(
	connection: Connection,
	{ sql, params }: BoundSql,
): Promise<void> {
	await connection.run(
		`CREATE OR REPLACE TEMP TABLE ${COMBINED} AS ${sql}`,
		params,
	);
	await connection.query(`DROP TABLE ${PARTS}`);
	await connection.query(`ALTER TABLE ${COMBINED} RENAME TO ${PARTS}`);
}

/** Memory that the partial answers take, roughly: 16 bytes a value, and what texts, lists and structs hold. */
export async function bytesOfParts(connection: Connection): Promise<number> {
	const columns = await describedColumns(connection, PARTS);
	const lengths = columns
		.filter(({ type }) => /VARCHAR|BLOB|BIT|\[|\(/.test(type))
		.filter(({ type }) => !/^(?:DECIMAL|ENUM)/.test(type))
		.map(
			({ name }) =>
				` + coalesce(sum(strlen(CAST(${identifier(name)} AS VARCHAR))), 0)`,
		);
	const answer = tableFromIPC(
		await connection.query(
			`SELECT CAST(count(*) * ${16 * columns.length}${lengths.join("")} AS DOUBLE) AS bytes FROM ${PARTS}`,
		),
	);
	return Number(answer.getChild("bytes")?.get(0));
}

export async function dropParts(connection: Connection): Promise<void> {
	await connection.query(`DROP TABLE IF EXISTS temp.${PARTS}`);
	await connection.query(`DROP TABLE IF EXISTS temp.${COMBINED}`);
}
