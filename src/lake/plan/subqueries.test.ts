import { expect, test } from "vitest";
import { tokenizeSql } from "../sql/tokenize.ts";
import { settledSubqueries, withValues } from "./subqueries.ts";

function found(sql: string): string[] {
	const tokens = tokenizeSql(sql);
	const words = new Set(tokens.map(({ value }) => value.toLowerCase()));
	return settledSubqueries(sql, { tokens, words, namesOwn: false }).map(
		(subquery) => subquery.sql,
	);
}

test.each([
	[
		"SELECT * FROM t WHERE a > (SELECT max(a) FROM s)",
		["SELECT max(a) FROM s"],
	],
	[
		"SELECT * FROM t WHERE a > (SELECT DISTINCT a FROM s WHERE b = 3)",
		["SELECT DISTINCT a FROM s WHERE b = 3"],
	],
	[
		"SELECT * FROM t WHERE a BETWEEN (SELECT min(a) FROM s) AND (SELECT max(a) FROM s WHERE b IN (1, 2)) - 3",
		["SELECT min(a) FROM s", "SELECT max(a) FROM s WHERE b IN (1, 2)"],
	],
	[
		"SELECT * FROM t WHERE a = (SELECT coalesce(max(a), 0) FROM (SELECT * FROM s)) OR b",
		["SELECT coalesce(max(a), 0) FROM (SELECT * FROM s)"],
	],
	[
		"WITH x AS (SELECT 1) SELECT * FROM t WHERE a > (SELECT max(a) FROM s)",
		["SELECT max(a) FROM s"],
	],
])("%s", (sql, expected) => {
	expect(found(sql)).toEqual(expected);
});

test.each([
	"SELECT (SELECT max(a) FROM s) FROM t",
	"SELECT * FROM t WHERE a IN (SELECT a FROM s)",
	"SELECT * FROM t WHERE a > ALL (SELECT a FROM s)",
	"SELECT * FROM t WHERE a = (SELECT a FROM s LIMIT 1)",
	"SELECT * FROM t WHERE a > (SELECT avg(a) FROM s)",
	"SELECT * FROM t WHERE a > (SELECT random())",
	"SELECT * FROM t WHERE a > (SELECT max(a) FROM s WHERE b = ?)",
	"SELECT * FROM t WHERE a = (SELECT DISTINCT ON (b) a FROM s WHERE b = 5)",
	"SELECT * FROM t WHERE a = (SELECT max(a COLLATE NOCASE) FROM s)",
	"SELECT * FROM t WHERE a > (SELECT max(a) FROM read_csv('x'))",
	"WITH s AS (SELECT 1 AS a) SELECT * FROM t WHERE a > (SELECT max(a) FROM s)",
	"WITH s(a) AS (SELECT 1) SELECT * FROM t WHERE a > (SELECT max(a) FROM s)",
	"WITH s AS MATERIALIZED (SELECT 1 AS a) SELECT * FROM t WHERE a > (SELECT max(a) FROM S)",
	"WITH RECURSIVE s(a) USING KEY (a) AS (SELECT 1 UNION SELECT a FROM s) SELECT * FROM t WHERE a > (SELECT max(a) FROM s)",
	"SELECT * FROM t WHERE a > '(SELECT max(a) FROM s)'",
])("none in %s", (sql) => {
	expect(found(sql)).toEqual([]);
});

test("values take their places, whatever their lengths", () => {
	const sql = "SELECT (a > (SELECT 1)) = (SELECT 2) -- (SELECT 3)";
	const tokens = tokenizeSql(sql);
	const subqueries = settledSubqueries(sql, {
		tokens,
		words: new Set(),
		namesOwn: false,
	});
	const values = subqueries.map((subquery) => ({
		subquery,
		value: subquery.sql === "SELECT 1" ? "'long, long'" : "7",
	}));
	expect(withValues(sql, values)).toBe(
		"SELECT (a > ('long, long')) = (7) -- (SELECT 3)",
	);
});
