import { proxy, wrap } from "comlink";
import type { EngineApi, SqlValue } from "../../workers/engine-api.ts";
import { startWorker } from "../../workers/start-worker.ts";
import { type TextAnswer, textOfAnswer } from "./text-answer.ts";

const engine = wrap<EngineApi>(startWorker("engine"));
let asked = 0;

/** Longer than any query takes on a busy machine. */
const PATIENCE_MILLISECONDS = 30_000;

/** What the test calls in the page; an error becomes its name and message. */
const page = {
	async open(lakeUrl: string): Promise<string> {
		const status = await engine.open(
			lakeUrl,
			proxy(() => {}),
		);
		return status.engine;
	},
	/** Runs statements one after the other; the answer is the last one's. */
	async ask(
		statements: readonly string[],
		params: readonly SqlValue[],
	): Promise<TextAnswer | { readonly name: string; readonly message: string }> {
		let answer: TextAnswer = { types: [], rows: [] };
		for (const [index, sql] of statements.entries())
			try {
				asked += 1;
				const isLast = index === statements.length - 1;
				const { ipc, columns } = await inTime(
					engine.query(
						{
							sql,
							id: `query ${asked}`,
							...(isLast && params.length > 0 ? { params } : {}),
						},
						proxy(() => {}),
					),
				);
				answer = textOfAnswer(ipc, columns);
			} catch (error) {
				const { name, message } = error as Error;
				return { name, message };
			}
		return answer;
	},
};

/** Rejects with `TimeoutError` where an answer does not come: then none will. */
async function inTime<T>(promise: Promise<T>): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(
			() => reject(new DOMException("no answer came", "TimeoutError")),
			PATIENCE_MILLISECONDS,
		);
	});
	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}

export type DifferentialPage = typeof page;
Object.assign(window, { page });
