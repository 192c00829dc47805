import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { DuckDBConnection } from "@duckdb/node-api";
import { type Hasher, openHasher } from "../../../src/lib/bytes/hash.ts";
import type {
	BlockReference,
	Bounds,
	ManifestBlock,
	ManifestChunk,
	ManifestFile,
	ManifestRowGroup,
} from "../../../src/lib/catalog/catalog.ts";
import {
	compareValues,
	type OrderedValue,
	valueReader,
} from "../../../src/lib/catalog/ordered-values.ts";
import type { TableContract } from "../../../src/lib/catalog/tables.ts";
import { literalList } from "../../../src/lib/sql/literal.ts";
import { type Row, rowsOf } from "../../storage/duckdb.ts";
import type { LakeFile } from "../aggregate/lake-views.ts";

/** A block of the manifest is closed once it has this many row groups. */
const BLOCK_ROW_GROUPS = 256;

/** Types whose statistics, as DuckDB prints them, compare as the values do. */
const BOUNDED_TYPES = new Set([
	"BOOLEAN",
	"INTEGER",
	"BIGINT",
	"FLOAT",
	"DOUBLE",
	"DATE",
	"TIMESTAMP",
	"VARCHAR",
]);

/** A table's manifest and what the catalog's root says about it. */
export interface Manifest {
	readonly bytes: Buffer;
	readonly blocks: readonly BlockReference[];
	readonly rows: number;
	readonly rowGroups: number;
	/** Sum of the sizes of the Parquet files. */
	readonly fileBytes: number;
}

/** What a manifest says of a finished file, wherever it will lie. */
export interface DescribedFile
	extends Omit<ManifestFile, "path" | "partition"> {
	/** See {@link contentHash}. */
	readonly contentHash: string;
}

/** Reads the finished files of a table in a folder, in the order given, and describes every chunk. */
export async function makeManifest(
	connection: DuckDBConnection,
	contract: TableContract,
	files: readonly LakeFile[],
	lake: string,
): Promise<Manifest> {
	const described = await describeFiles(
		connection,
		contract,
		files.map(({ path }) => join(lake, path)),
	);
	return assembleManifest(
		contract,
		files.map((file, index) =>
			manifestFile(file, described[index] as DescribedFile),
		),
	);
}

/** What the manifest says of a file that lies in the lake. */
export function manifestFile(
	{ path, partition }: LakeFile,
	described: DescribedFile,
): ManifestFile {
	const { bytes, tailStart, tailChecksum, rowGroups } = described;
	return {
		path: urlPath(path),
		bytes,
		tailStart,
		tailChecksum,
		partition,
		rowGroups,
	};
}

/** A table's manifest from its described files, in the order given. */
export async function assembleManifest(
	contract: TableContract,
	files: readonly ManifestFile[],
): Promise<Manifest> {
	const parts: Buffer[] = [];
	const blocks: BlockReference[] = [];
	let open: ManifestFile[] = [];
	let startByte = 0;
	const hash = await openHasher();

	function close(): void {
		if (open.length === 0) return;
		const block: ManifestBlock = { files: open };
		// Node writes no time into a gzip header, so that equal input gives equal bytes.
		const bytes = gzipSync(JSON.stringify(block), { level: 9 });
		blocks.push({
			startByte,
			byteLength: bytes.length,
			checksum: hash(bytes),
			rowGroups: sum(open, (file) => file.rowGroups.length),
			rows: sum(open, rowsOfFile),
			bounds: blockBounds(contract, block),
		});
		parts.push(bytes);
		startByte += bytes.length;
		open = [];
	}

	for (const file of files) {
		const groups = sum(open, (entry) => entry.rowGroups.length);
		if (groups + file.rowGroups.length > BLOCK_ROW_GROUPS) close();
		open.push(file);
	}
	close();
	return {
		bytes: Buffer.concat(parts),
		blocks,
		rows: sum(blocks, (block) => block.rows),
		rowGroups: sum(blocks, (block) => block.rowGroups),
		fileBytes: sum(files, (file) => file.bytes),
	};
}

/** The path of a file of the lake as it stands in a URL. */
export function urlPath(path: string): string {
	return encodeURI(path).replaceAll("?", "%3F").replaceAll("#", "%23");
}

/**
 * Describes finished files of a table, all together: that takes hardly longer than one.
 * Throws where a file's columns are not the contract's.
 */
export async function describeFiles(
	connection: DuckDBConnection,
	contract: TableContract,
	paths: readonly string[],
): Promise<DescribedFile[]> {
	if (paths.length === 0) return [];
	await checkSchemas(connection, contract, paths);
	const metadata = Map.groupBy(
		await rowsOf(
			connection,
			`SELECT file_name, row_group_id, row_group_num_rows, path_in_schema, stats_min_value, stats_max_value,
				stats_null_count, min_is_exact, max_is_exact, total_compressed_size,
				coalesce(dictionary_page_offset, data_page_offset) AS start_byte
			FROM parquet_metadata(${literalList(paths)})
			ORDER BY file_name, row_group_id, column_id`,
		),
		(row) => row.file_name,
	);
	const hash = await openHasher();
	const described: DescribedFile[] = [];
	for (const path of paths)
		described.push(
			describedFile(
				contract,
				await readFile(path),
				metadata.get(path) ?? [],
				hash,
			),
		);
	return described;
}

