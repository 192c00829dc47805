import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { fileSource } from "../../scripts/lake/file-source.ts";
import { reopenNodeDatabase } from "../../scripts/lake/node-database.ts";
import { writeTestLake } from "../../tests/support/test-lake.ts";
import { cells, openTestSession } from "../../tests/support/test-session.ts";
import type { LakeSession, SessionOptions } from "./session.ts";
import type { Connection, Database } from "./types.ts";

let lake: string;

beforeAll(async () => {
	lake = await mkdtemp(join(tmpdir(), "lakeside-own-"));
	await writeTestLake(lake, [
		{
			name: "numbers",
			select:
				"SELECT i::INTEGER AS i, i % 7 AS rest, 'n' || i AS name, (i // 5000)::INTEGER AS part FROM range(20000) r(i)",
			partitionKeys: ["part"],
			rowGroupSize: 2048,
		},
		{
			name: "words",
			select:
				"SELECT i::INTEGER AS id, chr((97 + i % 26)::INTEGER) AS letter FROM range(5000) r(i)",
			rowGroupSize: 2048,
		},
	]);
});

afterAll(async () => {
	await rm(lake, { recursive: true });
});

async function open(options: Partial<SessionOptions> = {}) {
	const session = await openTestSession(lake, options);
	onTestFinished(() => session.close());
	return session;
}

const ask = (session: LakeSession, sql: string) => session.query({ sql });

async function rows(session: LakeSession, sql: string) {
	return cells(await ask(session, sql));
}

test("a view prunes by the filters of the query and by its own", async () => {
	const session = await open();
	const made = await ask(
		session,
		"CREATE VIEW second AS SELECT i, name FROM numbers WHERE part = 1;",
	);
	expect(made).toMatchObject({
		change: { action: "made", kind: "view", name: "second" },
		rows: 0,
		own: [
			{
				kind: "view",
				name: "second",
				columns: [{ name: "i" }, { name: "name" }],
			},
		],
	});
	const answer = await ask(
		session,
		"SELECT count(*) FROM second WHERE i < 6000",
	);
	expect(cells(answer)).toEqual([[1000]]);
	expect(answer.plan.estimated).toMatchObject({ files: 1, rowGroups: 1 });
	expect(answer.plan.scans[0]?.columns).toEqual(["i", "part"]);
});

test("macros, views over macros, and joins of all with the lake", async () => {
	const session = await open();
	await ask(
		session,
		"CREATE MACRO below(n) AS (SELECT count(*) FROM numbers WHERE i < n)",
	);
	await ask(
		session,
		"create or replace temporary macro few(n, p := 2) as table select i, name from numbers where part = p limit n",
	);
	await ask(
		session,
		"CREATE TEMP VIEW v(a, b) AS SELECT below(7), s.i FROM few(3) s",
	);
	expect(
		await rows(
			session,
			"SELECT a, count(*) FROM v JOIN numbers ON b = i GROUP BY a",
		),
	).toEqual([[7, 3]]);
	expect(
		await rows(
			session,
			"SELECT below(5), (SELECT count(*) FROM few(4, p := 0))",
		),
	).toEqual([[5, 4]]);
	await ask(session, "CREATE OR REPLACE MACRO below(n) AS n + 1");
	expect(await rows(session, "SELECT a FROM v LIMIT 1")).toEqual([[8]]);
	await ask(session, "DROP VIEW v");
	await ask(session, "DROP MACRO TABLE few");
	const { own } = await ask(session, "SELECT 1");
	expect(own.map(({ name }) => name)).toEqual(["below"]);
	await expect(ask(session, "FROM few(1)")).rejects.toMatchObject({
		name: "SqlError",
	});
});

