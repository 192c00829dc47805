import type {
	Notice,
	OwnChange,
	OwnObject,
	SqlValue,
} from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { identifier } from "../../lib/sql/identifier.ts";
import { formatBytes } from "../../lib/text/format.ts";
import { asStream } from "../arrow/ipc.ts";
import { describedColumns } from "../described-columns.ts";
import type { Engine, EngineTenant } from "../engine/engine-keeper.ts";
import { hasDied, LakeError } from "../errors.ts";
import type { Change } from "../plan/change.ts";
import { DATA } from "../plan/ghosts.ts";
import {
	nameOfWord,
	readStatement,
	type Statement,
} from "../plan/statement.ts";
import {
	drop,
	fingerprintOf,
	isOfTheLake,
	isSame,
	make,
	readVariable,
	refuseBuiltIn,
	setVariable,
	tableBytes,
	tableOf,
	type VariableValue,
	viewColumns,
} from "./own-in-engine.ts";

/** A statement as it was given, to be done again in another engine. */
export interface Done {
	readonly sql: string;
	readonly params: readonly SqlValue[];
}

interface Kept extends OwnObject {
	readonly words: ReadonlySet<string>;
	/** What made it as it is: of a table also what has changed it since. */
	readonly history: readonly Done[];
	/** Of a table: of its rows whatever their order; so that made again it is the same. */
	readonly fingerprint: string | null;
	/** Of a variable; null where it cannot be written as text. */
	readonly value: VariableValue | null;
	/** Set while it is made again: what an engine dies of is not tried twice. */
	isRestoring: boolean;
}

/** A table that is changed more often than that is not made again by doing all of it again. */
const LONGEST_HISTORY = 20;

const PASSING = `${DATA}.store.incoming`;

const DID = {
	insert: "filled",
	update: "updated",
	delete: "deleted from",
	drop: "dropped",
} as const;

/**
 * What the analyst has made in a session: views and macros, which live twice (among
 * the ghosts, where they are planned, and beside the data, where they run), tables,
 * which are DuckDB's temporary ones, and variables. All have plain names, none of
 * them the name of a table of the lake. They move from one engine to the next: what
 * cannot be made again as it was is named as lost.
 */
export class OwnObjects implements EngineTenant {
	readonly #objects = new Map<string, Kept>();
	readonly #saved = new Map<string, Uint8Array>();
	/** Why the engine before was left, where it was not lost. */
	#left = "";
	/** Does a statement again that fills or changes a table. */
	readonly #redo: (engine: Engine, done: Done) => Promise<void>;
	#notices: Notice[] = [];

	constructor(redo: (engine: Engine, done: Done) => Promise<void>) {
		this.#redo = redo;
	}

	/** In the order they were made. */
	list(): OwnObject[] {
		return [...this.#objects.values()].map(
			({ kind, name, sql, columns, rows, bytes }) => ({
				kind,
				name,
				sql,
				columns,
				rows,
				bytes,
			}),
		);
	}

	/** Memory that the tables take. */
	get bytes(): number {
		return [...this.#objects.values()].reduce(
			(sum, { bytes }) => sum + bytes,
			0,
		);
	}

	/** What has happened since this was called before. */
	takeNotices(): Notice[] {
		const taken = this.#notices;
		this.#notices = [];
		return taken;
	}

	/**
	 * Adds the words of those that the words name, and of those that these name in
	 * turn; gives the same set where there is none.
	 */
	withWords(words: ReadonlySet<string>): ReadonlySet<string> {
		const named = (word: string) => this.#objects.get(nameOfWord(word));
		if (![...words].some(named)) return words;
		const all = new Set(words);
		for (const word of all)
			for (const other of named(word)?.words ?? []) all.add(other);
		return all;
	}

