import { expect, test } from "vitest";
import type { KeptPosts, OwnFiles } from "../../lake/own-data/kept-posts.ts";
import type { OwnSummary } from "../../lake/own-data/own-summary.ts";
import { OwnPostsState, type OwnWorld } from "./own-posts.ts";

const summary = (posts: number): OwnSummary => ({
	...{ files: ["a.json"], posts, lastPost: posts === 0 ? null : 0 },
	...{ days: [], rejected: 0, rejects: [] },
});

const filesOf = (text: string, posts = 1): OwnFiles => ({
	posts: new Blob([text]),
	postTags: new Blob([`${text} tags`]),
	summary: summary(posts),
});

/** An engine and a store that are both in memory. */
function fakeWorld(overrides: Partial<OwnWorld> = {}) {
	const files = new Map<string, File>();
	let kept: KeptPosts | null = null;
	let count = 0;
	const world: OwnWorld = {
		async addFile(file) {
			count += 1;
			const name = `${count}-${file.name}`;
			files.set(name, file);
			return { name };
		},
		async removeFile(name) {
			files.delete(name);
		},
		readPosts: async () => filesOf("read"),
		keptPosts: async () => kept,
		async keepPosts(own) {
			count += 1;
			kept = { ...own, id: `kept ${count}` };
			return kept.id;
		},
		async erasePosts() {
			kept = null;
		},
		...overrides,
	};
	let changes = 0;
	return {
		files,
		own: new OwnPostsState(world),
		onChange: () => {
			changes += 1;
		},
		changes: () => changes,
	};
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("a second opening is refused while one is on its way, and the first shows", async () => {
	const ready = Promise.withResolvers<OwnFiles>();
	const { own, files, onChange, changes } = fakeWorld({
		readPosts: () => ready.promise,
	});
	const first = own.read({ files: [], problems: [] }, onChange);
	expect(own.opening.value?.stage).toBe("reading");
	await own.read({ files: [], problems: [] }, onChange);
	await own.showKept(onChange);
	expect(own.said.value).toContain("still being opened");
	ready.resolve(filesOf("first"));
	await first;
	expect(own.opening.value).toBeNull();
	expect([...files.keys()]).toEqual(own.shown.value?.names);
	expect(files.size).toBe(2);
	expect(changes()).toBe(1);
});

test("what shows stays until other posts are here, whose files then take the place of its own", async () => {
	let next: () => Promise<OwnFiles> = async () => filesOf("first");
	const { own, files, onChange } = fakeWorld({ readPosts: () => next() });
	await own.read({ files: [], problems: [] }, onChange);
	const first = own.shown.value;
	for (const bad of [
		async () => filesOf("none", 0),
		() => Promise.reject(new Error("lost")),
	]) {
		next = bad;
		await own.read({ files: [], problems: [] }, onChange);
		expect(own.shown.value).toBe(first);
		expect(own.failure.value).toBeInstanceOf(Error);
		expect([...files.keys()]).toEqual(first?.names);
	}
	next = async () => filesOf("second");
	await own.read({ files: [], problems: [] }, onChange);
	expect(own.failure.value).toBeNull();
	expect(await own.shown.value?.files.posts.text()).toBe("second");
	expect([...files.keys()]).toEqual(own.shown.value?.names);
	await own.close(onChange);
	expect(own.shown.value).toBeNull();
	expect(files.size).toBe(0);
});

test("a file that the engine refuses leaves none of the others in it", async () => {
	const added: string[] = [];
	const { own, onChange, changes } = fakeWorld({
		async addFile({ name }) {
			if (added.length === 1) throw new Error("refused");
			added.push(name);
			return { name };
		},
		removeFile: async (name) => void added.splice(added.indexOf(name), 1),
	});
	await own.read({ files: [], problems: [] }, onChange);
	await settled();
	expect(added).toEqual([]);
	expect(own.failure.value).toMatchObject({ message: "refused" });
	expect(own.shown.value).toBeNull();
	expect(changes()).toBe(0);
});

test("what is given up shows nothing and leaves no file, also where the engine was waited for", async () => {
	const engine = Promise.withResolvers<{ readonly name: string }>();
	const removed: string[] = [];
	const { own, onChange, changes } = fakeWorld({
		addFile: () => engine.promise,
		removeFile: async (name) => void removed.push(name),
	});
	const reading = own.read({ files: [], problems: [] }, onChange);
	await settled();
	expect(own.opening.value?.stage).toBe("showing");
	own.opening.value?.cancel();
	await reading;
	expect(own.opening.value).toBeNull();
	expect(own.shown.value).toBeNull();
	expect(own.failure.value).toBeNull();
	expect(own.said.value).toBe("Given up: nothing was opened.");
	engine.resolve({ name: "late" });
	await settled();
	expect(removed).toEqual(["late"]);
	expect(changes()).toBe(0);
});

test("kept posts show as copies, and can be kept again once they are erased", async () => {
	const { own, files, onChange } = fakeWorld();
	await own.read({ files: [], problems: [] }, onChange);
	await own.keep();
	const kept = own.kept.value;
	expect(own.shown.value?.keptId).toBe(kept?.id);
	await own.close(onChange);
	await own.showKept(onChange);
	expect(own.shown.value?.keptId).toBe(kept?.id);
	expect(own.shown.value?.files.posts).not.toBe(kept?.posts);
	expect(await own.shown.value?.files.posts.text()).toBe("read");
	await own.erase();
	expect(own.kept.value).toBeNull();
	expect(files.size).toBe(2);
	await own.keep();
	expect(own.shown.value?.keptId).toBe(own.kept.value?.id);
	expect(own.kept.value?.id).not.toBe(kept?.id);
});

test("posts that were erased in another tab are told to be gone", async () => {
	const { own, onChange } = fakeWorld({ keptPosts: async () => null });
	await own.showKept(onChange);
	expect(own.failure.value).toMatchObject({
		message: "these posts are not kept on this device any more",
	});
});

test("a browser without room says so, and what shows stays", async () => {
	const { own, onChange } = fakeWorld({
		keepPosts: () =>
			Promise.reject(new DOMException("full", "QuotaExceededError")),
	});
	await own.read({ files: [], problems: [] }, onChange);
	await own.keep();
	expect(own.said.value).toContain("no room");
	expect(own.shown.value?.keptId).toBeNull();
});

test("posts that wait to be kept are given up where all are erased meanwhile, and can be kept after", async () => {
	const allowed = Promise.withResolvers<void>();
	let kept = 0;
	const { own, onChange } = fakeWorld({
		async keepPosts(_, stop) {
			await allowed.promise;
			stop.throwIfAborted();
			kept += 1;
			return "kept";
		},
	});
	await own.read({ files: [], problems: [] }, onChange);
	const keeping = own.keep();
	await own.follow("kept");
	await own.follow("erased");
	allowed.resolve();
	await keeping;
	expect(kept).toBe(0);
	expect(own.said.value).toContain("erased");
	expect(own.shown.value?.keptId).toBeNull();
	await own.keep();
	expect(own.shown.value?.keptId).toBe("kept");
});
