import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier } from "../../src/lib/identifier.ts";
import type { TableDefinition } from "../datasets/dataset.ts";
import { rowsOf } from "../storage/duckdb.ts";
import { literalList } from "../storage/sql-text.ts";
import { bucketColumn, namedBucket, typedKey } from "./buckets.ts";
import type { BucketRows } from "./pieces.ts";

/**
 * What batches have put into the buckets of a table, in the order of the table. Buckets
 * that stay together where pieces have `pieceRows` rows are one entry, which names only
 * those that lead to it: there are as few entries as {@link piecesOf} can do with.
 */
export async function readBucketRows(
	connection: DuckDBConnection,
	definition: TableDefinition,
	/** By batch, the local path of what {@link distribute} says lies where. */
	summaries: ReadonlyMap<string, string>,
	pieceRows: number,
): Promise<BucketRows[]> {
	if (summaries.size === 0) return [];
	const { contract } = definition;
	const { partitionKeys } = contract;
	const keys = partitionKeys.map(identifier);
	const buckets = definition.buckets.map((_, depth) => bucketColumn(depth));
	const typed = partitionKeys.map(
		(key) =>
			`${typedKey(contract, key, `joined.${identifier(key)}`)} NULLS LAST`,
	);
	const batches = [...summaries.keys()];
	const files = literalList([...summaries.values()]);
	// Of each bucket once, whatever batches it comes from: windows are dear.
	const fitting = buckets.map((_, depth) => {
		const shared = [...keys, ...buckets.slice(0, depth)].join(", ");
		const over = shared === "" ? "" : `PARTITION BY ${shared}`;
		return `WHEN sum(rows) OVER (${over}) <= ${pieceRows} THEN ${depth}`;
	});
	const depth =
		fitting.length === 0
			? "0"
			: `CASE ${fitting.join(" ")} ELSE ${buckets.length} END`;
	const cut = buckets.map(
		(name, at) => `CASE WHEN depth > ${at} THEN own.${name} END AS ${name}`,
	);
	const names = [...keys, ...buckets];
	const same =
		names.length === 0
			? ["true"]
			: names.map(
					(name) => `own.${name} IS NOT DISTINCT FROM measured.${name}`,
				);
	const texts = names.map((name) => `CAST(${name} AS VARCHAR) AS ${name}`);
	// Of the numbers: a name alone would be that of the text.
	const order = [
		...typed,
		...buckets.map((name) => `joined.${name} NULLS LAST`),
	];
	const rows = await rowsOf(
		connection,
		`WITH own AS MATERIALIZED (
			FROM read_parquet(${files}, filename = true, hive_partitioning = false)
			JOIN (SELECT unnest(${files}) AS filename, unnest(range(${batches.length})) AS batch) USING (filename)
		),
		finest AS (
			SELECT ${[...names, "sum(rows) AS rows"].join(", ")} FROM own GROUP BY ALL
		),
		measured AS (SELECT ${[...names, `${depth} AS depth`].join(", ")} FROM finest),
		joined AS (
			SELECT ${[...keys.map((key) => `own.${key}`), ...cut, "depth", "batch", "file"].join(", ")}, sum(rows) AS rows,
				coalesce(sum(TRY_CAST(content AS HUGEINT))::VARCHAR, min(content)) AS content
			FROM own JOIN measured ON ${same.join(" AND ")}
			GROUP BY ALL
		)
		SELECT ${[...texts, "depth", "batch", "file", "rows", "content"].join(", ")}
		FROM joined ORDER BY ${[...order, "content", "batch"].join(", ")}`,
	);
	return rows.map((row) => ({
		...namedBucket(contract, Number(row.depth), row),
		rows: Number(row.rows),
		content: String(row.content),
		batch: batches[Number(row.batch)] as string,
		file: Number(row.file),
	}));
}
