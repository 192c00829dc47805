import { expect, test } from "vitest";
import { sparseFile } from "./sparse-file.ts";

test("holds the ranges where they belong and zeros elsewhere", async () => {
	const file = sparseFile(3_000_000, [
		{ startByte: 2_500_000, bytes: new Uint8Array([4, 5]) },
		{ startByte: 0, bytes: new Uint8Array([1]) },
		{ startByte: 1, bytes: new Uint8Array([2, 3]) },
	]);
	const bytes = new Uint8Array(await file.arrayBuffer());

	const expected = new Uint8Array(3_000_000);
	expected.set([1, 2, 3], 0);
	expected.set([4, 5], 2_500_000);
	expect(bytes.length).toBe(3_000_000);
	expect(Buffer.compare(bytes, expected)).toBe(0);
	for (const [start, end] of [
		[0, 2],
		[1, 5],
		[2, 2],
		[2_499_999, 2_500_001],
		[2_500_001, 3_000_001],
	] as const) {
		const part = file.slice(start, end);
		const whole = new Blob([expected]).slice(start, end);
		expect(part.size).toBe(whole.size);
		expect(await part.arrayBuffer()).toEqual(await whole.arrayBuffer());
		const inner = await part.slice(1, 3).arrayBuffer();
		expect(inner).toEqual(await whole.slice(1, 3).arrayBuffer());
	}
	expect(() =>
		sparseFile(9, [
			{ startByte: 0, bytes: new Uint8Array(3) },
			{ startByte: 2, bytes: new Uint8Array(3) },
		]),
	).toThrow("overlap");
});
