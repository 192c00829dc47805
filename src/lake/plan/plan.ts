import type {
	PlanCost,
	ScanSummary,
	SqlValue,
} from "../../../workers/engine-api.ts";
import type {
	BlockReference,
	Catalog,
	CatalogTable,
	ManifestBlock,
} from "../../lib/catalog.ts";
import type { Connection, TableNeed } from "../types.ts";

/** Fetches a block of a table's manifest, or gives the one that is there already. */
export type LoadBlock = (
	table: CatalogTable,
	block: BlockReference,
	signal: AbortSignal,
) => Promise<ManifestBlock>;

export interface PlanOptions {
	/**
	 * The session's connection, of a database in which `layGhosts` has been called.
	 * It is left with its search path and settings as they are for running.
	 * Settings are the database's, so nothing else may be planned meanwhile.
	 */
	readonly connection: Connection;
	readonly catalog: Catalog;
	readonly loadBlock: LoadBlock;
	readonly sql: string;
	readonly params?: readonly SqlValue[];
	readonly signal: AbortSignal;
}

export interface QueryPlan {
	/** One per table that is scanned; a table that is named but not read is missing. */
	readonly needs: readonly TableNeed[];
	/** One per need, in the same order. */
	readonly scans: readonly ScanSummary[];
	/** Chunks of the needs and tails of their files; requests are the reader's to say. */
	readonly cost: Omit<PlanCost, "requests">;
	/**
	 * The statement reads the clock, so that the needs hold for the transaction
	 * they were planned in: plan again inside the transaction that runs it, and
	 * load what is then missing.
	 */
	readonly usesClock: boolean;
}

/**
 * From SQL to the cells it needs: which columns of which row groups. Throws
 * `SqlError` with DuckDB's message, `UnsupportedError` for what is no single
 * SELECT or needs an extension, and whatever `loadBlock` throws.
 */
export declare function planQuery(options: PlanOptions): Promise<QueryPlan>;
