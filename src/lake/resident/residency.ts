import type { CatalogTable, ManifestFile } from "../../lib/catalog/catalog.ts";
import { identifier } from "../../lib/sql/identifier.ts";
import { literal } from "../../lib/sql/literal.ts";
import { formatBytes } from "../../lib/text/format.ts";
import { LakeError } from "../errors.ts";
import { columnsToDecode } from "../fetch/pieces.ts";
import { DATA } from "../plan/ghosts.ts";
import type { Connection, TableNeed } from "../types.ts";
import { estimateBytes, partitionRowBytes } from "./memory-estimate.ts";
import {
	columnsOf,
	covers,
	holdsMore,
	keepsOrder,
	keyOf,
	missingIn,
	qualified,
	type RowGroupLoad,
	rowsOf,
	STORES,
	type Store,
	sameNames,
} from "./store.ts";
import { bodyOf, standInBody } from "./views.ts";

/** A second or so, for which a query that comes meanwhile would wait. */
const MOST_PACKED_BYTES = 150e6;
/** What passes through, in the database that SQL sees. */
const PASSING_SCHEMA = `${DATA}.store`;
const INCOMING = { schema: "store", table: "incoming", create: true };

/**
 * What of the lake lies in the engine's memory. A table of the lake is a view over
 * one store that has all the columns and row groups the query needs; columns that
 * it does not need are typed NULLs, there to bind and never read. So SQL sees no
 * row group without each of its needed columns.
 *
 * A store that lacks row groups is appended to, so that its rows are in the order
 * of the queries that asked for them; where columns are missing, or rows have to
 * lie in the lake's order and do not, a new one is filled, and what it makes
 * superfluous is dropped. Over the budget, the least recently used stores go first.
 */
export class Residency {
	readonly #connection: Connection;
	readonly #tables = new Map<string, CatalogTable>();
	/** Memory that the stores may take, from the next query on. */
	budgetBytes: number;
	readonly #views = new Map<string, string>();
	#stores: Store[] = [];
	#queries = 0;
	#made = 0;

	/** Memory within the budget that something else takes. */
	reservedBytes = 0;

	constructor(connection: Connection, budgetBytes: number) {
		this.#connection = connection;
		this.budgetBytes = budgetBytes;
	}

