import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { identifier } from "./identifier.ts";

test("DuckDB reads every name back as it was", async () => {
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	const keywords = await connection.runAndReadAll(
		"select keyword_name from duckdb_keywords()",
	);
	const names = [
		...keywords.getRows().map((row) => String(row[0])),
		"ride_id",
		"Ride Id",
		'say "hi"',
		"1st",
		"a.b",
		"größe",
		"a;b",
		"MixedCase",
	];
	for (const name of names) {
		const answer = await connection.runAndReadAll(
			`select t.${identifier(name)}, ${identifier(name)} from (select 1 as ${identifier(name)}) t`,
		);
		expect(answer.columnNames()[0]).toBe(name);
	}
	expect(identifier("ride_id")).toBe("ride_id");
	connection.closeSync();
	instance.closeSync();
});
