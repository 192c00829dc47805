import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Uniqueness } from "../datasets/dataset.ts";
import { datasetNamed } from "../datasets/registry.ts";
import type { JobKind } from "../jobs/execute.ts";
import type { Json } from "../jobs/job.ts";
import { openDatabase, rowsOf } from "../storage/duckdb.ts";
import { literal, SCRATCH_PARQUET } from "../storage/sql-text.ts";

/** Claims that are compared at a time: more are dealt out by their key's hash. */
const CLAIMS_AT_A_TIME = 2 ** 24;

export interface ResolveParams {
	readonly dataset: string;
	/** Claims in all inputs. */
	readonly claims: number;
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
	const database = await openDatabase({
		memoryLimit: "320MB",
		temporaryFolder: join(context.out, "spill"),
	});
	try {
		const { connection } = database;
		await findLosers(
			connection,
			unique,
			`read_parquet(${literal(join(context.folder, "*.parquet"))}, hive_partitioning = false)`,
			Math.ceil(params.claims / CLAIMS_AT_A_TIME),
		);
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
			`SELECT source_file, sum(hash(record)::HUGEINT)::VARCHAR AS content
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
		database.close();
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
			records BIGINT, key VARCHAR, winner_file VARCHAR, winner_line BIGINT)`,
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
			SELECT source_file, record, entry, line, content = winner_content, records, key, winner_file, winner_line
			FROM ranked WHERE place > 1`,
		);
}

/** SELECT of the losers that are rejected, in the columns of the table of rejects. */
export function rejectedLosers(dataset: string, { noun }: Uniqueness): string {
	return `SELECT ${literal(dataset)} AS dataset, concat_ws('/', source_file, entry) AS source_file, line,
			CASE WHEN equal THEN ${literal(`the same ${noun} as `)}
				ELSE ${literal(`another copy of the ${noun} in `)} END
				|| winner_file || coalesce(' line ' || winner_line, '') || ', which counts' AS reason,
			CASE WHEN record IS NULL OR entry IS NOT NULL THEN '' ELSE key END AS sample
		FROM losers WHERE NOT equal OR record IS NULL OR entry IS NOT NULL`;
}