	/**
	 * Whether there is anything to do: not where what is made or dropped under a
	 * condition is there, or gone. Throws `UnsupportedError` where something other
	 * than the analyst's own would change, or be hidden by it.
	 */
	async check(
		{ connection }: Engine,
		change: Change,
		tables: readonly CatalogTable[],
	): Promise<boolean> {
		const { action, kind, name } = change;
		const existing = this.#find(change);
		const isOfTheLake =
			kind !== "variable" &&
			tables.some((table) => keyOf(table) === keyOf(change));
		if (isOfTheLake)
			throw new LakeError(
				"UnsupportedError",
				action === "create"
					? `the lake has a table ${name}: give yours another name`
					: `the table ${name} is the lake's and cannot be changed here: CREATE TABLE my_${name} AS FROM ${identifier(name)} makes one of your own`,
			);
		if (action === "create") {
			if (existing !== undefined && existing.kind !== kind)
				throw new LakeError(
					"UnsupportedError",
					`there is a ${existing.kind} ${existing.name} of yours: drop it first, or choose another name`,
				);
			if (kind === "macro") await refuseBuiltIn(connection, name);
			if (existing === undefined || change.replaces) return true;
			if (change.isConditional) return false;
			throw new LakeError(
				"UnsupportedError",
				`there is a ${kind} ${existing.name} of yours already: CREATE OR REPLACE makes it anew`,
			);
		}
		if (existing?.kind === kind) return true;
		if (change.isConditional) return false;
		throw new LakeError(
			"UnsupportedError",
			existing === undefined
				? `there is no ${kind} ${name} of yours`
				: `${existing.name} is a ${existing.kind} of yours, not a ${kind}`,
		);
	}

	/** Makes a view or macro, or drops anything: what takes no rows of the lake. */
	async define(
		{ connection }: Engine,
		statement: Statement,
		change: Change,
		done: Done,
		tables: readonly CatalogTable[],
	): Promise<OwnChange> {
		const { kind, name } = change;
		const existing = this.#find(change);
		if (existing !== undefined) await drop(connection, existing);
		if (change.action === "drop") {
			this.#objects.delete(keyOf(change));
			return { action: "dropped", kind, name, rows: null };
		}
		try {
			await make(connection, change);
			const columns =
				kind === "view" ? await viewColumns(connection, name, tables) : [];
			this.#keep({ kind, name, done, columns, words: statement.words });
		} catch (error) {
			await drop(connection, change).catch(() => {});
			const former = existing && readStatement(existing.sql).change;
			if (former) await make(connection, former);
			throw error;
		}
		const action = existing === undefined ? "made" : "replaced";
		return { action, kind, name, rows: null };
	}

