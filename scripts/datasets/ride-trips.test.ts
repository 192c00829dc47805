import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomFrom } from "../../src/lib/random.ts";
import {
	fitOf,
	gpxOf,
	type MadePoint,
	type MadeRide,
} from "../../tests/support/ride-files.ts";
import { zipOf } from "../formats/zip-writer.ts";
import {
	build,
	queryLake,
	temporaryFolder,
	writeAll,
} from "../steps/building.ts";

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
		const rides = await queryLake(
			join(folder, "lake"),
			(table) => `SELECT source_file FROM ${table("rides")} ORDER BY 1`,
		);
		expect(rides.map(({ source_file }) => source_file)).toEqual(
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
