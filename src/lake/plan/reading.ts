import type { SqlValue } from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import type { Explanation, Scan } from "./explain.ts";
import { conditionsOf } from "./filters.ts";
import type { Implied, Question } from "./join-keys.ts";
import {
	type LoadBlock,
	needOfScans,
	needOfStatistics,
	type PricedNeed,
	type ReadScan,
	readScan,
} from "./needs.ts";
import {
	type SimpleAggregates,
	simpleAggregates,
} from "./simple-aggregates.ts";
import type { Statement } from "./statement.ts";
import { wantedRows } from "./wanted.ts";

/** A SELECT that reads tables in part, or a subquery of one. */
export interface Reading {
	readonly statement: Statement;
	readonly scans: readonly Scan[];
	/** Null where it asks for more than counts, minima and maxima. */
	readonly aggregates: SimpleAggregates | null;
	readonly params: readonly SqlValue[];
}

export interface NeedOptions {
	readonly tables: readonly CatalogTable[];
	readonly loadBlock: LoadBlock;
	readonly signal: AbortSignal;
}

export function readPlan(
	statement: Statement,
	{ scans }: Explanation,
	params: readonly SqlValue[],
	tables: readonly CatalogTable[],
): Reading {
	const aggregates = simpleAggregates(scans, statement, tables);
	return { statement, scans, aggregates, params };
}

/** What readings need together, one need a table; `implied` narrows the first reading's only scan of a table. */
export async function needsOf(
	readings: readonly [Reading, ...Reading[]],
	implied: readonly Implied[],
	{ tables, loadBlock, signal }: NeedOptions,
): Promise<PricedNeed[]> {
	const [{ aggregates }, ...others] = readings;
	const priced = tables.map(async (table) => {
		const scans = readings.flatMap((reading) =>
			scansOf(reading, table, reading === readings[0] ? implied : []),
		);
		const [scan] = scans;
		if (scan === undefined) return null;
		const answered =
			aggregates === null || others.length > 0
				? null
				: await needOfStatistics(table, scan, aggregates, loadBlock, signal);
		return answered ?? needOfScans(table, scans, loadBlock, signal);
	});
	return (await Promise.all(priced)).filter((need) => need !== null);
}

/** Conditions that hold for all rows of a table that a reading's only scan of it gives. */
export function conditionsOn(
	reading: Reading,
	table: CatalogTable,
	implied: readonly Implied[],
): Question[] {
	const [scan] = scansOf(reading, table, []);
	const filters = scan === undefined ? [] : conditionsOf(scan.filters, table);
	return [
		...filters.map((sql) => ({ sql, params: [] })),
		...implied
			.filter((other) => other.table === table)
			.map(({ condition }) => condition),
	];
}

function scansOf(
	{ scans, statement, params, aggregates }: Reading,
	table: CatalogTable,
	implied: readonly Implied[],
): ReadScan[] {
	const predicates = implied
		.filter((other) => other.table === table)
		.map(({ predicate }) => predicate);
	return scans
		.filter((scan) => scan.table === table.name)
		.map((scan) =>
			readScan(scan, table, predicates, (filters) =>
				wantedRows(scan, table, filters, statement, params, aggregates),
			),
		);
}