test("a table takes its rows from the lake, is changed, joined and dropped", async () => {
	const session = await open();
	const made = await ask(
		session,
		"CREATE TEMP TABLE mine AS\nSELECT i, name FROM numbers WHERE i BETWEEN 100 AND 199",
	);
	expect(made.change).toEqual({
		action: "made",
		kind: "table",
		name: "mine",
		rows: 100,
	});
	expect(made.plan.actual).toMatchObject({ files: 1, rowGroups: 1 });
	expect(made.own[0]?.bytes).toBeGreaterThan(0);
	expect((await session.memoryUse()).residentBytes).toBeGreaterThan(
		made.own[0]?.bytes ?? 0,
	);
	const inserted = await ask(
		session,
		"INSERT INTO mine SELECT id, letter FROM words WHERE id < 3",
	);
	expect(inserted.change).toEqual({
		action: "filled",
		kind: "table",
		name: "mine",
		rows: 3,
	});
	expect(
		await rows(
			session,
			"SELECT count(*), count(DISTINCT m.name) FROM mine m JOIN words w ON m.i = w.id WHERE letter > 'b'",
		),
	).toEqual([[93, 93]]);
	expect(
		(
			await ask(
				session,
				"UPDATE mine SET name = 'x' WHERE i IN (SELECT i FROM numbers WHERE part = 0 AND i > 150)",
			)
		).change,
	).toMatchObject({ action: "updated", rows: 49 });
	expect(
		(await ask(session, "DELETE FROM mine WHERE name = 'x'")).change,
	).toMatchObject({ action: "deleted from", rows: 49 });
	expect(await rows(session, "SELECT count(*) FROM mine")).toEqual([[54]]);
	await ask(
		session,
		"CREATE TABLE typed(a INTEGER PRIMARY KEY, b DECIMAL(10, 2))",
	);
	await ask(session, "INSERT INTO typed VALUES (1, 2.5), (2, NULL)");
	expect(
		await rows(session, "SELECT sum(a), sum(b)::DOUBLE, count(*) FROM typed"),
	).toEqual([[3, 2.5, 2]]);
	expect(
		(await ask(session, "DROP TABLE IF EXISTS mine")).change,
	).toMatchObject({ action: "dropped" });
	expect(
		(await ask(session, "DROP TABLE IF EXISTS mine")).change,
	).toMatchObject({ action: "kept" });
	const again = await ask(
		session,
		"CREATE TABLE IF NOT EXISTS typed AS SELECT 1",
	);
	expect(again.change).toMatchObject({ action: "kept" });
	expect(again.own).toMatchObject([{ name: "typed", rows: 2 }]);
});

test("a variable keeps a value and prunes like one", async () => {
	const session = await open();
	await ask(session, "SET VARIABLE most = (SELECT max(id) FROM words)");
	const answer = await ask(
		session,
		"SELECT count(*) FROM numbers WHERE i > getvariable('most')::INTEGER + 14500",
	);
	expect(cells(answer)).toEqual([[500]]);
	expect(answer.plan.estimated.rowGroups).toBe(1);
	await ask(session, "RESET VARIABLE most");
	expect(await rows(session, "SELECT getvariable('most')")).toEqual([[null]]);
});

test("what a view or macro reads is read whole where the query needs it whole", async () => {
	const session = await open();
	await ask(
		session,
		"CREATE VIEW evens AS SELECT i, part FROM numbers WHERE i % 2 = 0",
	);
	await ask(session, "CREATE VIEW sampled AS SELECT * FROM evens");
	expect(
		await rows(session, "SELECT count(*) FROM sampled USING SAMPLE 10 ROWS"),
	).toEqual([[10]]);
	expect(
		await rows(
			session,
			"SELECT count(*) FROM (FROM sampled POSITIONAL JOIN words)",
		),
	).toEqual([[10_000]]);
	await ask(
		session,
		"CREATE VIEW lately AS SELECT count(*) AS n FROM numbers WHERE now() > TIMESTAMPTZ '2000-01-01'",
	);
	expect(await rows(session, "FROM lately")).toEqual([[20_000]]);
});

