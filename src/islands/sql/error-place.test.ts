import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sqlProblem } from "./error-place.ts";

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
	instance = await DuckDBInstance.create(":memory:");
	connection = await instance.connect();
});
afterAll(() => {
	connection.closeSync();
	instance.closeSync();
});

async function messageOf(sql: string): Promise<string> {
	try {
		await connection.runAndReadAll(sql);
	} catch (error) {
		return (error as Error).message;
	}
	throw new Error(`no error: ${sql}`);
}

const BEFORE = [
	"",
	"select ",
	"select 1,\n\n\t\t",
	"select '日本語 é 👍🏽' as x, ",
	"-- 日本\nselect 'e\u0301', ",
	`select ${"1 as a, ".repeat(60)}`,
	`select '${"長".repeat(120)}' as a, `,
	"select '...' as a, ",
];

for (const before of BEFORE)
	for (const after of ["", ", 2 as b", `, ${"1 as zz, ".repeat(40)} 5`])
		test(`points at the missing column after ${JSON.stringify(before.slice(0, 30))} and before ${JSON.stringify(after.slice(0, 9))}`, async () => {
			const select = before.includes("select") ? before : `select ${before}`;
			const sql = `${select}missing${after} from (select 1 as present)`;
			const { text, place } = sqlProblem(await messageOf(sql), sql);
			expect(text).toContain('"missing" not found');
			expect(text).not.toContain("LINE");
			expect(sql.slice(place?.from, place?.to)).toBe("missing");
			expect(sql.split("\n")[(place?.line ?? 0) - 1]).toMatch(
				new RegExp(`^.{${(place?.column ?? 0) - 1}}missing`, "s"),
			);
		});

test("a syntax error points at the token DuckDB names", async () => {
	const sql = "select sum(a) over\nfrom range(3) t(a)";
	const { place } = sqlProblem(await messageOf(sql), sql);
	expect(place).toMatchObject({ line: 2, column: 1 });
	expect(sql.slice(place?.from, place?.to)).toBe("from");
});

test("an unterminated string is marked to the end of its line", async () => {
	const sql = "select 'abc def";
	const { place } = sqlProblem(await messageOf(sql), sql);
	expect(sql.slice(place?.from, place?.to)).toBe("'abc def");
});

test("a text that ends too early is marked at its last word", async () => {
	for (const [sql, word] of [
		["select 1 +", "+"],
		["select a,\n  b\nfrom  \n", "from"],
	] as const) {
		const { place } = sqlProblem(await messageOf(sql), sql);
		expect(sql.slice(place?.from, place?.to)).toBe(word);
		expect(
			sql.split("\n")[(place?.line ?? 0) - 1]?.slice((place?.column ?? 0) - 1),
		).toMatch(word === "+" ? /^\+/ : /^from/);
	}
});

test("words the engine put before the SQL do not move the place", async () => {
	const sql = "select missing, 1 from (select 1 as present)";
	const { place } = sqlProblem(
		await messageOf(`explain (format json) ${sql}`),
		sql,
	);
	expect(sql.slice(place?.from, place?.to)).toBe("missing");
});

test("a message without a place keeps its text", () => {
	expect(
		sqlProblem("Out of Memory Error: no more\n", "select 1"),
	).toStrictEqual({ text: "Out of Memory Error: no more", place: null });
});

test("a place outside the text is none", () => {
	const message = "Parser Error: no\n\nLINE 9: select x\n               ^";
	expect(sqlProblem(message, "select 1").place).toBeNull();
});
