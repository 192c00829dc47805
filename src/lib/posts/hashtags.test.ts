import { expect, test } from "vitest";
import { foldTag, hashtagsIn, shownTag, toldTags } from "./hashtags.ts";

test("a tag is any script's letters, marks, digits and connectors", () => {
	expect(
		hashtagsIn(
			"#Zürich, ＃東京 und ﹟नमस्ते! (#snake_case) #2014er #Caffe\u0301",
		),
	).toEqual(["zürich", "東京", "नमस्ते", "snake_case", "2014er", "caffe\u0301"]);
});

test("every occurrence counts, in order", () => {
	expect(hashtagsIn("#A #b #a")).toEqual(["a", "b", "a"]);
});

test("emoji belong to a tag", () => {
	expect(hashtagsIn("#🎉 and #pride🏳️‍🌈!")).toEqual(["🎉", "pride🏳️‍🌈"]);
});

test("a sign within a word starts no tag, a second sign ends the first", () => {
	expect(hashtagsIn("abc#def 東#京 1#x #a#b ##c .#d")).toEqual(["a", "c", "d"]);
});

test("digits alone, entities and a bare sign are no tags", () => {
	expect(hashtagsIn("#1 #2014 ＃１２ &#39;s &#x27; # #! #-x")).toEqual([]);
});

test("fragments of addresses are no tags", () => {
	expect(
		hashtagsIn(
			"http://x.org/#abc https://x.org/a?b=#c www.x.org/#d http://x.org/#東京 #yes",
		),
	).toEqual(["yes"]);
});

test("words and points in a row take time in step with their length", () => {
	const milliseconds = (length: number) => {
		const text = "a.".repeat(length);
		const start = process.cpuUsage();
		hashtagsIn(text);
		const { user, system } = process.cpuUsage(start);
		return (user + system) / 1000;
	};
	milliseconds(50_000);
	expect(milliseconds(400_000)).toBeLessThan(
		// By the square it would be 64 times.
		20 * Math.max(5, milliseconds(50_000)),
	);
});

test("a tag ends at punctuation", () => {
	expect(hashtagsIn("#co-op #c++ #it's #end.")).toEqual([
		"co",
		"c",
		"it",
		"end",
	]);
});

test("lower case is Unicode's and is reached in one step", () => {
	expect(["İ", "STRASSE", "ß", "ＡＢ", "ΟΔΟΣ"].map(foldTag)).toEqual([
		"i\u0307",
		"strasse",
		"ß",
		"ａｂ",
		"οδος",
	]);
	for (const tag of ["İstanbul", "ǅ", "Ω", "ẞ", "Å"])
		expect(foldTag(foldTag(tag))).toBe(foldTag(tag));
});

test("a tag that was found is found again behind a sign of its own", () => {
	const text = "#Ünïcode x #日本語 ＃ＡＢ #a_b🎉 #naïve";
	for (const tag of hashtagsIn(text))
		expect(hashtagsIn(`#${tag}`)).toEqual([tag]);
});

test("a tag is shown with its sign, and turns nothing around it", () => {
	expect(shownTag("zürich")).toBe("#zürich");
	expect(shownTag("\u202eabc\u2067\u2069")).toBe("#abc");
	expect(shownTag("שלום")).toBe("#שלום");
});

test("several tags are listed as a sentence does", () => {
	expect(toldTags(["a"])).toBe("#a");
	expect(toldTags(["a", "b"])).toBe("#a and #b");
	expect(toldTags(["a", "b", "\u202ec"])).toBe("#a, #b and #c");
});

test("a sentence cuts a tag that would fill it, between letters", () => {
	expect(toldTags(["x".repeat(59)])).toBe(`#${"x".repeat(59)}`);
	const told = toldTags(["🚲".repeat(500)]);
	expect([...told]).toHaveLength(60);
	expect(told.isWellFormed()).toBe(true);
	expect(told.endsWith("🚲…")).toBe(true);
});
