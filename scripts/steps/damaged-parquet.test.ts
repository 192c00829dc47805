import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { literal } from "../../src/lib/sql/literal.ts";
import {
	build,
	queryLake,
	temporaryFolder,
	writeAll,
} from "../../tests/support/building.ts";

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

/** 20,000 flights of a month, a minute apart. */
async function flights(path: string, month: number): Promise<void> {
	const connection = await (await DuckDBInstance.create()).connect();
	await connection.run(
		`COPY (SELECT TIMESTAMP '2001-0${month}-01' + to_minutes(range) AS date, range % 90 AS delay,
			range % 2000 AS distance, 'AAA' AS origin, 'B' || range AS destination FROM range(20000))
		TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`,
	);
	connection.closeSync();
}

test("a Parquet file that is damaged inside is rejected, and the others are read", async () => {
	const input = join(folder, "input");
	await writeAll(input, {
		"flights/short.parquet": "PAR1",
		"flights/text.parquet": "date,delay\n1,2\n",
	});
	await flights(join(input, "flights", "good.parquet"), 1);
	await flights(join(input, "flights", "damaged.parquet"), 2);
	const bytes = await readFile(join(input, "flights", "damaged.parquet"));
	bytes.fill(0x5a, 4, 64);
	await writeFile(join(input, "flights", "damaged.parquet"), bytes);
	const report = await build({ input, out: join(folder, "lake") });
	expect(report.exitCode).toBe(1);
	expect(report.rejects.map(({ file }) => file)).toEqual([
		"flights/damaged.parquet",
		"flights/short.parquet",
		"flights/text.parquet",
	]);
	for (const { reason } of report.rejects) {
		expect(reason).not.toContain("\n");
		expect(reason).not.toContain("scratch");
	}
	const again = await build({ input, out: join(folder, "again") });
	expect(again.version).toBe(report.version);
	expect(report.datasets[0]?.balance).toEqual({
		unit: "rows",
		read: 20000,
		kept: 20000,
		rejected: 0,
		duplicates: 0,
	});
	expect(
		await queryLake(
			join(folder, "lake"),
			(table) =>
				`SELECT count(*)::INTEGER AS rows, max(date)::VARCHAR AS last FROM ${table("flights")}`,
		),
	).toEqual([{ rows: 20000, last: "2001-01-14 21:19:00" }]);
});
