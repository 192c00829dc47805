import { expect, test } from "vitest";
import { kindNamed } from "./kind.ts";

test("a kind has one name, and one that is not known stays as it is", () => {
	for (const text of ["Ride", " biking", "CYCLING", "1"])
		expect(kindNamed(text)).toBe("cycling");
	expect(kindNamed("E-Bike_Ride")).toBe("e-biking");
	for (const text of [null, "", " \n"]) expect(kindNamed(text)).toBeNull();
	for (const text of ["Gravel Ride", "constructor", "__proto__", "toString"])
		expect(kindNamed(text)).toBe(text);
});
