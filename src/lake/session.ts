import { tableFromIPC } from "apache-arrow";
import type {
	Plan,
	PlanCost,
	Progress,
	QueryAnswer,
	ScanSummary,
	SqlValue,
	Stage,
} from "../../workers/engine-api.ts";
import type { Catalog, CatalogTable } from "../lib/catalog.ts";
import type { ByteCache } from "./byte-cache.ts";
import { ManifestBlocks, openCatalog } from "./catalog.ts";
import {
	cancelled,
	hasDied,
	isLakeError,
	LakeError,
	raised,
	throwIfCancelled,
} from "./errors.ts";
import { loadAll } from "./load.ts";
import { chunkPieces, columnsToDecode, tailPiece } from "./pieces.ts";
import { engineError } from "./plan/engine-error.ts";
import { layGhosts, PLANNING_SETTINGS } from "./plan/ghosts.ts";
import { planQuery, type QueryPlan } from "./plan/plan.ts";
import type { Statement } from "./plan/statement.ts";
import { type Piece, planRequests } from "./ranges.ts";
import { Residency } from "./residency.ts";
import { resultColumns } from "./result-columns.ts";
import type { TransferTally } from "./transfer.ts";
import type {
	Connection,
	Database,
	Decoder,
	RangeSource,
	TableNeed,
} from "./types.ts";

export interface SessionOptions {
	readonly source: RangeSource;
	/** Opens an engine; again where one has died. */
	readonly openDatabase: () => Promise<Database>;
	readonly decoder: Decoder;
	readonly cache: ByteCache;
	/** Memory that resident tables may take. */
	readonly budgetBytes: number;
}

export interface SessionRequest {
	readonly sql: string;
	readonly params?: readonly SqlValue[];
}

export interface Price {
	readonly cost: PlanCost;
	readonly scans: readonly ScanSummary[];
}

/** An engine that has not ended a query by then is ended itself. */
const CANCEL_MILLISECONDS = 250;

interface Engine {
	readonly database: Database;
	readonly connection: Connection;
	readonly residency: Residency;
}

interface Run {
	readonly request: SessionRequest;
	readonly signal: AbortSignal;
	readonly onProgress: (progress: Progress) => void;
	readonly stagesMs: Record<Stage, number>;
	/** Chunks and tails. */
	readonly tally: TransferTally;
	/** What was fetched and decoded. */
	readonly loaded: { readonly files: Set<string>; rowGroups: number };
}

/**
 * One reader of one publication of a lake: plans each query, fetches what it needs,
 * keeps it resident, and runs it. Queries take turns. A session outlives cancelled
 * and failed queries, and an engine that died: the next query opens another, which
 * refills from the byte cache.
 */
export class LakeSession {
	readonly catalog: Catalog;
	/** XXH64 of the catalog's text. */
	readonly version: string;
	readonly #options: SessionOptions;
	/** All that SQL may name. */
	readonly #tables: readonly CatalogTable[];
	readonly #blocks = new ManifestBlocks();
	#engine: Promise<Engine> | undefined;
	#turn: Promise<unknown> = Promise.resolve();

