import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableDefinition } from "../datasets/dataset.ts";
import { inTurns } from "../jobs/in-turns.ts";
import { type DatasetBuild, output, parsed } from "./dataset-build.ts";
import { type Batch, identityOf, type PlannedPiece } from "./jobs.ts";
import { PIECE_ROWS, type Piece, readPieces } from "./pieces.ts";

/** Summaries of batches that are fetched at a time. */
const FETCHED_AT_A_TIME = 8;

/** A table of a dataset that was read, and the pieces that it falls into, in its order. */
export interface CutTable {
	readonly build: DatasetBuild;
	readonly table: TableDefinition;
	readonly pieces: readonly Piece[];
}

/**
 * Cuts a table into pieces. `fetch` makes a file of the work store readable and gives its
 * local path.
 */
export async function cutTable(
	build: DatasetBuild,
	table: TableDefinition,
	connection: DuckDBConnection,
	fetch: (key: string) => Promise<string>,
): Promise<CutTable> {
	const summaries = new Map<string, string>();
	await inTurns(FETCHED_AT_A_TIME, build.batches, async ({ record }) => {
		const own = parsed(record).tables[table.name];
		if (own === undefined || own.buckets === null) return;
		summaries.set(record.id, await fetch(output(record, own.buckets).key));
	});
	const { pieceRows = PIECE_ROWS } = table;
	const pieces = await readPieces(connection, table, summaries, pieceRows);
	return { build, table, pieces };
}

/**
 * The pieces of a table as they are to be written, once its copies are known. A piece has
 * another id once a row of it, a copy that does not count, or the `version` of the code is
 * another.
 */
export function planPieces(
	version: string,
	{ build, table, pieces }: CutTable,
): PlannedPiece[] {
	const byBatch = new Map(build.batches.map((each) => [each.record.id, each]));
	const losers = build.resolved?.value.bySource ?? {};
	const leftOf = new Map(
		[...byBatch].map(([id, { files }]) => [
			id,
			files.flatMap(({ path }) => {
				const content = losers[path];
				return content === undefined ? [] : [[path, content] as const];
			}),
		]),
	);
	return pieces.map((piece) => {
		const batches = new Set(piece.sources.map(({ batch }) => batch));
		const inputs = piece.sources.map(({ batch, file }) => {
			const { record } = byBatch.get(batch) as Batch;
			const index = parsed(record).tables[table.name]?.files[file];
			return output(record, index as number);
		});
		const left = [...batches].flatMap((batch) => leftOf.get(batch) ?? []);
		return {
			...piece,
			id: identityOf(
				version,
				table.name,
				piece.partition,
				piece.buckets,
				piece.rows,
				piece.content,
				left.sort(([a], [b]) => (a < b ? -1 : 1)),
			),
			dataset: build.dataset,
			table,
			inputs,
		};
	});
}
