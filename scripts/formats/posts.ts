import { FileError } from "../../src/lib/formats/file-error.ts";
import {
	type JsonItem,
	jsonLines,
	jsonListItems,
} from "../../src/lib/formats/json-items.ts";
import { lookAhead } from "../../src/lib/formats/look-ahead.ts";
import { parseTime } from "../../src/lib/formats/time.ts";
import { foldTag, hashtagsIn } from "../../src/lib/hashtags.ts";
import type { ParseOutput, SourceFile } from "../datasets/dataset.ts";
import { fileBytes, plainName } from "./bytes.ts";

/** A post as its file tells it. */
export interface Post {
	readonly id: string;
	readonly author: string | null;
	/** Microseconds since 1970, UTC. */
	readonly createdAt: number;
	readonly isRepost: boolean;
	/** Lower-cased, in order, one for each occurrence. */
	readonly tags: readonly string[];
	readonly text: string | null;
	readonly url: string | null;
}

/** Members under which a document or a line holds its list of posts. */
const LISTS = ["statuses", "data", "tweets"];

/** Lines of a streaming API that are no posts: `{"delete": {…}}`. */
const NOTICES = new Set(["delete", "limit", "scrub_geo", "status_withheld"]);

/** Names that an archive assigns its posts to; its other files hold something else. */
const TWEET_VARIABLE =
	/(?:^|\.)tweets?(?:_\d{4}_\d{2})?(?:\.part\d+|\[.*\])*$/i;

