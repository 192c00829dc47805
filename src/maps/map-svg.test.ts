import { DOMParser } from "linkedom";
import { describe, expect, test } from "vitest";
import type { CellWindow } from "../lib/geo/grid.ts";
import { randomFrom } from "../lib/random.ts";
import { textWidthEm } from "../lib/text/text-width.ts";
import type { Shapes } from "./basemap/fine-basemap.ts";
import { logScale } from "./cells/density.ts";
import type { MapScreen } from "./map-screen.ts";
import { type MapPicture, mapSvg } from "./map-svg.ts";

const LEVEL = 8;
const SIZE = 2 ** LEVEL;
const colours = {
	...{ water: "#001", land: "#002", border: "#003", label: "#004" },
	...{ surface: "#fff", text: "#111", muted: "#555" },
};
const stops = ["#f3ad66", "#291438"];

/** Around the antimeridian: half of the cells are on either side. */
const screen: MapScreen = {
	width: 400,
	height: 300,
	world: SIZE * 5.5,
	left: 0.9,
	top: 0.3,
};
const window: CellWindow = {
	level: LEVEL,
	x: Math.floor(screen.left * SIZE) - 4,
	y: Math.floor(screen.top * SIZE) - 4,
	columns: 90,
	rows: 70,
};
const random = randomFrom(2);
const counts = Uint32Array.from({ length: window.columns * window.rows }, () =>
	random() < 0.6 ? 0 : 1 + Math.floor(random() * 9),
);

const picture: MapPicture = {
	...{ screen, colours, stops, basemap: null },
	drawing: { kind: "cells", window, counts, largest: 9 },
	over: {
		...{ labels: [], tracks: [], highlighted: null, mark: null },
		labelColours: { text: "#111", ground: "#fff" },
		trackColours: { plain: "#0a0", highlighted: "#00a", casing: "#eee" },
	},
	scale: logScale(9),
	title: "Where do I ride most?",
	sentence: "9 rides pass this view; the busiest spot sees 9.",
	credits: "My own files (CC0)",
};

const parse = (text: string) =>
	new DOMParser().parseFromString(text, "image/svg+xml");

describe("cells", () => {
	/** Colour of the cell at a pixel of the map, null where there is none. */
	function cellAt(text: string, px: number, py: number): string | null {
		const group = parse(text).querySelector("g[shape-rendering]");
		const [, dx, dy, side] =
			/translate\((\S+) (\S+)\) scale\((\S+)\)/.exec(
				group?.getAttribute("transform") ?? "",
			) ?? [];
		const x = (px - Number(dx)) / Number(side);
		const y = (py - Number(dy)) / Number(side);
		for (const path of group?.querySelectorAll("path") ?? [])
			for (const [, left, top, width] of (
				path.getAttribute("d") ?? ""
			).matchAll(/M(-?\d+) (-?\d+)h(\d+)v1h-\d+z/g))
				if (
					x >= Number(left) &&
					x < Number(left) + Number(width) &&
					y >= Number(top) &&
					y < Number(top) + 1
				)
					return path.getAttribute("fill");
		return null;
	}

	test("each lies where the map has it, on either side of the antimeridian", () => {
		const { text } = mapSvg(picture);
		const seen = new Map<number, string | null>();
		for (let px = 3; px < screen.width; px += 23)
			for (let py = 3; py < screen.height; py += 31) {
				const column =
					Math.floor((px / screen.world + screen.left) * SIZE) - window.x;
				const row =
					Math.floor((py / screen.world + screen.top) * SIZE) - window.y;
				const count = counts[row * window.columns + column] ?? 0;
				const colour = cellAt(text, px, py);
				expect(colour === null).toBe(count === 0);
				if (seen.has(count)) expect(colour).toBe(seen.get(count));
				seen.set(count, colour);
			}
		expect(seen.size).toBe(10);
		expect(new Set(seen.values()).size).toBe(10);
	});

	test("what is off the screen is not in the file", () => {
		const small = mapSvg({ ...picture, screen: { ...screen, width: 40 } });
		expect(small.text.length).toBeLessThan(mapSvg(picture).text.length / 3);
	});
});

test("lines are paths of the ramp's colours", () => {
	const { text } = mapSvg({
		...picture,
		drawing: {
			kind: "lines",
			width: 2,
			steps: [
				[1, 2, 3.04, 4, Number.NaN, Number.NaN, 5, 6, 7, 8],
				[9, 9, 9, 9],
			],
		},
	});
	const paths = [...parse(text).querySelectorAll("g[stroke-width='2'] path")];
	expect(
		paths.map((path) => [path.getAttribute("stroke"), path.getAttribute("d")]),
	).toEqual([
		["#f3ad66", "M1 2L3 4M5 6L7 8"],
		["#291438", "M9 9L9 9"],
	]);
	expect(text).toContain("Rides along a line");
});

