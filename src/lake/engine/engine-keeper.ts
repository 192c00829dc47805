import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { cancelled, hasDied, LakeError, orCancelled } from "../errors.ts";
import { FILES_FOLDER } from "../files/csv-table.ts";
import {
	dropGhost,
	layGhost,
	layGhosts,
	PLANNING_SETTINGS,
} from "../plan/ghosts.ts";
import { Residency } from "../resident/residency.ts";
import type { Connection, Database } from "../types.ts";
import { Lifeline } from "./lifeline.ts";

/** DuckDB with the tables of the lake, and what of them lies in its memory. */
export interface Engine {
	readonly database: Database;
	readonly connection: Connection;
	readonly residency: Residency;
	/** Size of its WebAssembly memory before its first task. */
	readonly heapBytes: number;
}

export interface EngineKeeperOptions {
	/** Opens an engine; again where one has died. */
	readonly openDatabase: () => Promise<Database>;
	/** Memory that resident tables may take. */
	readonly budgetBytes: number;
}

/** What lives in an engine besides the lake's tables, and moves from one to the next. */
export interface EngineTenant {
	/** Before an engine that still works is closed for another, and why it is. */
	leave(engine: Engine, why: string): Promise<void>;
	/**
	 * Before an engine's first task. `why` says how the one before was lost, null
	 * where none was.
	 */
	enter(engine: Engine, why: string | null): Promise<void>;
}

interface Slot {
	readonly engine: Promise<Engine>;
	readonly lifeline: Lifeline;
}

/** Past so much of the budget, and some room for what queries themselves take, an engine has grown too large. */
const MOST_GROWTH = 1.1;
const SPARE_BYTES = 32e6;

/** An engine that has not ended a task by so long after it was cancelled is ended itself. */
const CANCEL_MILLISECONDS = 250;
/** And one that then answers nothing for so long. */
const PROBE_MILLISECONDS = 1000;

/**
 * Keeps one engine: opens it when it is first needed, ends one that died or does
 * not answer, and opens another for the next task, which refills from the byte
 * cache.
 */
export class EngineKeeper {
	readonly #options: EngineKeeperOptions;
	/** All that SQL may name; every engine opens with them. */
	readonly #tables: CatalogTable[];
	readonly #tenant: EngineTenant;
	#budgetBytes: number;
	#slot: Slot | undefined;
	#isClosed = false;
	/** How the engine before was lost; null once another has taken its place. */
	#lost: string | null = null;

	constructor(
		options: EngineKeeperOptions,
		tables: readonly CatalogTable[],
		opening: Promise<Database>,
		tenant: EngineTenant,
	) {
		this.#options = options;
		this.#tenant = tenant;
		this.#tables = [...tables];
		this.#budgetBytes = options.budgetBytes;
		this.#keep(opening);
	}

	get tables(): readonly CatalogTable[] {
		return this.#tables;
	}

	get budgetBytes(): number {
		return this.#budgetBytes;
	}

	/** Memory for resident tables from the next task on, in this engine and those that follow it. */
	async setBudget(bytes: number): Promise<void> {
		this.#budgetBytes = bytes;
		const engine = await this.#slot?.engine.catch(() => undefined);
		if (engine !== undefined) engine.residency.budgetBytes = this.#budgetBytes;
	}

	/** Memory that resident tables take now. */
	async residentBytes(): Promise<number> {
		const engine = await this.#slot?.engine.catch(() => undefined);
		return engine?.residency.bytes ?? 0;
	}

	/** The engine, opened where there is none. */
	async ready(): Promise<Engine> {
		return this.#current().engine;
	}

	/** Lets SQL name one more table, in this engine and those that follow it. */
	async addTable(table: CatalogTable): Promise<void> {
		const { connection, residency } = await this.ready();
		await layGhost(connection, table);
		await residency.add(table);
		this.#tables.push(table);
	}

	/** Takes a table out of this engine and those that follow it. */
	async removeTable(table: CatalogTable): Promise<void> {
		const at = this.#tables.indexOf(table);
		if (at >= 0) this.#tables.splice(at, 1);
		const { connection, residency } = await this.ready();
		await dropGhost(connection, table);
		await residency.remove(table);
	}

	/**
	 * Does a task with the engine; once more, with another, where the engine dies of
	 * it the first time. Rejects with `CancelledError` soon after the signal is
	 * raised, if need be at the price of the engine.
	 */
	async use<T>(
		signal: AbortSignal,
		task: (engine: Engine) => Promise<T>,
	): Promise<T> {
		for (let isFirst = true; ; isFirst = false) {
			const slot = this.#current();
			try {
				const engine = await orCancelled(slot.engine, signal);
				return await this.#untilCancelled(slot, engine, signal, task);
			} catch (error) {
				if (!hasDied(error)) throw error;
				this.#lose(slot, firstLine(error.message));
				if (signal.aborted) throw cancelled();
				if (!isFirst)
					throw new LakeError("SqlError", error.message, { cause: error });
			}
		}
	}

	/** Lets SQL name other tables of the lake, in a new engine; added ones stay. */
	async replaceTables(
		former: readonly CatalogTable[],
		tables: readonly CatalogTable[],
	): Promise<void> {
		const added = this.#tables.filter((table) => !former.includes(table));
		this.#tables.splice(0, this.#tables.length, ...tables, ...added);
		await this.renew("newer data were asked for");
	}

