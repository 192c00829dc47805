import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { type CountBar, countBars, countBarsText } from "./count-bars.ts";
import { plotSvg } from "./render.ts";

const years = (count: number): CountBar[] =>
	Array.from({ length: count }, (_, index) => ({
		label: String(2000 + index),
		name: String(2000 + index),
		count: (index * 7) % 5,
	}));

function textsOf(bars: readonly CountBar[], width: number): string[] {
	const { document } = parseHTML("<body></body>");
	const svg = plotSvg(countBars(bars, width), {
		label: "Rides by year",
		description: "",
		document,
	});
	return [...svg.querySelectorAll("text")].map(
		(text) => text.textContent ?? "",
	);
}

test("every bar has its label and its count where they fit", () => {
	const bars = years(3);
	const texts = textsOf(bars, 140);
	for (const { label } of bars) expect(texts).toContain(label);
	// A bar of none needs no number.
	expect(texts).toHaveLength(3 + 2);
});

test("where labels do not fit, every so many is left, and they never crowd", () => {
	for (const width of [60, 140, 300])
		for (const count of [1, 2, 5, 12, 40]) {
			const labels = textsOf(years(count), width).filter((text) =>
				text.startsWith("20"),
			);
			expect(labels[0]).toBe("2000");
			expect(labels.length).toBeGreaterThan(0);
			// From the middle of the first label to that of the last.
			expect((labels.length - 1) * 24).toBeLessThanOrEqual(width);
		}
});

test("says in words what the bars say", () => {
	expect(countBarsText(years(3), (count) => `${count} rides`)).toBe(
		"2000: 0 rides, 2001: 2 rides, 2002: 4 rides.",
	);
});
