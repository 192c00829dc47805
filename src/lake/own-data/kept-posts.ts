import { KEPT_POSTS } from "./kept-files.ts";
import type { OwnSummary } from "./own-summary.ts";

/** The visitor's posts as the page holds them. */
export interface OwnFiles {
	/** The tables `posts` and `post_tags` as Parquet. */
	readonly posts: Blob;
	readonly postTags: Blob;
	readonly summary: OwnSummary;
}

/** Posts that are kept; their files end when they are erased, or others take their place. */
export interface KeptPosts extends OwnFiles {
	/** Of this keeping: no other has it. */
	readonly id: string;
}

/** The number that a file of posts begins with: `LSP1`, the 1 being the version of its form. */
const MAGIC = 0x3150534c;
const HEADER_BYTES = 16;

/** The newest posts that are kept; null where there are none that can be read. */
export async function keptPosts(): Promise<KeptPosts | null> {
	for (const file of await KEPT_POSTS.files()) {
		const own = await unpackPosts(file);
		if (own !== null) return { ...own, id: file.name };
	}
	return null;
}

/** Posts as one file, in which they are kept whole or not at all. */
export function packPosts({ posts, postTags, summary }: OwnFiles): Blob {
	const told = new TextEncoder().encode(JSON.stringify(summary));
	const header = new DataView(new ArrayBuffer(HEADER_BYTES));
	header.setUint32(0, MAGIC, true);
	header.setUint32(4, told.length, true);
	header.setUint32(8, posts.size, true);
	header.setUint32(12, postTags.size, true);
	return new Blob([header.buffer, told, posts, postTags]);
}

/** What {@link packPosts} packed, its tables still where they lie. Null where it is not whole, or of another version. */
export async function unpackPosts(packed: Blob): Promise<OwnFiles | null> {
	if (packed.size < HEADER_BYTES) return null;
	const header = new DataView(
		await packed.slice(0, HEADER_BYTES).arrayBuffer(),
	);
	const toldEnd = HEADER_BYTES + header.getUint32(4, true);
	const postsEnd = toldEnd + header.getUint32(8, true);
	const end = postsEnd + header.getUint32(12, true);
	if (header.getUint32(0, true) !== MAGIC || packed.size !== end) return null;
	// Only this module writes such a file; its version says how.
	const summary = JSON.parse(
		await packed.slice(HEADER_BYTES, toldEnd).text(),
	) as OwnSummary;
	return {
		summary,
		posts: packed.slice(toldEnd, postsEnd),
		postTags: packed.slice(postsEnd, end),
	};
}
