import { expose, transfer } from "comlink";
import * as parquet from "parquet-wasm/esm";
import { encodeParquet } from "../src/lake/decode/encode.ts";
import { KEPT_POSTS } from "../src/lake/own-data/kept-files.ts";
import { packPosts } from "../src/lake/own-data/kept-posts.ts";
import { ENGINE_FILES } from "./engine-files.ts";
import { keepFile } from "./keep-file.ts";
import { holdLife } from "./life.ts";
import { readOwnPosts } from "./own-posts.ts";
import type { OwnPostsApi } from "./posts-api.ts";
import { fetchWasm } from "./unpack.ts";

const api: OwnPostsApi = {
	live: holdLife,
	async read(files, onProgress) {
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
	keep: (own) => keepFile(KEPT_POSTS, packPosts(own), "instead"),
};
expose(api);
