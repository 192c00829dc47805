import { tableFromIPC } from "apache-arrow";
import type { QueryAnswer, SqlValue } from "../../workers/engine-api.ts";
import { LakeError } from "./errors.ts";
import type { Connection } from "./types.ts";

/** Of an answer: its name as SQL gives it, its type as DuckDB names it. */
export type Column = QueryAnswer["columns"][number];

/** A statement's columns, before its answer is there. */
export async function describedColumns(
	connection: Connection,
	sql: string,
	params?: readonly SqlValue[],
): Promise<Column[]> {
	return columnsIn(await connection.query(describing(sql), params));
}

/** The SQL that asks for them. */
export function describing(sql: string): string {
	return `DESCRIBE ${sql}`;
}

/** The columns in what DuckDB answered to {@link describing}. */
export function columnsIn(described: Uint8Array): Column[] {
	return tableFromIPC(described)
		.toArray()
		.map((row) => ({ name: row.column_name, type: row.column_type }));
}

/**
 * Throws `UnsupportedError` where Arrow would not carry a value whole: DuckDB's has no
 * offset for times of day, and some others have its type only beside a column, not
 * within a list or struct.
 */
export function refuseLosses(columns: readonly Column[]): void {
	for (const { name, type } of columns) {
		const bare = type.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, "");
		const lost =
			/\bTIME WITH TIME ZONE\b/.exec(bare) ??
			/(?!^)\b(?:BIT|BIGNUM|UHUGEINT)\b|\b(?:BIT|BIGNUM|UHUGEINT)\b(?!$)/.exec(
				bare,
			);
		if (lost !== null)
			throw new LakeError(
				"UnsupportedError",
				`column ${name} is of type ${type}, of which the page cannot show ${lost[0]}: cast it to VARCHAR`,
			);
	}
}
