import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { fileSource } from "../../scripts/lake/file-source.ts";
import { reopenNodeDatabase } from "../../scripts/lake/node-database.ts";
import { nodeDecoder } from "../../scripts/lake/node-decoder.ts";
import { writeTestLake } from "../../tests/support/test-lake.ts";
import { openTestSession } from "../../tests/support/test-session.ts";
import { readAnswer } from "./arrow/rows.ts";
import { Turns } from "./engine/turns.ts";
import { memoryCache } from "./fetch/byte-cache.ts";
import type { SessionOptions } from "./session.ts";
import type { Connection, Database } from "./types.ts";

const SQL = "SELECT sum(i) FROM numbers WHERE i >= 10";
const SUM = 199_989_955;

let lake: string;

beforeAll(async () => {
	lake = await mkdtemp(join(tmpdir(), "lakeside-cancel-"));
	await writeTestLake(lake, [
		{
			name: "numbers",
			select: "SELECT i::INTEGER AS i FROM range(20000) r(i)",
			rowGroupSize: 2048,
		},
	]);
});

afterAll(async () => {
	await rm(lake, { recursive: true });
});

/** Stops whatever comes to it as long as it is closed. */
class Gate {
	#open: () => void = () => {};
	#passed = Promise.resolve();
	#reached = Promise.withResolvers<void>();

	close(): void {
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#passed = promise;
		this.#open = resolve;
		this.#reached = Promise.withResolvers();
	}

	/** Once something stands before the closed gate. */
	get reached(): Promise<void> {
		return this.#reached.promise;
	}

	open(): void {
		this.#open();
	}

	async pass(): Promise<void> {
		this.#reached.resolve();
		await this.#passed;
	}
}

/** Engines, connections of which pass the gate before a call; calls are taken in order, as engines do. */
function gated(
	gate: Gate,
	when: (call: keyof Connection, sql: string) => boolean,
) {
	const counts = { opens: 0 };
	const openDatabase = async (): Promise<Database> => {
		const database = await reopenNodeDatabase();
		counts.opens += 1;
		return {
			...database,
			connect: async (): Promise<Connection> => {
				const connection = await database.connect();
				const turns = new Turns();
				const inTurn = <T>(isGated: boolean, call: () => Promise<T>) =>
					turns.take(new AbortController().signal, async () => {
						if (isGated) await gate.pass();
						return call();
					});
				return {
					...connection,
					query: (sql, params) =>
						inTurn(when("query", sql), () => connection.query(sql, params)),
					run: (sql, params) =>
						inTurn(when("run", sql), () => connection.run(sql, params)),
					insert: (ipc, target) =>
						inTurn(when("insert", ""), () => connection.insert(ipc, target)),
				};
			},
		};
	};
	return { counts, openDatabase };
}

interface Stage {
	/** What stands still. */
	readonly options: Partial<SessionOptions>;
	/** Engines that were opened in the end: an engine that does not answer is replaced. */
	readonly engines: number;
	readonly counts: { readonly opens: number };
}

const stages: Readonly<Record<string, (gate: Gate) => Stage>> = {
	"planning, in the engine"(gate) {
		const { counts, openDatabase } = gated(
			gate,
			(call, sql) => call === "query" && sql.startsWith("EXPLAIN"),
		);
		return { options: { openDatabase }, engines: 2, counts };
	},
	"planning, for blocks of the manifest"(gate) {
		return {
			...reading(gate, (path) => !path.endsWith(".parquet")),
			engines: 1,
		};
	},
	fetching(gate) {
		return {
			...reading(gate, (path) => path.endsWith(".parquet")),
			engines: 1,
		};
	},
	"reading the byte cache"(gate) {
		const { counts, openDatabase } = gated(gate, () => false);
		const cache = memoryCache(1e8);
		return {
			options: {
				openDatabase,
				cache: {
					...cache,
					get: async (key) => {
						if (!key.startsWith("catalog-")) await gate.pass();
						return cache.get(key);
					},
				},
			},
			engines: 1,
			counts,
		};
	},
	decoding(gate) {
		const { counts, openDatabase } = gated(gate, () => false);
		const decoder = nodeDecoder();
		return {
			options: {
				openDatabase,
				decoder: {
					...decoder,
					decode: async (request) => {
						await gate.pass();
						return decoder.decode(request);
					},
				},
			},
			engines: 1,
			counts,
		};
	},
	"loading a row group"(gate) {
		const { counts, openDatabase } = gated(gate, (call) => call === "insert");
		return { options: { openDatabase }, engines: 2, counts };
	},
	"describing the answer"(gate) {
		const { counts, openDatabase } = gated(
			gate,
			(call, sql) => call === "query" && sql.startsWith("DESCRIBE"),
		);
		return { options: { openDatabase }, engines: 2, counts };
	},
	running(gate) {
		const { counts, openDatabase } = gated(gate, (call) => call === "run");
		return { options: { openDatabase }, engines: 2, counts };
	},
};

/** A host that never answers for some files, and does not hear of a cancellation. */
function reading(gate: Gate, isStuck: (path: string) => boolean) {
	const { counts, openDatabase } = gated(gate, () => false);
	const files = fileSource(lake);
	return {
		counts,
		options: {
			openDatabase,
			source: {
				...files,
				read: async (path: string, start: number, end: number) => {
					if (isStuck(path)) await gate.pass();
					return files.read(path, start, end, new AbortController().signal);
				},
			},
		},
	};
}

test.each(Object.keys(stages))(
	"a query cancelled while %s ends before what it waits for, and the next one is answered",
	async (name) => {
		const gate = new Gate();
		const stage = stages[name]?.(gate) as Stage;
		const isBlock = name.includes("manifest");
		if (isBlock) gate.close();
		const session = await openTestSession(lake, {
			...stage.options,
		});
		onTestFinished(() => session.close());
		if (!isBlock) gate.close();
		const controller = new AbortController();
		const asked = session.query({ sql: SQL }, controller.signal);
		const order: string[] = [];
		const ended = asked.catch((error: Error) => {
			order.push(error.name);
		});
		await gate.reached;
		controller.abort();
		await ended;
		order.push("opened");
		gate.open();
		expect(order).toEqual(["CancelledError", "opened"]);

		const { ipc, columns, notices } = await session.query({ sql: SQL });
		expect(readAnswer(ipc, columns).cell(0, 0)).toBe(SUM);
		expect(stage.counts.opens).toBe(stage.engines);
		expect(notices.map(({ reason }) => reason)).toEqual(
			stage.engines === 1 ? [] : ["it did not stop when it was told to"],
		);
	},
);

test("queries that wait their turn end without it", async () => {
	const gate = new Gate();
	const { openDatabase, counts } = gated(gate, (call) => call === "run");
	const session = await openTestSession(lake, {
		openDatabase,
	});
	onTestFinished(() => session.close());
	gate.close();
	const running = session.query({ sql: SQL });
	await gate.reached;
	const controller = new AbortController();
	const waiting = session.query({ sql: SQL }, controller.signal);
	controller.abort();
	await expect(waiting).rejects.toMatchObject({ name: "CancelledError" });
	gate.open();
	expect((await running).rows).toBe(1);
	expect(counts.opens).toBe(1);
});
