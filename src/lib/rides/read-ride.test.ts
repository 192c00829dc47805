import { describe, expect, test } from "vitest";
import {
	asFitHolds,
	type FitOptions,
	fitOf,
	gpxOf,
	kmlOf,
	type MadePoint,
	type MadeRide,
	tcxOf,
} from "../../../tests/support/ride-files.ts";
import { concatenated } from "../formats/concatenated.ts";
import { FileError } from "../formats/file-error.ts";
import { latitudeOf, longitudeOf, MAX_LEVEL } from "../geo/mercator.ts";
import { randomFrom } from "../random.ts";
import { greatCircle, type Place } from "./course.ts";
import { publicName } from "./privacy.ts";
import {
	type Ride,
	type RideOptions,
	type RidePoint,
	readRide,
} from "./read-ride.ts";
import type { RideFormat } from "./ride-format.ts";

const OPTIONS: RideOptions = { maxGapSeconds: 300, maxGapMeters: 1000 };

interface Read {
	readonly ride: Ride | null;
	readonly points: readonly RidePoint[];
	/** `level/x/y`, sorted. */
	readonly cells: readonly string[];
	readonly rejects: readonly string[];
	readonly counts: Readonly<Record<string, number>>;
	readonly notes: readonly string[];
}

async function read(
	bytes: Uint8Array,
	format: RideFormat,
	options = OPTIONS,
	chunkBytes = bytes.length,
): Promise<Read> {
	const points: RidePoint[] = [];
	const cells = new Set<string>();
	const rejects: string[] = [];
	const counts: Record<string, number> = {};
	const notes: string[] = [];
	async function* chunks() {
		for (let at = 0; at < bytes.length; at += chunkBytes)
			yield bytes.subarray(at, at + chunkBytes);
	}
	const ride = await readRide(chunks, format, options, {
		point: (point) => points.push(point),
		cell: (level, x, y) => cells.add(`${level}/${x}/${y}`),
		reject: (line, reason) => rejects.push(`${line}: ${reason}`),
		count: (name, by = 1) => {
			counts[name] = (counts[name] ?? 0) + by;
		},
		note: (text) => notes.push(text),
		drain: async () => undefined,
	});
	return { ride, points, cells: [...cells].sort(), rejects, counts, notes };
}

/** A ride of some stretches from a place on, in steps of a few metres; now and then it jumps. */
function madeRide(
	seed: number,
	{ dated = true, from = [8, 47] as readonly [number, number] } = {},
): MadeRide {
	const random = randomFrom(seed);
	let [longitude, latitude] = from;
	let seconds = Date.UTC(2024, 0, 1) / 1000 + Math.floor(random() * 3e7);
	let elevation = 400;
	const stretches = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
		seconds += Math.floor(random() * 200);
		return Array.from({ length: 2 + Math.floor(random() * 60) }, () => {
			const step = random() < 0.03 ? 0.02 : 0.0003;
			longitude += (random() - 0.3) * step;
			if (longitude >= 180) longitude -= 360;
			latitude += (random() - 0.5) * step;
			elevation += (random() - 0.5) * 6;
			seconds += random() < 0.03 ? 400 : 1 + Math.floor(random() * 40);
			return asFitHolds({
				longitude,
				latitude,
				elevation: random() < 0.1 ? null : elevation,
				seconds: dated ? seconds : null,
			});
		});
	});
	const points = stretches.flat().length;
	const laps = [0.3, 0.6].map((share) => Math.floor(share * points));
	return { sport: random() < 0.5 ? "cycling" : "running", stretches, laps };
}

const FIT_VARIANTS: readonly FitOptions[] = [
	{},
	{ bigEndian: true },
	{ compressedTimes: true },
	{ developerFields: true, enhancedAltitude: true, headerBytes: 12 },
	{ compressedTimes: true, developerFields: true, bigEndian: true },
];

