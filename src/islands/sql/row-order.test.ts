import { tableFromIPC } from "apache-arrow";
import { expect, test } from "vitest";
import { openNodeDatabase } from "../../../scripts/lake/node-database.ts";
import { resultOf } from "./result.ts";
import { canOrder, nextOrder, ordered } from "./row-order.ts";

const COLUMNS = [
	["i", "BIGINT"],
	["h", "HUGEINT"],
	["q", "DECIMAL(38,2)"],
	["d", "DOUBLE"],
	["s", "VARCHAR"],
	["t", "TIMESTAMP"],
	["ok", "BOOLEAN"],
] as const;
const SQL = `
	select i, i::hugeint * 9223372036854775807 as h,
		(170141183460469231731687303715884105 - i)::decimal(38, 2) as q,
		case i when 3 then 'nan'::double when 4 then 'inf'::double when 5 then '-inf'::double when 6 then null else i / 7 end as d,
		case when i % 4 > 0 then chr((65 + abs(i * 31) % 57)::int) end as s,
		timestamp '2024-01-01' + to_days((i * 37 % 100)::int) as t,
		case i % 3 when 0 then null else i % 3 = 1 end as ok
	from (select (n * 7919 % 101) - 50 as i from range(101) r(n))`;

test("rows come in the order that DuckDB gives them, and NULL last", async () => {
	const database = await openNodeDatabase();
	const connection = await database.connect();
	const read = async (sql: string) =>
		resultOf(
			tableFromIPC(await connection.query(sql)),
			COLUMNS.map(([name, type]) => ({ name, type })),
		);
	const texts = ({ rows, text }: ReturnType<typeof resultOf>, column: number) =>
		Array.from({ length: rows }, (_, row) => text(row, column));
	try {
		const answer = await read(SQL);
		for (const [column, [name]] of COLUMNS.entries())
			for (const isDescending of [false, true]) {
				const sorted = await read(
					`from (${SQL}) order by ${name} ${isDescending ? "desc" : "asc"} nulls last`,
				);
				expect(
					texts(ordered(answer, { column, isDescending }), column),
					name,
				).toEqual(texts(sorted, column));
			}
	} finally {
		await database.close();
	}
});

test("a column is asked for upwards, then downwards, then not at all", () => {
	const up = nextOrder(null, 1);
	expect(up).toEqual({ column: 1, isDescending: false });
	const down = nextOrder(up, 1);
	expect(down).toEqual({ column: 1, isDescending: true });
	expect(nextOrder(down, 1)).toBe(null);
	expect(nextOrder(down, 2)).toEqual({ column: 2, isDescending: false });
});

test("texts of nested values and of intervals tell no order, and a million rows wait for SQL", () => {
	const can = (type: string, rows = 2) =>
		canOrder(
			{
				columns: [{ name: "x", type }],
				rows,
				text: () => "",
				preview: () => "",
			},
			0,
		);
	for (const type of ["INTEGER[]", "STRUCT(a INTEGER)", "INTERVAL"])
		expect(can(type), type).toBe(false);
	expect(can("DECIMAL(18,3)")).toBe(true);
	expect(can("VARCHAR", 1_000_000)).toBe(false);
});
