import { tableFromIPC } from "apache-arrow";
import type { SqlValue } from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog.ts";
import { isLakeError } from "../errors.ts";
import type { Connection, TableNeed } from "../types.ts";
import { explain } from "./explain.ts";
import { type JoinEdge, joinEdges } from "./join-edges.ts";
import {
	amongKeys,
	canNarrow,
	type Implied,
	keysQuestion,
	type Question,
	rangeQuestion,
	readKeys,
	withinRange,
} from "./join-keys.ts";
import type { PricedNeed } from "./needs.ts";
import {
	conditionsOn,
	type NeedOptions,
	needsOf,
	type Reading,
	readPlan,
} from "./reading.ts";
import { readStatement } from "./statement.ts";
import { type Subquery, settledSubqueries, withValues } from "./subqueries.ts";

/**
 * Loads needs, then runs SQL over them, and gives its answer as an Arrow IPC
 * stream: what a query's other needs depend on, at the price of a round trip.
 */
export type Ask = (
	needs: readonly TableNeed[],
	sql: string,
	params: readonly SqlValue[],
) => Promise<Uint8Array>;

export interface AskOptions extends NeedOptions {
	readonly connection: Connection;
	readonly ask: Ask;
}

/** The large side of a join is this many times as large as the small one, in bytes to read. */
const LARGER = 4;

/** A small side that nothing filters is asked for its keys only where it has no more rows. */
const FEW_ROWS = 1_000;

/** Joins whose small sides were narrowed by others narrow further; so often. */
const MAX_ROUNDS = 3;

/** Types whose values a literal in text form names exactly. */
const LITERAL_TYPE = /^[A-Z]+(_[A-Z]+)?( WITH TIME ZONE)?(\(\d+,\d+\))?$/;

/**
 * Asks for the values of scalar subqueries, and reads the statement again with
 * them in their place: then they prune as literals do. The subqueries themselves
 * are read, too, since they run again as parts of the statement.
 */
export async function withSubqueryValues(
	reading: Reading,
	options: AskOptions,
): Promise<readonly [Reading, ...Reading[]]> {
	const { connection, tables } = options;
	const { statement, wording, params } = reading;
	const known: { subquery: Subquery; value: string; inner: Reading }[] = [];
	for (const subquery of settledSubqueries(statement.sql, wording)) {
		const found = await askForValue(subquery, options);
		if (found !== null) known.push({ subquery, ...found });
	}
	if (known.length === 0) return [reading];
	const substituted = readStatement(withValues(statement.sql, known));
	const explanation = await unlessRefused(() =>
		explain(connection, substituted, params, tables),
	);
	if (explanation === null || explanation.whole !== null) return [reading];
	return [
		readPlan(substituted, explanation, params, tables),
		...known.map(({ inner }) => inner),
	];
}

/**
 * Asks for the keys of joins' small sides, and narrows the large ones by them.
 * Small sides are needed anyway: only their being first costs.
 */
export async function narrowedByJoins(
	readings: readonly [Reading, ...Reading[]],
	options: AskOptions,
): Promise<PricedNeed[]> {
	const [reading] = readings;
	const { tables } = options;
	const edges = joinEdges(reading.wording, tables).filter(
		({ from, to }) =>
			isScannedOnce(reading, from.table) && isScannedOnce(reading, to.table),
	);
	const implied: Implied[] = [];
	const asked = new Set<JoinEdge>();
	let priced = await needsOf(readings, implied, options);
	for (let round = 0; round < MAX_ROUNDS; round += 1) {
		const promising = edges.filter(
			(edge) => !asked.has(edge) && isPromising(edge, reading, priced, implied),
		);
		// A small side that another may narrow waits for the next round.
		const settled = promising.filter(({ from }) =>
			promising.every(({ to }) => to.table !== from.table),
		);
		if (settled.length === 0) break;
		const small = priced
			.filter(({ need }) =>
				settled.some(({ from }) => from.table.name === need.table),
			)
			.map(({ need }) => need);
		for (const edge of settled) {
			asked.add(edge);
			const conditions = conditionsOn(reading, edge.from.table, implied);
			const learned = await unlessRefused(() =>
				askForKeys(edge, conditions, small, options.ask),
			);
			if (learned !== null) implied.push(learned);
		}
		priced = await needsOf(readings, implied, options);
	}
	return priced;
}

/** Null where the subquery is correlated, has several rows or a value that text does not name. */
async function askForValue(
	{ sql }: Subquery,
	options: AskOptions,
): Promise<{ value: string; inner: Reading } | null> {
	const { connection, tables, ask } = options;
	const statement = readStatement(sql);
	const explanation = await unlessRefused(() =>
		explain(connection, statement, [], tables),
	);
	if (explanation === null || explanation.whole !== null) return null;
	const inner = readPlan(statement, explanation, [], tables);
	const needs = (await needsOf([inner], [], options)).map(({ need }) => need);
	const ipc = await unlessRefused(() =>
		ask(
			needs,
			`SELECT CAST(value AS VARCHAR) AS value, typeof(value) AS type FROM (\n${sql}\n) AS asked(value)`,
			[],
		),
	);
	if (ipc === null) return null;
	const answer = tableFromIPC(ipc);
	if (answer.numRows !== 1) return null;
	const type = String(answer.getChild("type")?.get(0));
	const text: unknown = answer.getChild("value")?.get(0);
	if (!LITERAL_TYPE.test(type)) return null;
	const literal =
		text === null ? "NULL" : `'${String(text).replaceAll("'", "''")}'`;
	return { value: `CAST(${literal} AS ${type})`, inner };
}

async function askForKeys(
	edge: JoinEdge,
	conditions: readonly Question[],
	needs: readonly TableNeed[],
	ask: Ask,
): Promise<Implied | null> {
	const { sql, params } = keysQuestion(edge, conditions);
	const keys = readKeys(await ask(needs, sql, params));
	if (keys !== null) return amongKeys(edge, keys);
	const range = rangeQuestion(edge, conditions);
	const ends = readKeys(await ask(needs, range.sql, range.params));
	return ends && withinRange(edge, ends);
}

/** Whether the small side may leave out row groups of a large one, for what it costs. */
function isPromising(
	edge: JoinEdge,
	reading: Reading,
	priced: readonly PricedNeed[],
	implied: readonly Implied[],
): boolean {
	const of = (table: CatalogTable) =>
		priced.find(({ need }) => need.table === table.name);
	const from = of(edge.from.table);
	const to = of(edge.to.table);
	if (from === undefined || to === undefined) return false;
	const { columns, rowGroups } = from.need;
	const rows = rowGroups.reduce(
		(sum, { file, index }) => sum + (file.rowGroups[index]?.rows ?? 0),
		0,
	);
	const isFiltered =
		rows < edge.from.table.rows ||
		conditionsOn(reading, edge.from.table, implied).length > 0;
	return (
		columns.includes(edge.from.column) &&
		to.cost.bytes >= from.cost.bytes * LARGER &&
		(isFiltered || rows <= FEW_ROWS) &&
		canNarrow(edge, to.need.rowGroups)
	);
}

function isScannedOnce({ scans }: Reading, { name }: CatalogTable): boolean {
	return scans.filter((scan) => scan.table === name).length === 1;
}

/** Null where the work cannot be done, which then is planned without its answer. */
async function unlessRefused<T>(work: () => Promise<T>): Promise<T | null> {
	try {
		return await work();
	} catch (error) {
		if (
			isLakeError(error, "SqlError") ||
			isLakeError(error, "UnsupportedError") ||
			isLakeError(error, "OverBudgetError")
		)
			return null;
		throw error;
	}
}