describe("the same ride", () => {
	const places = [
		[8, 47],
		[179.995, -16.8],
		[-0.002, 0.001],
		[25, 85.03],
	] as const;

	test.each(places)(
		"as GPX, TCX, KML and FIT from %d, %d has the same points, cells and measures",
		async (...from) => {
			for (let seed = 0; seed < 12; seed++) {
				const made = madeRide(seed, { from, dated: seed % 4 !== 3 });
				const gpx = await read(gpxOf(made), "gpx");
				expect(gpx.points).toHaveLength(made.stretches.flat().length);
				expect(await read(tcxOf(made), "tcx")).toEqual(gpx);
				expect(await read(kmlOf(made), "kml")).toEqual({
					...gpx,
					ride: { ...gpx.ride, kind: null },
				});
				for (const variant of FIT_VARIANTS)
					expect(await read(fitOf(made, variant), "fit")).toEqual(gpx);
			}
		},
	);

	test("comes in pieces of any size", async () => {
		const made = madeRide(5);
		for (const [bytes, format] of [
			[fitOf(made, { compressedTimes: true }), "fit"],
			[tcxOf(made), "tcx"],
			[kmlOf(made), "kml"],
			[gpxOf(made), "gpx"],
		] as const) {
			const whole = await read(bytes, format);
			for (const size of [1, 2, 3, 7, 100])
				expect(await read(bytes, format, OPTIONS, size)).toEqual(whole);
		}
	});

	test("as two FIT files in one is that of their stretches", async () => {
		const several = [1, 2, 3, 4, 5, 6, 7, 8]
			.map((seed) => madeRide(seed))
			.filter(({ stretches }) => stretches.length > 1);
		expect(several.length).toBeGreaterThan(1);
		for (const made of several) {
			const files = [
				fitOf({ ...made, stretches: made.stretches.slice(0, 1) }),
				fitOf(
					{ ...made, stretches: made.stretches.slice(1) },
					{ bigEndian: true },
				),
			];
			const whole = await read(gpxOf(made), "gpx");
			const zeros = new Uint8Array(500);
			for (const parts of [files, [...files, zeros]])
				expect(await read(concatenated(parts), "fit")).toEqual(whole);
		}
	});
});

describe("a FIT file", () => {
	const made = madeRide(7);
	const bytes = fitOf(made);

	test("that is cut anywhere is the ride up to there, and says where it was cut", async () => {
		const whole = await read(bytes, "fit");
		let longest = 0;
		for (let length = 0; length < bytes.length; length++) {
			const cut = await read(bytes.slice(0, length), "fit").catch(
				(error: unknown) => error,
			);
			if (cut instanceof Error) {
				expect(cut).toBeInstanceOf(FileError);
				// Fewer than two points make no ride.
				expect(longest).toBe(0);
				continue;
			}
			const { points, rejects, ride } = cut as Read;
			expect(points).toEqual(whole.points.slice(0, points.length));
			expect(points.length).toBeGreaterThanOrEqual(longest);
			expect(ride?.pointCount).toBe(points.length);
			expect(rejects).toEqual([
				expect.stringMatching(
					`^\\d+: the file ends in the middle, after ${length} of ${bytes.length} bytes: `,
				),
			]);
			longest = points.length;
		}
		expect(longest).toBe(whole.points.length);
	});

	test("in which any one bit is another is rejected as a whole", async () => {
		for (let bit = 0; bit < bytes.length * 8; bit += 3) {
			const damaged = bytes.slice();
			damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
			await expect(read(damaged, "fit"), `bit ${bit}`).rejects.toThrow(
				FileError,
			);
		}
	});

	test("that was never closed is kept, and says so", async () => {
		const { points, rejects } = await read(
			fitOf(made, { unclosed: true }),
			"fit",
		);
		expect(points).toEqual((await read(bytes, "fit")).points);
		expect(rejects).toEqual([
			expect.stringMatching(
				/^\d+: the recording was never closed: what was recorded before is kept$/,
			),
		]);
	});

	test("that was never closed takes time in step with what follows, and drops it", async () => {
		const unclosed = fitOf(made, { unclosed: true });
		// Messages of a type that the file does not define.
		const junk = new Uint8Array(48e6).fill(5);
		const before = process.cpuUsage();
		const { points, rejects } = await read(
			concatenated([unclosed, junk]),
			"fit",
			OPTIONS,
			32_768,
		);
		const { user, system } = process.cpuUsage(before);
		expect(user + system).toBeLessThan(2e6);
		expect(points).toEqual((await read(bytes, "fit")).points);
		expect(rejects).toHaveLength(1);
	});

	test("of another type, or recorded indoors, is left out and no fault", async () => {
		const empty = { ...made, stretches: [] };
		for (const [options, note] of [
			[
				{ fileType: 2 },
				"left out: a FIT file of the type settings, which is no ride",
			],
			[
				{ fileType: 77 },
				"left out: a FIT file of the type 77, which is no ride",
			],
			[{ placeless: 3 }, "left out: recorded without a position, as indoors"],
		] as const) {
			const { ride, notes, rejects } = await read(fitOf(empty, options), "fit");
			expect([ride, notes, rejects]).toEqual([null, [note], []]);
		}
	});

	test("keeps a ride whose fix came late", async () => {
		const late = await read(fitOf(made, { placeless: 4 }), "fit");
		expect(late.counts["samples without a position"]).toBe(4);
		expect(late.points).toEqual((await read(bytes, "fit")).points);
	});
});

