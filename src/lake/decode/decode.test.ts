import { expect, test } from "vitest";
import { decodedColumns } from "./decode.ts";

test("columns whose dotted names could be taken for each other's come together", () => {
	const columns = ["a.b", "a", "b", "a.b.c", "ab"];
	expect(decodedColumns(columns, ["b"])).toEqual(["b"]);
	expect(decodedColumns(columns, ["ab"])).toEqual(["ab"]);
	expect(decodedColumns(columns, ["a"])).toEqual(["a.b", "a", "a.b.c"]);
	expect(decodedColumns(columns, ["a.b.c"])).toEqual(["a.b", "a", "a.b.c"]);
	expect(decodedColumns(columns, [])).toEqual([]);
});
