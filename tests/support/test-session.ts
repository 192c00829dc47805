import { fileSource } from "../../scripts/lake/file-source.ts";
import { reopenNodeDatabase } from "../../scripts/lake/node-database.ts";
import { nodeDecoder } from "../../scripts/lake/node-decoder.ts";
import { type Cell, readAnswer } from "../../src/lake/arrow/rows.ts";
import { memoryCache } from "../../src/lake/fetch/byte-cache.ts";
import { LakeSession, type SessionOptions } from "../../src/lake/session.ts";
import type { QueryAnswer } from "../../workers/engine-api.ts";

/** A session under Node over a lake in a folder, with an empty cache and room for all. Close it: its engine then serves the next. */
export function openTestSession(
	lake: string,
	options: Partial<SessionOptions> = {},
): Promise<LakeSession> {
	return LakeSession.open({
		source: fileSource(lake),
		openDatabase: reopenNodeDatabase,
		decoder: nodeDecoder(),
		cache: memoryCache(1e8),
		budgetBytes: 1e8,
		...options,
	});
}

/** An answer's values, row by row. */
export function cells({
	ipc,
	columns,
}: Pick<QueryAnswer, "ipc" | "columns">): Cell[][] {
	const { rows, cell } = readAnswer(ipc, columns);
	return Array.from({ length: rows }, (_, row) =>
		columns.map((_, column) => cell(row, column)),
	);
}
