import { foldTag, hashtagsIn } from "../posts/hashtags.ts";
import { htmlText } from "./html-text.ts";
import { isObject, type JsonObject } from "./json-object.ts";
import { otherThanPost, withUsualNames } from "./network-posts.ts";
import { parseTime } from "./time.ts";

/** A post as its file tells it. */
export interface Post {
	readonly id: string;
	readonly author: string | null;
	/** Microseconds since 1970, UTC, in whole milliseconds, from 1970 to 2099. */
	readonly createdAt: number;
	/** When it was changed last, likewise; null where that is not told. */
	readonly editedAt: number | null;
	readonly isRepost: boolean;
	/** Lower-cased, in order, one for each occurrence. */
	readonly tags: readonly string[];
	readonly text: string | null;
	readonly url: string | null;
}

const END_MICROS = Date.UTC(2100, 0) * 1000;

/** Activities of an outbox that make a post; others are about one. */
const POSTING = new Set(["Create", "Announce"]);

/**
 * Whether an object is an ActivityStreams activity, which wraps what it is about:
 * https://www.w3.org/TR/activitystreams-core/#activities
 */
function isActivity(value: JsonObject): boolean {
	return (
		typeof value.type === "string" &&
		(isObject(value.object) || typeof value.object === "string")
	);
}

/** Records of AT Protocol that are posts; others are about one, or of a person. */
const RECORDS = new Set(["app.bsky.feed.post", "app.bsky.feed.repost"]);

/**
 * The type of a value that makes no post: an activity such as `Like`, a record such as
 * `app.bsky.feed.like`, a message of Telegram's that says what was done; null for any other.
 */
export function otherActivity(value: unknown): string | null {
	if (!isObject(value)) return null;
	if (isActivity(value))
		return POSTING.has(String(value.type)) ? null : String(value.type);
	const other = otherThanPost(value);
	if (other !== null) return other;
	const { $type: record } = recordIn(withUsualNames(value));
	if (typeof record === "string") return RECORDS.has(record) ? null : record;
	return value.type === "service" ? value.type : null;
}

/**
 * A record of AT Protocol with what stands around it: `{"uri", "value"}` as a repository
 * lists it, `{"post": {"uri", "author", "record"}}` as a feed does. Anything else stays.
 */
function recordIn(value: JsonObject): JsonObject {
	if (isObject(value.value) && typeof value.value.$type === "string")
		return { ...value.value, uri: value.uri };
	const post = isObject(value.post) ? value.post : value;
	if (!isObject(post.record)) return value;
	const { uri, author } = post;
	return { ...post.record, uri, author, reason: value.reason };
}

/**
 * The post that an object of any of the formats tells, or why it tells none. Networks and
 * programs name the same things differently; the first name that is there counts.
 */
export function toPost(
	value: unknown,
	/** Of Telegram's, whose messages count from 1 in each. */
	chat: string | null = null,
): Post | string {
	if (!isObject(value)) return "not a JSON object";
	return isActivity(value)
		? fromActivity(value)
		: fromStatus(recordIn(withUsualNames(documentIn(value))), chat);
}

/** Whether a reason of {@link toPost}'s says that a value lacks what makes a post, and not that it is told wrongly. */
export function isOtherThanPost(reason: string): boolean {
	return /^(?:no \w+:|not a JSON object)/.test(reason);
}

/** How MongoDB writes down what JSON has no type for: https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/ */
const EXTENDED = [
	...["$oid", "$date", "$numberLong", "$numberInt", "$numberDouble"],
];

/** A document of a MongoDB's export with plain members; its `_id` is one where it has no other. Anything else stays. */
function documentIn(value: JsonObject): JsonObject {
	if (value._id === undefined) return value;
	const { _id, ...members } = Object.fromEntries(
		Object.entries(value).map(([name, member]) => [name, extended(member)]),
	);
	return { id: _id, ...members };
}

function extended(member: unknown): unknown {
	if (!isObject(member)) return member;
	const name = EXTENDED.find((each) => member[each] !== undefined);
	return name === undefined ? member : extended(member[name]);
}

/** Members that tell when; of Telegram's two and WordPress's, `date` lacks its zone. */
const TIMES = [
	...["created_at", "createdAt", "created_utc", "date_unixtime", "published"],
	...["date_published", "timestamp", "date_gmt", "date"],
];

/** Members that hold the text, plain or as HTML. */
const TEXTS = [
	...["text", "content", "content_text", "content_html", "body", "selftext"],
	"message",
];

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

