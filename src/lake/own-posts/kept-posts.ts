import type { OwnSummary } from "./own-summary.ts";

const FOLDER = "lakeside-own-posts";
/** Who writes or erases holds it alone; readers hold it together. */
const LOCK = "lakeside-own-posts";
const CHANNEL = "lakeside-own-posts";
const POSTS = "posts.parquet";
const TAGS = "post_tags.parquet";
/** Written last: without it a folder is none of posts. */
const SUMMARY = "summary.json";

/** The visitor's posts as the page holds them. */
export interface OwnFiles {
	readonly posts: Blob;
	readonly postTags: Blob;
	readonly summary: OwnSummary;
}

/** Posts that are kept; their files end when they are erased, or others take their place. */
export interface KeptPosts extends OwnFiles {
	/** Of this keeping: no other has it. */
	readonly id: string;
}

/**
 * Keeps posts on this device, in the origin's private file system, in the place of
 * those before, and tells all tabs. Gives the id of what is kept. Rejects where the
 * browser does not let, or has no room (`QuotaExceededError`); those before then stay.
 */
export async function keepPosts(own: OwnFiles): Promise<string> {
	const root = await navigator.storage.getDirectory();
	const id = crypto.randomUUID();
	await navigator.locks.request(LOCK, async () => {
		const folder = await root.getDirectoryHandle(FOLDER, { create: true });
		try {
			const entry = await folder.getDirectoryHandle(id, { create: true });
			await write(entry, POSTS, own.posts);
			await write(entry, TAGS, own.postTags);
			await write(entry, SUMMARY, new Blob([JSON.stringify(own.summary)]));
		} catch (error) {
			await folder.removeEntry(id, { recursive: true }).catch(() => {});
			throw error;
		}
		for (const name of await namesIn(folder))
			if (name !== id) await folder.removeEntry(name, { recursive: true });
	});
	tellAll();
	return id;
}

/** What is kept; null where nothing is. */
export async function keptPosts(): Promise<KeptPosts | null> {
	const folder = await existingFolder();
	if (folder === null) return null;
	return navigator.locks.request(LOCK, { mode: "shared" }, async () => {
		let newest: KeptPosts | null = null;
		let newestAt = Number.NEGATIVE_INFINITY;
		// More than one where a tab died before it had removed those before.
		for (const id of await namesIn(folder)) {
			const found = await openedPosts(folder, id);
			if (found === null || found.keptAt <= newestAt) continue;
			newest = found.posts;
			newestAt = found.keptAt;
		}
		return newest;
	});
}

/** Bytes of what is kept; 0 where nothing is. */
export async function keptPostsBytes(): Promise<number> {
	const kept = await keptPosts();
	return kept === null ? 0 : kept.posts.size + kept.postTags.size;
}

/** Removes all that is kept, and tells all tabs. */
export async function erasePosts(): Promise<void> {
	if ((await existingFolder()) !== null)
		await navigator.locks.request(LOCK, async () => {
			const root = await navigator.storage.getDirectory();
			await root.removeEntry(FOLDER, { recursive: true }).catch(unlessMissing);
		});
	tellAll();
}

/** Calls back whenever some tab, this one included, has kept or erased posts. */
export function onKeptPosts(callback: () => void): void {
	new BroadcastChannel(CHANNEL).addEventListener("message", callback);
}

/** Null where the folder is not whole: a tab died while it wrote it. */
async function openedPosts(
	folder: FileSystemDirectoryHandle,
	id: string,
): Promise<{ readonly posts: KeptPosts; readonly keptAt: number } | null> {
	try {
		const entry = await folder.getDirectoryHandle(id);
		const file = async (name: string) =>
			(await entry.getFileHandle(name)).getFile();
		const told = await file(SUMMARY);
		const summary: OwnSummary = JSON.parse(await told.text());
		const [posts, postTags] = [await file(POSTS), await file(TAGS)];
		return {
			posts: { id, posts, postTags, summary },
			keptAt: told.lastModified,
		};
	} catch (error) {
		unlessMissing(error);
		return null;
	}
}

/** Null where nothing is kept, or the browser has no such storage. */
async function existingFolder(): Promise<FileSystemDirectoryHandle | null> {
	try {
		const root = await navigator.storage.getDirectory();
		return await root.getDirectoryHandle(FOLDER);
	} catch {
		return null;
	}
}

async function namesIn(folder: FileSystemDirectoryHandle): Promise<string[]> {
	const names: string[] = [];
	for await (const name of folder.keys()) names.push(name);
	return names;
}

async function write(
	folder: FileSystemDirectoryHandle,
	name: string,
	content: Blob,
): Promise<void> {
	const handle = await folder.getFileHandle(name, { create: true });
	const stream = await handle.createWritable();
	await stream.write(content);
	await stream.close();
}

function tellAll(): void {
	const channel = new BroadcastChannel(CHANNEL);
	channel.postMessage("changed");
	channel.close();
}

/** A file in the place of a folder is as much of a miss. */
function unlessMissing(error: unknown): void {
	const isMissing =
		error instanceof DOMException &&
		["NotFoundError", "TypeMismatchError"].includes(error.name);
	if (!isMissing) throw error;
}
