import {
	Dictionary,
	Int32,
	Table,
	tableFromArrays,
	tableFromIPC,
	tableToIPC,
	Utf8,
	vectorFromArray,
} from "apache-arrow";
import { expect, test } from "vitest";
import { joinStreams, rowsIn } from "./ipc.ts";

const stream = (values: number[]) =>
	tableToIPC(
		tableFromArrays({ a: Int32Array.from(values), b: values.map(String) }),
		"stream",
	);

test("batches of all streams follow each other, with one schema and one end", () => {
	// Inferred strings are dictionaries: plain columns are what decoders give.
	const plain = (values: number[]) =>
		tableToIPC(
			new Table({
				a: vectorFromArray(values, new Int32()),
				b: vectorFromArray(values.map(String), new Utf8()),
			}),
			"stream",
		);
	const joined = joinStreams([plain([1, 2]), plain([3]), plain([4, 5, 6])]);
	const table = tableFromIPC(joined);
	expect(table.batches.map((batch) => batch.numRows)).toEqual([2, 1, 3]);
	expect([...(table.getChild("a") ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
	expect([...(table.getChild("b") ?? [])].join()).toBe("1,2,3,4,5,6");
	expect(joined?.length).toBeLessThan(
		plain([1, 2]).length + plain([3]).length + plain([4, 5, 6]).length,
	);
});

test("streams with dictionaries stay apart", () => {
	expect(tableFromIPC(stream([1])).getChild("b")?.type).toBeInstanceOf(
		Dictionary,
	);
	expect(joinStreams([stream([1]), stream([2])])).toBeNull();
	const alone = stream([1]);
	expect(joinStreams([alone])).toBe(alone);
});

test("rows are counted without their values, whatever the batches and dictionaries", () => {
	const table = new Table({
		a: vectorFromArray([1, null, 3], new Int32()),
		b: vectorFromArray(["x", "y", "x"]),
	});
	for (const [rows, each] of [
		[0, table.slice(0, 0)],
		[3, table],
		[7, table.concat(table).concat(table.slice(2))],
	] as const)
		expect(rowsIn(tableToIPC(each, "stream"))).toBe(rows);
	expect(rowsIn(tableToIPC(table, "file"))).toBe(3);
	expect(rowsIn(new Uint8Array())).toBe(0);
});

test("what is no stream is refused", () => {
	expect(() => joinStreams([new Uint8Array(100), new Uint8Array(100)])).toThrow(
		"not an Arrow IPC stream",
	);
});
