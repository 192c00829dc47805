import { expect, test } from "vitest";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { conditionsOf, readFilters } from "./filters.ts";
import type { Predicate } from "./predicate.ts";

/** As many columns as names, all INTEGER but those given with a type. */
function table(...columns: readonly string[]): CatalogTable {
	return {
		columns: columns.map((text) => {
			const [name = "", type = "INTEGER"] = text.split(": ");
			return { name, type, unit: null, description: "" };
		}),
	} as unknown as CatalogTable;
}

const UNKNOWN = { kind: "unknown" };

function read(filters: readonly string[], ...columns: readonly string[]) {
	const { predicate, columns: mentioned } = readFilters(
		filters,
		table(...columns),
	);
	const parts = predicate.kind === "and" ? predicate.parts : [predicate];
	return { parts, mentioned: [...mentioned] };
}

const is = (column: string, operator: string, value: unknown) =>
	({ kind: "compare", column, operator, value }) as Predicate;

test("puts back the parentheses that DuckDB leaves out so that most rows match", () => {
	expect(read(["a>5 AND optional: a<7 OR a>9"], "a").parts).toEqual([
		{
			kind: "or",
			parts: [
				{ kind: "and", parts: [is("a", ">", 5n), is("a", "<", 7n)] },
				is("a", ">", 9n),
			],
		},
	]);
});

test("a condition it does not understand stands for anything, in parentheses of its own", () => {
	expect(
		read(["a>5 AND (a // 2 NOT IN (3, 4)) AND contains(a, '(')"], "a").parts,
	).toEqual([{ kind: "and", parts: [is("a", ">", 5n), UNKNOWN, UNKNOWN] }]);
	expect(read(["((b > 3) = flag)"], "b", "flag: BOOLEAN").parts).toEqual([
		UNKNOWN,
	]);
	expect(read(["(x BETWEEN false AND (b > 3))"], "b").parts).toEqual([UNKNOWN]);
});

test("the opposite of what holds for more rows is not told: it would hold for fewer", () => {
	const between = "(CAST(a AS BIGINT) BETWEEN 1 AND 5)";
	expect(read([between], "a").parts).toMatchObject([
		{ kind: "and", parts: [{ operator: ">=" }, { operator: "<=" }] },
	]);
	expect(read([`(NOT ${between})`], "a").parts).toEqual([UNKNOWN]);
	expect(read([`(${between} OR (NOT (a > 9)))`], "a").parts).toMatchObject([
		{ kind: "or", parts: [{ kind: "and" }, is("a", "<=", 9n)] },
	]);
});

test.each([
	["a>5 AND", "a line that ends too early"],
	["CASE  WHEN ((a > 1)) THEN (true) ELSE (a = 2) END", "a bare CASE"],
	["a>5) OR (a<3", "parentheses that do not match"],
	["a>'x\na>5\ny'", "a literal that holds a newline"],
	["(a = b)", "two columns"],
	["a>5 -- b", "what looks like a comment"],
	["idIS DISTINCT FROM0 OR a=5", "operators glued to names"],
])("%j: nothing prunes (%s)", (text) => {
	const filters = [...text.split("\n"), "b=1"];
	const { parts, mentioned } = read(filters, "a", "b");
	expect(parts).toEqual([UNKNOWN]);
	expect(mentioned).toEqual(["a", "b"]);
	expect(readFilters(filters, table("a", "b")).printed).toEqual(
		filters.map((text) => ({ text, prunes: false })),
	);
});

test("a name glued to what follows is needed all the same", () => {
	expect(
		read(["optional: idIS DISTINCT FROM0 OR n<=162"], "id", "n", "other")
			.mentioned,
	).toEqual(["id", "n"]);
});

test.each([["a>5 AND b=1"], ["st.x"], ["we ird"], ["q'q"], ["and"], ["x\ny"]])(
	"a table with a column %j never prunes",
	(name) => {
		expect(read(["a>5"], "a", name).parts).toEqual([UNKNOWN]);
		expect(read([...`${name}=3`.split("\n")], "a", name).mentioned).toContain(
			name,
		);
	},
);

test("a literal of another type than the column's does not prune", () => {
	expect(read(["s>5"], "s: VARCHAR").parts).toEqual([UNKNOWN]);
	expect(read(["d>'2024-01-01'"], "d: DATE").parts).toEqual([UNKNOWN]);
	expect(read(["d>'2024-01-01'::TIMESTAMP"], "d: DATE").parts).toEqual([
		UNKNOWN,
	]);
	expect(read(["st.x>5"], "st: STRUCT(x INTEGER)").parts).toEqual([UNKNOWN]);
	expect(read(["x IN (1.5, 'nan'::DOUBLE)"], "x: DOUBLE").parts).toEqual([
		UNKNOWN,
	]);
});

test("gives conditions of SQL only where SQL reads them as the filter means them", () => {
	const conditions = (filter: string, ...columns: readonly string[]) =>
		conditionsOf(readFilters([filter], table(...columns)), table(...columns));
	expect(conditions("a>5 AND optional: a<7", "a")).toEqual(["a>5 AND  a<7"]);
	expect(
		conditions(
			"optional: s IN ('optional: x', 'it''s') AND s>='b'",
			"s: VARCHAR",
		),
	).toEqual([" s IN ('optional: x', 'it''s') AND s>='b'"]);
	expect(conditions("(a % 2)", "a")).toEqual([]);
	// 1e-07 is a DOUBLE, of which no FLOAT is equal to it.
	expect(conditions("f=1e-07", "f: FLOAT")).toEqual([]);
	expect(conditions("d IN (0.9592125644418773, 1.0)", "d: DOUBLE")).toEqual([]);
	expect(conditions("(CAST(a AS DOUBLE) > 1.5)", "a")).toEqual([]);
});