test("a text that names a table, or a view of the analyst's own, names it", async () => {
	const session = await open();
	await rows(session, "SELECT count(rest) FROM numbers WHERE i > 15000");
	await ask(
		session,
		"CREATE VIEW placed AS SELECT row_number() OVER () AS place, i FROM 'numbers'",
	);
	expect(
		await rows(session, "SELECT max(place) FROM 'placed' WHERE i < 10"),
	).toEqual([[10]]);
	const counted = await rows(
		session,
		"FROM (PIVOT (SELECT rest FROM placed JOIN numbers USING (i)) ON rest IN (0, 1) USING count(*))",
	);
	await ask(session, "CREATE VIEW rests AS SELECT rest, part FROM 'numbers'");
	const sql = "PIVOT 'rests' ON part USING count(*) GROUP BY rest";
	const pivoted = await rows(session, sql);
	expect(pivoted).toHaveLength(7);
	// As the page asks it.
	expect(cells(await session.query({ sql, params: [] }))).toEqual(pivoted);
	expect(counted).toEqual([[2858, 2857]]);
	await expect(
		ask(session, "PIVOT query_table('numbers') ON part USING count(*)"),
	).rejects.toMatchObject({ name: "UnsupportedError" });
});

test("nothing but the analyst's own can be made, hidden, changed or dropped", async () => {
	const session = await open();
	await ask(session, "CREATE VIEW v AS SELECT 1 AS a");
	for (const [sql, message] of [
		["CREATE VIEW numbers AS SELECT 1", "the lake has a table numbers"],
		['CREATE TABLE "NUMBERS" AS SELECT 1', "the lake has a table NUMBERS"],
		["DROP VIEW numbers", "the table numbers is the lake's"],
		[
			"INSERT INTO words VALUES (1, 'a')",
			"CREATE TABLE my_words AS FROM words",
		],
		["DELETE FROM words", "the table words is the lake's"],
		["UPDATE words SET id = 1", "the table words is the lake's"],
		[
			"DROP TABLE lakeside_stores.numbers_1",
			"lakeside_stores is followed by a dot",
		],
		["DROP TABLE v", "v is a view of yours"],
		["DROP VIEW nothing", "there is no view nothing of yours"],
		["DROP VIEW v, nothing", "DROP takes one name at a time"],
		["CREATE TABLE v AS SELECT 1", "there is a view v of yours"],
		["CREATE VIEW v AS SELECT 2", "CREATE OR REPLACE"],
		["CREATE MACRO range(a) AS TABLE SELECT 1", "function of DuckDB's"],
		["CREATE MACRO Sum(a) AS a", "function of DuckDB's"],
		["CREATE SCHEMA x", "CREATE SCHEMA cannot run here"],
		["CREATE INDEX x ON words(id)", "CREATE INDEX cannot run here"],
		["DROP SCHEMA store CASCADE", "DROP SCHEMA cannot run here"],
		["ALTER TABLE words ADD COLUMN a INTEGER", "ALTER cannot run here"],
		["ATTACH ':memory:' AS x", "ATTACH cannot run here"],
		["COPY words TO 'x.csv'", "COPY cannot run here: download"],
		["PRAGMA disable_optimizer", "PRAGMA cannot run here"],
		["SET threads = 1", "SET cannot run here"],
		["INSTALL json", "INSTALL cannot run here"],
		["CREATE VIEW w AS FROM memory.store.incoming", "does not exist"],
		["CREATE VIEW w AS FROM memory.main.words", "without a database"],
	] as const)
		await expect(ask(session, sql), sql).rejects.toMatchObject({
			message: expect.stringContaining(message),
		});
	await rows(session, "SELECT sum(rest) FROM numbers");
	await expect(
		ask(session, "CREATE VIEW w AS FROM lakeside_stores.numbers_1"),
	).rejects.toMatchObject({
		name: "UnsupportedError",
		message: expect.stringContaining("without a database"),
	});
	const { own } = await ask(session, "SELECT count(*) FROM words");
	expect(own.map(({ name }) => name)).toEqual(["v"]);
});

