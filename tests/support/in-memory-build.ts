import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DuckDBInstance, DuckDBTimestampValue } from "@duckdb/node-api";
import type {
	DatasetDefinition,
	ParseOutput,
	SourceFile,
	StagingValue,
} from "../../scripts/datasets/dataset.ts";
import {
	findLosers,
	LOSERS_COUNTS,
	rejectedLosers,
} from "../../scripts/steps/compare/resolve-claims.ts";
import { DEFAULT_PARSE_OPTIONS } from "../../scripts/steps/settings/build-options.ts";
import { sortable } from "../../scripts/steps/write/write-pieces.ts";
import { streamRows } from "../../scripts/storage/duckdb.ts";
import { typedColumns } from "../../scripts/storage/sql-text.ts";
import { FileError } from "../../src/lib/formats/file-error.ts";
import { identifier } from "../../src/lib/sql/identifier.ts";
import { literal } from "../../src/lib/sql/literal.ts";

export interface Reject {
	readonly file: string;
	readonly line: number | null;
	readonly reason: string;
	readonly sample: string;
}

export interface FileReport {
	readonly counts: Readonly<Record<string, number>>;
	readonly notes: readonly string[];
}

export interface InMemoryLake {
	/** Rejects of parsing and of conflicts. */
	readonly rejects: readonly Reject[];
	/** By path. */
	readonly reports: Readonly<Record<string, FileReport>>;
	/** What the definition counts over all files. */
	readonly counts: Readonly<Record<string, number>>;
	/** Runs SQL over the dataset's tables and roll-ups, views by their names. */
	query(sql: string): Promise<Record<string, unknown>[]>;
	close(): void;
}

/**
 * Takes a dataset's definition at its word, without a runner: parses the files in
 * the order given and makes the tables as views in DuckDB's memory. For tests.
 */
export async function buildInMemory(
	definition: DatasetDefinition,
	files: readonly SourceFile[],
): Promise<InMemoryLake> {
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	await connection.run("SET TimeZone = 'UTC'");
	const scratch = await mkdtemp(join(tmpdir(), "lakeside-scratch-"));
	await connection.run(
		"CREATE TABLE source_files (file_index INTEGER, path VARCHAR, bytes BIGINT)",
	);
	for (const { name, columns } of definition.staging)
		await connection.run(
			`CREATE TABLE ${name} (${[
				...columns.map(({ name, type }) => `${identifier(name)} ${type}`),
				"file_index INTEGER",
			].join(", ")})`,
		);

	const query = async (sql: string) =>
		(await connection.runAndReadAll(sql)).getRowObjectsJS();
	const rejects: Reject[] = [];
	const reports: Record<string, FileReport> = {};
	for (const file of files) {
		await connection.run(
			`INSERT INTO source_files VALUES (${file.index}, ${literal(file.path)}, ${file.bytes})`,
		);
		if (!definition.accepts(file.path)) continue;
		const rows: { table: string; values: readonly StagingValue[] }[] = [];
		const selected: { table: string; from: string }[] = [];
		const ownRejects: Reject[] = [];
		const counts: Record<string, number> = {};
		const notes: string[] = [];
		const out: ParseOutput = {
			row: (table, values) => rows.push({ table, values: [...values] }),
			select: async (table, select) => {
				const from = `selected_${selected.length}`;
				await connection.run(
					`CREATE OR REPLACE TEMP TABLE ${from} AS ${select}`,
				);
				selected.push({ table, from });
				const [row] = await query(`SELECT count(*) AS rows FROM ${from}`);
				return Number(row?.rows);
			},
			view: async (table, select) => {
				await out.select(table, select);
			},
			query: (select) => streamRows(connection, select),
			scratch: () => scratch,
			reject: (line, reason, sample, entry) =>
				ownRejects.push({
					file: entry === undefined ? file.path : `${file.path}/${entry}`,
					line,
					reason,
					sample,
				}),
			count: (name, by = 1) => {
				counts[name] = (counts[name] ?? 0) + by;
			},
			note: (text) => notes.push(text),
			drain: async () => {},
		};
		try {
			await definition.parse(file, out, DEFAULT_PARSE_OPTIONS);
		} catch (error) {
			if (!(error instanceof FileError)) throw error;
			rows.length = 0;
			selected.length = 0;
			ownRejects.push({
				file: file.path,
				line: error.line,
				reason: error.message,
				sample: error.sample,
			});
		}
		for (const { name, columns } of definition.staging) {
			const appender = await connection.createAppender(name);
			for (const { table, values } of rows) {
				if (table !== name) continue;
				for (const [index, column] of columns.entries())
					append(appender, column.type, values[index] ?? null);
				appender.appendInteger(file.index);
				appender.endRow();
			}
			appender.closeSync();
		}
		for (const { table, from } of selected)
			await connection.run(
				`INSERT INTO ${table} BY NAME SELECT *, ${file.index} AS file_index FROM ${from}`,
			);
		rejects.push(...ownRejects);
		reports[file.path] = { counts, notes };
	}

	await rm(scratch, { recursive: true });
	const counts: Record<string, number> = {};
	const count = (name: string, by: number) => {
		counts[name] = (counts[name] ?? 0) + by;
	};
	const { unique } = definition;
	if (unique !== undefined) {
		await connection.run(
			`CREATE TABLE claims AS SELECT claims.* EXCLUDE (file_index), path AS source_file
			FROM (${unique.claims}) AS claims JOIN source_files USING (file_index)`,
		);
		await findLosers(connection, unique, "claims", 1);
		rejects.push(
			...(await query(rejectedLosers(definition.name, unique))).map(asReject),
		);
		const [losers] = await query(LOSERS_COUNTS);
		count(unique.duplicates, Number(losers?.duplicates));
		count(unique.replaced, Number(losers?.replaced));
	}
	for (const table of definition.tables) {
		await connection.run(
			`CREATE OR REPLACE TEMP TABLE rows AS ${
				unique === undefined
					? table.rows
					: `SELECT found.* FROM (${table.rows}) AS found
						JOIN source_files USING (file_index)
						ANTI JOIN losers ON losers.source_file = path
							AND losers.record IS NOT DISTINCT FROM found.record`
			}`,
		);
		await connection.run(
			`CREATE TABLE ${table.name} AS SELECT ${typedColumns(table.contract.columns)}
			FROM (${sortable(table, [table.merge ?? "FROM rows"])}) ORDER BY ${table.orderBy}`,
		);
		if (table.conflicts !== undefined)
			rejects.push(...(await query(table.conflicts)).map(asReject));
		if (table.counts !== undefined)
			for (const row of await query(table.counts))
				count(String(row.name), Number(row.count));
	}
	for (const rollup of definition.rollups) {
		const { name, sql, orderBy } = rollup;
		if (typeof sql !== "string")
			throw new Error(`a roll-up that needs a lake: ${name}`);
		await connection.run(
			`CREATE TABLE ${name} AS SELECT ${typedColumns(rollup.columns)} FROM (${sql}) ORDER BY ${orderBy}`,
		);
	}
	return {
		rejects,
		reports,
		counts,
		query,
		close: () => {
			connection.closeSync();
			instance.closeSync();
		},
	};
}

