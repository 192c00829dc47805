import { expect, test } from "vitest";
import { inOwnDirection } from "./own-direction.ts";

test("a name that is written from left to right stays as it is", () => {
	for (const name of ["Pier", "Zürich 3", "日本", "👨‍👩‍👧", ""])
		expect(inOwnDirection(name)).toBe(name);
});

test("any other is kept apart, whatever signs it holds", () => {
	for (const name of ["שלום", "مرحبا 3", "\u202eevil", "a\u2069\u202eb"]) {
		const [first, ...rest] = inOwnDirection(name);
		expect([first, rest.at(-1)]).toEqual(["\u2068", "\u2069"]);
		expect(rest.slice(0, -1).join("")).not.toMatch(/[\u2066-\u2069]/);
	}
});
