import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Random } from "./random.ts";

const START = Date.UTC(2023, 0, 1);
const STEP_MS = 600_000;
const STEPS_PER_DAY = 144;
/** Two years: 2024 is a leap year. */
const STEPS = 731 * STEPS_PER_DAY;

/** Stations that are made up, and say so in their names. */
const STATIONS = [
	{
		name: "Synthetic Harbour",
		altitude: 12,
		offset: 0.6,
		swing: 0.7,
		wind: 1.35,
	},
	{ name: "Synthetic Meadow", altitude: 180, offset: 0, swing: 1.2, wind: 0.9 },
	{
		name: "Synthetic Mill",
		altitude: 260,
		offset: -0.9,
		swing: 1.25,
		wind: 0.7,
	},
	{
		name: "Synthetic Old Town",
		altitude: 95,
		offset: 1.1,
		swing: 0.85,
		wind: 0.65,
	},
	{
		name: "Synthetic Ridge",
		altitude: 820,
		offset: -4.8,
		swing: 0.6,
		wind: 1.8,
	},
] as const;
type Station = (typeof STATIONS)[number];

/** The weather that the stations share: it passes over all of them. */
interface Sky {
	/** Departure from the season's temperature, degrees Celsius. */
	readonly warmth: Float64Array;
	/** At sea level, hPa. */
	readonly pressure: Float64Array;
	/** From 0, clear, to 1. */
	readonly cloud: Float64Array;
	/** Departure of the wind from its mean, in deviations. */
	readonly wind: Float64Array;
	/** Rain of a step, mm. */
	readonly rain: Float64Array;
}

type Cells = readonly (number | null)[];

interface Module {
	readonly module: "outdoor" | "indoor" | "rain" | "wind";
	readonly measures: readonly {
		readonly name: string;
		readonly unit: string;
		readonly digits: number;
	}[];
	/** Long: a row a measure, with columns for name, unit and value. */
	readonly long: boolean;
	/** Outages in the two years. */
	readonly outages: number;
}

const MODULES: readonly Module[] = [
	{
		module: "outdoor",
		measures: [
			{ name: "temperature", unit: "°C", digits: 1 },
			{ name: "humidity", unit: "%", digits: 0 },
			{ name: "pressure", unit: "hPa", digits: 1 },
		],
		long: false,
		outages: 9,
	},
	{
		module: "indoor",
		measures: [
			{ name: "temperature", unit: "°C", digits: 1 },
			{ name: "humidity", unit: "%", digits: 0 },
			{ name: "co2", unit: "ppm", digits: 0 },
		],
		long: false,
		outages: 4,
	},
	{
		module: "rain",
		measures: [{ name: "rain", unit: "mm", digits: 1 }],
		long: true,
		outages: 7,
	},
	{
		module: "wind",
		measures: [
			{ name: "wind_speed", unit: "m/s", digits: 1 },
			{ name: "gust", unit: "m/s", digits: 1 },
		],
		long: false,
		outages: 12,
	},
];

/**
 * Writes the readings of five synthetic stations, every 10 minutes for two years,
 * a file per station, module and year: seasons and days, weather that persists
 * and is shared, outages, blank cells and a few sentinels.
 */
export async function makeStations(folder: string): Promise<void> {
	const sky = makeSky(new Random("lakeside sky"));
	for (const station of STATIONS) {
		await mkdir(join(folder, station.name), { recursive: true });
		const random = new Random(`lakeside ${station.name}`);
		const readings = stationReadings(random, station, sky);
		for (const module of MODULES) {
			const down = outages(random, module.outages);
			for (const year of [2023, 2024]) {
				const text = moduleFile(
					random,
					module,
					readings[module.module],
					down,
					year,
				);
				await writeFile(
					join(folder, station.name, `${module.module}-${year}.csv`),
					text,
				);
			}
		}
	}
}

/**
 * Writes NOAA's daily observations of Seattle and New York, as vega-datasets has
 * them, with the units of its description in the header. That of the wind is left
 * out: the description says km/h, and the values are those of m/s.
 */
