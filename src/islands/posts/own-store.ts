import type { OwnSummary } from "../../../workers/own-posts.ts";

const FOLDER = "lakeside-own-posts";
const POSTS = "posts.parquet";
const TAGS = "post_tags.parquet";
/** Written last: without it nothing is kept. */
const SUMMARY = "summary.json";

/** The visitor's posts as the page holds them. */
export interface OwnFiles {
	readonly posts: Blob;
	readonly postTags: Blob;
	readonly summary: OwnSummary;
}

/** Keeps them on this device, in the origin's private file system, in the place of those before. Rejects where the browser does not let. */
export async function keepOwn(own: OwnFiles): Promise<void> {
	await eraseOwn();
	const root = await navigator.storage.getDirectory();
	const folder = await root.getDirectoryHandle(FOLDER, { create: true });
	await write(folder, POSTS, own.posts);
	await write(folder, TAGS, own.postTags);
	await write(folder, SUMMARY, new Blob([JSON.stringify(own.summary)]));
}

/** What is kept; null where nothing is, or not whole. */
export async function keptOwn(): Promise<OwnFiles | null> {
	try {
		const root = await navigator.storage.getDirectory();
		const folder = await root.getDirectoryHandle(FOLDER);
		const file = async (name: string) =>
			(await folder.getFileHandle(name)).getFile();
		const summary: OwnSummary = JSON.parse(await (await file(SUMMARY)).text());
		return { posts: await file(POSTS), postTags: await file(TAGS), summary };
	} catch {
		// No such storage, no such files, or a tab that died while it wrote them.
		return null;
	}
}

/** Removes all that is kept; nothing where nothing is. */
export async function eraseOwn(): Promise<void> {
	const root = await navigator.storage.getDirectory();
	try {
		await root.removeEntry(FOLDER, { recursive: true });
	} catch (error) {
		if (!(error instanceof DOMException && error.name === "NotFoundError"))
			throw error;
	}
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
