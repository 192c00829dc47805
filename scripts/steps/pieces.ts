import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier } from "../../src/lib/identifier.ts";
import type { TableDefinition } from "../datasets/dataset.ts";
import { rowsOf } from "../storage/duckdb.ts";
import { literalList } from "../storage/sql-text.ts";
import {
	type Bucket,
	bucketColumns,
	namedBucket,
	typedKey,
} from "./buckets.ts";

/** A piece holds no more rows than this unless its table says otherwise or it cannot be cut. */
export const PIECE_ROWS = 2 ** 20;

/** A part of a table that is sorted and written on its own. */
export interface Piece extends Bucket {
	readonly rows: number;
	/**
	 * Tells these rows from any others. Where they have hashes, it does not matter in which
	 * batches they came: a file that comes or goes may cut these elsewhere.
	 */
	readonly content: string;
	/** The files that hold its rows, by their batch and their place in it. */
	readonly sources: readonly {
		readonly batch: string;
		readonly file: number;
	}[];
}

/**
 * Cuts a table into pieces, which come in its order: a partition is one, unless it has
 * more than `pieceRows` rows; then each of its coarsest buckets is one, and so on. So it
 * depends on a piece's own rows, and not on its neighbours', where it begins and ends.
 */
export async function readPieces(
	connection: DuckDBConnection,
	definition: TableDefinition,
	/** By batch, the local path of what {@link distribute} says lies where. */
	summaries: ReadonlyMap<string, string>,
	pieceRows: number,
): Promise<Piece[]> {
	if (summaries.size === 0) return [];
	const { contract } = definition;
	const keys = contract.partitionKeys.map(identifier);
	const buckets = bucketColumns(definition);
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
	// Of the values: a name alone would be that of the text.
	const order = [
		...contract.partitionKeys.map((key) =>
			typedKey(contract, key, `pieces.${identifier(key)}`),
		),
		...buckets.map((name) => `pieces.${name}`),
	].map((value) => `${value} NULLS LAST`);
	const rows = await rowsOf(
		connection,
		`WITH own AS MATERIALIZED (
			SELECT *, file_index AS batch, TRY_CAST(content AS HUGEINT) AS hashes
			FROM read_parquet(${files}, hive_partitioning = false)
		),
		finest AS (
			SELECT ${[...names, "sum(rows) AS rows"].join(", ")} FROM own GROUP BY ALL
		),
		measured AS (SELECT ${[...names, `${depth} AS depth`].join(", ")} FROM finest),
		pieces AS (
			SELECT ${[...keys.map((key) => `own.${key}`), ...cut, "depth"].join(", ")}, sum(rows) AS rows,
				concat_ws(' ', sum(hashes), string_agg(DISTINCT content, ' ' ORDER BY content) FILTER (hashes IS NULL)) AS content,
				list(DISTINCT [batch, file] ORDER BY [batch, file]) AS sources
			FROM own JOIN measured ON ${same.join(" AND ")}
			GROUP BY ALL
		)
		SELECT ${[...texts, "depth", "rows", "content", "sources"].join(", ")}
		FROM pieces ${order.length > 0 ? `ORDER BY ${order.join(", ")}` : ""}`,
	);
	return rows.map((row) => ({
		...namedBucket(contract, Number(row.depth), row),
		rows: Number(row.rows),
		content: String(row.content),
		sources: (JSON.parse(String(row.sources)) as [number, number][]).map(
			([batch, file]) => ({ batch: batches[batch] as string, file }),
		),
	}));
}
