import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { fileSource } from "../../scripts/lake/file-source.ts";
import { reopenNodeDatabase } from "../../scripts/lake/node-database.ts";
import { nodeDecoder } from "../../scripts/lake/node-decoder.ts";
import { memoryCache } from "../../src/lake/fetch/byte-cache.ts";
import { LakeSession } from "../../src/lake/session.ts";
import type { Database } from "../../src/lake/types.ts";
import { generateAggregate } from "../support/aggregate-statements.ts";
import { type TestTable, writeTestLake } from "../support/test-lake.ts";
import { answerOfSession } from "./answers.ts";
import type { GeneratedQuery } from "./generate.ts";
import { showNatively } from "./lake.ts";
import { Random } from "./random.ts";
import { attempt, expectationOf, verdict } from "./run.ts";

const QUERIES = Number(process.env.DIFFERENTIAL_SLICED ?? 100);
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 1);

/** A row group of all columns takes nearly as much. */
const BUDGET_BYTES = 350_000;

/** Per query, on a machine that others use too. */
const MILLISECONDS_PER_QUERY = 3_000;

/** `events` takes several MB, in row groups of 2,048 rows; `tiny` next to nothing. */
const TABLES: readonly TestTable[] = [
	{
		name: "events",
		select: `SELECT i::INTEGER AS id, TIMESTAMP '2024-02-28 22:00:00' + INTERVAL (i) MINUTE AS ts,
			DATE '2024-01-01' + (hash(i) % 90)::INTEGER AS day, CASE WHEN i % 7 = 0 THEN NULL ELSE (hash(i, 2) % 40)::INTEGER END AS k,
			9007199254740000 + i AS big, CASE WHEN i BETWEEN 12000 AND 12500 THEN 'nan'::DOUBLE WHEN i = 21000 THEN 'inf'::DOUBLE
				WHEN i = 21100 THEN '-inf'::DOUBLE WHEN i % 17 = 0 THEN -0.0 WHEN i % 11 = 0 THEN NULL ELSE ((hash(i, 3) % 400)::INTEGER - 200) / 8.0 END AS v,
			((i % 500) / 8.0)::FLOAT AS f, (i * 1.125 - 100)::DECIMAL(12, 3) AS price,
			CASE WHEN i % 9 = 0 THEN NULL ELSE (['ab', 'b''c', 'é', '😀', '', 'AB', chr(10), 'x' || chr(10) || 'y'])[1 + (hash(i, 4) % 8)::INTEGER] END AS name,
			CASE WHEN i % 5 = 0 THEN NULL ELSE hash(i, 5) % 2 = 0 END AS flag, (i // 400)::UTINYINT AS tiny, (18446744073709450000 + i)::UBIGINT AS huge,
			([NULL, 'north', 'south', 'a b'])[1 + (i // 700) % 4] AS region, NULL::INTEGER AS nothing
			FROM range(49152) r(i) ORDER BY i`,
		partitionKeys: ["region"],
		rowGroupSize: 2048,
		rowsPerFile: 8192,
	},
	{
		name: "tiny",
		select:
			"SELECT i::INTEGER AS k, 'g' || (i % 3) AS name, i % 2 = 0 AS flag FROM range(9) r(i)",
	},
];

let folder: string;
let native: DuckDBConnection;
let session: LakeSession;

/** How a merge is broken at the moment. */
const broken = vi.hoisted(() => ({ how: "not at all" }));

vi.mock("../../src/lake/slices/aggregates.ts", async (original) => {
	const real =
		await original<typeof import("../../src/lake/slices/aggregates.ts")>();
	const swapped: typeof real.mergingOf = (name) => {
		const merging = real.mergingOf(name);
		if (merging === null) return null;
		switch (`${broken.how} ${name}`) {
			case "counts are not added up count":
				return {
					...merging,
					parts: [{ call: "count", combine: "max" }],
				};
			case "a mean is the mean of the means avg":
				return {
					parts: [{ call: "avg", combine: "max" }],
					value: ([mean]) => mean as string,
				};
			case "the largest is the smallest of them max":
				return { ...merging, parts: [{ call: "max", combine: "min" }] };
			case "sums of no rows are zero sum":
				return { ...merging, value: ([sum]) => `coalesce(${sum}, 0)` };
			default:
				return merging;
		}
	};
	return { ...real, mergingOf: swapped };
});

