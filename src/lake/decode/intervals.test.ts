import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import { expect, test } from "vitest";
import { openNodeDatabase } from "../../../scripts/lake/node-database.ts";
import { nodeDecoder } from "../../../scripts/lake/node-decoder.ts";

/** Stands for a number of months or days that DuckDB would not write, being negative. */
const STAND_IN = 0x12_34_56_78;

const SHOWN = '"1"::VARCHAR AS a, "b c"::VARCHAR AS b, "0" AS c';

test.each([
	"COMPRESSION zstd, PARQUET_VERSION V2",
	"COMPRESSION snappy, PARQUET_VERSION V1",
	"COMPRESSION uncompressed, PARQUET_VERSION V2",
])("intervals come whole from files with %s", async (options) => {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-intervals-"));
	const instance = await DuckDBInstance.create();
	const native = await instance.connect();
	const database = await openNodeDatabase();
	const decoder = nodeDecoder();
	try {
		const path = join(folder, "spans.parquet");
		await native.run(
			`COPY (SELECT CASE WHEN i % 7 = 0 THEN NULL ELSE to_months((i % 40)::INTEGER) + to_days((i % 9)::INTEGER) + to_milliseconds(i * 100003) END AS "1",
				CASE WHEN i % 3 = 0 THEN to_months(${STAND_IN}) ELSE to_days(${STAND_IN}) + to_milliseconds(4294967295) END AS "b c", i AS "0"
			FROM range(5000) r(i)) TO '${path}' (${options}, ROW_GROUP_SIZE 2048)`,
		);
		const bytes = await readFile(path);
		const signed = Buffer.alloc(4);
		signed.writeInt32LE(-7);
		const standIn = Buffer.alloc(4);
		standIn.writeInt32LE(STAND_IN);
		for (let at = bytes.indexOf(standIn); at !== -1; )
			at = bytes.indexOf(standIn, at + signed.copy(bytes, at));
		await writeFile(path, bytes);

		const connection = await database.connect();
		await connection.query(
			'CREATE TABLE spans ("1" INTERVAL, "b c" INTERVAL, "0" BIGINT)',
		);
		const decoded = await decoder.decode({
			fileBytes: bytes.length,
			ranges: [{ startByte: 0, bytes }],
			columns: ["1", "b c", "0"],
			intervals: ["1", "b c"],
			rowGroups: [1, 0, 2],
		});
		for (const ipc of decoded)
			await connection.insert(ipc, {
				schema: "main",
				table: "spans",
				create: false,
			});
		const answer = tableFromIPC(
			await connection.query(`SELECT ${SHOWN} FROM spans ORDER BY c`),
		);
		const expected = await native.runAndReadAll(
			`SELECT ${SHOWN} FROM '${path}' ORDER BY c`,
		);
		expect(answer.toArray().map(({ a, b, c }) => [a, b, c])).toEqual(
			expected.getRows(),
		);
		if (options.includes("uncompressed"))
			expect(expected.getRows()[3]?.[1]).toBe("-7 months");
	} finally {
		await database.close();
		native.closeSync();
		instance.closeSync();
		await rm(folder, { recursive: true });
	}
});
