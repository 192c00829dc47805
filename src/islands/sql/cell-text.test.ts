import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openNodeDatabase } from "../../../scripts/lake/node-database.ts";
import type { Connection, Database } from "../../lake/types.ts";
import { cellText } from "./cell-text.ts";

let database: Database;
let connection: Connection;
beforeAll(async () => {
	database = await openNodeDatabase();
	connection = await database.connect();
});
afterAll(async () => {
	await connection.close();
	await database.close();
});

/** Expressions of one type each, without NULL, which every column gets. */
const COLUMNS: readonly (readonly [type: string, values: readonly string[]])[] =
	[
		["BOOLEAN", ["true", "false"]],
		["TINYINT", ["-128", "127"]],
		["UTINYINT", ["0", "255"]],
		["INTEGER", ["-2147483648", "0"]],
		["BIGINT", ["9223372036854775807", "(-9223372036854775808)"]],
		["UBIGINT", ["18446744073709551615"]],
		[
			"HUGEINT",
			[
				"170141183460469231731687303715884105727",
				"(-170141183460469231731687303715884105727)",
				"-1",
			],
		],
		["UHUGEINT", ["340282366920938463463374607431768211455", "0"]],
		["BIGNUM", ["0", "-1", "255", "256", "-65536", "12345678901234567890"]],
		["DECIMAL(4,3)", ["-5", "0.05", "-0.05", "0"]],
		["DECIMAL(9,2)", ["12.34", "-0.01"]],
		["DECIMAL(38,10)", ["1.5", "-9999999999999999999999999999.9999999999"]],
		[
			"DOUBLE",
			"0 1 -1 0.1 0.0001 0.00001 1e15 1e16 9999999999999998 123456.789 5e-324 1.7976931348623157e308 1e100 '-0.0' 'nan' 'inf' '-inf'".split(
				" ",
			),
		],
		[
			"FLOAT",
			"0 1.5 0.1 123456.789 1e16 3.4e38 1e-45 16777216 1e-5 'nan'".split(" "),
		],
		[
			"VARCHAR",
			["''", "'NULL'", "'é日本👍🏽'", "'a\"b'", "chr(10)", "repeat('x', 5000)"],
		],
		[
			"DATE",
			[
				"'2024-02-29'",
				"'1969-12-31'",
				"'0001-01-01'",
				"'0001-01-01 (BC)'",
				"'4713-01-01 (BC)'",
				"'10000-01-01'",
				"'5881580-07-10'",
				"'infinity'",
				"'-infinity'",
			],
		],
		["TIME", ["'00:00:00'", "'01:02:03.000004'", "'24:00:00'", "'23:59:59.1'"]],
		[
			"TIMESTAMP",
			[
				"'2024-01-02 03:04:05.678901'",
				"'1969-12-31 23:59:59.999999'",
				"'0044-03-15 (BC) 12:00:00'",
				"'290000-01-01 00:00:00'",
				"'infinity'",
				"'-infinity'",
			],
		],
		["TIMESTAMP_S", ["'2024-01-02 03:04:05'"]],
		["TIMESTAMP_MS", ["'2024-01-02 03:04:05.1'"]],
		["TIMESTAMP_NS", ["'2024-01-02 03:04:05.123456789'"]],
		["TIMESTAMPTZ", ["'2024-01-02 03:04:05.5+00'"]],
		[
			"INTERVAL",
			[
				"'14 months -3 days'",
				"'-13 months 25 hours'",
				"'-1.5 seconds'",
				"'0 s'",
				"'1 day'",
				"'-1 day'",
				"'1 year 1 day 00:00:00.000001'",
				"'100000 hours'",
			],
		],
		["BIT", ["'101'", "'0'", "'1111000011110000'", "'111100001'"]],
		["UUID", ["'81342959-c37a-4dcc-a892-d2dd79baed51'"]],
		["ENUM('a', 'b c')", ["'a'", "'b c'"]],
		["INTEGER[]", ["[1, null, 3]", "[]"]],
		["INTEGER[2]", ["[1, null]", "[3, 4]"]],
		["INTERVAL[]", ["[interval 1 day, null, interval 1 month]"]],
		["HUGEINT[]", ["[1, -1]"]],
		["TIMESTAMP[]", ["[timestamp '2024-01-01', null]"]],
		[
			"VARCHAR[]",
			[
				"['', ' a', 'a ', 'null', 'Null ', 'a b', 'a,b', 'a''b', 'a\\b', '\\''', chr(10), 'a' || chr(10) || 'b', 'é', '日本']",
				"list_transform(range(1, 256), lambda i: 'a' || chr(i::int) || 'b')",
			],
		],
		[
			'STRUCT(a INTEGER, "it\'s" VARCHAR)',
			["{'a': 1, 'it''s': 'x''y'}", "{'a': null, 'it''s': 'x'}"],
		],
		["MAP(VARCHAR, INTEGER[])", ["map {'k': [1], 'a b': null}", "map {}"]],
		[
			"STRUCT(a STRUCT(b TIMESTAMP)[])",
			["{'a': [{'b': timestamp '2024-01-01'}, null]}"],
		],
		["UNION(num INTEGER, word VARCHAR)", ["3", "'x y'"]],
	];

