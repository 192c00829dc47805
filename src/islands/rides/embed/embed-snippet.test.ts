import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { embedSnippet } from "./embed-snippet.ts";

test("the snippet is a frame of the same view, whatever the address holds", () => {
	for (const search of [
		"",
		"?view=47.66,9.18,12&draw=lines",
		"?name=%22%3E%3Cscript%3E&view=1,2,3",
	]) {
		const snippet = embedSnippet(
			`https://site.example/a/rides/${search}#there`,
			"https://site.example/a/",
		);
		const { document } = parseHTML(`<html><body>${snippet}</body></html>`);
		expect(document.body.children).toHaveLength(1);
		const frame = document.querySelector("iframe");
		expect(frame?.getAttribute("src")).toBe(
			`https://site.example/a/rides/embed/${search}`,
		);
		expect(frame?.getAttribute("title")).toBe("Map of rides");
	}
});
