import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRides } from "../../src/lake/own-data/read-rides.ts";
import { MAX_LEVEL } from "../../src/lib/geo/mercator.ts";
import { randomFrom } from "../../src/lib/random.ts";
import { openRideBatch } from "../../src/lib/rides/ride-batch.ts";
import { RideStore } from "../../src/lib/rides/ride-store.ts";
import {
	beat,
	type RecordedTrip,
	sameTrips,
	TRIP_LEVEL,
} from "../../src/lib/rides/same-trip.ts";
import {
	build,
	queryLake,
	temporaryFolder,
	writeAll,
} from "../../tests/support/building.ts";
import {
	fitOf,
	gpxOf,
	type MadePoint,
	type MadeRide,
} from "../../tests/support/ride-files.ts";
import { zipOf } from "../../tests/support/zip-writer.ts";
import { rides } from "./rides.ts";

interface Device {
	/** How far from the way it is, in metres, and how often it records, in seconds. */
	readonly noise: number;
	readonly interval: number;
	/** When it is switched on and off, in seconds of the trip. */
	readonly from?: number;
	readonly to?: number;
}

const SECONDS = 3600;

/** A trip of an hour on a winding way; `way` tells ways apart, `day` days. */
function trip(
	{ way = 0, day = 0 }: { way?: number; day?: number },
	{ noise, interval, from = 0, to = SECONDS }: Device,
): MadeRide {
	const random = randomFrom(way * 1000 + day * 10 + interval);
	const points: MadePoint[] = [];
	for (let second = from; second <= to; second += interval) {
		const angle = second / 500;
		const off = () => ((random() - 0.5) * 2 * noise) / 111_195;
		points.push({
			latitude: 47 + way * 0.03 + second * 4e-5 + off(),
			longitude: 8 + Math.sin(angle) * 0.01 + off(),
			elevation: null,
			seconds: 1.7e9 + day * 86_400 + second,
		});
	}
	return { sport: "cycling", laps: [], stretches: [points] };
}

const FINE = { noise: 5, interval: 2 };
const COARSE = { noise: 8, interval: 5 };

const INPUT: Record<string, string | Uint8Array> = {
	"rides/bike.fit": fitOf(trip({}, FINE)),
	"rides/watch.gpx": gpxOf(trip({}, { ...COARSE, from: 60, to: 3500 })),
	// The same file again, packed: it loses with the other.
	"rides/export.zip": zipOf({
		"activities/1.gpx": gpxOf(trip({}, { ...COARSE, from: 60, to: 3500 })),
		"activities/2.gpx": gpxOf(trip({}, { noise: 9, interval: 11 })),
	}),
	"rides/friend-elsewhere.gpx": gpxOf(trip({ way: 1 }, COARSE)),
	"rides/next-day.gpx": gpxOf(trip({ day: 1 }, COARSE)),
	"rides/second-half.gpx": gpxOf(trip({}, { ...COARSE, from: 1800 })),
	// Each is of one trip with the next, the first and the last are not.
	"rides/chain-1.gpx": gpxOf(trip({ day: 3 }, { ...COARSE, to: 3200 })),
	"rides/chain-2.gpx": gpxOf(
		trip({ day: 3 }, { ...COARSE, from: 250, to: 3500 }),
	),
	"rides/chain-3.gpx": gpxOf(
		trip({ day: 3 }, { ...COARSE, from: 500, interval: 2 }),
	),
	"rides/undated.gpx": gpxOf({
		...trip({}, COARSE),
		stretches: trip({}, COARSE).stretches.map((points) =>
			points.map((point) => ({ ...point, seconds: null })),
		),
	}),
};

const SETTINGS = JSON.stringify({ datasets: { rides: { onePerTrip: true } } });

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

const options = (input: string, lake: string) => ({
	input: join(folder, input),
	out: join(folder, lake),
	maxRejected: 1,
});

