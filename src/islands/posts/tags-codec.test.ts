import { expect, it } from "vitest";
import { tagsCodec } from "./tags-codec.ts";

it.each([[[]], [["lake"]], [["a,b", "100%", "%2c", "i̇", "ß", "日本"]]])(
	"%j goes there and back",
	(tags) => {
		expect(tagsCodec.parse(tagsCodec.format(tags))).toEqual(tags);
	},
);

it("forgives what people write", () => {
	expect(tagsCodec.parse("Lake,,lake,WIND")).toEqual(["lake", "wind"]);
});
