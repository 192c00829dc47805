import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { expect, test } from "vitest";
import { Loading } from "./states.tsx";

test("how much has come is told, and not read aloud as it grows", () => {
	const shown = [0, 1, 500_000, 2e6].map((bytes) =>
		renderToString(h(Loading, { what: "the engine", bytes, totalBytes: 2e6 })),
	);
	expect(new Set(shown).size).toBe(4);
	expect(shown[2]).toContain("500 kB of 2");
	const spoken = shown.map(
		(html) => /<(\w+) role="status">(.*?)<\/\1>/.exec(html)?.[2],
	);
	expect(new Set(spoken)).toEqual(new Set(["Loading the engine"]));
});
