import type {
	PlanCost,
	ScanSummary,
	SqlValue,
} from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog.ts";
import { throwIfCancelled } from "../errors.ts";
import type { Connection, TableNeed } from "../types.ts";
import { explain } from "./explain.ts";
import {
	type LoadBlock,
	needOfScans,
	needOfStatistics,
	needOfWhole,
	readScan,
} from "./needs.ts";
import { followsRowOrder } from "./row-order.ts";
import { simpleAggregates } from "./simple-aggregates.ts";
import { tokenizeSql } from "./sql-tokens.ts";
import {
	readStatement,
	type Statement,
	tablesNamed,
	type WithOwnWords,
} from "./statement.ts";
import { wantedRows } from "./wanted.ts";
import type { Wording } from "./wording.ts";

export type { LoadBlock } from "./needs.ts";

export interface PlanOptions {
	/**
	 * The session's connection, of a database in which `layGhosts` has been called.
	 * It is left with its search path and settings as they are for running.
	 * Settings are the database's, so nothing else may be planned meanwhile.
	 */
	readonly connection: Connection;
	/** All that SQL may name, the lake's and the analyst's. */
	readonly tables: readonly CatalogTable[];
	readonly loadBlock: LoadBlock;
	readonly sql: string;
	readonly params?: readonly SqlValue[];
	/** By default the analyst has nothing of their own. */
	readonly withOwnWords?: WithOwnWords;
	readonly signal: AbortSignal;
}

export interface QueryPlan {
	readonly statement: Statement;
	/** One per table that is scanned; a table that is named but not read is missing. */
	readonly needs: readonly TableNeed[];
	/** One per need, in the same order. */
	readonly scans: readonly ScanSummary[];
	/** Chunks of the needs and tails of their files; requests are the reader's to say. */
	readonly cost: Omit<PlanCost, "requests">;
}

/**
 * From SQL to the cells it needs: which columns of which row groups. Throws
 * `SqlError` with DuckDB's message, `UnsupportedError` for what is no single
 * SELECT or needs an extension, and whatever `loadBlock` throws.
 */
export async function planQuery({
	connection,
	tables,
	loadBlock,
	sql,
	params = [],
	withOwnWords,
	signal,
}: PlanOptions): Promise<QueryPlan> {
	throwIfCancelled(signal);
	const statement = readStatement(sql, withOwnWords);
	const { scans, whole } = await explain(connection, statement, params, tables);
	throwIfCancelled(signal);

	const wording: Wording = {
		tokens: tokenizeSql(statement.sql),
		words: statement.words,
		namesOwn: statement.namesOwn,
	};
	const aggregates = simpleAggregates(scans, wording, tables);
	const scanned = new Set(scans.map((scan) => scan.table));
	const named = new Set(whole === null ? [] : tablesNamed(statement, tables));
	const priced = await Promise.all(
		tables
			.filter((table) => scanned.has(table.name) || named.has(table))
			.map(async (table) => {
				if (whole !== null) return needOfWhole(table, loadBlock, signal);
				const read = scans
					.filter((scan) => scan.table === table.name)
					.map((scan) =>
						readScan(scan, table, (filters) =>
							wantedRows(scan, filters, wording, params, aggregates),
						),
					);
				const answered =
					aggregates && read[0] !== undefined
						? await needOfStatistics(
								table,
								read[0],
								aggregates,
								loadBlock,
								signal,
							)
						: null;
				return answered ?? needOfScans(table, read, loadBlock, signal);
			}),
	);
	throwIfCancelled(signal);
	const inOrder = followsRowOrder(wording);
	return {
		statement,
		needs: priced.map(({ need }) => (inOrder ? { ...need, inOrder } : need)),
		scans: priced.map(({ summary }) => summary),
		cost: {
			files: sum(priced.map(({ cost }) => cost.files)),
			rowGroups: sum(priced.map(({ cost }) => cost.rowGroups)),
			bytes: sum(priced.map(({ cost }) => cost.bytes)),
		},
	};
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