/** Bytes of Arrow that lie in each store of the engine, as its connection sees them come and go. */
const stored = new Map<string, number>();
let mostStored = 0;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-slices-"));
	const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
	native = await instance.connect();
	const catalog = await writeTestLake(folder, TABLES);
	await showNatively(folder, catalog, native);
	session = await openSession(BUDGET_BYTES);
});

afterAll(async () => {
	await session.close();
	native.closeSync();
	await rm(folder, { recursive: true });
});

function openSession(budgetBytes: number): Promise<LakeSession> {
	return LakeSession.open({
		source: fileSource(folder),
		openDatabase: async () => watched(await reopenNodeDatabase()),
		decoder: nodeDecoder(),
		cache: memoryCache(1e8),
		budgetBytes,
	});
}

function watched(database: Database): Database {
	const keep = (name: string, bytes: number) => {
		stored.set(name, (stored.get(name) ?? 0) + bytes);
		mostStored = Math.max(
			mostStored,
			[...stored.values()].reduce((sum, one) => sum + one, 0),
		);
	};
	return {
		...database,
		async connect() {
			const connection = await database.connect();
			return {
				...connection,
				async insert(ipc, target) {
					keep(target.table, ipc.length);
					await connection.insert(ipc, target);
				},
				async query(sql, params) {
					const copied =
						/^INSERT INTO lakeside_stores\.(\w+) SELECT .* FROM lakeside_data\.store\.incoming$/s.exec(
							sql,
						)?.[1];
					if (copied !== undefined) {
						// The copy takes the place of what came in.
						const bytes = stored.get("incoming") ?? 0;
						stored.delete("incoming");
						keep(copied, bytes);
					}
					const dropped = /^DROP TABLE IF EXISTS lakeside_stores\.(\w+)$/.exec(
						sql,
					)?.[1];
					if (dropped !== undefined) stored.delete(dropped);
					return connection.query(sql, params);
				},
			};
		},
	};
}

interface Sliced {
	readonly what: string | null;
	/** Null where it ran at once, or was refused. */
	readonly slices: number | null;
	readonly refusal: string | null;
}

async function compare(query: GeneratedQuery): Promise<Sliced | undefined> {
	const expected = await attempt(() => expectationOf(native, query));
	if (expected === undefined) return undefined;
	const actual = await attempt(() => answerOfSession(session, query));
	if (actual instanceof Error)
		return actual.name === "OverBudgetError"
			? { what: null, slices: null, refusal: actual.message }
			: { what: verdict(expected, actual), slices: null, refusal: null };
	return {
		what: verdict(expected, actual),
		slices: actual.plan.slices,
		refusal: null,
	};
}

test(
	`${QUERIES} generated aggregates of more than memory are answered as native DuckDB answers them`,
	async () => {
		const faults: unknown[] = [];
		mostStored = 0;
		const slices: number[] = [];
		const refusals: string[] = [];
		for (let seed = SEED; seed < SEED + QUERIES; seed += 1) {
			const query = generateAggregate(new Random(seed));
			const result = await compare(query);
			if (result?.what) faults.push({ seed, sql: query.sql, ...result });
			if (result?.slices) slices.push(result.slices);
			if (result?.refusal) refusals.push(result.refusal);
		}
		expect(faults).toEqual([]);
		expect(mostStored).toBeLessThanOrEqual(BUDGET_BYTES);
		expect(slices.length).toBeGreaterThan(QUERIES * 0.6);
		expect(Math.max(...slices)).toBeGreaterThan(10);
		// Where the groups alone are too many.
		expect(refusals.length).toBeLessThan(QUERIES * 0.2);
	},
	60_000 + QUERIES * MILLISECONDS_PER_QUERY,
);

