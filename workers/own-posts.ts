import { Table, tableToIPC } from "apache-arrow";
import {
	booleans,
	integers,
	texts,
	timestamps,
} from "../src/lake/files/vectors.ts";
import {
	containersOf,
	type FoundFile,
	type GivenFile,
	unpackedFile,
} from "../src/lake/own-data/containers.ts";
import type {
	OwnDay,
	OwnReject,
	OwnSummary,
} from "../src/lake/own-data/own-summary.ts";
import { csvText } from "../src/lib/formats/csv-text.ts";
import { FileError } from "../src/lib/formats/file-error.ts";
import { NoPosts } from "../src/lib/formats/no-posts.ts";
import type { Post } from "../src/lib/formats/post.ts";
import { readPosts } from "../src/lib/formats/posts.ts";
import { mayHoldPosts } from "../src/lib/formats/posts-names.ts";

const DAY_MICROS = 86_400_000_000;
/** Rejects that are told one by one. */
const TOLD_REJECTS = 50;
/** Between two words of progress, in bytes. */
const PROGRESS_BYTES = 1 << 20;
/** Of one file, unpacked: files made to fill a memory hold more. */
const MAX_FILE_BYTES = 256e6;

/** What the visitor's files hold. */
export interface OwnPosts {
	/** The tables `posts` and `post_tags` as Arrow IPC streams, in their order of rows. */
	readonly posts: Uint8Array;
	readonly postTags: Uint8Array;
	readonly summary: OwnSummary;
}

/** Bytes read of all files, and posts so far. */
export type OnOwnProgress = (
	bytes: number,
	totalBytes: number,
	posts: number,
) => void;

/**
 * Reads posts as the pipeline does: the same formats and tags, archives too, the same post
 * twice counts once, its latest and fullest copy. A file that cannot be used, or unpacks to more
 * than `maxFileBytes`, does not stop the others; those of folders and archives that hold
 * none, by their names or by what stands in them, are left out.
 */
export async function readOwnPosts(
	given: readonly GivenFile[],
	onProgress: OnOwnProgress,
	maxFileBytes = MAX_FILE_BYTES,
): Promise<OwnPosts> {
	const totalBytes = given.reduce((sum, { blob }) => sum + blob.size, 0);
	const posts = new Map<string, Post>();
	const used: string[] = [];
	const rejects: OwnReject[] = [];
	let rejected = 0;
	let bytes = 0;
	let untold = 0;
	/** Of the file that is being read. */
	let found: Post[] = [];
	const onBytes = (count: number) => {
		untold += count;
		if (untold < PROGRESS_BYTES) return;
		untold = 0;
		onProgress(bytes, totalBytes, posts.size + found.length);
	};
	const reject = (file: string, line: number | null, reason: string) => {
		rejected += 1;
		if (rejects.length < TOLD_REJECTS) rejects.push({ file, line, reason });
	};
	const readFile = async (file: FoundFile) => {
		found = [];
		const end = bytes + file.bytes;
		const isOfExport = file.path.includes("/");
		try {
			await readPosts(
				{
					name: file.path.toLowerCase().replace(/\.gz$/, ""),
					isOfExport,
					bytes: capped(
						plainBytes(file, (count) => {
							// Those of a zip unpack to more than they take there.
							bytes = Math.min(bytes + count, end);
							onBytes(count);
						}),
						maxFileBytes,
					),
				},
				csvText,
				{
					reject: (line, reason) => reject(file.path, line, reason),
					count: () => {},
					note: () => {},
					drain: async () => {},
				},
				(post) => found.push(post),
			);
		} catch (error) {
			if (!(error instanceof FileError)) throw error;
			if (!isOfExport || !(error instanceof NoPosts))
				reject(file.path, error.line, error.message);
			return;
		} finally {
			bytes = end;
		}
		if (found.length > 0) used.push(file.path);
		for (const post of found) {
			const other = posts.get(post.id);
			if (other === undefined || isBetter(post, other))
				posts.set(post.id, post);
		}
	};
	const containers = containersOf(given, {
		fault: (path, { line, message }) => reject(path, line, message),
		wants: mayHoldPosts,
		// Who gives up ends the worker.
		goOn: () => {},
	});
	// A file that was chosen by itself may have any name.
	for await (const files of containers)
		for (const file of files)
			if (!file.path.includes("/") || mayHoldPosts(file.path))
				await readFile(file);
			else bytes += file.bytes;
	onProgress(totalBytes, totalBytes, posts.size);
	const sorted = [...posts.values()].sort(
		(one, other) =>
			one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1),
	);
	const last = sorted.at(-1);
	return {
		posts: tableToIPC(postsTable(sorted), "stream"),
		postTags: tableToIPC(tagsTable(sorted), "stream"),
		summary: {
			files: used,
			posts: sorted.length,
			lastPost: last === undefined ? null : Math.floor(last.createdAt / 1000),
			days: daysOf(sorted),
			rejected,
			rejects,
		},
	};
}

