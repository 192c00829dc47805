import { inspect } from "node:util";
import { expect, test } from "vitest";
import { resolveSource, Secrets } from "./secrets.ts";
import type { SourceSettings } from "./source-settings.ts";

const SOURCE: SourceSettings = {
	name: "station",
	into: "weather",
	url: "https://data.example/${PLACE}/a.csv?key=${KEY}",
	ending: ".csv",
	headers: { Authorization: "Bearer ${TOKEN}" },
	paging: null,
	requestsPerMinute: null,
	refresh: "when-changed",
	oauth2: null,
};

test("variables are filled in, in addresses encoded", () => {
	const environment = { PLACE: "a/b", KEY: "x&y=z", TOKEN: "t0k3n" };
	const source = resolveSource(SOURCE, environment, new Secrets());
	expect(source.url).toBe("https://data.example/a%2Fb/a.csv?key=x%26y%3Dz");
	expect(source.headers).toEqual({ Authorization: "Bearer t0k3n" });
	expect(source.variables).toEqual(["PLACE", "KEY", "TOKEN"]);
});

test("variables that are not set are named", () => {
	expect(() =>
		resolveSource(SOURCE, { PLACE: "a", KEY: "" }, new Secrets()),
	).toThrow(
		"the source station needs KEY, TOKEN: set the environment variables",
	);
	const broken = { PLACE: "a", KEY: "b", TOKEN: "hidden\n" };
	const resolve = () => resolveSource(SOURCE, broken, new Secrets());
	expect(resolve).toThrow("variable TOKEN holds a line break");
	expect(resolve).not.toThrow("hidden");
});

test("a secret is hidden in every encoding, the longest first", () => {
	const secrets = new Secrets();
	secrets.hide('pa ss/"word', "${A}");
	secrets.hide('pa ss/"word-2', "${B}");
	expect(secrets.redact('x pa ss/"word y pa ss/"word-2')).toBe("x ${A} y ${B}");
	expect(secrets.redact("?k=pa%20ss%2F%22word&l=pa+ss%2F%22word")).toBe(
		"?k=${A}&l=${A}",
	);
	expect(secrets.redact(JSON.stringify({ a: 'pa ss/"word' }))).toBe(
		'{"a":"${A}"}',
	);
	expect(secrets.redact(btoa('pa ss/"word'))).toBe("${A}");
});

test("an error is shown whole, without secrets", () => {
	const secrets = new Secrets();
	secrets.hide("s3cr3t", "${KEY}");
	const cause = Object.assign(new TypeError("no s3cr3t"), {
		code: "ERR_INVALID_URL",
		input: "https://data.example/?key=s3cr3t",
	});
	const shown = secrets.redactError(new Error("with s3cr3t", { cause }));
	expect(shown).toMatchObject({
		message: "with ${KEY}",
		cause: { name: "TypeError", message: "no ${KEY}", code: "ERR_INVALID_URL" },
	});
	expect(inspect(shown)).not.toContain("s3cr3t");
});