test("a price tells the slices, or why there are none and what to narrow", async () => {
	const split = { sql: "SELECT name, avg(price) FROM events GROUP BY name" };
	const price = await session.price(split);
	expect(price.slices).toBeGreaterThan(5);
	expect(price.refusal).toBeNull();
	const { plan } = await session.query(split);
	expect(plan.slices).toBeGreaterThan(5);

	const whole = { sql: "SELECT median(price), min(ts) FROM events" };
	const { slices, refusal } = await session.price(whole);
	expect(slices).toBeNull();
	expect(refusal).toMatch(
		/needs about [\d.]+ MB of memory, more than the 350 kB .*: median needs all values of a group at once; narrow events by a filter on region/,
	);
	await expect(session.query(whole)).rejects.toMatchObject({
		name: "OverBudgetError",
		message: refusal,
	});
	expect(
		(await session.price({ sql: "SELECT count(*) FROM tiny" })).slices,
	).toBeNull();
});

test("progress goes from slice to slice", async () => {
	const reports: string[] = [];
	await session.query(
		{ sql: "SELECT sum(price) FROM events" },
		undefined,
		(progress) =>
			reports.push(
				progress.stage === "slice"
					? `${progress.slice} ${progress.rows}`
					: progress.stage,
			),
	);
	expect(reports[0]).toBe("plan");
	expect(reports.at(-1)).toBe("run");
	const slices = reports.slice(1, -1).map((text) => text.split(" "));
	const ofRows = slices.map(([, rows]) => Number(rows));
	expect(ofRows).toEqual(ofRows.toSorted((a, b) => a - b));
	expect(ofRows.at(-1)).toBe(49_152);
	expect(new Set(slices.map(([slice]) => slice)).size).toBeGreaterThan(5);
});

test.each([1, 3])(
	"cancelled in slice %i, the session goes on and keeps nothing of it",
	async (slice) => {
		const request = { sql: "SELECT region, sum(price) FROM events GROUP BY 1" };
		const stop = new AbortController();
		await expect(
			session.query(request, stop.signal, (progress) => {
				if (progress.stage === "slice" && progress.slice === slice)
					stop.abort();
			}),
		).rejects.toMatchObject({ name: "CancelledError" });
		expect([...stored.keys()].filter((name) => /^events/.test(name))).toEqual(
			[],
		);
		expect(
			await answerOfSession(session, {
				sql: "SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'slice%'",
			}),
		).toMatchObject({ rows: [["0"]] });
		const result = await compare({
			...request,
			params: [],
			plain: request.sql,
			check: { kind: "rows" },
		});
		expect(result).toMatchObject({ what: null });
		expect(result?.slices).toBeGreaterThan(3);
	},
);

test("an error in a slice is the statement's own", async () => {
	const sql = "SELECT sum(CAST(name AS INTEGER)) FROM events";
	await expect(session.query({ sql })).rejects.toMatchObject({
		name: "SqlError",
		message: expect.stringMatching(/Conversion Error/),
	});
	await expect(session.query({ sql })).rejects.not.toMatchObject({
		message: expect.stringMatching(/slice part|INSERT/),
	});
	expect((await session.query({ sql: "SELECT 1" })).rows).toBe(1);
});

describe("the comparison notices that", () => {
	test.each([
		"counts are not added up",
		"a mean is the mean of the means",
		"the largest is the smallest of them",
		"sums of no rows are zero",
	])("%s", async (how) => {
		try {
			broken.how = how;
			let noticed = false;
			for (let seed = 0; seed < 60 && !noticed; seed += 1) {
				const result = await compare(generateAggregate(new Random(seed)));
				noticed = Boolean(result?.what);
			}
			expect(noticed).toBe(true);
		} finally {
			broken.how = "not at all";
		}
	});
});
