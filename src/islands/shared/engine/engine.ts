import { effect, type Signal, signal } from "@preact/signals";
import type { Table } from "apache-arrow";
import type { Remote } from "comlink";
import type {
	BucketKeys,
	DroppedFile,
	EngineApi,
	EngineStatus,
	OwnObject,
	Price,
	Progress,
	QueryAnswer,
	StorageUse,
} from "../../../../workers/engine-api.ts";
import type { Lifeline } from "../../../lake/engine/lifeline.ts";
import type { Query } from "../../../queries/sql.ts";
import { enteredKeys, keepKeys } from "../lake/keys.ts";
import { filesGone, lakeUrl, openCatalog } from "../lake/lake.ts";
import { keepEngine, savesData, whenIdle, whenKept } from "../lake/offline.ts";
import { settings } from "../settings/settings.ts";
import { prepareNotices, showNotices } from "./engine-notices.tsx";
import { openWorker } from "./page-worker.ts";
import { cancelled, unlessAborted } from "./unless-aborted.ts";
import { withReports } from "./worker-reports.ts";

export type EngineState =
	| { readonly kind: "idle" }
	| {
			readonly kind: "loading";
			readonly bytes: number;
			/** 0 until it is known. */
			readonly totalBytes: number;
	  }
	| { readonly kind: "ready"; readonly version: string }
	| { readonly kind: "failed"; readonly message: string };

export interface LakeAnswer {
	readonly table: Table;
	readonly answer: QueryAnswer;
	readonly query: Query;
}

interface Engine {
	readonly api: Remote<EngineApi>;
	readonly status: EngineStatus;
	readonly lifeline: Lifeline;
}

/** Where the engine is between not asked for and ready. */
export const engineState: Signal<EngineState> = signal({ kind: "idle" });

/** What the visitor has made in the engine: views, macros, tables, variables. */
export const ownObjects: Signal<readonly OwnObject[]> = signal([]);

/** The visitor's own files that SQL may name. */
export const droppedFiles: Signal<readonly DroppedFile[]> = signal([]);

/** Their bytes, for an engine that comes after. */
const dropped = new Map<string, Blob>();

let started: Promise<Engine> | undefined;
let requests = 0;

effect(() => {
	const chosen = settings.value;
	started?.then(({ api }) => api.configure(chosen)).catch(() => {});
});

/**
 * Fetches and opens the engine, once a page. A failed start may be tried again.
 */
export async function openEngine(): Promise<EngineStatus> {
	return (await engine()).status;
}

/**
 * Runs a query over the lake, starting the engine where it is not there. Rejects
 * with the errors that `EngineApi` names; aborting the signal gives
 * `CancelledError`, also while the engine is still on its way.
 */
export async function queryLake(
	query: Query,
	options: {
		readonly signal?: AbortSignal;
		readonly onProgress?: (progress: Progress) => void;
	} = {},
): Promise<LakeAnswer> {
	const { signal: aborted, onProgress } = options;
	const { api, lifeline } = await unlessAborted(engine(), aborted);
	const id = nextId();
	const cancel = () => void api.cancel(id);
	aborted?.addEventListener("abort", cancel);
	try {
		const answer = await withReports(
			(progress: Progress) => onProgress?.(progress),
			(report) =>
				lifeline.hold(
					api.query({ sql: query.sql, params: query.params, id }, report),
				),
		);
		ownObjects.value = answer.own;
		showNotices(answer.notices);
		const { tableFromIPC } = await import("apache-arrow");
		if (aborted?.aborted) throw cancelled();
		return { table: tableFromIPC(answer.ipc), answer, query };
	} catch (error) {
		throw noted(error);
	} finally {
		aborted?.removeEventListener("abort", cancel);
	}
}

/** What a query would read, without reading it. */
export async function priceQuery(query: Query): Promise<Price> {
	const { api, lifeline } = await engine();
	try {
		return await lifeline.hold(
			api.price({ sql: query.sql, params: query.params, id: nextId() }),
		);
	} catch (error) {
		throw noted(error);
	}
}

/**
 * Lets SQL name a file, by its name or another where that is taken. It stays in this
 * tab. Rejects where it is not what its name says.
 */
export async function addFile(file: File): Promise<DroppedFile> {
	const { api, lifeline } = await engine();
	const added = await lifeline.hold(
		api.addFile({ name: file.name, file, id: nextId() }),
	);
	dropped.set(added.name, file);
	droppedFiles.value = [...droppedFiles.value, added];
	return added;
}

/** Takes a file from SQL, also from engines that come after; starts none for it. */
export async function removeFile(name: string): Promise<void> {
	forgetFile(name);
	const running = await started?.catch(() => undefined);
	await running?.lifeline.hold(running.api.removeFile(name));
}