	/** Opens catalog and engine at the same time; closes engine and decoder where that fails. */
	static async open(
		options: SessionOptions,
		signal: AbortSignal = new AbortController().signal,
	): Promise<LakeSession> {
		const opening = options.openDatabase();
		opening.catch(() => {});
		try {
			const { catalog, version } = await openCatalog(
				options.source,
				options.cache,
				signal,
			);
			const session = new LakeSession(options, catalog, version);
			session.#engine = openEngine(
				opening,
				session.#tables,
				options.budgetBytes,
			);
			await session.#engine;
			return session;
		} catch (error) {
			opening.then((database) => database.close()).catch(() => {});
			await options.decoder.close();
			throw error;
		}
	}

	private constructor(
		options: SessionOptions,
		catalog: Catalog,
		version: string,
	) {
		this.#options = options;
		this.catalog = catalog;
		this.#tables = catalog.tables;
		this.version = version;
	}

	/** For example `v1.5.6`. */
	async engineVersion(): Promise<string> {
		return (await this.#ready()).database.version;
	}

	/** What a query would cost, were nothing there yet. Fetches manifest blocks only. */
	price(
		request: SessionRequest,
		signal: AbortSignal = new AbortController().signal,
	): Promise<Price> {
		return this.#inTurn(signal, async () => {
			const run = newRun(request, signal, () => {});
			const plan = await this.#plan(await this.#ready(), run);
			return {
				cost: { ...plan.cost, requests: requestsOf(this.#tables, plan.needs) },
				scans: plan.scans,
			};
		});
	}

	/**
	 * Throws `SqlError`, `FetchError`, `OverBudgetError`, `UnsupportedError`, and
	 * `CancelledError` once the signal is raised, at whatever stage.
	 */
	query(
		request: SessionRequest,
		signal: AbortSignal = new AbortController().signal,
		onProgress: (progress: Progress) => void = () => {},
	): Promise<QueryAnswer> {
		return this.#inTurn(signal, () =>
			this.#query(newRun(request, signal, onProgress)),
		);
	}

	async close(): Promise<void> {
		const engine = await this.#engine?.catch(() => undefined);
		await engine?.database.close();
		await this.#options.decoder.close();
	}

	async #query(run: Run): Promise<QueryAnswer> {
		const engine = await this.#ready();
		run.onProgress({ stage: "plan" });
		const plan = await this.#plan(engine, run);
		await this.#load(engine, plan.needs, run);
		const { ipc, columns } = plan.statement.usesClock
			? await this.#runAtOneTime(engine, run)
			: await this.#run(engine, plan.statement, run);
		const rows = tableFromIPC(ipc).numRows;
		return {
			ipc,
			columns,
			rows,
			plan: this.#report(plan, run, rows),
			version: this.version,
		};
	}

	async #plan({ connection }: Engine, run: Run): Promise<QueryPlan> {
		const { request, signal, stagesMs } = run;
		throwIfCancelled(signal);
		const { source, cache } = this.#options;
		const started = performance.now();
		let blocksEnd = 0;
		let blocksMs = 0;
		const plan = await planQuery({
			connection,
			tables: this.#tables,
			sql: request.sql,
			params: request.params,
			signal,
			loadBlock: async (table, block, blockSignal) => {
				const start = Math.max(performance.now(), blocksEnd);
				const tally = { requests: 0, bytes: 0, cachedBytes: 0 };
				const loaded = await this.#blocks.load(table, block, {
					source,
					cache,
					signal: blockSignal,
					tally,
				});
				const end = performance.now();
				blocksMs += Math.max(0, end - Math.max(start, blocksEnd));
				blocksEnd = end;
				return loaded;
			},
		});
		stagesMs.blocks += blocksMs;
		stagesMs.plan += performance.now() - started - blocksMs;
		return plan;
	}

	async #load(
		{ residency }: Engine,
		needs: readonly TableNeed[],
		run: Run,
	): Promise<void> {
		const { source, cache, decoder } = this.#options;
		const loads = await residency.plan(needs);
		await loadAll(loads, { ...run, source, cache, decoder, residency });
		await residency.show(needs);
	}

	async #run(
		{ connection }: Engine,
		statement: Statement,
		{ request: { params }, signal, stagesMs, onProgress }: Run,
	): Promise<Pick<QueryAnswer, "ipc" | "columns">> {
		throwIfCancelled(signal);
		onProgress({ stage: "run" });
		const started = performance.now();
		let deadline: ReturnType<typeof setTimeout> | undefined;
		const cancel = () => {
			connection.cancel().catch(() => {});
			deadline = setTimeout(() => this.#recycle(), CANCEL_MILLISECONDS);
		};
		signal.addEventListener("abort", cancel);
		try {
			const columns = await resultColumns(connection, statement.sql, params);
			const ipc = await connection.run(statement.sql, params);
			return { ipc, columns };
		} catch (error) {
			if (signal.aborted) throw cancelled();
			if (isLakeError(error, "UnsupportedError")) throw error;
			throw engineError(error, statement, this.#tables);
		} finally {
			signal.removeEventListener("abort", cancel);
			clearTimeout(deadline);
			stagesMs.run += performance.now() - started;
		}
	}

	/** Plans and runs in one transaction, in which the clock stands still. */
	async #runAtOneTime(
		engine: Engine,
		run: Run,
	): Promise<Pick<QueryAnswer, "ipc" | "columns">> {
		const { connection, residency } = engine;
		await connection.query("BEGIN TRANSACTION");
		try {
			const plan = await this.#plan(engine, run);
			await this.#load(engine, plan.needs, run);
			const answer = await this.#run(engine, plan.statement, run);
			await connection.query("COMMIT");
			return answer;
		} catch (error) {
			// An engine that died has rolled back, too.
			await connection.query("ROLLBACK").catch(() => {});
			await residency.forget().catch(() => {});
			throw error;
		}
	}

	#report(plan: QueryPlan, run: Run, rows: number): Plan {
		return {
			estimated: {
				...plan.cost,
				requests: requestsOf(this.#tables, plan.needs),
			},
			actual: {
				files: run.loaded.files.size,
				rowGroups: run.loaded.rowGroups,
				...run.tally,
				rows,
			},
			stagesMs: run.stagesMs,
			scans: plan.scans,
		};
	}

	#ready(): Promise<Engine> {
		if (this.#engine === undefined) {
			const { openDatabase, budgetBytes } = this.#options;
			this.#engine = openEngine(openDatabase(), this.#tables, budgetBytes);
			this.#engine.catch(() => {
				this.#engine = undefined;
			});
		}
		return this.#engine;
	}

	/** Once more, with another engine, where the engine dies of it the first time. */
	async #twice<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
		for (let isFirst = true; ; isFirst = false)
			try {
				return await task();
			} catch (error) {
				if (!hasDied(error)) throw error;
				await this.#recycle();
				if (signal.aborted) throw cancelled();
				if (!isFirst)
					throw new LakeError("SqlError", error.message, { cause: error });
			}
	}

	/** Ends an engine that died or does not answer; the next task opens another. */
	async #recycle(): Promise<void> {
		const engine = await this.#engine?.catch(() => undefined);
		this.#engine = undefined;
		await engine?.database.close().catch(() => {});
	}

	/** One task after the other; a task cancelled while it waits ends at once. */
	#inTurn<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
		const before = this.#turn;
		const result = (async () => {
			await Promise.race([before, raised(signal)]);
			throwIfCancelled(signal);
			return this.#twice(signal, task);
		})();
		// Of an answer nothing is kept.
		this.#turn = Promise.allSettled([before, result]).then(() => {});
		return result;
	}
}