/** A file of some bytes; `metadata` has a row for each of its chunks, in their order. */
function describedFile(
	contract: TableContract,
	bytes: Buffer,
	metadata: readonly Row[],
	hash: Hasher,
): DescribedFile {
	const rowGroups: { rows: number; chunks: ManifestChunk[] }[] = [];
	let tailStart = 0;
	for (const row of metadata) {
		const startByte = Number(row.start_byte);
		const byteLength = Number(row.total_compressed_size);
		const index = Number(row.row_group_id);
		rowGroups[index] ??= { rows: Number(row.row_group_num_rows), chunks: [] };
		rowGroups[index].chunks.push([
			startByte,
			byteLength,
			hash(bytes.subarray(startByte, startByte + byteLength)),
			...boundsOf(contract, row),
			row.stats_null_count === null ? null : Number(row.stats_null_count),
		]);
		tailStart = Math.max(tailStart, startByte + byteLength);
	}
	return {
		bytes: bytes.length,
		tailStart,
		tailChecksum: hash(bytes.subarray(tailStart)),
		rowGroups,
		contentHash: contentHash(bytes),
	};
}

/** What tells a file of the lake from any others, in its name: the first 16 hexadecimal digits of its SHA-256. */
export function contentHash(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}

/** Throws where a file's columns are not the contract's, by name, order or type. */
async function checkSchemas(
	connection: DuckDBConnection,
	contract: TableContract,
	paths: readonly string[],
): Promise<void> {
	const found = await rowsOf(
		connection,
		`SELECT file_name, string_agg(name || ' ' || duckdb_type, ',' ORDER BY column_id) AS columns
		FROM parquet_schema(${literalList(paths)}) WHERE column_id > 0 GROUP BY file_name`,
	);
	const expected = contract.columns
		.filter(({ name }) => !contract.partitionKeys.includes(name))
		.map(({ name, type }) => `${name} ${type}`)
		.join();
	for (const { file_name, columns } of found)
		if (columns !== expected)
			throw new Error(
				`${file_name} has the columns ${columns}, its contract says ${expected}`,
			);
}

/**
 * Bounds of a chunk where they are true and comparable: DuckDB gives none for
 * floats that hold NaN and marks those of long strings as inexact.
 */
function boundsOf(
	contract: TableContract,
	row: Row,
): [min: string | null, max: string | null] {
	const column = contract.columns.find(
		(entry) => entry.name === row.path_in_schema,
	);
	if (
		column === undefined ||
		!BOUNDED_TYPES.has(column.type) ||
		row.min_is_exact !== true ||
		row.max_is_exact !== true ||
		row.stats_min_value === null ||
		row.stats_max_value === null
	)
		return [null, null];
	return [String(row.stats_min_value), String(row.stats_max_value)];
}

/** Bounds of each partition key and of the first sort key where that is a column. */
function blockBounds(
	contract: TableContract,
	block: ManifestBlock,
): Record<string, Bounds> {
	const bounds: Record<string, Bounds> = {};
	for (const key of contract.partitionKeys) {
		const values = block.files.map((file) => file.partition[key] ?? null);
		bounds[key] = widest(
			typeOf(contract, key),
			values.filter((value) => value !== null).map((value) => [value, value]),
			values.includes(null),
		);
	}
	const own = contract.columns
		.map((column) => column.name)
		.filter((name) => !contract.partitionKeys.includes(name));
	const [first = ""] = contract.sortKeys;
	const index = own.indexOf(first);
	if (index >= 0) {
		const groups = block.files.flatMap((file) => file.rowGroups);
		const chunks = groups
			.map((group) => ({
				chunk: group.chunks[index] as ManifestChunk,
				rows: group.rows,
			}))
			.filter(({ chunk, rows }) => chunk[5] !== rows);
		bounds[first] = widest(
			typeOf(contract, first),
			chunks.map(({ chunk }) => [chunk[3], chunk[4]]),
			groups.some((group) => group.chunks[index]?.[5] !== 0),
		);
	}
	return bounds;
}

function typeOf(contract: TableContract, name: string): string {
	return contract.columns.find((column) => column.name === name)?.type ?? "";
}

/** The range that holds all ranges; unknown where one is, or has an end that the planner does not read either. */
function widest(
	type: string,
	ranges: readonly (readonly [string | null, string | null])[],
	hasNull: boolean,
): Bounds {
	const read = valueReader(type);
	const unknown = { min: null, max: null, hasNull };
	let least: ReadText | undefined;
	let most: ReadText | undefined;
	for (const [min, max] of ranges) {
		const low = min === null ? undefined : read?.(min);
		const high = max === null ? undefined : read?.(max);
		if (low === undefined || high === undefined) return unknown;
		if (least === undefined || compareValues(low, least.value) < 0)
			least = { text: min, value: low };
		if (most === undefined || compareValues(high, most.value) > 0)
			most = { text: max, value: high };
	}
	return { min: least?.text ?? null, max: most?.text ?? null, hasNull };
}

interface ReadText {
	/** DuckDB's. */
	readonly text: string | null;
	readonly value: OrderedValue;
}

function rowsOfFile(file: ManifestFile): number {
	return sum(file.rowGroups, (group: ManifestRowGroup) => group.rows);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
	return items.reduce((total, item) => total + value(item), 0);
}