/** What the running engine is and holds; null where none is ready, or it is lost meanwhile. */
export async function engineReport(): Promise<{
	readonly status: EngineStatus;
	readonly storage: StorageUse;
} | null> {
	if (engineState.peek().kind !== "ready") return null;
	const running = await engine();
	const storage = await unlessLost(running, (api) => api.storage());
	return storage && { status: running.status, storage };
}

/** Removes all bytes that the engine keeps; false where none is ready, or it is lost meanwhile. */
export async function clearEngineCache(): Promise<boolean> {
	if (engineState.peek().kind !== "ready") return false;
	const isCleared = await unlessLost(await engine(), async (api) => {
		await api.clearCache();
		return true;
	});
	return isCleared === true;
}

/** Has the engine, where there is one, read another publication from the next query on. */
export async function moveEngine(catalogText: string): Promise<void> {
	const running = await started?.catch(() => undefined);
	if (running === undefined) return;
	const status = await running.lifeline.hold(running.api.move(catalogText));
	started = Promise.resolve({ ...running, status });
	engineState.value = { kind: "ready", version: status.version };
}

/**
 * Signs what the page and its engine read below the keys' address, until the page
 * is left or the visitor signs out. Throws a sentence where the address is none.
 */
export async function signIn(keys: BucketKeys): Promise<void> {
	keepKeys(keys);
	const running = await started?.catch(() => undefined);
	// One that is lost meanwhile needs none, and the next one gets them all.
	if (running !== undefined)
		await unlessLost(running, (api) => api.signIn(keys));
}

/**
 * Starts the engine when the page has nothing else to do, from files that the
 * service worker keeps; not where the visitor saves data. For after the first
 * chart; a failure shows in {@link engineState}.
 */
export function prefetchEngine(): void {
	if (savesData()) return;
	whenKept(10_000)
		.then(whenIdle)
		.then(openEngine)
		.catch(() => {});
}

function engine(): Promise<Engine> {
	started ??= start().catch((error: unknown) => {
		started = undefined;
		throw error;
	});
	return started;
}

async function start(): Promise<Engine> {
	engineState.value = { kind: "loading", bytes: 0, totalBytes: 0 };
	let isReady = false;
	const { api, lifeline, end } = openWorker("engine", (why) => {
		if (isReady) noteLoss(why);
	});
	try {
		const status = await lifeline.hold(opened(api));
		isReady = true;
		engineState.value = { kind: "ready", version: status.version };
		prepareNotices();
		// It may have come before the service worker could see it.
		keepEngine().catch(() => {});
		return { api, status, lifeline };
	} catch (error) {
		end();
		engineState.value = {
			kind: "failed",
			message: error instanceof Error ? error.message : String(error),
		};
		throw error;
	}
}

/** The next question starts another worker, which knows nothing of this one. */
function noteLoss(reason: string): void {
	started = undefined;
	engineState.value = { kind: "idle" };
	const lost = ownObjects.peek().map(({ kind, name }) => `${kind} ${name}`);
	ownObjects.value = [];
	showNotices([{ kind: "engine-replaced", reason, lost, restored: 0 }]);
}

async function opened(api: Remote<EngineApi>): Promise<EngineStatus> {
	for (const keys of enteredKeys()) await api.signIn(keys);
	await api.configure(settings.peek());
	// Page and engine read one publication; offline the engine may know one that the page does not.
	const text = await openCatalog().then(
		(lake) => lake.text,
		() => undefined,
	);
	const status = await withReports(
		(progress: Progress) => {
			if (progress.stage !== "engine") return;
			const { bytes, totalBytes } = progress;
			engineState.value = { kind: "loading", bytes, totalBytes };
		},
		(report) => api.open(lakeUrl(), report, text),
	);
	for (const [name, file] of dropped)
		try {
			await api.addFile({ name, file, id: nextId() });
		} catch (error) {
			if (error instanceof Error && error.name === "FetchError") throw error;
			// It was deleted or changed on its disk: the lake and the other files still answer.
			forgetFile(name);
		}
	return status;
}

/** What an engine gives; null where it is lost before. */
async function unlessLost<T>(
	{ api, lifeline }: Engine,
	ask: (api: Remote<EngineApi>) => Promise<T>,
): Promise<T | null> {
	try {
		return await lifeline.hold(ask(api));
	} catch (error) {
		if (lifeline.isLost) return null;
		throw error;
	}
}

function forgetFile(name: string): void {
	dropped.delete(name);
	droppedFiles.value = droppedFiles.value.filter((file) => file.name !== name);
}

/** An error of the engine, after what it says of the publication was noted. */
function noted(error: unknown): unknown {
	if (error instanceof Error && error.name === "GoneError")
		filesGone.value = true;
	return error;
}

function nextId(): string {
	requests += 1;
	return `request-${requests}`;
}
