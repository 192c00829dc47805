import { join } from "node:path";
import {
	BIGINT,
	BOOLEAN,
	DOUBLE,
	type DuckDBAppender,
	type DuckDBConnection,
	DuckDBDataChunk,
	DuckDBTimestampValue,
	type DuckDBType,
	type DuckDBValue,
	INTEGER,
	TIMESTAMP,
	VARCHAR,
} from "@duckdb/node-api";
import { identifier } from "../../src/lib/sql/identifier.ts";
import { literal } from "../../src/lib/sql/literal.ts";
import type {
	StagingTable,
	StagingType,
	StagingValue,
} from "../datasets/dataset.ts";
import { SCRATCH_PARQUET } from "./sql-text.ts";

/** Rows of a DuckDB data chunk. */
const CHUNK_ROWS = 2048;

/** Estimated bytes in memory after which rows are written down. */
const FLUSH_BYTES = 48 * 2 ** 20;

const TYPES: Readonly<Record<StagingType, DuckDBType>> = {
	VARCHAR,
	INTEGER,
	BIGINT,
	DOUBLE,
	BOOLEAN,
	TIMESTAMP,
};

/** Column that stands before a staging table's own: the file that a row comes from. */
export const STAGING_KEY = {
	name: "file_index",
	type: "INTEGER",
} as const satisfies StagingTable["columns"][number];

/** What {@link ParseOutput.reject} fills. */
export const STAGED_REJECTS: StagingTable = {
	name: "staged_rejects",
	columns: [
		{ name: "line", type: "BIGINT" },
		{ name: "reason", type: "VARCHAR" },
		{ name: "sample", type: "VARCHAR" },
		{ name: "entry", type: "VARCHAR" },
	],
};

/** Where the tables lie that rows are collected in. */
const SCHEMA = "staging";

/** The table in memory that a staging table's rows are collected in, as SQL names it. */
export function stagingTable(name: string): string {
	return `${SCHEMA}.${identifier(name)}`;
}

/** A staging file, by the table whose rows it holds. */
export interface StagedFile {
	readonly table: string;
	readonly path: string;
}

/** A file's SELECT in the columns and types of a staging table. */
export function stagedSelect(
	table: StagingTable,
	fileIndex: number,
	select: string,
): string {
	const columns = table.columns.map(
		({ name, type }) =>
			`CAST(${identifier(name)} AS ${type}) AS ${identifier(name)}`,
	);
	return `SELECT ${fileIndex} AS file_index, ${columns.join(", ")} FROM (${select})`;
}

/** Collects rows in memory, and writes those of large tables as Parquet files to a folder. */
export class StagingWriter {
	readonly #connection: DuckDBConnection;
	readonly #folder: string;
	readonly #buffers: Map<string, TableBuffer>;
	readonly #flushBytes: number;
	readonly #files: StagedFile[] = [];
	#count = 0;

	/** `flushBytes`: estimated bytes of a table after which its rows are written down. */
	static async create(
		connection: DuckDBConnection,
		folder: string,
		tables: readonly StagingTable[],
		flushBytes = FLUSH_BYTES,
	): Promise<StagingWriter> {
		await connection.run(`CREATE SCHEMA ${SCHEMA}`);
		const buffers = new Map<string, TableBuffer>();
		for (const { name, columns } of tables) {
			const all = [STAGING_KEY, ...columns];
			const definitions = all.map(
				(column) => `${identifier(column.name)} ${column.type}`,
			);
			const open = async () => {
				await connection.run(
					`CREATE OR REPLACE TABLE ${stagingTable(name)} (${definitions.join(", ")})`,
				);
				return connection.createAppender(name, SCHEMA);
			};
			const types = all.map((column) => column.type);
			buffers.set(name, await TableBuffer.open(open, types));
		}
		return new StagingWriter(connection, folder, buffers, flushBytes);
	}

	private constructor(
		connection: DuckDBConnection,
		folder: string,
		buffers: Map<string, TableBuffer>,
		flushBytes: number,
	) {
		this.#connection = connection;
		this.#folder = folder;
		this.#buffers = buffers;
		this.#flushBytes = flushBytes;
	}

	/** Adds a row of a file. */
	row(table: string, fileIndex: number, values: readonly StagingValue[]): void {
		this.#buffer(table).add(fileIndex, values);
	}

	/** Writes the rows of a SELECT, which DuckDB runs, straight to a file; gives their number. */
	async select(
		table: StagingTable,
		fileIndex: number,
		select: string,
	): Promise<number> {
		return this.#copy(table.name, stagedSelect(table, fileIndex, select));
	}

