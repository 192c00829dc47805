import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openNodeDatabase } from "../../../scripts/lake/node-database.ts";
import { Random } from "../../../tests/differential/random.ts";
import { generateAggregate } from "../../../tests/support/aggregate-statements.ts";
import type { SqlValue } from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { identifier } from "../../lib/sql/identifier.ts";
import { layGhosts } from "../plan/ghosts.ts";
import type { Connection, Database } from "../types.ts";
import { runSlices } from "./run-slices.ts";
import { type Split, splitStatement } from "./split.ts";

const SLICES = 7;
const SLICE_ROWS = 60;
const STATEMENTS = Number(process.env.SLICES_STATEMENTS ?? 60);
const SEED = Number(process.env.SLICES_SEED ?? 1);

/** Per statement, on a machine that others use too. */
const MILLISECONDS_PER_STATEMENT = 1_000;

/** `events` lies in slices of consecutive rows, its regions one after the other. */
const TABLES: Readonly<Record<string, string>> = {
	events: `SELECT i::INTEGER AS id, TIMESTAMP '2024-02-28 22:00:00' + INTERVAL (i * 7) MINUTE AS ts,
		DATE '2024-01-01' + (hash(i) % 90)::INTEGER AS day, CASE WHEN i % 7 = 0 THEN NULL ELSE (hash(i, 2) % 40)::INTEGER END AS k,
		9007199254740000 + i AS big, CASE WHEN i BETWEEN 120 AND 125 THEN 'nan'::DOUBLE WHEN i = 210 THEN 'inf'::DOUBLE
			WHEN i = 211 THEN '-inf'::DOUBLE WHEN i % 17 = 0 THEN -0.0 WHEN i % 11 = 0 THEN NULL ELSE ((hash(i, 3) % 400)::INTEGER - 200) / 8.0 END AS v,
		(i / 8.0)::FLOAT AS f, (i * 1.125 - 100)::DECIMAL(12, 3) AS price,
		CASE WHEN i % 9 = 0 THEN NULL ELSE (['ab', 'b''c', 'é', '😀', '', 'AB', chr(10), 'x' || chr(10) || 'y'])[1 + (hash(i, 4) % 8)::INTEGER] END AS name,
		CASE WHEN i % 5 = 0 THEN NULL ELSE hash(i, 5) % 2 = 0 END AS flag, (i // 12)::UTINYINT AS tiny, (18446744073709551000 + i)::UBIGINT AS huge,
		([NULL, 'north', 'south', 'a b'])[1 + i // 120] AS region, NULL::INTEGER AS nothing
		FROM range(${SLICES * SLICE_ROWS}) r(i)`,
	tiny: "SELECT i::INTEGER AS k, 'g' || (i % 3) AS name, i % 2 = 0 AS flag FROM range(9) r(i)",
};

let database: Database;
let connection: Connection;
let events: CatalogTable;

beforeAll(async () => {
	database = await openNodeDatabase();
	connection = await database.connect();
	await connection.query("CREATE SCHEMA store");
	const tables: CatalogTable[] = [];
	for (const [name, select] of Object.entries(TABLES)) {
		await connection.query(`CREATE TABLE store.${name} AS ${select}`);
		const described = tableFromIPC(
			await connection.query(`DESCRIBE store.${name}`),
		);
		tables.push({
			name,
			columns: described.toArray().map((row) => ({
				name: row.column_name,
				type: row.column_type,
				unit: null,
				description: "",
			})),
			partitionKeys: name === "events" ? ["region"] : [],
		} as unknown as CatalogTable);
	}
	events = tables[0] as CatalogTable;
	await layGhosts(connection, tables);
	await showAll();
});

afterAll(() => database.close());

async function showAll(): Promise<void> {
	for (const name of Object.keys(TABLES))
		await connection.query(
			`CREATE OR REPLACE VIEW ${name} AS FROM memory.store.${name}`,
		);
}

interface Answer {
	readonly columns: readonly string[];
	readonly rows: readonly (readonly (string | number | null)[])[];
}

