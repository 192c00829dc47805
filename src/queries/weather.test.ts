import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { queryRows } from "../../tests/support/query-rows.ts";
import { tableContract } from "../lib/catalog/tables.ts";
import type { Query } from "./sql.ts";
import {
	bucketSeconds,
	dailyAverage,
	movingAverage,
	type Series,
} from "./weather.ts";

interface Reading {
	readonly ts: number;
	readonly value: number | null;
}

const OUTDOOR: Series = {
	station: "s",
	module: "outdoor",
	measure: "temperature",
};
const BARE: Series = { station: "s", module: null, measure: "temperature" };
const START = Date.parse("2024-03-01T00:00:00Z");
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Every 10 to 40 minutes over 20 days, with nulls, a pause of 2 days, and pairs exactly an hour apart. */
const READINGS: readonly Reading[] = makeReadings();

describe("the moving average", () => {
	const range = {
		from: new Date(START + 3 * 24 * HOUR_MS),
		to: new Date(START + 15 * 24 * HOUR_MS),
	};

	it.each([3600, 5 * 3600, 86_400, 7 * 86_400])(
		"of %i seconds is the mean of what a plain loop finds",
		async (seconds) => {
			const rows = await rowsOf(movingAverage(OUTDOOR, range, seconds, null));
			const expected = present(READINGS).filter(
				({ ts }) => ts >= range.from.getTime() && ts < range.to.getTime(),
			);
			expect(rows.map((row) => (row.start as Date).getTime())).toEqual(
				expected.map(({ ts }) => ts),
			);
			for (const [index, { ts, value }] of expected.entries()) {
				const row = rows[index] as Record<string, unknown>;
				expect(row.mean).toBe(value);
				expect(row.average).toBeCloseTo(averageBefore(ts, seconds), 9);
			}
		},
	);

	it.each([3600, 86_400])(
		"in buckets of %i seconds keeps lowest, mean, highest and times",
		async (bucket) => {
			const seconds = 6 * 3600;
			const rows = await rowsOf(movingAverage(OUTDOOR, range, seconds, bucket));
			const expected = Map.groupBy(
				present(READINGS).filter(
					({ ts }) => ts >= range.from.getTime() && ts < range.to.getTime(),
				),
				({ ts }) => Math.floor(ts / 1000 / bucket) * bucket * 1000,
			);
			expect(rows.map((row) => (row.start as Date).getTime())).toEqual([
				...expected.keys(),
			]);
			for (const [index, readings] of [...expected.values()].entries()) {
				const values = readings.map(({ value }) => value);
				const row = rows[index] as Record<string, unknown>;
				expect(row.readings).toBe(readings.length);
				expect((row.first as Date).getTime()).toBe(readings[0]?.ts);
				expect((row.last as Date).getTime()).toBe(readings.at(-1)?.ts);
				expect(row.low).toBe(Math.min(...values));
				expect(row.high).toBe(Math.max(...values));
				expect(row.mean).toBeCloseTo(meanOf(values), 9);
				expect(row.average).toBeCloseTo(
					meanOf(readings.map(({ ts }) => averageBefore(ts, seconds))),
					9,
				);
			}
		},
	);

	it("of a station without modules reads rows whose module is null", async () => {
		expect(await rowsOf(movingAverage(BARE, range, 3600, null))).toMatchObject([
			{ mean: 99, average: 99 },
		]);
	});

	it("of a range without readings is empty", async () => {
		const nowhere = {
			from: new Date("2030-01-01"),
			to: new Date("2031-01-01"),
		};
		expect(await rowsOf(movingAverage(OUTDOOR, nowhere, 3600, 3600))).toEqual(
			[],
		);
	});
});

