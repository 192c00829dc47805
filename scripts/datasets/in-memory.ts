import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DuckDBInstance, DuckDBTimestampValue } from "@duckdb/node-api";
import { FileError } from "../../src/lib/formats/file-error.ts";
import { tableContract } from "../../src/lib/tables.ts";
import { literal } from "../storage/sql-text.ts";
import type {
	DatasetDefinition,
	ParseOutput,
	SourceFile,
	StagingValue,
} from "./dataset.ts";

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

const PARSE_OPTIONS = { maxGapSeconds: 300, maxGapMeters: 1000 };

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
	await connection.run(
		"CREATE TABLE source_files (file_index INTEGER, path VARCHAR, bytes BIGINT)",
	);
	for (const { name, columns } of definition.staging)
		await connection.run(
			`CREATE TABLE ${name} (${[
				...columns.map((column) => `${column.name} ${column.type}`),
				"file_index INTEGER",
			].join(", ")})`,
		);

	const rejects: Reject[] = [];
	const reports: Record<string, FileReport> = {};
	for (const file of files) {
		await connection.run(
			`INSERT INTO source_files VALUES (${file.index}, ${literal(file.path)}, ${file.bytes})`,
		);
		if (!definition.accepts(file.path)) continue;
		const rows: { table: string; values: readonly StagingValue[] }[] = [];
		const selects: string[] = [];
		const ownRejects: Reject[] = [];
		const counts: Record<string, number> = {};
		const notes: string[] = [];
		const out: ParseOutput = {
			row: (table, values) => rows.push({ table, values: [...values] }),
			select: async (table, select) => {
				selects.push(
					`INSERT INTO ${table} BY NAME SELECT *, ${file.index} AS file_index FROM (${select})`,
				);
			},
			reject: (line, reason, sample) =>
				ownRejects.push({ file: file.path, line, reason, sample }),
			count: (name, by = 1) => {
				counts[name] = (counts[name] ?? 0) + by;
			},
			note: (text) => notes.push(text),
			drain: async () => {},
		};
		try {
			await definition.parse(file, out, PARSE_OPTIONS);
		} catch (error) {
			if (!(error instanceof FileError)) throw error;
			rows.length = 0;
			selects.length = 0;
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
		for (const select of selects) await connection.run(select);
		rejects.push(...ownRejects);
		reports[file.path] = { counts, notes };
	}

	const query = async (sql: string) =>
		(await connection.runAndReadAll(sql)).getRowObjectsJS();
	for (const table of definition.tables) {
		const columns = tableContract(table.name).columns.map(
			({ name, type }) => `${name}::${type} AS ${name}`,
		);
		await connection.run(
			`CREATE TABLE ${table.name} AS SELECT ${columns.join(", ")} FROM (${table.select}) ORDER BY ${table.orderBy}`,
		);
	}
	for (const { name, sql, orderBy } of definition.rollups) {
		if (typeof sql !== "string")
			throw new Error(`a roll-up that needs a lake: ${name}`);
		await connection.run(
			`CREATE TABLE ${name} AS SELECT * FROM (${sql}) ORDER BY ${orderBy}`,
		);
	}
	if (definition.conflicts !== null)
		for (const row of await query(definition.conflicts))
			rejects.push({
				file: String(row.source_file),
				line: row.line === null ? null : Number(row.line),
				reason: String(row.reason),
				sample: String(row.sample),
			});
	const counted =
		definition.counts === undefined ? [] : await query(definition.counts);
	return {
		rejects,
		reports,
		counts: Object.fromEntries(
			counted.map((row) => [String(row.name), Number(row.count)]),
		),
		query,
		close: () => {
			connection.closeSync();
			instance.closeSync();
		},
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
