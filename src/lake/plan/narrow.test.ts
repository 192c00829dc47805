import { expect, test } from "vitest";
import { Random } from "../../../tests/differential/random.ts";
import { type ColumnOrder, type Extent, holding } from "./narrow.ts";

interface Rows extends Extent {
	readonly values: readonly (bigint | null)[];
	readonly passes: readonly boolean[];
}

/** A extent of a few rows, some null, some left out by a filter, with bounds that may be wider or missing. */
function randomUnit(random: Random): Rows {
	const base = random.below(20);
	const isSure = random.chance(0.6);
	const hasNulls = random.chance(0.4);
	const values = Array.from({ length: 1 + random.below(5) }, () =>
		hasNulls && random.chance(0.5) ? null : BigInt(base + random.below(6)),
	);
	const known = values.filter((value) => value !== null).sort();
	const ascending = known.toSorted((a, b) => Number(a - b));
	const isBounded = known.length > 0 && random.chance(0.9);
	return {
		rows: values.length,
		isSure,
		values,
		passes: values.map(() => isSure || random.chance(0.5)),
		bounds: () => ({
			...(isBounded ? { min: ascending[0], max: ascending.at(-1) } : {}),
			mayBeNull: values.includes(null),
			mayBeValue: known.length > 0,
			mayBeNan: false,
		}),
	};
}

/** The first rows of the extents, nulls first or last or left out, as a database gives them. */
function firstRows(
	extents: readonly Rows[],
	rows: number,
	{ descending, skipsNulls }: ColumnOrder,
	nullsFirst: boolean,
): string {
	const passing = extents.flatMap(({ values, passes }) =>
		values.filter((_, index) => passes[index]),
	);
	const nulls = skipsNulls ? [] : passing.filter((value) => value === null);
	const known = passing
		.filter((value) => value !== null)
		.sort((a, b) => Number(descending ? b - a : a - b));
	const all = nullsFirst ? [...nulls, ...known] : [...known, ...nulls];
	return String(all.slice(0, rows));
}

test("the extents that are kept hold the rows that are wanted", () => {
	const random = new Random(8);
	let left = 0;
	for (let round = 0; round < 3000; round += 1) {
		const extents = Array.from({ length: random.below(9) }, () =>
			randomUnit(random),
		);
		const order: ColumnOrder = {
			column: "a",
			descending: random.chance(0.5),
			skipsNulls: random.chance(0.3),
		};
		const rows = order.skipsNulls ? 1 : random.below(12);
		const kept = holding(extents, { rows, order });
		for (const nullsFirst of [true, false])
			expect(firstRows(kept, rows, order, nullsFirst)).toBe(
				firstRows(extents, rows, order, nullsFirst),
			);
		const some = holding(extents, { rows, order: null });
		const count = (parts: readonly Rows[]) =>
			parts.flatMap(({ passes }) => passes).filter(Boolean).length;
		expect(Math.min(count(some), rows)).toBe(Math.min(count(extents), rows));
		left += extents.length - kept.length + extents.length - some.length;
	}
	expect(left).toBeGreaterThan(3000);
});
