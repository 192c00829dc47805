import { describe, expect, it } from "vitest";
import type { Catalog } from "../../lib/catalog/catalog.ts";
import { averageCodec } from "./average-codec.ts";
import {
	chosenSeries,
	DEFAULT_CHOICE,
	isFromRollup,
	rangeOf,
	rollupAnswer,
	sentence,
	seriesOf,
	stationsOf,
	trailingAverage,
	type WeatherChoice,
	type WeatherData,
	weatherData,
} from "./model.ts";

const DAY_MS = 86_400_000;

const CATALOG: Catalog = {
	format: "lakeside-catalog",
	formatVersion: 1,
	title: "",
	datasets: [
		{
			name: "weather",
			title: "Weather",
			description: "",
			source: "",
			licence: "",
			synthetic: false,
			startView: null,
		},
	],
	tables: [],
	rollups: [],
};

type Row = Record<string, unknown>;

/** Ten days of a series, the fourth without readings. */
function daysOf(series: Row, readings = 144): Row[] {
	return Array.from({ length: 10 }, (_, index) => ({
		unit: "°C",
		...series,
		day: new Date(Date.UTC(2024, 0, 1) + index * DAY_MS),
		readings: index === 3 ? 0 : readings,
		min: index === 3 ? null : index - 2,
		mean: index === 3 ? null : index,
		max: index === 3 ? null : index + 2,
	}));
}

const ROWS = [
	...daysOf({ station: "B", module: "outdoor", measure: "temperature" }),
	...daysOf({ station: "B", module: "indoor", measure: "temperature" }),
	...daysOf({ station: "B", module: "indoor", measure: "humidity", unit: "%" }),
	...daysOf({ station: "A", module: null, measure: "wind", unit: "m/s" }, 24),
	...daysOf({ station: "A", module: null, measure: "rain", unit: "mm" }, 1),
	...daysOf({ station: "A", module: null, measure: "rain", unit: "in" }, 1),
];

const DATA = weatherData(CATALOG, ROWS) as WeatherData;

const choice = (change: Partial<WeatherChoice>): WeatherChoice => ({
	...DEFAULT_CHOICE,
	...change,
});

it("no reading is no data", () => {
	expect(weatherData(CATALOG, [])).toBe(null);
	expect(
		weatherData(
			CATALOG,
			daysOf({ station: "A", module: null, measure: "m" }, 0),
		),
	).toBe(null);
});

describe("the series", () => {
	it("are those of the data, days without readings left out", () => {
		expect(stationsOf(DATA)).toEqual(["A", "B"]);
		expect(
			seriesOf(DATA, "B").map(({ series }) => [series.module, series.measure]),
		).toEqual([
			["indoor", "humidity"],
			["indoor", "temperature"],
			["outdoor", "temperature"],
		]);
		for (const { days } of DATA.series) expect(days).toHaveLength(9);
	});

	it("of one measure in two units are two, told apart by the unit", () => {
		expect(
			seriesOf(DATA, "A").map(({ series }) => [series.measure, series.unit]),
		).toEqual([
			["rain", "in"],
			["rain", "mm"],
			["wind", undefined],
		]);
	});

	it("begin with the temperature outdoors", () => {
		expect(chosenSeries(DATA, DEFAULT_CHOICE).series).toEqual({
			station: "B",
			module: "outdoor",
			measure: "temperature",
		});
	});

	it("that an address names are found, and the nearest where it is wrong", () => {
		const named = (change: Partial<WeatherChoice>) => {
			const { series } = chosenSeries(DATA, choice(change));
			return [series.station, series.module, series.measure, series.unit];
		};
		expect(
			named({ station: "B", module: "indoor", measure: "humidity" }),
		).toEqual(["B", "indoor", "humidity", undefined]);
		expect(
			named({ station: "B", module: "attic", measure: "humidity" }),
		).toEqual(["B", "indoor", "humidity", undefined]);
		expect(named({ station: "A", measure: "rain", unit: "mm" })).toEqual([
			"A",
			null,
			"rain",
			"mm",
		]);
		expect(named({ station: "B", measure: "snow" })[2]).toBe("temperature");
		expect(named({ station: "nowhere" })[0]).toBe("B");
	});

	it.each([
		["temperature", 600, 1800],
		["wind", 3600, 3 * 3600],
		["rain", 86_400, 3 * 86_400],
	])("of %s know how often readings come", (measure, interval, gap) => {
		const found = DATA.series.find(({ series }) => series.measure === measure);
		expect(found).toMatchObject({ intervalSeconds: interval, gapSeconds: gap });
	});
});