	/** Makes tables visible, without rows. Once, before any other call. */
	async prepare(tables: readonly CatalogTable[]): Promise<void> {
		await this.#connection.query(`CREATE SCHEMA ${PASSING_SCHEMA}`);
		await this.#connection.query(
			`ATTACH ':memory:' AS ${STORES} (COMPRESS, HIDDEN)`,
		);
		for (const table of tables) await this.add(table);
	}

	/** Makes one more table visible, without rows. */
	async add(table: CatalogTable): Promise<void> {
		this.#tables.set(table.name, table);
		await this.#show(table, null, 0);
	}

	/** What the stores together may take. */
	get roomBytes(): number {
		return Math.max(0, this.budgetBytes - this.reservedBytes);
	}

	/** Takes a table away, with what is loaded of it. */
	async remove(table: CatalogTable): Promise<void> {
		if (!this.#tables.delete(table.name)) return;
		await this.#drop((store) => store.table === table);
		this.#views.delete(table.name);
		await this.#connection.query(
			`DROP VIEW IF EXISTS ${DATA}.main.${identifier(table.name)}`,
		);
	}

	/** Bytes of the stores. */
	get bytes(): number {
		return this.#stores.reduce((sum, store) => sum + store.bytes, 0);
	}

	/** Memory that stores for exactly these needs take, about. */
	bytesOf(needs: readonly TableNeed[]): number {
		return needs.reduce((sum, need) => sum + this.#estimate(need), 0);
	}

	/** Whether nothing is missing of what a query needs. */
	holds(needs: readonly TableNeed[]): boolean {
		return needs.every(
			(need) => this.#countsOnly(need) || this.#complete(need) !== undefined,
		);
	}

	/**
	 * Chooses or makes the stores for a query's needs, and says what they lack, in
	 * the order of loading.
	 * Throws `OverBudgetError` where the needs alone exceed the budget.
	 */
	async plan(needs: readonly TableNeed[]): Promise<RowGroupLoad[]> {
		this.#queries += 1;
		for (const need of needs) this.#refuseNestedIntervals(need);
		if (this.bytesOf(needs) > this.roomBytes)
			throw this.overBudget(needs, null);

		const read = needs.filter((need) => !this.#countsOnly(need));
		await this.#trim(read);
		const loads: RowGroupLoad[] = [];
		let bytes = 0;
		for (const need of read) {
			const store = await this.#storeFor(need);
			const missing = missingIn(store, need);
			bytes += this.#estimate(need, missing);
			const columns = columnsToDecode(store.table, store.columns);
			for (const rowGroup of missing) loads.push({ store, rowGroup, columns });
		}
		await this.makeRoom(bytes);
		return loads;
	}

	/**
	 * Appends row groups to their store: of one file, as one stream in their order.
	 * `ipc` is null where no column of the file is wanted.
	 */
	async load(
		loads: readonly [RowGroupLoad, ...RowGroupLoad[]],
		ipc: Uint8Array | null,
	): Promise<void> {
		const [{ store, rowGroup, columns }] = loads;
		const rows = loads.reduce((sum, load) => sum + rowsOf(load.rowGroup), 0);
		const bytes = (ipc?.length ?? 0) + partitionRowBytes(store) * rows;
		if (ipc !== null && sameNames(columns, store.columns)) {
			await this.#connection.insert(ipc, {
				schema: STORES,
				table: store.name,
				create: false,
			});
		} else {
			await this.#loadCast(store, rowGroup.file, ipc, rows);
		}
		for (const load of loads) store.rowGroups.add(keyOf(load.rowGroup));
		store.bytes += bytes;
		store.unpackedBytes += bytes;
	}

	/**
	 * Packs what was loaded since the last time. That takes about as long as loading it
	 * took, so it is for when nobody waits, and for what is soon done.
	 */
	async pack(): Promise<void> {
		const bytes = this.#stores.reduce(
			(sum, store) => sum + store.unpackedBytes,
			0,
		);
		if (bytes === 0 || bytes > MOST_PACKED_BYTES) return;
		await this.#connection.query(`CHECKPOINT ${STORES}`);
		for (const store of this.#stores) store.unpackedBytes = 0;
	}

	/** Lets SQL see exactly what a query needs, or more of the same. */
	async show(needs: readonly TableNeed[]): Promise<void> {
		for (const need of needs) {
			const table = this.#table(need.table);
			await this.#showBody(table, this.#bodyFor(need));
			const store = this.#storeShownFor(need);
			if (store !== null)
				await this.#drop((other) => other !== store && covers(store, other));
		}
	}

	/** Whether SQL sees that already. */
	shows(needs: readonly TableNeed[]): boolean {
		return (
			this.holds(needs) &&
			needs.every((need) => this.#views.get(need.table) === this.#bodyFor(need))
		);
	}

	#bodyFor(need: TableNeed): string {
		const table = this.#table(need.table);
		if (need.standIn !== undefined) return standInBody(table, need.standIn);
		const rows = need.rowGroups.reduce((sum, r) => sum + rowsOf(r), 0);
		return bodyOf(table, this.#storeShownFor(need), rows);
	}

	/** Null where no row of the need is read. */
	#storeShownFor(need: TableNeed): Store | null {
		if (need.standIn !== undefined || this.#countsOnly(need)) return null;
		const store = this.#complete(need);
		if (store === undefined)
			throw new Error(`${need.table} lacks row groups that the query needs`);
		return store;
	}

	/** Makes room beside what the query reads, at the price of the least recently used stores. */
	async makeRoom(bytes: number): Promise<void> {
		const idle = this.#stores
			.filter((store) => store.lastUsed < this.#queries)
			.sort((a, b) => a.lastUsed - b.lastUsed);
		for (const store of idle) {
			if (this.bytes + bytes <= this.roomBytes) return;
			await this.#drop((other) => other === store);
		}
	}

	/** A store for a slice of a table alone, which no other query uses, and what it lacks. */
	async addSlice(
		need: TableNeed,
	): Promise<{ readonly store: Store; readonly loads: RowGroupLoad[] }> {
		this.#refuseNestedIntervals(need);
		const store = await this.#make(this.#table(need.table), need.columns);
		const columns = columnsToDecode(store.table, store.columns);
		return {
			store,
			loads: need.rowGroups.map((rowGroup) => ({ store, rowGroup, columns })),
		};
	}

	/** Lets SQL see exactly a slice of its table. */
	async showSlice(store: Store): Promise<void> {
		await this.#show(store.table, store, 0);
	}

	/** Shows no rows of the table where this store was shown. */
	async dropSlice(store: Store): Promise<void> {
		await this.#drop((other) => other === store);
	}

	async #storeFor(need: TableNeed): Promise<Store> {
		const table = this.#table(need.table);
		const store = this.#usableFor(need);
		if (store !== undefined) {
			store.lastUsed = this.#queries;
			return store;
		}
		const columns = columnsOf(table, need);
		await this.#drop(
			(other) => other.table === table && sameNames(other.columns, columns),
		);
		return this.#make(table, columns);
	}

	/** The store that has all a need asks for, or can be appended to; undefined where a new one is to be made. */
	#usableFor(need: TableNeed): Store | undefined {
		const table = this.#table(need.table);
		const columns = columnsOf(table, need);
		return (
			this.#complete(need) ??
			this.#stores.find(
				(store) =>
					store.table === table &&
					sameNames(store.columns, columns) &&
					keepsOrder(store, need),
			)
		);
	}

	/**
	 * Drops of the stores that needs would use those that hold most beyond them, until
	 * all of them, with what they lack, are within the budget.
	 */
	async #trim(needs: readonly TableNeed[]): Promise<void> {
		if (this.bytes + this.bytesOf(needs) <= this.roomBytes) return;
		const grown = needs.flatMap((need) => {
			const store = this.#usableFor(need);
			if (store === undefined || !holdsMore(store, need)) return [];
			const beyond = store.bytes - this.#estimate(need);
			return [{ store, beyond }];
		});
		for (const { store } of grown.sort((a, b) => b.beyond - a.beyond)) {
			const bytes = needs.reduce((sum, need) => {
				const used = this.#usableFor(need);
				const missing = this.#estimate(need, missingIn(used, need));
				return sum + (used?.bytes ?? 0) + missing;
			}, 0);
			if (bytes <= this.roomBytes) return;
			await this.#drop((other) => other === store);
		}
	}

	/** The smallest store that has all a need asks for. */
	#complete(need: TableNeed): Store | undefined {
		return this.#stores
			.filter(
				(store) =>
					store.table.name === need.table &&
					need.columns.every((column) => store.columns.includes(column)) &&
					need.rowGroups.every((rowGroup) =>
						store.rowGroups.has(keyOf(rowGroup)),
					) &&
					keepsOrder(store, need),
			)
			.sort((a, b) => a.bytes - b.bytes)[0];
	}

	async #make(table: CatalogTable, columns: readonly string[]): Promise<Store> {
		this.#made += 1;
		const store: Store = {
			name: `${table.name}_${this.#made}`,
			table,
			columns,
			rowGroups: new Set(),
			bytes: 0,
			unpackedBytes: 0,
			lastUsed: this.#queries,
		};
		const definitions = table.columns
			.filter((column) => columns.includes(column.name))
			.map((column) => `${identifier(column.name)} ${column.type}`);
		await this.#connection.query(
			`CREATE TABLE ${qualified(store)} (${definitions.join(", ")})`,
		);
		this.#stores.push(store);
		return store;
	}

	/** Through a passing table, where partition keys join in or columns are to be left out. */
	async #loadCast(
		store: Store,
		file: ManifestFile,
		ipc: Uint8Array | null,
		rows: number,
	): Promise<void> {
		const values = store.table.columns
			.filter((column) => store.columns.includes(column.name))
			.map((column) => {
				if (!store.table.partitionKeys.includes(column.name))
					return `CAST(${identifier(column.name)} AS ${column.type})`;
				const value = file.partition[column.name] ?? null;
				return `CAST(${value === null ? "NULL" : literal(value)} AS ${column.type})`;
			})
			.join(", ");
		const insert = `INSERT INTO ${qualified(store)} SELECT ${values} FROM`;
		if (ipc === null) {
			await this.#connection.query(`${insert} range(${rows})`);
			return;
		}
		const incoming = `${PASSING_SCHEMA}.${INCOMING.table}`;
		try {
			await this.#connection.insert(ipc, INCOMING);
			await this.#connection.query(`${insert} ${incoming}`);
		} finally {
			await this.#connection.query(`DROP TABLE IF EXISTS ${incoming}`);
		}
	}

	/** Shows a store, or so many rows of nothing but NULLs. */
	async #show(
		table: CatalogTable,
		store: Store | null,
		rows: number,
	): Promise<void> {
		await this.#showBody(table, bodyOf(table, store, rows));
	}

	async #showBody(table: CatalogTable, body: string): Promise<void> {
		if (this.#views.get(table.name) === body) return;
		await this.#connection.query(
			`CREATE OR REPLACE VIEW ${DATA}.main.${identifier(table.name)} AS ${body}`,
		);
		this.#views.set(table.name, body);
	}

	async #drop(which: (store: Store) => boolean): Promise<void> {
		for (const store of this.#stores.filter(which)) {
			const from = ` FROM ${qualified(store)}`;
			if (this.#views.get(store.table.name)?.endsWith(from))
				await this.#show(store.table, null, 0);
			await this.#connection.query(`DROP TABLE IF EXISTS ${qualified(store)}`);
			this.#stores = this.#stores.filter((other) => other !== store);
		}
	}

	/** Whether no row is read: the catalog knows their number, and what stands for them. */
	#countsOnly(need: TableNeed): boolean {
		return need.columns.length === 0 || need.rowGroups.length === 0;
	}

	#estimate(need: TableNeed, rowGroups = need.rowGroups): number {
		return estimateBytes(this.#table(need.table), need.columns, rowGroups);
	}

	/** parquet-wasm reads intervals without their months, and only whole columns are read in another way. */
	#refuseNestedIntervals({ table, columns }: TableNeed): void {
		const column = this.#table(table).columns.find(
			({ name, type }) =>
				columns.includes(name) &&
				type !== "INTERVAL" &&
				/\bINTERVAL\b/.test(type),
		);
		if (column !== undefined)
			throw new LakeError(
				"UnsupportedError",
				`${table}.${column.name} holds an INTERVAL within a list or struct (${column.type}), which cannot be read here: name the other columns, or build the lake with the interval as a column of its own`,
			);
	}

	/** What needs take beside what they may; `why` says why the query cannot run in slices, null where that is plain. */
	overBudget(needs: readonly TableNeed[], why: string | null): LakeError {
		const largest = largestOf(needs, (need) => this.bytesOf([need]));
		const table = largest && this.#table(largest.table);
		const keys = [...(table?.partitionKeys ?? []), ...(table?.sortKeys ?? [])];
		return new LakeError(
			"OverBudgetError",
			`the query needs about ${formatBytes(this.bytesOf(needs))} of memory, more than the ${formatBytes(this.roomBytes)} that the memory budget leaves to tables` +
				`${why === null ? "" : `, and cannot run slice by slice: ${why}`}; ` +
				`narrow ${table?.name} by a filter on ${keys[0] ?? "its columns"}, or name fewer of its columns (now ${largest?.columns.join(", ")})`,
		);
	}

	#table(name: string): CatalogTable {
		const table = this.#tables.get(name);
		if (table === undefined) throw new Error(`unknown table: ${name}`);
		return table;
	}
}

/** The need that takes most; undefined where there is none. */
export function largestOf(
	needs: readonly TableNeed[],
	bytesOf: (need: TableNeed) => number,
): TableNeed | undefined {
	return needs.toSorted((a, b) => bytesOf(b) - bytesOf(a))[0];
}
