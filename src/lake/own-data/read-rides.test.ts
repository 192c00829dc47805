import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ride } from "../../../scripts/bench/pipeline/ride-files.ts";
import {
	build,
	queryLake,
	temporaryFolder,
	writeAll,
} from "../../../tests/support/building.ts";
import {
	asFitHolds,
	fitOf,
	gpxOf,
	kmlOf,
	type MadeRide,
	tcxOf,
} from "../../../tests/support/ride-files.ts";
import { zipOf } from "../../../tests/support/zip-writer.ts";
import type { Catalog } from "../../lib/catalog/catalog.ts";
import { MAX_LEVEL, MIN_LEVEL } from "../../lib/geo/mercator.ts";
import { randomFrom } from "../../lib/random.ts";
import { openRideBatch } from "../../lib/rides/ride-batch.ts";
import { RideStore } from "../../lib/rides/ride-store.ts";
import { type ReadReport, readRides } from "./read-rides.ts";

type Contents = Readonly<Record<string, string | Uint8Array>>;

/** A ride over the antimeridian, with a pause and, here and there, a jump. */
function fiji(seed: number, isDated = true): MadeRide {
	const random = randomFrom(seed);
	let longitude = 179.995;
	let latitude = -16.8;
	let seconds = 1_700_000_000 + seed * 90_000;
	const stretches = Array.from({ length: 2 }, () => {
		seconds += 100;
		return Array.from({ length: 80 }, () => {
			longitude += random() * (random() < 0.04 ? 0.02 : 0.0004);
			if (longitude >= 180) longitude -= 360;
			latitude += (random() - 0.5) * 0.0005;
			seconds += random() < 0.04 ? 400 : 10;
			return asFitHolds({
				longitude,
				latitude,
				elevation: 3 + random() * 20,
				seconds: isDated ? seconds : null,
			});
		});
	});
	return { sport: "running", stretches, laps: [40] };
}

const WALD = ride(3, 200);

/** With a waypoint where it starts. */
const NAMED = ride(60, 50).replace(
	/<trk>[\s\S]*?<trkpt( lat="[^"]*" lon="[^"]*")/,
	(track, at) => `<wpt${at}><name>Old bridge</name></wpt>${track}`,
);

const CONTENTS: Contents = {
	...Object.fromEntries(
		Array.from({ length: 12 }, (_, at) => [`town/${at}.gpx`, ride(at, 300)]),
	),
	"fiji/1.gpx": gpxOf(fiji(1)),
	"fiji/2.tcx": tcxOf(fiji(2)),
	"fiji/3.fit": fitOf(fiji(3)),
	"fiji/4.fit.gz": gzipSync(fitOf(fiji(4))),
	"fiji/undated.gpx": gpxOf(fiji(5, false)),
	"fiji/7.kmz": zipOf({ "doc.kml": kmlOf(fiji(7)) }),
	"again.gpx.gz": gzipSync(ride(2, 300)),
	"named.gpx": NAMED,
	"faults/cut.gpx": WALD.slice(0, WALD.length - 400),
	"faults/cut.gpx.gz": gzipSync(WALD).subarray(0, 2000),
	"faults/not-packed.gpx.gz": WALD,
	"faults/empty.gpx": "",
	"faults/empty.fit": "",
	"faults/north.gpx": WALD.replace(/lat="[^"]*"/, 'lat="95"'),
	"faults/undated-point.gpx": ride(20, 50).replace(
		/<time>[^<]*<\/time>\n(?= *<ext)/,
		"<time>noon</time>\n",
	),
	"<img src=x onerror=alert(1)>.gpx": ride(40, 50).replace(
		"Ride 40",
		"&lt;script&gt;alert(1)&lt;/script&gt;",
	),
	"notes.txt": "no ride",
	"strava/activities.csv": `Activity ID,Activity Date,Activity Name,Activity Type,Filename
1,"May 1, 2024","Over the ""hill"", and back",Run,activities/1.gpx
`,
	"strava/activities/1.gpx": ride(50, 60),
	"strava.zip": zipOf({
		"activities.csv": `Activity ID,Activity Date,Activity Name,Activity Type,Filename
2,"May 2, 2024","Ferry",Ride,activities/2.tcx.gz
`,
		"activities/2.tcx.gz": gzipSync(tcxOf(fiji(6))),
	}),
};

