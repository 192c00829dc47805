import { isNumeric } from "../../lib/sql/duckdb-types.ts";
import type { Result } from "./result.ts";

/** How rows are looked at where not in the order of the answer. */
export interface RowOrder {
	readonly column: number;
	readonly isDescending: boolean;
}

type Key = string | number | bigint;

/** More would keep the page waiting for seconds: `ORDER BY` is quicker. */
const MOST_ROWS = 100_000;

/** Whether there are not too many rows, and texts of a column's values tell their order. */
export function canOrder({ columns, rows }: Result, column: number): boolean {
	const type = columns[column]?.type ?? "";
	return rows <= MOST_ROWS && (isNumeric(type) || !/[[(]|INTERVAL/.test(type));
}

/** Upwards first, then downwards, then as the answer came. */
export function nextOrder(
	order: RowOrder | null,
	column: number,
): RowOrder | null {
	if (order?.column !== column) return { column, isDescending: false };
	return order.isDescending ? null : { column, isDescending: true };
}

/** The same rows by the values of a column, those without one last. */
export function ordered(
	result: Result,
	{ column, isDescending }: RowOrder,
): Result {
	const type = result.columns[column]?.type ?? "";
	const valued: { row: number; key: Key }[] = [];
	const valueless: number[] = [];
	for (let row = 0; row < result.rows; row++) {
		const text = result.text(row, column);
		if (text === null) valueless.push(row);
		else valued.push({ row, key: keyOf(text, type) });
	}
	const sign = isDescending ? -1 : 1;
	valued.sort((one, other) => sign * compare(one.key, other.key));
	const rows = [...valued.map(({ row }) => row), ...valueless];
	const at = (row: number) => rows[row] ?? row;
	return {
		...result,
		text: (row, column) => result.text(at(row), column),
		preview: (row, column) => result.preview(at(row), column),
	};
}

/** Whole numbers and decimals, which share their scale, exactly: they may have 38 digits. */
function keyOf(text: string, type: string): Key {
	if (!isNumeric(type)) return text;
	if (/^(DOUBLE|FLOAT)$/.test(type))
		return Number(text.replace("inf", "Infinity"));
	return BigInt(text.replace(".", ""));
}

/** NaN is the largest number, as DuckDB has it. */
function compare(one: Key, other: Key): number {
	if (Number.isNaN(one) || Number.isNaN(other))
		return Number(Number.isNaN(one)) - Number(Number.isNaN(other));
	return one < other ? -1 : Number(one > other);
}