for (const [type, values] of COLUMNS)
	test(`${type} reads as DuckDB casts it`, async () => {
		const rows = ["null", ...values, "null"].map(
			(value, index) => `(${index}, cast(${value} as ${type}))`,
		);
		const table = tableFromIPC(
			await connection.query(
				`select v, cast(v as varchar) as s from (values ${rows.join(", ")}) t(i, v) order by i`,
			),
		);
		let row = 0;
		for (const batch of table.batches) {
			const [value, text] = batch.data.children;
			for (let index = 0; index < batch.numRows; index++, row++)
				expect(value && cellText(value, index, type)).toBe(
					text && cellText(text, index, "VARCHAR"),
				);
		}
		expect(row).toBe(rows.length);
	});

test("text begins with what it begins with, a mark of byte order too", async () => {
	const [text, word] =
		tableFromIPC(
			await connection.query(
				"select chr(65279) || 'a' as t, t::enum('\uFEFFa', 'b') as w",
			),
		).batches[0]?.data.children ?? [];
	expect(text && cellText(text, 0, "VARCHAR")).toBe("\uFEFFa");
	expect(word && cellText(word, 0, "ENUM")).toBe("\uFEFFa");
});

test("random doubles, floats, decimals, intervals and times read as DuckDB casts them", async () => {
	const table = tableFromIPC(
		await connection.query(`
			select *, d::varchar, f::varchar, q::varchar, p::varchar, t::varchar
			from (
				select
					h::double * power(10, (i % 60) - 40) as d,
					((h % 10000000) * power(10, (i % 40) - 25))::float as f,
					((h % 2000000000)::bigint - 1000000000)::decimal(18, 3) / 1000 as q,
					to_microseconds((h % 100000000000000)::bigint - 50000000000000) as p,
					make_timestamp((h % 500000000000000000)::bigint - 250000000000000000) as t
				from (select i, hash(i) as h from range(20000) t(i))
			)`),
	);
	for (const batch of table.batches)
		for (let index = 0; index < batch.numRows; index++)
			for (let column = 0; column < 5; column++) {
				const value = batch.data.children[column];
				const text = batch.data.children[column + 5];
				if (value === undefined || text === undefined)
					throw new Error("the answer lacks a column");
				const got = cellText(value, index, "");
				const cast = cellText(text, index, "");
				// DuckDB writes a large whole FLOAT now exactly, now in its shortest digits.
				const isSame =
					column === 1
						? Math.fround(Number(got)) === Math.fround(Number(cast))
						: got === cast;
				if (!isSame) expect(got).toBe(cast);
			}
});

test("every byte of a blob is written in hexadecimal", async () => {
	const table = tableFromIPC(
		await connection.query("select 'a\\x00\\xFF'::blob, ''::blob"),
	);
	const [blob, empty] = table.batches[0]?.data.children ?? [];
	expect(blob && cellText(blob, 0, "BLOB")).toBe("\\x61\\x00\\xFF");
	expect(empty && cellText(empty, 0, "BLOB")).toBe("");
});
