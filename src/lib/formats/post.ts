import { foldTag, hashtagsIn } from "../hashtags.ts";
import { htmlText } from "./html-text.ts";
import { parseTime } from "./time.ts";

/** A post as its file tells it. */
export interface Post {
	readonly id: string;
	readonly author: string | null;
	/** Microseconds since 1970, UTC, in whole milliseconds, from 1970 to 2099. */
	readonly createdAt: number;
	readonly isRepost: boolean;
	/** Lower-cased, in order, one for each occurrence. */
	readonly tags: readonly string[];
	readonly text: string | null;
	readonly url: string | null;
}

const END_MICROS = Date.UTC(2100, 0) * 1000;

type JsonObject = Readonly<Record<string, unknown>>;

/** Activities of an outbox that make a post; others are about one. */
const POSTING = new Set(["Create", "Announce"]);

/**
 * Whether an object is an ActivityStreams activity, which wraps what it is about:
 * https://www.w3.org/TR/activitystreams-core/#activities
 */
function isActivity(value: unknown): value is JsonObject {
	return (
		isObject(value) &&
		typeof value.type === "string" &&
		(isObject(value.object) || typeof value.object === "string")
	);
}

/** The type of an activity that makes no post: `Like`, `Delete`; null for any other value. */
export function otherActivity(value: unknown): string | null {
	return isActivity(value) && !POSTING.has(String(value.type))
		? String(value.type)
		: null;
}

/** The post that an object of any of the formats tells, or why it tells none. */
export function toPost(value: unknown): Post | string {
	if (!isObject(value)) return "not a JSON object";
	return isActivity(value) ? fromActivity(value) : fromStatus(value);
}

/**
 * A post's time in microseconds since 1970, or why it is none. It is cut to the
 * millisecond, as the ends of windows are: the last post lies in the window that it
 * ends. No network is older than 1970, and a page counts every day between the first
 * post and the last.
 */
export function postTime(text: string): number | string {
	const time = parseTime(text);
	if (time === null) return "not a time";
	return time.micros < 0 || time.micros >= END_MICROS
		? "not between 1970 and 2099"
		: Math.floor(time.micros / 1000) * 1000;
}

function fromStatus(value: JsonObject): Post | string {
	const id = idOf(value);
	if (id === null) return "no id: the post has neither id_str nor id";
	const created = value.created_at;
	if (typeof created !== "string" && typeof created !== "number")
		return "no time: the post has no created_at";
	const createdAt = postTime(String(created));
	if (typeof createdAt === "string")
		return `${createdAt}: created_at is ${String(created)}`;
	const extended = isObject(value.extended_tweet) ? value.extended_tweet : null;
	const text = cleaned(value.full_text ?? extended?.full_text ?? value.text);
	const user = isObject(value.user) ? value.user : null;
	const screenName = cleaned(user?.screen_name);
	return {
		id,
		author: screenName ?? authorOf(value, user),
		createdAt,
		isRepost: isRepost(value, text),
		tags: tagsOf(value, text),
		text,
		url: urlOf(value, screenName, id),
	};
}

/**
 * A post of an ActivityPub outbox: what was created, or another's that was announced,
 * of which no more than the address is told.
 */
function fromActivity(activity: JsonObject): Post | string {
	const note = isObject(activity.object) ? activity.object : null;
	const isRepost = activity.type === "Announce";
	const id = cleaned(isRepost ? activity.id : (note?.id ?? activity.id));
	if (id === null) return `no id: the ${activity.type} has none`;
	const published = isRepost
		? activity.published
		: (note?.published ?? activity.published);
	if (typeof published !== "string")
		return `no time: the ${activity.type} has no published`;
	const createdAt = postTime(published);
	if (typeof createdAt === "string")
		return `${createdAt}: published is ${published}`;
	const html = cleaned(note?.content);
	const text = html === null ? null : cleaned(htmlText(html));
	return {
		id,
		author: accountOf(activity.actor ?? note?.attributedTo),
		createdAt,
		isRepost,
		tags: activityTags(note, text),
		text,
		url: isRepost
			? webAddress(note?.url ?? note?.id ?? activity.object)
			: (webAddress(note?.url) ?? webAddress(note?.id)),
	};
}

/** `ada@social.example` for `https://social.example/users/ada`. */
function accountOf(actor: unknown): string | null {
	const address = cleaned(isObject(actor) ? actor.id : actor);
	const [, host, name] =
		/^https?:\/\/([^/?#]+)\/(?:[^?#]*\/)?@?([^/?#]+)\/?$/i.exec(
			address ?? "",
		) ?? [];
	return name === undefined ? address : `${name}@${host}`;
}

/** Tags as listed, with or without their sign, else as the text has them. */
function activityTags(note: JsonObject | null, text: string | null): string[] {
	if (!Array.isArray(note?.tag)) return text === null ? [] : hashtagsIn(text);
	const tags: string[] = [];
	for (const entry of note.tag) {
		if (!isObject(entry) || entry.type !== "Hashtag") continue;
		const tag = cleaned(entry.name)?.replace(/^[#\uFE5F\uFF03]/, "");
		if (tag) tags.push(foldTag(tag));
	}
	return tags;
}

function idOf(value: JsonObject): string | null {
	const text = cleaned(value.id_str) ?? cleaned(value.id);
	if (text !== null) return text;
	return typeof value.id === "number" && Number.isSafeInteger(value.id)
		? String(value.id)
		: null;
}

function authorOf(value: JsonObject, user: JsonObject | null): string | null {
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
function isRepost(value: JsonObject, text: string | null): boolean {
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
function tagsOf(value: JsonObject, text: string | null): string[] {
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
	value: JsonObject,
	screenName: string | null,
	id: string,
): string | null {
	if (value.url !== undefined) return webAddress(value.url);
	return screenName !== null && /^\w+$/.test(screenName) && /^\d+$/.test(id)
		? `https://twitter.com/${screenName}/status/${id}`
		: null;
}

/** An address that a link may lead to; null for anything else. */
export function webAddress(value: unknown): string | null {
	const url = cleaned(value);
	return url !== null && /^https?:\/\//i.test(url) ? url : null;
}

/** A text without what UTF-8 cannot hold; null for an empty one and for no text. */
export function cleaned(value: unknown): string | null {
	if (typeof value !== "string" || value === "") return null;
	return value.toWellFormed().replaceAll("\0", "\uFFFD");
}

export function isObject(value: unknown): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