/** Doubles as numbers, all else as text. */
async function answer(
	sql: string,
	params: readonly SqlValue[],
): Promise<Answer> {
	const described = tableFromIPC(
		await connection.query(`DESCRIBE ${sql}`, params),
	).toArray();
	await connection.query(
		`CREATE OR REPLACE TEMP TABLE answer AS ${sql}`,
		params,
	);
	// Names may come twice in an answer, not in a table.
	const own = tableFromIPC(await connection.query("DESCRIBE answer")).toArray();
	const texts = own.map(({ column_name: name, column_type: type }, at) =>
		type === "DOUBLE" || type === "FLOAT"
			? `CAST(${identifier(name)} AS DOUBLE) AS c${at}`
			: `CAST(${identifier(name)} AS VARCHAR) AS c${at}`,
	);
	const table = tableFromIPC(
		await connection.query(`SELECT ${texts.join(", ")} FROM answer`),
	);
	return {
		columns: described.map((row) => `${row.column_name} ${row.column_type}`),
		rows: table.toArray().map((row) => own.map((_, at) => row[`c${at}`])),
	};
}

async function split(
	sql: string,
	params: readonly SqlValue[] = [],
): Promise<Split> {
	return splitStatement({ connection, sql, params, table: events });
}

async function* slicesOf(split: Split): AsyncGenerator<string> {
	if (split.wholePartitionsOf === null)
		for (let slice = 0; slice < SLICES; slice += 1)
			yield `id // ${SLICE_ROWS} = ${slice}`;
	else for (const part of ["a b", "north", "south"]) yield `region = '${part}'`;
	if (split.wholePartitionsOf !== null) yield "region IS NULL";
}

async function inSlices(split: Split, partsBytes = 1e8): Promise<Answer> {
	try {
		return await runSlices(
			{
				connection,
				split,
				slices: slicesOf(split),
				show: async (rows) => {
					await connection.query(
						`CREATE OR REPLACE VIEW events AS FROM memory.store.events WHERE ${rows}`,
					);
				},
				done: async () => {},
				partsBytes,
			},
			() => answer(split.merge.sql, split.merge.params),
		);
	} finally {
		await showAll();
	}
}

function same(
	a: Answer["rows"][number][number] | undefined,
	b: Answer["rows"][number][number] | undefined,
): boolean {
	if (typeof a !== "number" || typeof b !== "number") return a === b;
	return (
		Object.is(a, b) ||
		Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b))
	);
}

/** Rounded, so that rows can be put in an order. */
function keyOf(row: Answer["rows"][number]): string {
	return JSON.stringify(
		row.map((value) =>
			typeof value === "number"
				? String(Number(value.toPrecision(9)) + 0)
				: value,
		),
	);
}

function difference(
	expected: Answer,
	actual: Answer,
	ordered: boolean,
): string | null {
	if (expected.columns.join() !== actual.columns.join())
		return `columns ${actual.columns.join()} instead of ${expected.columns.join()}`;
	if (expected.rows.length !== actual.rows.length)
		return `${actual.rows.length} rows instead of ${expected.rows.length}`;
	const sorted = (rows: Answer["rows"]) =>
		ordered ? rows : rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
	const right = sorted(actual.rows);
	for (const [at, row] of sorted(expected.rows).entries())
		if (!row.every((value, column) => same(value, right[at]?.[column])))
			return `${JSON.stringify(right[at])} instead of ${JSON.stringify(row)}`;
	return null;
}

test(
	`${STATEMENTS} random aggregates give in slices what they give at once`,
	async () => {
		const faults: unknown[] = [];
		for (let seed = SEED; seed < SEED + STATEMENTS; seed += 1) {
			const { sql, params, check } = generateAggregate(new Random(seed));
			try {
				const expected = await answer(sql, params);
				const actual = await inSlices(
					await split(sql, params),
					seed % 5 === 0 ? 60_000 : 1e8,
				);
				const what = difference(expected, actual, check.kind === "ordered");
				if (what !== null) faults.push({ seed, sql, what });
			} catch (error) {
				faults.push({ seed, sql, what: String(error) });
			}
		}
		expect(faults).toEqual([]);
	},
	10_000 + STATEMENTS * MILLISECONDS_PER_STATEMENT,
);

