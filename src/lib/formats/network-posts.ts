import { htmlText } from "./html-text.ts";
import { isObject, type JsonObject } from "./json-object.ts";

/**
 * A post of a network that names its members otherwise than most, with the names that others
 * have: of a stream or a repository of AT Protocol, of Hacker News, of Slack. Anything else stays.
 */
export function withUsualNames(value: JsonObject): JsonObject {
	return (
		fromStream(value) ??
		fromHackerNews(value) ??
		fromSearch(value) ??
		fromSlack(value) ??
		value
	);
}

/** Messages of Slack's that somebody wrote, besides those without a subtype; others say what was done. */
const WRITTEN = ["bot_message", "file_share", "me_message", "thread_broadcast"];

/** Kinds of Discord's messages that somebody wrote, as DiscordChatExporter names them. */
const WRITTEN_ON_DISCORD = ["Default", "Reply"];

/** What an object of one of these networks tells that is no post; null for any other. */
export function otherThanPost(value: JsonObject): string | null {
	const { kind, type, subtype } = value;
	if (typeof value.did === "string" && typeof kind === "string") {
		const { commit } = value;
		if (!isObject(commit)) return kind;
		return commit.operation === "delete" ? "delete" : null;
	}
	if (isOfHackerNews(value) && (value.deleted === true || value.dead === true))
		return "delete";
	if (isOfSlack(value) && typeof subtype === "string")
		return WRITTEN.includes(subtype) ? null : subtype;
	if (typeof value.isPinned === "boolean" && typeof type === "string")
		return WRITTEN_ON_DISCORD.includes(type) ? null : type;
	return isToSomebody(value) ? "message" : null;
}

/** Whether it is a message of Facebook or Instagram, from one person to others. */
function isToSomebody(value: JsonObject): boolean {
	return (
		typeof value.sender_name === "string" &&
		typeof value.timestamp_ms === "number"
	);
}

/** Jetstream's, of which the record lies in what was done to a repository. */
function fromStream({ did, commit }: JsonObject): JsonObject | null {
	if (typeof did !== "string" || !isObject(commit)) return null;
	if (!isObject(commit.record)) return null;
	const uri = `at://${did}/${String(commit.collection)}/${String(commit.rkey)}`;
	return { ...commit.record, uri };
}

function isOfHackerNews(value: JsonObject): boolean {
	return typeof value.time === "number" && typeof value.type === "string";
}

/** An item of Hacker News, as its API and dumps have it. */
function fromHackerNews(value: JsonObject): JsonObject | null {
	if (!isOfHackerNews(value) || typeof value.by !== "string") return null;
	return {
		id: value.id,
		timestamp: value.time,
		author: value.by,
		...ofHackerNews(value.id, value.title, value.text),
	};
}

/** What Hacker News's search finds. */
function fromSearch(value: JsonObject): JsonObject | null {
	const { objectID: id, created_at } = value;
	if (typeof id !== "string" || !Array.isArray(value._tags)) return null;
	const text = value.comment_text ?? value.story_text;
	return {
		...{ id, created_at, author: value.author },
		...ofHackerNews(id, value.title, text),
	};
}

/** Its texts are HTML whose first paragraph has no tag; `url` is what a story tells of. */
function ofHackerNews(id: unknown, title: unknown, text: unknown): JsonObject {
	return {
		title,
		text: typeof text === "string" ? htmlText(text) : "",
		url: `https://news.ycombinator.com/item?id=${String(id)}`,
	};
}

function isOfSlack(value: JsonObject): boolean {
	return value.type === "message" && typeof value.ts === "string";
}

/** A message of Slack's, which its time tells from the others. */
function fromSlack(value: JsonObject): JsonObject | null {
	if (!isOfSlack(value) || typeof value.text !== "string") return null;
	const { ts, user, username, user_profile: profile, edited } = value;
	const names = isObject(profile)
		? [profile.display_name, profile.real_name, profile.name]
		: [];
	return {
		id: [user, ts].filter((part) => part !== undefined).join("/"),
		timestamp: ts,
		edited_at: isObject(edited) ? edited.ts : null,
		author: [...names, username, user].find((name) => name) ?? null,
		text: unmarked(value.text),
	};
}

/** Slack's text without its marks: `<https://a.example|a>` is `a`, `&amp;` is `&`. */
function unmarked(text: string): string {
	return text
		.replaceAll(
			/<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>/g,
			(_, sign, told, label) =>
				label ? label : `${sign === "@" ? "@" : ""}${told}`,
		)
		.replaceAll("&lt;", "<")
		.replaceAll("&gt;", ">")
		.replaceAll("&amp;", "&");
}
