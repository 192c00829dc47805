import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { beat } from "../../../src/lib/rides/same-trip.ts";
import { literal } from "../../../src/lib/sql/literal.ts";
import type { Uniqueness } from "../../datasets/dataset.ts";
import { datasetNamed } from "../../datasets/registry.ts";
import type { JobKind } from "../../jobs/execute.ts";
import type { Json } from "../../jobs/job.ts";
import { openDatabase, rowsOf, streamRows } from "../../storage/duckdb.ts";
import { parquetRows, SCRATCH_PARQUET } from "../../storage/sql-text.ts";

/** Claims that are compared at a time: more are dealt out by their key's hash. */
const CLAIMS_AT_A_TIME = 2 ** 24;

export interface ResolveParams {
	readonly dataset: string;
	/** Claims in all inputs. */
	readonly claims: number;
	/** Whether the publisher asks for things of different keys to count once. */
	readonly alike: boolean;
}

/** What a resolving job says. Files are indices of its outputs. */
export interface ResolvedClaims {
	/** Copies that do not count: `source_file`, `record`; null where there are none. */
	readonly losers: number | null;
	/** Those of them that are rejected, in the columns of the table of rejects. */
	readonly rejects: number | null;
	/** By source file: what tells its losers from any others. */
	readonly bySource: Readonly<Record<string, string>>;
	readonly counts: Readonly<Record<string, number>>;
	/** Whole files that are copies of others. */
	readonly rejectedFiles: number;
}

/** Of all things that were claimed more than once, finds the copies that do not count. */
export const resolveClaims: JobKind = async (json, context) => {
	const params = json as unknown as ResolveParams;
	const { name, unique } = datasetNamed(params.dataset);
	if (unique === undefined)
		throw new Error(`a dataset without claims: ${name}`);
	const database = await openDatabase({ temporaryFolder: context.spill });
	try {
		const { connection } = database;
		const claims = parquetRows([...context.inputs.values()]);
		const parts = Math.ceil(params.claims / CLAIMS_AT_A_TIME);
		await findLosers(connection, unique, claims, parts);
		if (params.alike && unique.alike !== undefined)
			await findAlike(connection, unique.alike, claims);
		const outputs: { file: string; store: "work"; key: string }[] = [];
		const write = async (file: string, select: string) => {
			const { rowsChanged } = await connection.run(
				`COPY (${select}) TO ${literal(join(context.out, file))} (FORMAT parquet, ${SCRATCH_PARQUET})`,
			);
			if (rowsChanged === 0) return null;
			const key = `claims/${context.id}/${file}`;
			return outputs.push({ file, store: "work", key }) - 1;
		};
		const losers = await write(
			"losers.parquet",
			"SELECT source_file, record FROM losers ORDER BY ALL",
		);
		const rejects = await write(
			"rejects.parquet",
			rejectedLosers(name, unique),
		);
		const [counts] = await rowsOf(connection, LOSERS_COUNTS);
		const bySource = await rowsOf(
			connection,
			// The hash of 0 alone, the first record's, is 0, which adds nothing.
			`SELECT source_file, sum(hash(source_file, record)::HUGEINT)::VARCHAR AS content
			FROM losers GROUP BY source_file ORDER BY source_file`,
		);
		const value: ResolvedClaims = {
			losers,
			rejects,
			bySource: Object.fromEntries(
				bySource.map((row) => [String(row.source_file), String(row.content)]),
			),
			counts: {
				[unique.duplicates]: Number(counts?.duplicates),
				[unique.replaced]: Number(counts?.replaced),
			},
			rejectedFiles: Number(counts?.files),
		};
		return { outputs, value: value as unknown as Json };
	} finally {
		await database.close();
	}
};

/** Counts of the table `losers`: records of `duplicates` and of what was `replaced`, and whole `files`. */
export const LOSERS_COUNTS = `
	SELECT coalesce(sum(records) FILTER (WHERE equal), 0)::BIGINT AS duplicates,
		coalesce(sum(records) FILTER (WHERE NOT equal), 0)::BIGINT AS replaced,
		count(*) FILTER (WHERE record IS NULL) AS files
	FROM losers`;