describe("splits", () => {
	test.each([
		"SELECT count(*) FROM events",
		"FROM events SELECT region, count(*) GROUP BY region",
		"SELECT DISTINCT region, flag FROM events ORDER BY ALL",
		"WITH e AS (SELECT *, k * 2 AS twice FROM events WHERE id > 9) SELECT region, sum(twice) AS s FROM e GROUP BY region HAVING s > 5 ORDER BY s DESC",
		"SELECT region AS r, count(*) AS n FROM events GROUP BY r HAVING n > 3 ORDER BY n DESC, r LIMIT 2",
		"SELECT day AS d, count(*) FROM events WHERE d > DATE '2024-01-10' GROUP BY day ORDER BY d + 1",
		"SELECT k + 1 AS x, x * 2 AS y, count(*) FROM events GROUP BY ALL",
		"SELECT k AS id, count(*) AS n FROM events GROUP BY k ORDER BY ALL",
		"SELECT region, row_number() OVER (ORDER BY count(*) DESC, region) AS place FROM events GROUP BY region",
		"SELECT region, sum(count(*)) OVER () AS s, count(*) FILTER (WHERE k > 3) / count(*) AS share FROM events GROUP BY 1",
		"SELECT e.region, t.name, count(*) FROM events e LEFT JOIN tiny t USING (k) GROUP BY e.region, t.name",
		"SELECT t.name, sum(e.price) FROM tiny t JOIN events e ON t.k = e.k GROUP BY t.name",
		'SELECT count(*) AS "a ""b", min(ts) AS \'c d\' FROM events -- what\n WHERE /* ? */ k > 2;',
		"SELECT list_transform([1, 2], x -> x + k), count(*) FROM events GROUP BY k",
		"SELECT count(*) FROM events WHERE k NOT IN (SELECT k FROM tiny)",
		"SELECT avg(nothing), sum(nothing), min(nothing), count(nothing) FROM events",
		"SELECT ts::DATE AS day, count(*) FROM events GROUP BY ts::DATE",
		"SELECT sum(big::HUGEINT * big) AS s FROM events",
		"SELECT count(*), max(id) FROM events HAVING count(*) > 1000",
		"SELECT region, count(*) FROM events WHERE ts > TIMESTAMP '2024-02-29' - INTERVAL 1 DAY GROUP BY region",
		"SELECT (k), (k + 1) AS next, count(*) FROM events GROUP BY (k), k + 1 ORDER BY (k)",
		// Within other queries.
		"SELECT * FROM (SELECT k, count(*) AS n, avg(v) AS a FROM events GROUP BY k) WHERE n > 5 ORDER BY ALL",
		"WITH per AS (SELECT k, count(*) AS n FROM events WHERE v > 2 GROUP BY k) SELECT max(n), median(n), count(*) FROM per",
		"WITH few AS (SELECT k FROM tiny WHERE flag), per(a, b) AS MATERIALIZED (SELECT k, sum(price) FROM events JOIN few USING (k) GROUP BY k) SELECT a, b, b / (SELECT max(b) FROM per) AS share FROM per JOIN few ON few.k = a ORDER BY a",
		"WITH events AS (SELECT name, max(ts) AS last FROM events GROUP BY name) SELECT upper(name), last FROM events ORDER BY ALL",
		"SELECT n, count(*) FROM (SELECT k, count(*) AS n FROM events GROUP BY k) AS per GROUP BY n ORDER BY n",
		"SELECT max(n) FROM (SELECT k, count(*) AS n FROM events GROUP BY k)",
		"SELECT per.r, m, t.name FROM (SELECT region AS r, median(k) AS m FROM events GROUP BY region) AS per, tiny t WHERE t.k = m // 10 ORDER BY ALL",
		// By the partition key, whatever the aggregate.
		"SELECT region, median(k), count(DISTINCT name) FROM events GROUP BY region ORDER BY 1",
		"SELECT region, flag, quantile_cont(v, 0.5) AS q, max_by(name, id) FROM events WHERE k > 3 GROUP BY ALL HAVING count(*) > 2 ORDER BY count(*) DESC, flag, region LIMIT 3",
		"SELECT e.region AS r, list(id ORDER BY id) FROM events AS e LEFT JOIN tiny t ON t.k = e.k GROUP BY e.region, t.name",
	])("%s", async (sql) => {
		const expected = await answer(sql.replace(/;$/, ""), []);
		const actual = await inSlices(await split(sql));
		expect(
			difference(expected, actual, /ORDER BY [^)]*$/.test(sql)),
		).toBeNull();
	});
});

