import { expect, test } from "vitest";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import type { Scan } from "./explain.ts";
import { standInOf } from "./stand-in.ts";

const table = {
	columns: [{ name: "s", type: "VARCHAR", unit: null, description: "" }],
} as unknown as CatalogTable;

function standIn(min: string, max: string) {
	return standInOf(
		table,
		{ scan: {} as Scan, counts: true, counted: ["s"], ends: [] },
		new Set(),
		[{ rows: 3, statistics: () => ({ min, max, nulls: 1 }) }],
	);
}

test("rows are made of what the statistics say", () => {
	expect(standIn("a", "b")).toEqual({
		rows: 3,
		columns: new Map([["s", { min: "a", max: "b", nulls: 1 }]]),
	});
});

test("none are made of a text at whose NUL the SQL would end", () => {
	expect(standIn("a\0", "b")).toBeNull();
	expect(standIn("a", "b\0")).toBeNull();
});
