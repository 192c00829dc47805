import type { CacheUse } from "../../src/lake/fetch/byte-cache.ts";

/** The cache as the engine's worker has it. Bytes follow from a name, so that wrong ones show. */
export interface CacheApi {
	open(): Promise<"opfs" | "memory">;
	put(names: readonly string[], length: number): Promise<void>;
	/** Names of what is there, all at once as a query asks; throws where bytes are another's. */
	have(names: readonly string[], length: number): Promise<readonly string[]>;
	/** Puts a text under a name whose content may change. */
	putText(name: string, text: string): Promise<void>;
	/** Null where there is none. */
	textOf(name: string): Promise<string | null>;
	use(): Promise<CacheUse>;
	setBudget(bytes: number | null): Promise<void>;
	clear(): Promise<void>;
}
