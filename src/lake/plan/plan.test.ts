import { setTimeout as sleep } from "node:timers/promises";
import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openNodeDatabase } from "../../../scripts/lake/node-database.ts";
import {
	generateCondition,
	type SourceColumn,
} from "../../../tests/differential/generate.ts";
import { Random } from "../../../tests/differential/random.ts";
import type { SqlValue } from "../../../workers/engine-api.ts";
import type {
	Catalog,
	CatalogTable,
	ManifestBlock,
	ManifestChunk,
} from "../../lib/catalog/catalog.ts";
import { identifier } from "../../lib/sql/identifier.ts";
import type { Connection, Database } from "../types.ts";
import { DATA, layGhosts } from "./ghosts.ts";
import { type PlanOptions, planQuery } from "./plan.ts";

const ROW_GROUPS = 12;
const ROWS = 50;
const CONDITIONS = 300;

/** `plain` has names that read as one word, `odd` one that does not, `big` only lies in the catalog. */
const TABLES: Readonly<Record<string, string>> = {
	plain: `SELECT i::INTEGER AS id, (i // ${ROWS})::INTEGER AS part, (i * 3)::BIGINT AS big, (i / 7)::DOUBLE AS real, (i / 10.0)::FLOAT AS small_real,
		CASE WHEN i % 90 = 4 THEN 'nan'::DOUBLE WHEN i > 300 THEN 'inf'::DOUBLE ELSE -i END AS strange,
		(i * 1.5)::DECIMAL(10, 2) AS price, CASE WHEN i < 120 THEN NULL WHEN i < 200 AND i % 3 = 0 THEN NULL ELSE 'n' || (i // 20) END AS name,
		TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR AS ts, DATE '2024-01-01' + (i // 10)::INTEGER AS day, CASE WHEN i < 150 THEN true WHEN i > 450 THEN NULL ELSE i % 2 = 0 END AS flag,
		NULL::INTEGER AS nothing, {'x': i::INTEGER, 'y': 'y' || i} AS st, md5(i::VARCHAR)::UUID AS uuid, (i::UBIGINT * 30000000000000000)::UBIGINT AS ubig
		FROM range(${ROW_GROUPS * ROWS}) r(i)`,
	odd: `SELECT i::INTEGER AS a, (i % 5)::INTEGER AS b, i::INTEGER AS "a>5 AND b=1", i::INTEGER AS "x
y", i::INTEGER AS "st.x", {'x': i::INTEGER} AS st FROM range(${ROW_GROUPS * ROWS}) r(i)`,
};

let database: Database;
let connection: Connection;
let catalog: Catalog;
const blocks = new Map<string, ManifestBlock>();

beforeAll(async () => {
	database = await openNodeDatabase();
	connection = await database.connect();
	const tables: CatalogTable[] = [];
	for (const [name, select] of Object.entries(TABLES)) {
		await connection.query(`CREATE TABLE ${name} AS ${select}`);
		tables.push(await describeTable(name));
	}
	catalog = {
		format: "lakeside-catalog",
		formatVersion: 1,
		title: "",
		datasets: [],
		tables,
		rollups: [],
	};
	await layGhosts(connection, catalog.tables);
	for (const name of Object.keys(TABLES))
		await connection.query(`CREATE VIEW ${name} AS FROM memory.main.${name}`);
	await connection.query(
		"SET allowed_configs = ['disabled_optimizers']; SET enable_external_access = false; SET lock_configuration = true",
	);
});

afterAll(() => database.close());

async function rows(sql: string): Promise<Record<string, unknown>[]> {
	return tableFromIPC(await connection.query(sql))
		.toArray()
		.map((row) => ({ ...row }));
}

