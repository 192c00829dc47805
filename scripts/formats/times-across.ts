import type { CsvRow } from "./csv.ts";
import { parseCell } from "./weather-columns.ts";
import { isWrittenTime } from "./weather-times.ts";

/** How a table reads with a row for each reading. */
export interface UnfoldedTable {
	readonly header: readonly string[];
	/** Those of a row as it stands; of one with more cells than the header there, one of another width. */
	readonly rows: (row: CsvRow) => CsvRow[];
}

/**
 * A table whose header ends in times, of which a row is a series, such as of Home
 * Assistant's energy; null for any other. What stands before the times stays as it is.
 */
export function timesAcross(header: readonly string[]): UnfoldedTable | null {
	const start = header.findIndex(isWrittenTime);
	const about = header.slice(0, start);
	const times = header.slice(start);
	const isOne =
		start > 0 &&
		times.length > 1 &&
		times.every(isWrittenTime) &&
		about.every((name) => typeof parseCell(name, true) === "string");
	if (!isOne) return null;
	return {
		header: [...about, "time", "value"],
		rows: (row) => {
			if (row.cells.length > header.length) return [row];
			const own = about.map((_, index) => row.cells[index] ?? "");
			return times.map((time, index) => ({
				line: row.line,
				cells: [...own, time, row.cells[start + index] ?? ""],
			}));
		},
	};
}
