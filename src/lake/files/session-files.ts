import type { DroppedFile, ScanSummary } from "../../../workers/engine-api.ts";
import type {
	BlockReference,
	ManifestBlock,
} from "../../lib/catalog/catalog.ts";
import { literal } from "../../lib/sql/literal.ts";
import type { Engine, EngineKeeper } from "../engine/engine-keeper.ts";
import { isLakeError, LakeError } from "../errors.ts";
import type { QueryRun } from "../query-run.ts";
import type { RangeSource, WholeLimits } from "../types.ts";
import { type FileAccess, FileStore } from "./file-store.ts";
import {
	type FileTable,
	openParquetTable,
	openTextTable,
} from "./file-tables.ts";
import {
	type FileFormat,
	type FileSelection,
	findReferences,
	formatOf,
	isAddress,
} from "./references.ts";
import { type NamedSql, withTableNames } from "./rewriting.ts";
import { TABLE_NAMES, tableName } from "./table-names.ts";

/** Of the visitor's files at most this share of the memory budget is read whole. */
const WHOLE_SHARE = 0.5;

/**
 * The files that a session's SQL names, besides the lake's tables. Each becomes a
 * table of the session when it is first named, and stays as it was then; SQL is
 * planned and run with the table's name in the file's place. In its engine's turn.
 */
export class SessionFiles {
	readonly store: FileStore;
	readonly #access: FileAccess;
	readonly #engines: () => EngineKeeper;
	readonly #tables = new Map<string, FileTable>();
	readonly #dropped = new Map<string, DroppedFile>();
	/** What the files were called whose tables are gone, which a view may still name. */
	readonly #gone = new Map<string, string>();
	#count = 0;

	constructor(
		lake: RangeSource,
		access: FileAccess,
		engines: () => EngineKeeper,
	) {
		this.store = new FileStore(lake, access);
		this.#access = access;
		this.#engines = engines;
	}