/** Every {@link ROWS} rows are a row group; `part` of `plain` is in the path. */
async function describeTable(name: string): Promise<CatalogTable> {
	const columns = (await rows(`DESCRIBE ${name}`)).map((row) => ({
		name: String(row.column_name),
		type: String(row.column_type),
		unit: null,
		description: "",
	}));
	const partitionKeys = columns.some((column) => column.name === "part")
		? ["part"]
		: [];
	const own = columns.filter((column) => !partitionKeys.includes(column.name));
	const files = [];
	for (let part = 0; part < ROW_GROUPS; part++) {
		const chunks: ManifestChunk[] = [];
		for (const [index, column] of own.entries()) {
			const quoted = identifier(column.name);
			const nested = /STRUCT/.test(column.type);
			const isNan = /DOUBLE|FLOAT/.test(column.type)
				? `bool_or(isnan(${quoted}))`
				: "false";
			const [bounds] = await rows(
				`SELECT min(${quoted})::VARCHAR AS low, max(${quoted})::VARCHAR AS high, count(*) - count(${quoted}) AS nulls, ${isNan} AS nan
				FROM (FROM ${name} LIMIT ${ROWS} OFFSET ${part * ROWS})`,
			);
			const unknown = nested || bounds?.nan === true;
			chunks.push([
				index * 100,
				100,
				"",
				unknown ? null : (bounds?.low as string | null),
				unknown ? null : (bounds?.high as string | null),
				nested ? null : Number(bounds?.nulls),
			]);
		}
		files.push({
			path: `${name}/part-${part}.parquet`,
			bytes: own.length * 100 + 50,
			tailStart: own.length * 100,
			tailChecksum: "",
			partition: partitionKeys.length > 0 ? { part: String(part) } : {},
			rowGroups: [{ rows: ROWS, chunks }],
		});
	}
	blocks.set(name, { files });
	return {
		name,
		dataset: "test",
		description: "",
		columns,
		partitionKeys,
		sortKeys: [],
		rows: ROW_GROUPS * ROWS,
		files: ROW_GROUPS,
		rowGroups: ROW_GROUPS,
		bytes: 0,
		manifest: {
			path: "",
			bytes: 0,
			blocks: [
				{
					startByte: 0,
					byteLength: 0,
					checksum: "",
					rowGroups: ROW_GROUPS,
					rows: ROW_GROUPS * ROWS,
					bounds: {
						id: {
							min: "0",
							max: String(ROW_GROUPS * ROWS - 1),
							hasNull: false,
						},
					},
				},
			],
		},
	};
}

function plan(sql: string, params?: readonly SqlValue[]) {
	return planQuery(planned(sql, params));
}

function planned(sql: string, params?: readonly SqlValue[]): PlanOptions {
	return {
		connection,
		tables: catalog.tables,
		loadBlock: async (table) => blocks.get(table.name) as ManifestBlock,
		sql,
		...(params === undefined ? {} : { params }),
		signal: new AbortController().signal,
	};
}

/** Columns and row groups that a query needs, by table. */
async function needs(sql: string, params?: readonly SqlValue[]) {
	const { needs } = await plan(sql, params);
	return Object.fromEntries(
		needs.map(({ table, columns, rowGroups }) => [
			table,
			`${columns.join()}: ${rowGroups.map(({ file }) => /\d+/.exec(file.path)?.[0]).join()}`,
		]),
	);
}

const ALL = "0,1,2,3,4,5,6,7,8,9,10,11";

describe("columns", () => {
	test.each([
		["SELECT id FROM plain", `id: ${ALL}`],
		["SELECT count(*), sum(1) FROM plain", `: ${ALL}`],
		["SELECT count(1) FROM plain", `: ${ALL}`],
		["SELECT count(*) FROM plain WHERE id < 60", "id: 0,1"],
		["SELECT count(*) FROM plain WHERE id < 100", "id: "],
		["SELECT id FROM plain WHERE price < 60", "id,price: 0"],
		["SELECT id FROM plain WHERE contains(name, 'x')", `id,name: ${ALL}`],
		["SELECT st.x FROM plain WHERE st.y > 'y1'", `st: ${ALL}`],
		["SELECT part, count(*) FROM plain GROUP BY part", `part: ${ALL}`],
		[
			"SELECT t.id FROM plain t JOIN (SELECT DISTINCT day FROM plain) d ON d.day = t.day",
			`id,day: ${ALL}`,
		],
		["SELECT id FROM (SELECT id AS ts, ts AS id FROM plain)", `ts: ${ALL}`],
	])("%s", async (sql, needed) => {
		expect(await needs(sql)).toEqual({ plain: needed });
	});

	test("all where the optimizer does not say which", async () => {
		const { plain } = await needs("SELECT 1 FROM plain, plain p");
		expect(plain?.split(",").length).toBeGreaterThan(10);
	});

	test("odd names are never taken for filters or for each other", async () => {
		expect(await needs("SELECT b FROM odd WHERE a > 500")).toEqual({
			odd: `a,b,a>5 AND b=1,x\ny,st.x,st: ${ALL}`,
		});
	});
});