	/** Writes tables down that have grown large, so that memory stays bounded. */
	async drain(): Promise<void> {
		for (const [name, buffer] of this.#buffers)
			if (buffer.bytes > this.#flushBytes) await this.#write(name, buffer);
	}

	/**
	 * Ends the writing and gives all files; rows that are in none are in the {@link stagingTable}s:
	 * those of small tables. What sorts the rows of a large one needs the memory.
	 */
	async finish(): Promise<readonly StagedFile[]> {
		const written = new Set(this.#files.map(({ table }) => table));
		for (const [name, buffer] of this.#buffers) {
			if (written.has(name) && buffer.bytes > 0)
				await this.#write(name, buffer);
			buffer.close();
		}
		return this.#files;
	}

	#buffer(table: string): TableBuffer {
		const buffer = this.#buffers.get(table);
		if (buffer === undefined)
			throw new Error(`unknown staging table: ${table}`);
		return buffer;
	}

	async #write(name: string, buffer: TableBuffer): Promise<void> {
		buffer.flush();
		await this.#copy(name, `FROM ${stagingTable(name)}`);
		await buffer.empty();
	}

	async #copy(table: string, query: string): Promise<number> {
		const path = join(this.#folder, `${table}-${this.#count++}.parquet`);
		const { rowsChanged } = await this.#connection.run(
			`COPY (${query}) TO ${literal(path)} (FORMAT parquet, ${SCRATCH_PARQUET})`,
		);
		this.#files.push({ table, path });
		return rowsChanged;
	}
}

/** Rows of one table on their way to DuckDB, a column at a time. */
class TableBuffer {
	#appender: DuckDBAppender;
	readonly #open: () => Promise<DuckDBAppender>;
	readonly #types: readonly StagingType[];
	readonly #chunk: DuckDBDataChunk;
	/** Those of texts, whose sizes differ. */
	readonly #textColumns: readonly StagingValue[][];
	readonly #columns: readonly StagingValue[][];
	/** Estimated size of the rows not yet written to a file. */
	bytes = 0;
	#rows = 0;

	/** `open` makes the table anew, empty. */
	static async open(
		open: () => Promise<DuckDBAppender>,
		types: readonly StagingType[],
	): Promise<TableBuffer> {
		return new TableBuffer(open, await open(), types);
	}

	private constructor(
		open: () => Promise<DuckDBAppender>,
		appender: DuckDBAppender,
		types: readonly StagingType[],
	) {
		this.#open = open;
		this.#appender = appender;
		this.#types = types;
		this.#chunk = DuckDBDataChunk.create(types.map((type) => TYPES[type]));
		this.#columns = types.map(() => []);
		this.#textColumns = this.#columns.filter(
			(_, index) => types[index] === "VARCHAR",
		);
	}

	add(fileIndex: number, values: readonly StagingValue[]): void {
		const columns = this.#columns;
		if (values.length + 1 !== columns.length)
			throw new Error(
				`a staging row has ${values.length} values, its table ${columns.length - 1} columns`,
			);
		const row = this.#rows++;
		(columns[0] as StagingValue[])[row] = fileIndex;
		for (let index = 0; index < values.length; index++)
			(columns[index + 1] as StagingValue[])[row] = values[index] ?? null;
		this.bytes += 8 * columns.length;
		for (const column of this.#textColumns) {
			const text = column[row];
			if (typeof text === "string") this.bytes += 8 + text.length;
		}
		if (this.#rows === CHUNK_ROWS) this.#appendChunk();
	}

	/** Hands all rows to DuckDB's table. */
	flush(): void {
		if (this.#rows > 0) this.#appendChunk();
		this.#appender.flushSync();
		this.bytes = 0;
	}

	close(): void {
		this.flush();
		this.#appender.closeSync();
	}

	/** Lets go of the rows that DuckDB's table has: of a table that is only truncated it keeps their memory. */
	async empty(): Promise<void> {
		this.#appender.closeSync();
		this.#appender = await this.#open();
	}

	#appendChunk(): void {
		this.#chunk.reset();
		for (const column of this.#columns) column.length = this.#rows;
		this.#chunk.setColumns(
			this.#columns.map((column, index) => {
				const type = this.#types[index];
				if (type === "TIMESTAMP") return column.map(timestampOf);
				return type === "BIGINT" ? column.map(bigintOf) : column;
			}) as DuckDBValue[][],
		);
		this.#appender.appendDataChunk(this.#chunk);
		this.#rows = 0;
	}
}

function bigintOf(value: StagingValue): StagingValue {
	return typeof value === "number" ? BigInt(value) : value;
}

function timestampOf(value: StagingValue): DuckDBTimestampValue | null {
	if (value === null) return null;
	if (value instanceof Date)
		return new DuckDBTimestampValue(BigInt(value.getTime()) * 1000n);
	if (typeof value === "bigint") return new DuckDBTimestampValue(value);
	if (typeof value === "number") return new DuckDBTimestampValue(BigInt(value));
	throw new Error(`not a time: ${value}`);
}