	/** Of a file's table; undefined for a block of the lake's. */
	block(reference: BlockReference): ManifestBlock | undefined {
		for (const { block, manifest } of this.#tables.values())
			if (block === reference) return manifest;
		return undefined;
	}

	/** The visitor's own, in the order they came. */
	list(): readonly DroppedFile[] {
		return [...this.#dropped.values()];
	}

	/** Opens a dropped file; under another name where one of that name is there. */
	async drop(
		engine: Engine,
		wanted: string,
		blob: Blob,
		run: QueryRun,
	): Promise<DroppedFile> {
		const format = formatOf(wanted);
		if (format === null)
			throw new LakeError(
				"UnsupportedError",
				`${wanted} is none of what can be read here: .parquet, .csv, .tsv, .json, .jsonl, .ndjson, .gpx, also .gz`,
			);
		const name = this.#unlike(wanted);
		this.store.drop(name, blob);
		try {
			const { table } = await this.#open(
				engine,
				{ format, paths: [name], options: [] },
				run,
			);
			const dropped = {
				name,
				bytes: blob.size,
				rows: table.rows,
				columns: table.columns.map((column) => ({
					name: column.name,
					type: column.type,
				})),
			};
			this.#dropped.set(name, dropped);
			return dropped;
		} catch (error) {
			this.store.remove(name);
			throw error;
		}
	}

	/** Lets go of a dropped file, and of the tables made of it. */
	async remove(name: string): Promise<void> {
		this.store.remove(name);
		this.#dropped.delete(name);
		for (const [key, file] of this.#tables)
			if (file.names.includes(name)) await this.#close(key, file);
	}

	/** The files of the SQL that are not open yet: what they hold, and cost, is not known. */
	unopened(sql: string): readonly string[] {
		const { references } = this.#find(sql);
		return references
			.filter((reference) => !this.#tables.has(keyOf(reference)))
			.flatMap(({ paths }) => paths);
	}

	/** Why one of some files may not be read here; null where each may. */
	refusalOf(paths: readonly string[]): string | null {
		const refusals = paths
			.filter(isAddress)
			.map((address) => this.#access.refusal(address));
		return refusals.find((refusal) => refusal !== null) ?? null;
	}

	/**
	 * Does a task with the SQL in which the files have the names of tables. A file
	 * that has changed since it was opened is opened anew, and the task done again,
	 * once; files that are not open are opened first.
	 */
	async named<T>(
		engine: Engine,
		run: QueryRun,
		task: (named: QueryRun) => Promise<T>,
	): Promise<T> {
		const { sql } = run.request;
		const found = this.#find(sql);
		if (found.references.length === 0 && found.mentions.length === 0)
			return task(run);
		for (let isFirst = true; ; isFirst = false) {
			let named: NamedSql | null = null;
			try {
				const opened: FileTable[] = [];
				for (const reference of found.references)
					opened.push(await this.#open(engine, reference, run));
				named = this.#withNames(sql, found, opened);
				return await task({
					...run,
					request: { ...run.request, sql: named.sql },
				});
			} catch (error) {
				if (!isLakeError(error, "ChangedError"))
					throw named?.restore(error) ?? error;
				if (!isFirst)
					throw new LakeError("FetchError", `${messageOf(error)}, twice`, {
						cause: error,
					});
				for (const key of found.references.map(keyOf)) {
					const file = this.#tables.get(key);
					// What is here does not change.
					if (file !== undefined && !file.isLocal) await this.#close(key, file);
				}
			}
		}
	}

	/** Kept SQL with files' names in the place of their tables'. */
	asWritten(sql: string): string {
		const files = [...this.#tables.values()];
		return sql.replaceAll(TABLE_NAMES, (name) => {
			const file = files.find(({ table }) => table.name === name);
			return file === undefined ? name : file.names.map(literal).join(", ");
		});
	}

	/** Scans as the visitor wrote their tables, those of files marked. */
	described(scans: readonly ScanSummary[]): readonly ScanSummary[] {
		const byTable = new Map(
			[...this.#tables.values()].map((file) => [file.table.name, file]),
		);
		return scans.map((scan) => {
			const file = byTable.get(scan.table);
			if (file === undefined) return scan;
			const { names, notes, isLocal } = file;
			return {
				...scan,
				table: names.join(", "),
				unverified: { isLocal, notes },
			};
		});
	}

	#find(sql: string) {
		const formats = new Map<string, FileFormat>();
		for (const name of this.store.dropped.keys()) {
			const format = formatOf(name);
			if (format !== null) formats.set(name, format);
		}
		return findReferences(sql, formats);
	}

	#withNames(
		sql: string,
		{ references, mentions }: ReturnType<typeof findReferences>,
		opened: readonly FileTable[],
	): NamedSql {
		const labels = new Map(this.#gone);
		for (const { table, names } of this.#tables.values())
			labels.set(table.name, names.join(", "));
		const ofFile = (name: string) =>
			opened.find((file) => file.names.includes(name))?.table.name;
		return withTableNames(
			sql,
			references.map((reference, index) => ({
				...reference,
				table: opened[index]?.table.name ?? "",
			})),
			mentions.flatMap((mention) => {
				const table = ofFile(mention.name);
				return table === undefined ? [] : [{ ...mention, table }];
			}),
			labels,
		);
	}

	async #open(
		engine: Engine,
		reference: FileSelection,
		{ signal, onProgress, tally }: QueryRun,
	): Promise<FileTable> {
		const key = keyOf(reference);
		const known = this.#tables.get(key);
		if (known !== undefined) return known;
		const limits: WholeLimits = {
			maxBytes: this.#engines().budgetBytes * WHOLE_SHARE,
			signal,
			onBytes: (bytes, totalBytes) => {
				tally.bytes += bytes;
				onProgress({ stage: "fetch", bytes: tally.bytes, totalBytes });
			},
		};
		this.#count += 1;
		const name = tableName(this.#count);
		const file =
			reference.format === "parquet"
				? await openParquetTable(name, reference, this.store, limits)
				: await openTextTable(
						name,
						reference,
						this.store,
						limits,
						engine,
						this.#access.encode,
					);
		await this.#engines().addTable(file.table);
		this.#tables.set(key, file);
		return file;
	}

	async #close(key: string, file: FileTable): Promise<void> {
		this.#tables.delete(key);
		this.#gone.set(file.table.name, file.names.join(", "));
		this.store.forget(file.paths);
		await this.#engines().removeTable(file.table);
	}

	#unlike(wanted: string): string {
		const [, base = wanted, ending = ""] =
			/^(.*?)((?:\.[^.]*)(?:\.gz)?)$/i.exec(wanted) ?? [];
		let name = wanted;
		for (let count = 2; this.store.dropped.has(name); count += 1)
			name = `${base}-${count}${ending}`;
		return name;
	}
}

/** The same files read in the same way are one table. */
function keyOf({ format, paths, options }: FileSelection): string {
	return JSON.stringify([
		format,
		paths,
		options.map(({ name, text }) => [name, text]),
	]);
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
