import { identifier } from "../../src/lib/sql/identifier.ts";
import { literalList } from "../../src/lib/sql/literal.ts";

/** Columns as a SELECT gives them, each of its own type. */
export function typedColumns(
	columns: readonly { readonly name: string; readonly type: string }[],
): string {
	return columns
		.map(
			({ name, type }) => `${identifier(name)}::${type} AS ${identifier(name)}`,
		)
		.join(", ");
}

/**
 * SQL of the rows of Parquet files, for FROM. Of itself DuckDB takes a folder above them that
 * is called like `level=3` for a column, wherever a build happens to work.
 */
export function parquetRows(
	paths: readonly string[],
	{ withFilename = false } = {},
): string {
	return `read_parquet(${literalList(paths)}, hive_partitioning = false, filename = ${withFilename})`;
}

/**
 * COPY options of files that only the build reads, each several times: LZ4 makes them a
 * third to a half larger than zstd does, and a third faster to read. Row groups are small
 * because a COPY into partitions holds one of each in memory.
 */
export const SCRATCH_PARQUET =
	"COMPRESSION lz4_raw, WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE 20480";
