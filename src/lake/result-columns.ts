import { tableFromIPC } from "apache-arrow";
import type { QueryAnswer, SqlValue } from "../../workers/engine-api.ts";
import { LakeError } from "./errors.ts";
import type { Connection } from "./types.ts";

type Column = QueryAnswer["columns"][number];

/** Asks for an answer's columns before it is there. */
export function describing(sql: string): string {
	return `DESCRIBE ${sql}`;
}

/**
 * An answer's columns before it is there: names as SQL gives them, types as DuckDB
 * names them. Throws `UnsupportedError` where Arrow would not carry a value whole.
 */
export async function resultColumns(
	connection: Connection,
	sql: string,
	params: readonly SqlValue[] | undefined,
): Promise<Column[]> {
	return describedColumns(await connection.query(describing(sql), params));
}

/** The same of what DuckDB answered to {@link describing}. */
export function describedColumns(ipc: Uint8Array): Column[] {
	const columns = tableFromIPC(ipc)
		.toArray()
		.map((row): Column => ({ name: row.column_name, type: row.column_type }));
	for (const column of columns) refuseLoss(column);
	return columns;
}

/**
 * DuckDB's Arrow has no offset for times of day, and these others have its type
 * only beside a column, not within a list or struct.
 */
function refuseLoss({ name, type }: Column): void {
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
