import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier } from "../../../src/lib/sql/identifier.ts";
import type { TableDefinition } from "../../datasets/dataset.ts";
import { rowsOf } from "../../storage/duckdb.ts";
import { parquetRows } from "../../storage/sql-text.ts";
import {
	type Bucket,
	bucketColumns,
	namedBucket,
	typedKey,
} from "../read/buckets.ts";

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
	/** The same of those of its rows that are not new; null where all are or none is. */
	readonly before: Pick<Piece, "rows" | "content"> | null;
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
	/** Batches whose rows are new. */
	fresh: ReadonlySet<string> = new Set(),
): Promise<Piece[]> {
	if (summaries.size === 0) return [];
	const { contract } = definition;
	const keys = contract.partitionKeys.map(identifier);
	const buckets = bucketColumns(definition);
	const batches = [...summaries.keys()];
	const indices = batches.flatMap((batch, at) =>
		fresh.has(batch) ? [at] : [],
	);
	const isNew =
		indices.length === 0 ? "false" : `file_index IN (${indices.join(", ")})`;
	const files = parquetRows([...summaries.values()]);
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
			SELECT *, file_index AS batch, TRY_CAST(content AS HUGEINT) AS hashes, ${isNew} AS is_new
			FROM ${files}
		),
		finest AS (
			SELECT ${[...names, "sum(rows) AS rows"].join(", ")} FROM own GROUP BY ALL
		),
		measured AS (SELECT ${[...names, `${depth} AS depth`].join(", ")} FROM finest),
		pieces AS (
			SELECT ${[...keys.map((key) => `own.${key}`), ...cut, "depth"].join(", ")}, ${measures("true")}, ${measures("NOT is_new", "before_")},
				list(DISTINCT [batch, file] ORDER BY [batch, file]) AS sources
			FROM own JOIN measured ON ${same.join(" AND ")}
			GROUP BY ALL
		)
		SELECT ${[...texts, "depth", "rows", "content", "before_rows", "before_content", "sources"].join(", ")}
		FROM pieces ${order.length > 0 ? `ORDER BY ${order.join(", ")}` : ""}`,
	);
	return rows.map((row) => ({
		...namedBucket(contract, Number(row.depth), row),
		rows: Number(row.rows),
		content: String(row.content),
		before:
			row.before_rows === null || row.before_rows === row.rows
				? null
				: {
						rows: Number(row.before_rows),
						content: String(row.before_content),
					},
		sources: (JSON.parse(String(row.sources)) as [number, number][]).map(
			([batch, file]) => ({ batch: batches[batch] as string, file }),
		),
	}));
}

/** SQL of how many rows there are of those that a test holds for, and of what tells them from any others. */
function measures(test: string, prefix = ""): string {
	return `sum(rows) FILTER (${test}) AS ${prefix}rows,
		concat_ws(' ', sum(hashes) FILTER (${test}),
			string_agg(DISTINCT content, ' ' ORDER BY content) FILTER (${test} AND hashes IS NULL)) AS ${prefix}content`;
}
