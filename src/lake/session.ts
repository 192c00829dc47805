import { tableFromIPC } from "apache-arrow";
import type {
	OwnChange,
	PlanCost,
	Progress,
	QueryAnswer,
	ScanSummary,
} from "../../workers/engine-api.ts";
import type { Catalog } from "../lib/catalog.ts";
import type { ByteCache } from "./byte-cache.ts";
import {
	ManifestBlocks,
	type OpenedCatalog,
	openCatalog,
	takeCatalog,
} from "./catalog.ts";
import { type Engine, EngineKeeper } from "./engine-keeper.ts";
import { cancelled, isLakeError, throwIfCancelled } from "./errors.ts";
import { loadAll } from "./load.ts";
import { type Done, OwnObjects, tableBytes } from "./own-objects.ts";
import type { Change } from "./plan/change.ts";
import { engineError } from "./plan/engine-error.ts";
import { planQuery, type QueryPlan } from "./plan/plan.ts";
import { readStatement, type Statement } from "./plan/statement.ts";
import {
	newRun,
	type QueryRun,
	reportOf,
	type SessionRequest,
} from "./query-run.ts";
import { requestsOf } from "./request-count.ts";
import { resultColumns } from "./result-columns.ts";
import { Turns } from "./turns.ts";
import type { Database, Decoder, RangeSource, TableNeed } from "./types.ts";

export type { SessionRequest } from "./query-run.ts";

export interface SessionOptions {
	readonly source: RangeSource;
	/** Opens an engine; again where one has died. */
	readonly openDatabase: () => Promise<Database>;
	readonly decoder: Decoder;
	readonly cache: ByteCache;
	/** Of the catalog to read, where that is known already. */
	readonly catalogText?: string | undefined;
	/** Memory that resident tables may take. */
	readonly budgetBytes: number;
}

export interface Price {
	readonly cost: PlanCost;
	readonly scans: readonly ScanSummary[];
}

export interface MemoryUse {
	readonly residentBytes: number;
	readonly residentBudgetBytes: number;
}

type Answer = Pick<QueryAnswer, "ipc" | "columns">;

interface Answered extends Answer {
	readonly plan: Pick<QueryPlan, "needs" | "scans" | "cost">;
}

const FREE: Price = {
	cost: { files: 0, rowGroups: 0, requests: 0, bytes: 0 },
	scans: [],
};

/**
 * One reader of one publication of a lake: plans each query, fetches what it needs,
 * keeps it resident, and runs it. Queries take turns. A session outlives cancelled
 * and failed queries, and engines that died.
 */
export class LakeSession {
	readonly #options: SessionOptions;
	readonly #engines: EngineKeeper;
	readonly #own: OwnObjects;
	#opened: OpenedCatalog;
	#blocks = new ManifestBlocks();
	readonly #turns = new Turns();

	/**
	 * Opens catalog and engine at the same time; closes engine and decoder where that
	 * fails. `options.catalogText` decides over what the lake publishes now.
	 */
	static async open(
		options: SessionOptions,
		signal: AbortSignal = new AbortController().signal,
	): Promise<LakeSession> {
		const opening = options.openDatabase();
		opening.catch(() => {});
		try {
			const { source, cache, catalogText } = options;
			const opened = await (catalogText === undefined
				? openCatalog(source, cache, signal)
				: takeCatalog(catalogText, source, cache));
			const session = new LakeSession(options, opened, opening);
			session.#blocks.prefetch(opened.catalog.tables, { source, cache });
			await session.#engines.ready();
			return session;
		} catch (error) {
			opening.then((database) => database.close()).catch(() => {});
			await options.decoder.close();
			throw error;
		}
	}

