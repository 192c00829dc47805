import { expect, test } from "vitest";
import { kindNamed } from "./kind.ts";

test.each([
	["Ride", "cycling"],
	[" BIKING ", "cycling"],
	["E-Bike_Ride", "e-biking"],
	["Cycling", "cycling"],
	["1", "cycling"],
	["Gravel Ride", "Gravel Ride"],
	[" ", null],
	[null, null],
])("%j is kept as %j", (text, kind) => {
	expect(kindNamed(text)).toBe(kind);
});

test("words that name members of every object are kinds like any other", () => {
	for (const name of Object.getOwnPropertyNames(Object.prototype))
		expect(kindNamed(name)).toBe(name);
});
