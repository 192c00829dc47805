import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { randomFrom } from "../../lib/random.ts";
import {
	DENSITY_STEPS,
	densityColours,
	densityOf,
	densityStep,
	legendCounts,
	lightnessOf,
	logScale,
	quantileScale,
	rampColours,
	topOfScale,
} from "./density.ts";

const css = readFileSync(new URL("./density.css", import.meta.url), "utf8");
const pairs = [
	...css.matchAll(
		/--density-\d: light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g,
	),
];
const light = pairs.map(([, colour = ""]) => colour);
const dark = pairs.map(([, , colour = ""]) => colour);

describe("the ramp", () => {
	test("has its steps in light and dark", () => {
		expect(light).toHaveLength(DENSITY_STEPS);
		expect(dark).toHaveLength(DENSITY_STEPS);
	});

	test("mixes the same from computed styles", () => {
		expect(
			densityColours(
				["rgb(243, 173, 102)", "rgb(41, 20, 56)"],
				9,
				logScale(10),
			),
		).toEqual(densityColours(["#f3ad66", "#291438"], 9, logScale(10)));
	});

	test.each([
		["light", light, -1],
		["dark", dark, 1],
	] as const)(
		"%s: lightness runs one way in even steps",
		(_, colours, sign) => {
			const lightness = colours.map(lightnessOf);
			const steps = lightness
				.slice(1)
				.map((value, index) => sign * (value - (lightness[index] ?? 0)));
			const mean = steps.reduce((sum, step) => sum + step) / steps.length;
			for (const step of steps) {
				expect(step).toBeGreaterThan(mean * 0.8);
				expect(step).toBeLessThan(mean * 1.2);
			}
		},
	);
});

describe("colours by count", () => {
	const colours = densityColours(light, 100, logScale(100));
	const bytes = new Uint8Array(colours.buffer);
	const colour = (count: number) =>
		`#${[0, 1, 2].map((at) => (bytes[count * 4 + at] ?? 0).toString(16).padStart(2, "0")).join("")}`;

	test("no ride is clear, one ride the first step, the top the last", () => {
		expect([...bytes.slice(0, 4)]).toEqual([0, 0, 0, 0]);
		expect(colour(1)).toBe(light[0]);
		expect(colour(100)).toBe(light.at(-1));
		expect(bytes[7]).toBe(255);
	});

	test("more rides are never lighter on the light map", () => {
		for (let count = 2; count <= 100; count++)
			expect(lightnessOf(colour(count))).toBeLessThanOrEqual(
				lightnessOf(colour(count - 1)) + 0.002,
			);
	});

	test("counts above the top are as deep as the top", () => {
		const beyond = densityColours(light, 60, logScale(50));
		expect(beyond[60]).toBe(beyond[50]);
	});
});

test("a scale ends at 5, 10, 20, 50 …, not below the largest count", () => {
	expect([0, 1, 5, 6, 11, 21, 187, 200, 201].map(topOfScale)).toEqual([
		5, 5, 5, 10, 20, 50, 200, 200, 500,
	]);
});

test("the log scale gives equal ratios equal room", () => {
	expect(densityOf(1, 100)).toBe(0);
	expect(densityOf(10, 100)).toBeCloseTo(0.5, 12);
	expect(densityOf(100, 100)).toBe(1);
	expect(densityOf(500, 100)).toBe(1);
});

test("every count has a step", () => {
	for (const top of [5, 10, 200])
		for (let count = 1; count <= top; count++) {
			const step = densityStep(count, top);
			expect(step).toBeGreaterThanOrEqual(1);
			expect(step).toBeLessThanOrEqual(DENSITY_STEPS);
		}
});

test("the legend names few round counts, the first and the top", () => {
	expect(legendCounts(5)).toEqual([1, 2, 5]);
	expect(legendCounts(50)).toEqual([1, 2, 5, 10, 20, 50]);
	expect(legendCounts(200)).toEqual([1, 10, 100, 200]);
	expect(legendCounts(100)).toEqual([1, 2, 5, 10, 20, 50, 100]);
	expect(legendCounts(1000)).toEqual([1, 10, 100, 1000]);
});

test("the quantile scale gives equal numbers of cells equal room", () => {
	const random = randomFrom(1);
	const counts = Uint32Array.from({ length: 20_000 }, () =>
		Math.floor(Math.exp(random() * 6) - 0.5),
	);
	const { positionOf, top, named } = quantileScale(counts);
	const occupied = counts.filter((count) => count > 0);
	expect(top).toBe(occupied.reduce((one, other) => Math.max(one, other), 0));
	expect(positionOf(1)).toBe(0);
	expect(positionOf(top)).toBe(1);
	expect(positionOf(top + 5)).toBe(1);
	const below = occupied.filter((count) => count < top).length;
	for (const count of [2, 7, 30, 150, 400])
		expect(positionOf(count)).toBeCloseTo(
			occupied.filter((other) => other < count).length / below,
			12,
		);
	// What is asked of it: a tenth of the ramp has about a tenth of the cells.
	const busy = occupied.filter((count) => positionOf(count) >= 0.9).length;
	expect(busy / occupied.length).toBeGreaterThan(0.08);
	expect(busy / occupied.length).toBeLessThan(0.12);
	expect(named[0]).toBe(1);
	expect(named.at(-1)).toBe(top);
	expect(named).toEqual([...named].sort((one, other) => one - other));
});

test("where all cells have as many rides, they have the last colour", () => {
	const { positionOf, named } = quantileScale(Uint32Array.of(0, 3, 3, 0));
	expect(positionOf(3)).toBe(1);
	expect(named).toEqual([1, 2, 3]);
	expect(quantileScale(new Uint32Array(4)).top).toBe(1);
});

test("the ramp in steps starts and ends with its own colours", () => {
	for (const stops of [light, dark]) {
		const ramp = rampColours(stops, 24);
		expect(ramp).toHaveLength(24);
		expect([ramp[0], ramp.at(-1)]).toEqual([stops[0], stops.at(-1)]);
		expect(rampColours(stops, DENSITY_STEPS)).toEqual(stops);
	}
});
