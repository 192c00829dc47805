import { expect, test } from "vitest";
import { viewCodec } from "./state.ts";

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
	for (const text of ["", "1,2", "a,b,c", "91,0,3", "0,181,3", "1,2,3,4"])
		expect(viewCodec.parse(text)).toBeUndefined();
	expect(viewCodec.parse("47,8,99")?.zoom).toBe(18);
});
