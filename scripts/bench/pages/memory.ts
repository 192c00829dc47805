/// <reference types="vite/client" />
import { proxy, wrap } from "comlink";
import type { EngineApi } from "../../../workers/engine-api.ts";
import { startWorker } from "../../../workers/start-worker.ts";

const engine = wrap<EngineApi>(startWorker("engine"));

/** What the bench calls in the page. */
const page = {
	async open(lakeUrl: string, memoryBytes: number): Promise<void> {
		await engine.configure({ cacheBytes: null, memoryBytes });
		await engine.open(
			lakeUrl,
			proxy(() => {}),
		);
	},
	/** Rows of the answer. */
	async ask(sql: string): Promise<number> {
		const { rows } = await engine.query(
			{ sql, id: "memory" },
			proxy(() => {}),
		);
		return rows;
	},
};
export type MemoryPage = typeof page;
Object.assign(window, { page });
