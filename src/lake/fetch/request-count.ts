import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import type { TableNeed } from "../types.ts";
import { chunkPieces, columnsToDecode, tailPiece } from "./pieces.ts";
import { type Piece, planRequests } from "./ranges.ts";

/** Requests that needs take where nothing is there yet. */
export function requestsOf(
	tables: readonly CatalogTable[],
	needs: readonly TableNeed[],
): number {
	const pieces: Piece[] = [];
	for (const need of needs) {
		const table = tables.find((other) => other.name === need.table);
		if (table === undefined) throw new Error(`unknown table: ${need.table}`);
		const columns = columnsToDecode(table, need.columns);
		if (columns.length === 0) continue;
		const files = new Set(need.rowGroups.map(({ file }) => file));
		for (const file of files) pieces.push(tailPiece(file));
		for (const rowGroup of need.rowGroups)
			pieces.push(...chunkPieces(table, rowGroup, columns));
	}
	return planRequests(pieces.filter(({ foreign }) => !foreign?.isLocal)).length;
}
