import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase, rowsOf } from "./duckdb.ts";
import { StagingWriter, stagingTable } from "./staging.ts";

const ROWS = 1_200_000;
const FLUSH_BYTES = 8 << 20;

test("rows that are written down take no more memory, however many come", async () => {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-staging-"));
	const database = await openDatabase({ temporaryFolder: folder });
	try {
		const { connection } = database;
		const writer = await StagingWriter.create(
			connection,
			folder,
			[
				{
					name: "readings",
					columns: [
						{ name: "measure", type: "VARCHAR" },
						{ name: "value", type: "DOUBLE" },
					],
				},
			],
			FLUSH_BYTES,
		);
		const memory = async () => {
			const [row] = await rowsOf(
				connection,
				"SELECT sum(memory_usage_bytes)::DOUBLE AS bytes FROM duckdb_memory()",
			);
			return Number(row?.bytes);
		};
		for (let row = 0; row < ROWS; row++) {
			writer.row("readings", 0, [`measure ${row % 7}`, row]);
			if (row % 4096 === 0) await writer.drain();
		}
		expect(await memory()).toBeLessThan(2 * FLUSH_BYTES);
		const files = await writer.finish();
		expect(files.length).toBeGreaterThan(4);
		expect(
			await rowsOf(
				connection,
				`SELECT count(*)::INTEGER AS rows, sum(value) AS sum FROM read_parquet('${folder}/*.parquet')`,
			),
		).toEqual([{ rows: ROWS, sum: (ROWS * (ROWS - 1)) / 2 }]);
		expect(
			await rowsOf(
				connection,
				`SELECT count(*)::INTEGER AS rows FROM ${stagingTable("readings")}`,
			),
		).toEqual([{ rows: 0 }]);
	} finally {
		await database.close();
		await rm(folder, { recursive: true });
	}
});
