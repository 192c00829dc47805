import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
	erasePosts,
	keepPosts,
	keptPosts,
	keptPostsBytes,
	type OwnFiles,
} from "./kept-posts.ts";

/** A folder of the origin's private file system, as far as posts need it. */
class Folder {
	readonly kind = "directory";
	readonly entries = new Map<string, Folder | File>();
	/** Writes of files so named fail for want of room. */
	full: string | null = null;

	async getDirectoryHandle(name: string, options?: { create?: boolean }) {
		const found = this.entries.get(name);
		if (found instanceof Folder) return found;
		if (!options?.create) throw new DOMException("gone", "NotFoundError");
		const folder = new Folder();
		folder.full = this.full;
		this.entries.set(name, folder);
		return folder;
	}

	async getFileHandle(name: string, options?: { create?: boolean }) {
		if (options?.create) this.entries.set(name, new File([], name));
		if (!this.entries.has(name))
			throw new DOMException("gone", "NotFoundError");
		return {
			getFile: async () => this.entries.get(name),
			createWritable: async () => {
				const parts: Blob[] = [];
				return {
					write: async (part: Blob) => {
						if (name === this.full)
							throw new DOMException("full", "QuotaExceededError");
						parts.push(part);
					},
					close: async () => {
						this.entries.set(name, new File(parts, name));
					},
				};
			},
		};
	}

	async removeEntry(name: string) {
		if (!this.entries.delete(name))
			throw new DOMException("gone", "NotFoundError");
	}

	async *keys() {
		yield* this.entries.keys();
	}
}

let root: Folder;
beforeEach(() => {
	root = new Folder();
	let turn: Promise<unknown> = Promise.resolve();
	vi.stubGlobal("navigator", {
		storage: { getDirectory: async () => root },
		locks: {
			request: (_name: string, ...rest: (object | (() => unknown))[]) => {
				turn = turn.catch(() => {}).then(rest.at(-1) as () => unknown);
				return turn;
			},
		},
	});
});
afterEach(() => vi.unstubAllGlobals());

const posts = (text: string): OwnFiles => ({
	posts: new Blob([`${text} posts`]),
	postTags: new Blob([`${text} tags`]),
	summary: {
		...{ files: [text], posts: 1, lastPost: 0, days: [] },
		...{ rejected: 0, rejects: [] },
	},
});

/** The folders that are there, whole or not. */
const folders = () => [
	...((root.entries.get("lakeside-own-posts") as Folder)?.entries.keys() ?? []),
];

test("what is kept is there again, and new posts take the place of those before", async () => {
	expect(await keptPosts()).toBeNull();
	for (const text of ["first", "second"]) {
		const id = await keepPosts(posts(text));
		const kept = await keptPosts();
		expect(kept?.id).toBe(id);
		expect(kept?.summary).toEqual(posts(text).summary);
		expect(await kept?.posts.text()).toBe(`${text} posts`);
		expect(await kept?.postTags.text()).toBe(`${text} tags`);
		expect(folders()).toEqual([id]);
	}
	expect(await keptPostsBytes()).toBe(
		"second posts".length + "second tags".length,
	);
	await erasePosts();
	expect(await keptPosts()).toBeNull();
	expect(await keptPostsBytes()).toBe(0);
	await erasePosts();
});

test.each(["posts.parquet", "post_tags.parquet", "summary.json"])(
	"without room for %s those before stay, and nothing of the new ones",
	async (name) => {
		const id = await keepPosts(posts("before"));
		(root.entries.get("lakeside-own-posts") as Folder).full = name;
		await expect(keepPosts(posts("after"))).rejects.toThrow("full");
		expect(folders()).toEqual([id]);
		expect(await (await keptPosts())?.posts.text()).toBe("before posts");
	},
);

test("what a tab left that died is not taken for posts, and goes with the next keeping", async () => {
	const before = await keepPosts(posts("before"));
	const folder = root.entries.get("lakeside-own-posts") as Folder;
	const half = await folder.getDirectoryHandle("half", { create: true });
	await half.getFileHandle("posts.parquet", { create: true });
	expect((await keptPosts())?.id).toBe(before);
	const id = await keepPosts(posts("after"));
	expect(folders()).toEqual([id]);
});

test("two that keep at once leave one", async () => {
	const [, last] = await Promise.all([
		keepPosts(posts("one")),
		keepPosts(posts("other")),
	]);
	expect(folders()).toEqual([last]);
	expect(await (await keptPosts())?.posts.text()).toBe("other posts");
});
