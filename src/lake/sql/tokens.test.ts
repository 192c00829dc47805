import { expect, test } from "vitest";
import { tokenizeSql } from "./tokenize.ts";
import { isName } from "./tokens.ts";

test.each([
	["Flights", "FLIGHTS", true],
	['"a b"', "A B", true],
	["ä", "ä", true],
	["Ä", "ä", false],
	// The sign of the unit kelvin, which Unicode's lower case makes a k.
	["\u212A", "k", false],
	["'a'", "a", false],
])("%s names %s: %s", (sql, name, expected) => {
	expect(isName(tokenizeSql(sql)[0], name)).toBe(expected);
});
