import type { GivenFile } from "../src/lake/own-data/containers.ts";
import type { OwnFiles } from "../src/lake/own-data/kept-posts.ts";
import type { OwnSummary } from "../src/lake/own-data/own-summary.ts";
import type { OnOwnProgress } from "./own-posts.ts";

/** The visitor's posts as the lake's tables, each a Parquet file. */
export interface OwnPostsFiles {
	readonly posts: Uint8Array<ArrayBuffer>;
	readonly postTags: Uint8Array<ArrayBuffer>;
	readonly summary: OwnSummary;
}

/** What the worker of dropped posts answers to. */
export interface OwnPostsApi {
	/** Takes the name of its life, see `life.ts`. Resolves once its end can be heard. */
	live(life: string): Promise<void>;
	/** Rejects with `FetchError` where parquet-wasm cannot be had. */
	read(
		files: readonly GivenFile[],
		onProgress: OnOwnProgress,
	): Promise<OwnPostsFiles>;
	/** Keeps posts in the place of those before, and gives their id. Rejects as `keepFile` does. */
	keep(own: OwnFiles): Promise<string>;
}
