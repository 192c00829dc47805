import { tableFromIPC, tableToIPC } from "apache-arrow";
import { expect, test } from "vitest";
import { openNodeDatabase, reopenNodeDatabase } from "./node-database.ts";

test("answers with Arrow, binds values and inserts what it answered", async () => {
	const database = await openNodeDatabase();
	const connection = await database.connect();
	expect(database.version).toMatch(/^v1\.5\./);

	const selected = await connection.query(
		"SELECT i, i % ?::INTEGER AS rest FROM range(10) r(i) WHERE i <> ?",
		[3, 4],
	);
	const ipc = tableToIPC(tableFromIPC(selected), "stream");
	const copied = { schema: "main", table: "copied" };
	await connection.insert(ipc, { ...copied, create: true });
	await connection.insert(ipc, { ...copied, create: false });
	const answer = tableFromIPC(
		await connection.query("SELECT count(*) AS n, max(rest) AS m FROM copied"),
	);

	expect(answer.toArray().map((row) => ({ ...row }))).toEqual([
		{ n: 18n, m: 2n },
	]);
	await connection.close();
	await database.close();
});

test("an engine serves one database after the other, of which none knows the one before", async () => {
	const before = await reopenNodeDatabase();
	const stale = await before.connect();
	await stale.query("CREATE TABLE kept AS SELECT 1");
	await stale.query("SET enable_external_access = false");
	await before.addFile("kept.csv", new Blob(["a\n1\n"]));
	await before.close();
	await before.close();

	const first = await reopenNodeDatabase();
	const second = await reopenNodeDatabase();
	const connection = await first.connect();
	for (const sql of ["FROM kept", "FROM 'kept.csv'"])
		await expect(connection.query(sql), sql).rejects.toThrow("kept");
	await expect(stale.query("SELECT 1")).rejects.toThrow("closed");
	await connection.query("CREATE TABLE one AS SELECT 1");
	await expect((await second.connect()).query("FROM one")).rejects.toThrow(
		"one",
	);
	await first.addFile("new.csv", new Blob(["a\n1\n"]));
	expect(tableFromIPC(await connection.query("FROM 'new.csv'")).numRows).toBe(
		1,
	);
	await first.close();
	await second.close();
});
