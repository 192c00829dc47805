import { residentShare } from "../src/lake/budgets.ts";
import { cancelled } from "../src/lake/errors.ts";
import type { BudgetedCache } from "../src/lake/fetch/byte-cache.ts";
import { LakeSession, type SessionOptions } from "../src/lake/session.ts";
import { DEFAULT_SETTINGS, type Settings } from "../src/lake/settings.ts";
import type { KeyRing } from "../src/lake/signing/key-ring.ts";
import type { EngineApi, EngineStatus, Progress } from "./engine-api.ts";

const PROGRESS_MILLISECONDS = 50;

/** What a session is made of, with budgets that suit the device. */
export interface SessionParts extends SessionOptions {
	readonly cache: BudgetedCache;
}

/** What an engine is made of; under Node in tests, in workers in a page. */
export interface EngineParts {
	parts(
		lakeUrl: string,
		onProgress: (progress: Progress) => void,
	): Promise<SessionParts>;
	/** Signs what the parts read. */
	readonly keys: KeyRing;
}

/** The engine behind its contract: one session a lake, and requests that can be cancelled by name. */
export function createEngine({ parts, keys }: EngineParts): EngineApi {
	let opened:
		| {
				lakeUrl: string;
				session: Promise<LakeSession>;
				cache: Promise<BudgetedCache>;
		  }
		| undefined;
	let settings: Settings = DEFAULT_SETTINGS;
	const running = new Map<string, AbortController>();

	const sessionNow = (): Promise<LakeSession> => {
		if (opened === undefined) throw new Error("the engine is not open");
		return opened.session;
	};
	const cacheNow = (): Promise<BudgetedCache> => {
		if (opened === undefined) throw new Error("the engine is not open");
		return opened.cache;
	};
	const statusOf = async (session: LakeSession): Promise<EngineStatus> => {
		const { version, threads } = await session.engine();
		return {
			catalog: session.catalog,
			version: session.version,
			engine: version,
			threads,
		};
	};
	const named = async <T>(
		id: string,
		task: (session: LakeSession, signal: AbortSignal) => Promise<T>,
	): Promise<T> => {
		const controller = new AbortController();
		running.set(id, controller);
		try {
			const session = await sessionNow();
			if (controller.signal.aborted) throw cancelled();
			return await task(session, controller.signal);
		} finally {
			running.delete(id);
		}
	};

	return {
		async open(lakeUrl, onProgress, catalogText) {
			if (opened?.lakeUrl !== lakeUrl) {
				const before = opened?.session;
				const made = parts(lakeUrl, spaced(onProgress));
				const session = made.then(async (options) => {
					// Evicting may wait for other tabs; the budget holds from here.
					options.cache.setBudget(settings.cacheBytes).catch(() => {});
					const session = await LakeSession.open({ ...options, catalogText });
					await session.setMemoryBudget(residentBytes(settings));
					return session;
				});
				const cache = made.then((options) => options.cache);
				cache.catch(() => {});
				const mine = { lakeUrl, session, cache };
				opened = mine;
				// A start that failed may be tried again.
				session.catch(() => {
					if (opened === mine) opened = undefined;
				});
				before?.then((old) => old.close()).catch(() => {});
			}
			return statusOf(await sessionNow());
		},
		async move(catalogText) {
			const session = await sessionNow();
			await session.move(catalogText);
			return statusOf(session);
		},
		async configure(next) {
			settings = next;
			if (opened === undefined) return;
			const [session, cache] = await Promise.all([sessionNow(), cacheNow()]);
			await session.setMemoryBudget(residentBytes(settings));
			await cache.setBudget(settings.cacheBytes);
		},
		async storage() {
			const [session, cache] = await Promise.all([sessionNow(), cacheNow()]);
			const { bytes, budgetBytes } = cache.use();
			return {
				cacheBytes: bytes,
				cacheBudgetBytes: budgetBytes,
				cacheKind: cache.kind,
				...(await session.memoryUse()),
			};
		},
		async clearCache() {
			await (await cacheNow()).clear();
		},
		async signIn(bucketKeys) {
			keys.signIn(bucketKeys);
		},
		price: (request) =>
			named(request.id, (session, signal) => session.price(request, signal)),
		query: (request, onProgress) =>
			named(request.id, (session, signal) =>
				session.query(request, signal, spaced(onProgress)),
			),
		addFile: ({ name, file, id }) =>
			named(id, (session, signal) => session.addFile(name, file, signal)),
		removeFile: async (name) => (await sessionNow()).removeFile(name),
		files: async () => (await sessionNow()).files(),
		async cancel(id) {
			running.get(id)?.abort();
		},
	};
}

/** Null where the visitor leaves it to the device. */
function residentBytes({ memoryBytes }: Settings): number | null {
	return memoryBytes === null ? null : residentShare(memoryBytes);
}

/** Each report crosses to the page, so of one stage's only some do, and its last. */
function spaced(
	onProgress: (progress: Progress) => void,
): (progress: Progress) => void {
	let stage = "";
	let reported = 0;
	return (progress) => {
		const now = performance.now();
		const isLast =
			("totalBytes" in progress && progress.bytes >= progress.totalBytes) ||
			("totalRows" in progress && progress.rows >= progress.totalRows);
		if (
			progress.stage === stage &&
			!isLast &&
			now - reported < PROGRESS_MILLISECONDS
		)
			return;
		stage = progress.stage;
		reported = now;
		onProgress(progress);
	};
}
