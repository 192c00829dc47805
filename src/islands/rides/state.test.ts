import { expect, test } from "vitest";
import { cellCodec, viewCodec } from "./state.ts";

test("a view survives the address to within a pixel", () => {
	for (const zoom of [0, 3.25, 10.49, 14, 18])
		for (const [latitude, longitude] of [
			[47.376912345, 8.541734567],
			[-17.512345678, -179.987654321],
		] as const) {
			const there = viewCodec.parse(
				viewCodec.format({ latitude, longitude, zoom }),
			);
			const pixel = 360 / (512 * 2 ** zoom);
			expect(Math.abs((there?.latitude ?? 99) - latitude)).toBeLessThan(pixel);
			expect(Math.abs((there?.longitude ?? 999) - longitude)).toBeLessThan(
				pixel,
			);
			expect(there?.zoom).toBe(zoom);
		}
});

test("what is no view is none", () => {
	for (const text of [
		"",
		"1,2",
		"a,b,c",
		"91,0,3",
		"0,181,3",
		"1,2,3,4",
		"1,2,3,",
		",,",
		"0x1,2,3",
		" 1,2,3",
		"1,2,1e3",
	])
		expect(viewCodec.parse(text)).toBeUndefined();
	expect(viewCodec.parse("47,8,99")?.zoom).toBe(18);
});

test("a cell survives the address, the smallest at the map's corners too", () => {
	for (let level = 6; level <= 20; level++) {
		const last = 2 ** level - 1;
		for (const x of [0, 1, last >> 1, last])
			for (const y of [0, last / 3, last >> 1, last].map(Math.floor)) {
				const cell = { level, x, y, columns: 1, rows: 1 };
				expect(cellCodec.parse(cellCodec.format(cell))).toEqual(cell);
			}
	}
});

test("what is no cell is none", () => {
	for (const text of [
		"",
		"1,2",
		"86,0,9",
		"0,181,9",
		"0,0,5",
		"0,0,21",
		"0,0,9.5",
		",,9",
		"1e1,0,9",
	])
		expect(cellCodec.parse(text)).toBeUndefined();
});
