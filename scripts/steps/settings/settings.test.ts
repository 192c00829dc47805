import { expect, test } from "vitest";
import { temporaryFolder, writeAll } from "../../../tests/support/building.ts";
import { parseSettings, readSettings } from "./settings.ts";

const parse = (value: unknown) =>
	parseSettings(JSON.stringify(value), ["rides", "posts"]);

test("settings come back as they were given", () => {
	const settings = {
		title: "Ours",
		datasets: {
			rides: {
				title: "Commutes",
				description: "To work and back.",
				source: "My bike computer",
				licence: "CC0-1.0",
				synthetic: false,
				startView: { center: [8.5, 47.4], zoom: 11.5 },
			},
			posts: { synthetic: "partly", startView: null },
		},
		sources: [],
		places: [{ name: "Pier", latitude: 47.66, longitude: 9.17 }],
	};
	expect(parse(settings)).toEqual(settings);
	expect(parse({})).toEqual({ datasets: {}, sources: [] });
	expect(parseSettings('\uFEFF{"title":"Ours"}', []).title).toBe("Ours");
});

test("what cannot be meant is refused with its place", () => {
	const cases: [value: unknown, message: string][] = [
		[[], "lakeside.json must be an object"],
		[{ name: "x" }, 'lakeside.json has no member "name"'],
		[{ title: "" }, "lakeside.json: title must be a text"],
		[{ datasets: { cars: {} } }, 'datasets has no member "cars"'],
		[
			{ datasets: { rides: { license: "x" } } },
			'datasets.rides has no member "license"',
		],
		[
			{ datasets: { rides: { startView: { center: [1], zoom: 1 } } } },
			"datasets.rides.startView.center must be [longitude, latitude]",
		],
		[
			{ datasets: { rides: { startView: { center: [1, 91], zoom: 1 } } } },
			"datasets.rides.startView.center[1] must be a number from -85 to 85",
		],
		[
			{ datasets: { rides: { startView: { center: [1, 2], zoom: "x" } } } },
			"datasets.rides.startView.zoom must be a number from 0 to 22",
		],
		[
			{ places: [{ name: "x", latitude: 1 }] },
			"places[0].longitude must be a number from -180 to 180",
		],
		[{ places: [{ name: " " }] }, "places[0].name must be a text"],
		...["x".repeat(81), "\u200b"].map((name): [unknown, string] => [
			{ places: [{ name: "Pier", latitude: 1, longitude: 2 }, { name }] },
			"places[1].name must be a visible text of at most 80 letters",
		]),
	];
	for (const [value, message] of cases)
		expect(() => parse(value), message).toThrow(message);
	expect(() => parseSettings("{", [])).toThrow("lakeside.json is not JSON");
});

test.each([
	"Lakeside.json",
	"LAKESIDE.JSON",
	"lakeside.json.txt",
	"lakeside.jsonc",
])(
	"%s is refused, since what it keeps private would be public",
	async (name) => {
		const { folder, remove } = await temporaryFolder();
		try {
			await writeAll(folder, { "lakeside.json.off": "{", "lakeside.md": "" });
			expect(await readSettings(folder, [])).toMatchObject({ sources: [] });
			await writeAll(folder, { [name]: "{}" });
			await expect(readSettings(folder, [])).rejects.toThrow(
				`${name} would not be read: call it lakeside.json, or remove it`,
			);
		} finally {
			await remove();
		}
	},
);
