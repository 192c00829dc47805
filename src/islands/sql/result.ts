import type { Table } from "apache-arrow";
import { Type } from "apache-arrow";
import { utf8Text } from "../../lake/arrow/arrow-values.ts";
import { cellText } from "./cell-text.ts";

export interface ResultColumn {
	readonly name: string;
	/** DuckDB's name for the type. */
	readonly type: string;
}

/** An answer whose cells become text one at a time, when they are looked at. */
export interface Result {
	readonly columns: readonly ResultColumn[];
	readonly rows: number;
	/** The exact text of a cell, null for NULL. */
	text(row: number, column: number): string | null;
	/** The same, cut to about a thousand characters with `…` at the end. */
	preview(row: number, column: number): string | null;
}

const PREVIEW = 1000;

export function resultOf(
	table: Table,
	columns: readonly ResultColumn[],
): Result {
	const { batches } = table;
	const starts: number[] = [];
	let rows = 0;
	for (const batch of batches) {
		starts.push(rows);
		rows += batch.numRows;
	}
	const locate = (row: number, column: number) => {
		let low = 0;
		let high = batches.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((starts[middle] ?? 0) <= row) low = middle;
			else high = middle - 1;
		}
		const data = batches[low]?.data.children[column];
		const start = starts[low];
		if (data === undefined || start === undefined || row >= rows)
			throw new Error(`no such cell: row ${row}, column ${column}`);
		return { data, index: row - start };
	};
	const text = (row: number, column: number) => {
		const { data, index } = locate(row, column);
		return cellText(data, index, columns[column]?.type ?? "");
	};
	return {
		columns,
		rows,
		text,
		preview(row, column) {
			const { data, index } = locate(row, column);
			if (data.typeId === Type.Utf8 && data.getValid(index)) {
				const from = data.valueOffsets[index] ?? 0;
				const to = data.valueOffsets[index + 1] ?? 0;
				if (to - from > PREVIEW * 4)
					return cut(utf8Text(data.values.subarray(from, from + PREVIEW * 4)));
			}
			const whole = text(row, column);
			return whole !== null && whole.length > PREVIEW ? cut(whole) : whole;
		},
	};
}

/** Cuts between characters, so that no half of a surrogate pair is left. */
function cut(text: string): string {
	return `${text.slice(0, PREVIEW).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