test("land is cut to the screen, whole turns away too", () => {
	const basemap: Shapes = {
		land: [
			[
				[
					[-180, -90],
					[180, -90],
					[180, 90],
					[-180, 90],
					[-180, -90],
				],
			],
			[
				[
					[0, 0],
					[1, 0],
					[1, 1],
					[0, 0],
				],
			],
		],
		borders: [
			[
				[-179, 0],
				[-178, 40],
			],
		],
	};
	const document = parse(mapSvg({ ...picture, basemap }).text);
	const land = [...document.querySelectorAll("g[fill='#002'] path")].flatMap(
		(path) => (path.getAttribute("d")?.match(/[-\d.]+/g) ?? []).map(Number),
	);
	expect(land.length).toBeGreaterThan(0);
	for (const [index, value] of land.entries()) {
		expect(value).toBeGreaterThanOrEqual(0);
		expect(value).toBeLessThanOrEqual(
			index % 2 === 0 ? screen.width : screen.height,
		);
	}
	// The two copies of the world meet at the antimeridian.
	const edge = (1 - screen.left) * screen.world;
	expect(land.filter((_, index) => index % 2 === 0)).toContain(
		Math.round(edge * 10) / 10,
	);
	expect(
		document.querySelector("path[stroke='#003']")?.getAttribute("d"),
	).toMatch(/^M/);
});

test("names are text, whatever they hold", () => {
	const odd = `<script>alert(1)</script> & "it's" \u0000\u001b\ud800 ]]>`;
	const { text } = mapSvg({ ...picture, title: odd, credits: odd });
	const document = parse(text);
	expect(document.querySelector("script")).toBeNull();
	expect(document.querySelector("text")?.textContent).toContain(
		'<script>alert(1)</script> & "it\'s" \ufffd\ufffd\ufffd ]]>',
	);
	expect(text).not.toMatch(/\p{Cc}/u);
});

test("says all it has to say, in lines that fit", () => {
	const sentence = Array.from({ length: 40 }, (_, word) => `word${word}`);
	const { text, width, height, map } = mapSvg({
		...picture,
		sentence: sentence.join(" "),
	});
	const said = [...parse(text).querySelectorAll("text")].map(
		({ textContent }) => textContent,
	);
	for (const word of sentence) expect(said.join(" ")).toContain(word);
	expect(said).toContain("Where do I ride most?");
	expect(said).toContain("Rides that pass a spot");
	expect(said).toContain("My own files (CC0)");
	expect(width).toBe(screen.width + 2 * map.x);
	expect(height).toBeGreaterThan(map.y + screen.height + 60);
});

test("lines of wide letters fit, too", () => {
	const sentence = Array.from({ length: 40 }, () => "地図の線").join(" ");
	const { text } = mapSvg({ ...picture, sentence });
	const lines = [...parse(text).querySelectorAll("text")]
		.map(({ textContent }) => textContent ?? "")
		.filter((line) => line.includes("地図"));
	expect(lines.join(" ")).toBe(sentence);
	for (const line of lines)
		expect(textWidthEm(line) * 12).toBeLessThanOrEqual(screen.width);
});

describe("what lies over cells and lines", () => {
	const inMap = (text: string, selector: string) =>
		[...parse(text).querySelectorAll(`svg svg ${selector}`)].map(
			(element) =>
				Object.fromEntries(
					[...element.attributes].map(({ name, value }) => [name, value]),
				) as Record<string, string>,
		);
	const place = (px: number, py: number) => [
		screen.left + px / screen.world,
		screen.top + py / screen.world,
	];

	test("tracks have their casing below them, and the strong one is on top", () => {
		const track = (rideId: string, py: number) => ({
			rideId,
			stretches: [Float64Array.from([place(20, py), place(60, py)].flat())],
		});
		const { text } = mapSvg({
			...picture,
			over: {
				...picture.over,
				tracks: [track("strong", 10), track("plain", 30)],
				highlighted: "strong",
			},
		});
		expect(
			inMap(text, "g[fill=none] path").map(({ stroke, d }) => [stroke, d]),
		).toEqual([
			["#eee", "M20 30L60 30"],
			["#0a0", "M20 30L60 30"],
			["#eee", "M20 10L60 10"],
			["#00a", "M20 10L60 10"],
		]);
	});

	test("a mark leaves the cell that it is about to be seen", () => {
		const mark: CellWindow = {
			...{ level: LEVEL, columns: 1, rows: 1 },
			// The world has turned by once there.
			x: Math.floor(0.02 * SIZE),
			y: Math.floor(0.32 * SIZE),
		};
		const { text } = mapSvg({ ...picture, over: { ...picture.over, mark } });
		const [frame] = inMap(text, "rect[stroke='#00a']");
		const inner = Number(frame?.x) + Number(frame?.["stroke-width"]) / 2;
		const middle = ((mark.x + 0.5) / SIZE + 1 - screen.left) * screen.world;
		// A cell of 5.5 pixels is less than the least that is framed.
		expect(inner).toBeCloseTo(middle - 7, 0);
		expect(Number(frame?.width) - Number(frame?.["stroke-width"])).toBeCloseTo(
			14,
			1,
		);
	});

	test("labels are text, whatever they say", () => {
		const label = {
			...{ text: "</text><script>", x: 50, y: 40, width: 120 },
			isBefore: false,
		};
		const { text } = mapSvg({
			...picture,
			over: { ...picture.over, labels: [label] },
		});
		expect(text).not.toContain("<script");
		const [shown] = [...parse(text).querySelectorAll("svg svg text")];
		expect(shown?.textContent).toBe(label.text);
		expect(inMap(text, "circle")).toMatchObject([{ cx: "50", cy: "40" }]);
	});
});
