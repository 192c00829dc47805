import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { decodeRollup } from "./rollup.ts";

async function parquetOf(select: string): Promise<Uint8Array> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-rollup-"));
	const instance = await DuckDBInstance.create();
	const connection = await instance.connect();
	try {
		const path = join(folder, "rollup.parquet");
		await connection.run(
			`COPY (${select}) TO '${path}' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V2)`,
		);
		return await readFile(path);
	} finally {
		connection.closeSync();
		instance.closeSync();
		await rm(folder, { recursive: true });
	}
}

test("every type of a roll-up arrives as what a chart draws", async () => {
	const rows = await decodeRollup(
		await parquetOf(`
			SELECT 24271::BIGINT AS posts, 1.64::DOUBLE AS mean, 'März' AS name,
				NULL::VARCHAR AS nothing, 7::INTEGER AS level, true AS flag,
				TIMESTAMP '2024-02-29 23:59:59.123' AS at, DATE '1969-12-31' AS day
		`),
	);
	expect(rows).toEqual([
		{
			posts: 24271,
			mean: 1.64,
			name: "März",
			nothing: null,
			level: 7,
			flag: true,
			at: new Date("2024-02-29T23:59:59.123Z"),
			day: new Date("1969-12-31T00:00:00Z"),
		},
	]);
});

test("rows keep their order and their nulls over many pages", async () => {
	const rows = await decodeRollup(
		await parquetOf(`
			SELECT i::BIGINT AS i, CASE WHEN i % 3 = 0 THEN NULL ELSE 'tag' || (i % 50) END AS tag,
				CASE WHEN i % 7 = 0 THEN NULL ELSE DATE '2020-01-01' + (i % 900)::INTEGER END AS day
			FROM range(30000) t(i)
		`),
	);
	expect(rows).toHaveLength(30000);
	for (const [i, row] of rows.entries()) {
		expect(row.i).toBe(i);
		expect(row.tag).toBe(i % 3 === 0 ? null : `tag${i % 50}`);
		expect(row.day).toEqual(
			i % 7 === 0 ? null : new Date(Date.UTC(2020, 0, 1 + (i % 900))),
		);
	}
});

test("what is no Parquet file is refused", async () => {
	await expect(
		decodeRollup(new TextEncoder().encode("<!doctype html>")),
	).rejects.toThrow();
});
