import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { fileSource } from "../../scripts/lake/file-source.ts";
import { reopenNodeDatabase } from "../../scripts/lake/node-database.ts";
import { nodeDecoder } from "../../scripts/lake/node-decoder.ts";
import { nodeFiles } from "../../scripts/lake/node-files.ts";
import { memoryCache } from "../../src/lake/fetch/byte-cache.ts";
import { HttpSource } from "../../src/lake/http/source.ts";
import { LakeSession } from "../../src/lake/session.ts";
import type { Catalog } from "../../src/lib/catalog/catalog.ts";
import type { Plan } from "../../workers/engine-api.ts";
import {
	answerOfSession,
	difference,
	type Expectation,
	nativeAnswer,
} from "./answers.ts";
import {
	type GeneratedQuery,
	generateQuery,
	type SourceTable,
} from "./generate.ts";
import { showNatively, writeHazardousLake } from "./lake.ts";
import { Random } from "./random.ts";
import { generateShape } from "./shapes.ts";
import { withValues } from "./source-tables.ts";
import type { TextAnswer } from "./text-answer.ts";

/** A hazardous lake, and native DuckDB that reads it. */
export interface Oracle {
	readonly folder: string;
	readonly catalog: Catalog;
	readonly tables: readonly SourceTable[];
	readonly native: DuckDBConnection;
	close(): Promise<void>;
}

/** A hazardous lake, read by native DuckDB and by sessions of ours. */
export interface Bench extends Oracle {
	/** The one session that all queries share, with a budget that evicts. */
	readonly session: LakeSession;
	/** A session in which nothing is there yet, with a budget of so many bytes; the one before ends. */
	fresh(budgetBytes: number): Promise<LakeSession>;
}

export interface Mismatch {
	readonly seed: number;
	readonly sql: string;
	readonly plain: string;
	readonly what: string;
}

export interface Outcome {
	readonly compared: number;
	readonly mismatches: readonly Mismatch[];
	/** Queries that native DuckDB, or both, refuse. */
	readonly failed: number;
	/** Queries whose answer has rows. */
	readonly filled: number;
	/** Queries that were answered in slices, with less memory than their tables take. */
	readonly sliced: number;
	/** Of the row groups of the tables that the queries read. */
	readonly rowGroupsShare: number;
	/** Queries that brought back what the budget had put out of memory. */
	readonly refills: number;
}

export interface Comparison {
	/** What is different, null where nothing is. */
	readonly what: string | null;
	readonly failed: boolean;
	readonly sliced: boolean;
	/** In the shared session; missing where it failed. */
	readonly plan?: Plan;
}

/** Of the lake's values: with another the same seed of a query gives another query. */
export const LAKE_SEED = 20_260_101;

/** More than the answer of any query that is compared takes. */
const NATIVE_MEMORY = "2GB";

const AMPLE_BYTES = 1e8;
/** Less than the larger tables take. */
const TIGHT_BYTES = 25_000;

/** Writes the lake into a folder that `close` takes away. */
export async function openOracle(seed: number): Promise<Oracle> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-differential-"));
	const instance = await DuckDBInstance.create(":memory:", {
		threads: "1",
		memory_limit: NATIVE_MEMORY,
		max_temp_directory_size: "0B",
	});
	const native = await instance.connect();
	await native.run("SET TimeZone = 'UTC'; SET asof_loop_join_threshold = 0");
	const catalog = await writeHazardousLake(folder, seed, native);
	await showNatively(folder, catalog, native);
	return {
		folder,
		catalog,
		tables: await withValues(catalog, native),
		native,
		async close() {
			native.closeSync();
			instance.closeSync();
			await rm(folder, { recursive: true });
		},
	};
}

export async function openBench(
	seed: number,
	budgetBytes: number,
): Promise<Bench> {
	const oracle = await openOracle(seed);
	const open = (bytes: number) =>
		LakeSession.open({
			source: fileSource(oracle.folder),
			files: nodeFiles(new HttpSource("http://localhost/")),
			openDatabase: reopenNodeDatabase,
			decoder: nodeDecoder(),
			cache: memoryCache(1e8),
			budgetBytes: bytes,
		});
	const session = await open(budgetBytes);
	let fresh: LakeSession | undefined;
	return {
		...oracle,
		session,
		async fresh(bytes) {
			await fresh?.close();
			fresh = await open(bytes);
			return fresh;
		},
		async close() {
			await session.close();
			await fresh?.close();
			await oracle.close();
		},
	};
}

/** The query of a seed: half of them from the grammar, half of one construct each. */
export function queryOf(
	seed: number,
	tables: readonly SourceTable[],
): GeneratedQuery {
	const random = new Random(seed);
	return random.chance(0.5)
		? generateQuery(random, tables)
		: generateShape(random, tables);
}

