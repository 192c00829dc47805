import { expect, test } from "vitest";
import type { Catalog, RollupName } from "../../lib/catalog/catalog.ts";
import { type HomeRollups, homeData } from "./model.ts";

const NO_ROLLUPS: HomeRollups = {
	ridesPerMonth: null,
	rideMap: null,
	postFunnel: null,
	postTopTags: null,
	postsPerDay: null,
	readingsPerDay: null,
};

function catalogOf(
	tables: readonly { name: string; dataset: string; rows: number }[],
	rollups: readonly RollupName[] = [],
): Catalog {
	const datasets = [...new Set(tables.map(({ dataset }) => dataset))];
	return {
		format: "lakeside-catalog",
		formatVersion: 1,
		title: "Test",
		datasets: datasets.map((name) => ({
			name,
			title: name,
			description: "",
			source: "a test",
			licence: "none",
			synthetic: true,
			startView: null,
		})),
		tables: tables.map((table) => ({
			...table,
			description: "",
			columns: [],
			partitionKeys: [],
			sortKeys: [],
			files: 2,
			rowGroups: 3,
			bytes: 10 * table.rows,
			manifest: { path: "", bytes: 0, blocks: [] },
		})),
		rollups: rollups.map((name) => ({
			name,
			dataset: "weather",
			path: "",
			bytes: 1,
			checksum: "",
			rows: 1,
			columns: [],
			sql: `from ${name}`,
		})),
	};
}

/** Daily rows of one series, from the first of January 2024. */
function days(
	module: string,
	measure: string,
	count: number,
	readings: number,
) {
	return Array.from({ length: count }, (_, i) => ({
		station: "Pier",
		module,
		measure,
		unit: "°C",
		day: new Date(Date.UTC(2024, 0, 1 + i)),
		readings,
		min: i - 1,
		mean: i,
		max: i + 1,
	}));
}

test("totals are those of all tables; datasets without rows and what was rejected are no datasets", () => {
	const { totals, datasets } = homeData(
		catalogOf([
			{ name: "rides", dataset: "rides", rows: 600 },
			{ name: "ride_cells", dataset: "rides", rows: 9400 },
			{ name: "posts", dataset: "posts", rows: 0 },
			{ name: "rejects", dataset: "rejects", rows: 7 },
		]),
		NO_ROLLUPS,
	);
	expect(totals.map(({ value }) => value)).toEqual([10_007, 4, 8, 100_070]);
	expect(datasets.map(({ name, rows }) => [name, rows])).toEqual([
		["rides", 10_000],
	]);
});

test("what the lake lacks has no glimpse", () => {
	const data = homeData(
		catalogOf([{ name: "readings", dataset: "weather", rows: 1 }]),
		NO_ROLLUPS,
	);
	expect([data.rides, data.posts, data.weather]).toEqual([null, null, null]);
	const empty = homeData(
		catalogOf(
			[{ name: "readings", dataset: "weather", rows: 1 }],
			["readings_per_day"],
		),
		{ ...NO_ROLLUPS, readingsPerDay: [] },
	);
	expect(empty.weather).toBeNull();
});

test("the weather is the outdoor temperature that is read most, of its last year", () => {
	const { weather } = homeData(
		catalogOf(
			[{ name: "readings", dataset: "weather", rows: 1 }],
			["readings_per_day"],
		),
		{
			...NO_ROLLUPS,
			readingsPerDay: [
				...days("Outdoor", "Humidity", 900, 1000),
				...days("Indoor", "Temperature", 400, 144),
				...days("Outdoor", "Temperature", 400, 144),
				...days("Daily", "temp_max", 800, 1),
			],
		},
	);
	expect(weather?.measure).toBe("Temperature");
	expect(weather?.points).toHaveLength(365);
	expect(weather?.points.at(-1)?.high).toBe(400);
	expect(weather?.finding).toBe(
		"From 5 Feb 2024 to 3 Feb 2025, Temperature at Pier, Outdoor lay between 34\u00a0°C and 400\u00a0°C, 217\u00a0°C on average over 52,560 readings.",
	);
	expect(weather?.rollup.sql).toBe("from readings_per_day");
});

test("the weather of a single day lies within its picture", () => {
	const { weather } = homeData(
		catalogOf(
			[{ name: "readings", dataset: "weather", rows: 1 }],
			["readings_per_day"],
		),
		{ ...NO_ROLLUPS, readingsPerDay: days("Outdoor", "Temperature", 1, 144) },
	);
	expect(weather?.range).toEqual({
		from: new Date("2024-01-01"),
		to: new Date("2024-01-02"),
	});
	expect(weather?.points.map(({ time }) => time)).toEqual([
		new Date("2024-01-01T12:00Z"),
	]);
	expect(weather?.finding).toMatch(/^On 1 Jan 2024, /);
});

test("a measure in two units is not drawn as one", () => {
	const celsius = days("Outdoor", "Temperature", 3, 144);
	const { weather } = homeData(
		catalogOf(
			[{ name: "readings", dataset: "weather", rows: 1 }],
			["readings_per_day"],
		),
		{
			...NO_ROLLUPS,
			readingsPerDay: [
				...celsius,
				...celsius.map((day) => ({ ...day, unit: "°F", max: 100 })),
			],
		},
	);
	expect(weather?.points).toHaveLength(3);
	expect(weather?.unit).toBe("°C");
	expect(Math.max(...(weather?.points ?? []).map(({ high }) => high))).toBe(3);
});

test("one ride is one, and a shorter distance has its decimal", () => {
	const rides = (count: number) =>
		homeData(
			catalogOf([{ name: "rides", dataset: "weather", rows: 1 }], ["ride_map"]),
			{
				...NO_ROLLUPS,
				ridesPerMonth: [{ rides: count, distance_m: 2680 * count }],
				rideMap: [{ level: 14, x: 1, y: 2, rides: count }],
			},
		).rides?.finding;
	expect(rides(1)).toBe("1 ride over 2.7 km.");
	expect(rides(600)).toBe(
		"600 rides over 1,608 km; 600 of them pass the place that is passed most.",
	);
});
