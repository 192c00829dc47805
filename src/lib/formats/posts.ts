import { type Hasher, openHasher } from "../bytes/hash.ts";
import { concatenated } from "./concatenated.ts";
import { FileError } from "./file-error.ts";
import {
	type JsonItem,
	jsonLines,
	jsonListItems,
	NoList,
} from "./json-items.ts";
import { isObject, type JsonObject } from "./json-object.ts";
import { type LookedAt, lookAhead } from "./look-ahead.ts";
import { isMetaPost, metaPost } from "./meta-posts.ts";
import { NoPosts } from "./no-posts.ts";
import { isOtherThanPost, otherActivity, type Post, toPost } from "./post.ts";
import { type CsvReader, readPostsCsv } from "./posts-csv.ts";
import { parseJson } from "./python-json.ts";

/** A file of posts, unpacked. */
export interface PostsFile {
	/** Its name in lower case, without `.gz`: the ending tells some formats apart. */
	readonly name: string;
	readonly bytes: AsyncGenerator<Uint8Array>;
	/** Whether it is one of an archive or folder, of which most files may hold something else. */
	readonly isOfExport: boolean;
}

/** Where a reader puts what it finds; the pipeline's `ParseOutput` is one. */
export interface PostsOutput {
	/** Records what could not be used. `line` counts from 1. */
	reject(line: number | null, reason: string, sample: string): void;
	/** Adds to a named count. */
	count(name: string, by?: number): void;
	note(text: string): void;
	/** Resolves once there is room for more. */
	drain(): Promise<void>;
}

/** Members under which a document or a line holds its list of posts. */
const LISTS = [
	...["statuses", "data", "tweets", "orderedItems"],
	...["records", "feed", "messages", "posts", "items"],
	...["status_updates", "text_post_app_text_posts", "ig_reels_media"],
	// Of Hacker News's search, of Reddit's pages, of Tumblr's.
	...["hits", "data.children", "response.posts"],
];

/** Values of an export's file that are looked at for a post. */
const VALUES_WITHOUT_POST = 1000;

/** Lines of a streaming API that are no posts: `{"delete": {…}}`. */
const NOTICES = new Set(["delete", "limit", "scrub_geo", "status_withheld"]);

/** Names that an archive assigns its posts to; its other files hold something else. */
const TWEET_VARIABLE =
	/(?:^|\.)tweets?(?:_\d{4}_\d{2})?(?:\.part\d+|\[.*\])*$/i;

