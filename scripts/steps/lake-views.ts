import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier } from "../../src/lib/identifier.ts";
import type { TableContract } from "../../src/lib/tables.ts";
import { literal, literalList } from "../storage/sql-text.ts";

/** A finished file of the lake. */
export interface LakeFile {
	/** Below the lake, with forward slashes, as it lies on disk. */
	readonly path: string;
	/** Values of the partition keys as text, null for null. */
	readonly partition: Readonly<Record<string, string | null>>;
}

/** Makes a finished table visible as a view of its name, typed as its contract says. */
export async function createLakeView(
	connection: DuckDBConnection,
	contract: TableContract,
	files: readonly LakeFile[],
	lake: string,
): Promise<void> {
	const columns = contract.columns.map(({ name, type }) =>
		files.length === 0
			? `NULL::${type} AS ${identifier(name)}`
			: `${identifier(name)}::${type} AS ${identifier(name)}`,
	);
	const types = contract.columns
		.filter(({ name }) => contract.partitionKeys.includes(name))
		.map(({ name, type }) => `${literal(name)}: ${type}`);
	const hive =
		types.length === 0
			? "hive_partitioning = false"
			: `hive_partitioning = true, hive_types = {${types.join(", ")}}`;
	const source =
		files.length === 0
			? "LIMIT 0"
			: `FROM read_parquet(${literalList(files.map((file) => join(lake, file.path)))}, ${hive})`;
	await connection.run(
		`CREATE OR REPLACE VIEW ${identifier(contract.name)} AS SELECT ${columns.join(", ")} ${source}`,
	);
}
