import { mkdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { FileError } from "../../../src/lib/formats/file-error.ts";
import { literal } from "../../../src/lib/sql/literal.ts";
import type {
	About,
	DatasetDefinition,
	ParseOptions,
	ParseOutput,
	SourceFile,
	StagingTable,
	TableDefinition,
} from "../../datasets/dataset.ts";
import { datasetNamed } from "../../datasets/registry.ts";
import {
	inputOf,
	type JobContext,
	type JobKind,
	type JobResult,
} from "../../jobs/execute.ts";
import { classify } from "../../jobs/failures.ts";
import { inTurns } from "../../jobs/in-turns.ts";
import type { Json } from "../../jobs/job.ts";
import {
	type Database,
	openDatabase,
	streamRows,
} from "../../storage/duckdb.ts";
import { SCRATCH_PARQUET } from "../../storage/sql-text.ts";
import {
	STAGED_REJECTS,
	type StagedFile,
	StagingWriter,
} from "../../storage/staging.ts";
import { isSorted, unpackedBytes } from "./batches.ts";
import { type DistributedTable, distribute } from "./distribute.ts";
import { createStagingViews, type StagedView } from "./staging-views.ts";

/** Longest sample of a rejected row, in UTF-16 units. */
const SAMPLE_LENGTH = 200;

/** The tables of a batch of less are distributed at once: one after the other, each statement's first run would be waited for. */
const AT_ONCE_BYTES = 2 ** 22;

/** A file of more is named: to look at all its rows takes as long as to write what they changed. */
const NAMED_BYTES = 2 ** 27;

export interface ParseParams {
	readonly dataset: string;
	readonly options: ParseOptions;
	/** In the order of the inputs. */
	readonly files: readonly {
		readonly path: string;
		readonly bytes: number;
		/** Why it is rejected unread; null for a file to be read. */
		readonly fault: string | null;
		/** What another file says of it. */
		readonly about?: About;
	}[];
}

/** What a parse job says of its batch. Files are indices of the job's outputs. */
export interface ParsedBatch {
	readonly tables: Readonly<Record<string, DistributedTable<number>>>;
	/** Rejects, in the contract's columns; null where there are none. */
	readonly rejects: number | null;
	/** What {@link DatasetDefinition.unique} claims; null where it does not. */
	readonly claims: { readonly file: number; readonly rows: number } | null;
	readonly rejectedFiles: number;
	readonly counts: Readonly<Record<string, number>>;
	/** A remark, the files that it is about: the first by path, and how many. */
	readonly notes: readonly {
		readonly text: string;
		readonly path: string;
		readonly files: number;
	}[];
}

/** How the inputs of a parse job are called. */
export function inputName(index: number, path: string): string {
	// DuckDB goes by the ending; the rest of a name may mean something to it.
	const ending = /(?:\.[a-z0-9]{1,10}){0,2}$/i.exec(path)?.[0] ?? "";
	return `${index}${ending.toLowerCase()}`;
}

/** Reads a batch's files and distributes their rows to the pieces of the tables. */
export const parseBatch: JobKind = async (json, context) => {
	const params = json as unknown as ParseParams;
	const dataset = datasetNamed(params.dataset);
	const database = await openDatabase({ temporaryFolder: context.spill });
	try {
		return await new Batch(dataset, params, context, database).run();
	} finally {
		await database.close();
	}
};

class Batch {
	readonly #dataset: DatasetDefinition;
	readonly #params: ParseParams;
	readonly #context: JobContext;
	readonly #database: Database;
	#counts: Record<string, number> = {};
	readonly #notes = new Map<string, { path: string; files: number }>();
	readonly #rejected: number[] = [];
	readonly #views: StagedView[] = [];
	/** Why the batch's only file is rejected after it was read. */
	#late: string | null = null;
	readonly #outputs: JobResult["outputs"][number][] = [];

	constructor(
		dataset: DatasetDefinition,
		params: ParseParams,
		context: JobContext,
		database: Database,
	) {
		this.#dataset = dataset;
		this.#params = params;
		this.#context = context;
		this.#database = database;
	}

	async run(): Promise<JobResult> {
		const { connection } = this.#database;
		const { out } = this.#context;
		const staging = join(out, "staging");
		await mkdir(staging);
		const writer = await StagingWriter.create(connection, staging, [
			...this.#dataset.staging,
			STAGED_REJECTS,
		]);
		const files = this.#params.files.map(
			({ path, bytes, about }, index): SourceFile => ({
				path,
				bytes,
				index,
				about,
				absolutePath: inputOf(this.#context, inputName(index, path)),
			}),
		);
		let bytes = 0;
		for (const file of files) {
			this.#context.signal.throwIfAborted();
			this.#context.at(file.path);
			await this.#parse(file, writer);
			bytes += file.bytes;
			this.#context.progress(0, bytes);
		}
		const staged = await writer.finish();
		await this.#createSources(files);
		const tables = await this.#distribute(files, staged);
		const rejects = await this.#write(
			"rejects.parquet",
			`SELECT ${literal(this.#dataset.name)} AS dataset, concat_ws('/', path, entry) AS source_file, line, reason, sample
			FROM (FROM ${STAGED_REJECTS.name} UNION ALL BY NAME (${this.#lateReject()}))
			JOIN source_files USING (file_index)`,
		);
		const { unique } = this.#dataset;
		const claims =
			unique === undefined
				? null
				: await this.#write(
						"claims.parquet",
						`SELECT claims.* EXCLUDE (file_index), path AS source_file
						FROM (${unique.claims}) AS claims JOIN source_files USING (file_index)`,
					);
		const value: ParsedBatch = {
			tables,
			rejects: rejects?.file ?? null,
			claims,
			rejectedFiles: this.#rejected.length,
			counts: this.#counts,
			notes: [...this.#notes].map(([text, note]) => ({ text, ...note })),
		};
		return { outputs: this.#outputs, value: value as unknown as Json };
	}

	async #distribute(
		files: readonly SourceFile[],
		staged: readonly StagedFile[],
	): Promise<Record<string, DistributedTable<number>>> {
		const { connection } = this.#database;
		await createStagingViews(connection, this.#dataset, {
			staged,
			views: this.#views,
			rejected: this.#rejected,
		});
		const { tables } = this.#dataset;
		const bytes = unpackedBytes(this.#params.files);
		try {
			const distributed = await inTurns(
				bytes <= AT_ONCE_BYTES ? tables.length : 1,
				tables,
				async (table) =>
					distribute(await this.#database.connect(), table, {
						folder: join(this.#context.out, table.name),
						isSorted: isSorted(this.#params.files),
						isUnique: this.#dataset.unique !== undefined,
						// Any change of its only file is taken for a change of all that it holds.
						content:
							bytes > NAMED_BYTES && files.length === 1
								? `batch ${this.#context.id}`
								: null,
					}),
			);
			return Object.fromEntries(
				distributed.map(({ files, buckets, rows }, index) => [
					(tables[index] as TableDefinition).name,
					{
						files: files.map((file) => this.#addPath(file)),
						buckets: buckets === null ? null : this.#addPath(buckets),
						rows,
					},
				]),
			);
		} catch (error) {
			// Rows that were not written down are looked at here first.
			if (this.#views.length === 0 || classify(error) !== "deterministic")
				throw error;
			this.#late = reasonOf(error as Error, files[0]);
			this.#views.length = 0;
			this.#counts = {};
			this.#rejected.push(0);
			return this.#distribute(files, staged);
		}
	}

	/** SELECT of the reject of the batch's only file, where its rows turned out to be of no use. */
	#lateReject(): string {
		const reason = this.#late;
		return `SELECT 0 AS file_index, NULL::BIGINT AS line, ${literal(reason ?? "")} AS reason, '' AS sample, NULL AS entry
			${reason === null ? "LIMIT 0" : ""}`;
	}

	async #createSources(files: readonly SourceFile[]): Promise<void> {
		const { connection } = this.#database;
		await connection.run(
			"CREATE TABLE source_files (file_index INTEGER, path VARCHAR, bytes BIGINT)",
		);
		const appender = await connection.createAppender("source_files");
		for (const file of files) {
			appender.appendInteger(file.index);
			appender.appendVarchar(file.path);
			appender.appendBigInt(BigInt(file.bytes));
			appender.endRow();
		}
		appender.closeSync();
	}

	/** Writes the rows of a SELECT to an output; null where there are none. */
	async #write(
		name: string,
		select: string,
	): Promise<{ file: number; rows: number } | null> {
		const { rowsChanged } = await this.#database.connection.run(
			`COPY (${select}) TO ${literal(join(this.#context.out, name))} (FORMAT parquet, ${SCRATCH_PARQUET})`,
		);
		return rowsChanged === 0
			? null
			: { file: this.#add(name), rows: rowsChanged };
	}

	#stagingTable(name: string): StagingTable {
		const table = this.#dataset.staging.find((entry) => entry.name === name);
		if (table === undefined) throw new Error(`unknown staging table: ${name}`);
		return table;
	}

	#add(file: string): number {
		return (
			this.#outputs.push({
				file,
				store: "work",
				key: `batches/${this.#context.id}/${file}`,
			}) - 1
		);
	}

	#addPath(path: string): number {
		return this.#add(relative(this.#context.out, path).split(sep).join("/"));
	}

	async #parse(file: SourceFile, writer: StagingWriter): Promise<void> {
		const { connection } = this.#database;
		const reject: ParseOutput["reject"] = (line, reason, sample, entry) =>
			writer.row(STAGED_REJECTS.name, file.index, [
				line,
				reason,
				sample.slice(0, SAMPLE_LENGTH),
				entry ?? null,
			]);
		const output: ParseOutput = {
			row: (table, values) => writer.row(table, file.index, values),
			select: (name, select) =>
				writer.select(this.#stagingTable(name), file.index, select),
			view: async (name, select) => {
				const table = this.#stagingTable(name);
				if (this.#params.files.length > 1)
					await writer.select(table, file.index, select);
				else this.#views.push({ table: name, fileIndex: file.index, select });
			},
			query: (select) => streamRows(connection, select),
			scratch: () => this.#context.out,
			reject,
			count: (name, by = 1) => {
				this.#counts[name] = (this.#counts[name] ?? 0) + by;
			},
			note: (text) => {
				const known = this.#notes.get(text);
				this.#notes.set(text, {
					path: known?.path ?? file.path,
					files: (known?.files ?? 0) + 1,
				});
			},
			drain: () => writer.drain(),
		};
		const { fault } = this.#params.files[file.index] as {
			fault: string | null;
		};
		try {
			if (fault !== null) throw new FileError(fault);
			await this.#dataset.parse(file, output, this.#params.options);
		} catch (error) {
			this.#rejected.push(file.index);
			if (error instanceof FileError)
				reject(error.line, error.message, error.sample);
			else if (classify(error) === "deterministic" || isAbout(error, file))
				reject(null, reasonOf(error as Error, file), "");
			else throw error;
		}
		await writer.drain();
	}
}

/**
 * Why a file is rejected, by what DuckDB or the system says of it: a line, without the
 * place where the file lay for the time of the job, which is another with each.
 */
function reasonOf({ message }: Error, file: SourceFile | undefined): string {
	const [line = ""] = message.split("\n");
	return file === undefined
		? line
		: line.replaceAll(file.absolutePath, file.path);
}

/** Whether the system refused the file itself, and not what is written on the way. */
function isAbout(error: unknown, file: SourceFile): boolean {
	return (error as NodeJS.ErrnoException).path === file.absolutePath;
}
