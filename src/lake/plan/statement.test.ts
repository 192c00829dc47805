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
	["explain", "there is no statement to run"],
	["explain (analyze select 1", "there is no statement to run"],
	["(explain select 1)", "EXPLAIN tells of queries"],
	["explain create table x as select 1", "EXPLAIN tells of queries"],
	["explain explain select 1", "EXPLAIN tells of queries"],
	["insert or replace into x select 1", "only queries can run here"],
	["from lakeside_ghosts.flights", "is the planner's own"],
	['from "LAKESIDE_GHOSTS".flights', "is the planner's own"],
])("refuses %j", (sql, message) => {
	expect(() => readStatement(sql)).toThrow(message);
	expect(() => readStatement(sql)).toThrow(
		expect.objectContaining({ name: "UnsupportedError" }),
	);
});

test.each([
	["explain select 1", "explain"],
	["EXPLAIN ANALYZE\nselect 1;", "EXPLAIN ANALYZE"],
	[
		"explain /* ( */ (analyze, format json) select 1",
		"explain ( analyze , format json )",
	],
	["explain (select 1)", "explain"],
])("%j explains a query, which stands where it stood", (sql, head) => {
	const statement = readStatement(sql);
	expect(statement.explains).toBe(head);
	expect(statement.sql).toHaveLength(sql.length);
	expect(statement.sql.split("\n")).toHaveLength(sql.split("\n").length);
	expect(statement.sql.trimStart()).toBe(/\(?select.*/.exec(sql)?.[0]);
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
