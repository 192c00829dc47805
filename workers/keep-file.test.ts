import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KeptFiles } from "../src/lake/own-data/kept-files.ts";
import {
	keptPosts,
	type OwnFiles,
	packPosts,
	unpackPosts,
} from "../src/lake/own-data/kept-posts.ts";
import { keepFile } from "./keep-file.ts";

/** A folder of the origin's private file system, as far as what is kept needs it. */
class Folder {
	readonly kind = "directory";
	readonly entries = new Map<string, Folder | File>();
	/** Bytes that files may take. */
	room = Number.POSITIVE_INFINITY;
	/** A file that somebody else holds. */
	held: string | null = null;

	async getDirectoryHandle(name: string, options?: { create?: boolean }) {
		const found = this.entries.get(name);
		if (found instanceof Folder) return found;
		if (!options?.create) throw new DOMException("gone", "NotFoundError");
		const folder = new Folder();
		this.entries.set(name, folder);
		return folder;
	}

	async getFileHandle(name: string, options?: { create?: boolean }) {
		if (options?.create) this.entries.set(name, new File([], name));
		return this.#handle(name);
	}

	async removeEntry(name: string) {
		if (name === this.held)
			throw new DOMException("held", "NoModificationAllowedError");
		if (!this.entries.delete(name))
			throw new DOMException("gone", "NotFoundError");
	}

	async *keys() {
		yield* [...this.entries.keys()];
	}

	async *values() {
		for (const name of this.entries.keys()) yield this.#handle(name);
	}

	#handle(name: string) {
		const parts: ArrayBuffer[] = [];
		const written = () =>
			parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
		return {
			kind: "file" as const,
			name,
			getFile: async () => this.entries.get(name),
			move: async (to: string) => {
				this.entries.delete(name);
				clock += 1;
				this.entries.set(to, new File(parts, to, { lastModified: clock }));
			},
			createSyncAccessHandle: async () => ({
				write: (chunk: ArrayBuffer) => {
					if (written() + chunk.byteLength > this.room) return -1;
					parts.push(chunk);
					return chunk.byteLength;
				},
				flush: () => {},
				close: () => {},
			}),
		};
	}
}

let clock = 0;
let root: Folder;
beforeEach(() => {
	root = new Folder();
	let turn: Promise<unknown> = Promise.resolve();
	vi.stubGlobal("navigator", {
		storage: { getDirectory: async () => root },
		locks: {
			request: (_name: string, ...rest: unknown[]) => {
				const task = rest.at(-1) as (lock: object) => unknown;
				turn = turn.catch(() => {}).then(() => task({}));
				return turn;
			},
		},
	});
});
afterEach(() => vi.unstubAllGlobals());

const kept = new KeptFiles("lakeside-posts");
const names = async () => (await kept.files()).map(({ name }) => name);
const folder = () => root.entries.get(kept.folder) as Folder;

test("a file is kept beside those before, the newest first, or in their place", async () => {
	expect(await kept.files()).toEqual([]);
	const one = await keepFile(kept, new Blob(["one"]), "beside");
	const two = await keepFile(kept, new Blob(["two!"]), "beside");
	expect(await names()).toEqual([two, one]);
	expect(await kept.bytes()).toBe(7);
	const three = await keepFile(kept, new Blob(["three"]), "instead");
	expect(await names()).toEqual([three]);
	expect(await (await kept.files())[0]?.text()).toBe("three");
	await kept.erase();
	expect(root.entries.size).toBe(0);
	expect(await kept.bytes()).toBe(0);
	await kept.erase();
});

test("without room those before stay, and nothing of the new one", async () => {
	const before = await keepFile(kept, new Blob(["before"]), "beside");
	folder().room = 8;
	for (const place of ["beside", "instead"] as const)
		await expect(
			keepFile(kept, new Blob(["more than fits"]), place),
		).rejects.toMatchObject({ name: "QuotaExceededError" });
	expect([...folder().entries.keys()]).toEqual([before]);
});

test("what a tab left that died is no file, and goes", async () => {
	const before = await keepFile(kept, new Blob(["before"]), "beside");
	await folder().getFileHandle("half.part", { create: true });
	expect(await names()).toEqual([before]);
	await kept.removeParts();
	expect([...folder().entries.keys()]).toEqual([before]);
});

test("a file before that cannot be removed does not undo that the new one is kept", async () => {
	const heard: string[] = [];
	kept.onChange((change) => heard.push(change));
	const one = await keepFile(kept, new Blob(["one"]), "beside");
	const two = await keepFile(kept, new Blob(["two"]), "beside");
	folder().held = one;
	const three = await keepFile(kept, new Blob(["three"]), "instead");
	expect(await names()).toEqual([three, one]);
	expect(await names()).not.toContain(two);
	await expect.poll(() => heard).toEqual(["kept", "kept", "kept"]);
});

test("what a version before has kept goes, with what is kept and without", async () => {
	const moved = new KeptFiles("new", ["old", "older"]);
	const bystander = await root.getDirectoryHandle("other", { create: true });
	for (const remove of [() => moved.removeParts(), () => moved.erase()]) {
		await root.getDirectoryHandle("old", { create: true });
		await remove();
		expect([...root.entries.values()]).toEqual([bystander]);
	}
	await keepFile(moved, new Blob(["kept"]), "beside");
	await root.getDirectoryHandle("older", { create: true });
	await moved.removeParts();
	expect([...root.entries.keys()]).toEqual(["other", "new"]);
});

test("two that keep in place of all others at once leave one", async () => {
	const [, last] = await Promise.all(
		["one", "other"].map((text) => keepFile(kept, new Blob([text]), "instead")),
	);
	expect(await names()).toEqual([last]);
});

const posts = (text: string): OwnFiles => ({
	posts: new Blob([`${text} posts`]),
	postTags: new Blob([`${text} tags`]),
	summary: {
		...{ files: [text], posts: 1, lastPost: 0, days: [] },
		...{ rejected: 0, rejects: [] },
	},
});

test("posts come back as they were packed; those cut off, or of another form, are none", async () => {
	expect(await keptPosts()).toBeNull();
	const packed = packPosts(posts("Zürich"));
	for (const broken of [packed.slice(0, -1), new Blob(["x".repeat(99)])])
		expect(await unpackPosts(broken)).toBeNull();
	const id = await keepFile(kept, packed, "instead");
	await keepFile(kept, packed.slice(0, 20), "beside");
	const found = await keptPosts();
	expect(found?.id).toBe(id);
	expect(found?.summary).toEqual(posts("Zürich").summary);
	expect(await found?.posts.text()).toBe("Zürich posts");
	expect(await found?.postTags.text()).toBe("Zürich tags");
});