describe("within privacy zones", () => {
	const SIDE = 2 ** MAX_LEVEL;

	/** Metres from a place to the nearest cell of the finest level. */
	function nearestCell(cells: readonly string[], place: Place): number {
		const meters = cells
			.map((cell) => cell.split("/").map(Number))
			.filter(([level]) => level === MAX_LEVEL)
			.map(([, x = 0, y = 0]) =>
				greatCircle(place, {
					longitude: longitudeOf((x + 0.5) / SIDE),
					latitude: latitudeOf((y + 0.5) / SIDE),
				}),
			);
		return Math.min(...meters);
	}

	test("nothing is left of a ride, and the rest is as if it had been recorded without", async () => {
		const random = randomFrom(3);
		let hidden = 0;
		for (let seed = 0; seed < 60; seed++) {
			const from =
				seed % 2 === 0 ? ([8, 47] as const) : ([179.998, 60] as const);
			const made = madeRide(seed, { from });
			const points = made.stretches.flat();
			const center = points[Math.floor(random() * points.length)];
			if (center === undefined) throw new Error("a ride without points");
			const zone = { ...center, radiusMeters: 20 + 300 * random() };
			const privacy = { zones: [zone], dropTimesOfDay: false };
			const cut = await read(gpxOf(made), "gpx", { ...OPTIONS, privacy });
			hidden += cut.counts["points within privacy zones"] ?? 0;
			for (const point of cut.points)
				expect(greatCircle(zone, point)).toBeGreaterThan(zone.radiusMeters);
			// A cell that is passed outside reaches into the zone by less than its own width.
			expect(nearestCell(cut.cells, zone)).toBeGreaterThan(
				zone.radiusMeters - 40_075_017 / SIDE,
			);
			const without = {
				...made,
				stretches: made.stretches
					.flatMap((stretch) => splitAtZone(stretch, zone))
					.filter((stretch) => stretch.length > 0),
			};
			if (without.stretches.flat().length < 2) {
				expect(cut.ride).toBeNull();
				continue;
			}
			const left = await read(gpxOf(without), "gpx");
			expect(cut.cells).toEqual(left.cells);
			expect(cut.ride).toEqual(left.ride);
			expect(cut.points.map(({ segment, ...rest }) => rest)).toEqual(
				left.points.map(({ segment, ...rest }) => rest),
			);
		}
		expect(hidden).toBeGreaterThan(100);
	});

	/** Cut at the points within a zone, and where the way between two comes into it. */
	function splitAtZone(
		stretch: readonly MadePoint[],
		zone: Place & { readonly radiusMeters: number },
	): MadePoint[][] {
		const parts: MadePoint[][] = [[]];
		let last: MadePoint | null = null;
		for (const point of stretch) {
			const isIn = greatCircle(zone, point) <= zone.radiusMeters;
			const steps = 2000;
			const turn = last === null ? 0 : point.longitude - last.longitude;
			const east = turn - 360 * Math.round(turn / 360);
			const comesIn =
				last !== null &&
				Array.from({ length: steps + 1 }, (_, step) => ({
					latitude:
						(last as MadePoint).latitude +
						((point.latitude - (last as MadePoint).latitude) * step) / steps,
					longitude: (last as MadePoint).longitude + (east * step) / steps,
				})).some(
					(place) => greatCircle(zone, place) <= zone.radiusMeters * 1.01,
				);
			if (isIn || comesIn) parts.push([]);
			if (!isIn) parts.at(-1)?.push(point);
			last = isIn ? null : point;
		}
		return parts;
	}

	test("what cannot be read there is not quoted", async () => {
		const text = `<gpx><trk><trkseg>
<trkpt lat="47.1" lon="8"/><trkpt lat="47.1001" lon="8"/>
<trkpt lat="47;0" lon="8.00001"/>
<trkpt lat="47" lon="8"><time>at home</time><ele>low</ele></trkpt>
<trkpt lat="47.2" lon="8"><time>at noon</time></trkpt>
</trkseg></trk></gpx>`;
		const samples: string[] = [];
		const ignore = () => undefined;
		await readRide(
			async function* () {
				yield new TextEncoder().encode(text);
			},
			"gpx",
			{
				...OPTIONS,
				privacy: {
					zones: [{ latitude: 47, longitude: 8, radiusMeters: 500 }],
					dropTimesOfDay: true,
				},
			},
			{
				point: ignore,
				cell: ignore,
				count: (name) => expect(name).not.toContain("elevation"),
				note: ignore,
				reject: (line, reason, sample) =>
					samples.push(`${line} ${reason} ${sample}`),
				drain: async () => undefined,
			},
		);
		expect(samples).toEqual([
			"3 the latitude is not a number ",
			"5 the time cannot be read: the point is kept without it ",
		]);
	});
});