describe("row groups", () => {
	test.each([
		["id > 560", "11"],
		["id = 123", "2"],
		["id <> 123", ALL],
		["id BETWEEN 100 AND 149", "2"],
		["id < 10 OR id > 590", "0,11"],
		["id IN (3, 333)", "0,6"],
		["id BETWEEN 0 AND 9 OR id BETWEEN 300 AND 301", "0,6"],
		["id > 500 AND contains(name, 'n')", "10,11"],
		["part = 3", "3"],
		["part IN (1, 7) AND id > 100", "7"],
		["big > 1700 AND big < 1710", "11"],
		["real < 1.5", "0"],
		["small_real = 10.1::FLOAT", "2"],
		["price = 150", "2"],
		["strange > 1e300", "0,1,3,5,6,7,8,9,10,11"],
		["name = 'n12'", "4,5"],
		["name LIKE 'n12%'", "4,5"],
		["name IS NULL", "0,1,2,3"],
		["name IS NOT NULL", "2,3,4,5,6,7,8,9,10,11"],
		["nothing = 3", ""],
		["nothing IS NULL", ALL],
		["ts >= '2024-01-20' AND ts < '2024-01-21'", "9"],
		["ts::DATE = '2024-01-20'", "9"],
		["day = '2024-02-28'", "11"],
		["flag", "0,1,2,3,4,5,6,7,8,9"],
		["flag = false", "3,4,5,6,7,8"],
		["ubig > 17000000000000000000", "11"],
		["id % 2 = 0", ALL],
		["id::VARCHAR = '3'", ALL],
		["id + 1 = 3", "0"],
		["name > 'n1' || chr(10)", ALL],
	])("%s", async (condition, kept) => {
		const needed = await needs(`SELECT id FROM plain WHERE ${condition}`);
		expect(needed.plain?.replace(/.*: /, "") ?? "").toBe(kept);
	});

	test.each([
		["id >= 50 AND NOT (id > 99 AND big > 3)", ALL.slice(2)],
		["NOT (id > 99 OR id < 60)", "1"],
		["id NOT IN (1, 2)", ALL],
		["day NOT IN ('2024-01-01', '2024-01-02')", ALL],
		["NOT flag", "3,4,5,6,7,8"],
		["flag IS TRUE", "0,1,2,3,4,5,6,7,8,9"],
		["id IS NOT DISTINCT FROM 123", "2"],
		["id > 560.5", "11"],
		["big::DOUBLE > 1790", "11"],
		["price > 890.555", "11"],
		["small_real > 59.5::DOUBLE", "11"],
		["ts::DATE BETWEEN '2024-01-20' AND '2024-01-21'", "9,10"],
		["ts::DATE > '2024-01-24'", "11"],
		["year(ts) = 2024", ALL],
		["year(ts) > 2024", ""],
		["year(day) < 2024", ""],
		["date_trunc('day', ts) = '2024-01-20'", "9"],
		["starts_with(name, 'n12')", "4,5"],
		["name ^@ 'n12'", "4,5"],
	])("also by %s", async (condition, kept) => {
		const needed = await needs(`SELECT id FROM plain WHERE ${condition}`);
		expect(needed.plain?.replace(/.*: /, "") ?? "").toBe(kept);
	});

	test.each([
		["SELECT id FROM plain LIMIT 60", "0,1"],
		["SELECT id FROM plain LIMIT 50 OFFSET 50", "0,1"],
		["SELECT id + 1 AS x, name FROM plain OFFSET 1 LIMIT 50", "0,1"],
		["FROM plain SELECT id LIMIT 0", ""],
		["SELECT id FROM plain WHERE id > 120 LIMIT 10", "2,3"],
		["SELECT id FROM plain WHERE big > 300 AND big < 1000 LIMIT 60", "2,3,4"],
		["SELECT id FROM plain WHERE id IN (3, 123) LIMIT 1", "0,2"],
		["SELECT id FROM plain WHERE name = 'n12' LIMIT 1", "4,5"],
		["SELECT id FROM plain WHERE name IS NOT NULL LIMIT 10", "2,3,4"],
		["SELECT id FROM plain WHERE id % 2 = 0 LIMIT 1", ALL],
		[
			"SELECT strange FROM plain WHERE strange < 5 LIMIT 1",
			"0,1,2,3,4,5,6,7,9,10",
		],
		["SELECT real FROM plain WHERE real < 50 LIMIT 1", "0,1,2,3,4,5,6"],
		["SELECT id FROM plain LIMIT 10%", ALL],
		["SELECT id FROM plain LIMIT (SELECT 3)", ALL],
		["SELECT DISTINCT part FROM plain LIMIT 2", ALL],
		["SELECT count(*) FROM plain LIMIT 1", ALL],
		["SELECT unnest([id]) FROM plain LIMIT 1", ALL],
		["SELECT id FROM plain WHERE random() < 2 LIMIT 1", ALL],
		["SELECT id FROM plain UNION ALL SELECT id FROM plain LIMIT 1", ALL],
		["SELECT * FROM (SELECT id FROM plain LIMIT 5) LIMIT 3", ALL],
		["SELECT count(*) FROM (SELECT id FROM plain LIMIT 5)", ALL],
	])("of a limit: %s", async (sql, kept) => {
		const needed = await needs(sql);
		expect(needed.plain?.replace(/.*: /, "") ?? "").toBe(kept);
	});

	test.each([
		["SELECT id FROM plain ORDER BY id LIMIT 50", "0"],
		["SELECT id FROM plain ORDER BY id LIMIT 50 OFFSET 1", "0,1"],
		["SELECT name FROM plain ORDER BY ts DESC LIMIT 3", "11"],
		["SELECT *, -id AS x FROM plain ORDER BY ts DESC, id LIMIT 60", "10,11"],
		["SELECT id FROM plain WHERE id < 120 ORDER BY ts DESC LIMIT 3", "1,2"],
		["SELECT id FROM plain WHERE id < 120 ORDER BY ts LIMIT 3", "0"],
		["SELECT id FROM plain ORDER BY part DESC NULLS LAST LIMIT 3", "11"],
		["SELECT id FROM plain ORDER BY day LIMIT 45", "0"],
		["SELECT big FROM plain ORDER BY id::BIGINT LIMIT 3", "0"],
		["SELECT real FROM plain ORDER BY id LIMIT 6000", ALL],
		[
			"SELECT id FROM plain ORDER BY ts DESC NULLS FIRST, big LIMIT 40 OFFSET 5000",
			ALL,
		],
		["SELECT -id AS id FROM plain ORDER BY id LIMIT 3", ALL],
		[
			"SELECT TRY_CAST(id AS TINYINT) AS id FROM plain ORDER BY id LIMIT 3",
			ALL,
		],
		["SELECT -big AS id, id AS big FROM plain ORDER BY big LIMIT 3", "0"],
		["SELECT id FROM plain ORDER BY name LIMIT 3", "0,1,2,3,4,5"],
		["SELECT id FROM plain ORDER BY name DESC LIMIT 3", "0,1,2,3,10,11"],
		["SELECT id FROM plain ORDER BY real LIMIT 3", ALL],
		["SELECT id FROM plain ORDER BY id % 7 LIMIT 3", ALL],
		["SELECT id FROM plain ORDER BY name COLLATE NOCASE LIMIT 3", ALL],
		[
			"SELECT * FROM (SELECT id, ts FROM plain ORDER BY id % 3 LIMIT 9) ORDER BY ts LIMIT 1",
			ALL,
		],
		[
			"SELECT max(id) FROM (SELECT id FROM plain ORDER BY ts DESC LIMIT 10)",
			"11",
		],
		[
			"SELECT o.a FROM odd o JOIN (SELECT id FROM plain ORDER BY id LIMIT 3) p ON p.id = o.a",
			ALL,
		],
	])("first by a column: %s", async (sql, kept) => {
		const needed = await needs(sql);
		expect(needed.plain?.replace(/.*: /, "") ?? "").toBe(kept);
	});

	test.each([
		["SELECT max(id) FROM plain WHERE flag", "2,3,4,5,6,7,8,9"],
		[
			"SELECT min(uuid), max(uuid) FROM plain WHERE id < 40 OR id > 590",
			"0,11",
		],
		["SELECT max(ts), min(id) + 1 AS x FROM plain WHERE id % 1 = 0", ALL],
	])("of minima and maxima: %s", async (sql, kept) => {
		const needed = await needs(sql);
		expect(needed.plain?.replace(/.*: /, "") ?? "").toBe(kept);
	});

	test.each([
		"SELECT count(*) FROM plain",
		"SELECT count(*) AS n, count(name), min(ts), max(day) + 1 FROM plain p",
		"SELECT max(plain.price), min(flag) FROM plain WHERE id >= 100 AND part < 7",
		"SELECT count(name) FROM plain WHERE nothing IS NULL;",
		"SELECT max(nothing), count(small_real) FROM plain WHERE small_real IS NOT NULL",
	])("none where statistics answer: %s", async (sql) => {
		const { needs, cost } = await plan(sql);
		expect(needs).toMatchObject([{ table: "plain", rowGroups: [] }]);
		expect(needs[0]?.standIn).toBeDefined();
		expect(cost.bytes).toBe(0);
	});

	test.each([
		"SELECT count(*) FROM plain WHERE id > 101",
		"SELECT count(*) FROM plain WHERE real >= 0 AND real < 1e9",
		"SELECT max(strange) FROM plain",
		"SELECT max(real) FROM plain",
		"SELECT max(-id) FROM plain",
		"SELECT max(id) FROM (SELECT -id AS id FROM plain)",
		"SELECT max(x) FROM plain AS p(x)",
		"SELECT max(id) FILTER (WHERE id < 3) FROM plain",
		"SELECT count(DISTINCT id) FROM plain",
		"SELECT max(id), sum(id) FROM plain",
		"SELECT max(id), random() FROM plain WHERE random() < 0.5",
		"SELECT max(id) FROM plain GROUP BY part",
		"SELECT max(uuid) FROM plain",
		"SELECT max(st.x) FROM plain",
		"SELECT max(id) FROM plain, odd",
	])("some where they do not: %s", async (sql) => {
		const { needs } = await plan(sql);
		expect(needs[0]?.standIn).toBeUndefined();
		expect(needs[0]?.rowGroups.length).toBeGreaterThan(0);
	});

	test("of a limit whose number is a parameter", async () => {
		for (const sql of [
			"SELECT id FROM plain WHERE id >= ?::INTEGER LIMIT ? OFFSET ?",
			"SELECT id FROM plain WHERE id >= $1::INTEGER LIMIT $2 OFFSET $3",
		])
			expect(await needs(sql, [100, 5, 50])).toEqual({ plain: "id: 2,3" });
	});

	test("are the union of a table's scans", async () => {
		expect(
			await needs(
				"SELECT id FROM plain WHERE id < 10 UNION ALL SELECT big FROM plain WHERE part = 4",
			),
		).toEqual({ plain: "id,part,big: 0,4" });
	});

	test("a block that cannot match is not asked for", async () => {
		const { needs } = await planQuery({
			connection,
			tables: catalog.tables,
			loadBlock: () => Promise.reject(new Error("fetched in vain")),
			sql: "SELECT big FROM plain WHERE id > 600",
			signal: new AbortController().signal,
		});
		expect(needs).toEqual([
			{
				table: "plain",
				columns: ["id", "big"],
				rowGroups: [],
				inOrder: false,
			},
		]);
	});

	test("a parameter prunes as a literal does", async () => {
		expect(
			await needs("SELECT id FROM plain WHERE ts < ?::TIMESTAMP", [
				"2024-01-02",
			]),
		).toEqual({ plain: "id,ts: 0" });
		expect(
			await needs("SELECT id FROM plain WHERE big < ?::BIGINT", [9]),
		).toEqual({ plain: "id,big: 0" });
		expect(await needs("SELECT id FROM plain WHERE big < ?", [9])).toEqual({
			plain: "id,big: 0",
		});
	});

	test("whatever the condition, no row that DuckDB selects is in one that is left out", async () => {
		const columns: SourceColumn[] = [];
		for (const { name, type } of catalog.tables[0]?.columns ?? []) {
			const values = await rows(
				`SELECT value::VARCHAR AS text FROM (SELECT DISTINCT ${name} AS value FROM plain WHERE value IS NOT NULL ORDER BY hash(value::VARCHAR) LIMIT 30) ORDER BY value`,
			);
			const nested = type.startsWith("STRUCT");
			columns.push({
				name,
				type,
				values: nested ? [] : values.map(({ text }) => String(text)),
			});
		}
		const random = new Random(5);
		let pruned = 0;
		for (let round = 0; round < CONDITIONS; round++) {
			const condition = generateCondition(random, columns);
			const [need] = (await plan(`SELECT id FROM plain WHERE ${condition}`))
				.needs;
			const kept = need?.rowGroups.map(({ file }) =>
				Number(file.partition.part),
			);
			const selected = (
				await rows(
					`SELECT DISTINCT part FROM main.plain WHERE ${condition} ORDER BY part`,
				)
			).map(({ part }) => Number(part));
			expect({
				condition,
				lost: selected.filter((part) => !kept?.includes(part)),
			}).toEqual({ condition, lost: [] });
			pruned += ROW_GROUPS - (kept?.length ?? 0);
		}
		expect(pruned / (CONDITIONS * ROW_GROUPS)).toBeGreaterThan(0.2);
	});
});

