import { tableFromIPC, tableToIPC } from "apache-arrow";
import { expect, test } from "vitest";
import { openNodeDatabase } from "./node-database.ts";

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
