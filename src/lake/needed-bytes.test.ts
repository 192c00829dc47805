import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileSource } from "../../scripts/lake/file-source.ts";
import { writeTestLake } from "../../tests/support/test-lake.ts";
import { openTestSession } from "../../tests/support/test-session.ts";
import type { QueryAnswer } from "../../workers/engine-api.ts";
import type { RangeSource } from "./types.ts";

/** A quarter of an hour for each of two years of departures, in 9 files of 4 row groups. */
const DEPARTURES = 70_000;

const TABLES: Readonly<Record<string, string>> = {
	departures: `SELECT i::INTEGER AS id, TIMESTAMP '2024-01-01' + INTERVAL (i * 15) MINUTE AS ts,
		(i // 7000)::INTEGER AS airport, 'flight ' || (i * 7919) % 1000003 AS flight, hash(i)::DOUBLE / 1e18 AS delay,
		CASE WHEN i % 5 = 0 THEN NULL ELSE (i % 300)::SMALLINT END AS gate, md5(i::VARCHAR) AS note
		FROM range(${DEPARTURES}) r(i)`,
	airports: `SELECT i::INTEGER AS airport, 'airport ' || i AS name, i % 3 AS region FROM range(10) r(i)`,
	regions: `SELECT i AS region, ['north', 'south', 'west'][i + 1] AS name FROM range(3) r(i)`,
	strikes: `SELECT (3000 * i + 40)::BIGINT AS id, 'day ' || i AS day FROM range(5) r(i)`,
};

let folder: string;
let instance: DuckDBInstance;
let requested = { requests: 0, bytes: 0 };

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-bytes-"));
	await writeTestLake(
		folder,
		Object.entries(TABLES).map(([name, select]) => ({
			name,
			select,
			rowGroupSize: 2048,
			rowsPerFile: 8192,
			rowGroupsPerBlock: 12,
		})),
	);
	instance = await DuckDBInstance.create();
	const native = await instance.connect();
	for (const [name, select] of Object.entries(TABLES))
		await native.run(`CREATE TABLE ${name} AS ${select}`);
	native.closeSync();
});

afterAll(async () => {
	instance.closeSync();
	await rm(folder, { recursive: true });
});

/** Counts what is requested of Parquet files. */
function countingSource(): RangeSource {
	const source = fileSource(folder);
	requested = { requests: 0, bytes: 0 };
	return {
		url: source.url,
		catalogText: (signal) => source.catalogText(signal),
		read: (path, startByte, endByte, ...rest) => {
			if (path.endsWith(".parquet")) {
				requested.requests += 1;
				requested.bytes += endByte - startByte;
			}
			return source.read(path, startByte, endByte, ...rest);
		},
	};
}

async function answerOfFresh(sql: string): Promise<QueryAnswer> {
	const session = await openTestSession(folder, {
		source: countingSource(),
	});
	try {
		return await session.query({ sql });
	} finally {
		await session.close();
	}
}

/** Values as DuckDB's text, so that both engines' rows compare. */
function asText(sql: string): string {
	return `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${sql})`;
}

async function nativeRows(sql: string): Promise<unknown[][]> {
	const native = await instance.connect();
	try {
		return (await native.runAndReadAll(asText(sql))).getRows();
	} finally {
		native.closeSync();
	}
}

function rowsOf({ ipc }: QueryAnswer): unknown[][] {
	const table = tableFromIPC(ipc);
	return table
		.toArray()
		.map((row) => table.schema.fields.map((_, at) => Object.values(row)[at]));
}

