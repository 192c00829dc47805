import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier } from "../../../src/lib/sql/identifier.ts";
import type {
	DatasetDefinition,
	StagingTable,
} from "../../datasets/dataset.ts";
import { parquetRows } from "../../storage/sql-text.ts";
import {
	STAGED_REJECTS,
	STAGING_KEY,
	type StagedFile,
	stagedSelect,
	stagingTable,
} from "../../storage/staging.ts";

/** Rows of a file as a SELECT over the file itself. */
export interface StagedView {
	readonly table: string;
	readonly fileIndex: number;
	readonly select: string;
}

/** A batch that was read. */
export interface StagedBatch {
	readonly staged: readonly StagedFile[];
	/** Rows that were not written down. */
	readonly views: readonly StagedView[];
	/** Indices of files whose rows do not count, but whose rejects do. */
	readonly rejected: readonly number[];
}

/**
 * Makes a dataset's staging tables visible as views, each with `file_index` and
 * without the rows of rejected files, and `staged_rejects`.
 */
export async function createStagingViews(
	connection: DuckDBConnection,
	dataset: DatasetDefinition,
	batch: StagedBatch,
): Promise<void> {
	for (const table of dataset.staging)
		await createView(connection, table, batch);
	await createView(connection, STAGED_REJECTS, { ...batch, rejected: [] });
}

async function createView(
	connection: DuckDBConnection,
	table: StagingTable,
	{ staged, views, rejected }: StagedBatch,
): Promise<void> {
	const files = staged
		.filter((file) => file.table === table.name)
		.map((file) => file.path);
	const written =
		files.length > 0
			? `FROM ${stagingTable(table.name)} UNION ALL FROM ${parquetRows(files)}`
			: `FROM ${stagingTable(table.name)}`;
	const condition =
		rejected.length > 0
			? ` WHERE ${STAGING_KEY.name} NOT IN (${rejected.join(", ")})`
			: "";
	const parts = [
		`(FROM (${written})${condition})`,
		...views
			.filter((view) => view.table === table.name)
			.filter(({ fileIndex }) => !rejected.includes(fileIndex))
			.map((view) => stagedSelect(table, view.fileIndex, view.select)),
	];
	await connection.run(
		`CREATE OR REPLACE VIEW ${identifier(table.name)} AS ${parts.join(" UNION ALL BY NAME ")}`,
	);
}
