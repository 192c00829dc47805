import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier } from "../../src/lib/identifier.ts";
import type { StagingTable } from "../datasets/dataset.ts";
import { literal, literalList } from "../storage/sql-text.ts";
import { STAGED_REJECTS, STAGING_KEYS } from "../storage/staging.ts";
import type { ParsedDataset } from "./parse.ts";

/**
 * Makes a dataset's staging tables visible as views, each with `file_index` and
 * without the rows of rejected files, together with `source_files` and
 * `staged_rejects`. Views of a former dataset are replaced.
 */
export async function createStagingViews(
	connection: DuckDBConnection,
	parsed: ParsedDataset,
): Promise<void> {
	await connection.run(
		"CREATE OR REPLACE TABLE source_files (file_index INTEGER, path VARCHAR, bytes BIGINT)",
	);
	const appender = await connection.createAppender("source_files");
	for (const file of parsed.files) {
		appender.appendInteger(file.index);
		appender.appendVarchar(file.path);
		appender.appendBigInt(BigInt(file.bytes));
		appender.endRow();
	}
	appender.closeSync();
	await markAttempts(connection, "abandoned_attempts", parsed.abandoned);
	await markAttempts(connection, "dropped_attempts", [
		...parsed.abandoned,
		...parsed.rejectedAttempts,
	]);
	for (const table of parsed.dataset.staging)
		await createView(connection, parsed, table, "dropped_attempts");
	await createView(connection, parsed, STAGED_REJECTS, "abandoned_attempts");
}

async function markAttempts(
	connection: DuckDBConnection,
	table: string,
	attempts: readonly number[],
): Promise<void> {
	await connection.run(`CREATE OR REPLACE TABLE ${table} (attempt INTEGER)`);
	const appender = await connection.createAppender(table);
	for (const attempt of attempts) {
		appender.appendInteger(attempt);
		appender.endRow();
	}
	appender.closeSync();
}

async function createView(
	connection: DuckDBConnection,
	parsed: ParsedDataset,
	table: StagingTable,
	leftOut: string,
): Promise<void> {
	const files = parsed.staged
		.filter((file) => file.table === table.name)
		.map((file) => file.path);
	const columns = [...STAGING_KEYS, ...table.columns];
	const rows =
		files.length > 0
			? `read_parquet(${literalList(files)})`
			: `(SELECT ${columns
					.map(({ name, type }) => `NULL::${type} AS ${identifier(name)}`)
					.join(", ")} LIMIT 0)`;
	const anyLeftOut =
		parsed.abandoned.length + parsed.rejectedAttempts.length > 0;
	const condition = anyLeftOut ? ` WHERE attempt NOT IN (FROM ${leftOut})` : "";
	await connection.run(
		`CREATE OR REPLACE VIEW ${identifier(table.name)} AS SELECT * EXCLUDE (attempt) FROM ${rows}${condition}`,
	);
}

/** SELECT of a dataset's rejects in the contract's columns; needs its staging views. */
export function rejectsSelect(parsed: ParsedDataset): string {
	const name = literal(parsed.dataset.name);
	const parts = [
		`SELECT ${name} AS dataset, path AS source_file, line, reason, sample
		 FROM ${STAGED_REJECTS.name} JOIN source_files USING (file_index)`,
	];
	if (parsed.dataset.conflicts !== null)
		parts.push(
			`SELECT ${name} AS dataset, source_file, line, reason, sample FROM (${parsed.dataset.conflicts})`,
		);
	return parts.join(" UNION ALL ");
}
