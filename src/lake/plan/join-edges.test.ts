import { expect, test } from "vitest";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { tokenizeSql } from "../sql/tokenize.ts";
import { joinEdges } from "./join-edges.ts";

function table(name: string, ...columns: readonly string[]): CatalogTable {
	return {
		name,
		columns: columns.map((text) => {
			const [column = "", type = "INTEGER"] = text.split(": ");
			return { name: column, type, unit: null, description: "" };
		}),
	} as unknown as CatalogTable;
}

const TABLES = [
	table("facts", "k", "m", "order", "s: VARCHAR", "d: DOUBLE"),
	table("dims", "k", "j: BIGINT", "r", "s: VARCHAR", "d: DOUBLE"),
	table("regions", "r", "name: VARCHAR"),
];

function edges(sql: string, namesOwn = false): string[] {
	const tokens = tokenizeSql(sql);
	return joinEdges({ tokens, words: new Set(), namesOwn }, TABLES).map(
		({ from, to }) =>
			`${from.table.name}.${from.column} > ${to.table.name}.${to.column}`,
	);
}

const BOTH = ["dims.k > facts.k", "facts.k > dims.k"];

test.each([
	["FROM facts f JOIN dims d ON f.k = d.k", BOTH],
	["FROM facts INNER JOIN dims ON facts.k = dims.k WHERE r = 3 OR r = 4", BOTH],
	['FROM facts f JOIN dims AS d ON d.r > 3 AND D.K = f."k" AND f.m = 3', BOTH],
	["FROM facts f JOIN dims d ON f.m BETWEEN 3 AND 9 AND f.k = d.k", BOTH],
	["FROM facts f JOIN dims d ON left(f.s, 2) = 'x' AND f.k = d.k", BOTH],
	["FROM facts f JOIN dims d ON (f.m = 3 OR d.r = 4) AND f.k = d.k", BOTH],
	["FROM facts JOIN dims USING (k)", BOTH],
	["FROM facts f, dims d WHERE f.k = d.k AND d.r = 3 GROUP BY f.m", BOTH],
	[
		"FROM (SELECT f.m FROM facts f JOIN dims d ON f.k = d.k) x JOIN regions r ON x.m = r.r",
		BOTH,
	],
	[
		"FROM (SELECT 3 AS k) x JOIN facts f ON x.k = f.k JOIN dims d ON d.k = f.k",
		BOTH,
	],
	["FROM facts f LEFT JOIN dims d ON f.k = d.k", ["facts.k > dims.k"]],
	["FROM facts f LEFT OUTER JOIN dims d ON d.k = f.k", ["facts.k > dims.k"]],
	["FROM facts f LEFT JOIN dims USING (k)", ["facts.k > dims.k"]],
	["FROM facts f RIGHT JOIN dims d ON f.k = d.k", ["dims.k > facts.k"]],
	["FROM facts f LEFT JOIN dims d ON true WHERE f.k = d.k", BOTH],
	[
		"FROM facts f JOIN dims d ON f.m = d.j",
		["dims.j > facts.m", "facts.m > dims.j"],
	],
	[
		"FROM facts WHERE k IN (SELECT r FROM regions WHERE name = 'x') AND m > 3",
		["regions.r > facts.k"],
	],
	[
		"FROM facts f WHERE f.k IN (SELECT x.r FROM regions x)",
		["regions.r > facts.k"],
	],
	[
		"FROM facts f JOIN dims d ON f.k = d.k JOIN regions r ON d.r = r.r",
		[...BOTH, "regions.r > dims.r", "dims.r > regions.r"],
	],
])("SELECT * %s", (from, found) => {
	expect(edges(`SELECT * ${from}`).sort()).toEqual([...found].sort());
});

test.each([
	"FROM facts f JOIN dims d ON f.k = d.k OR f.m = d.r",
	"FROM facts f, dims d WHERE f.k = d.k AND d.r = 3 OR f.m = 3",
	"FROM facts f, dims d WHERE f.k = d.k AND f.order > 3 OR f.m = 3",
	"FROM facts f FULL JOIN dims d ON f.k = d.k",
	"FROM facts f NATURAL JOIN dims d",
	"FROM facts f SEMI JOIN dims d ON f.k = d.k",
	"FROM facts f ANTI JOIN dims d ON f.k = d.k",
	"FROM facts f ASOF JOIN dims d ON f.k = d.k AND f.m >= d.r",
	"FROM facts f JOIN dims d ON NOT f.k = d.k",
	"FROM facts f JOIN dims d ON f.k = d.k + 1",
	"FROM facts f JOIN dims d ON f.m BETWEEN 1 AND f.k = d.k",
	"FROM facts f JOIN dims d ON CASE WHEN f.m = 1 AND f.k = d.k AND d.r = 1 THEN true END",
	"FROM facts f JOIN dims d ON (f.m = 3 AND f.k = d.k)",
	"FROM facts f LEFT JOIN dims d ON f.k = f.k",
	"FROM facts f JOIN dims d ON f.d = d.d",
	"FROM facts f JOIN dims d ON f.k = d.s",
	"FROM facts f(m, k) JOIN dims d ON f.k = d.k",
	"FROM main.facts f JOIN dims d ON f.k = d.k",
	"FROM facts f JOIN dims d ON x.k = d.k",
	"FROM facts f JOIN dims d ON f.k = d.k UNION ALL SELECT * FROM facts f JOIN dims d ON true",
	"FROM facts WHERE k NOT IN (SELECT r FROM regions)",
	"FROM facts WHERE k IN (SELECT r FROM regions LIMIT 1)",
	"FROM facts WHERE k IN (SELECT r FROM regions WHERE r > 1 UNION SELECT 3)",
	"FROM facts WHERE k IN (SELECT r + 1 FROM regions)",
	"FROM facts WHERE k IN (SELECT r FROM regions, dims)",
	"FROM facts WHERE k IN (SELECT r FROM regions) OR m = 3",
	"FROM facts WHERE (k IN (SELECT r FROM regions)) IS NULL",
	"FROM facts f LEFT JOIN (SELECT 1 AS r) d ON f.k IN (SELECT r FROM regions)",
])("nothing is told by SELECT * %s", (from) => {
	expect(edges(`SELECT * ${from}`)).toEqual([]);
});

test("nothing is told where a common table may have a table's name, or something is the analyst's own", () => {
	const join = "FROM facts f JOIN dims d ON f.k = d.k";
	expect(edges(`WITH dims AS (SELECT 3 AS k) SELECT * ${join}`)).toEqual([]);
	expect(edges(`SELECT * ${join}`, true)).toEqual([]);
});