/** Row groups that are read of each table, and statements whose answer they must give. */
const STATEMENTS: readonly (readonly [
	rowGroups: Readonly<Record<string, number>>,
	sql: string,
])[] = [
	[{ departures: 0 }, "SELECT count(*) FROM departures"],
	[
		{ departures: 0 },
		"SELECT count(gate) AS n, min(ts), max(airport) FROM departures WHERE airport IS NOT NULL",
	],
	[
		{ departures: 35 },
		"SELECT count(*), count(gate) FROM departures WHERE gate < 1000",
	],
	[
		{ departures: 2 },
		"SELECT count(*), max(id) FROM departures WHERE ts >= '2025-12-20'",
	],
	[{ departures: 1 }, "SELECT * FROM departures ORDER BY ts LIMIT 20"],
	[
		{ departures: 2 },
		"SELECT id, note FROM departures ORDER BY ts DESC LIMIT 400",
	],
	[
		{ departures: 2 },
		"SELECT id FROM departures WHERE ts > '2024-06-10' ORDER BY id LIMIT 5 OFFSET 3",
	],
	[
		{ departures: 1 },
		"SELECT id, gate FROM departures WHERE airport = 3 AND flight LIKE '%7%' AND id < 22000",
	],
	[{ departures: 3 }, "SELECT id, note FROM departures ORDER BY ts LIMIT 6000"],
	[
		{ departures: 4 },
		"SELECT d.flight, -id AS x FROM departures AS d WHERE d.ts > '2024-03-03' ORDER BY d.id DESC NULLS LAST, flight LIMIT 5500 OFFSET 500",
	],
	[
		{ departures: 35 },
		"SELECT -id AS id FROM departures ORDER BY id LIMIT 6000",
	],
	[
		{ departures: 1 },
		"SELECT max(delay) FROM departures WHERE ts::DATE = '2024-03-03'",
	],
	[
		{ departures: 2 },
		"SELECT id FROM departures WHERE ts > (SELECT max(ts) FROM departures) - INTERVAL 7 DAY ORDER BY id",
	],
	[
		{ departures: 2, strikes: 1 },
		"SELECT count(*) FROM departures WHERE id BETWEEN (SELECT min(id) FROM strikes) AND (SELECT min(id) FROM strikes WHERE day > 'day 0')",
	],
	[
		{ departures: 5, strikes: 1 },
		"SELECT d.id, s.day, d.note FROM departures d JOIN strikes s ON d.id = s.id",
	],
	[
		{ departures: 5, strikes: 1 },
		"SELECT s.day, d.note FROM strikes s LEFT JOIN departures AS d USING (id)",
	],
	[
		{ departures: 1, strikes: 1 },
		"SELECT note FROM departures WHERE id IN (SELECT id FROM strikes WHERE day = 'day 2')",
	],
	[
		{ departures: 5, airports: 1 },
		"SELECT count(*), sum(d.id) FROM departures d, airports a WHERE d.airport = a.airport AND a.name = 'airport 4'",
	],
	[
		{ departures: 14, airports: 1, regions: 1 },
		"SELECT a.name, count(*) AS n, max(d.note) FROM departures d JOIN airports a ON d.airport = a.airport JOIN regions r ON a.region = r.region WHERE r.name = 'south' GROUP BY a.name",
	],
	[
		{ departures: 35, airports: 1 },
		"SELECT count(*), count(a.name) FROM departures d LEFT JOIN airports a ON d.airport = a.airport AND a.name = 'airport 4'",
	],
	[
		{ departures: 35 },
		"SELECT gate, count(*) AS n, avg(delay) AS d FROM departures GROUP BY gate",
	],
];

test.each(STATEMENTS)("%j are enough for %s", async (rowGroups, sql) => {
	const { plan } = await answerOfFresh(sql);
	expect(
		Object.fromEntries(plan.scans.map((scan) => [scan.table, scan.rowGroups])),
	).toEqual(rowGroups);
	expect(requested.bytes).toBeLessThanOrEqual(plan.estimated.bytes * 1.05);
	expect(requested.bytes).toBeGreaterThanOrEqual(plan.estimated.bytes);
	expect(plan.actual.bytes).toBe(requested.bytes);
	expect(rowsOf(await answerOfFresh(asText(sql))).sort()).toEqual(
		(await nativeRows(sql)).sort(),
	);
});

test("of a limit without order any rows will do, if they are so many", async () => {
	const sql = "SELECT * FROM departures WHERE id >= 5000 LIMIT 3000";
	const answer = await answerOfFresh(sql);
	expect(answer.rows).toBe(3000);
	expect(answer.plan.scans).toMatchObject([{ rowGroups: 3 }]);
	expect(requested.bytes).toBeLessThanOrEqual(
		answer.plan.estimated.bytes * 1.05,
	);
});
