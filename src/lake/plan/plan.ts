import type {
	PlanCost,
	ScanSummary,
	SqlValue,
} from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import type { Column } from "../described-columns.ts";
import { throwIfCancelled } from "../errors.ts";
import type { Connection, TableNeed } from "../types.ts";
import { type Ask, narrowedByJoins, withSubqueryValues } from "./ask.ts";
import {
	type EarlyExplanation,
	type Explanation,
	explainEarly,
} from "./explain.ts";
import { type LoadBlock, needOfWhole, type PricedNeed } from "./needs.ts";
import { needsOf, readPlan } from "./reading.ts";
import { followsRowOrder } from "./row-order.ts";
import {
	readStatement,
	type Statement,
	tablesNamed,
	type WithOwnWords,
} from "./statement.ts";

export type { Ask } from "./ask.ts";
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
	/** By default no part of the answer is asked for beforehand, and more is read. */
	readonly ask?: Ask;
	/** Whether needs are there already, so that asking for less would save nothing. By default not. */
	readonly isResident?: (needs: readonly TableNeed[]) => boolean;
	readonly signal: AbortSignal;
}

export interface QueryPlan {
	readonly statement: Statement;
	/** The answer's; null where they are to be asked for once the data are there. */
	readonly columns: readonly Column[] | null;
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
 * SELECT or needs an extension, and whatever `loadBlock` and `ask` throw.
 */
export async function planQuery(options: PlanOptions): Promise<QueryPlan> {
	const { connection, tables, sql, params = [], signal } = options;
	throwIfCancelled(signal);
	const statement = readStatement(sql, options.withOwnWords);
	const early = await explainEarly(connection, statement, params, tables);
	let priced: readonly PricedNeed[];
	try {
		throwIfCancelled(signal);
		priced =
			early.explanation.whole === null
				? await pricedInPart(statement, early, options)
				: await pricedWhole(statement, early.explanation, options);
	} finally {
		await early.columns;
	}
	throwIfCancelled(signal);
	const inOrder = statement.runsText || followsRowOrder(statement);
	return {
		statement,
		columns: await early.columns,
		needs: priced.map(({ need }) => (inOrder ? { ...need, inOrder } : need)),
		scans: priced.map(({ summary }) => summary),
		cost: {
			files: sum(priced.map(({ cost }) => cost.files)),
			rowGroups: sum(priced.map(({ cost }) => cost.rowGroups)),
			bytes: sum(priced.map(({ cost }) => cost.bytes)),
		},
	};
}

/**
 * Asks first for what narrows the rest, unless the clock has to stand still, or
 * something of the analyst's own is changed or says more than the statement's words.
 */
async function pricedInPart(
	statement: Statement,
	{ explanation, columns }: EarlyExplanation,
	options: PlanOptions,
): Promise<readonly PricedNeed[]> {
	const { ask, params = [], tables } = options;
	const reading = readPlan(statement, explanation, params, tables);
	const { change, usesClock, namesOwn } = statement;
	const priced = await needsOf([reading], [], options);
	if (ask === undefined || change !== null || usesClock || namesOwn)
		return priced;
	if (options.isResident?.(priced.map(({ need }) => need))) return priced;
	await columns;
	const asking = { ...options, ask };
	const readings = await withSubqueryValues(reading, asking);
	const unnarrowed =
		readings[0] === reading ? priced : await needsOf(readings, [], options);
	return narrowedByJoins(readings, unnarrowed, asking);
}

async function pricedWhole(
	statement: Statement,
	{ scans }: Explanation,
	{ tables, loadBlock, signal }: PlanOptions,
): Promise<PricedNeed[]> {
	const named = new Set(tablesNamed(statement, tables));
	for (const table of tables)
		if (scans.some((scan) => scan.table === table.name)) named.add(table);
	return Promise.all(
		tables
			.filter((table) => named.has(table))
			.map((table) => needOfWhole(table, loadBlock, signal)),
	);
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