const ASSIGNMENT =
	/^(?:var\s+|let\s+|const\s+)?([A-Za-z_$][\w.$"'[\]]*)\s*=\s*/;

const SNIFF_BYTES = 1 << 20;

/** Reject samples are cut here, in characters. */
const SAMPLE_LENGTH = 200;

/**
 * Reads the posts of a file: Twitter's archive months (`Grailbird.data.tweets_… =
 * […]`, `window.YTD.tweets.part0 = […]`), what its APIs answer (a list, or an
 * object with `statuses` or `data`), or an object a line; each also packed with
 * gzip. Memory does not grow with the file. A document that is cut off is rejected
 * whole, with the line of its end; of JSON Lines only the broken line is.
 */
export async function readPosts(
	file: SourceFile,
	out: ParseOutput,
	take: (post: Post, line: number) => void,
): Promise<void> {
	const { head, all } = await lookAhead(fileBytes(file), SNIFF_BYTES);
	const kind = kindOf(head, plainName(file.path));
	if (kind.variable !== null && !TWEET_VARIABLE.test(kind.variable)) {
		out.note(`holds ${kind.variable}, no posts`);
		return;
	}
	const items =
		kind.shape === "lines"
			? jsonLines(all)
			: kind.shape === "single"
				? wholeDocument(all)
				: jsonListItems(all, kind.startByte, LISTS);
	const tally: Tally = { read: 0, rejected: 0 };
	let kept = false;
	try {
		let values = 0;
		for await (const item of items) {
			readItem(item, out, tally, take);
			values += 1;
			if (values % 4096 === 0) await out.drain();
		}
		if (values === 0) out.note("holds no posts");
		kept = true;
	} finally {
		out.count("posts read", tally.read);
		out.count("posts rejected", tally.rejected);
		out.count(
			"posts of rejected files",
			kept ? 0 : tally.read - tally.rejected,
		);
	}
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
	const text = Buffer.from(head).toString("latin1").slice(mark);
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
	return value !== null && !LISTS.some((key) => Array.isArray(value[key]));
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
	yield { line: 1, bytes: Buffer.concat(parts) };
}

function readItem(
	{ line, bytes }: JsonItem,
	out: ParseOutput,
	tally: Tally,
	take: (post: Post, line: number) => void,
): void {
	const reject = (at: number, reason: string, sample: string) => {
		tally.rejected += 1;
		out.reject(at, reason, sample);
	};
	const decoded = decode(bytes);
	if (typeof decoded !== "string") {
		tally.read += 1;
		reject(line + decoded.linesBefore, "not valid UTF-8", decoded.sample);
		return;
	}
	const sample = decoded.trim().slice(0, SAMPLE_LENGTH);
	let value: unknown;
	try {
		value = parseExactly(decoded);
	} catch {
		tally.read += 1;
		reject(line, "not valid JSON", sample);
		return;
	}
	for (const candidate of postsIn(value)) {
		const notice = noticeOf(candidate);
		if (notice !== null) {
			out.count(`notices (${notice})`);
			continue;
		}
		tally.read += 1;
		const post = toPost(candidate);
		if (typeof post === "string") reject(line, post, sample);
		else take(post, line);
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
	const value: unknown = JSON.parse(text);
	const needsExact = postsIn(value).some(
		(post) =>
			isObject(post) &&
			typeof post.id_str !== "string" &&
			typeof post.id === "number" &&
			!Number.isSafeInteger(post.id),
	);
	return needsExact ? JSON.parse(text, keepLargeIntegers) : value;
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
function postsIn(value: unknown): unknown[] {
	if (!isObject(value)) return [value];
	if (isObject(value.tweet)) return [value.tweet];
	if (isObject(value.data)) return [value.data];
	for (const key of LISTS) {
		const list = value[key];
		if (Array.isArray(list)) return list;
	}
	return [value];
}

function noticeOf(value: unknown): string | null {
	if (!isObject(value)) return null;
	const [key, ...others] = Object.keys(value);
	return key !== undefined && others.length === 0 && NOTICES.has(key)
		? key
		: null;
}

/** The post that an object of any of the formats tells, or why it tells none. */
export function toPost(value: unknown): Post | string {
	if (!isObject(value)) return "not a JSON object";
	const id = idOf(value);
	if (id === null) return "no id: the post has neither id_str nor id";
	const created = value.created_at;
	if (typeof created !== "string" && typeof created !== "number")
		return "no time: the post has no created_at";
	const time = parseTime(String(created));
	if (time === null) return `not a time: created_at is ${String(created)}`;
	const extended = isObject(value.extended_tweet) ? value.extended_tweet : null;
	const text = cleaned(value.full_text ?? extended?.full_text ?? value.text);
	const user = isObject(value.user) ? value.user : null;
	const screenName = cleaned(user?.screen_name);
	return {
		id,
		author: screenName ?? authorOf(value, user),
		createdAt: time.micros,
		isRepost: isRepost(value, text),
		tags: tagsOf(value, text),
		text,
		url: urlOf(value, screenName, id),
	};
}

function idOf(value: Readonly<Record<string, unknown>>): string | null {
	const text = cleaned(value.id_str) ?? cleaned(value.id);
	if (text !== null) return text;
	return typeof value.id === "number" && Number.isSafeInteger(value.id)
		? String(value.id)
		: null;
}

function authorOf(
	value: Readonly<Record<string, unknown>>,
	user: Readonly<Record<string, unknown>> | null,
): string | null {
	const author = isObject(value.author) ? value.author : null;
	return (
		cleaned(value.author) ??
		cleaned(author?.screen_name) ??
		cleaned(author?.username) ??
		cleaned(user?.username) ??
		cleaned(value.screen_name) ??
		cleaned(value.username)
	);
}

/** Newer archives mark a repost by nothing but its text. */
function isRepost(
	value: Readonly<Record<string, unknown>>,
	text: string | null,
): boolean {
	return (
		isObject(value.retweeted_status) ||
		(Array.isArray(value.referenced_tweets) &&
			value.referenced_tweets.some(
				(other) => isObject(other) && other.type === "retweeted",
			)) ||
		/^RT @\w+:/.test(text ?? "")
	);
}

/**
 * The post's own tags, of a repost too: as listed, of a long post for its whole
 * text, else as its text has them.
 */
function tagsOf(
	value: Readonly<Record<string, unknown>>,
	text: string | null,
): string[] {
	const extended = isObject(value.extended_tweet) ? value.extended_tweet : {};
	const listed = [extended.entities, value.entities]
		.map((entities) => (isObject(entities) ? entities.hashtags : null))
		.find(Array.isArray);
	if (listed === undefined) return text === null ? [] : hashtagsIn(text);
	const tags: string[] = [];
	for (const entity of listed) {
		const tag = isObject(entity)
			? (cleaned(entity.text) ?? cleaned(entity.tag))
			: null;
		if (tag !== null) tags.push(foldTag(tag));
	}
	return tags;
}

/** The post's own address, else Twitter's where the post is one of Twitter's. */
function urlOf(
	value: Readonly<Record<string, unknown>>,
	screenName: string | null,
	id: string,
): string | null {
	if (value.url !== undefined) {
		const url = cleaned(value.url);
		return url !== null && /^https?:\/\//i.test(url) ? url : null;
	}
	return screenName !== null && /^\w+$/.test(screenName) && /^\d+$/.test(id)
		? `https://twitter.com/${screenName}/status/${id}`
		: null;
}

/** A text without what UTF-8 cannot hold; null for an empty one and for no text. */
function cleaned(value: unknown): string | null {
	if (typeof value !== "string" || value === "") return null;
	return value.toWellFormed().replaceAll("\0", "\uFFFD");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