test("a definition that fails points into the text, and leaves what was there before", async () => {
	const session = await open();
	await ask(session, "CREATE VIEW v AS SELECT 1 AS a");
	const error = await ask(
		session,
		"CREATE OR REPLACE VIEW v AS\nSELECT nothing FROM numbers",
	).catch((reason: Error) => reason);
	expect(error).toMatchObject({
		name: "SqlError",
		message: expect.stringMatching(
			/LINE 2: SELECT nothing FROM numbers\n {15}\^/,
		),
	});
	expect(await rows(session, "FROM v")).toEqual([[1]]);
	await expect(
		ask(session, "CREATE TABLE t AS\nSELECT error(name) FROM numbers"),
	).rejects.toMatchObject({ name: "SqlError" });
	expect((await ask(session, "SELECT 1")).own.map(({ name }) => name)).toEqual([
		"v",
	]);
});

test("a price makes nothing", async () => {
	const session = await open();
	expect(
		(await session.price({ sql: "CREATE VIEW v AS FROM numbers" })).cost.bytes,
	).toBe(0);
	const sql = "CREATE TABLE t AS SELECT name FROM numbers WHERE part = 2";
	expect((await session.price({ sql })).cost.files).toBe(1);
	expect((await ask(session, "SELECT 1")).own).toEqual([]);
});

test("a price foresees that a name is taken, or that there is nothing to do", async () => {
	const session = await open();
	const made = "CREATE TABLE t AS SELECT name FROM numbers WHERE part = 2";
	await ask(session, made);
	await ask(session, "CREATE VIEW v AS FROM words");
	for (const sql of [
		made,
		"CREATE TABLE T (i INTEGER)",
		"CREATE VIEW t AS FROM words",
		"CREATE VIEW v AS FROM numbers",
		"CREATE TABLE v AS FROM numbers",
		"CREATE TABLE numbers AS FROM words",
		"CREATE MACRO sum(a) AS a + 1",
		"INSERT INTO words SELECT 1, 'a'",
		"UPDATE nowhere SET i = 1",
		"DROP TABLE nowhere",
		"DROP VIEW t",
	]) {
		const { cost, refusal } = await session.price({ sql });
		expect(cost.bytes, sql).toBe(0);
		await expect(ask(session, sql), sql).rejects.toMatchObject({
			name: "UnsupportedError",
			message: refusal,
		});
	}
	for (const sql of [
		"CREATE TABLE IF NOT EXISTS t AS FROM numbers",
		"DROP VIEW IF EXISTS nothing",
	])
		expect(await session.price({ sql })).toMatchObject({
			cost: { bytes: 0 },
			refusal: null,
		});
	for (const sql of [
		made.replace("CREATE", "CREATE OR REPLACE"),
		"INSERT INTO t SELECT name FROM numbers",
	]) {
		const price = await session.price({ sql });
		expect(price.refusal).toBe(null);
		expect(price.cost.bytes).toBeGreaterThan(0);
	}
});

test("tables that exceed the budget are refused, and others make room for them", async () => {
	const session = await open({ budgetBytes: 2_000_000 });
	await expect(
		ask(
			session,
			"CREATE TABLE t AS SELECT a.i, b.i AS j FROM range(1000) a(i), range(1000) b(i)",
		),
	).rejects.toMatchObject({ name: "OverBudgetError" });
	expect((await ask(session, "SELECT 1")).own).toEqual([]);
	await ask(session, "CREATE TABLE t AS SELECT i FROM range(100000) r(i)");
	expect(
		await rows(session, "SELECT count(i) FROM numbers WHERE part < 2"),
	).toEqual([[10_000]]);
	expect(await rows(session, "SELECT count(id) FROM words")).toEqual([[5000]]);
	expect(await rows(session, "SELECT count(*) FROM t")).toEqual([[100_000]]);
	await expect(
		ask(session, "INSERT INTO t SELECT i FROM range(1000000) r(i)"),
	).rejects.toThrow(/table t would take .* so it is dropped: make it anew/);
	expect((await ask(session, "SELECT 1")).own).toEqual([]);
});

/** Opens engines, of which the first dies when it is told to. */
function mortal() {
	let dies = false;
	let opens = 0;
	const openDatabase = async (): Promise<Database> => {
		const database = await reopenNodeDatabase();
		opens += 1;
		if (opens > 1) return database;
		return {
			...database,
			connect: async (): Promise<Connection> => {
				const connection = await database.connect();
				return {
					...connection,
					run: async (...args) => {
						if (!dies) return connection.run(...args);
						throw new WebAssembly.RuntimeError("unreachable");
					},
				};
			},
		};
	};
	return { openDatabase, die: () => (dies = true), opens: () => opens };
}

