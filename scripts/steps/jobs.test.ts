import { expect, test } from "vitest";
import type { TableDefinition } from "../datasets/dataset.ts";
import { datasetNamed } from "../datasets/registry.ts";
import { type PlannedPiece, writeJobs } from "./jobs.ts";
import type { WriteParams } from "./write/write-pieces.ts";

const dataset = datasetNamed("rides");
const tableNamed = (name: string) =>
	dataset.tables.find((table) => table.name === name) as TableDefinition;

function piece(
	table: string,
	level: number,
	buckets: readonly string[],
	rows: number,
): PlannedPiece {
	const id = [table, level, ...buckets].join("/");
	return {
		id,
		dataset,
		table: tableNamed(table),
		partition: table === "ride_cells" ? { level: String(level) } : {},
		buckets,
		rows,
		content: id,
		before: null,
		former: [],
		sources: [],
		inputs: [{ key: `batches/${level % 2}`, bytes: 1 }],
	};
}

test("neighbours of a table are written together while they are small, whole partitions apart from parts of some", () => {
	const pieces = [
		piece("rides", 0, [], 700),
		piece("ride_cells", 6, [], 1000),
		piece("ride_cells", 7, ["a"], 30_000),
		piece("ride_cells", 7, ["b"], 30_000),
		piece("ride_cells", 8, [], 1000),
		piece("ride_cells", 9, ["a"], 30_000),
	];
	const jobs = writeJobs("version", pieces, new Map());
	const written = jobs.map(({ params }) =>
		(params as unknown as WriteParams).pieces.map(({ id }) => id),
	);
	expect(written).toEqual([
		["rides/0"],
		["ride_cells/6", "ride_cells/8"],
		["ride_cells/7/a", "ride_cells/7/b"],
		["ride_cells/9/a"],
	]);
	expect(new Set(jobs.map(({ id }) => id)).size).toBe(jobs.length);
});

test("a piece that has only grown is apart from others, and made of the lake's files and what is new", () => {
	const whole = piece("ride_cells", 6, [], 1000);
	const grown = {
		...piece("ride_cells", 7, [], 1000),
		former: [{ path: "ride_cells/level=7/part-0-%20.parquet", bytes: 9 }],
	};
	const jobs = writeJobs("version", [grown, whole], new Map());
	expect(jobs.map(({ inputs }) => inputs)).toEqual([
		[
			{
				name: "rows-0.parquet",
				from: { store: "work", key: "batches/1" },
				bytes: 1,
			},
			{
				name: "ride_cells/level=7/part-0- .parquet",
				from: { store: "lake", key: "ride_cells/level=7/part-0- .parquet" },
				bytes: 9,
			},
		],
		[
			{
				name: "rows-0.parquet",
				from: { store: "work", key: "batches/0" },
				bytes: 1,
			},
		],
	]);
});