describe("does not split", () => {
	test.each([
		["SELECT median(k) FROM events", /median/],
		["SELECT count(DISTINCT k) FROM events", /DISTINCT/],
		["SELECT name, arg_max(id, k) FROM events GROUP BY name", /arg_max/],
		["SELECT approx_count_distinct(k) FROM events", /approx_count_distinct/],
		["SELECT string_agg(name, ',') FROM events", /string_agg/],
		["SELECT first(name), any_value(k) FROM events", /first/],
		["SELECT min(k, 3) FROM events", /argument/],
		["SELECT stddev(v) FROM events", /stddev/],
		["SELECT geomean(k) FROM events", /geomean/],
		["SELECT k, count(*) FROM events GROUP BY ROLLUP (k)", /ROLLUP/],
		["SELECT id FROM events", /aggregate/],
		["SELECT id, sum(k) OVER () FROM events", /aggregate/],
		["SELECT count(*) FROM events WHERE random() < 0.5", /random/],
		["SELECT count(*), now() FROM events", /now/],
		["SELECT count(*) FROM events WHERE day < current_date", /current_date/],
		["SELECT count(*) FROM events USING SAMPLE 10", /sample/],
		["SELECT count(*) FROM (SELECT * FROM events LIMIT 10)", /LIMIT/],
		[
			"SELECT max(n) FROM (SELECT k, n, count(*) FROM (SELECT k, count(*) AS n FROM events GROUP BY k) GROUP BY k, n)",
			/several steps/,
		],
		[
			"WITH per AS (SELECT k, count(*) AS n FROM events GROUP BY k) SELECT * FROM per JOIN events USING (k)",
			/./,
		],
		[
			"WITH per AS (SELECT k, mode(v) FROM events GROUP BY k) SELECT * FROM per",
			/mode/,
		],
		[
			"SELECT * FROM tiny t, (SELECT count(*) AS n FROM events WHERE k > t.k)",
			/./,
		],
		["SELECT count(*) FROM events a JOIN events b USING (id)", /2 times/],
		["SELECT count(*) FROM tiny LEFT JOIN events USING (k)", /join/],
		["SELECT count(*) FROM tiny WHERE k IN (SELECT k FROM events)", /./],
		["SELECT count(*) FROM events FULL JOIN tiny USING (k)", /join/],
		[
			"SELECT count(*) FROM events WHERE k > (SELECT avg(k) FROM events)",
			/2 times/,
		],
		["SELECT count(*) FROM events UNION ALL SELECT 1", /UNION/],
		["SELECT (SELECT max(k) FROM tiny), count(*) FROM events", /subquery/],
		[
			"SELECT region, count(*) FROM events GROUP BY region QUALIFY row_number() OVER () = 1",
			/QUALIFY/,
		],
		["SELECT DISTINCT ON (k) k, id FROM events", /DISTINCT ON/],
		[
			"SELECT name COLLATE nocase, count(*) FROM events GROUP BY ALL",
			/collation|stand/,
		],
		["SELECT sum(huge::UHUGEINT)::VARCHAR || min(rowid) FROM events", /./],
		[
			"SELECT region AS r, median(k) FROM (SELECT 'x' AS region, k FROM events) GROUP BY region",
			/median/,
		],
		["SELECT sum(x) FROM (SELECT sum(k) OVER () AS x FROM events)", /WINDOW/],
		[
			"SELECT count(*) FROM events JOIN (SELECT k FROM tiny LIMIT 3) USING (k)",
			/LIMIT/,
		],
		["SELECT count(*) FROM events, unnest([k, id])", /./],
		["SELECT columns('k') FROM events", /./],
		["SELECT min(columns('^k$')) FROM events", /min/],
		["SELECT #4 + 1, count(*) FROM events GROUP BY region, #4", /#1/],
		["SELECT k AS a, v AS a, count(*) FROM events GROUP BY a, v", /./],
		["SELECT a: k, count(*) FROM events GROUP BY ALL", /alias/],
		["SELECT e.k, count(*) FROM events e GROUP BY k", /stand alone/],
		[
			"SELECT k AS o, o + 1, count(*) FROM (SELECT k, id AS o FROM events) AS e GROUP BY k, e.o",
			/stand alone/,
		],
		["PIVOT events ON flag USING count(*)", /./],
		["SELECT * FROM (PIVOT events ON region IN ('north') USING count(*))", /./],
		["SELECT count(*) FROM events WHERE k < $1", /parameters/],
		["SELECT count(*) FROM events LIMIT (SELECT max(k) FROM events)", /./],
	])("%s", async (sql, reason) => {
		await expect(split(sql)).rejects.toMatchObject({
			name: "DoesNotSplit",
			message: expect.stringMatching(reason),
		});
	});
});
