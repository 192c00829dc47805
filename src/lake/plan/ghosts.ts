import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { identifier } from "../../lib/sql/identifier.ts";
import type { Connection } from "../types.ts";

/** The database of the ghosts, attached beside the one that holds the data; lists do not show it. */
export const GHOSTS = "lakeside_ghosts";

/**
 * The database that SQL sees when it runs: the lake's tables as views, and what the
 * analyst makes. Not the engine's own, `memory`: what names that finds nothing, where
 * planning would take what is in memory by chance for all there is.
 */
export const DATA = "lakeside_data";

/** Settings that planning changes and puts back: they must stay open in a locked configuration. */
export const PLANNING_SETTINGS = ["disabled_optimizers"] as const;

/**
 * Lays the ghosts: every table in full schema (partition keys included) and
 * without rows, in a database of their own, so that the very SQL
 * that will run over the data binds to them while it is planned. For each there is
 * a view, too, which SQL sees when it runs: see {@link amongGhosts}.
 * Once per database, before its configuration is locked; `allowed_configs` must then hold
 * {@link PLANNING_SETTINGS}. Also sets `asof_loop_join_threshold`, which plans
 * and runs need alike: above 0, plans of `ASOF JOIN` follow the tables' sizes.
 */
export async function layGhosts(
	connection: Connection,
	tables: readonly CatalogTable[],
): Promise<void> {
	await connection.query("SET asof_loop_join_threshold = 0", []);
	await connection.query(`ATTACH ':memory:' AS ${DATA}`, []);
	await connection.query(`SET search_path = '${DATA}.main'`, []);
	await connection.query(`ATTACH ':memory:' AS ${GHOSTS} (HIDDEN)`, []);
	await connection.query(`CREATE SCHEMA ${GHOSTS}.hidden`, []);
	for (const table of tables) await layGhost(connection, table);
}

/** Lays one more, at any later time. */
export async function layGhost(
	connection: Connection,
	table: CatalogTable,
): Promise<void> {
	const name = identifier(table.name);
	await connection.query(ghostDefinition(table), []);
	await connection.query(
		`CREATE VIEW ${GHOSTS}.main.${name} AS FROM ${GHOSTS}.hidden.${name}`,
		[],
	);
}

/** Takes one away. */
export async function dropGhost(
	connection: Connection,
	table: CatalogTable,
): Promise<void> {
	const name = identifier(table.name);
	await connection.query(`DROP VIEW IF EXISTS ${GHOSTS}.main.${name}`, []);
	await connection.query(`DROP TABLE IF EXISTS ${GHOSTS}.hidden.${name}`, []);
}

/**
 * Runs `work` with unqualified names bound to the ghosts and with an optimizer
 * that does not look at their statistics: `statistics_propagation` would fold
 * filters away since the ghosts are empty, `late_materialization` would scan the
 * table of an `ORDER BY … LIMIT` a second time without the filters. Afterwards
 * both are the database's defaults again, if need be at the price of a transaction
 * that was aborted already.
 *
 * Names mean the views, or else the tables behind them: those have a `rowid`, which
 * nothing has when it runs, and print what is filtered where through views it does not show.
 */
export async function amongGhosts<T>(
	connection: Connection,
	work: () => Promise<T>,
	asViews = true,
): Promise<T> {
	try {
		await connection.query(enterSql(asViews));
		return await work();
	} finally {
		await leave(connection, connection.query(LEAVE));
	}
}

/**
 * The same for two texts of one statement each: they are on their way together, so that
 * what one of them answers can be looked at while the engine, which takes what it is
 * sent in order, is still at work on the rest. Nothing else may be asked of the
 * connection until `left` has resolved.
 */
export function queryAmongGhosts(
	connection: Connection,
	[first, second]: readonly [string, string],
	asViews: boolean,
): {
	readonly answers: readonly [Promise<Uint8Array>, Promise<Uint8Array>];
	readonly left: Promise<void>;
} {
	const entering = connection.query(enterSql(asViews));
	const asked = [connection.query(first), connection.query(second)] as const;
	const leaving = connection.query(LEAVE);
	const onceEntered = async (answer: Promise<Uint8Array>) => {
		await entering;
		return answer;
	};
	const answers = [onceEntered(asked[0]), onceEntered(asked[1])] as const;
	const left = Promise.allSettled([leaving, ...asked]).then(() =>
		leave(connection, leaving),
	);
	// Whoever waits for one hears of a failure; it may come before they do.
	for (const promise of [...asked, ...answers, left]) promise.catch(() => {});
	return { answers, left };
}

function enterSql(asViews: boolean): string {
	const views = `${GHOSTS}.main`;
	const path = asViews ? views : `${GHOSTS}.hidden,${views}`;
	return (
		"SET disabled_optimizers = 'statistics_propagation,late_materialization'; " +
		`SET search_path = '${path}'`
	);
}

const LEAVE = `SET search_path = '${DATA}.main'; RESET disabled_optimizers`;

async function leave(
	connection: Connection,
	leaving: Promise<unknown>,
): Promise<void> {
	// A statement that failed may have aborted the caller's transaction, in which
	// nothing runs, while search path and settings outlive it.
	await leaving.catch(async () => {
		await connection.query("ROLLBACK");
		await connection.query(LEAVE);
	});
}

/** The types are the catalog's text: a prepared statement is one statement at most. */
function ghostDefinition(table: CatalogTable): string {
	const columns = table.columns.map(
		({ name, type }) => `${identifier(name)} ${type}`,
	);
	return `CREATE TABLE ${GHOSTS}.hidden.${identifier(table.name)} (${columns.join(", ")})`;
}
