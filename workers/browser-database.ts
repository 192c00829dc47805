import {
	AsyncDuckDB,
	DuckDBDataProtocol,
	VoidLogger,
} from "@duckdb/duckdb-wasm";
import { concatenate } from "../src/lake/arrow/ipc.ts";
import { Lifeline } from "../src/lake/engine/lifeline.ts";
import type { Connection, Database } from "../src/lake/types.ts";
import { literal } from "../src/lib/sql/literal.ts";
import { blobScript, startBlobWorker } from "./blob-worker.ts";
import { MODULE_TAKER, sendModule } from "./compiled-wasm.ts";
import type { SqlValue } from "./engine-api.ts";
import type { DuckdbFiles } from "./engine-files.ts";
import { HEAP_WATCH, heapBytes } from "./engine-heap.ts";
import { lifeScript, newLife, onDeath } from "./life.ts";

/** The name under which a statement with values is prepared, so that it can be cancelled. */
const PREPARED = "lakeside_run";

/** DuckDB writes each error of SQL, which is told by other ways, to the console as well. */
const QUIET = "console.log = () => {};";

/** An answer comes in parts of some thousand rows, so many of which are asked for at once: at first, and at most. */
const FIRST_FETCHES = 4;
const MOST_FETCHES = 32;

/** Each thread is a worker that loads DuckDB once more: more take longer to start than they save. */
const MOST_THREADS = 8;

/**
 * DuckDB, `module` being what the files' WebAssembly is compiled to, in a worker of
 * its own, below the one that calls: cancelling reaches it while it works, and ending
 * it gives its memory back. Its threads are workers below that one, and end with it.
 */
export async function openBrowserDatabase(
	files: Pick<DuckdbFiles, "worker" | "thread">,
	module: Promise<WebAssembly.Module>,
): Promise<Database> {
	const life = newLife("duckdb");
	const worker = startBlobWorker(
		files.worker,
		"classic",
		"duckdb",
		QUIET + HEAP_WATCH + MODULE_TAKER + lifeScript(life),
	);
	const database = new AsyncDuckDB(new VoidLogger(), worker);
	const lifeline = new Lifeline();
	worker.addEventListener("error", (event) =>
		lifeline.lose(event.message || "its worker failed"),
	);
	/**
	 * DuckDB's own promises stay open for ever where its worker is gone, and what it is
	 * asked from then on it only complains of to the console.
	 */
	const orLost = <T>(ask: () => Promise<T>) =>
		lifeline.hold(lifeline.isLost ? new Promise<T>(() => {}) : ask());

	const threads =
		files.thread === null
			? 1
			: Math.min(navigator.hardwareConcurrency, MOST_THREADS);
	// Threads start as they are needed, so their address lives as long as the engine.
	const threadUrl =
		files.thread === null ? null : blobScript(files.thread, "classic");
	const close = async () => {
		lifeline.lose("it was closed");
		await database.terminate();
		if (threadUrl !== null) URL.revokeObjectURL(threadUrl);
	};
	// DuckDB fetches its module from an address, and gets the one it was sent.
	const nothing = URL.createObjectURL(new Blob());
	try {
		sendModule(worker, await module);
		await orLost(() => database.instantiate(nothing, threadUrl));
		onDeath(life, () => lifeline.lose("its worker was ended"));
		await orLost(() =>
			database.open({ path: ":memory:", maximumThreads: threads }),
		);
	} catch (error) {
		await close();
		throw error;
	} finally {
		URL.revokeObjectURL(nothing);
	}

	const direct = async (id: number, sql: string) =>
		orLost(() => database.runQuery(id, sql));
	const bound = async (
		id: number,
		sql: string,
		params: readonly SqlValue[],
	) => {
		const statement = await orLost(() => database.createPrepared(id, sql));
		try {
			return await orLost(() =>
				database.runPrepared(id, statement, [...params]),
			);
		} finally {
			// Nobody waits for it.
			orLost(() => database.closePrepared(id, statement)).catch(() => {});
		}
	};
	const fetches = (id: number, count: number) =>
		Array.from({ length: count }, () =>
			orLost(() => database.fetchQueryResults(id)),
		);
	/** A step at a time, between which the worker hears of a cancellation. */
	const pending = async (id: number, sql: string) => {
		// The first parts are asked for with the question, since most answers are small; as
		// long as there is no answer there are none.
		let [header, ...fetched] = await Promise.all([
			orLost(() => database.startPendingQuery(id, sql, false)),
			...fetches(id, FIRST_FETCHES),
		]);
		if (header === null) fetched = [];
		while (header === null)
			header = await orLost(() => database.pollPendingQuery(id));
		const parts = [header];
		for (let ahead = FIRST_FETCHES; ; ) {
			for (const part of fetched)
				if (part !== null && part.length > 0) parts.push(part);
			if (fetched.some((part) => part?.length === 0)) return concatenate(parts);
			fetched = await Promise.all(fetches(id, ahead));
			ahead = Math.min(2 * ahead, MOST_FETCHES);
		}
	};

	return {
		version: await orLost(() => database.getVersion()),
		threads,
		async connect(): Promise<Connection> {
			const id = await orLost(() => database.connectInternal());
			return {
				query: (sql, params) =>
					params === undefined ? direct(id, sql) : bound(id, sql, params),
				async run(sql, params = []) {
					if (params.length === 0) return pending(id, sql);
					const values = params.map(argument).join(", ");
					try {
						const [, answer] = await Promise.all([
							direct(id, `PREPARE ${PREPARED} AS ${sql}`),
							pending(id, `EXECUTE ${PREPARED}(${values})`),
						]);
						return answer;
					} finally {
						// Nobody waits for it.
						direct(id, `DEALLOCATE ${PREPARED}`).catch(() => {});
					}
				},
				insert: (ipc, { schema, table, create }) =>
					orLost(() =>
						database.insertArrowFromIPCStream(id, ipc, {
							schema,
							name: table,
							create,
						}),
					),
				cancel: async () => {
					await orLost(() => database.cancelPendingQuery(id));
				},
				close: () => orLost(() => database.disconnect(id)),
			};
		},
		async addFile(name, file) {
			// A thread reads files, too, and does not hear of one while it runs.
			const bytes = threads > 1 ? await file.arrayBuffer() : null;
			await orLost(() =>
				bytes !== null
					? database.registerFileBuffer(name, new Uint8Array(bytes))
					: database.registerFileHandle(
							name,
							file,
							DuckDBDataProtocol.BROWSER_FILEREADER,
							true,
						),
			);
		},
		dropFile: async (name) => {
			await orLost(() => database.dropFile(name));
		},
		heapBytes: () => orLost(() => heapBytes(worker)),
		close,
	};
}

/** A value as `EXECUTE` takes it, of the type that binding it would give. */
function argument(value: SqlValue): string {
	if (typeof value === "string") return literal(value);
	return typeof value === "number"
		? `'${value}'::DOUBLE`
		: String(value).toUpperCase();
}
