import type { Settings } from "../src/lake/settings.ts";
import type { Catalog } from "../src/lib/catalog/catalog.ts";

/** A value that travels beside the SQL, bound to a `?` by its position. */
export type SqlValue = string | number | boolean | null;

export interface QueryRequest {
	/**
	 * Exactly one SELECT, or one statement that makes, changes or drops a view, macro,
	 * table or variable of the analyst's own; anything else is refused.
	 */
	readonly sql: string;
	readonly params?: readonly SqlValue[];
	/** Names the request for {@link EngineApi.cancel}. */
	readonly id: string;
}

/** What a query costs: chunks after pruning, and tails of the files touched. */
export interface PlanCost {
	readonly files: number;
	readonly rowGroups: number;
	readonly requests: number;
	readonly bytes: number;
}

/** What a query would cost, were nothing there yet. */
export interface Price {
	readonly cost: PlanCost;
	readonly scans: readonly ScanSummary[];
	/** In about how many slices a query larger than memory runs; null where all is there at once. */
	readonly slices: number | null;
	/** Why it cannot run, within the memory budget, from a host or by the names there are, and what would help; null where it can. */
	readonly refusal: string | null;
	/** Files that nobody has looked into yet: their price is known once they are read. */
	readonly unopened?: readonly string[];
}

/** What a query did cost. Its requests and bytes are those of the network. */
export interface ActualCost extends PlanCost {
	/** Further bytes, which came from the byte cache. */
	readonly cachedBytes: number;
	/** Rows of the answer. */
	readonly rows: number;
}

export type Stage = "plan" | "blocks" | "fetch" | "decode" | "load" | "run";

export interface Plan {
	readonly estimated: PlanCost;
	readonly actual: ActualCost;
	/** Wall-clock milliseconds by stage; stages that overlap count each its own. */
	readonly stagesMs: Readonly<Record<Stage, number>>;
	/** Per table: what was read of it, for the reader of the plan. */
	readonly scans: readonly ScanSummary[];
	/** In how many slices a query larger than memory ran; null where all was there at once. */
	readonly slices: number | null;
}

export interface ScanSummary {
	readonly table: string;
	readonly columns: readonly string[];
	/** Filters as the optimizer printed them, and whether they prune. */
	readonly filters: readonly {
		readonly text: string;
		readonly prunes: boolean;
	}[];
	readonly rowGroups: number;
	readonly rowGroupsTotal: number;
	readonly bytes: number;
	/** Set where no checksum says that the bytes are right: files that are none of the lake's. */
	readonly unverified?: UnverifiedFiles;
}

export interface UnverifiedFiles {
	/** They were on this machine; no network brought them. */
	readonly isLocal: boolean;
	/** Sentences, for example about a host that sends whole files only. */
	readonly notes: readonly string[];
}

/** A view, macro, table or variable that the analyst made in this session. */
export interface OwnObject {
	readonly kind: "view" | "macro" | "table" | "variable";
	readonly name: string;
	/** The statement that made it. */
	readonly sql: string;
	/** Of a view or table, as they were when it was made. */
	readonly columns: readonly { readonly name: string; readonly type: string }[];
	/** Of a table; null for others. */
	readonly rows: number | null;
	/** Memory that a table takes, about; it counts against the budget. */
	readonly bytes: number;
}

/** What a statement did that makes, changes or drops something of the analyst's own. */
export interface OwnChange {
	/** `kept`: it was there already, or gone already, and the statement said to leave it so. */
	readonly action:
		| "made"
		| "replaced"
		| "filled"
		| "updated"
		| "deleted from"
		| "dropped"
		| "kept";
	readonly kind: OwnObject["kind"];
	readonly name: string;
	/** That a table was made with, or that were inserted, updated or deleted. */
	readonly rows: number | null;
}

/** What happened to a session that its visitor should know. */
export interface Notice {
	readonly kind: "engine-replaced";
	/** As part of a sentence: `it did not stop when it was told to`. */
	readonly reason: string;
	/** Of the analyst's own objects those that are gone, as `table x`. */
	readonly lost: readonly string[];
	/** How many of them were made again. */
	readonly restored: number;
}

/** A file that a visitor dropped on the page; nothing of it leaves the browser. */
export interface DroppedFile {
	/** By which SQL names it. */
	readonly name: string;
	readonly bytes: number;
	readonly rows: number;
	readonly columns: readonly { readonly name: string; readonly type: string }[];
}

