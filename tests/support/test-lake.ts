import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { openHasher } from "../../src/lib/bytes/hash.ts";
import type {
	BlockReference,
	Catalog,
	CatalogTable,
	ManifestChunk,
	ManifestFile,
} from "../../src/lib/catalog/catalog.ts";

/** A table of a lake for tests: any columns, cut into files of so many rows. */
export interface TestTable {
	readonly name: string;
	/** Native DuckDB SQL; partition keys included. */
	readonly select: string;
	readonly partitionKeys?: readonly string[];
	/** As the catalog names them; the rows lie as `select` gives them. */
	readonly sortKeys?: readonly string[];
	/** Rows of a row group, a multiple of 2,048; and of a file. Default: one of each. */
	readonly rowGroupSize?: number;
	readonly rowsPerFile?: number;
	readonly rowGroupsPerBlock?: number;
}

/**
 * Writes a small lake with native DuckDB. Bounds are the Parquet file's own where
 * DuckDB marks them exact.
 */
export async function writeTestLake(
	folder: string,
	tables: readonly TestTable[],
): Promise<Catalog> {
	const instance = await DuckDBInstance.create();
	const connection = await instance.connect();
	const hash = await openHasher();
	const rows = async (sql: string) =>
		(await connection.runAndReadAll(sql)).getRowObjectsJS();

	const written: CatalogTable[] = [];
	for (const table of tables) {
		const { name, partitionKeys = [] } = table;
		await connection.run(`CREATE OR REPLACE TABLE source AS ${table.select}`);
		const columns = (await rows("DESCRIBE source")).map((row) => ({
			name: String(row.column_name),
			type: String(row.column_type),
			unit: null,
			description: "",
		}));
		const own = columns.filter(
			(column) => !partitionKeys.includes(column.name),
		);
		const quoted = (names: readonly string[]) =>
			names.map((entry) => `"${entry.replaceAll('"', '""')}"`).join(", ");
		const partitions = partitionKeys.length
			? await rows(
					`SELECT DISTINCT ${partitionKeys.map((key) => `"${key}"::VARCHAR AS "${key}"`).join(", ")} FROM source ORDER BY ALL`,
				)
			: [{}];

		const files: ManifestFile[] = [];
		for (const partition of partitions as Record<string, string | null>[]) {
			const where = Object.entries(partition)
				.map(([key, value]) =>
					value === null
						? `"${key}" IS NULL`
						: `"${key}"::VARCHAR = '${value.replaceAll("'", "''")}'`,
				)
				.join(" AND ");
			await connection.run(
				`CREATE OR REPLACE TABLE part AS SELECT ${quoted(own.map((column) => column.name))} FROM source ${where && `WHERE ${where}`}`,
			);
			const [{ n } = { n: 0 }] = await rows(
				"SELECT count(*)::INT AS n FROM part",
			);
			const step = table.rowsPerFile ?? Math.max(Number(n), 1);
			for (let at = 0; at < Number(n); at += step) {
				const folders = Object.entries(partition).map(
					([key, value]) =>
						`${key}=${value === null ? "__HIVE_DEFAULT_PARTITION__" : encodeURIComponent(value)}`,
				);
				const path = [
					name,
					...folders,
					`part-${String(at).padStart(6, "0")}.parquet`,
				].join("/");
				const absolute = join(folder, path);
				await mkdir(dirname(absolute), { recursive: true });
				await connection.run(
					`COPY (FROM part LIMIT ${step} OFFSET ${at}) TO '${absolute}' (COMPRESSION zstd, PARQUET_VERSION V2, WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE ${table.rowGroupSize ?? 122_880})`,
				);
				const bytes = await readFile(absolute);
				const metadata = await rows(
					`SELECT row_group_id, row_group_num_rows, column_id, path_in_schema, stats_min_value, stats_max_value, stats_null_count,
						min_is_exact AND max_is_exact AS exact, total_compressed_size,
						coalesce(dictionary_page_offset, data_page_offset) AS start_byte
					FROM parquet_metadata('${absolute}') ORDER BY ALL`,
				);
				const rowGroups: { rows: number; chunks: ManifestChunk[] }[] = [];
				let tailStart = 4;
				for (const row of metadata) {
					const group = Number(row.row_group_id);
					const start = Number(row.start_byte);
					const length = Number(row.total_compressed_size);
					tailStart = Math.max(tailStart, start + length);
					rowGroups[group] ??= {
						rows: Number(row.row_group_num_rows),
						chunks: [],
					};
					const { chunks } = rowGroups[group];
					// Leaves of a nested column follow each other: one range holds them all.
					const column = own[chunks.length - 1];
					const last = chunks.at(-1);
					const leaf = String(row.path_in_schema);
					const nested = column !== undefined && /[[(]/.test(column.type);
					if (
						last !== undefined &&
						nested &&
						!column.type.startsWith("DECIMAL") &&
						leaf.startsWith(`${column.name}, `)
					) {
						const whole = start + length - last[0];
						chunks[chunks.length - 1] = [
							last[0],
							whole,
							hash(bytes.subarray(last[0], start + length)),
							null,
							null,
							null,
						];
						continue;
					}
					const flat = !leaf.includes(", ");
					const bounded = flat && row.exact === true;
					const text = (value: unknown) =>
						bounded && value !== null ? String(value) : null;
					chunks.push([
						start,
						length,
						hash(bytes.subarray(start, start + length)),
						text(row.stats_min_value),
						text(row.stats_max_value),
						flat && row.stats_null_count !== null
							? Number(row.stats_null_count)
							: null,
					]);
				}
				files.push({
					path: encodeURI(path),
					bytes: bytes.length,
					tailStart,
					tailChecksum: hash(bytes.subarray(tailStart)),
					partition,
					rowGroups,
				});
			}
		}

		const blocks: BlockReference[] = [];
		const parts: Buffer[] = [];
		let startByte = 0;
		const perBlock = table.rowGroupsPerBlock ?? 256;
		for (let rest = files; rest.length > 0; ) {
			let count = 0;
			let taken = 0;
			while (taken < rest.length && (taken === 0 || count < perBlock))
				count += rest[taken++]?.rowGroups.length ?? 0;
			const inBlock = rest.slice(0, taken);
			rest = rest.slice(taken);
			const bytes = gzipSync(JSON.stringify({ files: inBlock }));
			blocks.push({
				startByte,
				byteLength: bytes.length,
				checksum: hash(bytes),
				rowGroups: count,
				rows: inBlock
					.flatMap((file) => file.rowGroups)
					.reduce((sum, group) => sum + group.rows, 0),
				bounds: {},
			});
			parts.push(bytes);
			startByte += bytes.length;
		}
		const path = `_manifests/${name}.bin`;
		await mkdir(join(folder, "_manifests"), { recursive: true });
		await writeFile(join(folder, path), Buffer.concat(parts));
		const groups = files.flatMap((file) => file.rowGroups);
		written.push({
			name,
			dataset: "test",
			description: "",
			// A HUGEINT is a DOUBLE in Parquet, an ENUM a VARCHAR.
			columns: columns.map((column) => ({
				...column,
				type: column.type.startsWith("ENUM")
					? "VARCHAR"
					: column.type.replace(/U?HUGEINT/, "DOUBLE"),
			})),
			partitionKeys,
			sortKeys: table.sortKeys ?? [],
			rows: groups.reduce((sum, group) => sum + group.rows, 0),
			files: files.length,
			rowGroups: groups.length,
			bytes: files.reduce((sum, file) => sum + file.bytes, 0),
			manifest: { path, bytes: startByte, blocks },
		});
	}
	const catalog: Catalog = {
		format: "lakeside-catalog",
		formatVersion: 1,
		title: "Test",
		datasets: [],
		tables: written,
		rollups: [],
	};
	await writeFile(join(folder, "catalog.json"), JSON.stringify(catalog));
	connection.closeSync();
	instance.closeSync();
	return catalog;
}
