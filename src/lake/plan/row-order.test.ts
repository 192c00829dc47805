import { expect, test } from "vitest";
import { tokenizeSql } from "../sql/tokenize.ts";
import { followsRowOrder } from "./row-order.ts";

function follows(sql: string, own: readonly string[] = []): boolean {
	const tokens = tokenizeSql(sql);
	return followsRowOrder({
		tokens,
		words: new Set([...tokens.map(({ value }) => value.toLowerCase()), ...own]),
		namesOwn: own.length > 0,
	});
}

test.each([
	"SELECT row_number() OVER () FROM t",
	"SELECT ROW_NUMBER ( ) OVER (PARTITION BY a) FROM t ORDER BY 1",
	"SELECT list(x) FROM t",
	"SELECT list(x), list(y ORDER BY y) FROM t",
	"SELECT string_agg(name, ',') FILTER (WHERE a > 1) FROM t",
	"SELECT array(SELECT a FROM t)",
	"SELECT first(a), last(b) FROM t",
	"SELECT lag(a) OVER w FROM t WINDOW w AS (PARTITION BY b)",
])("the order of rows shows in %s", (sql) => {
	expect(follows(sql)).toBe(true);
});

test.each([
	"SELECT a FROM t",
	"SELECT row_number() OVER (ORDER BY a) FROM t",
	"SELECT list(x ORDER BY y) FROM t",
	"SELECT string_agg(name, ',' ORDER BY name) FILTER (WHERE a > 1) FROM t",
	"SELECT sum(a) FILTER (WHERE b) OVER (PARTITION BY c) FROM t",
	"SELECT list, first FROM t",
	"SELECT 'list(x)' FROM t -- first(a)",
	"SELECT lag(a) FILTER (WHERE b) OVER (PARTITION BY c ORDER BY d) FROM t",
])("it does not in %s", (sql) => {
	expect(follows(sql)).toBe(false);
});

test("what a view or macro of the analyst's own calls counts as well", () => {
	expect(follows("FROM own", ["first"])).toBe(true);
	expect(follows("FROM own", ["sum"])).toBe(false);
});
