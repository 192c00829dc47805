import { startBlobWorker } from "./blob-worker.ts";
import engineUrl from "./engine.worker.ts?worker&url";
import postsUrl from "./posts.worker.ts?worker&url";
import ridesUrl from "./rides.worker.ts?worker&url";

const URLS = { engine: engineUrl, posts: postsUrl, rides: ridesUrl } as const;

/** Starts one of the page's workers under the page's own policy. */
export function startWorker(name: keyof typeof URLS): Worker {
	return startBlobWorker(
		[new URL(URLS[name], import.meta.url).href],
		"module",
		name,
	);
}