/** Reads files as a page does. */
async function own(contents: Contents): Promise<{
	store: RideStore;
	report: ReadReport;
}> {
	const { batch, report } = await readRides(
		given(contents),
		{ has: () => false, cells: 0 },
		{ signal: new AbortController().signal, onProgress: () => {} },
	);
	const opened = batch === null ? null : await openRideBatch(batch);
	return { store: new RideStore(opened === null ? [] : [opened]), report };
}

function given(contents: Contents) {
	return Object.entries(contents).map(([path, content]) => ({
		path,
		blob: new Blob([content as string | Uint8Array<ArrayBuffer>]),
	}));
}

describe("the same files, in a page and in a lake", () => {
	let lake = "";
	let remove: () => Promise<void>;
	let report: Awaited<ReturnType<typeof build>>;
	let page: Awaited<ReturnType<typeof own>>;

	beforeAll(async () => {
		const temporary = await temporaryFolder();
		remove = temporary.remove;
		lake = join(temporary.folder, "lake");
		const input = join(temporary.folder, "input");
		await writeAll(join(input, "rides"), CONTENTS);
		report = await build({ input, out: lake, maxRejected: 1 });
		page = await own(CONTENTS);
	});
	afterAll(() => remove());

	test("are the same rides, in the same order", async () => {
		const rows = await queryLake(
			lake,
			(
				table,
			) => `SELECT ride_id, name, kind, epoch_us(started_at_local)::DOUBLE / 1000 AS started,
				distance_m, moving_s, duration_s, ascent_m, start_place
			FROM ${table("rides")} ORDER BY started_at, ride_id`,
		);
		const { list } = page.store;
		const places = page.store.all().map(({ facts }) => facts.startPlace);
		expect(
			list.id.map((ride_id, at) => ({
				ride_id,
				name: list.name[at],
				kind: list.kind[at],
				started: list.startedAtLocal[at],
				distance_m: list.distanceMeters[at],
				moving_s: list.movingSeconds[at],
				duration_s: list.durationSeconds[at],
				ascent_m: list.ascentMeters[at],
				start_place: places[at],
			})),
		).toStrictEqual(rows);
		expect(rows.length).toBeGreaterThan(15);
		expect(places).toContain("Old bridge");
		expect(page.report.added).toBe(rows.length);
	});

	test("pass the same cells, at every level", async () => {
		const rows = await queryLake(
			lake,
			(table) => `SELECT level, x, y, ride_id FROM ${table("ride_cells")}`,
		);
		const there = rows.map(({ level, x, y, ride_id }) =>
			[level, x, y, ride_id].join(" "),
		);
		const here: string[] = [];
		for (let level = MIN_LEVEL; level <= MAX_LEVEL; level++) {
			const columns = 2 ** level;
			// The index of a cell of the whole world would not fit an Int32Array.
			const rowsOfWindow = Math.min(columns, 2 ** (30 - level));
			for (let y = 0; y < columns; y += rowsOfWindow) {
				const window = { level, x: 0, y, columns, rows: rowsOfWindow };
				if (page.store.countIn(window) === 0) continue;
				const { cells, rides } = page.store.pairs(window);
				for (const [pair, cell] of cells.entries())
					here.push(
						[
							level,
							cell % columns,
							y + Math.floor(cell / columns),
							page.store.list.id[rides[pair] as number],
						].join(" "),
					);
			}
		}
		expect(here.sort()).toStrictEqual(there.sort());
	});

	test("open the map at the same place", async () => {
		const catalog = await readFile(join(lake, "catalog.json"), "utf8");
		const [rides] = (JSON.parse(catalog) as Catalog).datasets;
		expect(rides?.startView?.zoom).toBeGreaterThan(8);
		expect(page.store.startView).toStrictEqual(rides?.startView);
	});

	test("are refused for the same reasons, at the same places", () => {
		const line = (path: string, at: number | null, reason: string) =>
			`${path}:${at}: ${reason.replace(/^(?:not valid gzip: .*|the compressed data are cut off)$/, "the compressed data are cut off or damaged")}`;
		expect(
			page.report.problems.map(({ path, line: at, reason }) =>
				line(path, at, reason),
			),
		).toStrictEqual(
			report.rejects
				.filter(({ reason }) => !reason.startsWith("the same ride as "))
				.map(({ file, line: at, reason }) =>
					line(file.replace(/^rides\//, ""), at, reason),
				),
		);
		expect(page.report.problemCount).toBe(page.report.problems.length);
		expect(page.report.duplicates).toBe(1);
		expect(page.report.otherFiles).toBe(1);
	});

	test("draw the same lines, to the centimetre", async () => {
		const [id] = page.store.list.id;
		const rows = await queryLake(
			lake,
			(table) =>
				`SELECT lon, lat FROM ${table("ride_points")} WHERE ride_id = '${id}' ORDER BY seq`,
		);
		const [track] = await page.store.tracks([id ?? ""]);
		const points = track?.stretches.flatMap((line) =>
			Array.from({ length: line.length / 2 }, (_, at) => line[2 * at]),
		);
		expect(points?.length).toBe(rows.length);
		for (const [at, { lon }] of rows.entries())
			expect(points?.[at]).toBeCloseTo((Number(lon) + 180) / 360, 9);
	});
});

describe("a zip", () => {
	const inner = zipOf({ "a.gpx": ride(2, 60), "b.fit": fitOf(fiji(3)) });
	const entries = {
		"activities/1.gpx": ride(1, 60),
		"activities/2.tcx.gz": gzipSync(tcxOf(fiji(2))),
		"__MACOSX/activities/._1.gpx": "Mac OS X",
		"media/cat.jpg": "no ride",
	};

	test("is read as the files that it holds, stored or packed, with zips within it", async () => {
		const loose = await own({
			"1.gpx": entries["activities/1.gpx"],
			"2.tcx.gz": entries["activities/2.tcx.gz"],
			"a.gpx": ride(2, 60),
			"b.fit": fitOf(fiji(3)),
		});
		for (const options of [{}, { isStored: true }, { isZip64: true }]) {
			const { store, report } = await own({
				"export.zip": zipOf({ ...entries, "parts/1.zip": inner }, options),
			});
			expect(store.list).toStrictEqual(loose.store.list);
			expect(report).toMatchObject({
				added: 4,
				otherFiles: 1,
				problems: [],
			});
		}
	});

	test("that is damaged, cut, encrypted or no zip is told by its name, and others are read", async () => {
		const whole = zipOf(entries);
		const turned = Buffer.from(whole);
		turned[60] = (turned[60] ?? 0) ^ 255;
		const { report } = await own({
			"cut.zip": whole.subarray(0, whole.length - 30),
			"damaged.zip": turned,
			"empty.zip": "",
			"secret.zip": zipOf({ "1.gpx": ride(1, 60) }, { isEncrypted: true }),
			"text.zip": "this is no zip",
			"whole.zip": whole,
			"deep.zip": zipOf({ "b.zip": zipOf({ "c.zip": inner }) }),
		});
		expect(report.added).toBe(2);
		const reasons = Object.fromEntries(
			report.problems.map(({ path, reason }) => [path, reason]),
		);
		expect(reasons).toStrictEqual({
			"cut.zip": expect.stringMatching(/^not a whole zip/),
			"damaged.zip/activities/1.gpx":
				expect.stringMatching(/^the zip is damaged/),
			"deep.zip/b.zip/c.zip": expect.stringMatching(
				/^an archive in an archive in an/,
			),
			"empty.zip": "the file is empty",
			"secret.zip/1.gpx": expect.stringMatching(/^the zip is encrypted/),
			"text.zip": expect.stringMatching(/^not a whole zip/),
		});
	});
});

test("what was gathered comes back whole, or not at all", async () => {
	const { batch } = await readRides(
		given({ "1.gpx": ride(1, 60), "2.gpx": ride(2, 60) }),
		{ has: () => false, cells: 0 },
		{ signal: new AbortController().signal, onProgress: () => {} },
	);
	if (batch === null) throw new Error("no rides");
	expect((await openRideBatch(batch))?.rides.length).toBe(2);
	for (const size of [0, 3, 16, 200, batch.size - 1])
		expect(await openRideBatch(batch.slice(0, size))).toBeNull();
	const other = new Uint8Array(await batch.arrayBuffer());
	other[3] = "9".charCodeAt(0);
	expect(await openRideBatch(new Blob([other]))).toBeNull();
});

test("rides that were kept before starts were read open without one", async () => {
	const { batch } = await readRides(
		given({ "named.gpx": NAMED }),
		{ has: () => false, cells: 0 },
		{ signal: new AbortController().signal, onProgress: () => {} },
	);
	if (batch === null) throw new Error("no rides");
	const [now] = (await openRideBatch(batch))?.rides ?? [];
	expect(now?.startPlace).toBe("Old bridge");
	const named = /"start":[^}]*\},"startPlace":"[^"]*",/;
	const whole = Buffer.from(await batch.arrayBuffer()).toString("latin1");
	const bytes = Buffer.from(
		whole.replace("LSR3", "LSR1").replace(named, ""),
		"latin1",
	);
	const cut = (named.exec(whole)?.[0] ?? "").length;
	bytes.writeUInt32LE(bytes.readUInt32LE(4) - cut, 4);
	const before = await openRideBatch(new Blob([bytes]));
	expect(before?.rides).toEqual([{ ...now, start: null, startPlace: null }]);
	expect((await before?.track(0))?.stretches.length).toBeGreaterThan(0);
});

