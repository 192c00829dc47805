import { afterAll, expect, test } from "vitest";
import { openNodeDatabase } from "../../../scripts/lake/node-database.ts";
import { distinctNames, readAnswer } from "./rows.ts";

const database = await openNodeDatabase();
const connection = await database.connect();

afterAll(() => database.close());

async function value(expression: string, type?: string) {
	const ipc = await connection.query(`SELECT ${expression} AS v`);
	return readAnswer(ipc, [{ type: type ?? "" }]).cell(0, 0);
}

test.each([
	["NULL", null],
	["true", true],
	["5::BIGINT", 5],
	["9007199254740993", "9007199254740993"],
	["(-9223372036854775808)::BIGINT", "-9223372036854775808"],
	["1::HUGEINT", 1],
	[
		"(-170141183460469231731687303715884105727)::HUGEINT",
		"-170141183460469231731687303715884105727",
	],
	["18446744073709551615::UBIGINT", "18446744073709551615"],
	["-1.5::DECIMAL(18,3)", -1.5],
	["0.001::DECIMAL(3,3)", 0.001],
	["12345678901234567890.123::DECIMAL(38,3)", "12345678901234567890.123"],
	["0.1::FLOAT", 0.1],
	["1e30::FLOAT", 1e30],
	["0.1::DOUBLE + 0.2::DOUBLE", 0.1 + 0.2],
	["'nan'::DOUBLE", "NaN"],
	["'-infinity'::FLOAT", "-Infinity"],
	["TIMESTAMP '2024-02-29 23:59:59.123456'", "2024-02-29T23:59:59.123456"],
	["TIMESTAMP '1969-12-31 23:59:59.5'", "1969-12-31T23:59:59.5"],
	["TIMESTAMP '2024-01-01'", "2024-01-01T00:00:00"],
	["TIMESTAMPTZ '2024-01-01 00:00:00+00'", "2024-01-01T00:00:00Z"],
	[
		"TIMESTAMP_NS '2024-01-01 00:00:00.123456789'",
		"2024-01-01T00:00:00.123456789",
	],
	["TIMESTAMP_S '2024-01-01'", "2024-01-01T00:00:00"],
	["TIMESTAMP '-infinity'", "-infinity"],
	["DATE '2024-12-31'", "2024-12-31"],
	["DATE '0044-03-15 (BC)'", "-000043-03-15"],
	["DATE '290000-01-01'", "+290000-01-01"],
	["DATE 'infinity'", "infinity"],
	["TIME '01:02:03.5'", "01:02:03.5"],
	["'12:00:00.123456789'::TIME_NS", "12:00:00.123456789"],
	["ROW(1, 'b')", [1, "b"]],
	["INTERVAL '14 months 2 days -3.5 seconds'", "P1Y2M2DT-3.5S"],
	["INTERVAL '90 minutes'", "PT1H30M"],
	["INTERVAL '0 days'", "PT0S"],
	["'\\x00\\xAB'::BLOB", "00ab"],
	["'x'::ENUM('w', 'x')", "x"],
	["chr(65279) || 'x'", "\uFEFFx"],
	["(chr(65279) || 'x')::ENUM('w', '\uFEFFx')", "\uFEFFx"],
	["[NULL, 'x']::ENUM('w', 'x')[]", [null, "x"]],
	["'ä€𝄞'", "ä€𝄞"],
	["[1::BIGINT, NULL, 9007199254740993]", [1, null, "9007199254740993"]],
	["[1, 2]::INT[2]", [1, 2]],
	["[[1], NULL, []]", [[1], null, []]],
	["{'a': 1, 'b': [DATE '2024-01-01']}", { a: 1, b: ["2024-01-01"] }],
	["MAP {'k': 1, 'l': NULL}", { k: 1, l: null }],
	["union_value(num := 2)", 2],
])("%s is %j", async (expression, expected) => {
	expect(await value(expression)).toEqual(expected);
});

test("the DuckDB type settles what Arrow leaves open", async () => {
	expect(
		await value(
			"340282366920938463463374607431768211455::UHUGEINT",
			"UHUGEINT",
		),
	).toBe("340282366920938463463374607431768211455");
	expect(await value("'10110'::BIT", "BIT")).toBe("10110");
	expect(await value("'-12345678901234567890123'::BIGNUM", "BIGNUM")).toBe(
		"-12345678901234567890123",
	);
	expect(
		await value("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID", "UUID"),
	).toBe("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
});

test("rows are found across batches, with their nulls", async () => {
	const ipc = await connection.query(
		"SELECT CASE WHEN i % 3 <> 0 THEN i END AS i, i % 2 = 0 AS even FROM range(10000) r(i)",
	);
	const { rows, cell } = readAnswer(ipc, [
		{ type: "BIGINT" },
		{ type: "BOOLEAN" },
	]);
	expect(rows).toBe(10000);
	for (let row = 0; row < rows; row += 1) {
		expect(cell(row, 0)).toBe(row % 3 === 0 ? null : row);
		expect(cell(row, 1)).toBe(row % 2 === 0);
	}
	expect(() => cell(10000, 0)).toThrow("no cell");
});

test("equal names become distinct without taking another's", () => {
	expect(distinctNames(["a", "b", "a", "a"])).toEqual(["a", "b", "a_1", "a_2"]);
	expect(distinctNames(["a", "a", "a_1"])).toEqual(["a", "a_2", "a_1"]);
	expect(distinctNames([])).toEqual([]);
});
