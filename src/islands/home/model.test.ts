import { expect, test } from "vitest";
import type { Catalog, RollupName } from "../../lib/catalog.ts";
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

test("totals are those of all tables; datasets without rows are left out", () => {
	const { totals, datasets } = homeData(
		catalogOf([
			{ name: "rides", dataset: "rides", rows: 600 },
			{ name: "ride_cells", dataset: "rides", rows: 9400 },
			{ name: "rejects", dataset: "rejects", rows: 0 },
		]),
		NO_ROLLUPS,
	);
	expect(totals.map(({ value }) => value)).toEqual([10_000, 3, 6, 100_000]);
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
		"Pier: Temperature between 34 and 400 °C in the last 365 days with readings, 217 °C on average.",
	);
	expect(weather?.rollup.sql).toBe("from readings_per_day");
});
