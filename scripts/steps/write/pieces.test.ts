import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { column } from "../../../src/lib/catalog/tables.ts";
import { literal, literalList } from "../../../src/lib/sql/literal.ts";
import { temporaryFolder } from "../../../tests/support/building.ts";
import type { TableDefinition } from "../../datasets/dataset.ts";
import { type Database, openDatabase, rowsOf } from "../../storage/duckdb.ts";
import { type Piece, readPieces } from "./pieces.ts";

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

/** What a batch has put into a bucket. */
interface Entry {
	readonly batch: string;
	readonly file: number;
	/** Level and buckets, from coarse to fine. */
	readonly path: readonly (number | null)[];
	readonly rows: number;
	readonly content: string;
}

let folder: string;
let remove: () => Promise<void>;
let database: Database;
const summaries = new Map<string, string>();
const entries: Entry[] = [];

beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
	database = await openDatabase({
		memoryLimit: "100MB",
		temporaryFolder: join(folder, "spill"),
	});
	// One batch is named, the others are told by their rows; levels and days may be null.
	for (const batch of ["a", "b", "named"]) {
		const path = await summary(
			batch,
			`SELECT (hash(n) % 2)::INTEGER AS file, CASE WHEN n % 5 > 0 THEN (n % 5)::INTEGER::VARCHAR END AS level,
				day // 100 AS lakeside_bucket_0, day // 10 AS lakeside_bucket_1, day AS lakeside_bucket_2,
				1 + hash(n, ${literal(batch)}) % 100 AS rows,
				${batch === "named" ? "'batch named'" : `(hash(n, ${literal(batch)})::HUGEINT * 1000)::VARCHAR`} AS content
			FROM (SELECT n, CASE WHEN n % 7 > 0 THEN (hash(n, 'day') % 1200)::INTEGER END AS day FROM range(2000) AS numbers(n))
			WHERE hash(n, ${literal(batch)}, 'here') % 2 = 0`,
		);
		summaries.set(batch, path);
		const rows = await rowsOf(
			database.connection,
			`SELECT * FROM read_parquet(${literal(path)})`,
		);
		for (const row of rows)
			entries.push({
				batch,
				file: Number(row.file),
				path: [
					"level",
					"lakeside_bucket_0",
					"lakeside_bucket_1",
					"lakeside_bucket_2",
				].map((name) => (row[name] === null ? null : Number(row[name]))),
				rows: Number(row.rows),
				content: String(row.content),
			});
	}
});
afterAll(async () => {
	await database.close();
	await remove();
});

/** Writes what a batch says lies where. */
async function summary(name: string, select: string): Promise<string> {
	const path = join(folder, `${name}.parquet`);
	await database.connection.run(
		`COPY (${select}) TO ${literal(path)} (FORMAT parquet)`,
	);
	return path;
}

const read = (
	pieceRows: number,
	of = summaries,
	fresh: ReadonlySet<string> = new Set(),
) => readPieces(database.connection, TABLE, of, pieceRows, fresh);

/** How many rows there are, and what tells them from any others. */
function told(of: readonly Entry[]): Pick<Piece, "rows" | "content"> {
	const hashes = of
		.filter(({ batch }) => batch !== "named")
		.map(({ content }) => BigInt(content));
	return {
		rows: of.reduce((sum, entry) => sum + entry.rows, 0),
		content: [
			...(hashes.length > 0 ? [hashes.reduce((a, b) => a + b, 0n)] : []),
			...(hashes.length < of.length ? ["batch named"] : []),
		].join(" "),
	};
}

/** The pieces as their definition has them: cut by a level, and by buckets while there are too many rows. */
function cut(
	of: readonly Entry[],
	depth: number,
	pieceRows: number,
	fresh: ReadonlySet<string>,
): Piece[] {
	const { rows, content } = told(of);
	if (depth === 0 || (rows > pieceRows && depth <= TABLE.buckets.length))
		return [...Map.groupBy(of, ({ path }) => path[depth] ?? null)]
			.sort(([a], [b]) => (a ?? Infinity) - (b ?? Infinity))
			.flatMap(([, part]) => cut(part, depth + 1, pieceRows, fresh));
	const [level = null, ...buckets] = (of[0] as Entry).path.slice(0, depth);
	const known = of.filter(({ batch }) => !fresh.has(batch));
	const sources = new Map(
		of
			.map(({ batch, file }) => ({ batch, file }))
			.sort((a, b) => a.batch.localeCompare(b.batch) || a.file - b.file)
			.map((source) => [JSON.stringify(source), source]),
	);
	return [
		{
			partition: { level: level === null ? null : String(level) },
			buckets: buckets.map((value) => (value === null ? null : String(value))),
			rows,
			content,
			before:
				known.length === 0 || known.length === of.length ? null : told(known),
			sources: [...sources.values()],
		},
	];
}

test("pieces are partitions, cut by buckets as far as they have too many rows, in the order of values", async () => {
	for (const pieceRows of [0, 1, 60, 700, 5000, 40_000, 1e9])
		for (const batches of [[], ["b"], ["a", "named"], ["a", "b", "named"]]) {
			const fresh = new Set(batches);
			expect(await read(pieceRows, summaries, fresh)).toEqual(
				cut(entries, 0, pieceRows, fresh),
			);
		}
	expect((await read(0)).length).toBeGreaterThan((await read(5000)).length);
	expect(await read(1, new Map())).toEqual([]);
});

test("what comes into one place changes its own piece and no other", async () => {
	const more = await summary(
		"more",
		`SELECT 0 AS file, '3' AS level, 2 AS lakeside_bucket_0, 25 AS lakeside_bucket_1, 251 AS lakeside_bucket_2,
			7 AS rows, '12345' AS content`,
	);
	const before = await read(5000);
	const after = await read(5000, new Map([...summaries, ["more", more]]));
	const same = new Set(before.map((piece) => JSON.stringify(piece)));
	const changed = after.filter((piece) => !same.has(JSON.stringify(piece)));
	expect(changed).toHaveLength(1);
	expect(changed[0]?.partition).toEqual({ level: "3" });
});

test("what a piece holds is told by its rows, and not by the batches they came in", async () => {
	const two = literalList([...summaries.values()].slice(0, 2));
	const both = await summary("both", `FROM read_parquet(${two})`);
	const alone = (pieces: readonly Piece[]) =>
		pieces.map(({ sources: _, ...piece }) => piece);
	const apart = alone(await read(700, new Map([...summaries].slice(0, 2))));
	expect(alone(await read(700, new Map([["both", both]])))).toEqual(apart);
	expect(alone(await read(700))).not.toEqual(apart);
});

test("a table without partition keys and buckets is one piece", async () => {
	const path = await summary(
		"whole",
		"SELECT 0 AS file, 5 AS rows, '17' AS content UNION ALL SELECT 0, 6, '18'",
	);
	const whole: TableDefinition = {
		...TABLE,
		contract: { ...TABLE.contract, partitionKeys: [] },
		buckets: [],
	};
	expect(
		await readPieces(database.connection, whole, new Map([["x", path]]), 1),
	).toEqual([
		{
			partition: {},
			buckets: [],
			rows: 11,
			content: "35",
			before: null,
			sources: [{ batch: "x", file: 0 }],
		},
	]);
});
