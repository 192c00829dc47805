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
 * Opens databases one after the other on one engine, each new and empty: one has
 * to be closed before the next is opened, which then takes milliseconds.
 */
export async function successiveNodeDatabases(): Promise<
	() => Promise<Database>
> {
	const bindings = await instantiate();
	return async () => openDatabase(bindings);
}

type Bindings = Awaited<ReturnType<typeof createDuckDB>>;

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
	const run = (
		connection: number,
		sql: string,
		params: readonly SqlValue[] | undefined,
	): Uint8Array => {
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
			insert: async (ipc, { schema, table, create }) =>
				bindings.insertArrowFromIPCStream(id, ipc, {
					schema,
					name: table,
					create,
				}),
			cancel: async () => {},
			close: async () => bindings.disconnect(id),
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
		close: async () => bindings.reset(),
	};
}
