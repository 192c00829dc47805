import { expect, test } from "vitest";
import { sparseBlob } from "./sparse-blob.ts";

test("holds the ranges where they belong and zeros elsewhere", async () => {
	const blob = sparseBlob(3_000_000, [
		{ startByte: 2_500_000, bytes: new Uint8Array([4, 5]) },
		{ startByte: 0, bytes: new Uint8Array([1]) },
		{ startByte: 1, bytes: new Uint8Array([2, 3]) },
	]);
	const bytes = new Uint8Array(await blob.arrayBuffer());

	const expected = new Uint8Array(3_000_000);
	expected.set([1, 2, 3], 0);
	expected.set([4, 5], 2_500_000);
	expect(bytes.length).toBe(3_000_000);
	expect(Buffer.compare(bytes, expected)).toBe(0);
	expect(() =>
		sparseBlob(9, [
			{ startByte: 0, bytes: new Uint8Array(3) },
			{ startByte: 2, bytes: new Uint8Array(3) },
		]),
	).toThrow("overlap");
});
