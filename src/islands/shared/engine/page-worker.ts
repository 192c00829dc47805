import { type Remote, wrap } from "comlink";
import type { EngineWorkerApi } from "../../../../workers/engine-api.ts";
import { newLife, onDeath } from "../../../../workers/life.ts";
import type { OwnPostsApi } from "../../../../workers/posts-api.ts";
import type { RidesWorkerApi } from "../../../../workers/rides-api.ts";
import { startWorker } from "../../../../workers/start-worker.ts";
import { Lifeline } from "../../../lake/engine/lifeline.ts";

/** What the page's workers answer to. */
interface Apis {
	readonly engine: EngineWorkerApi;
	readonly posts: OwnPostsApi;
	readonly rides: RidesWorkerApi;
}

/** What the worker is to a visitor, in the error of its loss. */
const TITLES: Readonly<Record<keyof Apis, string>> = {
	engine: "the engine",
	posts: "the reader of your posts",
	rides: "the reader of your rides",
};

/** A worker that runs. */
export interface PageWorker<Name extends keyof Apis> {
	readonly api: Remote<Apis[Name]>;
	/** Comlink's own promises stay open for ever where the worker is gone. */
	readonly lifeline: Lifeline;
	/** Resolves once the worker's end can be heard, whatever ends it. */
	readonly heard: Promise<void>;
	/** What still waits for it is rejected. It counts as no loss. */
	end(): void;
}

/** Starts a worker and watches it. `onLost` is called once where it ends other than by `end`. */
export function openWorker<Name extends keyof Apis>(
	name: Name,
	onLost: (why: string) => void = () => {},
): PageWorker<Name> {
	const worker = startWorker(name);
	const lifeline = new Lifeline(TITLES[name]);
	const end = (why: string) => {
		lifeline.lose(why);
		worker.terminate();
	};
	const lose = (why: string) => {
		if (lifeline.isLost) return;
		end(why);
		onLost(why);
	};
	worker.addEventListener("error", ({ message }) =>
		lose(message || "its worker failed"),
	);
	const api = wrap<Apis[Name]>(worker);
	const life = newLife(name);
	const heard = api
		.live(life)
		.then(() => onDeath(life, () => lose("the browser ended its worker")));
	return { api, lifeline, heard, end: () => end("it was ended") };
}

/** Does a task in a worker of its own, which ends with it, or when `stop` is aborted. */
export async function inOwnWorker<Name extends keyof Apis, Result>(
	name: Name,
	task: (api: Remote<Apis[Name]>) => Promise<Result>,
	stop?: AbortSignal,
): Promise<Result> {
	const { api, lifeline, heard, end } = openWorker(name);
	stop?.addEventListener("abort", end);
	try {
		await lifeline.hold(heard);
		return await lifeline.hold(task(api));
	} finally {
		stop?.removeEventListener("abort", end);
		end();
	}
}