function asReject(row: Record<string, unknown>): Reject {
	return {
		file: String(row.source_file),
		line: row.line === null ? null : Number(row.line),
		reason: String(row.reason),
		sample: String(row.sample),
	};
}

type Appender = Awaited<
	ReturnType<Awaited<ReturnType<DuckDBInstance["connect"]>>["createAppender"]>
>;

function append(appender: Appender, type: string, value: StagingValue): void {
	if (value === null) appender.appendNull();
	else if (type === "VARCHAR") appender.appendVarchar(String(value));
	else if (type === "INTEGER") appender.appendInteger(Number(value));
	else if (type === "BIGINT") appender.appendBigInt(BigInt(Number(value)));
	else if (type === "DOUBLE") appender.appendDouble(Number(value));
	else if (type === "BOOLEAN") appender.appendBoolean(Boolean(value));
	else
		appender.appendTimestamp(
			new DuckDBTimestampValue(
				value instanceof Date
					? BigInt(value.getTime()) * 1000n
					: BigInt(Number(value)),
			),
		);
}

/** Writes files into a folder of their own; `remove` deletes it. */
export async function writeFiles(
	contents: Readonly<Record<string, string | Uint8Array>>,
): Promise<{ files: SourceFile[]; remove: () => Promise<void> }> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-"));
	const paths = Object.keys(contents).sort();
	const files: SourceFile[] = [];
	for (const [index, path] of paths.entries()) {
		const content = Buffer.from(contents[path] ?? "");
		const absolutePath = join(folder, path);
		await mkdir(dirname(absolutePath), { recursive: true });
		await writeFile(absolutePath, content);
		files.push({ path, absolutePath, bytes: content.length, index });
	}
	return { files, remove: () => rm(folder, { recursive: true }) };
}

/** Builds a dataset from contents by path. */
export async function buildFrom(
	definition: DatasetDefinition,
	contents: Readonly<Record<string, string | Uint8Array>>,
	order: (files: SourceFile[]) => SourceFile[] = (files) => files,
): Promise<InMemoryLake> {
	const { files, remove } = await writeFiles(contents);
	try {
		return await buildInMemory(definition, order(files));
	} finally {
		await remove();
	}
}
