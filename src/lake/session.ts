import { tableFromIPC } from "apache-arrow";
import type {
	DroppedFile,
	OwnChange,
	Price,
	Progress,
	QueryAnswer,
} from "../../workers/engine-api.ts";
import type { Catalog } from "../lib/catalog/catalog.ts";
import { EXPLANATION } from "../lib/sql/explanation.ts";
import { rowsIn } from "./arrow/ipc.ts";
import {
	ManifestBlocks,
	type OpenedCatalog,
	openCatalog,
	takeCatalog,
} from "./catalog/catalog.ts";
import { describedColumns, refuseLosses } from "./described-columns.ts";
import { type Engine, EngineKeeper } from "./engine/engine-keeper.ts";
import { Turns } from "./engine/turns.ts";
import {
	cancelled,
	isLakeError,
	LakeError,
	orCancelled,
	throwIfCancelled,
} from "./errors.ts";
import type { ByteCache } from "./fetch/byte-cache.ts";
import { requestsOf } from "./fetch/request-count.ts";
import { type FileAccess, NO_FILES } from "./files/file-store.ts";
import { SessionFiles } from "./files/session-files.ts";
import { tableBytes } from "./own-objects/own-in-engine.ts";
import { type Done, OwnObjects } from "./own-objects/own-objects.ts";
import type { Change } from "./plan/change.ts";
import { engineError } from "./plan/engine-error.ts";
import { type Ask, planQuery, type QueryPlan } from "./plan/plan.ts";
import { readStatement, type Statement } from "./plan/statement.ts";
import {
	newRun,
	type QueryRun,
	reportOf,
	type SessionRequest,
} from "./query-run.ts";
import { REHEARSAL_FILE, REHEARSALS, REHEARSED } from "./rehearsal.ts";
import { loadAll } from "./resident/load.ts";
import { answerInSlices, planSlices, type SlicePlan } from "./slices/answer.ts";
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
	/** Reads files that SQL names besides the lake's tables; none where it is absent. */
	readonly files?: FileAccess;
	/** A small Parquet file for the session to rehearse on; it does not where that is absent. */
	readonly sample?: Promise<Uint8Array<ArrayBuffer>>;
}

export interface MemoryUse {
	readonly residentBytes: number;
	readonly residentBudgetBytes: number;
}

type Answer = Pick<QueryAnswer, "ipc" | "columns">;

interface Answered extends Answer {
	readonly plan: Pick<QueryPlan, "needs" | "scans" | "cost">;
	/** Null where all was there at once. */
	readonly slices: number | null;
}

/** Packing and rehearsing take the engine's time, which a visitor who asks on needs more. */
const REST_MILLISECONDS = 150;

