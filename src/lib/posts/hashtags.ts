/**
 * Characters of a hashtag after its sign: `Continue` of UAX #31, UAX31-R8-1, less
 * `-`, `+` and `*`, at which people and networks end a tag.
 */
const CONTINUE =
	"(?:[\\p{XID_Continue}\\p{Extended_Pictographic}]|(?![#*])\\p{Emoji_Component})";

const HASHTAG = new RegExp(
	`(?<!${CONTINUE}|&)[#\\uFE5F\\uFF03](${CONTINUE}+)`,
	"gu",
);

const ONLY_DIGITS = /^(?:[\p{Nd}_]|\uFE0F|\u20E3)*$/u;

/**
 * An address up to the first character that none may hold bare, fragment included. No scheme is
 * longer: without a limit, words and points in a row would take time by their square.
 */
const ADDRESS =
	/\b(?:[a-z][a-z+.-]{0,31}:\/\/|www\.)[\x21-\x7e]*[^\s\p{P}\p{S}]*/giu;

/**
 * The hashtags of a text in order, one for each occurrence, lower-cased, without
 * their sign; for posts whose publisher does not list them.
 *
 * The rule is that of hashtag identifiers in UAX #31, *Unicode Identifiers and
 * Syntax* (definition D2, as a profile of requirement R8-1, see
 * https://www.unicode.org/reports/tr31/#hashtag_identifiers): one of `#`, `﹟`,
 * `＃`, not after a character that could continue a tag, then letters, marks,
 * digits, connectors and emoji of any script. The profile takes `-`, `+` and `*`
 * away and, as Twitter does, tags of nothing but digits (`#1`), what follows an
 * ampersand (`&#39;`) and what is part of an address (`http://x.org/#top`).
 */
export function hashtagsIn(text: string): string[] {
	const tags: string[] = [];
	for (const match of text.replace(ADDRESS, " ").matchAll(HASHTAG)) {
		const tag = match[1];
		if (tag !== undefined && !ONLY_DIGITS.test(tag)) tags.push(foldTag(tag));
	}
	return tags;
}

/**
 * The form in which a tag is counted: Unicode's lower case without regard to any
 * language, so `İ` becomes `i̇` (two code points) and `ß` stays. Not normalized:
 * what the publisher spells with other code points is another tag.
 */
export function foldTag(tag: string): string {
	return tag.toLowerCase();
}

/** Signs that turn the direction of what follows, beyond the tag too. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;

/** A tag with its sign, as it is shown beside other words. */
export function shownTag(tag: string): string {
	return `#${tag.replace(TURNING, "")}`;
}

/** Letters of a tag in a sentence, which a longer one would fill. */
const LONGEST_TOLD = 60;

/** A tag as a sentence names it: a very long one is cut. */
export function toldTag(tag: string): string {
	const letters = [...shownTag(tag)];
	return letters.length <= LONGEST_TOLD
		? letters.join("")
		: `${letters.slice(0, LONGEST_TOLD - 1).join("")}…`;
}

/** Tags as a sentence names them: `#a`, `#a and #b`, `#a, #b and #c`. */
export function toldTags(tags: readonly string[]): string {
	// British, which sets no comma before the last.
	const list = new Intl.ListFormat("en-GB", { type: "conjunction" });
	return list.format(tags.map(toldTag));
}
