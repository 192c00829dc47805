/// <reference types="vite/client" />

import { AsyncDuckDB as PlainDuckDB } from "@duckdb/duckdb-wasm";
import { tableFromIPC, tableToIPC } from "apache-arrow";
import { proxy, wrap } from "comlink";
import { AsyncDuckDB, VoidLogger } from "duckdb-wasm-peer";
import type { EngineApi, QueryAnswer } from "../../../workers/engine-api.ts";
import { startWorker } from "../../../workers/start-worker.ts";

/** What the bench calls in the page. Times are milliseconds from submit to last row. */
export interface ReaderPage {
	/** A plain fetch of a range. */
	fetchRange(url: string, bytes: number): Promise<number>;
	/** Opens as many connections as the browser has for a host. */
	openConnections(url: string): Promise<void>;
	openOurs(lakeUrl: string): Promise<void>;
	askOurs(
		sql: string,
	): Promise<{ milliseconds: number; rows: number; plan: QueryAnswer["plan"] }>;
	openPeer(folderUrl: string): Promise<void>;
	askPeer(sql: string): Promise<{ milliseconds: number; rows: number }>;
	/**
	 * Opens DuckDB-WASM as it stands, of our version, with the answer to a query of
	 * ours as its table `name` in memory.
	 */
	openPlain(folderUrl: string, sql: string, name: string): Promise<void>;
	askPlain(sql: string): Promise<{ milliseconds: number; rows: number }>;
	/** From nothing but a started engine to the price of a first query. */
	openAndPrice(lakeUrl: string, sql: string): Promise<number>;
}

const CONNECTIONS = 6;

let engine: ReturnType<typeof wrap<EngineApi>>;
let peer: Awaited<ReturnType<AsyncDuckDB["connect"]>>;
let plain: Awaited<ReturnType<PlainDuckDB["connect"]>>;

const page: ReaderPage = {
	async fetchRange(url, bytes) {
		const started = performance.now();
		const response = await fetch(url, {
			headers: { Range: `bytes=0-${bytes - 1}` },
			cache: "no-store",
		});
		const body = await response.arrayBuffer();
		if (body.byteLength !== bytes)
			throw new Error(`asked for ${bytes} bytes, got ${body.byteLength}`);
		return performance.now() - started;
	},
	async openConnections(url) {
		await Promise.all(
			Array.from({ length: CONNECTIONS }, () => page.fetchRange(url, 1)),
		);
	},
	async openOurs(lakeUrl) {
		engine = wrap<EngineApi>(startWorker("engine"));
		await engine.open(
			lakeUrl,
			proxy(() => {}),
		);
		await page.askOurs("SELECT 1");
	},
	async askOurs(sql) {
		const started = performance.now();
		const { rows, plan } = await engine.query(
			{ sql, id: "bench" },
			proxy(() => {}),
		);
		return { milliseconds: performance.now() - started, rows, plan };
	},
	async openPeer(folderUrl) {
		const database = new AsyncDuckDB(
			new VoidLogger(),
			new Worker(`${folderUrl}duckdb-browser-eh.worker.js`),
		);
		await database.instantiate(`${folderUrl}duckdb-eh.wasm`);
		await database.open({ path: ":memory:" });
		peer = await database.connect();
		await page.askPeer("SELECT 1");
	},
	async askPeer(sql) {
		const started = performance.now();
		const { numRows } = await peer.query(sql);
		return { milliseconds: performance.now() - started, rows: numRows };
	},
	async openPlain(folderUrl, sql, name) {
		const { ipc } = await engine.query(
			{ sql, id: "bench" },
			proxy(() => {}),
		);
		const database = new PlainDuckDB(
			new VoidLogger(),
			new Worker(`${folderUrl}duckdb-browser-eh.worker.js`),
		);
		await database.instantiate(`${folderUrl}duckdb-eh.wasm`);
		await database.open({ path: ":memory:" });
		plain = await database.connect();
		const rows = tableToIPC(tableFromIPC(ipc), "stream");
		await plain.insertArrowFromIPCStream(rows, { name });
	},
	async askPlain(sql) {
		const started = performance.now();
		const { numRows } = await plain.query(sql);
		return { milliseconds: performance.now() - started, rows: numRows };
	},
	async openAndPrice(lakeUrl, sql) {
		const started = performance.now();
		await engine.open(
			lakeUrl,
			proxy(() => {}),
		);
		await engine.price({ sql, id: "bench" });
		return performance.now() - started;
	},
};
Object.assign(window, { page });
