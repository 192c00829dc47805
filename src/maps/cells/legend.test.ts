import { expect, test } from "vitest";
import { randomFrom } from "../../lib/random.ts";
import { logScale, quantileScale } from "./density.ts";
import { legendSentence, legendTicks } from "./legend.ts";

test("a log legend names what it named without a want of room", () => {
	expect(legendTicks(logScale(50), 176).map(({ count }) => count)).toEqual([
		1, 2, 5, 10, 20, 50,
	]);
	expect(legendTicks(logScale(4), 176).map(({ count }) => count)).toEqual([
		1, 2, 5,
	]);
});

test("no two numbers of a legend meet, and the top is always named", () => {
	const random = randomFrom(9);
	for (let round = 0; round < 200; round++) {
		const steep = 2 + random() * 9;
		const counts = Uint32Array.from(
			{ length: 500 },
			() => Math.exp(random() * steep) - 0.5,
		);
		for (const scale of [
			quantileScale(counts),
			logScale(Math.exp(steep) / 2),
		]) {
			const ticks = legendTicks(scale, 176);
			expect(ticks.at(-1)?.count).toBe(scale.top);
			for (const [index, { count, position }] of ticks.entries()) {
				const before = ticks[index - 1];
				if (before === undefined) continue;
				expect(count).toBeGreaterThan(before.count);
				const digits = `${before.count}${count}`.length;
				expect((position - before.position) * 176).toBeGreaterThan(digits * 3);
			}
		}
	}
});

test("a legend says its scale in words", () => {
	expect(legendSentence(logScale(17))).toBe(
		"Colours run from 1 ride to 20 rides on a logarithmic scale.",
	);
	expect(legendSentence(quantileScale(Uint32Array.of(1, 1)))).toBe(
		"Colours run from 1 ride to 1 ride so that each part of the scale colours as many spots.",
	);
});
