/** What a visitor may set, for all pages of the site; null is what suits the device. */
export interface Settings {
	/** Bytes of the lake that are kept for the next visit. */
	readonly cacheBytes: number | null;
	/** Memory that resident tables may take, in bytes. */
	readonly memoryBytes: number | null;
}

export const DEFAULT_SETTINGS: Settings = {
	cacheBytes: null,
	memoryBytes: null,
};

/** Less memory than this answers hardly a question. */
const SMALLEST_MEMORY_BYTES = 50e6;
/** A WebAssembly memory ends at 4 GB, and queries need some of it besides the tables. */
export const LARGEST_MEMORY_BYTES = 3e9;
const LARGEST_CACHE_BYTES = 1e12;

/** Reads what was stored; a value that is missing or makes no sense is the device's again. */
export function parseSettings(text: string | null): Settings {
	let stored: unknown;
	try {
		stored = JSON.parse(text ?? "null");
	} catch {
		return DEFAULT_SETTINGS;
	}
	if (typeof stored !== "object" || stored === null) return DEFAULT_SETTINGS;
	const { cacheBytes, memoryBytes } = stored as Record<string, unknown>;
	return {
		cacheBytes: within(cacheBytes, 0, LARGEST_CACHE_BYTES),
		memoryBytes: within(
			memoryBytes,
			SMALLEST_MEMORY_BYTES,
			LARGEST_MEMORY_BYTES,
		),
	};
}

function within(value: unknown, least: number, most: number): number | null {
	return typeof value === "number" &&
		Number.isInteger(value) &&
		value >= least &&
		value <= most
		? value
		: null;
}
