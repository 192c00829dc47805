import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { DuckDBConnection } from "@duckdb/node-api";
import type {
	BlockReference,
	Bounds,
	Catalog,
	CatalogTable,
	ManifestBlock,
} from "../../src/lib/catalog/catalog.ts";
import { type TestTable, writeTestLake } from "../support/test-lake.ts";

/**
 * Tables that hold every hazard we know of. `seed` varies the values. Sums of the
 * doubles are exact in any order, so that two engines agree on them.
 */
function hazardousTables(seed: number): TestTable[] {
	const random = (salt: number, limit: number) =>
		`(hash(i, ${seed}, ${salt}) % ${limit})::INTEGER`;
	const sometimes = (salt: number, share: number, value: string) =>
		`CASE WHEN hash(i, ${seed}, ${salt}) % 100 < ${share} THEN NULL ELSE ${value} END`;
	return [
		{
			name: "events",
			select: `SELECT i::INTEGER AS id,
				TIMESTAMP '2024-02-28 22:00:00' + INTERVAL (i * 7) MINUTE AS ts,
				DATE '2024-01-01' + ${random(1, 90)} AS day,
				${sometimes(2, 15, random(3, 40))} AS k,
				9007199254740000 + (i / 3)::BIGINT AS big,
				CASE WHEN i BETWEEN 120 AND 125 THEN 'nan'::DOUBLE WHEN i = 210 THEN 'inf'::DOUBLE WHEN i = 211 THEN '-inf'::DOUBLE
					WHEN i % 17 = 0 THEN -0.0 ELSE ${sometimes(4, 10, `(${random(5, 400)} - 200) / 8.0`)} END AS v,
				(i / 10.0)::FLOAT AS f,
				(i * 1.125 - 100)::DECIMAL(12, 3) AS price,
				${sometimes(6, 10, `(['ab', 'abc', 'abd', 'b''c', 'é', 'z', '😀', '！', '', 'a%b', 'AB', chr(10), 'x' || chr(10) || 'id>5'])[1 + ${random(7, 13)}]`)} AS name,
				${sometimes(8, 20, `${random(9, 2)} = 1`)} AS flag,
				(i // 12)::UTINYINT AS tiny,
				(18446744073709551000 + i)::UBIGINT AS huge,
				([NULL, 'north', 'south', 'a b'])[1 + (i % 4)] AS region
			FROM range(480) r(i) ORDER BY ts`,
			partitionKeys: ["region"],
			rowsPerFile: 30,
			rowGroupsPerBlock: 3,
			sortKeys: ["ts"],
		},
		{
			name: "cells",
			select: `SELECT (i // 2200)::INTEGER AS level, (i % 2200)::INTEGER AS x, ${random(10, 500)} AS y,
				'ride' || ${random(11, 60)} AS ride_id, ${sometimes(12, 30, random(13, 9))}::SMALLINT AS part
			FROM range(6600) r(i) ORDER BY i`,
			partitionKeys: ["level"],
			rowsPerFile: 550,
			rowGroupsPerBlock: 3,
			sortKeys: ["x"],
		},
		{
			name: "odd names",
			select: `SELECT i::INTEGER AS "a>5 AND b=1", ${sometimes(14, 20, random(15, 50))} AS "select", ${random(16, 9)} AS "we ird",
				'v' || ${random(17, 20)} AS "q""q", ${random(18, 30)} AS "new
line", ${random(19, 7)} AS "st.x", {'x': i::INTEGER, 'y z': 'f' || (i % 5)} AS st, ${random(20, 12)} AS "É", ${random(21, 6)} AS "''", ${random(22, 5)} AS line, i::INTEGER AS " a "
			FROM range(240) r(i) ORDER BY i`,
			rowsPerFile: 30,
		},
		{
			name: "nested",
			select: `SELECT i::INTEGER AS id, ${sometimes(23, 15, `{'x': ${random(24, 30)}, 'y': 'y' || ${random(25, 6)}, 'deep': {'z': i / 4.0}}`)} AS st,
				${sometimes(26, 15, `range(${random(27, 5)})::INTEGER[]`)} AS l, ['s' || (i % 3), NULL] AS words
			FROM range(180) r(i) ORDER BY i`,
			rowsPerFile: 30,
		},
		{
			name: "kinds",
			select: `SELECT i::INTEGER AS id, repeat('long ', 60) || lpad(${random(28, 90)}::VARCHAR, 3, '0') AS long, ('\\x00\\xAA' || chr(65 + ${random(29, 9)}))::BLOB AS blob,
				TIME '00:00:00' + INTERVAL (i * 300) SECOND AS t, (TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR)::TIMESTAMP_NS AS ns,
				md5(i::VARCHAR)::UUID AS u, (i - 60)::TINYINT AS small, (i * 1000003)::UINTEGER AS uint, ((i - 60) * 12345678901234.5)::DECIMAL(30, 1) AS wide,
				NULL::INTEGER AS nothing, NULL::VARCHAR AS no_text, DATE '0044-03-15' + i::INTEGER AS old, ${sometimes(30, 50, random(31, 40))} AS k
			FROM range(120) r(i) ORDER BY i`,
			rowsPerFile: 20,
			rowGroupsPerBlock: 2,
		},
		{
			// Sorted by columns that repeat, are null, and are no numbers.
			name: "sorted",
			select: `SELECT CASE WHEN i < 330 THEN (i // 7)::INTEGER END AS a, CASE WHEN i < 300 THEN (i // 3) * 0.5 WHEN i < 330 THEN 'nan'::DOUBLE END AS d,
				'key ' || lpad((i // 11)::VARCHAR, 3, '0') AS s, ${random(32, 50)} AS r, DATE '2024-06-30' - (i // 20)::INTEGER AS back,
				${sometimes(33, 25, random(34, 40))}::BIGINT AS k, ((i // 40) * 1.5)::DECIMAL(5, 1) AS money
			FROM range(360) r(i) ORDER BY i`,
			rowsPerFile: 40,
			rowGroupsPerBlock: 2,
			sortKeys: ["a", "d"],
		},
		{
			name: "spans",
			select: `SELECT i::INTEGER AS id, ${sometimes(35, 20, `to_months(${random(36, 30)}) + to_days(${random(37, 40)}) + to_milliseconds(${random(38, 90_000_000)})`)} AS span,
				(TIMESTAMP '2024-03-01' + INTERVAL (i * 37) MINUTE)::TIMESTAMPTZ AS zoned, (TIMESTAMP '2024-03-01' + INTERVAL (i) SECOND)::TIMESTAMP_MS AS ms,
				(['low', 'middle', 'high'])[1 + ${random(39, 3)}]::ENUM('low', 'middle', 'high') AS grade, (${random(40, 100)} * 1e30)::HUGEINT AS vast,
				MAP {'a': ${random(41, 5)}, 'b': NULL} AS pairs, [{'p': ${random(42, 4)}, 'q': 'q'}] AS boxes,
				CASE WHEN i % 50 = 7 THEN 'infinity'::TIMESTAMP WHEN i IN (30, 31, 120) THEN '-infinity' ELSE TIMESTAMP '1969-12-30' + INTERVAL (i) HOUR END AS ends, CASE WHEN i < 60 THEN NULL ELSE ${random(43, 9)} END AS late
			FROM range(150) r(i) ORDER BY i`,
			rowsPerFile: 25,
			rowGroupsPerBlock: 4,
		},
		{
			// A dimension: few rows, keys of several tables and ranges.
			name: "dims",
			select: `SELECT (i * 3)::INTEGER AS k, (i * 3 + 0.0)::DOUBLE AS real_k, (['north', 'south', 'a b', NULL, 'x'])[1 + (i % 5)::INTEGER] AS region, 'ride' || (i * 4) AS ride_id,
				TIMESTAMP '2024-02-28 23:00:00' + INTERVAL (i * 3) HOUR AS since, TIMESTAMP '2024-02-29 01:00:00' + INTERVAL (i * 3) HOUR AS until,
				9007199254740000 + i AS big, (i % 3)::INTEGER AS kind, ('nan')::DOUBLE AS never,
				CASE WHEN i < 3 THEN 'lights' WHEN i > 10 THEN 'optional: lights' ELSE 'optional: Dynamic Filter (k)' END AS note
			FROM range(14) r(i) ORDER BY i`,
			rowsPerFile: 5,
		},
		{
			name: "empty",
			select:
				"SELECT 1 AS id, 'x' AS name, 2.5::DOUBLE AS v, 3 AS k WHERE false",
		},
		{
			name: "tiny",
			select: `SELECT i::INTEGER AS k, 'g' || (i % 3) AS name, i % 2 = 0 AS flag FROM range(9) r(i)`,
			rowsPerFile: 3,
		},
	];
}