test("files of rides that are here already are counted, not added", async () => {
	const first = await own({ "1.gpx": ride(1, 60) });
	const { batch, report } = await readRides(
		given({ "again.gpx.gz": gzipSync(ride(1, 60)) }),
		{ has: (id) => first.store.has(id), cells: 0 },
		{ signal: new AbortController().signal, onProgress: () => {} },
	);
	expect(batch).toBeNull();
	expect(report).toMatchObject({ added: 0, duplicates: 1, problems: [] });
});

test("reading stops when it is told to, in the middle of a file", async () => {
	const ended = new AbortController();
	const reading = readRides(
		given({ "1.gpx": ride(1, 60), "2.gpx": ride(2, 40_000) }),
		{ has: () => false, cells: 0 },
		{ signal: ended.signal, onProgress: () => ended.abort() },
	);
	await expect(reading).rejects.toMatchObject({ name: "CancelledError" });
});

test("reading stops when it is told to, while a zip within a zip is unpacked", async () => {
	const ended = new AbortController();
	const reading = readRides(
		given({
			"export.zip": zipOf(
				{ "parts.zip": new Uint8Array(4e6) },
				{ isStored: true },
			),
		}),
		{ has: () => false, cells: 0 },
		{ signal: ended.signal, onProgress: () => ended.abort() },
	);
	await expect(reading).rejects.toMatchObject({ name: "CancelledError" });
});

