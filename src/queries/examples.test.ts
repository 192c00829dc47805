import {
	type DuckDBConnection,
	DuckDBInstance,
	type DuckDBInstance as Instance,
} from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Bounds, CatalogTable } from "../lib/catalog/catalog.ts";
import { type Column, TABLES } from "../lib/catalog/tables.ts";
import { identifier } from "../lib/sql/identifier.ts";
import { examplesFor, starterOf } from "./examples.ts";

let instance: Instance;
let connection: DuckDBConnection;

beforeAll(async () => {
	instance = await DuckDBInstance.create(":memory:");
	connection = await instance.connect();
	for (const table of [...TABLES, CANDLES, ODD])
		await create(table.name, table.columns);
});

afterAll(() => {
	connection.closeSync();
	instance.closeSync();
});

/** A table of a few rows of plain values and one of nulls. */
async function create(name: string, columns: readonly Column[]) {
	const value = ({ type }: Column) => {
		if (type === "VARCHAR") return "'v' || i % 2";
		if (type === "BOOLEAN") return "i % 2 = 0";
		if (type === "TIMESTAMP")
			return "timestamp '2024-03-01 12:30:15' - interval (i) days";
		if (type === "DATE") return "date '2024-03-01' - i::int";
		if (type === "BLOB") return "'\\xAA'::BLOB";
		return `${type.endsWith("[]") ? "[i]" : "i"}::${type}`;
	};
	await connection.run(
		`create table ${identifier(name)} as select ${columns
			.map((column) => `${value(column)} as ${identifier(column.name)}`)
			.join(", ")} from (select unnest([1, 2, 3, 4, 16, null]) as i)`,
	);
}

/** Of the dataset of markets, which pages know by its table alone. */
const CANDLES = {
	name: "candles",
	columns: Object.entries({
		...{ resolution: "VARCHAR", symbol: "VARCHAR", ts: "TIMESTAMP" },
		...{ open: "DOUBLE", high: "DOUBLE", low: "DOUBLE", close: "DOUBLE" },
		volume: "DOUBLE",
	}).map(([name, type]) => ({ name, type, unit: null, description: "" })),
};

const ODD = {
	name: "select",
	columns: [
		{ name: "on or off", type: "VARCHAR", unit: null, description: "" },
		{ name: "prices", type: "DECIMAL(9,2)[]", unit: "€", description: "" },
		{ name: 'say "hi"', type: "DECIMAL(9,2)", unit: "m", description: "" },
		{ name: "date", type: "DATE", unit: null, description: "" },
		{ name: "order", type: "BLOB", unit: null, description: "" },
	],
};

function tableOf(
	{ name, columns }: { name: string; columns: readonly Column[] },
	bounds: Record<string, Bounds>,
): CatalogTable {
	return {
		name,
		dataset: "d",
		description: "",
		columns,
		partitionKeys: [],
		sortKeys: [],
		rows: 6,
		files: 1,
		rowGroups: 1,
		bytes: 1,
		manifest: {
			path: "m",
			bytes: 1,
			blocks: [
				{
					startByte: 0,
					byteLength: 1,
					checksum: "",
					rowGroups: 1,
					rows: 6,
					bounds,
				},
			],
		},
	};
}

const BOUNDS = {
	min: "2024-02-14 12:30:15",
	max: "2024-02-29 12:30:15.25",
	hasNull: true,
};

const CATALOG_BOUNDS: readonly Record<string, Bounds>[] = [
	{},
	{
		started_at: BOUNDS,
		created_at: BOUNDS,
		date: BOUNDS,
		station: { min: "v'0", max: "v1", hasNull: false },
		symbol: { min: "v'0", max: "v1", hasNull: false },
	},
];

for (const table of [...TABLES, CANDLES, ODD]) {
	for (const bounds of CATALOG_BOUNDS) {
		const catalogTable = tableOf(table, bounds);
		for (const { title, sql } of examplesFor(catalogTable))
			test(`DuckDB answers "${title}" over ${table.name}${"date" in bounds ? " with bounds" : ""}`, async () => {
				const answer = await connection.runAndReadAll(sql);
				expect(answer.columnCount).toBeGreaterThan(0);
				if ("date" in bounds) expect(sql).not.toContain("(select max");
			});
	}
}

test("a window is a literal counted back from the catalog's last bound", () => {
	const [, lastWeek] = examplesFor(
		tableOf({ name: "flights", columns: [] }, { date: BOUNDS }),
	);
	expect(lastWeek?.sql).toContain("date >= timestamp '2024-02-22 12:30:15'");
});

test("the window of the top hashtags leaves its start out", () => {
	const [top] = examplesFor(
		tableOf({ name: "post_tags", columns: [] }, { created_at: BOUNDS }),
	);
	expect(top?.sql).toContain("created_at > timestamp '2024-02-22 12:30:15'");
});

test("a newcomer starts with flights, else with the first table that holds something", () => {
	const [rides, posts, flights] = ["rides", "posts", "flights"].map((name) =>
		tableOf({ name, columns: [] }, {}),
	) as [CatalogTable, CatalogTable, CatalogTable];
	const rejects = tableOf({ name: "rejects", columns: [] }, {});
	const starts = (...tables: CatalogTable[]) =>
		starterOf(tables)?.table.name ?? null;
	expect(starts(rides, flights)).toBe("flights");
	expect(starts(rejects, { ...rides, rows: 0 }, posts)).toBe("posts");
	expect(starts({ ...rides, rows: 0 })).toBe("rides");
	expect(starts()).toBeNull();
	expect(starterOf([posts])?.sql).toBe(examplesFor(posts)[0]?.sql);
});