test("points at 0, 0 are of a device that did not know, and neither start a ride nor lie on it", async () => {
	const time = "<time>2024-05-01T10:00:00Z</time>";
	const way = [
		`<trkpt lat="47" lon="9">${time}</trkpt>`,
		`<trkpt lat="47.01" lon="9">${time}</trkpt>`,
	];
	const unknown = `<trkpt lat="0.0" lon="-0">${time}</trkpt>`;
	const ridden = (points: readonly string[]) =>
		read(
			new TextEncoder().encode(
				`<gpx><trk><trkseg>${points.join("\n")}</trkseg></trk></gpx>`,
			),
			"gpx",
		);
	const plain = await ridden(way);
	const found = await ridden([unknown, way[0], unknown, way[1]] as string[]);
	expect(found.ride).toEqual(plain.ride);
	expect(found.cells).toEqual(plain.cells);
	expect(plain.rejects).toEqual([]);
	expect(found.rejects).toHaveLength(2);
	for (const reject of found.rejects)
		expect(reject).toContain("the position was not known");
	// The line of zero in either direction is a place like any other.
	expect(
		(await ridden(way.map((point) => point.replace(/lat="[\d.]+"/, 'lat="0"'))))
			.rejects,
	).toEqual([]);
});

test("times of another century are a wrong clock's, and their points are kept without them", async () => {
	const times = [
		"0999-05-01T10:00:00Z",
		"1969-12-31T23:59:59.999Z",
		"1970-01-01T00:00:00Z",
		"1980-01-06T00:00:00Z",
		"1989-12-31T23:59:59.999Z",
		"1990-01-01T00:00:00Z",
		"2100-12-31T23:59:59.999Z",
		"2101-01-01T00:00:00Z",
		"9999-05-01T10:00:00Z",
	];
	const points = times.map(
		(time, at) =>
			`<trkpt lat="47.${at}" lon="8"><time>${time}</time></trkpt>\n`,
	);
	const { ride, ...found } = await read(
		new TextEncoder().encode(
			`<gpx><trk><trkseg>${points.join("")}</trkseg></trk></gpx>`,
		),
		"gpx",
	);
	const [first, last] = [Date.UTC(1990, 0), Date.UTC(2101, 0) - 1];
	expect(ride?.span).toEqual([first * 1000, last * 1000]);
	expect(found.points.map(({ time }) => time !== null)).toEqual([
		...[false, false, false, false, false],
		...[true, true, false, false],
	]);
	expect(found.rejects).toHaveLength(7);
	for (const reject of found.rejects)
		expect(reject).toMatch(/before 1990 or after 2100.*kept without it/);
});

