import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../../tests/support/building.ts";
import { type Database, openDatabase, rowsOf } from "./duckdb.ts";

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => {
	({ folder, remove } = await temporaryFolder());
});
afterEach(() => remove());

const open = () => openDatabase({ temporaryFolder: join(folder, "spill") });

/** Databases of the engine that DuckDB has not made for itself. */
async function attached({ connection }: Database): Promise<unknown[]> {
	const rows = await rowsOf(
		connection,
		"SELECT database_name AS name FROM duckdb_databases() WHERE NOT internal AND database_name <> 'memory'",
	);
	return rows.map(({ name }) => name);
}

test("databases that are open together see nothing of each other, and end one by one", async () => {
	const [left, right] = await Promise.all([open(), open()]);
	const databases = [left, right] as const;
	for (const [index, { connection }] of databases.entries()) {
		await connection.run("CREATE SCHEMA staging");
		await connection.run("CREATE TABLE staging.numbers (number INTEGER)");
		const appender = await connection.createAppender("numbers", "staging");
		appender.appendInteger(index);
		appender.endRow();
		appender.closeSync();
		await connection.run("CREATE VIEW rows AS FROM staging.numbers");
	}
	for (const [index, { connection }] of databases.entries())
		expect(await rowsOf(connection, "FROM rows")).toEqual([{ number: index }]);
	expect(await attached(left)).toHaveLength(2);
	await right.close();
	expect(await attached(left)).toHaveLength(1);
	expect(await rowsOf(left.connection, "FROM rows")).toEqual([{ number: 0 }]);
	await left.close();
	const next = await open();
	expect(await attached(next)).toHaveLength(1);
	await expect(next.connection.run("FROM rows")).rejects.toThrow(/rows/);
	await next.close();
});

test("connections to a database see the same, also once another database is open", async () => {
	const database = await open();
	const other = await open();
	await database.connection.run("CREATE TABLE numbers AS SELECT 7 AS number");
	const connections = [await database.connect(), await database.connect()];
	for (const connection of connections)
		expect(await rowsOf(connection, "FROM numbers")).toEqual([{ number: 7 }]);
	await database.close();
	await expect(other.connection.run("FROM numbers")).rejects.toThrow(/numbers/);
	await other.close();
});

test("the same time zone holds in each, and one thread", async () => {
	const databases = [await open(), await open()];
	const connections = databases.map(({ connection }) => connection);
	for (const connection of [
		...connections,
		await (databases[0] as Database).connect(),
	])
		expect(
			await rowsOf(
				connection,
				"SELECT current_setting('threads') AS threads, make_timestamptz(0)::VARCHAR AS epoch",
			),
		).toEqual([{ threads: 1n, epoch: "1970-01-01 00:00:00+00" }]);
	for (const database of databases) await database.close();
});
