import { csvLine, tabLine } from "../shared/files/csv.ts";
import type { Result } from "./result.ts";

const ROWS_AT_ONCE = 5000;

/**
 * The answer as CSV by RFC 4180: a header, CRLF, quotes where they are needed.
 * NULL is an empty field and an empty text `""`, as DuckDB writes them (it reads them back so with `allow_quoted_nulls = false`).
 * No cell is altered, also not one that a spreadsheet would take for a formula.
 */
export function* csvPieces(result: Result): Generator<string> {
	yield csvLine(result.columns.map((column) => column.name));
	for (let start = 0; start < result.rows; start += ROWS_AT_ONCE) {
		let piece = "";
		const end = Math.min(result.rows, start + ROWS_AT_ONCE);
		for (let row = start; row < end; row++)
			piece += csvLine(
				result.columns.map((_, column) => result.text(row, column)),
			);
		yield piece;
	}
}

/** The answer's header and rows as they are pasted into a spreadsheet. */
export function tabbedText({ columns, rows, text }: Result): string {
	let tabbed = tabLine(columns.map(({ name }) => name));
	for (let row = 0; row < rows; row++)
		tabbed += tabLine(columns.map((_, column) => text(row, column)));
	return tabbed;
}

/** The CSV as a file; lets the page draw between pieces, and ends where the signal does. */
export async function csvFile(
	result: Result,
	signal: AbortSignal,
): Promise<Blob> {
	const parts: Blob[] = [];
	for (const piece of csvPieces(result)) {
		signal.throwIfAborted();
		// A Blob may lie on disk, a string may not.
		parts.push(new Blob([piece]));
		await new Promise((resolve) => setTimeout(resolve));
	}
	return new Blob(parts, { type: "text/csv;charset=utf-8" });
}