/** Calls back with the number of bytes that were read, of a `.gz` the packed ones. */
function plainBytes(
	file: FoundFile,
	onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
	const open = () => readBytes(file, onBytes);
	return file.path.toLowerCase().endsWith(".gz")
		? unpackedFile({ ...file, open })
		: open();
}

async function* readBytes(
	file: FoundFile,
	onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
	if (file.bytes === 0) throw new FileError("the file is empty");
	for await (const chunk of file.open()) {
		onBytes(chunk.length);
		yield chunk;
	}
}

async function* capped(
	chunks: AsyncGenerator<Uint8Array>,
	maxBytes: number,
): AsyncGenerator<Uint8Array> {
	let bytes = 0;
	for await (const chunk of chunks) {
		bytes += chunk.length;
		if (bytes > maxBytes)
			throw new FileError(
				`it holds more than ${maxBytes / 1e6} MB: cut it into several files`,
			);
		yield chunk;
	}
}

/** As the pipeline's winner: the later edit, then more tags, then a longer text, then the earlier one. */
function isBetter(one: Post, other: Post): boolean {
	const edit = ({ editedAt }: Post) => editedAt ?? -1;
	const length = ({ text }: Post) => text?.length ?? -1;
	return (
		(edit(one) - edit(other) ||
			one.tags.length - other.tags.length ||
			length(one) - length(other) ||
			other.createdAt - one.createdAt) > 0
	);
}

function postsTable(posts: readonly Post[]): Table {
	return new Table({
		post_id: texts(posts.map(({ id }) => id)),
		author: texts(posts.map(({ author }) => author)),
		created_at: micros(posts.map(({ createdAt }) => createdAt)),
		is_repost: booleans(posts.map(({ isRepost }) => isRepost)),
		tag_count: integers(posts.map(({ tags }) => tags.length)),
		text: texts(posts.map(({ text }) => text)),
		url: texts(posts.map(({ url }) => url)),
	});
}

function tagsTable(posts: readonly Post[]): Table {
	const rows = posts.flatMap((post) =>
		post.tags.map((tag, ordinal) => ({ post, tag, ordinal })),
	);
	return new Table({
		tag: texts(rows.map(({ tag }) => tag)),
		post_id: texts(rows.map(({ post }) => post.id)),
		ordinal: integers(rows.map(({ ordinal }) => ordinal)),
		author: texts(rows.map(({ post }) => post.author)),
		created_at: micros(rows.map(({ post }) => post.createdAt)),
		is_repost: booleans(rows.map(({ post }) => post.isRepost)),
		is_first: booleans(
			rows.map(({ post, tag, ordinal }) => post.tags.indexOf(tag) === ordinal),
		),
	});
}

const micros = (values: readonly number[]) =>
	timestamps(values.map((value) => BigInt(value)));

function daysOf(posts: readonly Post[]): OwnDay[] {
	return [
		...Map.groupBy(posts, ({ createdAt }) =>
			Math.floor(createdAt / DAY_MICROS),
		),
	].map(([day, own]) => {
		const reposts = own.filter(({ isRepost }) => isRepost);
		const tagged = (some: readonly Post[]) =>
			some.filter(({ tags }) => tags.length > 0).length;
		const tags = (some: readonly Post[]) =>
			some.reduce((sum, post) => sum + post.tags.length, 0);
		return {
			day: (day * DAY_MICROS) / 1000,
			posts: own.length,
			tagged: tagged(own),
			tags: tags(own),
			reposts: reposts.length,
			tagged_reposts: tagged(reposts),
			repost_tags: tags(reposts),
		};
	});
}
