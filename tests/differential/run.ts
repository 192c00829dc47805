import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { fileSource } from "../../scripts/lake/file-source.ts";
import { openNodeDatabase } from "../../scripts/lake/node-database.ts";
import { nodeDecoder } from "../../scripts/lake/node-decoder.ts";
import { memoryCache } from "../../src/lake/byte-cache.ts";
import { LakeSession } from "../../src/lake/session.ts";
import type { Catalog } from "../../src/lib/catalog.ts";
import type { Plan } from "../../workers/engine-api.ts";
import { answerOfSession, difference, nativeAnswer } from "./answers.ts";
import {
	type GeneratedQuery,
	generateQuery,
	type SourceTable,
} from "./generate.ts";
import { quoted, showNatively, writeHazardousLake } from "./lake.ts";
import { Random } from "./random.ts";

/** A hazardous lake, read by native DuckDB and by a session of ours. */
export interface Bench {
	readonly catalog: Catalog;
	readonly tables: readonly SourceTable[];
	readonly native: DuckDBConnection;
	readonly session: () => LakeSession;
	/** Starts a session in which nothing is resident. */
	renew(): Promise<void>;
	close(): Promise<void>;
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
	/** Of the row groups of the tables that the queries read. */
	readonly rowGroupsShare: number;
	/** Queries that brought back what the budget had put out of memory. */
	readonly refills: number;
}

export interface Comparison {
	/** What is different, null where nothing is. */
	readonly what: string | null;
	readonly failed: boolean;
	/** Missing where ours failed. */
	readonly plan?: Plan;
}

/** More than the answer of any query that is compared takes. */
const NATIVE_MEMORY = "2GB";

export async function openBench(
	seed: number,
	budgetBytes: number,
): Promise<Bench> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-differential-"));
	const instance = await DuckDBInstance.create(":memory:", {
		threads: "1",
		memory_limit: NATIVE_MEMORY,
		max_temp_directory_size: "0B",
	});
	const native = await instance.connect();
	const catalog = await writeHazardousLake(folder, seed, native);
	await showNatively(folder, catalog, native);
	const openSession = () =>
		LakeSession.open({
			source: fileSource(folder),
			openDatabase: openNodeDatabase,
			decoder: nodeDecoder(),
			cache: memoryCache(1e8),
			budgetBytes,
		});
	let session = await openSession();
	return {
		catalog,
		tables: await withValues(catalog, native),
		native,
		session: () => session,
		async renew() {
			await session.close();
			session = await openSession();
		},
		async close() {
			await session.close();
			native.closeSync();
			instance.closeSync();
			await rm(folder, { recursive: true });
		},
	};
}

/** Runs so many generated queries, each by a seed of its own, in random order, and compares the answers. */
export async function compareGenerated(
	bench: Bench,
	firstSeed: number,
	count: number,
): Promise<Outcome> {
	const mismatches: Mismatch[] = [];
	let compared = 0;
	let failed = 0;
	let refills = 0;
	let filled = 0;
	let read = 0;
	let total = 0;
	const seeds = Array.from({ length: count }, (_, index) => firstSeed + index);
	for (const seed of new Random(firstSeed).shuffled(seeds)) {
		const query = generateQuery(new Random(seed), bench.tables);
		const result = await compareOne(bench, query);
		if (result === undefined) continue;
		compared += 1;
		if (result.failed) failed += 1;
		if ((result.plan?.actual.rows ?? 0) > 0) filled += 1;
		if (result.what !== null)
			mismatches.push({
				seed,
				sql: query.sql,
				plain: query.plain,
				what: result.what,
			});
		const { scans = [], actual } = result.plan ?? {};
		if (actual !== undefined && actual.cachedBytes > 0) refills += 1;
		for (const scan of scans) {
			read += scan.rowGroups;
			total += scan.rowGroupsTotal;
		}
	}
	return {
		compared,
		failed,
		filled,
		mismatches,
		rowGroupsShare: read / total,
		refills,
	};
}

/** Undefined where the answer is too large to compare. */
export async function compareOne(
	{ native, session }: Bench,
	{ sql, plain, params, ordered }: GeneratedQuery,
): Promise<Comparison | undefined> {
	const expected = await attempt(() => nativeAnswer(native, plain));
	if (expected === undefined) return undefined;
	const request = params.length > 0 ? { sql, params } : { sql };
	const actual = await attempt(() => answerOfSession(session(), request));
	// An error is an answer too: where one engine fails the other has to.
	if (expected instanceof Error)
		return {
			failed: true,
			what: actual instanceof Error ? null : `no error: ${expected.message}`,
		};
	if (actual instanceof Error)
		return { failed: true, what: `${actual.name}: ${actual.message}` };
	return {
		failed: false,
		what: difference(expected, actual, ordered),
		plan: actual.plan,
	};
}

async function attempt<T>(work: () => Promise<T>): Promise<T | Error> {
	try {
		return await work();
	} catch (error) {
		return error instanceof Error ? error : new Error(String(error));
	}
}

/** Each column with some of its values, those of nested types without. */
async function withValues(
	catalog: Catalog,
	native: DuckDBConnection,
): Promise<SourceTable[]> {
	const tables: SourceTable[] = [];
	for (const { name, rows, columns } of catalog.tables) {
		const valued = [];
		for (const column of columns) {
			const reader = await native.runAndReadAll(
				`SELECT CAST(value AS VARCHAR) FROM (
					SELECT DISTINCT ${quoted(column.name)} AS value FROM ${quoted(name)}
					WHERE value IS NOT NULL ORDER BY hash(CAST(value AS VARCHAR)) LIMIT 12
				) ORDER BY value`,
			);
			const found = reader.getRows().map(([text]) => String(text));
			const values = /STRUCT|\[\]/.test(column.type)
				? []
				: found.length > 0
					? found
					: ["1", "5"];
			valued.push({ name: column.name, type: column.type, values });
		}
		tables.push({ name, rows, columns: valued });
	}
	return tables;
}
