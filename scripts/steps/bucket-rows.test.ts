import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { column } from "../../src/lib/tables.ts";
import type { TableDefinition } from "../datasets/dataset.ts";
import { type Database, openDatabase } from "../storage/duckdb.ts";
import { literal } from "../storage/sql-text.ts";
import { readBucketRows } from "./bucket-rows.ts";
import { temporaryFolder } from "./building.ts";
import { contentOf, type Piece, piecesOf } from "./pieces.ts";

const TABLE: TableDefinition = {
	name: "counts",
	contract: {
		name: "counts",
		dataset: "counts",
		description: "Counts.",
		columns: [
			column("level", "INTEGER", "Level"),
			column("day", "INTEGER", "Day"),
		],
		partitionKeys: ["level"],
		sortKeys: ["day"],
	},
	rows: "FROM counts",
	buckets: ["day // 100", "day // 10", "day"],
	orderBy: "day",
	rowGroupSize: 20480,
};

let folder: string;
let remove: () => Promise<void>;
let database: Database;
const summaries = new Map<string, string>();
beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
	database = await openDatabase({
		memoryLimit: "100MB",
		temporaryFolder: join(folder, "spill"),
	});
	// One batch is named, the others are told by their rows; levels and days may be null.
	for (const batch of ["a", "b", "named"]) {
		const path = join(folder, `${batch}.parquet`);
		await database.connection.run(
			`COPY (
				SELECT (hash(n) % 2)::INTEGER AS file, CASE WHEN n % 5 > 0 THEN (n % 5)::INTEGER::VARCHAR END AS level,
					day // 100 AS lakeside_bucket_0, day // 10 AS lakeside_bucket_1, day AS lakeside_bucket_2,
					1 + hash(n, ${literal(batch)}) % 100 AS rows,
					${batch === "named" ? "'batch named'" : `(hash(n, ${literal(batch)})::HUGEINT * 1000)::VARCHAR`} AS content
				FROM (SELECT n, CASE WHEN n % 7 > 0 THEN (hash(n, 'day') % 1200)::INTEGER END AS day FROM range(2000) AS numbers(n))
				WHERE hash(n, ${literal(batch)}, 'here') % 2 = 0
			) TO ${literal(path)} (FORMAT parquet)`,
		);
		summaries.set(batch, path);
	}
});
afterAll(async () => {
	await database.close();
	await remove();
});

/** What a piece is, however many entries it comes from. */
function told({ partition, buckets, rows, sources }: Piece) {
	const inputs = sources.map(({ batch, file }) => `${batch} ${file}`);
	return {
		partition,
		buckets,
		rows,
		content: [...new Set(contentOf(sources))],
		inputs: [...new Set(inputs)].sort(),
	};
}

test("buckets that stay together are one entry, and pieces are the same as of all buckets", async () => {
	const read = (pieceRows: number) =>
		readBucketRows(database.connection, TABLE, summaries, pieceRows);
	const all = await read(0);
	for (const pieceRows of [1, 60, 700, 5000, 40_000, 1e9]) {
		const few = await read(pieceRows);
		expect(piecesOf(few, pieceRows).map(told)).toEqual(
			piecesOf(all, pieceRows).map(told),
		);
		if (pieceRows >= 5000) expect(few.length).toBeLessThan(all.length / 2);
	}
	expect(
		await readBucketRows(database.connection, TABLE, new Map(), 1),
	).toEqual([]);
});

test("buckets come in the order of their values, and not of their digits", async () => {
	const entries = await readBucketRows(
		database.connection,
		TABLE,
		summaries,
		0,
	);
	const numbers = entries.map(({ partition, buckets }) =>
		[...Object.values(partition), ...buckets].map((value) =>
			value === null ? Infinity : Number(value),
		),
	);
	const hundreds = new Set(numbers.map(([, hundred]) => hundred));
	expect(hundreds).toContain(9);
	expect(hundreds).toContain(10);
	expect(numbers).toEqual(
		numbers.toSorted((left, right) => {
			const at = left.findIndex((value, index) => value !== right[index]);
			return at === -1 ? 0 : Number(left[at]) < Number(right[at]) ? -1 : 1;
		}),
	);
});
