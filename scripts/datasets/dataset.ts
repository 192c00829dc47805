import type { StartView } from "../../src/lib/catalog/catalog.ts";
import type { Column, TableContract } from "../../src/lib/catalog/tables.ts";
import type { RideOptions } from "../../src/lib/rides/read-ride.ts";
import type { Row } from "../storage/duckdb.ts";

/** A raw file of a dataset. */
export interface SourceFile {
	/** Path below the input folder, with forward slashes: `rides/2024/a.gpx`. */
	readonly path: string;
	readonly absolutePath: string;
	readonly bytes: number;
	/**
	 * Place among the files of its batch, from 0. The runner adds it to every staging
	 * row as `file_index INTEGER`, and the view `source_files (file_index, path, bytes)`
	 * gives the path to it.
	 */
	readonly index: number;
	/** What another file says of it, see {@link DatasetDefinition.lists}; absent where none does. */
	readonly about?: About;
}

/** What one file says of another; plain values. */
export type About = Readonly<Record<string, string | boolean | null>>;

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
	 * the path put in by `literal` of `src/lib/sql/literal.ts`. Gives the number
	 * of rows.
	 */
	select(stagingTable: string, select: string): Promise<number>;
	/**
	 * As `select`, for rows that need not be looked at one by one and that DuckDB reads as
	 * quickly a second time: a large file's are not written down in between.
	 */
	view(stagingTable: string, select: string): Promise<void>;
	/** Runs SQL on the connection that `select` runs on, and gives its rows one after another. */
	query(select: string): AsyncIterable<Row>;
	/** A folder of the job's own, for files that are needed until the job has ended. */
	scratch(): string;
	/**
	 * Records what could not be used. `line` counts from 1, null for the whole file;
	 * `entry` names the file within a zip that it is about.
	 */
	reject(
		line: number | null,
		reason: string,
		sample: string,
		entry?: string,
	): void;
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
export interface ParseOptions extends RideOptions {
	/** Rides say enough of their course that two of one trip are known, see {@link Uniqueness.alike}. */
	readonly onePerTrip?: boolean;
}

export interface StagingTable {
	readonly name: string;
	readonly columns: readonly {
		readonly name: string;
		readonly type: StagingType;
	}[];
}

/**
 * A table of the lake. Files are read in batches, and each batch's rows are
 * distributed to the pieces of the table, which are then sorted and written one by one.
 */
export interface TableDefinition {
	/** What readers of the table are told of it. */
	readonly contract: TableContract;
	readonly name: string;
	/**
	 * SELECT over one batch's staging views, each with `file_index` besides its own
	 * columns, and `source_files`. Yields the table's columns, partition keys included,
	 * and what `merge`, `conflicts` and `counts` need besides. Where the dataset is
	 * unique, also `file_index` and `record`, as its claims name them.
	 */
	readonly rows: string;
	/**
	 * SQL expressions over the columns of `rows` that cut a partition of many rows into
	 * pieces, from coarse to fine, such as {@link timeBuckets}. Their order is that of
	 * the table. Rows of one key of `merge` must agree in all of them.
	 */
	readonly buckets: readonly string[];
	/** A piece of more rows is cut while there are buckets; default: 1,048,576. */
	readonly pieceRows?: number;
	/**
	 * SELECT over the view `rows`, which holds all rows of a piece, that yields the
	 * table's columns: of several copies of a row, the one that counts. Default: all rows.
	 */
	readonly merge?: string;
	/** SELECT over `rows` of what `merge` rejects: source_file, line, reason, sample. */
	readonly conflicts?: string;
	/** SELECT over `rows` of named counts, which add up over pieces: name VARCHAR, count BIGINT. */
	readonly counts?: string;
	/** ORDER BY list over the table's columns; a total order. */
	readonly orderBy: string;
	/** SELECT over another one of the table's columns that adds to them what `orderBy` names besides. */
	readonly keyed?: (rows: string) => string;
	readonly rowGroupSize: number;
}

/**
 * Things that may come twice, in one file or in several, and count once: by their key,
 * the winner first. Copies that equal the winner are duplicates and are counted;
 * others, and whole files, are rejected with the place of the winner.
 */