describe("whole tables", () => {
	test.each([
		"PIVOT plain ON flag USING count(*) GROUP BY part",
		"SELECT id FROM plain USING SAMPLE 5",
		"SELECT id FROM plain TABLESAMPLE 10%",
		"SELECT p.id FROM plain p POSITIONAL JOIN plain q",
		"SELECT stats(id) FROM plain",
	])("%s", async (sql) => {
		const [need] = (await plan(sql)).needs;
		expect(need?.columns).toHaveLength(15);
		expect(need?.rowGroups).toHaveLength(ROW_GROUPS);
	});

	test("no ghost is left of a PIVOT that looked for its columns", async () => {
		await plan("PIVOT plain ON flag USING count(*)");
		expect(
			await rows(
				"SELECT type_name FROM duckdb_types() WHERE type_name LIKE '%pivot%'",
			),
		).toEqual([]);
	});
});

test("costs the chunks needed and the tails of the files they are in", async () => {
	const { cost, scans } = await plan("SELECT big FROM plain WHERE id < 60");
	expect(cost).toEqual({ files: 2, rowGroups: 2, bytes: 2 * (2 * 100 + 50) });
	expect(scans).toEqual([
		{
			table: "plain",
			columns: ["id", "big"],
			filters: [{ text: "id<60", prunes: true }],
			rowGroups: 2,
			rowGroupsTotal: ROW_GROUPS,
			bytes: 500,
		},
	]);
	expect(
		(await plan("SELECT part, count(*) FROM plain GROUP BY part")).cost,
	).toEqual({
		files: 0,
		rowGroups: ROW_GROUPS,
		bytes: 0,
	});
});

