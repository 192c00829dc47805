import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TableContract } from "../../src/lib/tables.ts";
import type { TableDefinition } from "../datasets/dataset.ts";
import { type Database, openDatabase, rowsOf } from "../storage/duckdb.ts";
import { literal } from "../storage/sql-text.ts";
import { temporaryFolder } from "./building.ts";
import { makeManifest, urlPath } from "./manifest.ts";
import { shuffle } from "./shuffle.ts";
import { writePiece } from "./write.ts";

let folder: string;
let remove: () => Promise<void>;
let database: Database;

beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
	database = await openDatabase({
		memoryLimit: "256MB",
		temporaryFolder: join(folder, "spill"),
	});
});
afterAll(async () => {
	database.close();
	await remove();
});

/** Writes a table of one key and one number, and gives its files. */
async function write(
	name: string,
	definition: Pick<TableDefinition, "select" | "bucket" | "rowGroupSize">,
	partitionKeys: readonly string[],
) {
	const column = (title: string, type: string) => ({
		name: title,
		type,
		unit: null,
		description: "",
	});
	const contract: TableContract = {
		name,
		dataset: "rides",
		description: "",
		columns: [column("k", "VARCHAR"), column("v", "BIGINT")],
		partitionKeys,
		sortKeys: ["v"],
	};
	const scratch = join(folder, `${name}-scratch`);
	const lake = join(folder, name);
	const pieces = await shuffle(
		database.connection,
		contract,
		definition,
		scratch,
	);
	const files = [];
	for (const piece of pieces) {
		const written = await writePiece(
			database.connection,
			contract,
			{ ...definition, name: "rides", orderBy: "v" },
			piece,
			{ lake, scratch: join(scratch, "sorted") },
		);
		files.push(...written.files);
	}
	return { pieces, files, lake, contract };
}

test("keys of any text come back from the folders of a Hive layout", async () => {
	const keys = [
		"plain",
		"with space",
		"a/b",
		"a=b",
		"50%",
		"%25",
		"ü",
		"'quoted\"",
		"a?b#c",
		"..",
		"[0-9]*",
		"Plain",
		"1",
		null,
	];
	const values = keys
		.map((key, index) => `(${key === null ? "NULL" : literal(key)}, ${index})`)
		.join(", ");
	const { pieces, files, lake } = await write(
		"keys",
		{
			select: `SELECT * FROM (VALUES ${values}) AS t(k, v)`,
			bucket: null,
			rowGroupSize: 20480,
		},
		["k"],
	);
	expect(pieces.map((piece) => piece.partition.k)).toEqual([
		...keys
			.filter((key) => key !== null)
			.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
		null,
	]);
	const read = await rowsOf(
		database.connection,
		`SELECT k, v FROM read_parquet(${literal(`${lake}/keys/*/*.parquet`)}, hive_partitioning = true, hive_types = {'k': VARCHAR}) ORDER BY v`,
	);
	expect(read.map((row) => row.k)).toEqual(keys);
	for (const file of files)
		expect(
			decodeURIComponent(new URL(urlPath(file.path), "http://h/").pathname),
		).toBe(`/${file.path}`);
});

test("neighbouring buckets make one piece until it is large, and keep their order", async () => {
	const { pieces, files, lake } = await write(
		"buckets",
		{
			select:
				"SELECT 'x' AS k, (hash(i) % 1000)::BIGINT AS v FROM range(2500000) AS r(i)",
			bucket: "v // 100",
			rowGroupSize: 20480,
		},
		[],
	);
	expect(pieces.map((piece) => piece.bucket)).toEqual(["0", "4", "8"]);
	const numbers = files.map((file) => file.path.replace(/-[0-9a-f]{16}/, ""));
	expect(numbers).toEqual([
		"buckets/part-0-0.parquet",
		"buckets/part-0-1.parquet",
		"buckets/part-4-0.parquet",
		"buckets/part-4-1.parquet",
		"buckets/part-8-0.parquet",
	]);
	const [row] = await rowsOf(
		database.connection,
		`SELECT count(*) AS rows, count(*) FILTER (v < before) AS inversions FROM (
			SELECT v, lag(v) OVER () AS before FROM read_parquet([${files.map((file) => literal(join(lake, file.path)))}]))`,
	);
	expect(row).toEqual({ rows: 2500000n, inversions: 0n });
});

test("a manifest's blocks hold whole files of about 256 row groups, and their bounds", async () => {
	const { files, lake, contract } = await write(
		"blocks",
		{
			select:
				"SELECT chr((97 + i % 3)::INTEGER) AS k, nullif(i, 7) AS v FROM range(1500000) AS r(i)",
			bucket: null,
			rowGroupSize: 2048,
		},
		["k"],
	);
	const manifest = await makeManifest(
		database.connection,
		contract,
		files,
		lake,
	);
	expect(manifest.rows).toBe(1500000);
	expect(manifest.blocks.length).toBeGreaterThan(2);
	for (const block of manifest.blocks) {
		expect(block.rowGroups).toBeLessThanOrEqual(256);
		const [low, high] = [block.bounds.k?.min ?? "", block.bounds.k?.max ?? ""];
		expect(low <= high).toBe(true);
	}
	expect(manifest.blocks[0]?.bounds.v?.min).toBe("0");
	expect(manifest.blocks.some((block) => block.bounds.v?.hasNull)).toBe(true);
	expect(manifest.blocks.every((block) => block.bounds.v?.hasNull)).toBe(false);
});
