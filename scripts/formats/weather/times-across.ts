import { MONTHS } from "../../../src/lib/formats/time.ts";
import type { CsvRow } from "../csv.ts";
import { parseCell } from "./weather-numbers.ts";
import { isWrittenTime } from "./weather-times.ts";

/** How a table reads with a row for each reading. */
export interface UnfoldedTable {
	readonly header: readonly string[];
	/** Those of a row as it stands; of one with more cells than the header there, one of another width. */
	readonly rows: (row: CsvRow) => CsvRow[];
	/** Names of columns that are left out. */
	readonly leftOut: readonly string[];
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
		leftOut: [],
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

/**
 * A table with a row a year and a column for each of its months, by their English names, as
 * of long records of the climate; null for any other. What stands before the months stays.
 */
export function monthsAcross(header: readonly string[]): UnfoldedTable | null {
	const names = header.map((cell) => cell.trim().toLowerCase());
	const year = names.findIndex((name) => /^(?:year|yyyy)$/.test(name));
	const months = MONTHS.map((month) =>
		names.findIndex((name) => name === month || name === month.slice(0, 3)),
	);
	if (year === -1 || months.includes(-1)) return null;
	const first = Math.min(...months);
	const about = names.flatMap((_, index) =>
		index < first && index !== year ? [index] : [],
	);
	return {
		header: [...about.map((index) => header[index] ?? ""), "time", "value"],
		leftOut: header.filter(
			(_, index) => index > first && !months.includes(index),
		),
		rows: (row) => {
			if (row.cells.length > header.length) return [row];
			const own = about.map((index) => row.cells[index] ?? "");
			return months.map((column, index) => ({
				line: row.line,
				cells: [
					...own,
					`${row.cells[year] ?? ""}-${index + 1}`,
					row.cells[column] ?? "",
				],
			}));
		},
	};
}