export async function copyObservations(
	weatherCsv: string,
	target: string,
): Promise<void> {
	const text = await readFile(weatherCsv, "utf8");
	const header = "location,date,precipitation,temp_max,temp_min,wind,weather";
	if (!text.startsWith(`${header}\n`))
		throw new Error(
			`unknown columns in ${weatherCsv}: install vega-datasets again`,
		);
	const withUnits =
		"location,date,precipitation [mm],temp_max [°C],temp_min [°C],wind,weather";
	await writeFile(target, withUnits + text.slice(header.length));
}

/** A series that keeps a share of its last value and is renewed by chance, with deviation 1. */
function persistent(random: Random, keep: number): Float64Array {
	const series = new Float64Array(STEPS);
	const renew = Math.sqrt(1 - keep * keep);
	let value = random.normal();
	for (let step = 0; step < STEPS; step += 1) {
		value = keep * value + renew * random.normal();
		series[step] = value;
	}
	return series;
}

/** Share kept per step of a series that falls to a third within so many hours. */
const keepFor = (hours: number) => Math.exp(-1 / (hours * 6));

/** The mean of the last hours, as a series: smooth where the other is rough. */
function smoothed(series: Float64Array, hours: number): Float64Array {
	const keep = keepFor(hours);
	const result = new Float64Array(STEPS);
	let value = series[0] ?? 0;
	for (let step = 0; step < STEPS; step += 1) {
		value = keep * value + (1 - keep) * (series[step] ?? 0);
		result[step] = value;
	}
	return result;
}

function makeSky(random: Random): Sky {
	const front = smoothed(persistent(random, keepFor(60)), 6);
	const air = smoothed(persistent(random, keepFor(84)), 8);
	const gusts = smoothed(persistent(random, keepFor(14)), 1);
	const cells = persistent(random, keepFor(3));
	const sky = {
		warmth: new Float64Array(STEPS),
		pressure: new Float64Array(STEPS),
		cloud: new Float64Array(STEPS),
		wind: new Float64Array(STEPS),
		rain: new Float64Array(STEPS),
	};
	for (let step = 0; step < STEPS; step += 1) {
		const low = front[step] ?? 0;
		sky.warmth[step] = 3.6 * (air[step] ?? 0) - 0.8 * low;
		sky.pressure[step] = 1014.5 - 8.5 * low + 1.5 * (air[step] ?? 0);
		sky.cloud[step] = 1 / (1 + Math.exp(-1.7 * low - 0.2));
		sky.wind[step] = 0.8 * (gusts[step] ?? 0) + 0.5 * low;
		const wet = low + 0.7 * (cells[step] ?? 0) - 1.25;
		sky.rain[step] = wet > 0 ? 0.45 * wet ** 1.6 * random.exponential(1) : 0;
	}
	return sky;
}

