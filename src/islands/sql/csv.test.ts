import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import { expect, test } from "vitest";
import { openNodeDatabase } from "../../../scripts/lake/node-database.ts";
import { csvFile, csvPieces } from "./csv.ts";
import { resultOf } from "./result.ts";

const TYPES = {
	i: "BIGINT",
	'a "name", quoted': "VARCHAR",
	s: "VARCHAR",
	d: "DOUBLE",
	q: "DECIMAL(18,3)",
	t: "TIMESTAMP",
	day: "DATE",
	ok: "BOOLEAN",
	b: "BLOB",
	huge: "HUGEINT",
	p: "INTERVAL",
	l: "INTEGER[]",
};

const SQL = `
	select
		i,
		case i % 5 when 0 then null when 1 then '' when 2 then 'a,b' when 3 then '"x"' else E'l1\\r\\nl2' end as "a ""name"", quoted",
		case i % 4 when 0 then '=1+1' when 1 then ' é日本👍🏽 ' when 2 then 'NULL' end as s,
		case i % 6 when 0 then 'nan'::double when 1 then '-inf'::double when 2 then null else i / 7 end as d,
		(i / 1000)::decimal(18, 3) as q,
		timestamp '2024-01-01' + to_microseconds(i * 1000001) as t,
		date '2024-01-01' + i::int as day,
		case i % 3 when 0 then null else i % 3 = 1 end as ok,
		('\\x' || lpad(hex(i % 256), 2, '0'))::blob as b,
		i::hugeint * 9223372036854775807 * 3 as huge,
		to_seconds(i * 1.5) as p,
		case when i % 2 = 0 then [i::int, null] end as l
	from range(12000) t(i)
	order by i`;

test("native DuckDB reads from the CSV the very rows it answers itself", async () => {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-csv-"));
	const database = await openNodeDatabase();
	const instance = await DuckDBInstance.create(":memory:");
	try {
		const connection = await database.connect();
		const columns = Object.entries(TYPES).map(([name, type]) => ({
			name,
			type,
		}));
		const result = resultOf(tableFromIPC(await connection.query(SQL)), columns);
		const file = join(folder, "answer.csv");
		const csv = await csvFile(result, new AbortController().signal);
		await writeFile(file, new Uint8Array(await csv.arrayBuffer()));
		const native = await instance.connect();
		const [[differences, rows] = []] = (
			await native.runAndReadAll(
				`with ours as (
					select * from read_csv('${file}', header = true, auto_detect = false,
						delim = ',', quote = '"', escape = '"', allow_quoted_nulls = false, new_line = '\\r\\n', columns = {${columns
							.map(({ name, type }) => `'${name}': '${type}'`)
							.join(", ")}})
				), theirs as (${SQL})
				select
					(select count(*) from (
						(from ours except all from theirs) union all (from theirs except all from ours)
					)),
					(select count(*) from ours)`,
			)
		).getRows();
		expect(Number(rows)).toBe(12000);
		expect(Number(differences)).toBe(0);
		native.closeSync();
		await connection.close();
	} finally {
		instance.closeSync();
		await database.close();
		await rm(folder, { recursive: true });
	}
});

test("NULL and the empty text stay apart, and lines end as RFC 4180 says", () => {
	const rows = [
		["", null],
		["=1+1", 'a"b'],
	];
	const csv = [
		...csvPieces({
			columns: [
				{ name: "x", type: "VARCHAR" },
				{ name: "y", type: "VARCHAR" },
			],
			rows: 2,
			text: (row, column) => rows[row]?.[column] ?? null,
			preview: () => null,
		}),
	].join("");
	expect(csv).toBe('x,y\r\n"",\r\n=1+1,"a""b"\r\n');
});

test("a download that is called off stops", async () => {
	const stop = new AbortController();
	stop.abort();
	const result = { columns: [], rows: 1, text: () => "", preview: () => "" };
	await expect(csvFile(result, stop.signal)).rejects.toThrow();
});
