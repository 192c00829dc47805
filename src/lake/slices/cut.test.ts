import { expect, test } from "vitest";
import type { CatalogTable, ManifestFile } from "../../lib/catalog/catalog.ts";
import type { RowGroupReference, TableNeed } from "../types.ts";
import { SliceCutter, unitsOf } from "./cut.ts";

const table = {
	columns: [
		{ name: "station", type: "VARCHAR" },
		{ name: "level", type: "INTEGER" },
	],
} as unknown as CatalogTable;

function rowGroupsOf(
	partitions: readonly Record<string, string | null>[],
): RowGroupReference[] {
	return partitions.flatMap((partition) => {
		const file = { partition } as unknown as ManifestFile;
		return [0, 1].map((index) => ({ file, index }));
	});
}

function need(rowGroups: readonly RowGroupReference[]): TableNeed {
	return { table: "t", columns: ["x"], rowGroups, inOrder: false };
}

test("slices hold every row group once, in the lake's order, each within its room", () => {
	const rowGroups = rowGroupsOf(Array.from({ length: 20 }, () => ({})));
	const sizes = new Map(
		rowGroups.map((one, at) => [one, 10 + ((at * 7) % 30)]),
	);
	const bytesOf = (some: readonly RowGroupReference[]) =>
		some.reduce((sum, one) => sum + (sizes.get(one) ?? 0), 0);
	for (const sliceBytes of [40, 95, 200, 10_000]) {
		const units = unitsOf(need(rowGroups), table, null);
		const cutter = new SliceCutter({ units, bytesOf, sliceBytes });
		const foreseen = cutter.left;
		const slices: RowGroupReference[][] = [];
		for (let next = cutter.next(); next !== null; next = cutter.next())
			slices.push(next);
		expect(slices.flat()).toEqual(rowGroups);
		expect(slices).toHaveLength(foreseen);
		expect(cutter.left).toBe(0);
		for (const slice of slices)
			expect(bytesOf(slice)).toBeLessThanOrEqual(sliceBytes);
	}
});

test("slices shrink where rows take more than was thought", () => {
	const rowGroups = rowGroupsOf(Array.from({ length: 16 }, () => ({})));
	const units = unitsOf(need(rowGroups), table, null);
	const bytesOf = (some: readonly unknown[]) => some.length * 10;
	const cutter = new SliceCutter({ units, bytesOf, sliceBytes: 80 });
	const first = cutter.next() ?? [];
	expect(first).toHaveLength(2);
	cutter.took(first, 40);
	expect(cutter.next()).toHaveLength(4);
	cutter.took(first, 10);
	expect(cutter.next()).toHaveLength(4);
});

test("whole partitions stay together, wherever their row groups lie", () => {
	const rowGroups = rowGroupsOf([
		{ station: "a" },
		{ station: null },
		{ station: "b" },
		{ station: "a" },
		{ station: null },
	]);
	const units = unitsOf(need(rowGroups), table, "station");
	expect(
		units.map((unit) => unit.map(({ file }) => file.partition.station)),
	).toEqual([
		["a", "a", "a", "a"],
		[null, null, null, null],
		["b", "b"],
	]);
});

test("a partition key whose values may be written in several ways has no whole partitions", () => {
	const rowGroups = rowGroupsOf([{ level: "1" }, { level: "01" }]);
	expect(() => unitsOf(need(rowGroups), table, "level")).toThrow(
		"several ways",
	);
});
