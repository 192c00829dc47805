import { expect, test } from "vitest";
import { difference } from "./answers.ts";
import type { Check } from "./generate.ts";

type Row = (string | null)[];

const TYPES = ["INTEGER", "DOUBLE"];
const ORDERED: Check = { kind: "ordered" };
const ROWS: Check = { kind: "rows" };

function compare(check: Check, rows: Row[], actual: Row[], whole?: Row[]) {
	return difference(
		{
			check,
			answer: { types: TYPES, rows },
			...(whole && { whole: { types: TYPES, rows: whole } }),
		},
		{ types: TYPES, rows: actual },
	);
}

test("doubles are the same to 1e-12 of their size, whole numbers only as they are", () => {
	for (const check of [ORDERED, ROWS]) {
		expect(compare(check, [["1", "0.1"]], [["1", "0.10000000000000002"]])).toBe(
			null,
		);
		expect(compare(check, [["1", "1.0e+20"]], [["1", "1e+20"]])).toBe(null);
		expect(compare(check, [["1", "0.1"]], [["1", "0.1000000000002"]])).not.toBe(
			null,
		);
		expect(compare(check, [["1", "nan"]], [["1", "inf"]])).not.toBe(null);
		expect(compare(check, [["1", "-nan"]], [["1", "nan"]])).toBe(null);
		expect(compare(check, [["1", null]], [["1", "0.0"]])).not.toBe(null);
		expect(
			compare(
				check,
				[["9007199254740993", "1.0"]],
				[["9007199254740992", "1.0"]],
			),
		).not.toBe(null);
	}
});

test("rows count in their order where it is total, and as often as they are there", () => {
	const [a, b] = [
		["1", "1.0"],
		["2", "2.0"],
	];
	const [one, two] = [a as Row, b as Row];
	expect(compare(ORDERED, [one, two], [two, one])).not.toBe(null);
	expect(compare(ROWS, [one, two], [two, one])).toBe(null);
	expect(compare(ROWS, [one, one, two], [two, two, one])).not.toBe(null);
	expect(compare(ROWS, [one, two], [one])).not.toBe(null);
	expect(compare(ROWS, [], [one])).not.toBe(null);
});

test("a part is of the size asked for, of rows that are there, with its keys as they have to be", () => {
	const rows = [1, 1, 2, 3].map((key, index): Row => [`${key}`, `${index}.0`]);
	const [first, tied, second, third] = rows as [Row, Row, Row, Row];
	const part: Check = { kind: "part", of: "", keys: 1, isSized: true };
	const of = (actual: Row[], check = part) =>
		compare(check, [first, second], actual, rows);
	expect(of([tied, second])).toBe(null);
	expect(of([first, third])).not.toBe(null);
	expect(of([second, first])).not.toBe(null);
	expect(of([first])).not.toBe(null);
	expect(of([["1", "7.0"], second])).not.toBe(null);

	const sample: Check = { ...part, keys: 0 };
	expect(of([third, tied], sample)).toBe(null);
	expect(of([third, third], sample)).not.toBe(null);
	expect(of([third], sample)).not.toBe(null);
	expect(of([third], { ...sample, isSized: false })).toBe(null);
});

test("columns have the same types", () => {
	const answer = { types: ["INTEGER"], rows: [["1"]] };
	const other = { types: ["BIGINT"], rows: [["1"]] };
	expect(difference({ check: ROWS, answer }, other)).not.toBe(null);
});
