import { createHash } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier } from "../../src/lib/identifier.ts";
import type { TableContract } from "../../src/lib/tables.ts";
import type { TableDefinition } from "../datasets/dataset.ts";
import { literal } from "../storage/sql-text.ts";
import type { Piece } from "./shuffle.ts";

/** Keeps the footer, which every reader of a file fetches, at some tens of kB. */
const ROW_GROUPS_PER_FILE = 32;

/** A finished file of the lake. */
export interface LakeFile {
	/** Below the lake, with forward slashes, as it lies on disk. */
	readonly path: string;
	readonly partition: Piece["partition"];
}

/**
 * Sorts a piece and writes it into the lake: one file, more, or none without rows. Files take their
 * names from their content, so that one that is already there is left alone.
 */
export async function writePiece(
	connection: DuckDBConnection,
	contract: TableContract,
	definition: TableDefinition,
	piece: Piece,
	folders: { readonly lake: string; readonly scratch: string },
): Promise<{ files: LakeFile[]; rows: number }> {
	const { partitionKeys, name } = contract;
	await mkdir(folders.scratch, { recursive: true });
	const own = contract.columns
		.filter((column) => !partitionKeys.includes(column.name))
		.map((column) => identifier(column.name));
	const { rowsChanged } = await connection.run(
		`COPY (SELECT ${own.join(", ")} FROM (${piece.select}) ORDER BY ${definition.orderBy})
		TO ${literal(folders.scratch)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V2,
		WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE ${definition.rowGroupSize}, ROW_GROUPS_PER_FILE ${ROW_GROUPS_PER_FILE},
		OVERWRITE true)`,
	);
	if (rowsChanged === 0) {
		await rm(folders.scratch, { recursive: true });
		return { files: [], rows: 0 };
	}
	const parts = (await readdir(folders.scratch)).sort(
		(a, b) => partNumber(a) - partNumber(b),
	);
	const files: LakeFile[] = [];
	for (const [index, part] of parts.entries()) {
		const label = [piece.bucket, index].filter((text) => text !== null);
		const path = await adopt(
			join(folders.scratch, part),
			folders.lake,
			(hash) =>
				[name, piece.folder, `part-${label.join("-")}-${hash}.parquet`]
					.filter((segment) => segment !== "")
					.join("/"),
		);
		files.push({ path, partition: piece.partition });
	}
	await rm(folders.scratch, { recursive: true });
	return { files, rows: rowsChanged };
}

/**
 * Moves a file into the lake under a name that holds the first 16 hexadecimal
 * digits of its SHA-256, and gives its path there. A file of that name and length
 * is the same file and is kept.
 */
export async function adopt(
	file: string,
	lake: string,
	nameOf: (hash: string) => string,
): Promise<string> {
	const handle = await open(file, "r+");
	const hash = createHash("sha256");
	let bytes = 0;
	try {
		for await (const chunk of handle.createReadStream({
			highWaterMark: 2 ** 20,
			autoClose: false,
		})) {
			hash.update(chunk);
			bytes += chunk.length;
		}
		await handle.sync();
	} finally {
		await handle.close();
	}
	const path = nameOf(hash.digest("hex").slice(0, 16));
	const target = join(lake, path);
	const there = await stat(target).catch(() => null);
	if (there?.size === bytes) {
		await rm(file);
		return path;
	}
	await mkdir(dirname(target), { recursive: true });
	await rename(file, target);
	return path;
}

/** `data_12.parquet` is the twelfth after the first. */
function partNumber(name: string): number {
	return Number(/(\d+)\.parquet$/.exec(name)?.[1]);
}
