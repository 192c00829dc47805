import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	build,
	queryLake,
	temporaryFolder,
	writeAll,
} from "../../tests/support/building.ts";
import {
	fitOf,
	gpxOf,
	type MadeRide,
	tcxOf,
} from "../../tests/support/ride-files.ts";
import { zipOf } from "../../tests/support/zip-writer.ts";

/** A ride of two stretches, another for each number. */
function made(number: number): MadeRide {
	const at = (index: number) => ({
		latitude: 47 + number / 100 + index * 1e-4,
		longitude: 8,
		elevation: 400,
		seconds: 1.7e9 + number * 86_400 + index * 10,
	});
	return {
		sport: "cycling",
		laps: [],
		stretches: [
			[at(0), at(1), at(2)],
			[at(4), at(5)],
		],
	};
}

const LIST = `Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Filename
1,"Nov 14, 2023, 10:13:20 PM","Home, and ""back""",Ride,"Two
lines",activities/1.fit.gz
2,"Nov 15, 2023, 10:13:20 PM",,Gravel Ride,,activities/2.gpx
3,"Nov 16, 2023, 10:13:20 PM",Weights,Weight Training,,
4,"Nov 17, 2023, 10:13:20 PM",Broken,Ride,,activities/4.fit
5,"Nov 18, 2023, 10:13:20 PM",Again,Run,,activities/5.tcx.gz
`;

const EXPORT = {
	"activities/1.fit.gz": gzipSync(fitOf(made(1))),
	"activities/2.gpx": gpxOf(made(2)),
	"activities/4.fit": fitOf(made(4)).fill(7, 60, 70),
	"activities/5.tcx.gz": gzipSync(tcxOf(made(5))),
	"activities/6.fit": fitOf({ ...made(6), stretches: [] }, { placeless: 2 }),
	"activities/7.gpx": "",
	"activities/8.fit.gz": gzipSync(fitOf(made(8))).subarray(0, 100),
	"media/1.jpg": "a picture",
	"profile.csv": "name\nA",
	// After what it describes.
	"activities.csv": LIST,
};

const GARMIN = {
	"DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip": zipOf({
		"me_1.fit": fitOf(made(21)),
		"me_2.fit": fitOf({ ...made(22), stretches: [] }, { fileType: 32 }),
	}),
	"DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part2.zip":
		"no zip at all",
	"DI_CONNECT/pictures.zip": zipOf({ "a.jpg": "a picture" }),
	"DI_CONNECT/user.json": "{}",
};

const INPUT: Record<string, string | Uint8Array> = {
	"rides/strava.zip": zipOf(EXPORT),
	"rides/garmin.zip": zipOf(GARMIN),
	// The first by path, but without a name.
	"rides/a.gpx": gpxOf(made(2)),
	"rides/b.fit": fitOf(made(1)),
	"rides/unpacked/activities.csv": LIST.replaceAll(
		/\d(?=\.(fit|gpx|tcx))/g,
		"3$&",
	),
	"rides/unpacked/activities/31.fit.gz": gzipSync(fitOf(made(31))),
	"rides/unpacked/activities/32.gpx": gpxOf(made(32)),
	"rides/other/activities.csv": "a,b\n1,2\n",
};

let folder: string;
let remove: () => Promise<void>;
let report: Awaited<ReturnType<typeof build>>;

beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
	await writeAll(join(folder, "input"), INPUT);
	report = await build(options("lake"));
});
afterAll(() => remove());

const options = (name: string) => ({
	input: join(folder, "input"),
	out: join(folder, name),
	maxRejected: 1,
});