describe("rides that two devices recorded on one trip", () => {
	test("all count unless the publisher says otherwise", async () => {
		await writeAll(join(folder, "plain"), INPUT);
		const { rejects, datasets } = await build(options("plain", "plain-lake"));
		expect(rejects.map(({ file }) => file)).toEqual(["rides/watch.gpx"]);
		expect(datasets[0]?.balance.duplicates).toBeGreaterThan(0);
	});

	test("count once, with the one of the most points, and the others are told", async () => {
		await writeAll(join(folder, "input"), {
			...INPUT,
			"lakeside.json": SETTINGS,
		});
		const report = await build(options("input", "lake"));
		const of = "of the same trip as the ride";
		expect(
			report.rejects.map(({ file, reason }) => `${file.slice(6)}: ${reason}`),
		).toEqual([
			`chain-2.gpx: ${of} rides/chain-3.gpx, which counts`,
			`export.zip/activities/1.gpx: ${of} rides/bike.fit, which counts`,
			`export.zip/activities/2.gpx: ${of} rides/bike.fit, which counts`,
			`watch.gpx: ${of} rides/bike.fit, which counts`,
		]);
		const counted = await queryLake(
			join(folder, "lake"),
			(table) => `SELECT source_file FROM ${table("rides")} ORDER BY 1`,
		);
		expect(counted.map(({ source_file }) => source_file)).toEqual(
			[
				"bike.fit",
				"chain-1.gpx",
				"chain-3.gpx",
				"friend-elsewhere.gpx",
				"next-day.gpx",
				"second-half.gpx",
				"undated.gpx",
			].map((name) => `rides/${name}`),
		);
		for (const name of ["ride_points", "ride_cells"]) {
			const [row] = await queryLake(
				join(folder, "lake"),
				(table) =>
					`SELECT count(DISTINCT ride_id)::INTEGER AS rides FROM ${table(name)}`,
			);
			expect(row).toEqual({ rides: 7 });
		}
		const { read, kept, rejected, duplicates } = report.datasets[0]
			?.balance ?? { read: 0, kept: 0, rejected: 0, duplicates: 1 };
		expect(read).toBe(kept + rejected + duplicates);
		expect(rejected).toBe(0);
	});

	test("are the same to a visitor who drops the files on the page", async () => {
		const { batch } = await readRides(
			Object.entries(INPUT).map(([path, content]) => ({
				path,
				blob: new Blob([content as Uint8Array<ArrayBuffer>]),
			})),
			{ has: () => false, cells: 0 },
			{ signal: new AbortController().signal, onProgress: () => {} },
		);
		const opened = await openRideBatch(batch ?? new Blob());
		if (opened === null) throw new Error("the files were not read");
		const idsOf = async (lake: string) => {
			const rows = await queryLake(
				join(folder, lake),
				(table) => `SELECT ride_id FROM ${table("rides")} ORDER BY 1`,
			);
			return rows.map(({ ride_id }) => ride_id);
		};
		expect([...new RideStore([opened]).list.id].sort()).toEqual(
			await idsOf("plain-lake"),
		);
		const once = new RideStore([opened], "once");
		expect([...once.list.id].sort()).toEqual(await idsOf("lake"));
		expect(once.leftOut).toBe(3);
	});

	test("give the same lake in whatever order they come", async () => {
		const whole = await build(options("input", "lake"));
		const names = Object.keys(INPUT);
		const random = randomFrom(4);
		const order = names
			.map((name) => ({ name, place: random() }))
			.sort((a, b) => a.place - b.place)
			.map(({ name }) => name);
		await writeAll(join(folder, "parts"), { "lakeside.json": SETTINGS });
		let version: string | null = null;
		for (const some of [order.slice(0, 4), order.slice(4, 7), order.slice(7)]) {
			await writeAll(
				join(folder, "parts"),
				Object.fromEntries(some.map((name) => [name, INPUT[name] ?? ""])),
			);
			({ version } = await build(options("parts", "parts-lake")));
		}
		expect(version).toBe(whole.version);
	});
});

test("of any rides, memory and the pipeline's SQL find the same of one trip", async () => {
	const { alike } = rides.unique ?? {};
	if (alike === undefined) throw new Error("the pipeline compares no rides");
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	let found = 0;
	for (let seed = 1; seed <= 40; seed++) {
		const made = someTrips(randomFrom(seed));
		await connection.run(
			"CREATE OR REPLACE TABLE winners (key VARCHAR, records BIGINT, span_from TIMESTAMP, span_to TIMESTAMP, cells BIGINT[])",
		);
		for (const { id, span, points, codes } of made) {
			const cells = new Set([...codes].map(cellOfTrip));
			await connection.run(
				`INSERT INTO winners SELECT ?, ?, make_timestamp(?::BIGINT), make_timestamp(?::BIGINT), [${[...cells].join(", ")}]`,
				[id, points, span?.[0] ?? null, span?.[1] ?? null],
			);
		}
		const beatenBy = new Map<string, string>();
		const pairs = await connection.runAndReadAll(alike);
		for (const [better, other] of pairs.getRows())
			beat(beatenBy, String(better), String(other));
		expect(sameTrips(made)).toEqual(beatenBy);
		found += beatenBy.size;
	}
	connection.closeSync();
	instance.closeSync();
	expect(found).toBeGreaterThan(100);
});

const cellOfTrip = (code: number) =>
	Math.floor(code / 4 ** (MAX_LEVEL - TRIP_LEVEL));

/** Rides at few times and places, so that many are of one trip, and some just not. */
function someTrips(random: () => number): RecordedTrip[] {
	const between = (low: number, high: number) =>
		low + Math.floor(random() * (high - low + 1));
	return Array.from({ length: 30 }, (_, at) => {
		const first = between(0, 1) * 1e9 + between(0, 8) * 1e6;
		const length = random() < 0.1 ? 0 : between(90, 110) * 1e6;
		const way = between(0, 1) * 1e6;
		const codes = new Set(
			Array.from(
				{ length: between(12, 18) },
				(_, cell) => way + (cell + between(0, 1)) * 64 + between(0, 63),
			),
		);
		return {
			id: `ride ${at}`,
			span: random() < 0.1 ? null : [first, first + length],
			points: between(1, 4),
			codes: Float64Array.from(codes).sort(),
		};
	});
}
