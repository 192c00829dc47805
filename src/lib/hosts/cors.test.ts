import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ANY_SITE, corsConfiguration, corsText } from "./cors.ts";

test("the README prints the configuration that the tests give to a real bucket", () => {
	const readme = readFileSync(
		new URL("../../../README.md", import.meta.url),
		"utf8",
	);
	const printed = corsText(ANY_SITE)
		.split("\n")
		.map((line) => `    ${line}`)
		.join("\n");
	expect(readme).toContain(printed);
	expect(JSON.parse(corsText("https://a.example"))).toEqual(
		corsConfiguration("https://a.example"),
	);
});
