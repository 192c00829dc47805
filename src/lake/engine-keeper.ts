import type { CatalogTable } from "../lib/catalog.ts";
import { cancelled, hasDied, LakeError } from "./errors.ts";
import { layGhost, layGhosts, PLANNING_SETTINGS } from "./plan/ghosts.ts";
import { Residency } from "./residency.ts";
import type { Connection, Database } from "./types.ts";

/** DuckDB with the tables of the lake, and what of them lies in its memory. */
export interface Engine {
	readonly database: Database;
	readonly connection: Connection;
	readonly residency: Residency;
}

export interface EngineKeeperOptions {
	/** Opens an engine; again where one has died. */
	readonly openDatabase: () => Promise<Database>;
	/** Memory that resident tables may take. */
	readonly budgetBytes: number;
}

/** An engine that has not ended a task by so long after it was cancelled is ended itself. */
const CANCEL_MILLISECONDS = 250;

/**
 * Keeps one engine: opens it when it is first needed, ends one that died or does
 * not answer, and opens another for the next task, which refills from the byte
 * cache.
 */
export class EngineKeeper {
	readonly #options: EngineKeeperOptions;
	/** All that SQL may name; every engine opens with them. */
	readonly #tables: CatalogTable[];
	#budgetBytes: number;
	#engine: Promise<Engine> | undefined;

	constructor(
		options: EngineKeeperOptions,
		tables: readonly CatalogTable[],
		opening: Promise<Database>,
	) {
		this.#options = options;
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
		const engine = await this.#engine?.catch(() => undefined);
		if (engine !== undefined) engine.residency.budgetBytes = this.#budgetBytes;
	}

	/** Memory that resident tables take now. */
	async residentBytes(): Promise<number> {
		const engine = await this.#engine?.catch(() => undefined);
		return engine?.residency.bytes ?? 0;
	}

	/** The engine, opened where there is none. */
	ready(): Promise<Engine> {
		return this.#engine ?? this.#keep(this.#options.openDatabase());
	}

	/** Lets SQL name one more table, in this engine and those that follow it. */
	async addTable(table: CatalogTable): Promise<void> {
		const { connection, residency } = await this.ready();
		await layGhost(connection, table);
		await residency.add(table);
		this.#tables.push(table);
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
		for (let isFirst = true; ; isFirst = false)
			try {
				const engine = await this.ready();
				return await this.#untilCancelled(engine, signal, task(engine));
			} catch (error) {
				if (!hasDied(error)) throw error;
				await this.end();
				if (signal.aborted) throw cancelled();
				if (!isFirst)
					throw new LakeError("SqlError", error.message, { cause: error });
			}
	}

	/** Lets SQL name other tables of the lake, in a new engine; added ones stay. */
	async replaceTables(
		former: readonly CatalogTable[],
		tables: readonly CatalogTable[],
	): Promise<void> {
		const added = this.#tables.filter((table) => !former.includes(table));
		this.#tables.splice(0, this.#tables.length, ...tables, ...added);
		await this.end();
		await this.ready();
	}

	/** Ends the engine; the next task opens another. */
	async end(): Promise<void> {
		const ending = this.#engine;
		this.#engine = undefined;
		const engine = await ending?.catch(() => undefined);
		await engine?.database.close().catch(() => {});
	}

	async #untilCancelled<T>(
		{ connection }: Engine,
		signal: AbortSignal,
		work: Promise<T>,
	): Promise<T> {
		let deadline: ReturnType<typeof setTimeout> | undefined;
		const cancel = () => {
			connection.cancel().catch(() => {});
			deadline = setTimeout(() => this.end(), CANCEL_MILLISECONDS);
		};
		signal.addEventListener("abort", cancel);
		try {
			return await work;
		} finally {
			signal.removeEventListener("abort", cancel);
			clearTimeout(deadline);
		}
	}

	#keep(opening: Promise<Database>): Promise<Engine> {
		const engine = openEngine(opening, this.#tables, this.#budgetBytes);
		this.#engine = engine;
		engine.catch(() => {
			if (this.#engine === engine) this.#engine = undefined;
		});
		return engine;
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