	/**
	 * Notes what a statement has done to a table or variable. `rows` is what it says
	 * of itself, `bytesBefore` what all tables of the engine took before.
	 */
	async note(
		{ connection }: Engine,
		statement: Statement,
		change: Change,
		done: Done,
		outcome: { readonly rows: number | null; readonly bytesBefore: number },
	): Promise<OwnChange> {
		const { action, kind, name } = change;
		const existing = this.#find(change);
		const made = existing === undefined ? "made" : "replaced";
		if (kind === "variable") {
			const value = await readVariable(connection, name);
			this.#keep({ kind, name, done, value });
			return { action: made, kind, name, rows: null };
		}
		const columns = await describedColumns(
			connection,
			`FROM ${tableOf(change)}`,
		);
		const { rows, fingerprint } = await fingerprintOf(connection, {
			name,
			columns,
		});
		const grown = (await tableBytes(connection)) - outcome.bytesBefore;
		const former = action === "create" ? undefined : existing;
		this.#keep({
			...former,
			kind,
			name: former?.name ?? name,
			done,
			columns,
			rows,
			bytes: Math.max(0, (existing?.bytes ?? 0) + grown),
			words: former?.words ?? statement.words,
			fingerprint,
		});
		return action === "create"
			? { action: made, kind, name, rows }
			: { action: DID[action], kind, name, rows: outcome.rows };
	}

	#find({ name }: Pick<Change, "name">): Kept | undefined {
		return this.#objects.get(name.toLowerCase());
	}

	/** Last in order, unless it is one that was changed. */
	#keep(
		object: Partial<Kept> &
			Pick<Kept, "kind" | "name"> & { readonly done: Done },
	): void {
		const { done, history = [], ...given } = object;
		const key = keyOf(object);
		if (history.length === 0) this.#objects.delete(key);
		this.#objects.set(key, {
			sql: done.sql,
			columns: [],
			rows: null,
			bytes: 0,
			words: new Set(),
			fingerprint: null,
			value: null,
			isRestoring: false,
			...given,
			history: [...history, done],
		});
	}

	/** Throws `OverBudgetError`, and drops the table, where the tables alone exceed the budget. */
	async keepWithin(
		{ connection }: Engine,
		change: Change,
		budgetBytes: number,
	): Promise<void> {
		if (this.bytes <= budgetBytes) return;
		const table = this.#find(change);
		if (table === undefined) return;
		await drop(connection, table);
		this.#objects.delete(keyOf(change));
		const isNew = change.action === "create";
		throw new LakeError(
			"OverBudgetError",
			`table ${table.name} would take about ${formatBytes(table.bytes)}, with which your tables exceed the memory budget of ${formatBytes(budgetBytes)}${isNew ? "" : ", so it is dropped"}: ` +
				`${isNew ? "take" : "make it anew with"} fewer rows or columns, or drop another table`,
		);
	}

	/** Saves the rows of the tables, so that the next engine has the very same. */
	async leave({ connection }: Engine, why: string): Promise<void> {
		this.#left = why;
		for (const [key, { kind, name }] of this.#objects)
			if (kind === "table")
				this.#saved.set(
					key,
					asStream(await connection.run(`FROM temp.main.${identifier(name)}`)),
				);
	}

	/**
	 * Makes all again, in the order they were made; what needs another that is made
	 * later is tried again after it.
	 */
	async enter(engine: Engine, why: string | null): Promise<void> {
		let waiting = [...this.#objects];
		for (let before = -1; before !== waiting.length; ) {
			before = waiting.length;
			const failed: typeof waiting = [];
			for (const [key, object] of waiting)
				if (!(await this.#restore(engine, key, object)))
					failed.push([key, object]);
			waiting = failed;
		}
		this.#saved.clear();
		for (const [key] of waiting) this.#objects.delete(key);
		if (why === null && waiting.length === 0) return;
		this.#notices.push({
			kind: "engine-replaced",
			reason: why ?? this.#left,
			lost: waiting.map(([, { kind, name }]) => `${kind} ${name}`),
			restored: this.#objects.size,
		});
	}

	/** Whether it is there again as it was. Throws where the engine dies of it. */
	async #restore(engine: Engine, key: string, object: Kept): Promise<boolean> {
		if (object.isRestoring) return false;
		if (await isOfTheLake(engine.connection, object)) return false;
		object.isRestoring = true;
		let isRestored = false;
		try {
			isRestored = await this.#remake(engine, key, object);
		} catch (error) {
			if (hasDied(error)) throw error;
		}
		if (!isRestored) await drop(engine.connection, object);
		object.isRestoring = false;
		return isRestored;
	}

	async #remake(engine: Engine, key: string, object: Kept): Promise<boolean> {
		const { connection } = engine;
		const { kind, name, sql, history, value } = object;
		if (kind === "variable") {
			if (value !== null) await setVariable(connection, name, value);
			return value !== null;
		}
		if (kind !== "table") {
			const { change } = readStatement(sql);
			if (change !== null) await make(connection, change);
			return change !== null;
		}
		if (await this.#restoreRows(engine, key, object)) return true;
		if (history.length > LONGEST_HISTORY) return false;
		for (const done of history) await this.#redo(engine, done);
		return isSame(connection, object);
	}

	/** From the rows that were saved, where they come back the same. */
	async #restoreRows(
		{ connection }: Engine,
		key: string,
		object: Kept,
	): Promise<boolean> {
		const ipc = this.#saved.get(key);
		if (ipc === undefined) return false;
		const columns = object.columns.map(
			({ name, type }) => `${identifier(name)} ${type}`,
		);
		try {
			await connection.insert(ipc, {
				schema: "store",
				table: "incoming",
				create: true,
			});
			await connection.query(
				`CREATE TEMP TABLE ${identifier(object.name)} (${columns.join(", ")})`,
			);
			await connection.query(`INSERT INTO ${tableOf(object)} FROM ${PASSING}`);
			if (await isSame(connection, object)) return true;
		} catch (error) {
			// What Arrow does not carry is made again by what made it.
			if (hasDied(error)) throw error;
		} finally {
			await connection.query(`DROP TABLE IF EXISTS ${PASSING}`);
		}
		await drop(connection, object);
		return false;
	}
}

function keyOf({ name }: { readonly name: string }): string {
	return name.toLowerCase();
}
