import { expect, test } from "vitest";
import { randomFrom } from "../random.ts";
import { VarintReader, VarintWriter } from "./varints.ts";

test("numbers of every size come back, in as many bytes as they need", () => {
	const random = randomFrom(1);
	const edges = [0, 1, 127, 128, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];
	const numbers = [
		...edges,
		...Array.from({ length: 5000 }, () =>
			Math.floor(2 ** (random() * 53) * random()),
		),
	];
	const signed = numbers.map((value) =>
		Math.min(2 ** 52 - 1, random() < 0.5 ? value : -value),
	);
	const writer = new VarintWriter();
	for (const value of numbers) writer.write(value);
	for (const value of signed) writer.writeSigned(Math.max(-(2 ** 52), value));
	const bytes = writer.finish();
	expect(bytes.length).toBe(writer.length);
	const reader = new VarintReader(bytes);
	expect(numbers.map(() => reader.read())).toStrictEqual(numbers);
	expect(signed.map(() => reader.readSigned() + 0)).toStrictEqual(
		signed.map((value) => Math.max(-(2 ** 52), value) + 0),
	);
	expect(reader.isAtEnd).toBe(true);
	expect(() => reader.read()).toThrow(RangeError);
});
