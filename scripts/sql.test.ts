import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeTestLake } from "../tests/support/test-lake.ts";

const ODD_COLUMNS = [
	'i::INTEGER AS "a.b"',
	"i::INTEGER + 10 AS a",
	'\'q"\' || i AS "wei""rd x"',
	"{'b': i, 'c': [TIMESTAMP '2024-01-01 00:00:00.5']} AS \"s.t\"",
	"[{'b': i}] AS s",
	'(i % 3)::INTEGER AS "p q"',
	"9007199254740993 + i AS big",
	"CASE WHEN i <> 1 THEN i::DECIMAL(18, 3) / 3 END::DECIMAL(38, 20) AS fine",
	"'\\x00\\xFF'::BLOB AS bytes",
	"'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID AS id",
	"CASE i WHEN 0 THEN 'nan' WHEN 1 THEN 'inf' ELSE '0.5' END::FLOAT AS odd",
	"DATE '2024-02-29' AS day",
	"TIME '01:02:03' AS at",
	"TIMESTAMPTZ '2024-01-01 00:00:00+02' AS zoned",
	"MAP {'k': i} AS pairs",
	"i::UTINYINT AS tiny",
	"NULL::INTEGER AS nothing",
	"INTERVAL '14 months 2 days 3 seconds' AS span",
	"[INTERVAL 1 DAY] AS spans",
].join(", ");

let lake: string;

beforeAll(async () => {
	lake = await mkdtemp(join(tmpdir(), "lakeside-sql-"));
	await writeTestLake(lake, [
		{
			name: "odd",
			select: `SELECT ${ODD_COLUMNS} FROM range(6) r(i)`,
			partitionKeys: ["p q"],
		},
	]);
});

afterAll(() => rm(lake, { recursive: true }));

function sql(...args: string[]) {
	const script = fileURLToPath(new URL("sql.ts", import.meta.url));
	return spawnSync(process.execPath, [script, "--lake", lake, ...args], {
		encoding: "utf8",
	});
}

test("prints every kind of value as JSON, with plan and version", () => {
	const { stdout, stderr, status } = sql(
		"--json",
		'SELECT * EXCLUDE (spans), 1 AS a FROM odd WHERE "a.b" < 2 ORDER BY "a.b"',
	);
	expect(stderr).toBe("");
	expect(status).toBe(0);
	const { columns, rows, plan, version } = JSON.parse(stdout);
	expect(columns[0]).toEqual({ name: "a.b", type: "INTEGER" });
	expect(columns.at(-1)).toEqual({ name: "a_1", type: "INTEGER" });
	expect(rows).toEqual([
		{
			"a.b": 0,
			a: 10,
			'wei"rd x': 'q"0',
			"s.t": { b: 0, c: ["2024-01-01T00:00:00.5"] },
			s: [{ b: 0 }],
			"p q": 0,
			big: "9007199254740993",
			fine: "0.00000000000000000000",
			bytes: "00ff",
			id: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
			odd: "NaN",
			day: "2024-02-29",
			at: "01:02:03",
			zoned: "2023-12-31T22:00:00Z",
			pairs: { k: 0 },
			tiny: 0,
			nothing: null,
			span: "P1Y2M2DT3S",
			a_1: 1,
		},
		expect.objectContaining({
			"a.b": 1,
			"p q": 1,
			big: "9007199254740994",
			fine: null,
			odd: "Infinity",
			pairs: { k: 1 },
		}),
	]);
	const cost = {
		files: expect.any(Number),
		rowGroups: expect.any(Number),
		requests: expect.any(Number),
		bytes: expect.any(Number),
	};
	expect(plan.estimated).toEqual(cost);
	expect(plan.actual).toEqual({ ...cost, cachedBytes: 0, rows: 2 });
	expect(Object.keys(plan.stagesMs).sort()).toEqual(
		["blocks", "decode", "fetch", "load", "plan", "run"].sort(),
	);
	expect(version).toMatch(/^[0-9a-f]{16}$/);
});

test("prints a table for people, each row on its line", () => {
	const { stdout, status } = sql(
		'SELECT "wei""rd x" || chr(10) AS line, a FROM odd ORDER BY a LIMIT 2',
	);
	expect(status).toBe(0);
	expect(stdout.split("\n").slice(0, 6)).toEqual([
		"line    a",
		"─────  ──",
		'q"0\\n  10',
		'q"1\\n  11',
		"",
		"2 rows",
	]);
	expect(stdout).toMatch(/reads odd \(a, wei"rd x\)/);
});

test("an error goes to stderr with exit code 1", { timeout: 180_000 }, () => {
	for (const [args, message] of [
		[["SELECT nowhere FROM odd"], /"nowhere" not found/],
		[
			["--json", "SELECT spans FROM odd"],
			/odd\.spans holds an INTERVAL within a list/,
		],
		[["--lake", "/nowhere", "SELECT 1"], /no lake in .*nowhere: npm run data/],
		[[], /npm run sql/],
		[["SELECT", "1"], /in quotes/],
	] as const) {
		const { stdout, stderr, status } = sql(...args);
		expect(stderr).toMatch(message);
		expect(stdout).toBe("");
		expect(status).toBe(1);
	}
});

test("a file that the decoder dies of is named, and why", async () => {
	const file = join(lake, "extremes.parquet");
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	await connection.run(
		`COPY (SELECT (hash(i) % 4294967296)::UINTEGER AS v FROM range(5000) r(i)) TO '${file}' (PARQUET_VERSION V2)`,
	);
	connection.closeSync();
	instance.closeSync();
	const { stdout, stderr, status } = sql(`SELECT sum(v) FROM '${file}'`);
	expect(status).toBe(1);
	expect(stdout).toBe("");
	expect(stderr).toBe(
		`${file}: row group 0 could not be decoded (unreachable); was it written by something unusual?\n`,
	);
});
