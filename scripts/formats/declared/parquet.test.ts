import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { readFrom } from "../../../tests/support/declared-files.ts";
import { parquet } from "./parquet.ts";

const format = parquet({
	table: "rows",
	columns: { id: "BIGINT NOT NULL", ts: "TIMESTAMP", value: "DOUBLE" },
	rejected: { "a negative value": "value < 0" },
});

async function parquetOf(select: string): Promise<Buffer> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-"));
	const instance = await DuckDBInstance.create(":memory:");
	try {
		const connection = await instance.connect();
		const path = join(folder, "a.parquet");
		await connection.run(`COPY (${select}) TO '${path}'`);
		connection.closeSync();
		return await readFile(path);
	} finally {
		instance.closeSync();
		await rm(folder, { recursive: true });
	}
}

async function read(content: Uint8Array) {
	const lake = await readFrom(format, { "a.parquet": content });
	const rows = await lake.query("SELECT * EXCLUDE (file_index) FROM rows");
	lake.close();
	return {
		rows: rows.map((row) => Object.values(row)),
		rejects: lake.rejects.map(({ line, reason }) => [line, reason]),
		counts: lake.reports["a.parquet"]?.counts,
	};
}

test("columns are read by name, and values that their type does not hold rejected", async () => {
	const content = await parquetOf(`
		SELECT * FROM (VALUES
			(3::DECIMAL(9, 2), 1.5, DATE '2024-05-01', 'x'),
			(1.5, 1, NULL, 'x'), (NULL, 1, NULL, 'x'), (4, -1, NULL, 'x'), (NULL, NULL, NULL, 'x')
		) AS rows(ID, value, ts, other)`);
	expect(await read(content)).toEqual({
		rows: [[3n, new Date("2024-05-01"), 1.5]],
		rejects: [
			[2, "id: not a BIGINT: 1.50"],
			[3, "id: no value"],
			[4, "a negative value"],
			[5, "no value in any column"],
		],
		counts: { "rows read": 5, "rows kept": 1, "rows rejected": 4 },
	});
});

test("a file that is damaged, cut off or has other columns is rejected whole", async () => {
	const whole = await parquetOf(
		"SELECT i AS id, NULL::TIMESTAMP AS ts, i * 1.5 AS value FROM range(5000) AS t(i)",
	);
	const noise = Buffer.from(whole);
	noise.fill(0xff, 20, 400);
	for (const [content, reason] of [
		[whole.subarray(0, whole.length - 20), "not a whole Parquet file"],
		[whole.subarray(0, 6), "not a whole Parquet file"],
		[noise, "not a whole Parquet file"],
		[Buffer.alloc(0), "the file is empty"],
		[
			await parquetOf("SELECT 1 AS id, 2 AS other"),
			"no column ts, value: the file has id, other",
		],
	] as const) {
		const { rows, rejects, counts } = await read(content);
		expect([reason, rows, counts]).toEqual([reason, [], {}]);
		expect(rejects).toEqual([[null, expect.stringContaining(reason)]]);
	}
});