describe("the range", () => {
	const series = chosenSeries(DATA, DEFAULT_CHOICE);
	const days = (change: Partial<WeatherChoice>) => {
		const { from, to } = rangeOf(choice(change), series);
		return [from, to].map((time) => time.toISOString().slice(0, 10));
	};

	it("is whole days, up to the end of the last", () => {
		expect(days({})).toEqual(["2024-01-01", "2024-01-11"]);
		expect(days({ range: "day" })).toEqual(["2024-01-10", "2024-01-11"]);
		expect(days({ range: "week" })).toEqual(["2024-01-04", "2024-01-11"]);
	});

	it("goes by the given days, both included", () => {
		expect(
			days({ from: new Date("2024-01-02"), to: new Date("2024-01-02") }),
		).toEqual(["2024-01-02", "2024-01-03"]);
		expect(days({ from: new Date("2024-01-02") })).toEqual([
			"2024-01-02",
			"2024-01-11",
		]);
	});
});

describe("the roll-up's picture", () => {
	const series = chosenSeries(DATA, DEFAULT_CHOICE);

	it("weighs the days of an average by their readings, over gaps", () => {
		const days = [
			{ day: 0, mean: 10, readings: 1 },
			{ day: 1, mean: 20, readings: 3 },
			{ day: 4, mean: 40, readings: 2 },
		].map(({ day, ...rest }) => ({
			day: new Date(day * DAY_MS),
			min: 0,
			max: 0,
			...rest,
		}));
		expect(trailingAverage(days, 1)).toEqual([10, 20, 40]);
		expect(trailingAverage(days, 2)).toEqual([10, 17.5, 40]);
		expect(trailingAverage(days, 5)).toEqual([10, 17.5, 25]);
	});

	it("breaks where a day is missing", () => {
		const answer = rollupAnswer(
			series,
			rangeOf(DEFAULT_CHOICE, series),
			86_400,
			1,
		);
		const pauses = answer.points
			.slice(1)
			.map(
				(point, index) =>
					(point.first.getTime() -
						(answer.points[index]?.last.getTime() ?? 0)) /
					1000,
			);
		expect(pauses.filter((pause) => pause > answer.gapSeconds)).toHaveLength(1);
	});

	it("stands for the whole of a long series, and of a short one only where each day has one reading", () => {
		const series = (days: number, readings: number) => {
			const rows = Array.from({ length: days }, (_, index) => ({
				...{ station: "A", module: null, measure: "rain", unit: "mm" },
				day: new Date(Date.UTC(2024, 0, 1) + index * DAY_MS),
				...{ readings, min: 0, mean: 1, max: 2 },
			}));
			return chosenSeries(
				weatherData(CATALOG, rows) as WeatherData,
				DEFAULT_CHOICE,
			);
		};
		expect(isFromRollup(DEFAULT_CHOICE, series(1, 1440))).toBe(false);
		expect(isFromRollup(DEFAULT_CHOICE, series(3, 1))).toBe(true);
		expect(isFromRollup(DEFAULT_CHOICE, series(30, 1440))).toBe(true);
		expect(
			isFromRollup({ ...DEFAULT_CHOICE, range: "year" }, series(30, 1440)),
		).toBe(false);
	});

	it("is said in a sentence", () => {
		const range = rangeOf(DEFAULT_CHOICE, series);
		const answer = rollupAnswer(series, range, 86_400, 1);
		expect(sentence(series, range, answer).replaceAll("\u00a0", " ")).toBe(
			"From 1 Jan 2024 to 10 Jan 2024, temperature at B, outdoor lay between −2 °C and 11 °C, 4.7 °C on average over 1,296 readings.",
		);
	});
});

it("names that are written the other way turn no number of the sentence", () => {
	const rows = daysOf({
		station: "\u202ereoP",
		module: "خارج",
		measure: "חום\u2069\u202e",
		unit: "\u202eC",
	});
	const series = chosenSeries(
		weatherData(CATALOG, rows) as WeatherData,
		DEFAULT_CHOICE,
	);
	const range = rangeOf(DEFAULT_CHOICE, series);
	const told = sentence(series, range, rollupAnswer(series, range, 86_400, 1));
	const around = told.replaceAll(/\u2068[^\u2069]*\u2069/g, "…");
	expect(around).toBe(
		"From 1 Jan 2024 to 10 Jan 2024, … at …, … lay between −2\u00a0… and 11\u00a0…, 4.7\u00a0… on average over 1,296 readings.",
	);
});

it("averages from an hour to 30 days travel in the address and back", () => {
	for (let hours = 1; hours <= 720; hours++)
		expect(averageCodec.parse(averageCodec.format(hours * 3600))).toBe(
			hours * 3600,
		);
	for (const text of ["", "0h", "721h", "31d", "1.5h", "7", "-1d"])
		expect(averageCodec.parse(text)).toBe(undefined);
});