/** Runs so many generated queries, each by a seed of its own, in random order, and compares the answers. */
export async function compareGenerated(
	bench: Bench,
	firstSeed: number,
	count: number,
	generate = queryOf,
): Promise<Outcome> {
	const mismatches: Mismatch[] = [];
	const outcome = { compared: 0, failed: 0, filled: 0, sliced: 0, refills: 0 };
	let read = 0;
	let total = 0;
	const seeds = Array.from({ length: count }, (_, index) => firstSeed + index);
	for (const seed of new Random(firstSeed).shuffled(seeds)) {
		const query = generate(seed, bench.tables);
		const isTight = query.mayBeSliced === true || seed % 3 === 0;
		const result = await compareOne(bench, query, isTight);
		if (result === undefined) continue;
		outcome.compared += 1;
		if (result.failed) outcome.failed += 1;
		if (result.sliced) outcome.sliced += 1;
		if ((result.plan?.actual.rows ?? 0) > 0) outcome.filled += 1;
		if (result.what !== null)
			mismatches.push({
				seed,
				sql: [...(query.setup ?? []), query.sql].join("; "),
				plain: query.plain,
				what: result.what,
			});
		const { scans = [], actual } = result.plan ?? {};
		if (actual !== undefined && actual.cachedBytes > 0) outcome.refills += 1;
		for (const scan of scans) {
			read += scan.rowGroups;
			total += scan.rowGroupsTotal;
		}
	}
	return { ...outcome, mismatches, rowGroupsShare: read / total };
}

/**
 * Compares a query's answers in the shared session and afresh with native DuckDB's;
 * `isTight` asks afresh with little memory first. Undefined where the answer is too
 * large to compare.
 */
export async function compareOne(
	bench: Bench,
	query: GeneratedQuery,
	isTight = false,
): Promise<Comparison | undefined> {
	const expected = await attempt(() => expectationOf(bench.native, query));
	if (expected === undefined) return undefined;
	const shared = await attempt(() => ask(bench.session, query));
	const what = verdict(expected, shared);
	// Tables of the analyst's own lie in memory whole: one that is larger than the budget is refused.
	const isTooLarge = isRefused(shared) && makesTable(query);
	if (what !== null && !isTooLarge)
		return { what: `in the session: ${what}`, failed: true, sliced: false };
	let fresh = await attempt(async () =>
		ask(await bench.fresh(isTight ? TIGHT_BYTES : AMPLE_BYTES), query),
	);
	const isRefusedTight = isTight && isRefused(fresh);
	if (isRefusedTight)
		fresh = await attempt(async () =>
			ask(await bench.fresh(AMPLE_BYTES), query),
		);
	const whatFresh = verdict(expected, fresh);
	return {
		what:
			whatFresh &&
			`afresh${isTight && !isRefusedTight ? ", with little memory" : ""}: ${whatFresh}`,
		failed: shared instanceof Error || whatFresh !== null,
		sliced: !(fresh instanceof Error) && fresh.plan.slices !== null,
		...(shared instanceof Error ? {} : { plan: shared.plan }),
	};
}

function isRefused(answer: unknown): boolean {
	return answer instanceof Error && answer.name === "OverBudgetError";
}

function makesTable({ setup = [] }: GeneratedQuery): boolean {
	return setup.some((statement) => statement.startsWith("CREATE TEMP TABLE"));
}

/** Native DuckDB's answer; undefined where it is too large. Throws DuckDB's errors. */
export async function expectationOf(
	native: DuckDBConnection,
	{ setup = [], teardown = [], plain, check }: GeneratedQuery,
): Promise<Expectation | undefined> {
	try {
		for (const statement of setup) await native.run(statement);
		const answer = await nativeAnswer(native, plain);
		if (answer === undefined) return undefined;
		if (check.kind !== "part") return { check, answer };
		const whole = await nativeAnswer(native, check.of);
		return whole && { check, answer, whole };
	} finally {
		for (const statement of teardown)
			await native.run(statement).catch(() => {});
	}
}

/** An error is an answer too: where one engine fails the other has to. */
export function verdict(
	expected: Expectation | Error,
	actual: TextAnswer | Error,
): string | null {
	if (expected instanceof Error)
		return actual instanceof Error ? null : `no error: ${expected.message}`;
	if (actual instanceof Error) return `${actual.name}: ${actual.message}`;
	return difference(expected, actual);
}

async function ask(session: LakeSession, query: GeneratedQuery) {
	const { setup = [], teardown = [], sql, params } = query;
	try {
		for (const statement of setup) await session.query({ sql: statement });
		return await answerOfSession(
			session,
			params.length > 0 ? { sql, params } : { sql },
		);
	} finally {
		for (const statement of teardown)
			await session.query({ sql: statement }).catch(() => {});
	}
}

/** An error as a value. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | Error> {
	try {
		return await work();
	} catch (error) {
		return error instanceof Error ? error : new Error(String(error));
	}
}