async function openEngine(
	opening: Promise<Database>,
	tables: readonly CatalogTable[],
	budgetBytes: number,
): Promise<Engine> {
	const database = await opening;
	const connection = await database.connect();
	const residency = new Residency(connection, budgetBytes);
	await layGhosts(connection, tables);
	await residency.prepare(tables);
	// The page's files and addresses are ours to read, not SQL's: what tries fails at once.
	await connection.query("SET enable_external_access = false");
	await connection.query(
		`SET allowed_configs = ['${PLANNING_SETTINGS.join("', '")}']`,
	);
	await connection.query("SET lock_configuration = true");
	return { database, connection, residency };
}

function newRun(
	request: SessionRequest,
	signal: AbortSignal,
	onProgress: (progress: Progress) => void,
): Run {
	return {
		request,
		signal,
		onProgress,
		stagesMs: { plan: 0, blocks: 0, fetch: 0, decode: 0, load: 0, run: 0 },
		tally: { requests: 0, bytes: 0, cachedBytes: 0 },
		loaded: { files: new Set(), rowGroups: 0 },
	};
}

/** Requests that needs take where nothing is there yet. */
function requestsOf(
	tables: readonly CatalogTable[],
	needs: readonly TableNeed[],
): number {
	const pieces: Piece[] = [];
	for (const need of needs) {
		const table = tables.find((other) => other.name === need.table);
		if (table === undefined) throw new Error(`unknown table: ${need.table}`);
		const columns = columnsToDecode(table, need.columns);
		if (columns.length === 0) continue;
		const files = new Set(need.rowGroups.map(({ file }) => file));
		for (const file of files) pieces.push(tailPiece(file));
		for (const rowGroup of need.rowGroups)
			pieces.push(...chunkPieces(table, rowGroup, columns));
	}
	return planRequests(pieces).length;
}