describe("refuses", () => {
	test.each([
		["SELECT current_date", "current_date needs DuckDB's icu extension"],
		["SELECT ts AT TIME ZONE 'Europe/Rome' FROM plain", "AT TIME ZONE needs"],
		["SELECT now() - INTERVAL 1 DAY", "cast to TIMESTAMP first"],
		["SELECT json_extract(name, '$') FROM plain", "json_extract needs"],
		["SELECT name::JSON FROM plain", "json needs DuckDB's json extension"],
		["FROM read_parquet('x.parquet')", "read_parquet needs DuckDB's parquet"],
		["FROM 'https://example.org/x.parquet'", "needs DuckDB's"],
		["FROM memory.main.plain", "name tables without a database"],
		["SELECT 1; SELECT 2", "there are 2 statements"],
		["PIVOT plain ON flag USING count(*); SELECT 2", "there are 2 statements"],
	])("%s", async (sql, message) => {
		await expect(plan(sql)).rejects.toMatchObject({
			name: "UnsupportedError",
			message: expect.stringContaining(message),
		});
	});

	test("writing, and leaves everything as it was", async () => {
		for (const sql of [
			"WITH x AS (SELECT 1 AS a) INSERT INTO main.plain (id) FROM x",
		])
			await expect(plan(sql)).rejects.toThrow();
		expect(await rows("SELECT count(*)::INTEGER AS n FROM plain")).toEqual([
			{ n: ROW_GROUPS * ROWS },
		]);
		expect(
			await rows(
				"SELECT current_setting('disabled_optimizers') AS off, current_schema() AS schema, current_catalog() AS db",
			),
		).toEqual([{ off: "", schema: "main", db: DATA }]);
	});

	test("what aborts the caller's transaction, and names bind to the data again", async () => {
		await connection.query("BEGIN TRANSACTION");
		await expect(plan("SELECT name::JSON FROM plain")).rejects.toMatchObject({
			name: "UnsupportedError",
		});
		expect(await rows("SELECT count(*)::INTEGER AS n FROM plain")).toEqual([
			{ n: ROW_GROUPS * ROWS },
		]);
	});

	test("what DuckDB cannot read, pointing at the visitor's own line", async () => {
		await expect(
			plan("SELECT id\nFROM plain\nWHERE nonsense > 5"),
		).rejects.toMatchObject({
			name: "SqlError",
			message: expect.stringContaining(
				"LINE 3: WHERE nonsense > 5\n              ^",
			),
		});
	});
});

