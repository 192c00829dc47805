import { startBlobWorker } from "./blob-worker.ts";
import engineUrl from "./engine.worker.ts?worker&url";

/** Starts one of the page's workers under the page's own policy. */
export function startWorker(name: "engine"): Worker {
	return startBlobWorker(
		[new URL(engineUrl, import.meta.url).href],
		"module",
		name,
	);
}