	/**
	 * Puts a new engine into the place of this one, whose memory is given back. Only
	 * between tasks. `why` is part of a sentence.
	 */
	async renew(why: string): Promise<void> {
		const slot = this.#slot;
		const engine = await slot?.engine.catch(() => undefined);
		if (engine !== undefined)
			await this.#tenant.leave(engine, why).catch(() => {});
		await this.end();
		await this.ready();
	}

	/**
	 * The same where the engine's memory has grown past what its tables may take:
	 * it never shrinks by itself. Only between tasks.
	 */
	async renewIfGrown(): Promise<void> {
		const engine = await this.#slot?.engine.catch(() => undefined);
		if (engine === undefined) return;
		const grown = (await engine.database.heapBytes()) - engine.heapBytes;
		if (grown > this.#budgetBytes * MOST_GROWTH + SPARE_BYTES)
			await this.renew("its memory had grown");
	}

	/** Packs what was loaded into the engine, where there is one. Only between tasks. */
	async pack(): Promise<void> {
		const engine = await this.#slot?.engine.catch(() => undefined);
		await engine?.residency.pack();
	}

	/** Ends the engine for good: no task opens another, but is cancelled. */
	async close(): Promise<void> {
		this.#isClosed = true;
		await this.end();
	}

	/** Ends the engine; the next task opens another. */
	async end(): Promise<void> {
		const slot = this.#slot;
		this.#slot = undefined;
		slot?.lifeline.lose("it was closed");
		const engine = await slot?.engine.catch(() => undefined);
		await engine?.database.close().catch(() => {});
	}

	/** Ends an engine that died or does not answer; what waits for it is rejected at once. */
	#lose(slot: Slot, why: string): void {
		slot.lifeline.lose(why);
		if (this.#slot !== slot) return;
		this.#lost = why;
		this.end().catch(() => {});
	}

	/** In the end rejects whatever the task does, and then the engine is gone, so that nothing of the task reaches one. */
	#untilCancelled<T>(
		slot: Slot,
		engine: Engine,
		signal: AbortSignal,
		task: (engine: Engine) => Promise<T>,
	): Promise<T> {
		return new Promise((resolve, reject) => {
			let deadline: ReturnType<typeof setTimeout> | undefined;
			const cancel = () => {
				engine.connection.cancel().catch(() => {});
				deadline = setTimeout(() => {
					this.#lose(slot, "it did not stop when it was told to");
					reject(cancelled());
				}, CANCEL_MILLISECONDS);
			};
			if (signal.aborted) cancel();
			else signal.addEventListener("abort", cancel);
			task(engine)
				.then(resolve, reject)
				.finally(() => {
					signal.removeEventListener("abort", cancel);
					clearTimeout(deadline);
					if (signal.aborted) this.#probe(slot, engine);
				});
		});
	}

	/**
	 * Ends an engine that answers nothing after a query on it was cancelled. On
	 * several threads DuckDB-WASM drops such a query but does not stop it, and the
	 * next waits for it.
	 */
	#probe(slot: Slot, { connection }: Engine): void {
		const deadline = setTimeout(
			() => this.#lose(slot, "it did not stop when it was told to"),
			PROBE_MILLISECONDS,
		);
		connection
			.query("SELECT 1")
			.catch(() => {})
			.finally(() => clearTimeout(deadline));
	}

	#current(): Slot {
		if (this.#isClosed) throw cancelled();
		return this.#slot ?? this.#keep(this.#options.openDatabase());
	}

	#keep(opening: Promise<Database>): Slot {
		const lifeline = new Lifeline();
		const engine = openEngine(
			opening,
			lifeline,
			this.#tables,
			this.#budgetBytes,
		).then(async (opened) => {
			try {
				await this.#tenant.enter(opened, this.#lost);
			} catch (error) {
				await opened.database.close().catch(() => {});
				throw error;
			}
			this.#lost = null;
			return opened;
		});
		const slot = { engine, lifeline };
		this.#slot = slot;
		engine.catch(() => {
			if (this.#slot === slot) this.#slot = undefined;
		});
		return slot;
	}
}

async function openEngine(
	opening: Promise<Database>,
	lifeline: Lifeline,
	tables: readonly CatalogTable[],
	budgetBytes: number,
): Promise<Engine> {
	const database = await opening;
	try {
		const connection = held(await database.connect(), lifeline);
		const residency = new Residency(connection, budgetBytes);
		await layGhosts(connection, tables);
		await residency.prepare(tables);
		// The page's files and addresses are ours to read, not SQL's, but for those that
		// are put before it: what tries fails at once.
		await connection.query(`SET allowed_directories = ['${FILES_FOLDER}/']`);
		await connection.query("SET enable_external_access = false");
		await connection.query(
			`SET allowed_configs = ['${PLANNING_SETTINGS.join("', '")}']`,
		);
		await connection.query("SET lock_configuration = true");
		const heapBytes = await database.heapBytes();
		return { database, connection, residency, heapBytes };
	} catch (error) {
		await database.close().catch(() => {});
		throw error;
	}
}

/** A connection whose calls end with its engine. */
function held(connection: Connection, lifeline: Lifeline): Connection {
	return {
		query: (...args) => lifeline.hold(connection.query(...args)),
		run: (...args) => lifeline.hold(connection.run(...args)),
		insert: (...args) => lifeline.hold(connection.insert(...args)),
		cancel: () => lifeline.hold(connection.cancel()),
		close: () => lifeline.hold(connection.close()),
	};
}

function firstLine(text: string): string {
	return text.split("\n", 1)[0] ?? text;
}
