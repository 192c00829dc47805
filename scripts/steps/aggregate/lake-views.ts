import { dirname } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableContract } from "../../../src/lib/catalog/tables.ts";
import { identifier } from "../../../src/lib/sql/identifier.ts";
import { literal, literalList } from "../../../src/lib/sql/literal.ts";
import { parquetRows } from "../../storage/sql-text.ts";
import { NULL_PARTITION } from "../read/buckets.ts";

/** A finished file of the lake. */
export interface LakeFile {
	/** Below the lake, with forward slashes, as it lies on disk. */
	readonly path: string;
	/** Values of the partition keys as text, null for null. */
	readonly partition: Readonly<Record<string, string | null>>;
}

/**
 * Makes a finished table visible as a view of its name, typed as its contract says.
 * `localPath` gives where a file of the lake can be read.
 */
export async function createLakeView(
	connection: DuckDBConnection,
	contract: TableContract,
	files: readonly LakeFile[],
	localPath: (path: string) => string,
): Promise<void> {
	const { partitionKeys } = contract;
	const paths = files.map(({ path }) => localPath(path));
	const isMisled = paths.some(
		(path) => namedFolders(path) > partitionKeys.length,
	);
	const columns = contract.columns.map(({ name, type }) => {
		const at = partitionKeys.indexOf(name);
		const value =
			at >= 0 && isMisled
				? keyInPath(at - partitionKeys.length)
				: identifier(name);
		return `${files.length === 0 ? "NULL" : value}::${type} AS ${identifier(name)}`;
	});
	const types = contract.columns
		.filter(({ name }) => partitionKeys.includes(name))
		.map(({ name, type }) => `${literal(name)}: ${type}`);
	const rows =
		types.length === 0 || isMisled
			? parquetRows(paths, { withFilename: isMisled })
			: `read_parquet(${literalList(paths)}, hive_partitioning = true, hive_types = {${types.join(", ")}})`;
	await connection.run(
		`CREATE OR REPLACE VIEW ${identifier(contract.name)} AS SELECT ${columns.join(", ")} ${files.length === 0 ? "LIMIT 0" : `FROM ${rows}`}`,
	);
}

/**
 * How many folders of a path DuckDB takes for columns: those like `level=3`. One that lies above
 * the lake would give its value to a key or to any column.
 */
function namedFolders(path: string): number {
	return dirname(path)
		.split("/")
		.filter((folder) => folder.includes("=")).length;
}

/**
 * SQL of the text of a partition key, whose folder comes `at` the end of a file's path,
 * counted from -1. DuckDB's own reading is faster: this is computed for each row.
 */
function keyInPath(at: number): string {
	const value = `split_part(split_part(filename, '/', ${at - 1}), '=', 2)`;
	return `url_decode(nullif(${value}, ${literal(NULL_PARTITION)}))`;
}
