import type { Hasher } from "../bytes/hash.ts";
import { hashtagsIn } from "../posts/hashtags.ts";
import { isObject, type JsonObject } from "./json-object.ts";
import { cleaned, editTime, type Post, postTime } from "./post.ts";

/**
 * Whether an object is a post of what Facebook, Instagram and Threads give their members:
 * without an id, and with its text within a list.
 */
export function isMetaPost(value: unknown): boolean {
	if (!isObject(value) || value.id !== undefined) return false;
	return mediaOf(value).length > 0 || isOfFacebook(value);
}

function isOfFacebook(value: JsonObject): boolean {
	return (
		typeof value.timestamp === "number" &&
		(Array.isArray(value.data) || Array.isArray(value.attachments)) &&
		// Of comments and reactions the list has other members.
		objectsIn(value.data).every((part) =>
			["post", "update_timestamp"].some((name) => part[name] !== undefined),
		)
	);
}

/** Pictures and films of a post of Instagram or Threads; empty for any other. */
function mediaOf(value: JsonObject): JsonObject[] {
	return objectsIn(value.media).filter(
		({ creation_timestamp }) => typeof creation_timestamp === "number",
	);
}

function objectsIn(list: unknown): JsonObject[] {
	return Array.isArray(list) ? list.filter(isObject) : [];
}

/**
 * The post of such an object, or why it tells none; null for any other. It has the hash of its time and text for
 * its id, of one without text that of its first file, so that a later export gives the same.
 */
export function metaPost(value: unknown, hash: Hasher): Post | string | null {
	if (!isObject(value) || !isMetaPost(value)) return null;
	const media = mediaOf(value);
	const [first] = media;
	const parts = objectsIn(value.data);
	const own = (name: string) =>
		parts.map((part) => part[name]).find((each) => each !== undefined);
	const told =
		media.length > 0
			? (cleaned(value.title) ?? cleaned(first?.title))
			: cleaned(own("post"));
	const time =
		value.timestamp ?? value.creation_timestamp ?? first?.creation_timestamp;
	const createdAt = postTime(String(time));
	if (typeof createdAt === "string") return `${createdAt}: ${String(time)}`;
	const text = told === null ? null : readable(told);
	const about = text ?? JSON.stringify(value.attachments ?? value.media ?? "");
	const edited = own("update_timestamp");
	return {
		id: hash(new TextEncoder().encode(`${String(time)} ${about}`)),
		author: null,
		createdAt,
		editedAt: edited === undefined ? null : editTime(String(edited)),
		isRepost: false,
		tags: text === null ? [] : hashtagsIn(text),
		text,
		url: null,
	};
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** A text whose letters are the bytes of UTF-8, as Meta writes them (`\u00c3\u00bc` for `ü`); others stay. */
function readable(text: string): string {
	const codes = Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
	if (codes.every((code) => code < 0x80) || codes.some((code) => code > 0xff))
		return text;
	try {
		return utf8.decode(Uint8Array.from(codes));
	} catch {
		return text;
	}
}
