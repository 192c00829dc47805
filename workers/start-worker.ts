import { startBlobWorker } from "./blob-worker.ts";
import engineUrl from "./engine.worker.ts?worker&url";
import postsUrl from "./posts.worker.ts?worker&url";

const WORKERS = { engine: engineUrl, posts: postsUrl };

/** Starts one of the page's workers under the page's own policy. */
export function startWorker(name: keyof typeof WORKERS): Worker {
	return startBlobWorker(
		[new URL(WORKERS[name], import.meta.url).href],
		"module",
		name,
	);
}
