import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Catalog } from "../../src/lib/catalog/catalog.ts";
import { greatCircle } from "../../src/lib/rides/course.ts";
import { literal } from "../../src/lib/sql/literal.ts";
import {
	build,
	queryLake,
	temporaryFolder,
	writeAll,
} from "../../tests/support/building.ts";
import { fitOf, gpxOf, type MadeRide } from "../../tests/support/ride-files.ts";

const HOME = { latitude: 47.123456, longitude: 8.654321 };
const RADIUS = 400;
const SETTINGS = JSON.stringify({
	privacy: {
		zones: [{ ...HOME, radiusMeters: RADIUS }],
		secret: "nobody knows this",
		dropTimesOfDay: true,
	},
});

/** From home to two kilometres off and back, with a rest; another way for each number. */
function fromHome(number: number): MadeRide {
	const there = Array.from({ length: 101 }, (_, index) => ({
		latitude: HOME.latitude + index * 1.8e-4 * Math.cos(number),
		longitude: HOME.longitude + index * 2.6e-4 * Math.sin(number),
		elevation: 500 + index,
		seconds: 1.7e9 + number * 90_000 + index * 10,
	}));
	const back = there
		.map((point) => ({
			...point,
			seconds: 3.4e9 + number * 180_000 + 2200 - point.seconds,
		}))
		.reverse();
	return { sport: "cycling", laps: [50], stretches: [there, back] };
}

const INPUT: Record<string, string | Uint8Array> = {
	"rides/1.fit": fitOf(fromHome(1)),
	"rides/2.gpx": new TextDecoder()
		.decode(gpxOf(fromHome(2)))
		.replace(
			"<trk>",
			`<wpt lat="${HOME.latitude}" lon="${HOME.longitude}"><name>Home</name></wpt><trk><name>2023-11-16 16:13:20</name>`,
		),
	"rides/only-home.gpx": gpxOf({
		...fromHome(3),
		stretches: [fromHome(3).stretches[0]?.slice(0, 10) ?? []],
	}),
	"rides/comma.gpx": new TextDecoder()
		.decode(gpxOf(fromHome(4)))
		.replace(`lat="${HOME.latitude}"`, 'lat="47;123456"'),
};

let folder: string;
let remove: () => Promise<void>;
let open: Awaited<ReturnType<typeof build>>;
let report: Awaited<ReturnType<typeof build>>;

beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
	await writeAll(join(folder, "input"), INPUT);
	const options = { input: join(folder, "input"), out: lake() };
	open = await build(options);
	await writeFile(join(folder, "input/lakeside.json"), SETTINGS);
	report = await build(options);
});
afterAll(() => remove());

const lake = () => join(folder, "lake");

const DISTANCE = `2 * 6371008.8 * asin(sqrt(pow(sin(radians(lat - ${HOME.latitude}) / 2), 2)
	+ cos(radians(lat)) * cos(radians(${HOME.latitude})) * pow(sin(radians(lon - ${HOME.longitude}) / 2), 2)))`;

test("rides begin and end outside of the zone, in the lake and in what builds leave to the next", async () => {
	const [published] = await queryLake(
		lake(),
		(table) => `SELECT count(*)::INTEGER AS points, min(${DISTANCE}) AS nearest,
			count(DISTINCT ride_id)::INTEGER AS rides, count(ts)::INTEGER AS times
		FROM ${table("ride_points")}`,
	);
	expect(published).toMatchObject({ rides: 3, times: 0 });
	expect(Number(published?.points)).toBeGreaterThan(300);
	expect(Number(published?.nearest)).toBeGreaterThan(RADIUS);
	const [left] = await queryLake(
		lake(),
		() => `SELECT count(*)::INTEGER AS points, min(${DISTANCE}) AS nearest
		FROM read_parquet(${literal(join(folder, "lake.work/**/ride_points/data_*.parquet"))}, hive_partitioning = false)`,
	);
	expect(left?.points).toBe(published?.points);
	expect(Number(left?.nearest)).toBeGreaterThan(RADIUS);
});

test("no line leads into the zone at any level", async () => {
	const cells = await queryLake(
		lake(),
		(table) => `SELECT x, y FROM ${table("ride_cells")} WHERE level = 20`,
	);
	const side = 2 ** 20;
	const distances = cells.map(({ x, y }) =>
		greatCircle(HOME, {
			longitude: ((Number(x) + 0.5) / side) * 360 - 180,
			latitude:
				(Math.atan(Math.sinh(Math.PI * (1 - (2 * (Number(y) + 0.5)) / side))) *
					180) /
				Math.PI,
		}),
	);
	expect(Math.min(...distances)).toBeGreaterThan(RADIUS);
	const [parents] = await queryLake(
		lake(),
		(
			table,
		) => `SELECT count(*)::INTEGER AS orphans FROM ${table("ride_cells")} AS coarse
		WHERE level < 20 AND NOT EXISTS (FROM ${table("ride_cells")} AS fine
			WHERE fine.level = 20 AND fine.ride_id = coarse.ride_id
			AND fine.x >> (20 - coarse.level) = coarse.x AND fine.y >> (20 - coarse.level) = coarse.y)`,
	);
	expect(parents).toEqual({ orphans: 0 });
});

