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
import { identifier } from "../../src/lib/identifier.ts";
import type {
	StagingTable,
	StagingType,
	StagingValue,
} from "../datasets/dataset.ts";
import { literal, SCRATCH_PARQUET } from "./sql-text.ts";

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

/** Columns that stand before a staging table's own: the file, and the attempt at reading it. */
export const STAGING_KEYS = [
	{ name: "file_index", type: "INTEGER" },
	{ name: "attempt", type: "INTEGER" },
] as const satisfies StagingTable["columns"];

/** What {@link ParseOutput.reject} fills. */
export const STAGED_REJECTS: StagingTable = {
	name: "staged_rejects",
	columns: [
		{ name: "line", type: "BIGINT" },
		{ name: "reason", type: "VARCHAR" },
		{ name: "sample", type: "VARCHAR" },
	],
};

/** A staging file, by the table whose rows it holds. */
export interface StagedFile {
	readonly table: string;
	readonly path: string;
}

/** Collects rows in memory and writes them as Parquet files to a folder. */
export class StagingWriter {
	readonly #connection: DuckDBConnection;
	readonly #folder: string;
	readonly #prefix: string;
	readonly #buffers: Map<string, TableBuffer>;
	#files: StagedFile[] = [];
	#count = 0;

	/** `prefix` keeps the file names of several writers to one folder apart. */
	static async create(
		connection: DuckDBConnection,
		folder: string,
		prefix: string,
		tables: readonly StagingTable[],
	): Promise<StagingWriter> {
		const buffers = new Map<string, TableBuffer>();
		for (const table of tables) {
			const columns = [...STAGING_KEYS, ...table.columns];
			const definitions = columns.map(
				(column) => `${identifier(column.name)} ${column.type}`,
			);
			await connection.run(
				`CREATE TABLE ${identifier(table.name)} (${definitions.join(", ")})`,
			);
			buffers.set(
				table.name,
				new TableBuffer(
					await connection.createAppender(table.name),
					columns.map((column) => column.type),
				),
			);
		}
		return new StagingWriter(connection, folder, prefix, buffers);
	}

	private constructor(
		connection: DuckDBConnection,
		folder: string,
		prefix: string,
		buffers: Map<string, TableBuffer>,
	) {
		this.#connection = connection;
		this.#folder = folder;
		this.#prefix = prefix;
		this.#buffers = buffers;
	}

	/** Adds a row whose first values are those of {@link STAGING_KEYS}. */
	row(
		table: string,
		fileIndex: number,
		attempt: number,
		values: readonly StagingValue[],
	): void {
		this.#buffer(table).add(fileIndex, attempt, values);
	}

	/** Writes the rows of a SELECT, which DuckDB runs, straight to a file. */
	async select(
		table: StagingTable,
		fileIndex: number,
		attempt: number,
		select: string,
	): Promise<void> {
		const columns = table.columns.map(
			({ name, type }) =>
				`CAST(${identifier(name)} AS ${type}) AS ${identifier(name)}`,
		);
		await this.#copy(
			table.name,
			`SELECT ${fileIndex} AS file_index, ${attempt} AS attempt, ${columns.join(", ")} FROM (${select})`,
		);
	}

	/** Writes tables down that have grown large, so that memory stays bounded. */
	async drain(): Promise<void> {
		for (const [name, buffer] of this.#buffers)
			if (buffer.bytes > FLUSH_BYTES) await this.#write(name, buffer);
	}

	/** Writes all rows down and gives the files written since the last call. */
	async flush(): Promise<StagedFile[]> {
		for (const [name, buffer] of this.#buffers)
			if (buffer.bytes > 0) await this.#write(name, buffer);
		const files = this.#files;
		this.#files = [];
		return files;
	}

	#buffer(table: string): TableBuffer {
		const buffer = this.#buffers.get(table);
		if (buffer === undefined)
			throw new Error(`unknown staging table: ${table}`);
		return buffer;
	}

	async #write(name: string, buffer: TableBuffer): Promise<void> {
		buffer.flush();
		await this.#copy(name, `FROM ${identifier(name)}`);
		await this.#connection.run(`TRUNCATE ${identifier(name)}`);
	}

	async #copy(table: string, query: string): Promise<void> {
		const path = join(
			this.#folder,
			`${table}-${this.#prefix}-${this.#count++}.parquet`,
		);
		await this.#connection.run(
			`COPY (${query}) TO ${literal(path)} (FORMAT parquet, ${SCRATCH_PARQUET})`,
		);
		this.#files.push({ table, path });
	}
}

/** Rows of one table on their way to DuckDB, a column at a time. */
class TableBuffer {
	readonly #appender: DuckDBAppender;
	readonly #types: readonly StagingType[];
	readonly #chunk: DuckDBDataChunk;
	readonly #columns: DuckDBValue[][];
	/** Estimated size of the rows not yet written to a file. */
	bytes = 0;
	#rows = 0;

	constructor(appender: DuckDBAppender, types: readonly StagingType[]) {
		this.#appender = appender;
		this.#types = types;
		this.#chunk = DuckDBDataChunk.create(types.map((type) => TYPES[type]));
		this.#columns = types.map(() => []);
	}

	add(
		fileIndex: number,
		attempt: number,
		values: readonly StagingValue[],
	): void {
		const keys = STAGING_KEYS.length;
		if (values.length + keys !== this.#types.length)
			throw new Error(
				`a staging row has ${values.length} values, its table ${this.#types.length - keys} columns`,
			);
		const row = this.#rows++;
		const columns = this.#columns as [DuckDBValue[], DuckDBValue[]];
		columns[0][row] = fileIndex;
		columns[1][row] = attempt;
		for (let index = 0; index < values.length; index++) {
			const value = values[index] ?? null;
			const column = this.#columns[index + keys] as DuckDBValue[];
			column[row] =
				this.#types[index + keys] === "TIMESTAMP"
					? timestampOf(value)
					: this.#types[index + keys] === "BIGINT" && typeof value === "number"
						? BigInt(value)
						: (value as DuckDBValue);
			this.bytes += typeof value === "string" ? 16 + value.length : 8;
		}
		this.bytes += 8;
		if (this.#rows === CHUNK_ROWS) this.#appendChunk();
	}

	/** Hands all rows to DuckDB's table. */
	flush(): void {
		if (this.#rows > 0) this.#appendChunk();
		this.#appender.flushSync();
		this.bytes = 0;
	}

	#appendChunk(): void {
		this.#chunk.reset();
		for (const column of this.#columns) column.length = this.#rows;
		this.#chunk.setColumns(this.#columns);
		this.#appender.appendDataChunk(this.#chunk);
		this.#rows = 0;
	}
}

function timestampOf(value: StagingValue): DuckDBTimestampValue | null {
	if (value === null) return null;
	if (value instanceof Date)
		return new DuckDBTimestampValue(BigInt(value.getTime()) * 1000n);
	if (typeof value === "bigint") return new DuckDBTimestampValue(value);
	if (typeof value === "number") return new DuckDBTimestampValue(BigInt(value));
	throw new Error(`not a time: ${value}`);
}
