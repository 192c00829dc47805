import { expect, test } from "vitest";
import { parseJson } from "./python-json.ts";

test.each([
	[
		'{"a":NaN,"b":[-Infinity, Infinity],"c":1}',
		{ a: null, b: [null, null], c: 1 },
	],
	['{"NaN":"NaN, \\" NaN \\\\","b":NaN}', { NaN: 'NaN, " NaN \\', b: null }],
	["[1]", [1]],
])("%s", (text, value) => {
	expect(parseJson(text)).toEqual(value);
});

test.each(['{"a":NaNs}', '{"a":"NaN}', "{NaN", '["\\"]'])(
	"%s stays what it is: no JSON",
	(text) => {
		expect(() => parseJson(text)).toThrow(SyntaxError);
	},
);

test("a string of some MB that is never closed takes no stack", () => {
	expect(() => parseJson(`{"a":NaN,"b":"${"x\\".repeat(3e6)}`)).toThrow(
		SyntaxError,
	);
});