/** Members that tell when a post was changed; Reddit's `edited` may be false. */
const EDITS = [
	...["edited_at", "editedAt", "edited_unixtime", "edited"],
	...["updated_at", "updatedAt", "updated", "modified_gmt", "modified"],
];

/** The first time among members that tell of a change; null where there is none. */
function editedAt(value: JsonObject | null): number | null {
	for (const name of EDITS) {
		const told = value?.[name];
		const time =
			typeof told === "string" || typeof told === "number"
				? editTime(String(told))
				: null;
		if (time !== null) return time;
	}
	return null;
}

/** As {@link postTime}, null for what is none: a post without it is one all the same. */
export function editTime(text: string): number | null {
	const time = postTime(text);
	return typeof time === "number" ? time : null;
}

function fromStatus(value: JsonObject, chat: string | null): Post | string {
	const id = idOf(value, chat);
	if (id === null) return "no id: the post has neither id_str nor id nor uri";
	const member = TIMES.find((name) =>
		["string", "number"].includes(typeof value[name]),
	);
	if (member === undefined)
		return `no time: the post has no ${TIMES.join(" or ")}`;
	const created = String(value[member]);
	const createdAt = postTime(created);
	if (typeof createdAt === "string")
		return `${createdAt}: ${member} is ${created}`;
	const text = textOf(value);
	const isOther = member !== "created_at" && value.$type === undefined;
	if (isOther && [...TEXTS, "title"].every((name) => value[name] === undefined))
		return `no text: the post has no ${TEXTS.join(" or ")}`;
	const user = isObject(value.user) ? value.user : null;
	const screenName = cleaned(user?.screen_name);
	return {
		id,
		author: screenName ?? authorOf(value, user),
		createdAt,
		editedAt: editedAt(value),
		isRepost: isRepost(value, text),
		tags: tagsOf(value, text),
		text,
		url: urlOf(value, screenName, id),
	};
}

/** What Twitter and Reddit write for signs of HTML. */
const SIGNS: Readonly<Record<string, string>> = {
	"&amp;": "&",
	"&lt;": "<",
	"&gt;": ">",
};

/** Whether the text of a post is written as HTML has it, though it is plain: Twitter's and Reddit's. */
function isEscaped(value: JsonObject): boolean {
	return (
		typeof value.id_str === "string" ||
		(isObject(value.user) && typeof value.user.screen_name === "string") ||
		typeof value.full_text === "string" ||
		isObject(value.entities) ||
		Array.isArray(value.edit_history_tweet_ids) ||
		value.created_utc !== undefined
	);
}

function textOf(value: JsonObject): string | null {
	const text = writtenText(value);
	return text === null || !isEscaped(value)
		? text
		: text.replaceAll(/&(?:amp|lt|gt);/g, (sign) => SIGNS[sign] ?? sign);
}

/** What Reddit writes in place of what somebody has taken away. */
const GONE = /^\[(?:deleted|removed)\]$/;

/** The text as it stands, of a submission of Reddit's with its title before. */
function writtenText(value: JsonObject): string | null {
	const extended = isObject(value.extended_tweet) ? value.extended_tweet : null;
	const long = cleaned(value.full_text) ?? cleaned(extended?.full_text);
	if (long !== null) return long;
	const [text = null] = TEXTS.flatMap((name) => {
		const found = cleaned(joined(value[name]));
		return found === null || GONE.test(found) ? [] : found;
	});
	const plain =
		text !== null && HTML.test(text) ? cleaned(htmlText(text)) : text;
	const title = cleaned(joined(value.title));
	return title === null
		? plain
		: [title, plain].filter((part) => part !== null).join("\n\n");
}

/** A text of Mastodon and its like is a paragraph, or begins with one. */
const HTML = /^\s*<(?:p|div|span|a|br|ul|ol|h\d|blockquote|figure)\b[^>]*>/i;