/** Cells of each module by step, in the order of its measures. */
function stationReadings(
	random: Random,
	station: Station,
	sky: Sky,
): Record<Module["module"], (step: number) => Cells> {
	const own = smoothed(persistent(random, keepFor(20)), 2);
	const fine = persistent(random, keepFor(0.7));
	const people = persistent(random, keepFor(5));
	const lag = random.integer(0, 9);
	const at = (series: Float64Array, step: number) =>
		series[Math.max(0, step - lag)] ?? 0;

	const outdoorTemperature = (step: number) => {
		const day = step / STEPS_PER_DAY;
		const season = -Math.cos(((day - 20) / 365.25) * 2 * Math.PI);
		const clear = 1 - at(sky.cloud, step);
		const daily =
			-Math.cos(
				(((step % STEPS_PER_DAY) / STEPS_PER_DAY) * 24 - 3) * (Math.PI / 12),
			) *
			(1.6 + 3.4 * clear) *
			(0.75 + 0.3 * season) *
			station.swing;
		return (
			9.6 +
			8.8 * season +
			daily +
			at(sky.warmth, step) +
			station.offset +
			0.7 * (own[step] ?? 0) +
			0.12 * (fine[step] ?? 0)
		);
	};
	const outdoorHumidity = (step: number) => {
		const usual =
			9.6 -
			8.8 * Math.cos(((step / STEPS_PER_DAY - 20) / 365.25) * 2 * Math.PI);
		const dryness = outdoorTemperature(step) - usual - station.offset;
		const wet = at(sky.rain, step) > 0 ? 9 : 0;
		return clamp(
			66 -
				3.1 * dryness +
				16 * at(sky.cloud, step) +
				wet +
				2 * (own[step] ?? 0),
			18,
			100,
		);
	};
	return {
		outdoor: (step) => [
			outdoorTemperature(step),
			outdoorHumidity(step),
			at(sky.pressure, step) * Math.exp(-station.altitude / 8430) +
				0.15 * (fine[step] ?? 0),
		],
		indoor: (step) => {
			const hour = ((step % STEPS_PER_DAY) / STEPS_PER_DAY) * 24;
			const outside = outdoorTemperature(step);
			const heated = hour > 6 && hour < 22 ? 20.8 : 18.6;
			const temperature =
				heated + Math.max(0, outside - 20) * 0.45 + 0.5 * (own[step] ?? 0);
			const home = hour < 7.5 || hour > 17 ? 1 : 0.25;
			const humidity = clamp(
				46 + 0.55 * (outside - 9) + 4 * home + 2.5 * (people[step] ?? 0),
				22,
				75,
			);
			const co2 =
				430 +
				470 * home * Math.exp(0.35 * (people[step] ?? 0) - 0.2) +
				15 * (fine[step] ?? 0);
			return [temperature, humidity, Math.max(405, co2)];
		},
		rain: (step) => {
			const fallen = at(sky.rain, step) * (1 + station.altitude / 1500);
			return [Math.floor(fallen / 0.1) * 0.1];
		},
		wind: (step) => {
			const hour = ((step % STEPS_PER_DAY) / STEPS_PER_DAY) * 24;
			const breeze = 0.35 * Math.max(0, Math.sin(((hour - 8) / 12) * Math.PI));
			const speed = Math.max(
				0,
				station.wind *
					(2.5 + 1.5 * at(sky.wind, step) + breeze + 0.35 * (fine[step] ?? 0)),
			);
			return [speed, speed * (1.35 + 0.12 * Math.abs(fine[step] ?? 0)) + 0.3];
		},
	};
}

const clamp = (value: number, low: number, high: number) =>
	Math.min(high, Math.max(low, value));

/** Steps at which a module is silent: mostly for hours, at times for days. */
function outages(random: Random, count: number): Uint8Array {
	const down = new Uint8Array(STEPS);
	for (let outage = 0; outage < count; outage += 1) {
		const hours = random.chance(0.25)
			? random.between(24, 200)
			: random.between(0.5, 9);
		const start = random.integer(0, STEPS - 1);
		down.fill(1, start, Math.min(STEPS, start + Math.ceil(hours * 6)));
	}
	return down;
}

function moduleFile(
	random: Random,
	{ module, measures, long }: Module,
	cellsAt: (step: number) => Cells,
	down: Uint8Array,
	year: number,
): string {
	const from = (Date.UTC(year, 0, 1) - START) / STEP_MS;
	const to = Math.min(STEPS, (Date.UTC(year + 1, 0, 1) - START) / STEP_MS);
	const lines = [
		long
			? "time,module,measure,unit,value"
			: `time,module,${measures.map(({ name, unit }) => `${name} [${unit}]`).join(",")}`,
	];
	for (let step = from; step < to; step += 1) {
		if (down[step] === 1 || random.chance(0.0006)) continue;
		const time = `${new Date(START + step * STEP_MS).toISOString().slice(0, 19)}Z`;
		const cells = cellsAt(step).map((value, index) => {
			const fault = random.next();
			if (fault < 0.0009) return "";
			if (fault < 0.001) return "-9999";
			return value === null ? "" : value.toFixed(measures[index]?.digits ?? 1);
		});
		if (long)
			for (const [index, { name, unit }] of measures.entries())
				lines.push(`${time},${module},${name},${unit},${cells[index]}`);
		else lines.push(`${time},${module},${cells.join(",")}`);
	}
	return `${lines.join("\n")}\n`;
}
