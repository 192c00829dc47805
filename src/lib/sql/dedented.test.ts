import { expect, test } from "vitest";
import { dedented } from "./dedented.ts";

test("what indents all lines after the first goes, and what indents some stays", () => {
	expect(dedented("\n\t\t\tSELECT a,\n\t\t\t\tb\n\n\t\t\tFROM t\n\t\t")).toBe(
		"SELECT a,\n  b\n\nFROM t",
	);
	expect(dedented("SELECT a\n\t\tFROM t")).toBe("SELECT a\nFROM t");
	expect(dedented(" SELECT 1 ")).toBe("SELECT 1");
	expect(dedented("SELECT a,\n  b\nFROM t")).toBe("SELECT a,\n  b\nFROM t");
	expect(dedented("\n\t\tSELECT a\n\t\tFROM (\nSELECT b)\n\t\tLIMIT 1")).toBe(
		"SELECT a\nFROM (\nSELECT b)\nLIMIT 1",
	);
});

test("no literal changes", () => {
	for (const literal of ["a\n\t\tb", "\t", "it''s\n  x"]) {
		const sql = `\n\t\tSELECT '${literal}'\n\t\tFROM t`;
		expect(dedented(sql)).toBe(sql);
	}
});