export interface Uniqueness {
	/** What a thing is called: `post`. */
	readonly noun: string;
	/**
	 * SELECT over one batch's staging views: `key` VARCHAR, `file_index`, `record`
	 * BIGINT that tells things of one file apart (null where a file is one thing), `entry`
	 * VARCHAR, the file within a zip that it is (null where it is none), `line` BIGINT or
	 * null, `content` VARCHAR that two copies share only if they are equal,
	 * `records` BIGINT that the thing stands for in the report's balance, and the columns
	 * of `winner`.
	 */
	readonly claims: string;
	/**
	 * ORDER BY list over columns of `claims`, winner first, or null. Among equals the
	 * greater content wins, then the first by path and record.
	 */
	readonly winner: string | null;
	/**
	 * Things of different keys that stand for one, where the publisher asks for it: SELECT
	 * over the view `winners`, the claims that count, of pairs of keys `better`, `other`,
	 * sorted by how good the other is, then the better, best first; `better` is better by
	 * the same total order. In this order a thing loses, as an equal copy, to the best
	 * that it is paired with and that has not lost itself; who has lost beats nobody.
	 */
	readonly alike?: string;
	/** Count of the records of copies that equal their winner. */
	readonly duplicates: string;
	/** Count of the records of the other copies, which are rejected. */
	readonly replaced: string;
}

/**
 * How the report's counts add up: read = kept + rejected + duplicates, each a sum of
 * named counts.
 */
export interface Balance {
	/** What is counted: `points`. */
	readonly unit: string;
	readonly read: readonly string[];
	readonly kept: readonly string[];
	readonly rejected: readonly string[];
	/** Those among `rejected` of which another copy counts: no faults; default: none. */
	readonly replaced?: readonly string[];
	readonly duplicates: readonly string[];
}

/** Runs a SELECT over the finished lake's tables, seen as views by their names. */
export type LakeReader = (
	sql: string,
) => Promise<Record<string, string | number | bigint | boolean | null>[]>;

export interface RollupDefinition {
	readonly name: string;
	/** Its columns in order. */
	readonly columns: readonly Column[];
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
	readonly name: string;
	/** Folder below the input. */
	readonly folder: string;
	readonly title: string;
	readonly description: string;
	readonly source: string;
	readonly licence: string;
	/**
	 * A file's path says something about its rows, such as their station: equal files of
	 * two paths are then not the same file twice.
	 */
	readonly isPathData?: boolean;
	/** The publisher's privacy is about its rows. */
	readonly isPrivate?: boolean;
	/**
	 * Nothing but our own code reads its files, unless they are packed. So their bytes tell
	 * what they take, and a build may read a few itself: it cannot die of them, as it might
	 * of what makes a native reader crash.
	 */
	readonly isReadByUs?: boolean;
	/** Its rows are points of lines, which break where the build's options say. */
	readonly hasLines?: boolean;
	/** Whether a file is one of ours, by its path; others are listed as ignored. */
	accepts(path: string): boolean;
	/**
	 * Files that say something of others, such as their names. They are read before all
	 * others, and once more as any file, where what is wrong with them is told.
	 */
	readonly lists?: {
		/** Whether a file is one, by its path. */
		accepts(path: string): boolean;
		/** What it says, by the paths of the other files below the input folder. Throws a {@link FileError}. */
		read(
			file: Pick<SourceFile, "path" | "absolutePath" | "bytes">,
		): Promise<ReadonlyMap<string, About>>;
	};
	readonly staging: readonly StagingTable[];
	/**
	 * Reads one file. A thrown error rejects the whole file, and what it has put
	 * out is dropped: a {@link FileError} with its line, any other with its message.
	 */
	parse(
		file: SourceFile,
		out: ParseOutput,
		options: ParseOptions,
	): Promise<unknown>;
	readonly tables: readonly TableDefinition[];
	readonly unique?: Uniqueness;
	readonly balance: Balance;
	/** Where a page opens unless the publisher says so; for datasets with a map. */
	startView?(lake: LakeReader): Promise<StartView | null>;
	readonly rollups: readonly RollupDefinition[];
}

/** Buckets of a table in the order of time: year, month and day of a column, as 20240229. */
export function timeBuckets(column: string): string[] {
	const year = `year(${column})`;
	const month = `100 * ${year} + month(${column})`;
	return [year, month, `100 * (${month}) + day(${column})`];
}