test("dates and durations are published, times of day and names of files are not", async () => {
	const rides = await queryLake(
		lake(),
		(table) =>
			`SELECT started_at::VARCHAR AS at, started_at_local::VARCHAR AS local, source_file AS file,
				name, start_place AS place, duration_s > 500 AS lasts FROM ${table("rides")} ORDER BY 1`,
	);
	expect(rides).toHaveLength(3);
	for (const { at, local, file, name, place, lasts } of rides) {
		expect([at, file, name, place, lasts]).toEqual([
			...[local, null, null, null, true],
		]);
		expect(at).toMatch(/^2023-11-1\d 00:00:00$/);
	}
});

test("rejects are told to the publisher without what they say of the zone, and published to nobody", async () => {
	const [fault] = report.rejects;
	expect(report.rejects).toHaveLength(1);
	expect(fault).toMatchObject({
		file: "rides/comma.gpx",
		reason: "the latitude is not a number",
		sample: "",
	});
	expect(open.rejects[0]?.sample).toContain("47;123456");
	expect(JSON.stringify(report)).not.toMatch(/47[.,;]123|8\.654/);
	expect(report.tables.find(({ name }) => name === "rejects")?.rows).toBe(0);
	expect(
		report.datasets[0]?.counts["points within privacy zones"],
	).toBeGreaterThan(50);
	expect(report.datasets[0]?.notes).toContainEqual({
		text: "left out: it lies within the privacy zones",
		path: "rides/only-home.gpx",
		files: 1,
	});
});

test("what was published before the zone was drawn is gone", async () => {
	const files = await readdir(lake(), { recursive: true });
	expect(files.filter((file) => file.startsWith("catalog"))).toEqual([
		"catalog.json",
	]);
	const catalog = JSON.parse(
		await readFile(join(lake(), "catalog.json"), "utf8"),
	) as Catalog;
	const data = files.filter((file) => /^rid.*\.parquet$/.test(file));
	expect(data).toHaveLength(
		catalog.tables.reduce((sum, table) => sum + table.files, 0),
	);
});

test("names of waypoints go where that is asked for, with the publications before, and the publisher's own stay", async () => {
	const start = (number: number) =>
		fromHome(number).stretches[0]?.[0] ?? { latitude: 0, longitude: 0 };
	const named = (number: number) => {
		const { latitude, longitude } = start(number);
		return new TextDecoder()
			.decode(gpxOf(fromHome(number)))
			.replace(
				"<trk>",
				`<wpt lat="${latitude}" lon="${longitude}"><name>Anna's house</name></wpt><trk>`,
			);
	};
	const input = join(folder, "waypoints");
	const out = join(folder, "waypoints-lake");
	const settings = (more: object) =>
		writeFile(join(input, "lakeside.json"), JSON.stringify(more));
	const places = async (built: string) => {
		const rows = await queryLake(
			built,
			(table) => `SELECT DISTINCT start_place AS name FROM ${table("rides")}`,
		);
		return rows.map(({ name }) => name);
	};
	await writeAll(input, { "rides/5.gpx": named(5) });
	await settings({ privacy: {} });
	await build({ input, out });
	expect(await places(out)).toEqual(["Anna's house"]);
	await settings({ privacy: { dropWaypointNames: true } });
	await build({ input, out });
	expect(await places(out)).toEqual([null]);
	const files = await readdir(out, { recursive: true });
	expect(files.filter((file) => file.startsWith("catalog"))).toEqual([
		"catalog.json",
	]);
	const { latitude, longitude } = start(5);
	await settings({
		privacy: { dropWaypointNames: true },
		places: [{ name: "Harbour", latitude, longitude }],
	});
	await build({ input, out: `${out}-2` });
	expect(await places(`${out}-2`)).toEqual(["Harbour"]);
});

test("rides that are stopped do not stay as they were before the zone was drawn", async () => {
	const bad = `<trkpt lat="95" lon="8"/>`.repeat(5000);
	await writeAll(join(folder, "stopped"), {
		...INPUT,
		"posts/a.jsonl": `${JSON.stringify({ id: "1", created_at: "2024-01-01T00:00:00Z", text: "#a", user: { name: "b" } })}\n`,
	});
	const options = {
		input: join(folder, "stopped"),
		out: join(folder, "stopped-lake"),
		maxRejected: 0.5,
	};
	const before = await build(options);
	expect(before.tables.map(({ name }) => name)).toContain("ride_points");
	await writeAll(join(folder, "stopped"), {
		"rides/bad.gpx": `<gpx><trk><trkseg>${bad}</trkseg></trk></gpx>`,
	});
	const stopped = await build(options);
	expect(stopped.datasets[0]?.stopped).not.toBeNull();
	expect(stopped.tables.map(({ name }) => name)).toContain("ride_points");
	await writeFile(join(folder, "stopped/lakeside.json"), SETTINGS);
	const hidden = await build(options);
	expect(hidden.tables.map(({ name }) => name)).toEqual([
		"posts",
		"post_tags",
		"rejects",
	]);
	const files = await readdir(join(folder, "stopped-lake"), {
		recursive: true,
	});
	expect(files.filter((file) => /^rid.*\.parquet$/.test(file))).toEqual([]);
});