/**
 * Makes the table `losers` of the copies that do not count. `claims` is what stands
 * behind FROM; it is gone through in `parts`, so that memory stays bounded.
 */
export async function findLosers(
	connection: DuckDBConnection,
	unique: Uniqueness,
	claims: string,
	parts: number,
): Promise<void> {
	await connection.run(
		`CREATE TABLE losers (source_file VARCHAR, record BIGINT, entry VARCHAR, line BIGINT, equal BOOLEAN,
			records BIGINT, key VARCHAR, winner_file VARCHAR, winner_line BIGINT, alike BOOLEAN)`,
	);
	const order = [unique.winner, "content DESC", "source_file", "record"]
		.filter((text) => text !== null)
		.join(", ");
	for (let part = 0; part < parts; part++)
		await connection.run(
			`INSERT INTO losers
			WITH repeated AS (
				SELECT hash(key) AS code FROM ${claims}
				WHERE hash(key) % ${parts} = ${part} GROUP BY 1 HAVING count(*) > 1
			), ranked AS (
				SELECT *, row_number() OVER places AS place,
					first_value(content) OVER places AS winner_content,
					first_value(concat_ws('/', source_file, entry)) OVER places AS winner_file,
					first_value(line) OVER places AS winner_line
				FROM ${claims} WHERE hash(key) IN (FROM repeated)
				WINDOW places AS (PARTITION BY key ORDER BY ${order})
			)
			SELECT source_file, record, entry, line, content = winner_content, records, key, winner_file, winner_line, false
			FROM ranked WHERE place > 1`,
		);
}

/**
 * Adds to the losers what `pairs` finds alike. A copy that has lost to one of these
 * names in its place the one that counts.
 */
async function findAlike(
	connection: DuckDBConnection,
	pairs: string,
	claims: string,
): Promise<void> {
	await connection.run(
		`CREATE VIEW winners AS SELECT claims.* FROM ${claims} AS claims
		ANTI JOIN losers ON losers.source_file = claims.source_file
			AND losers.record IS NOT DISTINCT FROM claims.record`,
	);
	const beatenBy = new Map<string, string>();
	for await (const row of streamRows(connection, pairs))
		beat(beatenBy, String(row.better), String(row.other));
	await connection.run("CREATE TABLE beaten (key VARCHAR, winner VARCHAR)");
	const appender = await connection.createAppender("beaten");
	for (const [key, winner] of beatenBy) {
		appender.appendVarchar(key);
		appender.appendVarchar(winner);
		appender.endRow();
	}
	appender.closeSync();
	await connection.run(
		`CREATE TABLE beaten_claims AS
		SELECT claims.*, concat_ws('/', better.source_file, better.entry) AS winner_file
		FROM beaten JOIN winners AS claims USING (key)
		JOIN winners AS better ON better.key = beaten.winner`,
	);
	await connection.run(
		`UPDATE losers SET winner_file = beaten_claims.winner_file, alike = true
		FROM beaten_claims WHERE beaten_claims.key = losers.key`,
	);
	await connection.run(
		`INSERT INTO losers
		SELECT source_file, record, entry, line, true, records, key, winner_file, NULL, true
		FROM beaten_claims`,
	);
}

/** SELECT of the losers that are rejected, in the columns of the table of rejects. */
export function rejectedLosers(dataset: string, { noun }: Uniqueness): string {
	return `SELECT ${literal(dataset)} AS dataset, concat_ws('/', source_file, entry) AS source_file, line,
			CASE WHEN alike THEN ${literal(`of the same trip as the ${noun} `)}
				WHEN equal THEN ${literal(`the same ${noun} as `)}
				ELSE ${literal(`another copy of the ${noun} in `)} END
				|| winner_file || coalesce(' line ' || winner_line, '') || ', which counts' AS reason,
			CASE WHEN record IS NULL OR entry IS NOT NULL THEN '' ELSE key END AS sample
		FROM losers WHERE NOT equal OR record IS NULL OR entry IS NOT NULL`;
}
