import { cancelled } from "../src/lake/errors.ts";
import { LakeSession, type SessionOptions } from "../src/lake/session.ts";
import type { KeyRing } from "../src/lake/signing/key-ring.ts";
import type { EngineApi, Progress } from "./engine-api.ts";

const PROGRESS_MILLISECONDS = 50;

/** What an engine is made of; under Node in tests, in workers in a page. */
export interface EngineParts {
	parts(
		lakeUrl: string,
		onProgress: (progress: Progress) => void,
	): Promise<SessionOptions>;
	/** Signs what the parts read. */
	readonly keys: KeyRing;
}

/** The engine behind its contract: one session a lake, and requests that can be cancelled by name. */
export function createEngine({ parts, keys }: EngineParts): EngineApi {
	let opened: { lakeUrl: string; session: Promise<LakeSession> } | undefined;
	const running = new Map<string, AbortController>();

	const sessionNow = (): Promise<LakeSession> => {
		if (opened === undefined) throw new Error("the engine is not open");
		return opened.session;
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
		async open(lakeUrl, onProgress) {
			if (opened?.lakeUrl !== lakeUrl) {
				const before = opened?.session;
				const session = parts(lakeUrl, spaced(onProgress)).then((options) =>
					LakeSession.open(options),
				);
				const mine = { lakeUrl, session };
				opened = mine;
				// A start that failed may be tried again.
				session.catch(() => {
					if (opened === mine) opened = undefined;
				});
				before?.then((old) => old.close()).catch(() => {});
			}
			const session = await sessionNow();
			return {
				catalog: session.catalog,
				version: session.version,
				engine: await session.engineVersion(),
			};
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
		async cancel(id) {
			running.get(id)?.abort();
		},
	};
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
