import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { ManifestFile } from "../../../src/lib/catalog/catalog.ts";
import type { TableContract } from "../../../src/lib/catalog/tables.ts";
import { identifier } from "../../../src/lib/sql/identifier.ts";
import { literal } from "../../../src/lib/sql/literal.ts";
import type { TableDefinition } from "../../datasets/dataset.ts";
import { datasetNamed } from "../../datasets/registry.ts";
import {
	inputOf,
	type JobContext,
	type JobKind,
	type JobResult,
} from "../../jobs/execute.ts";
import type { Json } from "../../jobs/job.ts";
import { openDatabase, rowsOf } from "../../storage/duckdb.ts";
import {
	parquetRows,
	SCRATCH_PARQUET,
	typedColumns,
} from "../../storage/sql-text.ts";
import {
	type Bucket,
	bucketColumns,
	hiveFolder,
	partitionsOf,
	testsOf,
} from "../read/buckets.ts";
import { columnsNamed, columnsUsed, SOURCE } from "../read/distribute.ts";
import {
	contentHash,
	type DescribedFile,
	describeFiles,
	manifestFile,
} from "./manifest.ts";
import { REJECTS_TABLE } from "./rejects-table.ts";

/** Keeps the footer, which every reader of a file fetches, at some tens of kB. */
const ROW_GROUPS_PER_FILE = 32;

/** A piece of more rows is not held in memory, even where its rows are gone through several times. */
const TAKEN_ROWS = 2 ** 18;

/** Column that numbers the pieces of rows that are held in memory. */
const PIECE = "lakeside_piece";

export const LOSERS_INPUT = "losers.parquet";
export const rowsInput = (index: number) => `rows-${index}.parquet`;

export interface WriteParams {
	/** Null for the table of rejects. */
	readonly dataset: string | null;
	readonly table: string;
	/** Whether there are copies that do not count, in {@link LOSERS_INPUT}. */
	readonly hasLosers: boolean;
	readonly pieces: readonly PieceParams[];
}

/** A piece that is to be written. */
interface PieceParams extends Bucket {
	readonly id: string;
	readonly rows: number;
	/** The inputs that hold rows of it in the columns of the lake, called as there. */
	readonly former: readonly string[];
	/** Indices of the inputs that hold its other rows. */
	readonly inputs: readonly number[];
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
		const source = await openRows(connection, definition, params, context);
		const pieces: (Omit<WrittenPiece, "files"> & { paths: string[] })[] = [];
		for (const [at, piece] of params.pieces.entries()) {
			context.signal.throwIfAborted();
			const select = source(piece);
			if (hasOwnSql(definition))
				await connection.run(`CREATE OR REPLACE VIEW rows AS ${select}`);
			const former = formerRows(contract, piece, context);
			const { paths, rows } = await writePiece(
				connection,
				definition,
				[...former, definition.merge ?? select],
				context.out,
				`piece-${at}-`,
			);
			const rejects = await writeRejects(
				connection,
				definition,
				params.dataset,
				join(context.out, `rejects-${at}.parquet`),
			);
			const key = rejects ? `pieces/${piece.id}/rejects.parquet` : null;
			if (key !== null)
				outputs.push({ file: `rejects-${at}.parquet`, store: "work", key });
			pieces.push({
				id: piece.id,
				paths,
				rows,
				rejects: key,
				counts: await countsOf(connection, definition),
			});
			done += rows;
			context.progress(done, 0);
		}
		const described = await describeFiles(
			connection,
			contract,
			pieces.flatMap(({ paths }) => paths),
		);
		let next = 0;
		for (const [at, { id, paths, ...piece }] of pieces.entries()) {
			const own = params.pieces[at] as PieceParams;
			const files = paths.map((path, index) => {
				const file = described[next++] as DescribedFile;
				const key = lakePath(contract, own, index, file);
				outputs.push({ file: relative(context.out, path), store: "lake", key });
				return manifestFile({ path: key, partition: own.partition }, file);
			});
			written.push({ id, files, ...piece });
		}
	} finally {
		await database.close();
	}
	return { outputs, value: written as unknown as Json };
};

/** Whether SQL of the table's own goes through the rows of a piece, by the name `rows`. */
export function hasOwnSql({
	merge,
	conflicts,
	counts,
}: TableDefinition): boolean {
	return (merge ?? conflicts ?? counts) !== undefined;
}

/** Where a file of a piece, the first having the index 0, lies in the lake. */
function lakePath(
	{ name }: TableContract,
	{ partition, buckets }: Bucket,
	index: number,
	file: DescribedFile,
): string {
	const label = buckets.at(-1)?.replaceAll(/[^\w.-]/g, "_") ?? null;
	const parts = ["part", label, index, file.contentHash];
	const title = parts.filter((part) => part !== null).join("-");
	return [name, hiveFolder(partition), `${title}.parquet`]
		.filter((segment) => segment !== "")
		.join("/");
}

function tableOf(dataset: string, table: string): TableDefinition {
	const found = datasetNamed(dataset).tables.find(({ name }) => name === table);
	if (found === undefined)
		throw new Error(`unknown table of ${dataset}: ${table}`);
	return found;
}

/**
 * Gives the SELECT of the rows of a piece that count. What is gone through several
 * times, by several pieces or for the counts of one, is read once, into a table:
 * opening the same files each time would take most of the time.
 */
