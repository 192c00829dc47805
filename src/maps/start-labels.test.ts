import { expect, test } from "vitest";
import { mercatorY } from "../lib/geo/mercator.ts";
import { randomFrom } from "../lib/random.ts";
import type { StartPlace } from "../lib/rides/start-places.ts";
import { labelsOn, partsOf } from "./start-labels.ts";

const screen = {
	...{ width: 800, height: 600, world: 512 * 2 ** 11 },
	...{ left: 0.9997, top: mercatorY(46.5) },
};
const place = (known: Partial<StartPlace>): StartPlace => ({
	...{ longitude: 0, latitude: 0, rides: 1200, name: null },
	...known,
});

const widthOf = (text: string) => text.length * 6;

test("labels do not meet, the places of most rides come first, across the antimeridian too", () => {
	const random = randomFrom(8);
	const places: StartPlace[] = Array.from({ length: 60 }, (_, index) => ({
		longitude: ((179.9 + random() * 0.3 + 180) % 360) - 180,
		latitude: 46.36 + random() * 0.14,
		rides: 600 - index,
		name: null,
	}));
	const labels = labelsOn(places, screen, widthOf);
	expect(labels.length).toBeGreaterThan(2);
	expect(labels.length).toBeLessThanOrEqual(8);
	for (const [index, one] of labels.entries()) {
		expect(one.x).toBeGreaterThanOrEqual(0);
		expect(one.x).toBeLessThanOrEqual(screen.width);
		const box = partsOf(one).ground;
		expect(box.x + box.width).toBeLessThan(screen.width + 16);
		for (const other of labels.slice(index + 1)) {
			const { ground } = partsOf(other);
			const isApart =
				box.x + box.width < ground.x ||
				ground.x + ground.width < box.x ||
				Math.abs(one.y - other.y) >= 16;
			expect(isApart).toBe(true);
		}
	}
	const rides = labels.map(({ text }) => Number.parseInt(text, 10));
	expect(rides).toEqual([...rides].sort((one, other) => other - one));
});

test("what is off the screen has no label", () => {
	expect(
		labelsOn([place({ longitude: 0, latitude: 46 })], screen, widthOf),
	).toEqual([]);
	expect(
		labelsOn([place({ longitude: 180, latitude: 0 })], screen, widthOf),
	).toEqual([]);
});

test("a name on a narrow screen is on it whole, or cut where neither side has room", () => {
	const name = "Bridge over the upper old river";
	const phone = { ...screen, width: 360 };
	let cut = 0;
	for (let x = 0; x <= phone.width; x += 5) {
		const longitude = (phone.left + x / phone.world) * 360 - 180;
		const [label] = labelsOn(
			[place({ longitude, latitude: 46.45, name })],
			phone,
			widthOf,
		);
		if (label === undefined) throw new Error(`no label at ${x}`);
		const { ground } = partsOf(label);
		expect(ground.x, `at ${x}`).toBeGreaterThan(-16);
		expect(ground.x + ground.width, `at ${x}`).toBeLessThan(phone.width + 16);
		expect(label.text).toMatch(/^\u2068Bridge/);
		if (!label.text.includes(name)) cut += 1;
	}
	expect(cut).toBeGreaterThan(10);
	expect(cut).toBeLessThan(60);
});

test("no label lies under what is over the map: it stands on its dot's other side, or not at all", () => {
	const phone = { ...screen, width: 320 };
	const buttons = { x: 270, y: 0, width: 40, height: 600 };
	const sides = new Set<string>();
	for (let x = 0; x <= phone.width; x += 5) {
		const longitude = (phone.left + x / phone.world) * 360 - 180;
		const [label] = labelsOn(
			[place({ longitude, latitude: 46.45, name: "Old Harbour" })],
			phone,
			widthOf,
			[buttons],
		);
		const side =
			label === undefined ? "none" : label.isBefore ? "before" : "behind";
		sides.add(side);
		if (label === undefined) continue;
		const { ground } = partsOf(label);
		expect(ground.x, `at ${x}`).toBeGreaterThan(-16);
		expect(
			ground.x + ground.width < buttons.x ||
				ground.x > buttons.x + buttons.width,
			`at ${x}`,
		).toBe(true);
	}
	// From left to right: behind the dot; in the middle neither side has room; before it.
	expect([...sides]).toEqual(["behind", "none", "before"]);
});

test("a label says the name where there is one, cut where it is long", () => {
	const textOf = (name: string | null) => {
		const here = place({ longitude: 179.95, latitude: 46.45, name });
		return labelsOn([here], screen, widthOf)[0]?.text;
	};
	expect(textOf(null)).toBe("1,200 rides start here");
	expect(textOf("Pier")).toBe("\u2068Pier\u2069 · 1,200 rides");
	expect(textOf("🚲".repeat(40))).toBe(
		`\u2068${"🚲".repeat(31)}…\u2069 · 1,200 rides`,
	);
});
