import { createRequire } from "node:module";
import {
	createDuckDB,
	NODE_RUNTIME,
	VoidLogger,
} from "@duckdb/duckdb-wasm/blocking";
import type { Connection, Database } from "../../src/lake/types.ts";
import type { SqlValue } from "../../workers/engine-api.ts";

/**
 * The page's DuckDB-WASM under Node, in this thread: a query blocks it and cannot
 * be cancelled. Takes about a second.
 */
export async function openNodeDatabase(): Promise<Database> {
	return openDatabase(await instantiate());
}

/**
 * The same on an engine whose database was closed, where there is one: that takes
 * milliseconds. The engine stays with this process, and its memory as large as it was.
 */
export async function reopenNodeDatabase(): Promise<Database> {
	const bindings = idle.pop() ?? (await instantiate());
	const database = openDatabase(bindings);
	let closing: Promise<void> | undefined;
	return {
		...database,
		close: () => {
			closing ??= database.close().then(() => {
				idle.push(bindings);
			});
			return closing;
		},
	};
}

type Bindings = Awaited<ReturnType<typeof createDuckDB>>;

const idle: Bindings[] = [];

async function instantiate(): Promise<Bindings> {
	const { resolve } = createRequire(import.meta.url);
	const bundle = (name: string) => ({
		mainModule: resolve(`@duckdb/duckdb-wasm/dist/duckdb-${name}.wasm`),
		mainWorker: "",
	});
	const bindings = await createDuckDB(
		{ mvp: bundle("mvp"), eh: bundle("eh") },
		new VoidLogger(),
		NODE_RUNTIME,
	);
	await bindings.instantiate();
	return bindings;
}

function openDatabase(bindings: Bindings): Database {
	bindings.open({ path: ":memory:" });
	let isClosed = false;
	/** Connections are addresses in the engine's memory, where another database may lie by now. */
	const refuseWhenClosed = () => {
		if (isClosed) throw new Error("the database was closed");
	};
	const run = (
		connection: number,
		sql: string,
		params: readonly SqlValue[] | undefined,
	): Uint8Array => {
		refuseWhenClosed();
		if (params === undefined) return bindings.runQuery(connection, sql);
		const statement = bindings.createPrepared(connection, sql);
		try {
			return bindings.runPrepared(connection, statement, [...params]);
		} finally {
			bindings.closePrepared(connection, statement);
		}
	};
	const connect = async (): Promise<Connection> => {
		const id = bindings.connect().useUnsafe((_, connection) => connection);
		return {
			query: async (sql, params) => run(id, sql, params),
			run: async (sql, params) => run(id, sql, params),
			insert: async (ipc, { schema, table, create }) => {
				refuseWhenClosed();
				bindings.insertArrowFromIPCStream(id, ipc, {
					schema,
					name: table,
					create,
				});
			},
			cancel: async () => {},
			close: async () => {
				if (!isClosed) bindings.disconnect(id);
			},
		};
	};
	return {
		version: bindings.getVersion(),
		threads: 1,
		connect,
		addFile: async (name, file) =>
			bindings.registerFileBuffer(
				name,
				new Uint8Array(await file.arrayBuffer()),
			),
		dropFile: async (name) => {
			bindings.dropFile(name);
		},
		heapBytes: async () => {
			// Emscripten's, which the types leave out.
			const { HEAPU8 } = bindings.mod as unknown as { HEAPU8: Uint8Array };
			return HEAPU8.byteLength;
		},
		close: async () => {
			isClosed = true;
			bindings.reset();
			bindings.dropFiles();
		},
	};
}