describe("while the engine leaves the ghosts", () => {
	/** A connection that calls back once names bind to the data again, which takes a while. */
	const leaving = (left: () => void): Connection => ({
		...connection,
		query: async (sql, params) => {
			const answer = await connection.query(sql, params);
			if (sql.startsWith(`SET search_path = '${DATA}`)) {
				await sleep(20);
				left();
			}
			return answer;
		},
	});
	const planWith = (options: Partial<PlanOptions>, sql: string) =>
		planQuery({ ...planned(sql), ...options });

	test.each([
		"SELECT id FROM plain WHERE id = (SELECT max(a) FROM odd WHERE a < 40)",
		"SELECT p.id FROM plain p JOIN odd o ON p.id = o.a WHERE o.b = 3 AND o.a < 60",
	])("nothing is asked of it yet: %s", async (sql) => {
		let isAmongGhosts = true;
		const asked: boolean[] = [];
		await planWith(
			{
				connection: leaving(() => {
					isAmongGhosts = false;
				}),
				ask: async (_, text, params) => {
					asked.push(isAmongGhosts);
					return connection.query(text, params);
				},
			},
			sql,
		);
		expect(asked.length).toBeGreaterThan(0);
		expect(asked).not.toContain(true);
	});

	test("no plan comes of one that stays there", async () => {
		const stuck = leaving(() => {
			throw new Error("out of memory");
		});
		for (const sql of [
			"SELECT id FROM plain WHERE id < 60",
			"SELECT nonsense FROM plain",
		])
			await expect(planWith({ connection: stuck }, sql)).rejects.toThrow();
	});
});

test("says that a statement reads the clock", async () => {
	expect(
		(await plan("SELECT id FROM plain WHERE ts < now()::TIMESTAMP")).statement
			.usesClock,
	).toBe(true);
	expect((await plan("SELECT id FROM plain")).statement.usesClock).toBe(false);
});
