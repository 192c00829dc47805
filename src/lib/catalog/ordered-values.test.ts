import { tableFromIPC } from "apache-arrow";
import { expect, test } from "vitest";
import { openNodeDatabase } from "../../../scripts/lake/node-database.ts";
import {
	compareValues,
	type OrderedValue,
	valueReader,
} from "./ordered-values.ts";

const VALUES: Readonly<Record<string, readonly string[]>> = {
	TINYINT: ["-128", "0", "127"],
	BIGINT: ["-9223372036854775808", "9007199254740992", "9007199254740993"],
	UBIGINT: ["0", "18446744073709551614", "18446744073709551615"],
	"DECIMAL(30,3)": ["-0.125", "0.001", "0.01", "123456789012345678.001", "123456789012345678.002"], // biome-ignore format: one line a type
	"DECIMAL(4,0)": ["-7", "12"],
	DOUBLE: ["-inf", "-1e300", "-0.1", "0.0", "5e-324", "0.1", "1e+300", "inf"],
	FLOAT: ["-inf", "-1.1", "0.1", "1.1", "3.4028235e38", "inf"],
	DATE: ["0001-01-01", "0044-03-15", "1969-12-31", "1970-01-01", "2024-02-29", "10000-01-01"], // biome-ignore format: one line a type
	TIMESTAMP: ["0099-12-31 23:59:59.999999", "1969-12-31 23:59:59.5", "2024-02-29 00:00:00", "2024-02-29 00:00:00.000001"], // biome-ignore format: one line a type
	TIMESTAMP_NS: ["2024-01-01 00:00:00", "2024-01-01 00:00:00.000000001"],
	"TIMESTAMP WITH TIME ZONE": ["1999-01-01 00:00:00+00", "2024-01-01 00:00:00.5+00"], // biome-ignore format: one line a type
	VARCHAR: ["", "A", "a", "a!", "aa", "é", "！", "😀"],
	BOOLEAN: ["false", "true"],
	UUID: ["00000000-0000-0000-0000-000000000001", "7fffffff-0000-0000-0000-000000000000", "80000000-0000-0000-0000-000000000000"], // biome-ignore format: one line a type
};

test("orders values of every type as DuckDB does", async () => {
	const database = await openNodeDatabase();
	const connection = await database.connect();
	for (const [type, texts] of Object.entries(VALUES)) {
		const read = valueReader(type);
		const list = texts.map((text) => `'${text}'::${type}`).join(", ");
		const pairs = tableFromIPC(
			await connection.query(
				`SELECT x::VARCHAR AS a, y::VARCHAR AS b, (x > y)::INTEGER - (x < y)::INTEGER AS sign
				FROM unnest([${list}]) s(x), unnest([${list}]) t(y)`,
			),
		).toArray();
		expect(pairs).toHaveLength(texts.length ** 2);
		for (const { a, b, sign } of pairs) {
			const ours = compareValues(
				read?.(a) as OrderedValue,
				read?.(b) as OrderedValue,
			);
			expect({ type, a, b, sign: Math.sign(ours) }).toEqual({
				type,
				a,
				b,
				sign,
			});
		}
	}
	await database.close();
});

test("text that is no plain value is no bound", () => {
	for (const [type, text] of [
		["INTEGER", "5.0"],
		["INTEGER", ""],
		["DECIMAL(10,2)", "1.005"],
		["DECIMAL(10,2)", "."],
		["DOUBLE", "nan"],
		["DOUBLE", "NaN"],
		["DATE", "infinity"],
		["DATE", "0044-03-15 (BC)"],
		["TIMESTAMP", "-infinity"],
		["TIMESTAMP", "2024-01-01"],
		["BOOLEAN", "t"],
		["UUID", "1"],
	] as const)
		expect(valueReader(type)?.(text)).toBeUndefined();
	for (const type of ["HUGEINT", "INTERVAL", "BLOB", "INTEGER[]", "STRUCT(x INTEGER)", "ENUM('a', 'b')"]) // biome-ignore format: one line reads better
		expect(valueReader(type)).toBeUndefined();
});