export interface QueryAnswer {
	/** Arrow IPC stream of the result. */
	readonly ipc: Uint8Array;
	/** Names as SQL gives them (duplicates kept), types as DuckDB names them. */
	readonly columns: readonly { readonly name: string; readonly type: string }[];
	readonly rows: number;
	readonly plan: Plan;
	/** XXH64 of the catalog's text. */
	readonly version: string;
	/** Null for a query, which has rows instead. */
	readonly change: OwnChange | null;
	/** All that is the analyst's own, after this statement. */
	readonly own: readonly OwnObject[];
	/** What happened since the last answer. */
	readonly notices: readonly Notice[];
}

export type Progress =
	| {
			readonly stage: "engine";
			readonly bytes: number;
			readonly totalBytes: number;
	  }
	| { readonly stage: "plan" }
	| {
			readonly stage: "fetch";
			readonly bytes: number;
			readonly totalBytes: number;
	  }
	| {
			readonly stage: "load";
			readonly rows: number;
			readonly totalRows: number;
	  }
	| {
			/** Of a query larger than memory: row groups loaded, run, and let go. */
			readonly stage: "slice";
			/** From 1. */
			readonly slice: number;
			/** About: slices follow what the rows take. */
			readonly slices: number;
			readonly rows: number;
			readonly totalRows: number;
	  }
	| { readonly stage: "run" };

/** Keys of a private bucket, as its owner hands them out. Never stored, logged or put into a link. */
export interface BucketKeys {
	/** What they are for: `https://host/bucket/`, `https://bucket.host/`, or a folder of either. */
	readonly bucketUrl: string;
	/** For example `eu-central-1`; `auto` or `us-east-1` where the host has none. */
	readonly region: string;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	/** Of keys that last for some hours only; else undefined. */
	readonly sessionToken?: string | undefined;
}

export interface EngineStatus {
	readonly catalog: Catalog;
	readonly version: string;
	/** DuckDB's version, for example `v1.5.6`. */
	readonly engine: string;
	/** That a query may run on: more than one only where the page is cross-origin isolated. */
	readonly threads: number;
}

export interface StorageUse {
	/** Bytes of the lake that are kept, and may be. */
	readonly cacheBytes: number;
	readonly cacheBudgetBytes: number;
	/** `memory`: what is kept ends with the page. */
	readonly cacheKind: "opfs" | "memory";
	/** Memory that resident tables take, and may take. */
	readonly residentBytes: number;
	readonly residentBudgetBytes: number;
}

/** What the worker itself answers to. */
export interface EngineWorkerApi extends EngineApi {
	/** Takes the name of its life, see `life.ts`. Resolves once its end can be heard. */
	live(life: string): Promise<void>;
}

/**
 * The one contract between a page and its engine worker: plain values and bytes
 * only. An error's `name` tells its kind: `SqlError` (the message says where),
 * `FetchError`, `GoneError` (a file that the host has no more), `ForbiddenError`,
 * `CancelledError`, `OverBudgetError`, `UnsupportedError`.
 */
export interface EngineApi {
	/**
	 * Fetches the engine and the catalog. Idempotent. `lakeUrl` is absolute and ends
	 * in a slash. `catalogText` is the catalog that the page stands on, so that both
	 * read one publication; without it the engine opens what is published now.
	 */
	open(
		lakeUrl: string,
		onProgress: (progress: Progress) => void,
		catalogText?: string,
	): Promise<EngineStatus>;
	/** Reads another publication of the lake from the next query on. */
	move(catalogText: string): Promise<EngineStatus>;
	/** Budgets, for now or for when it opens: a lower one evicts at once from the cache, and with the next query from memory. */
	configure(settings: Settings): Promise<void>;
	/** What is kept and resident now. Rejects before `open`. */
	storage(): Promise<StorageUse>;
	/** Removes every kept byte, of all tabs. Rejects before `open`. */
	clearCache(): Promise<void>;
	/**
	 * From now on signs what is read below that address, in the worker's memory
	 * alone. May be called before `open`. Rejects where the address is none.
	 */
	signIn(keys: BucketKeys): Promise<void>;
	/** Plans without fetching chunks. */
	price(request: QueryRequest): Promise<Price>;
	query(
		request: QueryRequest,
		onProgress: (progress: Progress) => void,
	): Promise<QueryAnswer>;
	/**
	 * Lets SQL name a file that the visitor dropped, by its name, or another where that
	 * is taken. Nothing of it leaves the browser, and it is gone with the page. Rejects
	 * with `UnsupportedError` or `SqlError` where it is not what its name says.
	 */
	addFile(request: {
		readonly name: string;
		readonly file: Blob;
		/** For {@link EngineApi.cancel}. */
		readonly id: string;
	}): Promise<DroppedFile>;
	removeFile(name: string): Promise<void>;
	/** In the order they came. */
	files(): Promise<readonly DroppedFile[]>;
	/** Ends a request wherever it is; its promise rejects with `CancelledError`. */
	cancel(id: string): Promise<void>;
}
