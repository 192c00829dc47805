import type { RollupName } from "../../src/lib/catalog.ts";
import type { DatasetName, TableName } from "../../src/lib/tables.ts";

/** A raw file of a dataset. */
export interface SourceFile {
	/** Path below the input folder, with forward slashes: `rides/2024/a.gpx`. */
	readonly path: string;
	readonly absolutePath: string;
	readonly bytes: number;
}

/** A value of a staging row: times are `Date` or microseconds since 1970 as bigint. */
export type StagingValue = string | number | bigint | boolean | Date | null;

/** Where a parser puts what it finds in one file. */
export interface ParseOutput {
	/** Adds a row to a staging table; values in the order of its columns. */
	row(stagingTable: string, values: readonly StagingValue[]): void;
	/** Records what could not be used. `line` counts from 1, null for the whole file. */
	reject(line: number | null, reason: string, sample: string): void;
	/** Adds to a named count of the file's report, for example `rows read` or `blank cells`. */
	count(name: string, by?: number): void;
	/** A remark for the report, for example the columns of a CSV that were left out. */
	note(text: string): void;
}

export interface StagingTable {
	readonly name: string;
	readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** A table of the lake, made from staging tables by one SELECT of DuckDB SQL. */
export interface TableDefinition {
	readonly name: TableName;
	/** Yields the table's columns (partition keys included) from views named as the staging tables. */
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
	/** Reads one file. A thrown error rejects the whole file with its message. */
	parse(file: SourceFile, out: ParseOutput): Promise<void>;
	readonly tables: readonly TableDefinition[];
	/**
	 * SELECT over the staging views of what is rejected only when files are seen
	 * together: source_file, line, reason, sample. Null where nothing is.
	 */
	readonly conflicts: string | null;
	/** SELECTs over the lake's tables, by name. */
	readonly rollups: readonly {
		readonly name: RollupName;
		readonly sql: string;
		readonly orderBy: string;
	}[];
}
