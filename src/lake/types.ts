import type { SqlValue } from "../../workers/engine-api.ts";
import type { ManifestFile } from "../lib/catalog/catalog.ts";

/** DuckDB-WASM, in a browser's worker or under Node. */
export interface Database {
	/** For example `v1.5.6`. */
	readonly version: string;
	/** That a query may run on; 1 where there is only the engine's own. */
	readonly threads: number;
	connect(): Promise<Connection>;
	/** Lets SQL read a file by that name, where the configuration allows it. */
	addFile(name: string, file: Blob): Promise<void>;
	dropFile(name: string): Promise<void>;
	/** Size of the engine's WebAssembly memory, which only grows. */
	heapBytes(): Promise<number>;
	/** Ends the engine; memory is given back. */
	close(): Promise<void>;
}

/** Calls are taken one after the other, in the order in which they are made. */
export interface Connection {
	/**
	 * Runs SQL and gives the answer as an Arrow IPC stream. Errors are DuckDB's.
	 * With `params`, even empty ones, the statement is prepared, so that several
	 * statements are an error before any of them runs; without, all of them run.
	 */
	query(sql: string, params?: readonly SqlValue[]): Promise<Uint8Array>;
	/** The same, step by step, so that `cancel` ends it. For what may take long. */
	run(sql: string, params?: readonly SqlValue[]): Promise<Uint8Array>;
	/**
	 * Appends an Arrow IPC stream with exactly one end-of-stream to a table that
	 * exists or is made. The bytes may be gone afterwards.
	 */
	insert(ipc: Uint8Array, target: InsertTarget): Promise<void>;
	/** Ends what runs on this connection, which stays usable. Under Node nothing can be ended. */
	cancel(): Promise<void>;
	close(): Promise<void>;
}

export interface InsertTarget {
	readonly schema: string;
	readonly table: string;
	/** Makes the table with the stream's columns; else they go in by position, cast to the table's types. */
	readonly create: boolean;
}

/** A row group of a file, by its index. */
export interface RowGroupReference {
	readonly file: ManifestFile;
	readonly index: number;
}

/** What a query reads of one table, all its scans together. */
export interface TableNeed {
	readonly table: string;
	/** In the table's order; partition keys included where needed. May be empty: `count(*)`. */
	readonly columns: readonly string[];
	/** In the lake's order. */
	readonly rowGroups: readonly RowGroupReference[];
	/** The rows must also lie in the lake's order: where they stand shows in the answer. */
	readonly inOrder: boolean;
	/** What SQL sees instead of row groups, of which there are none then. */
	readonly standIn?: StandIn;
}

/** Rows made up so that their number, nulls, minima and maxima are those of a table's rows. */
export interface StandIn {
	readonly rows: number;
	/** Others are null throughout. */
	readonly columns: ReadonlyMap<string, StandInColumn>;
}

/** In DuckDB's text form; bounds are null where all values are. */
export interface StandInColumn {
	readonly min: string | null;
	readonly max: string | null;
	readonly nulls: number;
}

/** The files of a lake, wherever they lie. */
export interface RangeSource {
	/** Names the lake, for caches: an absolute URL. */
	readonly url: string;
	/**
	 * Exactly `[startByte, endByte)` of a file, past every cache. `path` is as the
	 * catalog has it. `onBytes` hears of each arrival, retries included, and of how
	 * the range begins, as far as that is there; where the host errs it may still
	 * change. Throws
	 * `FetchError` naming the file and the cause (`GoneError` where the host has it
	 * no more, `ForbiddenError` where it refuses), or the signal's reason. With a
	 * guard, `ChangedError` where the file is not what it was.
	 */
	read(
		path: string,
		startByte: number,
		endByte: number,
		signal: AbortSignal,
		onBytes?: (bytes: number, beginning?: Uint8Array) => void,
		guard?: FileGuard,
	): Promise<Uint8Array>;
	/** The same range where it lies on this machine already; undefined where it has to be read. */
	here?(
		path: string,
		startByte: number,
		endByte: number,
	): Promise<Uint8Array | undefined>;
	/** The whole of `catalog.json` as it stands now; `GoneError` where there is none. */
	catalogText(signal: AbortSignal): Promise<string>;
}

/** What a file on a host that is not ours was when it was opened. */
export interface FileGuard {
	/** What messages call it. */
	readonly name: string;
	readonly bytes: number;
	/** Null where the host gives none, or does not let a page of another origin see it. */
	readonly etag: string | null;
	readonly lastModified: string | null;
}

/** Reads files at any address. */
export interface FileHost extends RangeSource {
	/** What the file is, without its bytes; the bytes as well where the host sends them all at once. */
	open(
		address: string,
		name: string,
		limits: WholeLimits,
	): Promise<{ readonly guard: FileGuard; readonly whole: Blob | null }>;
	/** All of a file. */
	whole(
		address: string,
		name: string,
		limits: WholeLimits,
	): Promise<{ readonly guard: FileGuard; readonly whole: Blob }>;
}

export interface WholeLimits {
	/** A larger file is not fetched whole: `OverBudgetError`. */
	readonly maxBytes: number;
	readonly signal: AbortSignal;
	/** After each arrival; `totalBytes` is 0 where it is not known. */
	readonly onBytes: (bytes: number, totalBytes: number) => void;
}

/** Decodes columns of row groups of one Parquet file to Arrow IPC streams. */
export interface Decoder {
	/**
	 * One IPC stream per row group, in the order asked. `ranges` hold the chunks of
	 * `columns` and the file's tail; what lies between may be missing. The answer
	 * holds the columns in the file's order. What it works on when the signal is
	 * raised it gives up soon.
	 */
	decode(request: DecodeRequest, signal?: AbortSignal): Promise<Uint8Array[]>;
	close(): Promise<void>;
}

export interface DecodeRequest {
	readonly fileBytes: number;
	readonly ranges: readonly {
		readonly startByte: number;
		readonly bytes: Uint8Array;
	}[];
	readonly columns: readonly string[];
	/** Those of `columns` that are of the type INTERVAL; they come as text that DuckDB casts. */
	readonly intervals?: readonly string[];
	readonly rowGroups: readonly number[];
}
