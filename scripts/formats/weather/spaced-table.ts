import type { CsvRow } from "../csv.ts";
import { isNoValue, parseCell } from "./weather-numbers.ts";
import { isClock, isWrittenTime } from "./weather-times.ts";

/** What parts cells in other tables. */
const SIGNS = /[,;\t|]/;

/** A number with a mark behind it, as the Met Office has them for estimates and instruments: `9.4*`. */
const MARKED = /^([+-]?\d+(?:\.\d+)?)[*#]+$/;

/**
 * Whether blanks part the cells of a table, as of many archives: below a line of words
 * stands one of as many numbers, with at most a line of units between them.
 */
export function isSpaced(head: string): boolean {
	const lines = head
		.split(/\r\n|\n|\r/)
		.map((line) => line.trim())
		.filter((line) => line !== "");
	return lines.some((line, at) => {
		const names = wordsIn(line);
		return (
			names.length > 2 &&
			names.every((name) => !isNumber(name)) &&
			lines.slice(at + 1, at + 3).some((below) => {
				const cells = wordsIn(below);
				const values = cells.filter(
					(cell) =>
						isNumber(cell) ||
						isNoValue(cell) ||
						isWrittenTime(cell) ||
						isClock(cell),
				);
				return (
					cells.length === names.length &&
					cells.some(isNumber) &&
					values.length > cells.length / 2
				);
			})
		);
	});
}

function wordsIn(line: string): string[] {
	return SIGNS.test(line) ? [] : line.split(/ +/);
}

function isNumber(cell: string): boolean {
	return typeof parseCell(cell, false) === "number";
}

/** The bytes of a table with a tab for each run of blanks, and none at a line's start. */
export async function* withTabs(
	chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
	let isAtStart = true;
	let hasBlank = false;
	for await (const chunk of chunks) {
		const out = Buffer.allocUnsafe(2 * chunk.length);
		let length = 0;
		for (const byte of chunk) {
			if (byte === BLANK) {
				hasBlank = true;
				continue;
			}
			const isEnd = byte === LF || byte === CR;
			if (hasBlank && !isAtStart && !isEnd)
				length = out.writeUInt8(TAB, length);
			hasBlank = false;
			isAtStart = isEnd;
			length = out.writeUInt8(byte, length);
		}
		yield out.subarray(0, length);
	}
}

const [TAB, LF, CR, BLANK] = [9, 10, 13, 32];

/** The units below a header, which the columns of times before them have none of; null for a row of anything else. */
export function spacedUnits(
	header: readonly string[],
	below: readonly string[],
): string[] | null {
	const before = header.length - below.length;
	if (before < 0 || below.length < 2 || below.some(isNumber)) return null;
	return [
		...Array<string>(before).fill(""),
		// A line of dashes sets the header off.
		...below.map((unit) => (/^[-=_]+$/.test(unit) ? "" : `[${unit}]`)),
	];
}

/** A row without marks behind its numbers, and without words behind its last column. */
export function plainRow({ line, cells }: CsvRow, columns: number): CsvRow {
	const words = cells.slice(columns);
	const own = words.some(isNumber) ? cells : cells.slice(0, columns);
	return { line, cells: own.map((cell) => cell.replace(MARKED, "$1")) };
}