/** First column of the order in which a table's rows are written. */
const SORT_KEYS: Readonly<Record<string, string>> = {
	events: "ts",
	cells: "x",
	"odd names": "a>5 AND b=1",
	nested: "id",
	kinds: "id",
	sorted: "a",
	spans: "id",
};

/** Writes the lake and gives its catalog, with bounds of blocks as a publisher gives them. */
export async function writeHazardousLake(
	folder: string,
	seed: number,
	connection: DuckDBConnection,
): Promise<Catalog> {
	const catalog = await writeTestLake(folder, hazardousTables(seed));
	const tables = await Promise.all(
		catalog.tables.map((table) => withBlockBounds(folder, table, connection)),
	);
	const bounded = { ...catalog, tables };
	await writeFile(join(folder, "catalog.json"), JSON.stringify(bounded));
	return bounded;
}

/**
 * Makes each table of the lake visible to native DuckDB, which reads the files by
 * itself; a second time, as `… by file`, with the name of each row's file.
 */
export async function showNatively(
	folder: string,
	catalog: Catalog,
	connection: DuckDBConnection,
): Promise<void> {
	for (const table of catalog.tables) {
		const { name, columns, partitionKeys } = table;
		const blocks = await readBlocks(folder, table);
		const files = blocks
			.flatMap((block) => block.files)
			.map(
				({ path }) => `'${folder}/${decodeURI(path).replaceAll("'", "''")}'`,
			);
		const casts = columns.map(
			(column) =>
				`CAST(${quoted(column.name)} AS ${column.type}) AS ${quoted(column.name)}`,
		);
		const source =
			files.length === 0
				? `(SELECT ${columns.map((column) => `NULL AS ${quoted(column.name)}`).join(", ")} WHERE false)`
				: `read_parquet([${files.join(", ")}], hive_partitioning = ${partitionKeys.length > 0})`;
		await connection.run(
			`CREATE VIEW ${quoted(name)} AS SELECT ${casts.join(", ")} FROM ${source}`,
		);
		await connection.run(
			`CREATE VIEW ${quoted(`${name} by file`)} AS SELECT ${casts.join(", ")}, ${files.length === 0 ? "''" : "filename"} AS filename FROM ${source}`,
		);
	}
}