describe("an export", () => {
	test("gives each activity as a ride, with the name and kind of its list", async () => {
		const rides = await queryLake(
			join(folder, "lake"),
			(table) =>
				`SELECT source_file AS file, name, kind, point_count AS points FROM ${table("rides")} ORDER BY 1`,
		);
		expect(
			rides.map(({ file, name, kind, points }) => [file, name, kind, points]),
		).toEqual([
			[
				"rides/garmin.zip/DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip/me_1.fit",
				null,
				"cycling",
				5,
			],
			[
				"rides/strava.zip/activities/1.fit.gz",
				'Home, and "back"',
				"cycling",
				5,
			],
			["rides/strava.zip/activities/2.gpx", null, "Gravel Ride", 5],
			["rides/strava.zip/activities/5.tcx.gz", "Again", "running", 5],
			["rides/unpacked/activities/31.fit.gz", 'Home, and "back"', "cycling", 5],
			["rides/unpacked/activities/32.gpx", null, "Gravel Ride", 5],
		]);
	});

	test("says of each file that cannot be used where it lies and why", () => {
		expect(
			report.rejects.map(
				({ file, line, reason }) =>
					`${file.slice("rides/".length)}:${line ?? ""} ${reason}`,
			),
		).toEqual([
			"a.gpx: the same ride as rides/strava.zip/activities/2.gpx, which counts",
			"b.fit: the same ride as rides/strava.zip/activities/1.fit.gz, which counts",
			"garmin.zip/DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part2.zip: not a whole zip: copy it again: End of central directory record signature not found. Either not a zip file, or file is truncated.",
			"other/activities.csv:1 no column names files of rides: this is not the activities.csv of a Strava export",
			expect.stringMatching(
				/^strava\.zip\/activities\/4\.fit:\d* the file is damaged/,
			),
			"strava.zip/activities/7.gpx: the file is empty",
			"strava.zip/activities/8.fit.gz: the compressed data are cut off",
		]);
		expect(report.exitCode).toBe(1);
	});

	test("keeps what belongs to a ride with it, in all tables", async () => {
		const [row] = await queryLake(
			join(folder, "lake"),
			(table) => `SELECT count(*)::INTEGER AS rides,
				count(*) FILTER (WHERE points = point_count AND segments = 2)::INTEGER AS whole,
				count(*) FILTER (WHERE cells > 15)::INTEGER AS with_cells
			FROM ${table("rides")}
			JOIN (SELECT ride_id, count(*) AS points, count(DISTINCT segment) AS segments
				FROM ${table("ride_points")} GROUP BY 1) USING (ride_id)
			JOIN (SELECT ride_id, count(*) AS cells FROM ${table("ride_cells")} GROUP BY 1) USING (ride_id)`,
		);
		expect(row).toEqual({ rides: 6, whole: 6, with_cells: 6 });
		expect(report.datasets[0]?.counts).toMatchObject({
			"points kept": 30,
			"points of duplicate rides": 10,
			"samples without a position": 2,
		});
	});

	test("notes what it holds besides", () => {
		expect(report.datasets[0]?.notes.map(({ text }) => text).sort()).toEqual([
			"left out of the zip: 1 of other kinds, such as DI_CONNECT/user.json",
			"left out of the zip: 2 of other kinds, such as media/1.jpg",
			"left out of the zip: zips within it that hold no ride",
			"left out: a FIT file of the type monitoring, which is no ride",
			"left out: recorded without a position, as indoors",
		]);
	});

	test("that loses its list gives the lake of a build from nothing, and again with it", async () => {
		const list = join(folder, "input/rides/unpacked/activities.csv");
		const versions: (string | null)[] = [];
		for (const change of [
			() => rename(list, join(folder, "list")),
			() => rename(join(folder, "list"), list),
		]) {
			await change();
			const { version } = await build(options("lake"));
			const fresh = await build(options(`fresh-${versions.length}`));
			expect(version).toBe(fresh.version);
			versions.push(version);
		}
		expect(versions[0]).not.toBe(report.version);
		expect(versions[1]).toBe(report.version);
	});

	test("that is damaged as a whole leaves nothing, and the account balances", async () => {
		const file = join(folder, "input/rides/strava.zip");
		const zip = zipOf(EXPORT);
		await writeAll(join(folder, "input"), {
			"rides/strava.zip": zip.subarray(0, zip.length - 40),
		});
		const { rejects, datasets } = await build(options("lake"));
		expect(rejects.map(({ file }) => file)).toContain("rides/strava.zip");
		expect(datasets[0]?.counts["points kept"]).toBe(25);
		await rm(file);
	});
});
