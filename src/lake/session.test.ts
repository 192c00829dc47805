import { glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { fileSource } from "../../scripts/lake/file-source.ts";
import { reopenNodeDatabase } from "../../scripts/lake/node-database.ts";
import { nodeDecoder } from "../../scripts/lake/node-decoder.ts";
import { writeTestLake } from "../../tests/support/test-lake.ts";
import { cells, openTestSession } from "../../tests/support/test-session.ts";
import { readAnswer } from "./arrow/rows.ts";
import type { LakeSession, SessionOptions } from "./session.ts";
import type { Database, RangeSource } from "./types.ts";

const NUMBERS =
	"SELECT i::INTEGER AS i, i % 7 AS rest, 'n' || i AS name, (i // 5000)::INTEGER AS part FROM range(20000) r(i)";
const WORDS =
	"SELECT i::INTEGER AS id, CASE WHEN i % 3 <> 0 THEN chr((97 + i % 26)::INTEGER) END AS letter FROM range(5000) r(i)";

let lake: string;

beforeAll(async () => {
	lake = await mkdtemp(join(tmpdir(), "lakeside-session-"));
	await writeTestLake(lake, [
		{
			name: "numbers",
			select: NUMBERS,
			partitionKeys: ["part"],
			rowGroupSize: 2048,
		},
		{ name: "words", select: WORDS, rowGroupSize: 2048 },
		{ name: "empty", select: "SELECT 1 AS a, 'x' AS b WHERE false" },
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

async function rows(session: LakeSession, sql: string) {
	const answer = await session.query({ sql });
	return cells(answer);
}

test("fetches and loads only what is missing", async () => {
	const session = await open();
	const first = await session.query({
		sql: "SELECT sum(i) AS s FROM numbers WHERE part = 1 AND i < 7000",
	});
	expect(readAnswer(first.ipc, first.columns).cell(0, 0)).toBe(11_999_000);
	expect(first.columns).toEqual([{ name: "s", type: "HUGEINT" }]);
	expect(first.plan.actual).toMatchObject({ files: 1, rowGroups: 1, rows: 1 });
	expect(first.plan.actual.bytes).toBeGreaterThan(0);

	const again = await session.query({
		sql: "SELECT max(i) AS m FROM numbers WHERE part = 1 AND i < 6000",
	});
	expect(again.plan.actual).toMatchObject({ files: 0, requests: 0, bytes: 0 });
	expect(again.plan.estimated.rowGroups).toBe(1);
});

test("EXPLAIN tells how a query runs over what it reads, ANALYZE with the rows that passed", async () => {
	const session = await open();
	const query =
		"SELECT letter, count(*) FROM numbers JOIN words ON rest = id WHERE i >= now()::TIMESTAMP::DATE - DATE '3000-01-01' GROUP BY letter";
	const plan = await session.query({ sql: `EXPLAIN ${query};` });
	expect(plan.columns.map(({ name }) => name)).toEqual([
		"explain_key",
		"explain_value",
	]);
	expect(plan.plan.actual.rowGroups).toBeGreaterThan(1);
	expect(cells(plan)[0]?.[1]).toMatch(
		/HASH_JOIN.*lakeside_stores\.main.*numbers_/s,
	);
	const [[, analysed] = []] = await rows(
		session,
		`explain (analyze, format json) ${query}`,
	);
	expect(JSON.parse(String(analysed))).toMatchObject({
		children: [expect.anything()],
	});
	expect((await session.query({ sql: query })).plan.actual.bytes).toBe(0);
	await expect(
		session.query({ sql: "EXPLAIN ANALYZE\nSELECT missing FROM numbers" }),
	).rejects.toThrow(/LINE 2: SELECT missing/);
	await session.setMemoryBudget(1000);
	await expect(
		session.query({ sql: "EXPLAIN SELECT sum(i) FROM numbers" }),
	).rejects.toThrow("EXPLAIN needs all that the query reads at once");
});

test("what was loaded is packed once nobody asks, and answers as before", async () => {
	let packed = 0;
	const session = await open({
		openDatabase: async () => {
			const database = await reopenNodeDatabase();
			return {
				...database,
				connect: async () => {
					const connection = await database.connect();
					return {
						...connection,
						query: async (...args) => {
							const answer = await connection.query(...args);
							if (args[0].startsWith("CHECKPOINT")) packed += 1;
							return answer;
						},
					};
				},
			};
		},
	});
	const ask = () =>
		rows(
			session,
			"SELECT rest, count(*) AS n, min(name) AS first, (SELECT max(letter) FROM words) AS last FROM numbers WHERE i > 15000 GROUP BY rest ORDER BY rest",
		);
	const loaded = await ask();
	await expect.poll(() => packed).toBe(1);
	expect(await ask()).toEqual(loaded);
	// What comes later is packed, too, and nothing twice.
	expect(
		await rows(session, "SELECT max(length(name))::INTEGER FROM numbers"),
	).toEqual([[6]]);
	await expect.poll(() => packed).toBe(2);
	expect(await ask()).toEqual(loaded);
	await new Promise((resolve) => setTimeout(resolve, 1000));
	expect(packed).toBe(2);
});

test("a session that nobody asks rehearses on a sample, of which nothing stays", async () => {
	const other = join(lake, "other");
	await writeTestLake(other, [
		{
			name: "sample",
			select:
				"SELECT TIMESTAMP '2024-01-01' + to_minutes(i) AS ts, i AS n, i / 8 AS value, 'n' || i % 300 AS name FROM range(2000) r(i)",
		},
	]);
	const [path] = await Array.fromAsync(glob(join(other, "**", "*.parquet")));
	const sample = readFile(path as string);
	const counted = () => {
		const decoder = nodeDecoder();
		let count = 0;
		const decode: typeof decoder.decode = (...args) => {
			count += 1;
			return decoder.decode(...args);
		};
		return { decoder: { ...decoder, decode }, decoded: () => count };
	};
	const { decoder, decoded } = counted();
	const session = await open({ decoder, sample });
	expect(await rows(session, "SELECT 1")).toEqual([[1]]);
	await expect.poll(decoded).toBeGreaterThanOrEqual(2);
	expect(await rows(session, "SELECT max(i) FROM numbers")).toEqual([[19999]]);
	await expect
		.poll(async () => (await session.memoryUse()).residentBytes)
		.toBe(0);
	expect(session.files()).toEqual([]);
	await expect(
		session.query({ sql: "FROM 'lakeside-rehearsal.parquet'" }),
	).rejects.toThrow("lakeside-rehearsal.parquet");

	// Who asks at once has no use for it.
	const asked = counted();
	const busy = await open({ decoder: asked.decoder, sample });
	await rows(busy, "SELECT sum(i) FROM numbers WHERE part = 1");
	const before = asked.decoded();
	await new Promise((resolve) => setTimeout(resolve, 500));
	expect(asked.decoded()).toBe(before);
});

test("counts and partition keys fetch nothing", async () => {
	const session = await open();
	const counted = await session.query({
		sql: "SELECT part, count(*) AS n FROM numbers GROUP BY part ORDER BY part",
	});
	expect(counted.plan.actual).toMatchObject({ requests: 0, bytes: 0, rows: 4 });
	expect(await rows(session, "SELECT count(*) FROM numbers")).toEqual([
		[20_000],
	]);
	expect(await rows(session, "SELECT count(*), min(b) FROM empty")).toEqual([
		[0, null],
	]);
});

test("a price is what a fresh query then costs", async () => {
	const session = await open();
	const sql = "SELECT name FROM numbers WHERE i BETWEEN 3000 AND 9000";
	const { cost, scans } = await session.price({ sql });
	const { plan } = await session.query({ sql });
	expect(plan.estimated).toEqual(cost);
	expect(plan.actual).toMatchObject({
		files: cost.files,
		rowGroups: cost.rowGroups,
		requests: cost.requests,
	});
	expect(plan.actual.bytes).toBeLessThanOrEqual(cost.bytes * 1.05);
	expect(scans[0]).toMatchObject({ table: "numbers", columns: ["i", "name"] });
});

test("with a budget that evicts, answers stay those of native DuckDB", async () => {
	const instance = await DuckDBInstance.create();
	const native = await instance.connect();
	await native.run(`CREATE TABLE numbers AS ${NUMBERS}`);
	await native.run(`CREATE TABLE words AS ${WORDS}`);
	const queries = [
		"SELECT sum(i), count(*) FROM numbers",
		"SELECT sum(i), count(*) FROM numbers WHERE part IN (0, 2)",
		"SELECT max(name), count(rest) FROM numbers WHERE i > 12345",
		"SELECT min(name), sum(rest) FROM numbers WHERE part = 3",
		"SELECT rest, count(*) FROM numbers GROUP BY ALL ORDER BY ALL",
		"SELECT letter, count(*) FROM words GROUP BY ALL ORDER BY ALL NULLS LAST",
		"SELECT count(*), sum(n.i) FROM numbers n JOIN words w ON n.i = w.id WHERE w.letter = 'c'",
		"SELECT count(*) FROM words WHERE letter IS NULL",
		"SELECT name FROM numbers WHERE i % 4999 = 0 ORDER BY i",
	];
	/** Bytes that came again, since what they made had been evicted, or had lacked a column. */
	const play = async (budgetBytes: number) => {
		const session = await open({ budgetBytes });
		let again = 0;
		let seed = 11;
		for (let round = 0; round < 60; round += 1) {
			seed = (seed * 1103515245 + 12345) % 2147483648;
			const sql = queries[seed % queries.length] as string;
			const expected = (await native.runAndReadAll(sql)).getRowsJson();
			const answer = await session.query({ sql });
			expect(
				cells(answer).map((row) => row.map(String)),
				sql,
			).toEqual(expected.map((row) => row.map(String)));
			again += answer.plan.actual.cachedBytes;
		}
		return again;
	};
	expect(await play(700_000)).toBeGreaterThan(await play(100_000_000));
	native.closeSync();
	instance.closeSync();
});

test("what alone exceeds the budget is refused before it is fetched, with its price", async () => {
	const session = await open({ budgetBytes: 100_000 });
	await expect(
		session.query({ sql: "SELECT median(i), max(name) FROM numbers" }),
	).rejects.toMatchObject({
		name: "OverBudgetError",
		message: expect.stringMatching(/about \d+ kB.*narrow numbers.*part/),
	});
	expect(
		await rows(session, "SELECT sum(i) FROM numbers WHERE part = 0"),
	).toEqual([[12_497_500]]);
});

test("a cancelled fetch leaves the session as it was", async () => {
	const files = fileSource(lake);
	let stuck = true;
	const { promise: reading, resolve: reads } = Promise.withResolvers<void>();
	const source: RangeSource = {
		...files,
		read: async (path, start, end, signal, onBytes) => {
			if (stuck && path.includes("part-")) {
				reads();
				await new Promise((_, reject) =>
					signal.addEventListener("abort", () => reject(signal.reason)),
				);
			}
			return files.read(path, start, end, signal, onBytes);
		},
	};
	const session = await open({ source });
	const controller = new AbortController();
	const sql = "SELECT sum(i) FROM numbers";
	const running = session.query({ sql }, controller.signal);
	const waiting = session.query({ sql }, controller.signal);
	await reading;
	controller.abort();
	const started = performance.now();
	await expect(running).rejects.toMatchObject({ name: "CancelledError" });
	await expect(waiting).rejects.toMatchObject({ name: "CancelledError" });
	expect(performance.now() - started).toBeLessThan(10_000);

	stuck = false;
	expect(await rows(session, sql)).toEqual([[199_990_000]]);
});

test("an engine that dies is replaced, and its tables refilled from the cache", async () => {
	let opens = 0;
	const session = await open({
		openDatabase: async (): Promise<Database> => {
			const database = await reopenNodeDatabase();
			opens += 1;
			if (opens > 1) return database;
			return {
				...database,
				connect: async () => {
					const connection = await database.connect();
					return {
						...connection,
						run: async () => {
							throw new WebAssembly.RuntimeError("unreachable");
						},
					};
				},
			};
		},
	});
	const { ipc, columns, plan } = await session.query({
		sql: "SELECT sum(i) FROM numbers",
	});
	expect(readAnswer(ipc, columns).cell(0, 0)).toBe(199_990_000);
	expect(opens).toBe(2);
	expect(plan.actual.bytes).toBe(0);
	expect(plan.actual.cachedBytes).toBeGreaterThan(0);
});

test("an engine that is lost between two queries is replaced", async () => {
	let opens = 0;
	let isLost = false;
	const session = await open({
		openDatabase: async (): Promise<Database> => {
			const database = await reopenNodeDatabase();
			opens += 1;
			if (opens > 1) return database;
			return {
				...database,
				connect: async () => {
					const connection = await database.connect();
					return {
						...connection,
						query: async (...args) => {
							if (!isLost) return connection.query(...args);
							const lost = new Error("the engine was lost: it crashed");
							lost.name = "EngineLostError";
							throw lost;
						},
					};
				},
			};
		},
	});
	const sql = "SELECT count(rest + 0) FROM numbers WHERE part = 2";
	expect(await rows(session, sql)).toEqual([[5000]]);
	isLost = true;
	expect((await session.price({ sql })).cost.files).toBe(1);
	expect(await rows(session, sql)).toEqual([[5000]]);
	expect(opens).toBe(2);
});

test("of an answer nothing is kept", async () => {
	setFlagsFromString("--expose-gc");
	const collect: () => void = runInNewContext("gc");
	const session = await open();
	const sql = "SELECT repeat('x', 1000) FROM range(1000)";
	const first = new WeakRef((await session.query({ sql })).plan);
	await session.query({ sql: "SELECT 1" });
	await session.query({ sql: "SELECT 2" });
	// Whether it is gone, not itself: what is looked at stays.
	const isGone = () => {
		collect();
		return first.deref() === undefined;
	};
	await expect.poll(isGone).toBe(true);
});

test("a lake that cannot be opened leaves no engine behind", async () => {
	let closed = 0;
	const opening = open({
		source: {
			...fileSource(lake),
			catalogText: async () => "no catalog",
		},
		openDatabase: async () => ({
			...(await reopenNodeDatabase()),
			close: async () => {
				closed += 1;
			},
		}),
		decoder: {
			...nodeDecoder(),
			close: async () => {
				closed += 1;
			},
		},
	});
	await expect(opening).rejects.toThrow();
	await expect.poll(() => closed).toBe(2);
});

test("a file that cannot be decoded is named, and costs neither engine nor session", async () => {
	let opens = 0;
	let panics = true;
	const decoder = nodeDecoder();
	const session = await open({
		openDatabase: () => {
			opens += 1;
			return reopenNodeDatabase();
		},
		decoder: {
			...decoder,
			decode: async (request) => {
				if (panics) throw new WebAssembly.RuntimeError("unreachable");
				return decoder.decode(request);
			},
		},
	});
	const sql = "SELECT max(id + 0) FROM words";
	await expect(session.query({ sql })).rejects.toMatchObject({
		name: "FetchError",
		message: expect.stringMatching(/^words\/part-0+\.parquet: .*unreachable/),
	});
	panics = false;
	expect(await rows(session, sql)).toEqual([[4999]]);
	expect(opens).toBe(1);
});

test("statements about tables answer as in a shell", async () => {
	const session = await open();
	expect(await rows(session, "SHOW TABLES;")).toEqual([
		["empty"],
		["numbers"],
		["words"],
	]);
	await rows(session, "SELECT sum(i) FROM numbers");
	expect(
		await rows(
			session,
			"SELECT table_name FROM information_schema.tables ORDER BY ALL",
		),
	).toEqual([["empty"], ["numbers"], ["words"]]);
	expect(await rows(session, "SHOW DATABASES")).toEqual([
		["lakeside_data"],
		["memory"],
	]);
	expect(await rows(session, "-- which\nDESCRIBE words; -- end")).toEqual([
		["id", "INTEGER", "YES", null, null, null],
		["letter", "VARCHAR", "YES", null, null, null],
	]);
	const described = await session.query({
		sql: "DESC SELECT i + 1.5 FROM numbers",
	});
	expect(cells(described)[0]?.slice(0, 2)).toEqual([
		"(i + 1.5)",
		"DECIMAL(12,1)",
	]);
	expect(described.plan.actual.bytes).toBe(0);
	const summarized = cells(
		await session.query({
			sql: "SUMMARIZE SELECT i, name FROM numbers WHERE i < ?::INTEGER",
			params: [3000],
		}),
	);
	expect(summarized.map((row) => [row[0], row[2], row[3], row[10]])).toEqual([
		["i", "0", "2999", 3000],
		["name", "n0", "n999", 3000],
	]);
	expect(await rows(session, "SELECT min(i), max(rest) FROM numbers")).toEqual([
		[0, 6],
	]);
	expect(
		(await rows(session, "SUMMARIZE numbers")).map((row) => row[10]),
	).toEqual([20_000, 20_000, 20_000, 20_000]);
});

test("an error names the lake's tables, and its place in the text that was given", async () => {
	const session = await open();
	const message = (sql: string) =>
		session.query({ sql }).then(String, (error: Error) => error.message);
	expect(await message("SELECT 1 FROM settings")).toBe(
		"Catalog Error: Table with name settings does not exist!\nThe lake has numbers, words, empty\n\nLINE 1: SELECT 1 FROM settings\n                      ^",
	);
	expect(await message("FROM wordss")).toContain('Did you mean "words"?');
	expect(await message("-- a\nDESCRIBE\n  nothing")).toContain(
		"LINE 3:   nothing\n          ^",
	);
	expect(await message("-- a\nSELECT\n  name::INTEGER FROM numbers")).toContain(
		"LINE 3:   name::INTEGER",
	);
});

test("a value that Arrow does not carry whole is refused rather than shown wrong", async () => {
	const session = await open();
	for (const type of [
		"'12:00:00+02'::TIMETZ",
		"['12:00:00+02'::TIMETZ]",
		"['101'::BIT]",
		"{'a': 1, 'b': 5::UHUGEINT}",
	])
		await expect(
			session.query({ sql: `SELECT 1, ${type} AS v` }),
			type,
		).rejects.toMatchObject({
			name: "UnsupportedError",
			message: expect.stringMatching(/column v .*cast it to VARCHAR/),
		});
	expect(
		await rows(
			session,
			"SELECT '101'::BIT, 5::UHUGEINT, now() IS NULL, ['TIME WITH TIME ZONE BIT'::ENUM('TIME WITH TIME ZONE BIT')], {'BIT': 1}",
		),
	).toEqual([["101", 5, false, ["TIME WITH TIME ZONE BIT"], { BIT: 1 }]]);
});

test("where rows stand shows in an answer as they stand in the lake", async () => {
	const sql =
		"SELECT count(*) FROM (SELECT w.id, n.i, n.part FROM words w POSITIONAL JOIN numbers n) WHERE id <> i";
	const session = await open();
	await rows(session, "SELECT * FROM words WHERE id > 4500");
	await rows(session, "SELECT * FROM numbers WHERE part = 2");
	await rows(session, "SELECT * FROM numbers WHERE part = 0");
	expect(await rows(session, sql)).toEqual([[0]]);
	const again = await session.query({ sql });
	expect(again.plan.actual.rowGroups).toBe(0);
});

test("within one statement the clock stands still, and an error in it costs nothing", async () => {
	const session = await open();
	const sql =
		"SELECT count(*) FROM numbers WHERE now() IS NOT NULL AND now() = now() AND part = 0";
	expect(await rows(session, sql)).toEqual([[5000]]);
	await expect(
		session.query({
			sql: "SELECT error(name) FROM numbers WHERE now() IS NOT NULL",
		}),
	).rejects.toMatchObject({ name: "SqlError" });
	expect(await rows(session, sql)).toEqual([[5000]]);
	expect(await rows(session, "SELECT max(name) FROM numbers")).toEqual([
		["n9999"],
	]);
});

test("what is no single query, or does not bind, is refused by its kind", async () => {
	const session = await open();
	for (const [sql, name] of [
		["SELECT nothing FROM numbers", "SqlError"],
		["DROP VIEW numbers", "UnsupportedError"],
		["SELECT 1; SELECT 2", "UnsupportedError"],
		["SET threads = 1", "UnsupportedError"],
		["SELECT '{}'::JSON", "UnsupportedError"],
		["SELECT * FROM read_csv('/etc/passwd')", undefined],
	] as const)
		await expect(session.query({ sql }), sql).rejects.toMatchObject(
			name === undefined ? {} : { name },
		);
	expect(await rows(session, "SELECT count(i) FROM numbers")).toEqual([
		[20_000],
	]);
});

test("moves to another publication when asked, and stays on its own until then", async () => {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-moving-"));
	const published = async (rows: number) => {
		await writeTestLake(folder, [
			{
				name: rows === 10 ? "old" : "new",
				select: `SELECT i FROM range(${rows}) r(i)`,
			},
			{ name: "shared", select: `SELECT i FROM range(${rows}) r(i)` },
		]);
		return readFile(join(folder, "catalog.json"), "utf8");
	};
	try {
		const before = await published(10);
		const session = await open({ source: fileSource(folder) });
		expect(await rows(session, "SELECT count(*), sum(i) FROM shared")).toEqual([
			[10, 45],
		]);
		const { version } = session;
		const after = await published(20);
		expect(await rows(session, "SELECT count(*), sum(i) FROM shared")).toEqual([
			[10, 45],
		]);
		expect(session.version).toBe(version);

		await expect(session.move("<!doctype html>")).rejects.toThrow("not JSON");
		expect(session.version).toBe(version);
		await session.move(after);
		expect(session.version).not.toBe(version);
		expect(
			await rows(
				session,
				"SELECT count(*), sum(i), (FROM new SELECT max(i)) FROM shared",
			),
		).toEqual([[20, 190, 19]]);
		await expect(rows(session, "FROM old")).rejects.toMatchObject({
			name: "SqlError",
		});

		const other = await open({
			source: fileSource(folder),
			catalogText: before,
		});
		expect(other.version).toBe(version);
	} finally {
		await rm(folder, { recursive: true });
	}
});

test("a budget that is changed holds from the next query on", async () => {
	const session = await open();
	const sql = "SELECT sum(i) FROM numbers";
	await rows(session, sql);
	const { residentBytes } = await session.memoryUse();
	expect(residentBytes).toBeGreaterThan(20_000 * 4 - 1);
	await session.setMemoryBudget(70_000);
	await expect(
		rows(session, "SELECT median(i) FROM numbers"),
	).rejects.toMatchObject({ name: "OverBudgetError" });
	await rows(session, "SELECT count(letter) FROM words WHERE id < 100");
	expect((await session.memoryUse()).residentBytes).toBeLessThan(residentBytes);
	await session.setMemoryBudget(null);
	expect(await rows(session, sql)).toEqual([[199_990_000]]);
});

test("what is one's own moves along, and what cannot is named", async () => {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-own-moving-"));
	const published = async (rows: number, column: string) => {
		await writeTestLake(folder, [
			{
				name: "shared",
				select: `SELECT i AS ${column} FROM range(${rows}) r(i)`,
			},
			{ name: "same", select: "SELECT 7 AS a" },
		]);
		return readFile(join(folder, "catalog.json"), "utf8");
	};
	try {
		await published(10, "i");
		const session = await open({ source: fileSource(folder) });
		await session.query({
			sql: "CREATE VIEW counts AS SELECT count(*) AS n FROM shared",
		});
		await session.query({
			sql: "CREATE VIEW sums AS SELECT sum(i) AS s FROM shared",
		});
		await session.query({
			sql: "CREATE TEMP TABLE kept AS SELECT max(i) AS m FROM shared",
		});
		await session.move(await published(20, "j"));
		const moved = await session.query({ sql: "SELECT n, m FROM counts, kept" });
		expect(cells(moved)).toEqual([[20, 9]]);
		expect(moved.notices).toMatchObject([
			{ reason: "newer data were asked for", lost: ["view sums"] },
		]);
		await expect(rows(session, "FROM sums")).rejects.toMatchObject({
			name: "SqlError",
		});
	} finally {
		await rm(folder, { recursive: true });
	}
});

test("a table with a database before it is refused, whatever is in memory of it", async () => {
	const session = await open();
	for (const _ of ["before anything is loaded", "after"]) {
		for (const from of [
			"memory.main.numbers",
			"memory.numbers",
			"lakeside_data.main.numbers",
			"query('FROM memory.main.numbers')",
			"query_table('memory.main.numbers')",
		])
			await expect(
				rows(session, `SELECT count(*) FROM ${from} WHERE name > 'n3'`),
				from,
			).rejects.toMatchObject({
				name: "UnsupportedError",
				message: expect.stringContaining("without a database"),
			});
		expect(await rows(session, "SELECT count(i) FROM main.numbers")).toEqual([
			[20_000],
		]);
	}
});

test("a session that was closed opens no other engine, for what was asked before or after", async () => {
	let engines = 0;
	let begun = () => {};
	const fetching = new Promise<void>((resolve) => {
		begun = resolve;
	});
	const source = fileSource(lake);
	const session = await open({
		openDatabase: () => {
			engines += 1;
			return reopenNodeDatabase();
		},
		source: {
			...source,
			async read(path, ...range) {
				if (!path.endsWith(".parquet")) return source.read(path, ...range);
				begun();
				return new Promise(() => {});
			},
		},
	});
	const asked = session.query({ sql: "SELECT sum(i) FROM numbers" });
	asked.catch(() => {});
	await fetching;
	await session.close();
	for (const query of [asked, session.query({ sql: "SELECT 1" })])
		await expect(query).rejects.toMatchObject({ name: "CancelledError" });
	expect(engines).toBe(1);
});

test("tables that a query reads together stay within the budget, whatever they have grown to", async () => {
	const session = await open({ budgetBytes: 200_000 });
	await rows(session, "SELECT sum(i + rest) FROM numbers WHERE i < 15000");
	expect((await session.memoryUse()).residentBytes).toBeGreaterThan(160_000);
	const sql =
		"SELECT count(rest), count(letter), max(id) FROM numbers JOIN words ON i = id WHERE i < 2000";
	const answer = await rows(session, sql);
	expect(answer).toEqual([[2000, 1333, 1999]]);
	expect((await session.memoryUse()).residentBytes).toBeLessThanOrEqual(
		200_000,
	);
	const again = await session.query({ sql });
	expect(again.plan.actual).toMatchObject({ rowGroups: 0, bytes: 0 });
});
