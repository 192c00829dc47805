import { expose, transfer } from "comlink";
import * as parquet from "parquet-wasm/esm";
import { encodeParquet } from "../src/lake/encode.ts";
import { ENGINE_FILES } from "./engine-files.ts";
import {
	type OnOwnProgress,
	type OwnSummary,
	readOwnPosts,
} from "./own-posts.ts";
import { fetchWasm } from "./unpack.ts";

/** The visitor's posts as the lake's tables, each a Parquet file. */
export interface OwnPostsFiles {
	readonly posts: Uint8Array<ArrayBuffer>;
	readonly postTags: Uint8Array<ArrayBuffer>;
	readonly summary: OwnSummary;
}

/** What the worker of dropped posts answers to. */
const api = {
	/** Rejects with `FetchError` where parquet-wasm cannot be had. */
	async read(
		files: readonly File[],
		onProgress: OnOwnProgress,
	): Promise<OwnPostsFiles> {
		const writer = fetchWasm(ENGINE_FILES.parquetPacked, () => {}).then(
			(module) => parquet.default({ module_or_path: module }),
		);
		const [{ posts, postTags, summary }] = await Promise.all([
			readOwnPosts(files, onProgress),
			writer,
		]);
		const packed = {
			posts: encodeParquet(parquet, posts) as Uint8Array<ArrayBuffer>,
			postTags: encodeParquet(parquet, postTags) as Uint8Array<ArrayBuffer>,
			summary,
		};
		return transfer(packed, [packed.posts.buffer, packed.postTags.buffer]);
	},
};
export type OwnPostsApi = typeof api;

expose(api);