test("what is the analyst's own outlives the engine, or is named as lost", async () => {
	const engines = mortal();
	const session = await open({ openDatabase: engines.openDatabase });
	await ask(session, "SET VARIABLE half = (SELECT max(id) / 2 FROM words)");
	await ask(session, "CREATE MACRO plus(a) AS a + 1");
	await ask(
		session,
		"CREATE VIEW few AS SELECT plus(i) AS j FROM numbers WHERE part = 0",
	);
	await ask(
		session,
		"CREATE TABLE exact AS SELECT j FROM few WHERE j < getvariable('half')",
	);
	await ask(session, "INSERT INTO exact SELECT id FROM words WHERE id > 4990");
	await ask(
		session,
		"CREATE TABLE drawn AS SELECT random() AS r FROM range(10)",
	);
	await ask(session, "CREATE VIEW of_drawn AS FROM drawn");
	const sql = "SELECT count(*), sum(j) FROM exact";
	const before = await rows(session, sql);
	engines.die();
	const after = await ask(session, sql);
	expect(engines.opens()).toBe(2);
	expect(cells(after)).toEqual(before);
	expect(after.notices).toEqual([
		{
			kind: "engine-replaced",
			reason: "unreachable",
			lost: ["table drawn", "view of_drawn"],
			restored: 4,
		},
	]);
	expect(after.own.map(({ name }) => name)).toEqual([
		"half",
		"plus",
		"few",
		"exact",
	]);
	expect((await ask(session, "SELECT getvariable('half')")).notices).toEqual(
		[],
	);
	expect(
		await rows(
			session,
			"SELECT getvariable('half'), (SELECT count(*) FROM few)",
		),
	).toEqual([[2499.5, 5000]]);
});

test("an engine that has grown too large makes way for another, and nobody notices", async () => {
	let opens = 0;
	let heapBytes = 20e6;
	const session = await open({
		budgetBytes: 1e7,
		openDatabase: async () => {
			opens += 1;
			heapBytes = 20e6;
			return {
				...(await reopenNodeDatabase()),
				heapBytes: async () => heapBytes,
			};
		},
	});
	await ask(session, "CREATE VIEW v AS SELECT i FROM numbers WHERE part = 3");
	await ask(
		session,
		"CREATE TABLE drawn AS SELECT random() AS r, i::HUGEINT AS h FROM v LIMIT 10",
	);
	const before = await rows(session, "SELECT sum(r), sum(h) FROM drawn");
	expect(opens).toBe(1);
	heapBytes = 70e6;
	await ask(session, "SELECT 1");
	const after = await ask(session, "SELECT sum(r), sum(h) FROM drawn");
	expect(opens).toBe(2);
	expect(cells(after)).toEqual(before);
	expect(after.notices).toEqual([]);
	expect(await rows(session, "SELECT count(*) FROM v")).toEqual([[5000]]);
});

test("what a newer publication names is never hidden by what is the analyst's own", async () => {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-named-"));
	try {
		const publish = async (...names: string[]) => {
			await writeTestLake(
				folder,
				names.map((name) => ({ name, select: "SELECT 7 AS a" })),
			);
			return readFile(join(folder, "catalog.json"), "utf8");
		};
		await publish("first");
		const session = await open({ source: fileSource(folder) });
		await ask(session, "CREATE OR REPLACE VIEW later AS SELECT 1 AS a");
		await ask(session, "CREATE OR REPLACE TABLE Last AS SELECT 2 AS a");
		await session.move(await publish("first", "later", "last"));
		const moved = await ask(session, "SELECT later.a, last.a FROM later, last");
		expect(cells(moved)).toEqual([[7, 7]]);
		expect(moved.own).toEqual([]);
		expect(moved.notices).toMatchObject([
			{ lost: ["view later", "table Last"] },
		]);
	} finally {
		await rm(folder, { recursive: true });
	}
});