test("without times of day dates and durations stay, and points have no time", async () => {
	for (let seed = 0; seed < 12; seed++) {
		const made = madeRide(seed, { from: [-155, 20] });
		const plain = await read(fitOf(made), "fit");
		const dropped = await read(fitOf(made), "fit", {
			...OPTIONS,
			privacy: { zones: [], dropTimesOfDay: true },
		});
		const local = plain.ride?.startedAtLocal;
		if (local == null) throw new Error("no time");
		const day = local - (local % 86_400e6);
		expect(dropped.ride).toEqual({
			...plain.ride,
			startedAt: day,
			startedAtLocal: day,
		});
		expect(dropped.points).toEqual(
			plain.points.map((point) => ({ ...point, time: null })),
		);
		expect(dropped.cells).toEqual(plain.cells);
	}
});

test.each([
	["2024-05-01 07:12:33", null],
	["Lunch, 7h12", null],
	["Um 7.12 los.", null],
	["7 pm with Ann", null],
	["07 Uhr", null],
	["20240501_071233", null],
	["2024-05-01-07-12-33", null],
	["20240501T0712", null],
	["activity 1714547553", null],
	["Sortie 19 h 30", null],
	["Rit 18u30", null],
	["Run 7h", null],
	["朝7時12分", null],
	["7：12", null],
	["Tour 240501-071233", null],
	["Ride 07-12-33", null],
	["2024_05_01", "2024_05_01"],
	["4 huts, 12 peaks", "4 huts, 12 peaks"],
	["Round the lake, 42.20 km", "Round the lake, 42.20 km"],
	["01.05.2024", "01.05.2024"],
	["1.5.24", "1.5.24"],
	["2024-05-01", "2024-05-01"],
	["Tour 2024, day 12", "Tour 2024, day 12"],
	["Morning Ride", "Morning Ride"],
	[null, null],
])("without times of day a ride named %j has the name %j", (name, kept) => {
	const privacy = { zones: [], dropTimesOfDay: true };
	expect(publicName(name, privacy)).toBe(kept);
	expect(publicName(name, { ...privacy, dropTimesOfDay: false })).toBe(name);
});

test("a KML file is named as the placemark of its track, and one without a track is left out", async () => {
	const encoder = new TextEncoder();
	const kml = (content: string) =>
		encoder.encode(
			`<kml><Document><name>All</name>${content}</Document></kml>`,
		);
	const point =
		"<Placemark><name>Home</name><Point><coordinates>1,2</coordinates></Point></Placemark>";
	expect(await read(kml(point), "kml")).toMatchObject({
		ride: null,
		rejects: [],
		notes: ["left out: KML without a track or a line"],
	});
	const track =
		"<when>2024-01-01T00:00:00Z</when><coord>2 1 0</coord><when>2024-01-01T00:00:09Z</when><coord>2.001 1 0</coord>";
	expect(
		await read(
			kml(
				`${point}<Placemark><name>Loop</name><Track>${track}</Track></Placemark>`,
			),
			"kml",
		),
	).toMatchObject({ ride: { name: "Loop", duration: 9, ascent: null } });
	expect(
		await read(kml(`<Placemark><Track>${track}</Track></Placemark>`), "kml"),
	).toMatchObject({ ride: { name: "All" } });
	await expect(read(encoder.encode("<gpx/>"), "kml")).rejects.toThrow(
		"the root element is <gpx>, not <kml>",
	);
});

