import { expect, test } from "vitest";
import { sentenceOf } from "./error-sentence.ts";

test("an error is a sentence, and what it names keeps its letters", () => {
	expect(
		[
			"the network failed",
			"only queries can run here!",
			"ride_cells/level=20/a.parquet: the network failed",
			"json_extract needs an extension",
			"https://a.example/b.csv: the host answered 500",
		].map((message) => sentenceOf(new Error(message))),
	).toEqual([
		"The network failed.",
		"Only queries can run here!",
		"ride_cells/level=20/a.parquet: the network failed.",
		"json_extract needs an extension.",
		"https://a.example/b.csv: the host answered 500.",
	]);
	expect(sentenceOf("gone")).toBe("Gone.");
});
