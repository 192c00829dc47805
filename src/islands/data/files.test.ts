import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { literal } from "../../lib/sql/literal.ts";
import { filesOf, readerSnippet } from "./files.ts";

function tableOf(
	manifest: CatalogTable["manifest"],
	partitionKeys: readonly string[] = [],
): CatalogTable {
	return {
		name: "cells",
		dataset: "rides",
		description: "",
		columns: [
			{ name: "level", type: "INTEGER", unit: null, description: "" },
			{ name: "x", type: "INTEGER", unit: null, description: "" },
		],
		partitionKeys,
		sortKeys: ["x"],
		rows: 4,
		files: 2,
		rowGroups: 2,
		bytes: 1,
		manifest,
	};
}

test("the files of every block are listed, in order", async () => {
	const blocks = [["a/1.parquet", "a/2.parquet"], ["b/%C3%A9.parquet"]].map(
		(paths) =>
			gzipSync(JSON.stringify({ files: paths.map((path) => ({ path })) })),
	);
	const manifest = new Uint8Array(Buffer.concat(blocks));
	let startByte = 0;
	const table = tableOf({
		path: "m",
		bytes: manifest.length,
		blocks: blocks.map(({ length: byteLength }) => {
			const block = {
				startByte,
				byteLength,
				checksum: "",
				rowGroups: 1,
				rows: 1,
				bounds: {},
			};
			startByte += byteLength;
			return block;
		}),
	});
	expect(await filesOf(table, manifest)).toStrictEqual([
		"a/1.parquet",
		"a/2.parquet",
		"b/%C3%A9.parquet",
	]);
});

test("native DuckDB runs its snippet and gets partition keys with their types", async () => {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-elsewhere-"));
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	try {
		const lake = `${folder}/somebody's`;
		await mkdir(lake);
		await connection.run(
			`copy (select i % 2 + 6 as level, i as x from range(4) t(i)) to ${literal(`${lake}/cells`)} (format parquet, partition_by (level), filename_pattern 'part')`,
		);
		const snippet = readerSnippet(
			"DuckDB",
			tableOf({ path: "", bytes: 0, blocks: [] }, ["level"]),
			`${lake}/`,
			["cells/level=6/part0.parquet", "cells/level=7/part0.parquet"],
		);
		const answer = await connection.runAndReadAll(snippet);
		const columns = answer.columnNames();
		expect(columns.toSorted()).toStrictEqual(["level", "x"]);
		expect(String(answer.columnTypes()[columns.indexOf("level")])).toBe(
			"INTEGER",
		);
		expect(answer.currentRowCount).toBe(4);
	} finally {
		connection.closeSync();
		instance.closeSync();
		await rm(folder, { recursive: true });
	}
});

test("every reader is told every file", () => {
	const table = tableOf({ path: "", bytes: 0, blocks: [] }, ["level"]);
	const paths = ["cells/level=6/a.parquet", "cells/level=7/b.parquet"];
	const lakeUrl = "https://example.org/lake/";
	expect(readerSnippet("Polars", table, lakeUrl, paths)).toBe(
		`import polars as pl

table = pl.scan_parquet([
    "https://example.org/lake/cells/level=6/a.parquet",
    "https://example.org/lake/cells/level=7/b.parquet"
], hive_partitioning=True)
print(table.head(100).collect())`,
	);
	for (const path of paths)
		expect(readerSnippet("Spark", table, lakeUrl, paths)).toContain(
			`"${path}"`,
		);
});
