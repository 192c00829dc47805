import { isNumeric } from "../../lib/duckdb-types.ts";
import type { Result } from "./result.ts";

/** How rows are looked at where not in the order of the answer. */
export interface RowOrder {
	readonly column: number;
	readonly isDescending: boolean;
}

type Key = string | number | bigint | null;

/** Whether values of a type have an order that their texts tell. */
export function hasOrder(type: string): boolean {
	return isNumeric(type) || !/[[(]|INTERVAL/.test(type);
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
	const keys: Key[] = [];
	for (let row = 0; row < result.rows; row++)
		keys.push(keyOf(result.text(row, column), type));
	const sign = isDescending ? -1 : 1;
	const rows = [...keys.keys()].sort((one, other) => {
		const [a, b] = [keys[one] ?? null, keys[other] ?? null];
		if (a === null || b === null)
			return Number(a === null) - Number(b === null);
		return sign * compare(a, b);
	});
	const at = (row: number) => rows[row] ?? row;
	return {
		...result,
		text: (row, column) => result.text(at(row), column),
		preview: (row, column) => result.preview(at(row), column),
	};
}

/** Whole numbers and decimals, which share their scale, exactly: they may have 38 digits. */
function keyOf(text: string | null, type: string): Key {
	if (text === null || !isNumeric(type)) return text;
	if (/^(DOUBLE|FLOAT)$/.test(type))
		return Number(text.replace("inf", "Infinity"));
	return BigInt(text.replace(".", ""));
}

/** NaN is the largest number, as DuckDB has it. */
function compare(one: NonNullable<Key>, other: NonNullable<Key>): number {
	if (Number.isNaN(one) || Number.isNaN(other))
		return Number(Number.isNaN(one)) - Number(Number.isNaN(other));
	return one < other ? -1 : Number(one > other);
}
