import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { literal } from "../../src/lib/sql/literal.ts";
import { inTurns } from "../jobs/in-turns.ts";
import { rowsOf, streamRows } from "../storage/duckdb.ts";
import { parquetRows } from "../storage/sql-text.ts";
import type { Store } from "../storage/store.ts";
import {
	type DatasetBuild,
	output,
	parsed,
	type WorkFile,
} from "./dataset-build.ts";
import { identityOf } from "./jobs.ts";
import { type RejectReport, rejectReport } from "./report.ts";
import { REJECTS_ORDER } from "./write/rejects-table.ts";

/** Files that are fetched at a time. */
const FETCHED_AT_A_TIME = 8;

/** What one build has rejected, of which there may be millions of rows, in files of the work store. */
export class BuildRejects {
	readonly files: WorkFile[] = [];
	readonly #connection: DuckDBConnection;
	readonly #fetch: (key: string) => Promise<string>;

	/** `fetch` makes a file of the work store readable and gives its local path. */
	constructor(
		connection: DuckDBConnection,
		fetch: (key: string) => Promise<string>,
	) {
		this.#connection = connection;
		this.#fetch = fetch;
	}

	/** Adds what a dataset's jobs have rejected, and its files that are copies of others. */
	async add(
		version: string,
		build: DatasetBuild,
		work: Store,
		scratch: string,
	): Promise<void> {
		for (const { record } of build.batches) {
			const { rejects } = parsed(record);
			if (rejects !== null) this.files.push(output(record, rejects));
		}
		const { resolved } = build;
		if (resolved !== null && resolved.value.rejects !== null)
			this.files.push(output(resolved.record, resolved.value.rejects));
		for (const { rejects } of [...build.pieces.values()].flat())
			if (rejects !== null)
				this.files.push({
					key: rejects,
					bytes: (await work.size(rejects)) ?? 0,
				});
		await this.#addDuplicates(version, build, work, scratch);
	}

	async count(): Promise<number> {
		if (this.files.length === 0) return 0;
		const [row] = await rowsOf(
			this.#connection,
			`SELECT count(*) AS rejected FROM (${await this.#select()})`,
		);
		return Number(row?.rejected);
	}

	async *stream(): AsyncGenerator<RejectReport> {
		if (this.files.length === 0) return;
		const rows = streamRows(
			this.#connection,
			`FROM (${await this.#select()}) ORDER BY ${REJECTS_ORDER}`,
		);
		for await (const row of rows) yield rejectReport(row);
	}

	/** All of them, of which there are files, in the columns of the table of rejects. */
	async #select(): Promise<string> {
		const files = await inTurns(FETCHED_AT_A_TIME, this.files, ({ key }) =>
			this.#fetch(key),
		);
		return `FROM ${parquetRows(files)}`;
	}

	async #addDuplicates(
		version: string,
		{ found: { dataset, duplicates } }: DatasetBuild,
		work: Store,
		scratch: string,
	): Promise<void> {
		if (duplicates.length === 0) return;
		await this.#connection.run(
			"CREATE OR REPLACE TABLE duplicates (source_file VARCHAR, original VARCHAR)",
		);
		const appender = await this.#connection.createAppender("duplicates");
		for (const { file, original } of duplicates) {
			appender.appendVarchar(file.path);
			appender.appendVarchar(original.path);
			appender.endRow();
		}
		appender.closeSync();
		const file = join(scratch, `duplicates-${dataset.name}.parquet`);
		await this.#connection.run(
			`COPY (SELECT ${literal(dataset.name)} AS dataset, source_file, NULL::BIGINT AS line,
				'the same content as ' || original || ', which counts' AS reason, '' AS sample
			FROM duplicates) TO ${literal(file)} (FORMAT parquet)`,
		);
		const { size: bytes } = await stat(file);
		const identity = identityOf(
			version,
			dataset.name,
			duplicates.map(({ file, original }) => [file.path, original.path]),
		);
		const key = `duplicates/${identity}.parquet`;
		await work.put(file, key);
		this.files.push({ key, bytes });
	}
}
