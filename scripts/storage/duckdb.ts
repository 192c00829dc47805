import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

export type Row = Record<string, string | number | bigint | boolean | null>;

/** A native DuckDB in memory that spills to a folder. */
export interface Database {
	readonly connection: DuckDBConnection;
	close(): void;
}

/**
 * Opens a database with one thread, so that what a statement writes depends on its
 * input alone; further cores are kept busy by further processes.
 * `memoryLimit` is DuckDB's own limit, for example `256MB`, not the process's.
 */
export async function openDatabase(options: {
	readonly memoryLimit: string;
	readonly temporaryFolder: string;
}): Promise<Database> {
	const instance = await DuckDBInstance.create(":memory:", {
		threads: "1",
		memory_limit: options.memoryLimit,
		temp_directory: options.temporaryFolder,
		autoinstall_known_extensions: "false",
		autoload_known_extensions: "false",
	});
	const connection = await instance.connect();
	await connection.run("SET TimeZone = 'UTC'");
	return {
		connection,
		close() {
			connection.closeSync();
			instance.closeSync();
		},
	};
}

/** All rows of a SELECT; times and other values without a plain form come as DuckDB's text. */
export async function rowsOf(
	connection: DuckDBConnection,
	sql: string,
): Promise<Row[]> {
	const reader = await connection.runAndReadAll(sql);
	return reader.getRowObjects().map(plainRow);
}

/** Rows of a SELECT a chunk at a time, for answers that may be large. */
export async function* streamRows(
	connection: DuckDBConnection,
	sql: string,
): AsyncGenerator<Row> {
	const result = await connection.stream(sql);
	for await (const rows of result.yieldRowObjects())
		for (const row of rows) yield plainRow(row);
}

function plainRow(row: Record<string, unknown>): Row {
	return Object.fromEntries(
		Object.entries(row).map(([name, value]) => [name, plainValue(value)]),
	);
}

function plainValue(value: unknown): Row[string] {
	switch (typeof value) {
		case "string":
		case "number":
		case "bigint":
		case "boolean":
			return value;
		default:
			return value === null || value === undefined ? null : String(value);
	}
}
