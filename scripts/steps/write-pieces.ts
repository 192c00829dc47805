import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { ManifestFile } from "../../src/lib/catalog.ts";
import { identifier } from "../../src/lib/identifier.ts";
import type { TableContract } from "../../src/lib/tables.ts";
import type { TableDefinition } from "../datasets/dataset.ts";
import { datasetNamed } from "../datasets/registry.ts";
import type { JobKind, JobResult } from "../jobs/execute.ts";
import type { Json } from "../jobs/job.ts";
import { openDatabase, rowsOf } from "../storage/duckdb.ts";
import { literal, literalList, SCRATCH_PARQUET } from "../storage/sql-text.ts";
import { bucketColumn, SOURCE } from "./distribute.ts";
import { describeFile } from "./manifest.ts";
import { REJECTS_TABLE } from "./rejects-table.ts";

/** Keeps the footer, which every reader of a file fetches, at some tens of kB. */
const ROW_GROUPS_PER_FILE = 32;

export const LOSERS_INPUT = "losers.parquet";
export const rowsInput = (index: number) => `rows-${index}.parquet`;

export interface WriteParams {
	/** Null for the table of rejects. */
	readonly dataset: string | null;
	readonly table: string;
	/** Whether there are copies that do not count, in {@link LOSERS_INPUT}. */
	readonly hasLosers: boolean;
	readonly pieces: readonly {
		readonly id: string;
		/** Values of the partition keys as text, null for null. */
		readonly partition: Readonly<Record<string, string | null>>;
		/** Values that its rows have in the first buckets. */
		readonly buckets: readonly (string | null)[];
		/** Indices of the inputs that hold them. */
		readonly inputs: readonly number[];
	}[];
}

/** What a writing job says of each of its pieces, in their order. */
export interface WrittenPiece {
	readonly id: string;
	readonly files: readonly ManifestFile[];
	readonly rows: number;
	/** Key in the work store of what was rejected; null where nothing was. */
	readonly rejects: string | null;
	readonly counts: Readonly<Record<string, number>>;
}

/** A piece as the build and the next one know it. */
export interface KeptPiece extends WrittenPiece {
	readonly dataset: string;
}

/** Sorts pieces of a table, one at a time, and writes them as files of the lake. */
export const writePieces: JobKind = async (json, context) => {
	const params = json as unknown as WriteParams;
	const definition =
		params.dataset === null
			? REJECTS_TABLE
			: tableOf(params.dataset, params.table);
	const { contract } = definition;
	const database = await openDatabase({ temporaryFolder: context.spill });
	const { connection } = database;
	const outputs: JobResult["outputs"][number][] = [];
	const written: WrittenPiece[] = [];
	let done = 0;
	try {
		const source = await openRows(
			connection,
			definition,
			params,
			context.folder,
		);
		for (const [at, piece] of params.pieces.entries()) {
			context.signal.throwIfAborted();
			await connection.run(`CREATE OR REPLACE VIEW rows AS ${source(piece)}`);
			const folder = `piece-${at}`;
			const { files, rows } = await writePiece(connection, definition, {
				folder: join(context.out, folder),
				label: piece.buckets.at(-1) ?? null,
			});
			const described: ManifestFile[] = [];
			for (const { name, title } of files) {
				const path = [contract.name, hiveFolder(piece.partition), title]
					.filter((segment) => segment !== "")
					.join("/");
				const file = join(folder, name);
				described.push(
					await describeFile(
						connection,
						contract,
						{ path, partition: piece.partition },
						join(context.out, file),
					),
				);
				outputs.push({ file, store: "lake", key: path });
			}
			const rejects = await writeRejects(
				connection,
				definition,
				params.dataset,
				join(context.out, `rejects-${at}.parquet`),
			);
			const key = rejects ? `pieces/${piece.id}/rejects.parquet` : null;
			if (key !== null)
				outputs.push({ file: `rejects-${at}.parquet`, store: "work", key });
			written.push({
				id: piece.id,
				files: described,
				rows,
				rejects: key,
				counts: await countsOf(connection, definition),
			});
			done += rows;
			context.progress(done, 0);
		}
	} finally {
		await database.close();
	}
	return { outputs, value: written as unknown as Json };
};

/** `level=16`, as Hive and DuckDB write it; empty without partition keys. */
export function hiveFolder(
	partition: Readonly<Record<string, string | null>>,
): string {
	return Object.entries(partition)
		.map(
			([key, value]) =>
				`${encoded(key)}=${value === null ? "__HIVE_DEFAULT_PARTITION__" : encoded(value)}`,
		)
		.join("/");
}

