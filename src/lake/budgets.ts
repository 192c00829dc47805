/** Share of what the browser lets the site store, and a limit that no device notices. */
const CACHE_SHARE = 0.2;
const MOST_SUITABLE_CACHE_BYTES = 2e9;

/** Share of the device's memory; a WebAssembly memory ends at 4 GB. */
const MEMORY_SHARE = 0.25;
const MOST_SUITABLE_MEMORY_BYTES = 1.5e9;
/** Where the browser does not tell. */
const USUAL_DEVICE_GIGABYTES = 4;

/** Bytes that the browser lets the site store; 0 on an insecure origin, which may store none. */
export async function quotaBytes(): Promise<number> {
	const { quota = 0 } = (await navigator.storage?.estimate()) ?? {};
	return quota;
}

/** Bytes of the lake that are kept where the visitor has not said otherwise. */
export async function suitableCacheBytes(): Promise<number> {
	return Math.min(
		(await quotaBytes()) * CACHE_SHARE,
		MOST_SUITABLE_CACHE_BYTES,
	);
}

/** Memory for resident tables where the visitor has not said otherwise. */
export function suitableMemoryBytes(): number {
	// In GB, rounded by the browser; not everywhere there.
	const { deviceMemory = USUAL_DEVICE_GIGABYTES } = navigator as NavigatorID & {
		readonly deviceMemory?: number;
	};
	return Math.min(
		deviceMemory * 1e9 * MEMORY_SHARE,
		MOST_SUITABLE_MEMORY_BYTES,
	);
}

/** What engine, decoders and page take by themselves (measured: `npm run bench -- reader`). */
const OWN_BYTES = 120e6;
const LEAST_SHARE = 0.4;

/** What of a memory budget the tables of an engine may take. */
export function residentShare(memoryBytes: number): number {
	return Math.max(memoryBytes - OWN_BYTES, memoryBytes * LEAST_SHARE);
}
