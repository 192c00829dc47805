import { expect, it } from "vitest";
import { comparedCodec, MOST_TAGS, tagsCodec } from "./tags-codec.ts";
import { MOST_COMPARED } from "./trends-model.ts";

it.each([[[]], [["lake"]], [["a,b", "100%", "%2c", "i̇", "ß", "日本"]]])(
	"%j goes there and back",
	(tags) => {
		expect(tagsCodec.parse(tagsCodec.format(tags))).toEqual(tags);
	},
);

it("forgives what people write", () => {
	expect(tagsCodec.parse("Lake,,lake,WIND")).toEqual(["lake", "wind"]);
});

it("of an address that holds too much, as much counts as the page can use", () => {
	const many = Array.from({ length: 100_000 }, (_, at) => `tag${at}`);
	expect(tagsCodec.parse(many.join(","))).toEqual(many.slice(0, MOST_TAGS));
	expect(tagsCodec.parse(`${"x".repeat(1e6)},lake`)).toEqual(["lake"]);
});

it("an address compares as many tags as the page does, none, or the page's own", () => {
	const tags = Array.from({ length: 50 }, (_, at) => `tag${at}`);
	expect(comparedCodec.parse(tags.join(","))).toEqual(
		tags.slice(0, MOST_COMPARED),
	);
	for (const some of [null, [], ["a"], tags.slice(0, MOST_COMPARED)])
		expect(comparedCodec.parse(comparedCodec.format(some))).toEqual(some);
});
