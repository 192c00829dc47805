import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { column } from "../../../src/lib/catalog/tables.ts";
import { literalList } from "../../../src/lib/sql/literal.ts";
import { temporaryFolder } from "../../../tests/support/building.ts";
import { type TableDefinition, timeBuckets } from "../../datasets/dataset.ts";
import { type Database, openDatabase, rowsOf } from "../../storage/duckdb.ts";
import { readPieces } from "../write/pieces.ts";
import { testsOf } from "./buckets.ts";
import { distribute } from "./distribute.ts";

const TABLE: TableDefinition = {
	name: "readings",
	contract: {
		name: "readings",
		dataset: "readings",
		description: "Readings.",
		columns: [
			column("station", "VARCHAR", "Station"),
			column("ts", "TIMESTAMP", "Time"),
			column("value", "DOUBLE", "Value"),
		],
		partitionKeys: ["station"],
		sortKeys: ["ts"],
	},
	rows: "FROM staged",
	buckets: timeBuckets("ts"),
	orderBy: "ts, value",
	rowGroupSize: 20480,
};

const ROWS = 200_000;

let folder: string;
let remove: () => Promise<void>;
let database: Database;
beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
	database = await openDatabase({ temporaryFolder: join(folder, "spill") });
	// Stations and times may be missing, and a station's name may be a path's or SQL's.
	await database.connection.run(
		`CREATE TABLE staged AS
		SELECT CASE WHEN n % 11 > 0 THEN ['a', 'a/b', 'it''s', '100 %', ''][1 + (hash(n) % 5)::INTEGER] END AS station,
			CASE WHEN n % 13 > 0 THEN TIMESTAMP '2019-12-30' + to_minutes((hash(n, 'ts') % 200000)::BIGINT) END AS ts,
			CASE WHEN n % 17 > 0 THEN n / 7 END AS value
		FROM range(${ROWS}) AS numbers(n)`,
	);
});
afterAll(async () => {
	await database.close();
	await remove();
});

/** Distributes the rows; gives the paths of the files that hold them, and of their summary. */
async function distributed(isSorted: boolean) {
	const out = join(folder, isSorted ? "sorted" : "cut");
	await mkdir(out, { recursive: true });
	const { files, buckets, rows } = await distribute(
		database.connection,
		TABLE,
		{ folder: out, isSorted, isUnique: false, content: null },
	);
	expect(rows).toBe(ROWS);
	return { files, summary: buckets as string };
}

/** Pieces of at most so many rows, with what their files hold of them. */
async function piecesIn(
	{ files, summary }: Awaited<ReturnType<typeof distributed>>,
	pieceRows: number,
) {
	const pieces = await readPieces(
		database.connection,
		TABLE,
		new Map([["batch", summary]]),
		pieceRows,
	);
	const told = [];
	for (const { sources, ...piece } of pieces) {
		const own = sources.map(({ file }) => files[file] as string);
		const [held] = await rowsOf(
			database.connection,
			`SELECT count(*) AS rows, sum(hash(station, ts, value)::HUGEINT)::VARCHAR AS content
			FROM read_parquet(${literalList(own)}, hive_partitioning = false)
			WHERE ${testsOf(TABLE.contract, piece).join(" AND ")}`,
		);
		expect(held?.rows).toBe(BigInt(piece.rows));
		told.push({ ...piece, held });
	}
	return told;
}

test("pieces are the same and whole, however a batch's rows lie", async () => {
	const sorted = await distributed(true);
	const cut = await distributed(false);
	for (const pieceRows of [1e9, 8000]) {
		const pieces = await piecesIn(sorted, pieceRows);
		expect(await piecesIn(cut, pieceRows)).toEqual(pieces);
		expect(pieces.reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS);
	}
	expect(cut.files.length).toBeGreaterThan(sorted.files.length);
});

test("rows in order lie in files of which a piece needs few", async () => {
	const { files } = await distributed(true);
	expect(files.length).toBeGreaterThan(1);
	const months = await rowsOf(
		database.connection,
		`SELECT count(DISTINCT filename) AS files
		FROM read_parquet(${literalList(files)}, filename = true, hive_partitioning = false)
		GROUP BY station, year(ts), month(ts)`,
	);
	expect(months.length).toBeGreaterThan(20);
	expect(months.filter(({ files }) => files !== 1n)).toHaveLength(1);
});
