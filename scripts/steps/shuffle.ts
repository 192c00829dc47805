import { mkdir, readdir } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier } from "../../src/lib/identifier.ts";
import type { TableContract } from "../../src/lib/tables.ts";
import type { TableDefinition } from "../datasets/dataset.ts";
import { type Row, rowsOf } from "../storage/duckdb.ts";
import { literal, literalList, SCRATCH_PARQUET } from "../storage/sql-text.ts";

/** Column that holds the bucket while rows are on their way. */
const BUCKET = "lakeside_bucket";

/** Neighbouring buckets make one piece while they hold no more rows than this together. */
const PIECE_ROWS = 2 ** 20;

/** A part of a table that is sorted on its own. */
export interface Piece {
	/** SELECT of the piece's rows, all columns that the definition selects, in no order. */
	readonly select: string;
	/** `level=16`, as DuckDB encodes it; empty for a table without partition keys. */
	readonly folder: string;
	/** Values of the partition keys as text, null for null. */
	readonly partition: Readonly<Record<string, string | null>>;
	/** The first of its buckets as text, null where that is null or the table has none. */
	readonly bucket: string | null;
}

/**
 * Writes what a table's definition selects to a scratch folder, cut into its pieces,
 * and gives these in the order of the partition keys and buckets.
 */
export async function shuffle(
	connection: DuckDBConnection,
	contract: TableContract,
	definition: Pick<TableDefinition, "select" | "bucket">,
	scratch: string,
): Promise<Piece[]> {
	const casts = contract.columns.map(
		({ name, type }) =>
			`CAST(${identifier(name)} AS ${type}) AS ${identifier(name)}`,
	);
	const select = `SELECT * REPLACE (${casts.join(", ")}) FROM (${definition.select})`;
	const keys = contract.partitionKeys;
	const folder = join(scratch, `shuffle-${contract.name}`);
	await mkdir(folder, { recursive: true });
	if (keys.length === 0 && definition.bucket === null) {
		const file = join(folder, "all.parquet");
		await connection.run(
			`COPY (${select}) TO ${literal(file)} (FORMAT parquet, ${SCRATCH_PARQUET})`,
		);
		const rows = `FROM read_parquet(${literal(file)})`;
		return [{ select: rows, folder: "", partition: {}, bucket: null }];
	}
	await connection.run(
		`COPY (SELECT *, ${definition.bucket ?? "NULL::INTEGER"} AS ${BUCKET} FROM (${select}))
		TO ${literal(folder)} (FORMAT parquet, PARTITION_BY (${[...keys.map(identifier), BUCKET].join(", ")}),
		WRITE_PARTITION_COLUMNS true, ${SCRATCH_PARQUET})`,
	);
	const files = await parquetFiles(folder);
	if (files.length === 0) return [];
	const pieces: (Piece & { rows: number; files: string[] })[] = [];
	for (const row of await bucketsOf(connection, keys, files)) {
		const path = String(row.folder);
		const rows = Number(row.rows);
		const own = files.filter((file) => dirname(file) === path);
		const partition = keys.map((key) => [key, textOrNull(row[key])] as const);
		const last = pieces.at(-1);
		if (
			last !== undefined &&
			keys.every((key) => last.partition[key] === textOrNull(row[key])) &&
			last.rows + rows <= PIECE_ROWS
		) {
			last.rows += rows;
			last.files.push(...own);
		} else
			pieces.push({
				select: "",
				folder: dirname(relative(folder, path))
					.split(sep)
					.filter((part) => part !== ".")
					.join("/"),
				partition: Object.fromEntries(partition),
				bucket: textOrNull(row[BUCKET]),
				rows,
				files: own,
			});
	}
	return pieces.map(({ files: own, rows, ...piece }) => ({
		...piece,
		select: `SELECT * EXCLUDE (${BUCKET}) FROM read_parquet(${literalList(own)}, hive_partitioning = false)`,
	}));
}

/** The folders of a shuffle in order, their keys and bucket as text, read from the rows themselves. */
function bucketsOf(
	connection: DuckDBConnection,
	keys: readonly string[],
	files: readonly string[],
): Promise<Row[]> {
	const names = [...keys, BUCKET].map(identifier);
	return rowsOf(
		connection,
		`SELECT folder, rows, ${names.map((name) => `piece.${name}::VARCHAR AS ${name}`).join(", ")}
		FROM (
			SELECT parse_dirpath(filename) AS folder, count(*) AS rows, ${names.map((name) => `any_value(${name}) AS ${name}`).join(", ")}
			FROM read_parquet(${literalList(files)}, filename = true, hive_partitioning = false)
			GROUP BY 1
		) AS piece
		ORDER BY ${names.map((name) => `piece.${name} NULLS LAST`).join(", ")}`,
	);
}

async function parquetFiles(folder: string): Promise<string[]> {
	const entries = await readdir(folder, {
		recursive: true,
		withFileTypes: true,
	});
	return entries
		.filter((entry) => entry.isFile() && entry.name.endsWith(".parquet"))
		.map((entry) => join(entry.parentPath, entry.name))
		.sort();
}

function textOrNull(value: Row[string] | undefined): string | null {
	return value === null || value === undefined ? null : String(value);
}