export function quoted(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}

/** A table's manifest, in the lake's order. */
async function readBlocks(
	folder: string,
	table: CatalogTable,
): Promise<ManifestBlock[]> {
	const manifest = await readFile(join(folder, table.manifest.path));
	return table.manifest.blocks.map(({ startByte, byteLength }) =>
		JSON.parse(
			gunzipSync(
				manifest.subarray(startByte, startByte + byteLength),
			).toString(),
		),
	);
}

async function withBlockBounds(
	folder: string,
	table: CatalogTable,
	connection: DuckDBConnection,
): Promise<CatalogTable> {
	const blocks: BlockReference[] = [];
	const read = await readBlocks(folder, table);
	for (const [index, block] of table.manifest.blocks.entries()) {
		const { files } = read[index] as ManifestBlock;
		const names = new Set([
			...table.partitionKeys,
			SORT_KEYS[table.name] ?? "",
		]);
		const bounds: Record<string, Bounds> = {};
		for (const { name, type } of table.columns) {
			if (!names.has(name)) continue;
			const chunk = table.columns
				.filter((column) => !table.partitionKeys.includes(column.name))
				.findIndex((column) => column.name === name);
			const ranges = files.flatMap((file) =>
				table.partitionKeys.includes(name)
					? [
							{
								min: file.partition[name] ?? null,
								max: file.partition[name] ?? null,
								hasNull: file.partition[name] === null,
							},
						]
					: file.rowGroups.map(({ chunks }) => ({
							min: chunks[chunk]?.[3] ?? null,
							max: chunks[chunk]?.[4] ?? null,
							hasNull: chunks[chunk]?.[5] !== 0,
						})),
			);
			const known = ranges.every(
				({ min, max }) => min !== null && max !== null,
			);
			const edge = async (aggregate: "min" | "max") => {
				const values = ranges.map((range) => range[aggregate]);
				const reader = await connection.runAndReadAll(
					`SELECT ${aggregate}(v::${type})::VARCHAR FROM (SELECT unnest([${values.map((value) => `'${value?.replaceAll("'", "''")}'`).join(", ")}]) AS v)`,
				);
				return String(reader.getRows()[0]?.[0]);
			};
			const hasNull = ranges.some((range) => range.hasNull);
			bounds[name] = known
				? { min: await edge("min"), max: await edge("max"), hasNull }
				: { min: null, max: null, hasNull: true };
		}
		blocks.push({ ...block, bounds });
	}
	return { ...table, manifest: { ...table.manifest, blocks } };
}
