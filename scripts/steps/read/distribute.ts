import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier } from "../../../src/lib/sql/identifier.ts";
import { literal, literalList } from "../../../src/lib/sql/literal.ts";
import type { TableDefinition } from "../../datasets/dataset.ts";
import { rowsOf } from "../../storage/duckdb.ts";
import { parquetRows, SCRATCH_PARQUET } from "../../storage/sql-text.ts";
import { bucketColumn, bucketColumns } from "./buckets.ts";

/** Column of distributed rows that names the file they come from. */
export const SOURCE = "lakeside_source";

/** A batch that is cut by partition and bucket is cut while its files hold about so many rows. */
const FILE_ROWS = 2 ** 14;

/** Rows in order go to files of so many row groups: who reads a few of these reads a footer of no more. */
const ROW_GROUPS_PER_FILE = 8;

/** A batch's rows of one table, on their way to its pieces. Files are told by their paths, or in other ways. */
export interface DistributedTable<File = string> {
	readonly files: readonly File[];
	/**
	 * A file that says what lies where: `file` (place in `files`), the partition keys as
	 * text, the buckets, `rows`, and `content`, which tells these rows from any others.
	 * Null without rows.
	 */
	readonly buckets: File | null;
	readonly rows: number;
}

/**
 * Writes a batch's rows of a table to files of `folder`, and what lies in them beside, so that a
 * piece can pass over what is not its own: in the order of partitions and buckets, or, where
 * they are too many to be sorted, to a file for each of these.
 */
export async function distribute(
	connection: DuckDBConnection,
	definition: TableDefinition,
	options: {
		readonly folder: string;
		/** Memory holds all rows, so that they can be put in order. */
		readonly isSorted: boolean;
		/** Rows tell the file and record that they come from. */
		readonly isUnique: boolean;
		/** Names the content of the batch, where it is cheaper to name than to look at. */
		readonly content: string | null;
	},
): Promise<DistributedTable> {
	const { folder, isSorted } = options;
	const select = selectOf(definition, options.isUnique);
	const order = [
		...definition.contract.partitionKeys.map(identifier),
		...bucketColumns(definition),
	];
	const cut = isSorted ? [] : await cutOf(connection, select, definition);
	mkdirSync(folder, { recursive: true });
	const { rowsChanged: rows } = await connection.run(
		cut.length > 0
			? `COPY (${select}) TO ${literal(folder)} (FORMAT parquet, PARTITION_BY (${cut.join(", ")}),
				WRITE_PARTITION_COLUMNS true, ${SCRATCH_PARQUET}, OVERWRITE true)`
			: `COPY (${select} ${order.length > 0 ? `ORDER BY ${order.join(", ")}` : ""}) TO ${literal(folder)}
				(FORMAT parquet, ${SCRATCH_PARQUET}, ROW_GROUPS_PER_FILE ${ROW_GROUPS_PER_FILE}, OVERWRITE true)`,
	);
	if (rows === 0) return { files: [], buckets: null, rows };
	const files = parquetFiles(folder);
	const summary = join(folder, "buckets.parquet");
	await summarise(connection, definition, files, summary, options.content);
	return { files, buckets: summary, rows };
}

/** SELECT of a batch's rows of a table, in its types, with what its pieces are made by and their buckets. */
function selectOf(definition: TableDefinition, isUnique: boolean): string {
	const casts = definition.contract.columns.map(
		({ name, type }) =>
			`CAST(${identifier(name)} AS ${type}) AS ${identifier(name)}`,
	);
	const used = columnsUsed(definition);
	const origin = isUnique ? ["file_index", "record"] : [];
	const kept = used === null ? "*" : columnsNamed([...used, ...origin]);
	const typed = `SELECT * REPLACE (${casts.join(", ")}) FROM (SELECT ${kept} FROM (${definition.rows}))`;
	const rows = isUnique
		? `SELECT typed.* EXCLUDE (file_index), path AS ${SOURCE}
			FROM (${typed}) AS typed JOIN source_files USING (file_index)`
		: typed;
	const buckets = definition.buckets.map(
		(bucket, depth) => `${bucket} AS ${bucketColumn(depth)}`,
	);
	return `SELECT ${["*", ...buckets].join(", ")} FROM (${rows})`;
}

/**
 * The columns of rows on their way that a table is cut and made by, and maybe
 * others; null for any: SQL of the table's own that goes through rows may mean them all.
 */
export function columnsUsed({
	contract,
	buckets,
	merge,
	conflicts,
	counts = "",
}: TableDefinition): string[] | null {
	if (merge !== undefined || conflicts !== undefined) return null;
	const words = [...buckets, counts].join(" ").match(/\w+/g) ?? [];
	return [...contract.columns.map(({ name }) => name), ...words];
}

/** Those columns of a SELECT that have one of some names. */
export function columnsNamed(names: readonly string[]): string {
	return `COLUMNS(lambda name: name IN (${names.map(literal).join(", ")}))`;
}

/** The columns by which rows are cut into files: the keys, and buckets while files stay large. */
async function cutOf(
	connection: DuckDBConnection,
	select: string,
	definition: TableDefinition,
): Promise<string[]> {
	const keys = definition.contract.partitionKeys.map(identifier);
	const columns = bucketColumns(definition);
	const cuts = columns.map((_, depth) => [
		...keys,
		...columns.slice(0, depth + 1),
	]);
	if (cuts.length === 0) return [...keys];
	const counts = cuts.map(
		(columns, depth) =>
			`approx_count_distinct(hash(${columns.join(", ")})) AS files_${depth}`,
	);
	const [row] = await rowsOf(
		connection,
		`SELECT ${["count(*) AS rows", ...counts].join(", ")} FROM (${select})`,
	);
	const fitting = cuts.filter(
		(_, depth) =>
			Number(row?.[`files_${depth}`]) * FILE_ROWS <= Number(row?.rows),
	);
	return fitting.at(-1) ?? [...keys];
}

async function summarise(
	connection: DuckDBConnection,
	definition: TableDefinition,
	files: readonly string[],
	to: string,
	content: string | null,
): Promise<void> {
	const keys = [
		...definition.contract.partitionKeys.map(
			(key) => `CAST(${identifier(key)} AS VARCHAR) AS ${identifier(key)}`,
		),
		...bucketColumns(definition),
	];
	const named =
		content === null
			? // Sums do not depend on the order of rows, and tell a row from two.
				`sum(hash(*COLUMNS(lambda name: name <> 'filename' AND NOT starts_with(name, 'lakeside_')))::HUGEINT)::VARCHAR`
			: literal(content);
	// A row is looked up among many names only once it stands for all of its group.
	await connection.run(
		`COPY (
			SELECT list_position(${literalList(files)}, filename) - 1 AS file, * EXCLUDE (filename)
			FROM (
				SELECT filename, ${[...keys, "count(*) AS rows", `${named} AS content`].join(", ")}
				FROM ${parquetRows(files, { withFilename: true })} GROUP BY ALL
			)
		) TO ${literal(to)} (FORMAT parquet, ${SCRATCH_PARQUET})`,
	);
}

function parquetFiles(folder: string): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name.endsWith(".parquet"))
		.map((entry) => join(entry.parentPath, entry.name))
		.sort();
}
