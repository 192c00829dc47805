import type { CsvRow } from "./csv.ts";
import { parseCell } from "./weather-columns.ts";
import { isWrittenTime } from "./weather-times.ts";

/** A table whose header holds the times: a row is a series, such as of Home Assistant's energy. */
export interface TimesAcross {
	/** Those of what stands before the times, then a time and its value. */
	readonly header: readonly string[];
	/** A row for each time; of a row with more cells than the header, itself. */
	readonly rows: (row: CsvRow) => CsvRow[];
}

/** How a table reads with a row for each time; null where its header does not end in times. */
export function timesAcross(header: readonly string[]): TimesAcross | null {
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
