import { describe, expect, test } from "vitest";
import { type FileFormat, findReferences } from "./references.ts";

const NAMES = new Map<string, FileFormat>([["points.gpx", "gpx"]]);

const found = (sql: string) =>
	findReferences(sql, NAMES).references.map(
		({ format, paths, options, start, end, alias }) => ({
			text: sql.slice(start, end),
			format,
			paths,
			options,
			alias,
		}),
	);
const texts = (sql: string) => found(sql).map(({ text }) => text);

describe("files in SQL", () => {
	test("are calls with a file, a list of files, and named options", () => {
		expect(
			found(
				"select * from read_csv(['a.csv', 'b.csv'], delim = ';', columns := {'a': 'INT', 'b,c': 'DATE'}, header => true) where a > 1",
			),
		).toStrictEqual([
			{
				text: "read_csv(['a.csv', 'b.csv'], delim = ';', columns := {'a': 'INT', 'b,c': 'DATE'}, header => true)",
				format: "csv",
				paths: ["a.csv", "b.csv"],
				options: [
					{ name: "delim", text: "';'" },
					{ name: "columns", text: "{'a': 'INT', 'b,c': 'DATE'}" },
					{ name: "header", text: "true" },
				],
				alias: "read_csv",
			},
		]);
		expect(
			found("from Read_Parquet ( 'https://h/x?sig=a%2Fb' ) t")[0],
		).toMatchObject({
			format: "parquet",
			paths: ["https://h/x?sig=a%2Fb"],
			alias: null,
		});
	});

	test("are strings where a table stands, and nowhere else", () => {
		expect(texts("from 'a.csv' select 'b.csv', 'c.csv'")).toStrictEqual([
			"'a.csv'",
		]);
		expect(
			texts(
				"select 'x.csv' from rides, 'a.csv' join 'https://h/b.parquet?k=1' b on b.n = 'y.csv', 'c.json' where n in ('z.csv', 'w.csv') group by 'v.csv', 'u.csv'",
			),
		).toStrictEqual(["'a.csv'", "'https://h/b.parquet?k=1'", "'c.json'"]);
		expect(texts("with t as (from 'a.csv') from t, ('b.gpx')")).toStrictEqual([
			"'a.csv'",
			"'b.gpx'",
		]);
		expect(
			texts(
				"select extract(year from 'a.csv'), trim(both 'x' from 'b.csv'), trim((select n from 'c.csv')), a is not distinct from 'd.csv' from rides",
			),
		).toStrictEqual(["'c.csv'"]);
		expect(texts("describe 'a.csv'")).toStrictEqual(["'a.csv'"]);
		expect(texts("from 'rides'")).toStrictEqual([]);
		expect(texts("-- from 'a.csv'\nselect $$from 'b.csv'$$")).toStrictEqual([]);
	});

	test("keep the alias that DuckDB gives, where no other is written", () => {
		const aliases = (sql: string) => found(sql).map(({ alias }) => alias);
		expect(aliases("from 'https://h/d/my%20file.csv.gz?a=b/c.csv'")).toEqual([
			"my file",
		]);
		expect(
			aliases(
				"from 'a.csv' where x join 'b.csv' as b, 'c.csv' \"C\", 'd.csv' d using sample 5",
			),
		).toEqual(["a", null, null, null]);
		expect(aliases("from 'a.csv' using sample 5")).toEqual(["a"]);
		expect(aliases("describe 'a.csv'")).toEqual([null]);
		expect(aliases("from 'a.csv' natural join 'b.csv'")).toEqual(["a", "b"]);
	});

	test("are names of dropped files in double quotes, with what they qualify", () => {
		const sql = `select "points.gpx".ele, x."points.gpx" from "points.gpx" where "points.gpx".seq > 1`;
		const { references, mentions } = findReferences(sql, NAMES);
		expect(references).toHaveLength(1);
		expect(mentions.map(({ start }) => start)).toStrictEqual([
			sql.indexOf('"points.gpx".ele'),
			sql.indexOf('"points.gpx".seq'),
		]);
	});

	test("must be written out", () => {
		for (const call of [
			"read_parquet(?)",
			"read_csv(path)",
			"read_csv('a' || 'b')",
			"read_csv([])",
			"read_csv('a.csv', 5)",
			"read_csv('a.csv'",
			"read_json()",
		])
			expect(() => found(`from ${call}`), call).toThrow(/read_/);
		expect(() => found("from 'https://h/x'")).toThrow(/read_parquet/);
	});
});
