import type { DuckDBConnection } from "@duckdb/node-api";
import type { ManifestFile } from "../../../src/lib/catalog/catalog.ts";
import type { TableDefinition } from "../../datasets/dataset.ts";
import { inTurns } from "../../jobs/in-turns.ts";
import { type DatasetBuild, output, parsed } from "../dataset-build.ts";
import { type Batch, identityOf, type PlannedPiece } from "../jobs.ts";
import { PIECE_ROWS, type Piece, readPieces } from "./pieces.ts";
import { hasOwnSql } from "./write-pieces.ts";

/** Summaries of batches that are fetched at a time. */
const FETCHED_AT_A_TIME = 8;

/** A table of a dataset that was read, and the pieces that it falls into, in its order. */
export interface CutTable {
	readonly build: DatasetBuild;
	readonly table: TableDefinition;
	readonly pieces: readonly Piece[];
	/** Its batches that the last build has not read. */
	readonly fresh: ReadonlySet<string>;
}

/**
 * Cuts a table into pieces. `former` are the jobs that the last build's batches were read by;
 * `fetch` makes a file of the work store readable and gives its local path.
 */
export async function cutTable(
	build: DatasetBuild,
	table: TableDefinition,
	connection: DuckDBConnection,
	former: ReadonlySet<string>,
	fetch: (key: string) => Promise<string>,
): Promise<CutTable> {
	const summaries = new Map<string, string>();
	await inTurns(FETCHED_AT_A_TIME, build.batches, async ({ record }) => {
		const own = parsed(record).tables[table.name];
		if (own === undefined || own.buckets === null) return;
		summaries.set(record.id, await fetch(output(record, own.buckets).key));
	});
	const { pieceRows = PIECE_ROWS } = table;
	const fresh = new Set(
		[...summaries.keys()].filter((batch) => !former.has(batch)),
	);
	const pieces = await readPieces(
		connection,
		table,
		summaries,
		pieceRows,
		fresh,
	);
	return { build, table, pieces, fresh };
}

/**
 * The pieces of a table as they are to be written, once its copies are known. A piece has
 * another id once a row of it, a copy that does not count, or the `version` of the code is
 * another. One that the last build has written without its new rows is made of these and
 * what was written: `filesOf` gives the files of the last build's pieces, by their ids.
 */
export function planPieces(
	version: string,
	{ build, table, pieces, fresh }: CutTable,
	filesOf: (id: string) => readonly ManifestFile[],
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
		const idOf = (
			{ rows, content }: Pick<Piece, "rows" | "content">,
			sources: Piece["sources"],
		) => {
			const batches = new Set(sources.map(({ batch }) => batch));
			const left = [...batches].flatMap((batch) => leftOf.get(batch) ?? []);
			return identityOf(
				version,
				table.name,
				piece.partition,
				piece.buckets,
				rows,
				content,
				left.sort(([a], [b]) => (a < b ? -1 : 1)),
			);
		};
		const { sources, before } = piece;
		const former =
			before === null || hasOwnSql(table)
				? []
				: filesOf(
						idOf(
							before,
							sources.filter(({ batch }) => !fresh.has(batch)),
						),
					);
		return {
			...piece,
			id: idOf(piece, sources),
			dataset: build.dataset,
			table,
			former,
			inputs: sources
				.filter(({ batch }) => former.length === 0 || fresh.has(batch))
				.map(({ batch, file }) => {
					const { record } = byBatch.get(batch) as Batch;
					const index = parsed(record).tables[table.name]?.files[file];
					return output(record, index as number);
				}),
		};
	});
}
