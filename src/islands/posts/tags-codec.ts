import { foldTag } from "../../lib/posts/hashtags.ts";
import type { Codec } from "../shared/url-state.ts";
import { MOST_COMPARED } from "./trends-model.ts";

/** Tags that everything is narrowed to at once, at most. */
export const MOST_TAGS = 10;

/** Longer than any tag that people write, in UTF-16 units. */
const MOST_LENGTH = 300;

/** Of an address, between commas: more are not looked at. */
const MOST_PARTS = 100;

/**
 * Tags in an address, parted by commas; a comma of a tag's own, which only listed
 * tags can hold, and a per cent sign are escaped. Case and order of hand-written
 * addresses are forgiven, repetitions too. Of too many the first count, and what is
 * too long is none.
 */
export const tagsCodec: Codec<readonly string[]> = {
	parse(text) {
		const tags = text
			.split(",", MOST_PARTS)
			.map((tag) => foldTag(tag.replaceAll("%2C", ",").replaceAll("%25", "%")))
			.filter((tag) => tag !== "" && tag.length <= MOST_LENGTH);
		return [...new Set(tags)].slice(0, MOST_TAGS);
	},
	format: (tags) =>
		tags
			.map((tag) => tag.replaceAll("%", "%25").replaceAll(",", "%2C"))
			.join(","),
};

/** Tags to compare, as many as can be; null, for the page's own choice, is absent, none is `-`. */
export const comparedCodec: Codec<readonly string[] | null> = {
	parse: (text) =>
		text === ""
			? null
			: tagsCodec.parse(text === "-" ? "" : text)?.slice(0, MOST_COMPARED),
	format: (tags) =>
		tags === null ? "" : tags.length === 0 ? "-" : tagsCodec.format(tags),
};