test("a TCX file of an indoor ride is left out, one without a root is rejected", async () => {
	const encoder = new TextEncoder();
	const indoors = encoder.encode(
		"<TrainingCenterDatabase><Activities><Activity Sport='Biking'><Lap><Track><Trackpoint><Time>2024-01-01T00:00:00Z</Time></Trackpoint></Track></Lap></Activity></Activities></TrainingCenterDatabase>",
	);
	expect(await read(indoors, "tcx")).toMatchObject({
		ride: null,
		rejects: [],
		notes: ["left out: recorded without a position, as indoors"],
	});
	await expect(read(encoder.encode("<gpx/>"), "tcx")).rejects.toThrow(
		"the root element is <gpx>, not <TrainingCenterDatabase>",
	);
	await expect(read(tcxOf(madeRide(1)).slice(0, 3000), "tcx")).rejects.toThrow(
		"the file ends in the middle",
	);
});

test.each([
	[
		"gpx",
		"<gpx><trk><name>NAME</name><type>NAME</type>",
		'<trkseg><trkpt lat="1" lon="2"/><trkpt lat="1" lon="2.001"/></trkseg></trk></gpx>',
	],
	[
		"tcx",
		'<TrainingCenterDatabase><Courses><Course Sport="NAME"><Name>NAME</Name><Track>',
		`${[2, 2.001]
			.map(
				(longitude) =>
					`<Trackpoint><Position><LatitudeDegrees>1</LatitudeDegrees><LongitudeDegrees>${longitude}</LongitudeDegrees></Position></Trackpoint>`,
			)
			.join("")}</Track></Course></Courses></TrainingCenterDatabase>`,
	],
] as const)(
	"in %s a name or kind without end is cut, and a note says so",
	async (format, before, after) => {
		const file = (name: string) =>
			new TextEncoder().encode(before.replaceAll("NAME", name) + after);
		const whole = await read(file("Loop"), format);
		expect(whole.ride).toMatchObject({ name: "Loop", kind: "Loop" });
		const cut = await read(file("x".repeat(1_000_000)), format);
		const short = `${"x".repeat(499)}…`;
		expect(cut.ride).toEqual({ ...whole.ride, name: short, kind: short });
		expect(new Set(cut.notes).difference(new Set(whole.notes))).toEqual(
			new Set(["a name or kind of more than 500 letters is cut"]),
		);
	},
);

describe("where it hurts", () => {
	const line = (places: readonly (readonly [number, number])[]): MadeRide => ({
		sport: "cycling",
		laps: [],
		stretches: [
			places.map(
				([longitude, latitude], index): MadePoint => ({
					longitude,
					latitude,
					elevation: null,
					seconds: 1.7e9 + 10 * index,
				}),
			),
		],
	});

	test("a ride over the antimeridian is as long as it is, and passes no cell elsewhere", async () => {
		const { ride, cells } = await read(
			gpxOf(
				line([
					[179.995, 0],
					[179.999, 0],
					[-179.997, 0],
					[-180, 0],
					[180, 0],
				]),
			),
			"gpx",
		);
		const meters = (degrees: number) =>
			greatCircle(
				{ latitude: 0, longitude: 0 },
				{ latitude: 0, longitude: degrees },
			);
		expect(ride?.distance).toBeCloseTo(meters(0.004 + 0.004 + 0.003), 6);
		const columns = new Set(
			cells
				.filter((cell) => cell.startsWith("14/"))
				.map((cell) => cell.split("/")[1]),
		);
		expect([...columns].sort()).toEqual(["0", "16383"]);
	});

	test("points beyond the map's ends are rejected and break nothing else", async () => {
		const { points, rejects, ride } = await read(
			gpxOf(
				line([
					[10, 85.049],
					[10, 85.051],
					[10, 85.06],
					[10, 90],
					[10, 85.0505],
				]),
			),
			"gpx",
		);
		expect(points.map(({ latitude }) => latitude)).toEqual([
			85.049, 85.051, 85.0505,
		]);
		expect(rejects).toHaveLength(2);
		expect(ride?.distance).toBeGreaterThan(0);
	});

	test("a jump of the receiver adds neither way nor cells between", async () => {
		const places = [
			[8, 47],
			[8.0005, 47],
			[8.3, 47.2],
			[8.001, 47],
			[8.0015, 47],
		] as const;
		const { ride, cells } = await read(gpxOf(line(places)), "gpx");
		expect(ride?.distance).toBeLessThan(80);
		expect(cells.filter((cell) => cell.startsWith("12/"))).toHaveLength(2);
	});
});
