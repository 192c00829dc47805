import type { RollupName, StartView } from "../../src/lib/catalog.ts";
import type { DatasetName, TableName } from "../../src/lib/tables.ts";

/** A raw file of a dataset. */
export interface SourceFile {
	/** Path below the input folder, with forward slashes: `rides/2024/a.gpx`. */
	readonly path: string;
	readonly absolutePath: string;
	readonly bytes: number;
	/**
	 * Place among the dataset's files sorted by path, from 0. The runner adds it to
	 * every staging row as `file_index INTEGER`, and the view `source_files
	 * (file_index, path, bytes)` gives the path to it.
	 */
	readonly index: number;
}

/** A value of a staging row: times are `Date` or microseconds since 1970 as bigint. */
export type StagingValue = string | number | bigint | boolean | Date | null;

/** Types of staging columns. A time may also be given as microseconds in a number. */
export type StagingType =
	| "VARCHAR"
	| "INTEGER"
	| "BIGINT"
	| "DOUBLE"
	| "BOOLEAN"
	| "TIMESTAMP";

/** Where a parser puts what it finds in one file. */
export interface ParseOutput {
	/** Adds a row to a staging table; values in the order of its columns. */
	row(stagingTable: string, values: readonly StagingValue[]): void;
	/**
	 * Adds the rows of a SELECT that DuckDB runs over the file itself, for formats
	 * that it reads; columns by name, in any order. The SELECT is our own SQL, with
	 * the path put in by `literal` of `scripts/storage/sql-text.ts`.
	 */
	select(stagingTable: string, select: string): Promise<void>;
	/** Records what could not be used. `line` counts from 1, null for the whole file. */
	reject(line: number | null, reason: string, sample: string): void;
	/** Adds to a named count of the file's report, for example `rows read` or `blank cells`. */
	count(name: string, by?: number): void;
	/** A remark for the report, for example the columns of a CSV that were left out. */
	note(text: string): void;
	/**
	 * Resolves once what was given is written down; await it every few thousand
	 * rows, so that a large file does not pile up in memory.
	 */
	drain(): Promise<void>;
}

/** What the publisher may choose for parsing. */
export interface ParseOptions {
	/** A ride's line breaks where two points lie further apart in time, in seconds. */
	readonly maxGapSeconds: number;
	/** A ride's line breaks where two points lie further apart, in metres. */
	readonly maxGapMeters: number;
}

export interface StagingTable {
	readonly name: string;
	readonly columns: readonly {
		readonly name: string;
		readonly type: StagingType;
	}[];
}

/** A table of the lake, made from staging tables by one SELECT of DuckDB SQL. */
export interface TableDefinition {
	readonly name: TableName;
	/**
	 * Yields the table's columns (partition keys included) from views named as the
	 * staging tables, each with `file_index` besides its own columns; the runner
	 * casts them to the contract's types.
	 */
	readonly select: string;
	/**
	 * SQL expression over `select`'s columns that cuts the table into pieces which
	 * are sorted one at a time and written as `part-<bucket>-<hash>.parquet`; its
	 * values sort as the table does. Null for one piece a partition.
	 */
	readonly bucket: string | null;
	/** ORDER BY list over `select`'s columns; a total order. */
	readonly orderBy: string;
	readonly rowGroupSize: number;
}

/** Runs a SELECT over the finished lake's tables, seen as views by their names. */
export type LakeReader = (
	sql: string,
) => Promise<Record<string, string | number | bigint | boolean | null>[]>;

export interface RollupDefinition {
	readonly name: RollupName;
	/** A SELECT over the lake's tables, or what makes it out of the finished lake. */
	readonly sql:
		| string
		| ((lake: LakeReader, startView: StartView | null) => Promise<string>);
	readonly orderBy: string;
}

/**
 * A dataset says what it reads and makes. How steps run, where files lie, retries
 * and progress are the runner's business.
 */
export interface DatasetDefinition {
	readonly name: DatasetName;
	/** Folder below the input. */
	readonly folder: string;
	readonly title: string;
	readonly description: string;
	readonly source: string;
	readonly licence: string;
	/** Whether a file is one of ours, by its path; others are listed as ignored. */
	accepts(path: string): boolean;
	readonly staging: readonly StagingTable[];
	/**
	 * Reads one file. A thrown error rejects the whole file, and what it has put
	 * out is dropped: a {@link FileError} with its line, any other with its message.
	 */
	parse(
		file: SourceFile,
		out: ParseOutput,
		options: ParseOptions,
	): Promise<void>;
	readonly tables: readonly TableDefinition[];
	/**
	 * SELECT over the staging views of what is rejected only when files are seen
	 * together: source_file, line, reason, sample. Null where nothing is.
	 */
	readonly conflicts: string | null;
	/**
	 * SELECT over the staging views of counts that show only when files are seen
	 * together, for example duplicates: name VARCHAR, count BIGINT.
	 */
	readonly counts?: string;
	/** Where a page opens unless the publisher says so; for datasets with a map. */
	startView?(lake: LakeReader): Promise<StartView | null>;
	readonly rollups: readonly RollupDefinition[];
}