/** Only letters, digits and `-_.~` stay as they are. */
function encoded(text: string): string {
	return encodeURIComponent(text).replaceAll(
		/[!'()*]/g,
		(sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

function tableOf(dataset: string, table: string): TableDefinition {
	const found = datasetNamed(dataset).tables.find(({ name }) => name === table);
	if (found === undefined)
		throw new Error(`unknown table of ${dataset}: ${table}`);
	return found;
}

/**
 * Gives the SELECT of the rows of a piece that count. What several pieces need is read
 * once, into a table: opening the same files for each would take most of the time.
 */
async function openRows(
	connection: DuckDBConnection,
	definition: TableDefinition,
	params: WriteParams,
	folder: string,
): Promise<(piece: WriteParams["pieces"][number]) => string> {
	const conditionOf = (piece: WriteParams["pieces"][number]) =>
		pieceCondition(definition.contract, piece);
	const allOf = (pieces: WriteParams["pieces"], columns = ["all_rows.*"]) => {
		const indices = new Set(pieces.flatMap(({ inputs }) => inputs));
		const files = [...indices].map((index) => join(folder, rowsInput(index)));
		const losers = params.hasLosers
			? `ANTI JOIN read_parquet(${literal(join(folder, LOSERS_INPUT))}) AS losers
				ON losers.source_file = ${SOURCE} AND losers.record IS NOT DISTINCT FROM all_rows.record`
			: "";
		return `SELECT ${columns.join(", ")} FROM read_parquet(${literalList(files)}, hive_partitioning = false, union_by_name = true) AS all_rows
			${losers} WHERE ${pieces.map(conditionOf).join(" OR ")}`;
	};
	if (params.pieces.length === 1) return (piece) => allOf([piece]);
	const columns = await columnsTaken(
		connection,
		definition,
		params.pieces,
		`FROM (${allOf(params.pieces)})`,
	);
	await connection.run(
		`CREATE TABLE taken AS ${allOf(
			params.pieces,
			columns.map((name) => `all_rows.${identifier(name)}`),
		)}`,
	);
	return (piece) => `SELECT * FROM taken WHERE ${conditionOf(piece)}`;
}

/**
 * Of the columns that rows have on their way, those that their pieces are told apart,
 * sorted and made by; `rows` is what stands behind DESCRIBE. SQL of the table's own that
 * goes through rows may mean them all.
 */
async function columnsTaken(
	connection: DuckDBConnection,
	{ contract, merge, conflicts, counts, orderBy }: TableDefinition,
	pieces: WriteParams["pieces"],
	rows: string,
): Promise<string[]> {
	const found = await rowsOf(connection, `DESCRIBE ${rows}`);
	const names = found.map((row) => String(row.column_name));
	if (merge !== undefined || conflicts !== undefined) return names;
	const depth = Math.max(...pieces.map(({ buckets }) => buckets.length));
	const needed = new Set([
		...contract.columns.map(({ name }) => name),
		...Array.from({ length: depth }, (_, at) => bucketColumn(at)),
	]);
	const words = new Set(`${orderBy} ${counts}`.match(/\w+/g));
	return names.filter((name) => needed.has(name) || words.has(name));
}

function pieceCondition(
	contract: TableContract,
	piece: WriteParams["pieces"][number],
): string {
	const keys = Object.entries(piece.partition).map(([key, value]) => {
		const type = contract.columns.find(({ name }) => name === key)?.type;
		return value === null
			? `${identifier(key)} IS NULL`
			: `${identifier(key)} = CAST(${literal(value)} AS ${type})`;
	});
	const buckets = piece.buckets.map((value, depth) =>
		value === null
			? `${bucketColumn(depth)} IS NULL`
			: `${bucketColumn(depth)} = ${literal(value)}`,
	);
	const conditions = [...keys, ...buckets];
	return conditions.length === 0 ? "true" : `(${conditions.join(" AND ")})`;
}

/**
 * Writes what the view `rows` holds, in the table's order: one file, more, or none
 * without rows. `title` is what a file is called in the lake: it holds the first 16
 * hexadecimal digits of its SHA-256.
 */
async function writePiece(
	connection: DuckDBConnection,
	definition: TableDefinition,
	options: { readonly folder: string; readonly label: string | null },
): Promise<{ files: { name: string; title: string }[]; rows: number }> {
	const { contract } = definition;
	const { folder, label } = options;
	await mkdir(folder, { recursive: true });
	const { rowsChanged: rows } = await connection.run(
		`COPY (SELECT ${ownColumns(contract)} FROM (${definition.merge ?? "FROM rows"}) ORDER BY ${definition.orderBy})
		TO ${literal(folder)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V2,
		WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE ${definition.rowGroupSize}, ROW_GROUPS_PER_FILE ${ROW_GROUPS_PER_FILE},
		OVERWRITE true)`,
	);
	if (rows === 0) return { files: [], rows };
	const names = (await readdir(folder)).sort(
		(a, b) => partNumber(a) - partNumber(b),
	);
	const files: { name: string; title: string }[] = [];
	for (const [index, name] of names.entries()) {
		const hash = await contentHash(join(folder, name));
		const parts = [label?.replaceAll(/[^\w.-]/g, "_") ?? null, index];
		const title = parts.filter((part) => part !== null).join("-");
		files.push({ name, title: `part-${title}-${hash}.parquet` });
	}
	return { files, rows };
}

function ownColumns({ columns, partitionKeys }: TableContract): string {
	return columns
		.filter(({ name }) => !partitionKeys.includes(name))
		.map(
			({ name, type }) => `${identifier(name)}::${type} AS ${identifier(name)}`,
		)
		.join(", ");
}

async function writeRejects(
	connection: DuckDBConnection,
	definition: TableDefinition,
	dataset: string | null,
	file: string,
): Promise<boolean> {
	if (definition.conflicts === undefined || dataset === null) return false;
	const { rowsChanged } = await connection.run(
		`COPY (SELECT ${literal(dataset)} AS dataset, source_file, line, reason, sample
			FROM (${definition.conflicts})) TO ${literal(file)} (FORMAT parquet, ${SCRATCH_PARQUET})`,
	);
	return rowsChanged > 0;
}

async function countsOf(
	connection: DuckDBConnection,
	definition: TableDefinition,
): Promise<Record<string, number>> {
	if (definition.counts === undefined) return {};
	const rows = await rowsOf(connection, definition.counts);
	return Object.fromEntries(
		rows.map((row) => [String(row.name), Number(row.count)]),
	);
}

/** The first 16 hexadecimal digits of a file's SHA-256. */
async function contentHash(file: string): Promise<string> {
	const hash = createHash("sha256");
	for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 }))
		hash.update(chunk);
	return hash.digest("hex").slice(0, 16);
}

/** `data_12.parquet` is the twelfth after the first. */
function partNumber(name: string): number {
	return Number(/(\d+)\.parquet$/.exec(name)?.[1]);
}
