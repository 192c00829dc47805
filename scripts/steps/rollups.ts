import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { CatalogRollup, StartView } from "../../src/lib/catalog.ts";
import { openHasher } from "../../src/lib/hash.ts";
import { identifier } from "../../src/lib/identifier.ts";
import { ROLLUP_COLUMNS } from "../../src/lib/rollups.ts";
import type {
	DatasetDefinition,
	RollupDefinition,
} from "../datasets/dataset.ts";
import { rowsOf } from "../storage/duckdb.ts";
import { literal } from "../storage/sql-text.ts";
import { adopt } from "./write.ts";

/**
 * Aggregates a roll-up from the lake's views into one small sorted file. It keeps
 * to plain encodings, which a page reads without WebAssembly.
 */
export async function writeRollup(
	connection: DuckDBConnection,
	dataset: DatasetDefinition,
	definition: RollupDefinition,
	startView: StartView | null,
	folders: { readonly lake: string; readonly scratch: string },
): Promise<CatalogRollup> {
	const { name } = definition;
	const sql =
		typeof definition.sql === "string"
			? definition.sql
			: await definition.sql((text) => rowsOf(connection, text), startView);
	const columns = ROLLUP_COLUMNS[name].map(
		(column) =>
			`${identifier(column.name)}::${column.type} AS ${identifier(column.name)}`,
	);
	const scratch = join(folders.scratch, `rollup-${name}.parquet`);
	await connection.run(
		`COPY (SELECT ${columns.join(", ")} FROM (${sql}) ORDER BY ${definition.orderBy})
		TO ${literal(scratch)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V1, WRITE_BLOOM_FILTER false)`,
	);
	const path = await adopt(
		scratch,
		folders.lake,
		(hash) => `rollups/${name}-${hash}.parquet`,
	);
	const file = join(folders.lake, path);
	const [count] = await rowsOf(
		connection,
		`SELECT num_rows FROM parquet_file_metadata(${literal(file)})`,
	);
	const hash = await openHasher();
	return {
		name,
		dataset: dataset.name,
		path,
		bytes: (await stat(file)).size,
		checksum: hash(await readFile(file)),
		rows: Number(count?.num_rows),
		columns: ROLLUP_COLUMNS[name],
		sql,
	};
}
