import { expect, test } from "vitest";
import { readStatement } from "./statement.ts";

test("takes exactly one query, whatever stands around it", () => {
	for (const sql of [
		"select 1",
		"SELECT ';' -- ;\n;",
		"/* a /* b */ */ with x as (select 1) from x;",
		"(select 1) union (select 2)",
		"from flights",
		"values (1)",
		"pivot flights on origin using count(*)",
	])
		expect(readStatement(sql).sql).toBe(sql);
	for (const sql of ["describe flights", "\u00a0summarize flights -- all"])
		expect(readStatement(`${sql} ; -- end`).sql).toBe(
			`FROM (\n${sql.replace(" -- all", "")}\n)`,
		);
});

test.each([
	["", "there is no statement to run"],
	[" -- nothing\n;", "there is no statement to run"],
	["select 1; select 2", "there are 2 statements: run them one at a time"],
	["select 1;; drop table x;", "there are 2 statements"],
	["drop index flights", "DROP INDEX cannot run here"],
	["analyze select 1", "ANALYZE cannot run here"],
	["explain select 1", "EXPLAIN cannot run here"],
	["insert or replace into x select 1", "only queries can run here"],
	["from lakeside_ghosts.flights", "is the planner's own"],
	['from "LAKESIDE_GHOSTS".flights', "is the planner's own"],
])("refuses %j", (sql, message) => {
	expect(() => readStatement(sql)).toThrow(message);
	expect(() => readStatement(sql)).toThrow(
		expect.objectContaining({ name: "UnsupportedError" }),
	);
});

test.each(["selct 1", "'select'", "42"])("%j is no statement", (sql) => {
	expect(() => readStatement(sql)).toThrow(
		expect.objectContaining({
			name: "SqlError",
			message: expect.stringContaining("no statement begins with"),
		}),
	);
});

test("knows a clock from a text that names one", () => {
	expect(readStatement("select now()").usesClock).toBe(true);
	expect(readStatement('select "current_timestamp"()').usesClock).toBe(true);
	expect(readStatement("select 'now()' -- now()").usesClock).toBe(false);
});
