import { tableFromIPC } from "apache-arrow";
import { proxy, wrap } from "comlink";
import { readAnswer } from "../../src/lake/arrow/rows.ts";
import { fetchDuckdb } from "../../workers/duckdb.ts";
import type {
	EngineApi,
	EngineStatus,
	Progress,
	QueryRequest,
} from "../../workers/engine-api.ts";
import { startWorker } from "../../workers/start-worker.ts";

const engine = wrap<EngineApi>(startWorker("engine"));
const progress: Progress[] = [];
const note = proxy((step: Progress) => {
	progress.push(step);
});

/** What the test calls in the page; an error becomes its name and message. */
const page = {
	progress,
	open: (lakeUrl: string): Promise<EngineStatus> => engine.open(lakeUrl, note),
	async ask(request: QueryRequest) {
		try {
			const { ipc, columns, plan, notices } = await engine.query(request, note);
			const { rows, cell } = readAnswer(ipc, columns);
			return {
				plan,
				notices,
				cells: Array.from({ length: Math.min(rows, 100) }, (_, row) =>
					columns.map((_, column) => cell(row, column)),
				),
				rows,
			};
		} catch (error) {
			const { name, message } = error as Error;
			return { name, message };
		}
	},
	/** Asks, cancels after so long, and says how long the answer then took. */
	async askAndCancel(request: QueryRequest, afterMilliseconds: number) {
		const asked = page.ask(request);
		await Promise.race([
			asked,
			new Promise((resolve) => setTimeout(resolve, afterMilliseconds)),
		]);
		const cancelled = performance.now();
		await engine.cancel(request.id);
		const answer = await asked;
		return { answer, milliseconds: performance.now() - cancelled };
	},
	/** Ends a database in the middle of a query, and asks one that is opened after it. */
	async endAndOpenAgain() {
		const open = fetchDuckdb(() => {});
		const first = await open();
		const connection = await first.connect();
		const running = connection
			.run(
				"SELECT sum(sin(a.i) * b.i) FROM range(1000000) a(i), range(1000000) b(i)",
			)
			.then(
				() => "an answer",
				(error: Error) => error.name,
			);
		await new Promise((resolve) => setTimeout(resolve, 1000));
		await first.close();
		const second = await open();
		const answer = await (await second.connect()).run("FROM range(3)");
		await second.close();
		return {
			ended: await running,
			threads: second.threads,
			rows: tableFromIPC(answer).numRows,
		};
	},
};
export type EnginePage = typeof page;
Object.assign(window, { page });