const FREE: Price = {
	cost: { files: 0, rowGroups: 0, requests: 0, bytes: 0 },
	scans: [],
	slices: null,
	refusal: null,
	unopened: [],
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
	readonly #files: SessionFiles;
	#opened: OpenedCatalog;
	#blocks = new ManifestBlocks();
	readonly #turns = new Turns();
	#resting: ReturnType<typeof setTimeout> | undefined;
	/** Whether row groups have been decoded and loaded, of the lake or of the sample. */
	#isRehearsed = false;
	/** Of the tasks that wait or are at work; closing ends them. */
	readonly #running = new Set<AbortController>();
	#isClosed = false;

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
			session.#restSoon();
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
		this.#files = new SessionFiles(
			options.source,
			options.files ?? NO_FILES,
			() => this.#engines,
		);
		this.#options = { ...options, source: this.#files.store };
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

	/**
	 * What a query would cost, were nothing there yet, and why it will not run where that
	 * is known: memory, a host, a name that is taken. Fetches manifest blocks only.
	 */
	price(
		request: SessionRequest,
		signal: AbortSignal = new AbortController().signal,
	): Promise<Price> {
		return this.#inTurn(signal, async (engine, signal) => {
			const unopened = this.#files.unopened(request.sql);
			const refusal = this.#files.refusalOf(unopened);
			if (unopened.length > 0) return { ...FREE, unopened, refusal };
			const run = newRun(request, signal);
			return this.#files.named(engine, run, (named) =>
				this.#price(engine, named),
			);
		});
	}

	async #price(engine: Engine, run: QueryRun): Promise<Price> {
		const { change } = this.#read(run.request);
		try {
			if (change !== null) {
				const { tables } = this.#engines;
				const changes = await this.#own.check(engine, change, tables);
				if (!changes || takesNoRows(change)) return FREE;
			}
		} catch (error) {
			if (!isLakeError(error, "UnsupportedError")) throw error;
			return { ...FREE, refusal: error.message };
		}
		const plan = await this.#plan(engine, run);
		const price = {
			cost: { ...plan.cost, requests: this.#requestsOf(plan) },
			scans: this.#files.described(plan.scans),
			unopened: [],
		};
		try {
			const sliced = await this.#planSlices(engine, plan, run);
			return { ...price, slices: sliced?.slices ?? null, refusal: null };
		} catch (error) {
			if (!isLakeError(error, "OverBudgetError")) throw error;
			return { ...price, slices: null, refusal: error.message };
		}
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
		const answer = this.#inTurn(signal, (engine, signal) =>
			this.#files.named(engine, newRun(request, signal, onProgress), (named) =>
				this.#query(engine, named),
			),
		);
		answer.then(
			({ plan }) => {
				if (plan.actual.rowGroups > 0) this.#isRehearsed = true;
			},
			() => {},
		);
		this.#tidyInTurn();
		return answer;
	}

	/** Files that the visitor dropped. */
	files(): readonly DroppedFile[] {
		return this.#files.list();
	}

	/**
	 * Lets SQL name a file of the visitor's, by its name or another where that is
	 * taken. Throws `UnsupportedError` or `SqlError` where it is not what its name says.
	 */
	addFile(
		name: string,
		file: Blob,
		signal: AbortSignal = new AbortController().signal,
	): Promise<DroppedFile> {
		return this.#inTurn(signal, (engine, signal) =>
			this.#files.drop(engine, name, file, newRun({ sql: "" }, signal)),
		);
	}

	removeFile(name: string): Promise<void> {
		return this.#turns.take(new AbortController().signal, () =>
			this.#files.remove(name),
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

	/** For good: what waits or is at work, and what is asked from now on, is cancelled. */
	async close(): Promise<void> {
		this.#isClosed = true;
		clearTimeout(this.#resting);
		for (const task of this.#running) task.abort();
		await this.#engines.close();
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
		const plan = await this.#plan(engine, run, true);
		const sliced = await this.#planSlices(engine, plan, run);
		if (sliced !== null) {
			const answer = await this.#runInSlices(engine, plan, sliced, run);
			return { ...answer, plan };
		}
		await this.#load(engine, plan.needs, run);
		const answer = plan.statement.usesClock
			? await this.#runAtOneTime(engine, run)
			: await this.#run(engine, plan, run);
		return { ...answer, plan, slices: null };
	}

	/** Null where what the query needs is within the budget. */
	#planSlices(
		{ connection, residency }: Engine,
		{ statement, needs }: QueryPlan,
		{ request: { params = [] } }: QueryRun,
	): Promise<SlicePlan | null> {
		return planSlices({
			connection,
			residency,
			tables: this.#engines.tables,
			statement,
			params,
			needs,
		});
	}

	async #runInSlices(
		engine: Engine,
		{ statement }: QueryPlan,
		plan: SlicePlan,
		run: QueryRun,
	): Promise<Answer & { readonly slices: number }> {
		const { connection, residency } = engine;
		const { source, cache, decoder } = this.#options;
		const { params } = run.request;
		await this.#load(engine, plan.others, run);
		try {
			const columns = await describedColumns(connection, statement.sql, params);
			refuseLosses(columns);
			const options = { ...run, source, cache, decoder, residency };
			const answer = await answerInSlices({ ...options, connection, plan });
			return { ...answer, columns };
		} catch (error) {
			if (run.signal.aborted) throw cancelled();
			if (error instanceof LakeError) throw error;
			throw engineError(error, statement, this.#engines.tables);
		}
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
		{ ipc, columns, plan, slices }: Answered,
		change: OwnChange | null,
	): QueryAnswer {
		const rows = change === null ? rowsIn(ipc) : 0;
		return {
			ipc,
			columns,
			rows,
			plan: reportOf(
				run,
				{ ...plan, scans: this.#files.described(plan.scans) },
				this.#requestsOf(plan),
				rows,
				slices,
			),
			version: this.version,
			change,
			own: this.#own.list().map((object) => ({
				...object,
				sql: this.#files.asWritten(object.sql),
			})),
			notices: this.#own.takeNotices(),
		};
	}

	#read({ sql }: SessionRequest): Statement {
		return readStatement(sql, (words) => this.#own.withWords(words));
	}

	/** `mayAsk` lets it load and run what the rest depends on: a query does, a price does not. */
	async #plan(
		engine: Engine,
		run: QueryRun,
		mayAsk = false,
	): Promise<QueryPlan> {
		const { request, signal, stagesMs } = run;
		throwIfCancelled(signal);
		const { source, cache } = this.#options;
		const started = performance.now();
		let blocksEnd = 0;
		let blocksMs = 0;
		let askedMs = 0;
		const ask: Ask = async (needs, sql, params) => {
			const start = performance.now();
			const ipc = await this.#ask(engine, run, needs, { sql, params });
			askedMs += performance.now() - start;
			return ipc;
		};
		const plan = await planQuery({
			...(mayAsk ? { ask } : {}),
			isResident: (needs) => engine.residency.holds(needs),
			connection: engine.connection,
			tables: this.#engines.tables,
			sql: request.sql,
			params: request.params,
			withOwnWords: (words) => this.#own.withWords(words),
			signal,
			loadBlock: async (table, block, blockSignal) => {
				const ofFile = this.#files.block(block);
				if (ofFile !== undefined) return ofFile;
				const start = Math.max(performance.now(), blocksEnd);
				const tally = { requests: 0, bytes: 0, cachedBytes: 0 };
				const loaded = await orCancelled(
					this.#blocks.load(table, block, {
						source,
						cache,
						signal: blockSignal,
						tally,
					}),
					blockSignal,
				);
				const end = performance.now();
				blocksMs += Math.max(0, end - Math.max(start, blocksEnd));
				blocksEnd = end;
				return loaded;
			},
		});
		stagesMs.blocks += blocksMs;
		stagesMs.plan += performance.now() - started - blocksMs - askedMs;
		return plan;
	}

	/** Part of what a query needs, and SQL over it whose answer the rest depends on. */
	async #ask(
		engine: Engine,
		run: QueryRun,
		needs: readonly TableNeed[],
		{ sql, params = [] }: SessionRequest,
	): Promise<Uint8Array> {
		try {
			await this.#load(engine, needs, run);
			return await engine.connection.run(sql, params);
		} catch (error) {
			if (run.signal.aborted) throw cancelled();
			if (error instanceof LakeError) throw error;
			throw engineError(error, readStatement(sql), this.#engines.tables);
		}
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
		{ statement, columns: known }: QueryPlan,
		{ request: { params }, signal, stagesMs, onProgress }: QueryRun,
	): Promise<Answer> {
		throwIfCancelled(signal);
		onProgress({ stage: "run" });
		const started = performance.now();
		try {
			const { sql, change, explains } = statement;
			if (explains !== null) {
				const ipc = await connection.run(`${explains}\n${sql}`, params);
				return { ipc, columns: EXPLANATION };
			}
			const columns =
				change !== null
					? []
					: (known ?? (await describedColumns(connection, sql, params)));
			refuseLosses(columns);
			return { ipc: await connection.run(sql, params), columns };
		} catch (error) {
			if (signal.aborted) throw cancelled();
			if (isLakeError(error, "UnsupportedError")) throw error;
			const linesBefore = statement.explains === null ? 0 : 1;
			throw engineError(error, statement, this.#engines.tables, linesBefore);
		} finally {
			stagesMs.run += performance.now() - started;
		}
	}

	/**
	 * Plans and runs in one transaction, in which the clock stands still; again where
	 * the time at which it began needs other data than there are.
	 */
	async #runAtOneTime(engine: Engine, run: QueryRun): Promise<Answer> {
		const { connection, residency } = engine;
		for (;;) {
			await connection.query("BEGIN TRANSACTION");
			let needs: readonly TableNeed[];
			try {
				const plan = await this.#plan(engine, run);
				needs = plan.needs;
				if (residency.shows(needs)) {
					const answer = await this.#run(engine, plan, run);
					await connection.query("COMMIT");
					return answer;
				}
				await connection.query("ROLLBACK");
			} catch (error) {
				// An engine that died has rolled back, too.
				await connection.query("ROLLBACK").catch(() => {});
				throw error;
			}
			await this.#load(engine, needs, run);
		}
	}

	#requestsOf({ needs }: Pick<QueryPlan, "needs">): number {
		return requestsOf(this.#engines.tables, needs);
	}

	/** The task's signal is raised where the one given is, or the session is closed. */
	async #inTurn<T>(
		given: AbortSignal,
		task: (engine: Engine, signal: AbortSignal) => Promise<T>,
	): Promise<T> {
		const closing = new AbortController();
		if (this.#isClosed) closing.abort();
		this.#running.add(closing);
		const signal = AbortSignal.any([given, closing.signal]);
		try {
			return await this.#turns.take(signal, () =>
				this.#engines.use(signal, (engine) => {
					engine.residency.reservedBytes = this.#own.bytes;
					return task(engine, signal);
				}),
			);
		} finally {
			this.#running.delete(closing);
		}
	}

	/**
	 * After those who wait already, an engine that has grown too large makes way for a
	 * new one.
	 */
	#tidyInTurn(): void {
		clearTimeout(this.#resting);
		const tidied = this.#turns.take(new AbortController().signal, () =>
			this.#engines.renewIfGrown(),
		);
		tidied
			// One that is lost is replaced when it is needed.
			.catch(() => {})
			.finally(() => this.#restSoon());
	}

	/** Once nobody has asked for a while, what was loaded is packed, or else loading rehearsed. */
	#restSoon(): void {
		clearTimeout(this.#resting);
		if (this.#isClosed) return;
		this.#resting = setTimeout(() => {
			const rest = this.#isRehearsed ? this.#packInTurn() : this.#rehearse();
			// What is not packed, or not rehearsed, answers as well.
			rest.catch(() => {});
		}, REST_MILLISECONDS);
	}

	#packInTurn(): Promise<void> {
		return this.#turns.take(new AbortController().signal, () =>
			this.#engines.pack(),
		);
	}

	/**
	 * Asks about a sample what pages ask about the lake. Browsers compile WebAssembly when
	 * it is first called, and better once it is called often: otherwise a first question
	 * would wait for that. Whoever asks meanwhile waits for one of these at most.
	 */
	async #rehearse(): Promise<void> {
		const sample = await this.#options.sample;
		if (sample === undefined) return;
		const blob = new Blob([sample]);
		for (let round = 0; round < REHEARSALS; round += 1) {
			this.#files.store.drop(REHEARSAL_FILE, blob);
			try {
				for (const sql of REHEARSED) {
					if (this.#isRehearsed || this.#running.size > 0) return;
					const { signal } = new AbortController();
					await this.#inTurn(signal, (engine, signal) =>
						this.#files.named(engine, newRun({ sql }, signal), (named) =>
							this.#query(engine, named),
						),
					);
				}
			} finally {
				await this.removeFile(REHEARSAL_FILE);
			}
		}
		this.#isRehearsed = true;
	}
}

function nothing(): Answered {
	return {
		ipc: new Uint8Array(),
		columns: [],
		plan: { needs: [], scans: [], cost: { files: 0, rowGroups: 0, bytes: 0 } },
		slices: null,
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
