import { Table, tableToIPC } from "apache-arrow";
import {
	booleans,
	integers,
	texts,
	timestamps,
} from "../src/lake/files/vectors.ts";
import { csvText } from "../src/lib/formats/csv-text.ts";
import { FileError } from "../src/lib/formats/file-error.ts";
import type { Post } from "../src/lib/formats/post.ts";
import { readPosts } from "../src/lib/formats/posts.ts";

const DAY_MICROS = 86_400_000_000;
/** Rejects that are told one by one. */
const TOLD_REJECTS = 50;
/** Between two words of progress, in bytes. */
const PROGRESS_BYTES = 1 << 20;
/** Of one file, unpacked: files made to fill a memory hold more. */
const MAX_FILE_BYTES = 256e6;

/** A file of the visitor's: `File` is one. */
export type OwnFile = Pick<Blob, "size" | "stream"> & { readonly name: string };

export interface OwnReject {
	readonly file: string;
	/** From 1; null for a whole file. */
	readonly line: number | null;
	readonly reason: string;
}

/** A UTC day of the visitor's posts, as the query `postsPerDay` gives it. */
export interface OwnDay {
	/** Midnight, milliseconds since 1970. */
	readonly day: number;
	readonly posts: number;
	readonly tagged: number;
	readonly tags: number;
	readonly reposts: number;
	readonly tagged_reposts: number;
	readonly repost_tags: number;
}

/** What the visitor's files hold. */
export interface OwnPosts {
	/** The tables `posts` and `post_tags` as Arrow IPC streams, in their order of rows. */
	readonly posts: Uint8Array;
	readonly postTags: Uint8Array;
	readonly summary: OwnSummary;
}

export interface OwnSummary {
	/** Names of the files that hold posts. */
	readonly files: readonly string[];
	readonly posts: number;
	/** Milliseconds since 1970; null without posts. */
	readonly lastPost: number | null;
	readonly days: readonly OwnDay[];
	/** Values and files that could not be used. */
	readonly rejected: number;
	/** The first of them. */
	readonly rejects: readonly OwnReject[];
}

/** Bytes read of all files, and posts so far. */
export type OnOwnProgress = (
	bytes: number,
	totalBytes: number,
	posts: number,
) => void;

/**
 * Reads posts as the pipeline does: the same formats and tags, the same post twice
 * counts once, its fullest copy. A file that cannot be used, or unpacks to more than
 * `maxFileBytes`, does not stop the others.
 */
export async function readOwnPosts(
	files: readonly OwnFile[],
	onProgress: OnOwnProgress,
	maxFileBytes = MAX_FILE_BYTES,
): Promise<OwnPosts> {
	const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
	const posts = new Map<string, Post>();
	const used: string[] = [];
	const rejects: OwnReject[] = [];
	let rejected = 0;
	let bytes = 0;
	let told = 0;
	/** Of the file that is being read. */
	let found: Post[] = [];
	const onBytes = (count: number) => {
		bytes += count;
		if (bytes - told < PROGRESS_BYTES) return;
		told = bytes;
		onProgress(bytes, totalBytes, posts.size + found.length);
	};
	for (const file of files) {
		found = [];
		const reject = (line: number | null, reason: string) => {
			rejected += 1;
			if (rejects.length < TOLD_REJECTS)
				rejects.push({ file: file.name, line, reason });
		};
		try {
			const name = file.name.toLowerCase();
			await readPosts(
				{
					name: name.replace(/\.gz$/, ""),
					bytes: capped(unpacked(file, onBytes), maxFileBytes),
				},
				csvText,
				{ reject, count: () => {}, note: () => {}, drain: async () => {} },
				(post) => found.push(post),
			);
		} catch (error) {
			if (!(error instanceof FileError)) throw error;
			reject(error.line, error.message);
			continue;
		}
		if (found.length > 0) used.push(file.name);
		for (const post of found) {
			const other = posts.get(post.id);
			if (other === undefined || isFuller(post, other))
				posts.set(post.id, post);
		}
	}
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

async function* unpacked(
	file: OwnFile,
	onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
	if (file.size === 0) throw new FileError("the file is empty");
	const counted = file.stream().pipeThrough(
		new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
			transform(chunk, controller) {
				onBytes(chunk.length);
				controller.enqueue(chunk);
			},
		}),
	);
	const isPacked = file.name.toLowerCase().endsWith(".gz");
	try {
		yield* chunksOf(
			isPacked ? counted.pipeThrough(new DecompressionStream("gzip")) : counted,
		);
	} catch (cause) {
		// Streams of files that cannot be read fail with a DOMException, damaged ones with others.
		throw new FileError(
			isPacked && !(cause instanceof DOMException)
				? "not valid gzip, or cut off"
				: "it cannot be read: it is a folder, or was changed or removed meanwhile",
			{ cause },
		);
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

/** Safari's streams cannot be iterated yet. */
async function* chunksOf(
	stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array> {
	const reader = stream.getReader();
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			yield value;
		}
	} finally {
		await reader.cancel().catch(() => {});
	}
}

/** As the pipeline's winner: more tags, then a longer text, then the earlier one. */
function isFuller(one: Post, other: Post): boolean {
	const length = ({ text }: Post) => text?.length ?? -1;
	return (
		(one.tags.length - other.tags.length ||
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