async function openRows(
	connection: DuckDBConnection,
	definition: TableDefinition,
	params: WriteParams,
	context: JobContext,
): Promise<(piece: PieceParams) => string> {
	const { contract, conflicts, counts } = definition;
	const { pieces } = params;
	const indices = new Set(pieces.flatMap(({ inputs }) => inputs));
	const files = [...indices].map((index) => inputOf(context, rowsInput(index)));
	const losers = params.hasLosers
		? `ANTI JOIN ${parquetRows([inputOf(context, LOSERS_INPUT)])} AS losers
			ON losers.source_file = ${SOURCE} AND losers.record IS NOT DISTINCT FROM all_rows.record`
		: "";
	const all = (columns: string) =>
		`SELECT ${columns} FROM ${parquetRows(files)} AS all_rows ${losers}`;
	const [first] = pieces;
	const isReadOnce = conflicts === undefined && counts === undefined;
	if (first && pieces.length === 1 && (isReadOnce || first.rows > TAKEN_ROWS))
		return () =>
			`${all("all_rows.*")} WHERE ${testsOf(contract, first).join(" AND ") || "true"}`;
	const piece = pieceNumber(
		pieces.map((own, at) => ({ at, tests: testsOf(contract, own) })),
	);
	await connection.run(
		`CREATE TABLE taken AS
		FROM (${all(`${columnsTaken(definition)}, ${piece} AS ${PIECE}`)} ${partitionsOf(contract, pieces)})
		WHERE ${PIECE} IS NOT NULL`,
	);
	return (own) =>
		`SELECT * EXCLUDE (${PIECE}) FROM taken WHERE ${PIECE} = ${pieces.indexOf(own)}`;
}

/** The columns that pieces are sorted and made by. */
function columnsTaken(definition: TableDefinition): string {
	if (!hasOwnSql(definition))
		return columnsNamed(definition.contract.columns.map(({ name }) => name));
	const used = columnsUsed(definition);
	if (used !== null) return columnsNamed(used);
	const buckets = bucketColumns(definition);
	return `COLUMNS(lambda name: name NOT IN (${["", ...buckets].map(literal).join(", ")}))`;
}

/** Number of the piece that a row belongs to, null for none; what pieces share is tested once. */
function pieceNumber(
	pieces: readonly { readonly at: number; readonly tests: readonly string[] }[],
): string {
	const [first] = pieces;
	if (first?.tests.length === 0) return `${first.at}`;
	const cases = Map.groupBy(pieces, ({ tests }) => tests[0])
		.entries()
		.map(([test, same]) => {
			const rest = same.map(({ at, tests }) => ({ at, tests: tests.slice(1) }));
			return `WHEN ${test} THEN ${pieceNumber(rest)}`;
		});
	return `CASE ${[...cases].join(" ")} END`;
}

/**
 * SELECTs of a piece's rows that the lake has had before. Throws where a file is not what
 * its name says: a piece that was made of it would hide the damage.
 */
function formerRows(
	{ columns, partitionKeys }: TableContract,
	{ former, partition }: PieceParams,
	context: JobContext,
): string[] {
	const values = columns.map(({ name, type }) => {
		if (!partitionKeys.includes(name)) return identifier(name);
		const value = partition[name] ?? null;
		return `${value === null ? "NULL" : literal(value)}::${type} AS ${identifier(name)}`;
	});
	return former.map((path) => {
		const file = inputOf(context, path);
		if (!path.endsWith(`-${contentHash(readFileSync(file))}.parquet`))
			throw new Error(
				`${path} in the lake is not what was written there: remove it, and it is made anew`,
			);
		return `SELECT ${values.join(", ")} FROM ${parquetRows([file])}`;
	});
}

/**
 * Writes the rows of some SELECTs, in the table's order, to files of a folder whose names
 * begin so: one, more, or none without rows. Gives their paths in this order.
 */
async function writePiece(
	connection: DuckDBConnection,
	definition: TableDefinition,
	selects: readonly string[],
	folder: string,
	prefix: string,
): Promise<{ paths: string[]; rows: number }> {
	const { rowsChanged: rows } = await connection.run(
		`COPY (SELECT ${ownColumns(definition.contract)} FROM (${sortable(definition, selects)}) ORDER BY ${definition.orderBy})
		TO ${literal(folder)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V2,
		WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE ${definition.rowGroupSize}, ROW_GROUPS_PER_FILE ${ROW_GROUPS_PER_FILE},
		FILENAME_PATTERN ${literal(`${prefix}{i}`)}, OVERWRITE_OR_IGNORE true)`,
	);
	// Without rows there is a file all the same.
	if (rows === 0) return { paths: [], rows };
	const files = readdirSync(folder)
		.filter((name) => name.startsWith(prefix))
		.sort((a, b) => partNumber(a) - partNumber(b));
	return { paths: files.map((name) => join(folder, name)), rows };
}

/** SELECT of the rows of others, in a table's columns and with what it is ordered by besides. */
export function sortable(
	{ contract, keyed = (rows) => rows }: TableDefinition,
	selects: readonly string[],
): string {
	const names = contract.columns.map(({ name }) => identifier(name)).join(", ");
	return keyed(
		selects
			.map((select) => `SELECT ${names} FROM (${select})`)
			.join(" UNION ALL "),
	);
}

function ownColumns({ columns, partitionKeys }: TableContract): string {
	return typedColumns(
		columns.filter(({ name }) => !partitionKeys.includes(name)),
	);
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

/** `piece-3-12.parquet` is the twelfth after the first. */
function partNumber(name: string): number {
	return Number(/(\d+)\.parquet$/.exec(name)?.[1]);
}
