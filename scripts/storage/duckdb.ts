import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

export type Row = Record<string, string | number | bigint | boolean | null>;

const MEMORY_LIMIT = "320MB";

/** A native database in memory, of its opener alone, that spills to a folder. */
export interface Database {
	readonly connection: DuckDBConnection;
	/** Connects once more: what two connections are asked is done at once. */
	connect(): Promise<DuckDBConnection>;
	close(): Promise<void>;
}

export interface DatabaseOptions {
	/** DuckDB's own limit, not the process's; by default 320 MB. */
	readonly memoryLimit?: string;
	readonly temporaryFolder: string;
}

/** What the open databases of a process with the same options share, and how many these are. */
interface Engine {
	readonly instance: Promise<DuckDBInstance>;
	databases: number;
}

const engines = new Map<string, Engine>();
let opened = 0;

/**
 * Opens a database with one thread, so that what a statement writes depends on its
 * input alone; further cores are kept busy by further processes. While one of the same
 * options is open, others share its limit and its folder: an engine of its own would
 * take a small job's time to start and to end.
 */
export async function openDatabase(
	options: DatabaseOptions,
): Promise<Database> {
	const { memoryLimit = MEMORY_LIMIT, temporaryFolder } = options;
	const key = `${memoryLimit} ${temporaryFolder}`;
	const engine = engines.get(key) ?? {
		instance: start(memoryLimit, temporaryFolder),
		databases: 0,
	};
	engines.set(key, engine);
	engine.databases++;
	const release = async () => {
		if (--engine.databases > 0) return;
		engines.delete(key);
		(await engine.instance).closeSync();
	};
	try {
		const instance = await engine.instance;
		const name = `database_${opened++}`;
		const connections: DuckDBConnection[] = [];
		const connect = async (first = "") => {
			const connection = await instance.connect();
			connections.push(connection);
			await connection.run(`SET TimeZone = 'UTC'; ${first} USE ${name}`);
			return connection;
		};
		const connection = await connect(`ATTACH ':memory:' AS ${name};`);
		return {
			connection,
			connect: () => connect(),
			async close() {
				for (const other of connections.slice(1)) other.closeSync();
				if (engine.databases > 1)
					await connection.run(`USE memory; DETACH ${name}`);
				connection.closeSync();
				await release();
			},
		};
	} catch (error) {
		await release();
		throw error;
	}
}

function start(
	memoryLimit: string,
	temporaryFolder: string,
): Promise<DuckDBInstance> {
	return DuckDBInstance.create(":memory:", {
		threads: "1",
		memory_limit: memoryLimit,
		temp_directory: temporaryFolder,
		// It keeps what was read of a file in case that it is read again: here hardly any is.
		enable_external_file_cache: "false",
		autoinstall_known_extensions: "false",
		autoload_known_extensions: "false",
	});
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