/** Telegram's list of texts, some with what they are, as one text; WordPress's HTML as its text. */
function joined(text: unknown): unknown {
	if (isObject(text) && typeof text.rendered === "string")
		return htmlText(text.rendered);
	return Array.isArray(text)
		? text
				.map((part) => (isObject(part) ? part.text : part))
				.filter((part) => typeof part === "string")
				.join("")
		: text;
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
		editedAt: editedAt(note),
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

function idOf(value: JsonObject, chat: string | null): string | null {
	const text = cleaned(value.id_str) ?? cleaned(value.id) ?? cleaned(value.uri);
	if (text !== null) return text;
	if (typeof value.id !== "number" || !Number.isSafeInteger(value.id))
		return null;
	// Who writes stands for the chat where that is not told.
	const within =
		chat ?? (value.date_unixtime === undefined ? null : cleaned(value.from_id));
	return within === null ? String(value.id) : `${within}/${value.id}`;
}

function authorOf(value: JsonObject, user: JsonObject | null): string | null {
	const author = isObject(value.author) ? value.author : null;
	const account = isObject(value.account) ? value.account : null;
	const own = cleaned(value.author);
	if (own !== null) return GONE.test(own) ? null : own;
	return (
		cleaned(author?.screen_name) ??
		cleaned(author?.username) ??
		cleaned(author?.handle) ??
		cleaned(author?.name) ??
		cleaned(account?.acct) ??
		cleaned(account?.username) ??
		cleaned(user?.username) ??
		cleaned(value.screen_name) ??
		cleaned(value.username) ??
		cleaned(value.from) ??
		cleaned(value.blog_name) ??
		accountOfRecord(value.uri)
	);
}

/** Who has made a record of AT Protocol, by its address. */
function accountOfRecord(uri: unknown): string | null {
	return /^at:\/\/([^/]+)\//.exec(cleaned(uri) ?? "")?.[1] ?? null;
}

/** Newer archives mark a repost by nothing but its text. */
function isRepost(value: JsonObject, text: string | null): boolean {
	return (
		isObject(value.retweeted_status) ||
		isObject(value.reblog) ||
		typeof value.forwarded_from === "string" ||
		value.$type === "app.bsky.feed.repost" ||
		// Misskey's, without a text of its own.
		(typeof value.renoteId === "string" && text === null) ||
		(isObject(value.reason) &&
			value.reason.$type === "app.bsky.feed.defs#reasonRepost") ||
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
		.concat(areNamed(value.tags) ? [value.tags] : null)
		.find(Array.isArray);
	if (listed === undefined) return plainTags(value, text);
	const tags: string[] = [];
	for (const entity of listed) {
		const tag = isObject(entity)
			? (cleaned(entity.text) ?? cleaned(entity.tag) ?? cleaned(entity.name))
			: null;
		if (tag !== null) tags.push(foldTag(tag));
	}
	return tags;
}

/**
 * Tags that are listed by nothing but their names: as `hashtags`, of Tumblr as `tags`, which
 * its texts hold none of; else those of the text, of AT Protocol with what is listed beside.
 */
function plainTags(value: JsonObject, text: string | null): string[] {
	const own = namesIn(value.hashtags);
	if (own.length > 0) return own;
	const listed = namesIn(value.tags);
	if (typeof value.blog_name === "string" && listed.length > 0) return listed;
	const tags = text === null ? [] : hashtagsIn(text);
	return value.$type === "app.bsky.feed.post" ? [...tags, ...listed] : tags;
}

/** Names of tags, with or without their sign; none where one is no text. */
function namesIn(list: unknown): string[] {
	if (!Array.isArray(list)) return [];
	const names = list.map((name) => cleaned(name)?.replace(/^[#\uFF03]/, ""));
	return names.every((name) => name)
		? names.map((name) => foldTag(name ?? ""))
		: [];
}

/** Whether tags are listed as Mastodon's API does it; elsewhere a list may be of other things, and an empty one says nothing. */
function areNamed(tags: unknown): tags is readonly JsonObject[] {
	return (
		Array.isArray(tags) &&
		tags.length > 0 &&
		tags.every((tag) => isObject(tag) && typeof tag.name === "string")
	);
}

/** The post's own address, else the network's where the post tells which it is. */
function urlOf(
	value: JsonObject,
	screenName: string | null,
	id: string,
): string | null {
	const own = ownAddress(value.permalink) ?? ownAddress(id);
	if (own !== null) return own;
	if (isObject(value.reblog))
		return webAddress(value.url) ?? webAddress(value.reblog.url);
	if (value.url !== undefined) return webAddress(value.url);
	if (value.post_url !== undefined) return webAddress(value.post_url);
	// WordPress's; of other networks it is what the post tells of.
	if (isObject(value.content)) return webAddress(value.link);
	return screenName !== null && /^\w+$/.test(screenName) && /^\d+$/.test(id)
		? `https://twitter.com/${screenName}/status/${id}`
		: null;
}

/** The page of a post by its path at Reddit, or by its place in AT Protocol; null for anything else. */
export function ownAddress(told: unknown): string | null {
	const text = cleaned(told) ?? "";
	if (/^\/(?:r|user)\//.test(text)) return `https://www.reddit.com${text}`;
	const [, account, record] =
		/^at:\/\/([^/]+)\/app\.bsky\.feed\.post\/([^/]+)$/.exec(text) ?? [];
	return record === undefined
		? null
		: `https://bsky.app/profile/${account}/post/${record}`;
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
