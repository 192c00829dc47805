import { tableFromIPC } from "apache-arrow";
import type { SqlValue } from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { literal } from "../../lib/sql/literal.ts";
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
	const { statement, params } = reading;
	const known: { subquery: Subquery; value: string; inner: Reading }[] = [];
	for (const subquery of settledSubqueries(statement.sql, statement)) {
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
 * Asks for the keys of joins' small sides, and narrows the large ones by them, of
 * what the readings need without. Small sides are needed anyway: only their being first costs.
 */
export async function narrowedByJoins(
	readings: readonly [Reading, ...Reading[]],
	unnarrowed: readonly PricedNeed[],
	options: AskOptions,
): Promise<readonly PricedNeed[]> {
	const [reading] = readings;
	const { tables } = options;
	const edges = joinEdges(reading.statement, tables).filter(
		({ from, to }) =>
			isScannedOnce(reading, from.table) && isScannedOnce(reading, to.table),
	);
	const implied: Implied[] = [];
	const asked = new Set<JoinEdge>();
	let priced = unnarrowed;
	for (let round = 0; round < MAX_ROUNDS; round += 1) {
		const promising = promisingEdges(
			edges.filter((edge) => !asked.has(edge)),
			new Sides(reading, priced, implied),
		);
		if (promising.length === 0) break;
		// A small side that another may narrow waits for the next round.
		const settled = promising.filter(({ from }) =>
			promising.every(({ to }) => to.table !== from.table),
		);
		const now = settled.length > 0 ? settled : promising;
		const small = priced
			.filter(({ need }) =>
				now.some(({ from }) => from.table.name === need.table),
			)
			.map(({ need }) => need);
		const learned: Implied[] = [];
		for (const edge of now) {
			asked.add(edge);
			const conditions = conditionsOn(reading, edge.from.table, implied);
			const found = await unlessRefused(() =>
				askForKeys(edge, conditions, small, options.ask),
			);
			if (found !== null) learned.push(found);
		}
		implied.push(...learned);
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
	const written = text === null ? "NULL" : literal(String(text));
	return { value: `CAST(${written} AS ${type})`, inner };
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

/**
 * Edges whose keys may leave out row groups of a much larger side, and those that
 * narrow the small sides of such edges. Without a filter anywhere none tells much.
 */
function promisingEdges(
	edges: readonly JoinEdge[],
	sides: Sides,
): readonly JoinEdge[] {
	const targets = new Map<JoinEdge, CatalogTable>();
	for (const edge of edges)
		if (sides.isSmall(edge, edge.to.table) && sides.canNarrow(edge))
			targets.set(edge, edge.to.table);
	// A map gives what is added to it on the way, too.
	for (const [{ from: middle, to }, target] of targets)
		for (const edge of edges)
			if (
				edge.to.table === middle.table &&
				edge.from.table !== to.table &&
				!targets.has(edge) &&
				sides.isSmall(edge, target)
			)
				targets.set(edge, target);
	const telling = new Set<JoinEdge>();
	for (let before = -1; before < telling.size; ) {
		before = telling.size;
		for (const edge of targets.keys())
			if (
				sides.tells(edge.from.table) ||
				[...telling].some(({ to }) => to.table === edge.from.table)
			)
				telling.add(edge);
	}
	return [...telling];
}

/** The tables of a reading's joins, as they are priced now. */
class Sides {
	readonly #reading: Reading;
	readonly #priced: readonly PricedNeed[];
	readonly #implied: readonly Implied[];

	constructor(
		reading: Reading,
		priced: readonly PricedNeed[],
		implied: readonly Implied[],
	) {
		this.#reading = reading;
		this.#priced = priced;
		this.#implied = implied;
	}

	/** Whether an edge's keys are read, and cost little beside the table they narrow in the end. */
	isSmall({ from }: JoinEdge, target: CatalogTable): boolean {
		const small = this.#of(from.table);
		const large = this.#of(target);
		return (
			small !== undefined &&
			large !== undefined &&
			small.need.columns.includes(from.column) &&
			small.cost.bytes * LARGER <= large.cost.bytes
		);
	}

	canNarrow(edge: JoinEdge): boolean {
		return canNarrow(edge, this.#of(edge.to.table)?.need.rowGroups ?? []);
	}

	/** Whether a table's keys are not simply all there are. */
	tells(table: CatalogTable): boolean {
		const rowGroups = this.#of(table)?.need.rowGroups ?? [];
		const rows = rowGroups.reduce(
			(sum, { file, index }) => sum + (file.rowGroups[index]?.rows ?? 0),
			0,
		);
		return (
			rows < table.rows ||
			rows <= FEW_ROWS ||
			conditionsOn(this.#reading, table, this.#implied).length > 0
		);
	}

	#of({ name }: CatalogTable): PricedNeed | undefined {
		return this.#priced.find(({ need }) => need.table === name);
	}
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