test("a file that the browser cannot read any more is told, and others are read", async () => {
	const moved = Object.assign(new Blob(["moved"]), {
		stream: () =>
			new ReadableStream({
				pull(controller) {
					controller.error(new DOMException("gone", "NotFoundError"));
				},
			}),
	});
	const { report } = await readRides(
		[
			{ path: "1.gpx", blob: moved },
			{ path: "activities.csv", blob: moved },
			...given({ "2.gpx": ride(2, 60) }),
		],
		{ has: () => false, cells: 0 },
		{ signal: new AbortController().signal, onProgress: () => {} },
	);
	expect(report.added).toBe(1);
	const reason = expect.stringMatching(/^the file cannot be read/);
	expect(report.problems).toStrictEqual([
		{ path: "activities.csv", line: null, reason },
		{ path: "1.gpx", line: null, reason },
	]);
});

test("a packed file that holds too much is given up at its limit", async () => {
	const head = "<?xml version='1.0'?><gpx><trk><trkseg>";
	// A tag now and then, or the reader would ask what that is.
	const filler = `<a/>${" ".repeat(1e6)}`;
	const { report } = await readRides(
		given({
			"bomb.gpx.gz": gzipSync(head + filler.repeat(30)),
			"spaces.gpx.gz": gzipSync(head + " ".repeat(15e6)),
		}),
		{ has: () => false, cells: 0 },
		{
			signal: new AbortController().signal,
			onProgress: () => {},
			maxFileBytes: 20e6,
		},
	);
	expect(report.problems.map(({ reason }) => reason)).toStrictEqual([
		"the file holds more than 20 MB",
		expect.stringMatching(/^no tag within/),
	]);
});