it.each([1, 7])(
	"the average of %i days is that of all their readings",
	async (span) => {
		const rows = await rowsOf(dailyAverage(OUTDOOR, span));
		const days = Map.groupBy(present(READINGS), ({ ts }) =>
			Math.floor(ts / DAY_MS),
		);
		expect(rows.map((row) => (row.day as Date).getTime() / DAY_MS)).toEqual([
			...days.keys(),
		]);
		for (const [index, [day, readings]] of [...days].entries()) {
			const row = rows[index] as Record<string, unknown>;
			const averaged = present(READINGS).filter(({ ts }) => {
				const age = day - Math.floor(ts / DAY_MS);
				return age >= 0 && age < span;
			});
			const values = readings.map(({ value }) => value);
			expect(row.readings).toBe(readings.length);
			expect(row.min).toBe(Math.min(...values));
			expect(row.max).toBe(Math.max(...values));
			expect(row.mean).toBeCloseTo(meanOf(values), 9);
			expect(row.average).toBeCloseTo(
				meanOf(averaged.map(({ value }) => value)),
				9,
			);
		}
	},
);

it("a unit tells apart readings of one measure", async () => {
	const range = { from: new Date(START), to: new Date(START + 30 * DAY_MS) };
	const fahrenheit = { ...OUTDOOR, unit: "°F" };
	expect(await rowsOf(movingAverage(fahrenheit, range, 3600, null))).toEqual(
		[],
	);
});

describe("the width of a bucket", () => {
	const span = (seconds: number) => ({
		from: new Date(0),
		to: new Date(seconds * 1000),
	});

	it("is null where the readings fit", () => {
		expect(bucketSeconds(span(86_400), 800, 600)).toBe(null);
		expect(bucketSeconds(span(86_400), 144, 600)).toBe(null);
		expect(bucketSeconds(span(86_400), 143, 600)).toBe(900);
	});

	it("never gives more points than asked for, nor less than a fifth of them", () => {
		for (let seconds = 86_400; seconds < 5e9; seconds *= 1.7) {
			const width = bucketSeconds(span(seconds), 800, 1) as number;
			expect(seconds / width).toBeLessThanOrEqual(800);
			expect(seconds / width).toBeGreaterThan(160);
			expect(86_400 % width === 0 || width % 86_400 === 0).toBe(true);
		}
	});
});

function averageBefore(ts: number, seconds: number): number {
	return meanOf(
		present(READINGS)
			.filter((other) => other.ts > ts - seconds * 1000 && other.ts <= ts)
			.map(({ value }) => value),
	);
}

function meanOf(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function present(
	readings: readonly Reading[],
): { ts: number; value: number }[] {
	return readings.flatMap(({ ts, value }) =>
		value === null ? [] : [{ ts, value }],
	);
}

function makeReadings(): Reading[] {
	const readings: Reading[] = [];
	let ts = START;
	for (let index = 0; ts < START + 20 * 24 * HOUR_MS; index++) {
		readings.push({
			ts,
			value:
				index % 17 === 3 ? null : Math.round(200 * Math.sin(index / 40)) / 10,
		});
		ts += (10 + ((index * 7) % 4) * 9.5) * 60_000;
		if (index === 400) ts += 2 * 24 * HOUR_MS;
	}
	return readings;
}

async function rowsOf(query: Query) {
	return queryRows(await tables, query);
}

const tables = makeTables();

async function makeTables(): Promise<DuckDBInstance> {
	const instance = await DuckDBInstance.create();
	const connection = await instance.connect();
	await connection.run(
		`CREATE TABLE readings (${tableContract("readings")
			.columns.map((column) => `${column.name} ${column.type}`)
			.join(", ")})`,
	);
	const insert = await connection.prepare(
		"INSERT INTO readings VALUES (?, ?, ?, '°C', make_timestamp_ms(?::BIGINT), ?::DOUBLE)",
	);
	const rows: readonly (readonly [Series, Reading])[] = [
		...READINGS.map((reading) => [OUTDOOR, reading] as const),
		...READINGS.map(
			({ ts }) =>
				[
					{ ...OUTDOOR, measure: "humidity" },
					{ ts, value: -1 },
				] as const,
		),
		...READINGS.map(
			({ ts }) =>
				[
					{ ...OUTDOOR, station: "other" },
					{ ts, value: -2 },
				] as const,
		),
		[BARE, { ts: START + 4 * 24 * HOUR_MS, value: 99 }],
	];
	for (const [{ station, module, measure }, { ts, value }] of rows) {
		insert.bind([station, module, measure, ts, value]);
		await insert.run();
	}
	connection.closeSync();
	return instance;
}