	private constructor(
		options: SessionOptions,
		opened: OpenedCatalog,
		opening: Promise<Database>,
	) {
		this.#options = options;
		this.#opened = opened;
		this.#own = new OwnObjects((engine, done) => this.#redo(engine, done));
		this.#engines = new EngineKeeper(
			options,
			opened.catalog.tables,
			opening,
			this.#own,
		);
	}

	get catalog(): Catalog {
		return this.#opened.catalog;
	}

	/** XXH64 of the catalog's text. */
	get version(): string {
		return this.#opened.version;
	}

	/**
	 * Reads another publication of the lake from the next query on; rejects, and stays
	 * where it is, where the text is no catalog.
	 */
	move(catalogText: string): Promise<void> {
		const { source, cache } = this.#options;
		return this.#turns.take(new AbortController().signal, async () => {
			const opened = await takeCatalog(catalogText, source, cache);
			if (opened.version === this.version) return;
			const former = this.catalog.tables;
			this.#opened = opened;
			this.#blocks = new ManifestBlocks();
			this.#blocks.prefetch(opened.catalog.tables, { source, cache });
			await this.#engines.replaceTables(former, opened.catalog.tables);
		});
	}

	/** DuckDB's version, for example `v1.5.6`, and how many threads a query may run on. */
	async engine(): Promise<Pick<Database, "version" | "threads">> {
		const { version, threads } = (await this.#engines.ready()).database;
		return { version, threads };
	}

	/** What a query would cost, were nothing there yet. Fetches manifest blocks only. */
	price(
		request: SessionRequest,
		signal: AbortSignal = new AbortController().signal,
	): Promise<Price> {
		return this.#inTurn(signal, async (engine) => {
			const { change } = this.#read(request);
			if (change !== null && takesNoRows(change)) return FREE;
			const plan = await this.#plan(engine, newRun(request, signal));
			return {
				cost: { ...plan.cost, requests: this.#requestsOf(plan) },
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
		return this.#inTurn(signal, (engine) =>
			this.#query(engine, newRun(request, signal, onProgress)),
		);
	}

	/** Memory that resident tables take now, and may take. */
	async memoryUse(): Promise<MemoryUse> {
		return {
			residentBytes: (await this.#engines.residentBytes()) + this.#own.bytes,
			residentBudgetBytes: this.#engines.budgetBytes,
		};
	}

	/** Memory for resident tables from the next query on; null is what it opened with. */
	async setMemoryBudget(bytes: number | null): Promise<void> {
		await this.#engines.setBudget(bytes ?? this.#options.budgetBytes);
	}

	async close(): Promise<void> {
		await this.#engines.end();
		await this.#options.decoder.close();
	}

	async #query(engine: Engine, run: QueryRun): Promise<QueryAnswer> {
		run.onProgress({ stage: "plan" });
		const statement = this.#read(run.request);
		if (statement.change !== null)
			return this.#change(engine, run, statement, statement.change);
		const answered = await this.#answer(engine, run);
		return this.#finish(run, answered, null);
	}

	/** The stages of a query, one after the other. */
	async #answer(engine: Engine, run: QueryRun): Promise<Answered> {
		const plan = await this.#plan(engine, run);
		await this.#load(engine, plan.needs, run);
		const answer = plan.statement.usesClock
			? await this.#runAtOneTime(engine, run)
			: await this.#run(engine, plan.statement, run);
		return { ...answer, plan };
	}

	/** Makes, changes or drops what is the analyst's own. */
	async #change(
		engine: Engine,
		run: QueryRun,
		statement: Statement,
		change: Change,
	): Promise<QueryAnswer> {
		const { sql, params = [] } = run.request;
		const done = { sql, params };
		const { tables } = this.#engines;
		if (!(await this.#own.check(engine, change, tables))) {
			const { kind, name } = change;
			return this.#finish(run, nothing(), {
				action: "kept",
				kind,
				name,
				rows: null,
			});
		}
		if (takesNoRows(change)) {
			try {
				const changed = await this.#own.define(
					engine,
					statement,
					change,
					done,
					tables,
				);
				return this.#finish(run, nothing(), changed);
			} catch (error) {
				if (isLakeError(error, "UnsupportedError")) throw error;
				throw engineError(error, statement, tables);
			} finally {
				engine.residency.reservedBytes = this.#own.bytes;
			}
		}
		const bytesBefore = await tableBytes(engine.connection);
		const answered = await this.#answer(engine, run);
		const changed = await this.#own.note(engine, statement, change, done, {
			rows: rowsChanged(answered.ipc),
			bytesBefore,
		});
		await this.#own.keepWithin(engine, change, this.#engines.budgetBytes);
		engine.residency.reservedBytes = this.#own.bytes;
		return this.#finish(run, { ...nothing(), plan: answered.plan }, changed);
	}

	/** Fills or changes a table again, in another engine. */
	async #redo(engine: Engine, done: Done): Promise<void> {
		await this.#answer(engine, newRun(done, new AbortController().signal));
	}

	#finish(
		run: QueryRun,
		{ ipc, columns, plan }: Answered,
		change: OwnChange | null,
	): QueryAnswer {
		const rows = change === null ? tableFromIPC(ipc).numRows : 0;
		return {
			ipc,
			columns,
			rows,
			plan: reportOf(run, plan, this.#requestsOf(plan), rows),
			version: this.version,
			change,
			own: this.#own.list(),
			notices: this.#own.takeNotices(),
		};
	}

	#read({ sql }: SessionRequest): Statement {
		return readStatement(sql, (words) => this.#own.withWords(words));
	}

	async #plan({ connection }: Engine, run: QueryRun): Promise<QueryPlan> {
		const { request, signal, stagesMs } = run;
		throwIfCancelled(signal);
		const { source, cache } = this.#options;
		const started = performance.now();
		let blocksEnd = 0;
		let blocksMs = 0;
		const plan = await planQuery({
			connection,
			tables: this.#engines.tables,
			sql: request.sql,
			params: request.params,
			withOwnWords: (words) => this.#own.withWords(words),
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
		run: QueryRun,
	): Promise<void> {
		const { source, cache, decoder } = this.#options;
		const loads = await residency.plan(needs);
		await loadAll(loads, { ...run, source, cache, decoder, residency });
		await residency.show(needs);
	}

	async #run(
		{ connection }: Engine,
		statement: Statement,
		{ request: { params }, signal, stagesMs, onProgress }: QueryRun,
	): Promise<Answer> {
		throwIfCancelled(signal);
		onProgress({ stage: "run" });
		const started = performance.now();
		try {
			const columns =
				statement.change === null
					? await resultColumns(connection, statement.sql, params)
					: [];
			const ipc = await connection.run(statement.sql, params);
			return { ipc, columns };
		} catch (error) {
			if (signal.aborted) throw cancelled();
			if (isLakeError(error, "UnsupportedError")) throw error;
			throw engineError(error, statement, this.#engines.tables);
		} finally {
			stagesMs.run += performance.now() - started;
		}
	}

	/** Plans and runs in one transaction, in which the clock stands still. */
	async #runAtOneTime(engine: Engine, run: QueryRun): Promise<Answer> {
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

	#requestsOf({ needs }: Pick<QueryPlan, "needs">): number {
		return requestsOf(this.#engines.tables, needs);
	}

	#inTurn<T>(
		signal: AbortSignal,
		task: (engine: Engine) => Promise<T>,
	): Promise<T> {
		return this.#turns.take(signal, () => this.#engines.use(signal, task));
	}
}

/** What a statement answers that has no rows to show. */
function nothing(): Answered {
	return {
		ipc: new Uint8Array(),
		columns: [],
		plan: { needs: [], scans: [], cost: { files: 0, rowGroups: 0, bytes: 0 } },
	};
}

/** Of `INSERT`, `UPDATE`, `DELETE`. */
function rowsChanged(ipc: Uint8Array): number | null {
	const count = tableFromIPC(ipc).getChildAt(0)?.get(0);
	return count === undefined || count === null ? null : Number(count);
}

/** Whether it can be done without a row of the lake. */
function takesNoRows({ action, kind }: Change): boolean {
	return action === "drop" || kind === "view" || kind === "macro";
}
