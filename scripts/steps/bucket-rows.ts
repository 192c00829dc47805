import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier } from "../../src/lib/identifier.ts";
import { contractOf, type TableDefinition } from "../datasets/dataset.ts";
import { rowsOf } from "../storage/duckdb.ts";
import { literal } from "../storage/sql-text.ts";
import { bucketColumn } from "./distribute.ts";
import type { BucketRows } from "./pieces.ts";

/** What batches have put into the buckets of a table, in the order of the table. */
export async function readBucketRows(
	connection: DuckDBConnection,
	definition: TableDefinition,
	/** By batch, the local path of what {@link distribute} says lies where. */
	summaries: ReadonlyMap<string, string>,
): Promise<BucketRows[]> {
	if (summaries.size === 0) return [];
	const { partitionKeys, columns } = contractOf(definition);
	const buckets = definition.buckets.map((_, depth) => bucketColumn(depth));
	const typed = partitionKeys.map((key) => {
		const type = columns.find(({ name }) => name === key)?.type;
		return `CAST(${identifier(key)} AS ${type}) NULLS LAST`;
	});
	const order = [
		...typed,
		...buckets.map((name) => `${name} NULLS LAST`),
		"content",
		"batch",
	];
	const sources = [...summaries].map(
		([batch, path]) =>
			`SELECT ${literal(batch)} AS batch, * FROM read_parquet(${literal(path)}, hive_partitioning = false)`,
	);
	const texts = buckets.map(
		(name) => `CAST(${name} AS VARCHAR) AS ${name}_text`,
	);
	const rows = await rowsOf(
		connection,
		`SELECT ${["*", ...texts].join(", ")}
		FROM (${sources.join(" UNION ALL BY NAME ")}) ORDER BY ${order.join(", ")}`,
	);
	return rows.map((row) => ({
		partition: Object.fromEntries(
			partitionKeys.map((key) => [key, textOrNull(row[key])]),
		),
		buckets: buckets.map((name) => textOrNull(row[`${name}_text`])),
		rows: Number(row.rows),
		content: String(row.content),
		batch: String(row.batch),
		file: Number(row.file),
	}));
}

function textOrNull(value: unknown): string | null {
	return value === null || value === undefined ? null : String(value);
}
