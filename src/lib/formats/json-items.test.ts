import { describe, expect, test } from "vitest";
import { type JsonItem, jsonLines, jsonListItems } from "./json-items.ts";

async function* inChunks(text: string, size: number) {
	const bytes = Buffer.from(text);
	for (let start = 0; start < bytes.length; start += size)
		yield bytes.subarray(start, start + size);
}

async function collect(items: AsyncIterable<JsonItem>) {
	const all: [line: number, text: string][] = [];
	for await (const { line, bytes } of items)
		all.push([line, Buffer.from(bytes).toString().trim()]);
	return all;
}

const DOCUMENT = `x = {"meta": {"list": [0], "t": "\\"list\\": ["},
 "other": [[1], 2],
 "list": [
  {"a": "]}\\\\", "b": [1, {"c": "é🎉"}]},
  "text, with \\" and ]", 17,
  [ [], {} ]  , null
 ], "more": {"list": [3]}
};
`;

describe("the values of a list", () => {
	const expected = [
		[4, '{"a": "]}\\\\", "b": [1, {"c": "é🎉"}]}'],
		[5, '"text, with \\" and ]"'],
		[5, "17"],
		[6, "[ [], {} ]"],
		[6, "null"],
	];

	test.each([1, 2, 3, 5, 7, 64, 10_000])(
		"are the same in chunks of %i bytes",
		async (size) => {
			expect(
				await collect(jsonListItems(inChunks(DOCUMENT, size), 4, ["list"])),
			).toEqual(expected);
		},
	);

	test("are those of the document itself where it is a list", async () => {
		for (const value of [[], [1, "a", null], [[[]], { list: [1] }]])
			for (const text of [
				JSON.stringify(value),
				JSON.stringify(value, null, 2),
			])
				expect(
					(await collect(jsonListItems(inChunks(text, 3), 0, ["list"]))).map(
						([, item]) => JSON.parse(item),
					),
				).toEqual(value);
	});

	test("are refused wherever the document is cut", async () => {
		const whole = DOCUMENT.trimEnd().replace(/;$/, "");
		for (let length = 5; length < whole.length; length += 1)
			await expect(
				collect(
					jsonListItems(inChunks(whole.slice(0, length), 11), 4, ["list"]),
				),
			).rejects.toThrow("cut off");
	});

	test("stop where a quote is left open, before memory does", async () => {
		async function* endless() {
			yield Buffer.from('["');
			for (;;) yield Buffer.alloc(1 << 20, "x");
		}
		await expect(collect(jsonListItems(endless(), 0, []))).rejects.toThrow(
			"longer than 16 MB",
		);
		await expect(collect(jsonLines(endless()))).rejects.toThrow(
			"longer than 16 MB",
		);
	});
});

describe("lines", () => {
	test.each([1, 2, 3, 1000])(
		"are the same in chunks of %i bytes",
		async (size) => {
			expect(
				await collect(jsonLines(inChunks("\n{}\r\n  \n[1]\n\n\n{é}", size))),
			).toEqual([
				[2, "{}"],
				[4, "[1]"],
				[7, "{é}"],
			]);
		},
	);
});