const ASSIGNMENT =
	/^(?:var\s+|let\s+|const\s+)?([A-Za-z_$][\w.$"'[\]]*)\s*=\s*/;

/** What stands between what a chat of Telegram's is and what was written there. */
const MESSAGES = /,\s*"messages"\s*:\s*\[/;

/** Of an export of all that somebody has at Telegram. */
const CHATS = /"chats"\s*:\s*\{\s*"about"/;

const SNIFF_BYTES = 1 << 20;

/** Reject samples are cut here, in characters. */
const SAMPLE_LENGTH = 200;

/**
 * Reads the posts of a file: Twitter's archive months (`Grailbird.data.tweets_… =
 * […]`, `window.YTD.tweets.part0 = […]`), what its APIs answer (a list, or an
 * object with `statuses` or `data`), Mastodon's `outbox.json`, what other networks give
 * out (an object with one of {@link LISTS}, see {@link toPost}), an object a line, or CSV. Memory does not grow with the file. A document that is cut off is rejected
 * whole, with the line of its end; of JSON Lines and CSV only the broken line is. Throws
 * {@link NoPosts} where the file plainly holds something else; of a file of an export, of whose
 * values none is a post, nothing is told then, since they may be messages to somebody.
 */
export async function readPosts(
	file: PostsFile,
	csv: CsvReader,
	out: PostsOutput,
	take: (post: Post, line: number) => void,
): Promise<void> {
	const lookedAt = await lookAhead(file.bytes, SNIFF_BYTES);
	const tally: Tally = { read: 0, rejected: 0 };
	// Of a table the header tells whether it is of posts.
	const isTable = /\.(?:csv|tsv)$/.test(file.name);
	const held = file.isOfExport && !isTable ? new HeldRejects(out, tally) : null;
	let kept = false;
	try {
		const values = isTable
			? await readRows(lookedAt, csv, out, tally, take)
			: await readJson(lookedAt, file.name, held ?? out, tally, take);
		held?.end();
		if (values === 0) out.note("holds no posts");
		kept = true;
	} catch (error) {
		if (!(error instanceof NoPosts)) held?.tell();
		throw error;
	} finally {
		out.count("posts read", tally.read);
		out.count("posts rejected", tally.rejected);
		out.count(
			"posts of rejected files",
			kept ? 0 : tally.read - tally.rejected,
		);
	}
}

/**
 * What was rejected of an export's file before its first post: it is told once a post comes, or a
 * value that is damaged. Where none does, it was rejected for being something else.
 */
class HeldRejects implements PostsOutput {
	readonly #out: PostsOutput;
	readonly #tally: Tally;
	#held: Parameters<PostsOutput["reject"]>[] | null = [];

	constructor(out: PostsOutput, tally: Tally) {
		this.#out = out;
		this.#tally = tally;
	}

	reject(line: number | null, reason: string, sample: string): void {
		if (this.#held === null || this.#tally.read > this.#tally.rejected)
			this.tell();
		else if (this.#held.length === VALUES_WITHOUT_POST) this.end();
		if (this.#held === null) this.#out.reject(line, reason, sample);
		else this.#held.push([line, reason, sample]);
	}

	count(name: string, by?: number): void {
		this.#out.count(name, by);
	}

	note(text: string): void {
		this.#out.note(text);
	}

	drain(): Promise<void> {
		return this.#out.drain();
	}

	tell(): void {
		for (const reject of this.#held ?? []) this.#out.reject(...reject);
		this.#held = null;
	}

	/** Throws {@link NoPosts} where nothing but such values came. */
	end(): void {
		const { read, rejected } = this.#tally;
		if (read > rejected || rejected === 0) {
			this.tell();
			return;
		}
		if (this.#held === null) return;
		this.#tally.read = 0;
		this.#tally.rejected = 0;
		throw new NoPosts("none of its values is a post");
	}
}

async function readRows(
	lookedAt: LookedAt,
	csv: CsvReader,
	out: PostsOutput,
	tally: Tally,
	take: (post: Post, line: number) => void,
): Promise<number> {
	const note = (text: string) => out.note(text);
	for await (const rows of readPostsCsv(lookedAt, csv, note)) {
		for (const { line, post, sample } of rows) {
			tally.read += 1;
			if (typeof post === "string") {
				tally.rejected += 1;
				out.reject(line, post, sample);
			} else take(post, line);
		}
		await out.drain();
	}
	return tally.read;
}

/** Gives the number of values; null where the file says that it holds something else. */
async function readJson(
	{ head, all }: LookedAt,
	name: string,
	out: PostsOutput,
	tally: Tally,
	take: (post: Post, line: number) => void,
): Promise<number | null> {
	const kind = kindOf(head, name);
	if (kind.variable !== null && !TWEET_VARIABLE.test(kind.variable)) {
		out.note(`holds ${kind.variable}, no posts`);
		return null;
	}
	const items =
		kind.shape === "lines"
			? jsonLines(all)
			: kind.shape === "single"
				? wholeDocument(all)
				: jsonListItems(all, kind.startByte, LISTS);
	const chat = chatIn(head);
	const hash = await openHasher();
	let values = 0;
	try {
		for await (const item of items) {
			readItem(item, chat, hash, out, tally, take);
			values += 1;
			if (values % 4096 === 0) await out.drain();
		}
	} catch (error) {
		if (!(error instanceof NoList)) throw error;
		throw new NoPosts(
			CHATS.test(new TextDecoder().decode(head))
				? "an export of all chats holds private ones: export a channel by itself, and give that"
				: error.message,
			error,
		);
	}
	return values;
}

/** What a file's values were taken for; `read` includes what was rejected. */
interface Tally {
	read: number;
	rejected: number;
}

interface Kind {
	/** A value a line, a list in a document, or a document that is one post. */
	readonly shape: "lines" | "list" | "single";
	readonly startByte: number;
	/** What a script assigns its list to. */
	readonly variable: string | null;
}

function kindOf(head: Uint8Array, name: string): Kind {
	const mark = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
	if (/\.(?:jsonl|ndjson)$/.test(name))
		return { shape: "lines", startByte: mark, variable: null };
	// Latin-1 keeps a character a byte, so that offsets hold.
	const text = new TextDecoder("latin1").decode(head).slice(mark);
	const trimmed = text.trimStart();
	if (trimmed === "")
		throw new FileError("the file holds nothing but white space");
	const startByte = mark + text.length - trimmed.length;
	const assignment = ASSIGNMENT.exec(trimmed.slice(0, 1000));
	if (assignment !== null)
		return {
			shape: "list",
			startByte: startByte + assignment[0].length,
			variable: assignment[1] ?? null,
		};
	if (name.endsWith(".js") && !/^[[{]/.test(trimmed))
		throw new FileError("not an archive month: it assigns no list of tweets", {
			line: 1,
			sample: trimmed.slice(0, SAMPLE_LENGTH),
		});
	return { shape: shapeOf(trimmed), startByte, variable: null };
}

function shapeOf(text: string): Kind["shape"] {
	if (!text.startsWith("{")) return "list";
	const end = text.indexOf("\n");
	if (holdsNoList(end === -1 ? text : text.slice(0, end))) return "lines";
	return holdsNoList(text) && postsIn(objectIn(text)).every(isPost)
		? "single"
		: "list";
}

const isPost = (value: unknown) => typeof toPost(value) !== "string";

/** Whether a text is an object that holds no list of posts. */
function holdsNoList(text: string): boolean {
	const value = objectIn(text);
	return value !== null && listIn(value) === null;
}

/** The first of {@link LISTS} that an object has; null where it has none. */
function listIn(value: JsonObject): readonly unknown[] | null {
	for (const path of LISTS) {
		const [name = "", within] = path.split(".");
		const member = value[name];
		const around = within === undefined ? value : member;
		const list = isObject(around) ? around[within ?? name] : null;
		if (Array.isArray(list)) return list;
	}
	return null;
}

/** The chat that Telegram's export is of, which it tells before the messages; null for any other document. */
function chatIn(head: Uint8Array): string | null {
	const [before, after] = new TextDecoder().decode(head).split(MESSAGES, 2);
	if (before === undefined || after === undefined) return null;
	const chat = objectIn(`${before}}`);
	return typeof chat?.id === "number" && typeof chat.type === "string"
		? String(chat.id)
		: null;
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : null;
	} catch {
		return null;
	}
}

/** A document that its reader has already looked at whole. */
async function* wholeDocument(
	chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<JsonItem> {
	const parts: Uint8Array[] = [];
	for await (const chunk of chunks) parts.push(chunk);
	yield { line: 1, bytes: concatenated(parts) };
}

function readItem(
	{ line, bytes }: JsonItem,
	chat: string | null,
	hash: Hasher,
	out: PostsOutput,
	tally: Tally,
	take: (post: Post, line: number) => void,
): void {
	const reject = (at: number, reason: string, sample: string) => {
		tally.rejected += 1;
		out.reject(at, reason, sample);
	};
	const rejectDamaged = (
		...[at, reason, sample]: Parameters<typeof reject>
	) => {
		if (out instanceof HeldRejects) out.tell();
		reject(at, reason, sample);
	};
	const decoded = decode(bytes);
	if (typeof decoded !== "string") {
		tally.read += 1;
		rejectDamaged(
			line + decoded.linesBefore,
			"not valid UTF-8",
			decoded.sample,
		);
		return;
	}
	const sample = decoded.trim().slice(0, SAMPLE_LENGTH);
	let value: unknown;
	try {
		value = parseExactly(decoded);
	} catch {
		tally.read += 1;
		rejectDamaged(line, "not valid JSON", sample);
		return;
	}
	for (const candidate of postsIn(value)) {
		const notice = noticeOf(candidate);
		if (notice !== null) {
			out.count(`notices (${notice})`);
			continue;
		}
		tally.read += 1;
		const post = metaPost(candidate, hash) ?? toPost(candidate, chat);
		if (typeof post !== "string") take(post, line);
		else if (isOtherThanPost(post)) reject(line, post, sample);
		else rejectDamaged(line, post, sample);
	}
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The text, or where its first byte stands that is not UTF-8. */
function decode(
	bytes: Uint8Array,
): string | { linesBefore: number; sample: string } {
	try {
		return utf8.decode(bytes);
	} catch {
		let start = 0;
		for (let linesBefore = 0; ; linesBefore += 1) {
			const end = bytes.indexOf(0x0a, start);
			const part = bytes.subarray(start, end === -1 ? undefined : end);
			try {
				utf8.decode(part);
			} catch {
				const sample = new TextDecoder().decode(part).trim();
				return { linesBefore, sample: sample.slice(0, SAMPLE_LENGTH) };
			}
			if (end === -1) return { linesBefore, sample: "" };
			start = end + 1;
		}
	}
}

/**
 * Parses JSON, and again where the post's only id is a number that a double cannot
 * hold: then such numbers become the text that they stand as.
 */
function parseExactly(text: string): unknown {
	const value: unknown = parseJson(text);
	const needsExact = postsIn(value).some(
		(post) =>
			isObject(post) &&
			typeof post.id_str !== "string" &&
			typeof post.id === "number" &&
			!Number.isSafeInteger(post.id),
	);
	return needsExact ? parseJson(text, keepLargeIntegers) : value;
}

/** ECMAScript 2025 hands a reviver the number's source text; TypeScript's library does not say so yet. */
function keepLargeIntegers(
	_key: string,
	value: unknown,
	context?: { source?: string },
): unknown {
	return typeof value === "number" &&
		Number.isInteger(value) &&
		!Number.isSafeInteger(value)
		? (context?.source ?? value)
		: value;
}

/** The posts in a value: itself, what it wraps (`{"tweet": {…}}`), or its list. */
function postsIn(value: unknown): readonly unknown[] {
	if (!isObject(value) || isMetaPost(value)) return [value];
	if (isObject(value.tweet)) return [value.tweet];
	const list = listIn(value);
	if (list !== null) return list.flatMap(postsIn);
	return [isObject(value.data) ? value.data : value];
}

function noticeOf(value: unknown): string | null {
	if (!isObject(value)) return null;
	const activity = otherActivity(value);
	if (activity !== null) return activity;
	const [key, ...others] = Object.keys(value);
	return key !== undefined && others.length === 0 && NOTICES.has(key)
		? key
		: null;
}
