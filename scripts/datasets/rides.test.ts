import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAX_LEVEL, MIN_LEVEL, morton } from "../../src/lib/geo/mercator.ts";
import {
	build,
	queryLake,
	temporaryFolder,
	writeAll,
} from "../../tests/support/building.ts";
import { withMorton } from "./rides.ts";

/** Points two metres apart, ten seconds each. */
function points(count: number, element = "trkpt", from = 0): string {
	return Array.from({ length: count }, (_, index) => {
		const at = from + index;
		const time = new Date(Date.UTC(2024, 5, 1, 12, 0, at * 10)).toISOString();
		return `<${element} lat="${(52.5 + at * 2e-5).toFixed(6)}" lon="13.4"><ele>${30 + at}</ele><time>${time}</time></${element}>`;
	}).join("\n");
}

function gpx(body: string, head = '<?xml version="1.0"?>'): string {
	return `${head}\n<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">\n${body}\n</gpx>\n`;
}

function track(body: string, about = ""): string {
	return `<trk>${about}<trkseg>\n${body}\n</trkseg></trk>`;
}

const BOMB = `<?xml version="1.0"?>
<!DOCTYPE gpx [
 <!ENTITY a "aaaaaaaaaa">
 <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
]>
<gpx version="1.1"><metadata><name>&b;</name></metadata>${track(points(3))}</gpx>`;

const good = gpx(
	track(points(5), "<name>Morning &amp; noon</name><type>cycling</type>"),
);

const INPUT: Record<string, string | Uint8Array> = {
	"rides/good.gpx": good,
	"rides/again/good.gpx": good,
	"rides/packed.gpx.gz": gzipSync(good),
	"rides/bomb.gpx": BOMB,
	"rides/utf16.gpx": Buffer.from(
		`\uFEFF${gpx(track(points(7), "<name>Mülheim</name>"), '<?xml version="1.0" encoding="UTF-16"?>')}`,
		"utf16le",
	),
	"rides/said-utf16.gpx": gpx(
		track(points(8), "<name>Mülheim</name>"),
		'<?xml version="1.0" encoding="utf-16"?>',
	),
	"rides/empty.gpx": "",
	"rides/text.gpx": "this is no XML\n",
	"rides/kml.gpx": '<?xml version="1.0"?>\n<kml><Document/></kml>',
	"rides/cut.gpx": good.slice(0, good.indexOf("</trkseg>") - 20),
	"rides/cut-between.gpx": good.slice(0, good.indexOf("</trkseg>")),
	"rides/cut.gpx.gz": gzipSync(gpx(track(points(2000)))).subarray(0, 3000),
	"rides/latin1-in-utf8.gpx": Buffer.concat([
		Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n<gpx>\n<trk><name>'),
		Buffer.from([0x4d, 0xfc, 0x6c]),
		Buffer.from(`</name><trkseg>${points(3)}</trkseg></trk></gpx>`),
	]),
	"rides/no-points.gpx": gpx(track("")),
	"rides/one-point.gpx": gpx(track(points(1, "trkpt", 100))),
	"rides/waypoints.gpx": gpx('<wpt lat="52" lon="13"/>'),
	"rides/bad-points.gpx": gpx(
		track(
			`${points(2, "trkpt", 200)}
<trkpt lat="91" lon="13.4"/>
<trkpt lat="86" lon="13.4"/>
<trkpt lat="52.5" lon="181"/>
<trkpt lat="52,5,1" lon="13.4"/>
<trkpt lon="13.4"/>
<trkpt lat="52.504" lon="13.4"><time>yesterday</time><ele>high</ele></trkpt>
${points(2, "trkpt", 202)}`,
		),
	),
	"rides/undated.gpx": gpx(
		track('<trkpt lat="48" lon="11"/><trkpt lat="48.0001" lon="11"/>'),
	),
	"rides/prefixed.gpx": `<?xml version="1.0"?><g:gpx xmlns:g="http://www.topografix.com/GPX/1/0" version="1.0"><g:name>Of the file</g:name><g:trk><g:trkseg>${points(
		3,
		"trkpt",
		300,
	)
		.replaceAll("</", "</g:")
		.replaceAll(/<(?!\/)/g, "<g:")}</g:trkseg></g:trk></g:gpx>`,
	"rides/two-tracks.gpx": gpx(
		track(points(3, "trkpt", 400), "<name>First</name>") +
			track(points(2, "trkpt", 410), "<name>Second</name>"),
	),
	"rides/route.gpx": gpx(
		`<rte><name>A route</name>${points(4, "rtept", 500)}</rte>`,
	),
	"rides/route-and-track.gpx": gpx(
		`<rte><name>Planned</name>${points(7, "rtept", 600)}</rte>${track(points(3, "trkpt", 600))}`,
	),
	"rides/latin1.gpx": Buffer.from(
		gpx(
			track(points(2, "trkpt", 700), "<name>Mülheim</name>"),
			'<?xml version="1.0" encoding="ISO-8859-1"?>',
		),
		"latin1",
	),
	"rides/commas.gpx": gpx(
		track(
			'<trkpt lat="47,5" lon="-8,25"><ele>400,5</ele></trkpt><trkpt lat="47,5001" lon="-8,25"><ele>402,25</ele></trkpt>',
		),
	),
	"rides/readme.txt": "not a ride",
	"elsewhere/good.gpx": good,
};

let folder: string;
let remove: () => Promise<void>;
let report: Awaited<ReturnType<typeof build>>;

beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
	await writeAll(join(folder, "input"), INPUT);
	report = await build({
		input: join(folder, "input"),
		out: lake(),
		// Most of these points are bad on purpose.
		maxRejected: 1,
	});
});
afterAll(() => remove());

const lake = () => join(folder, "lake");

describe("bad input", () => {
	test("is rejected with file, line and reason, and the rest is published", () => {
		expect(report.exitCode).toBe(1);
		expect(
			report.rejects.map(
				({ file, line, reason }) =>
					`${file.slice("rides/".length)}:${line ?? ""} ${reason}`,
			),
		).toEqual([
			"bad-points.gpx:6 the latitude is not within -90 to 90 degrees",
			"bad-points.gpx:7 the latitude is beyond 85.0511 degrees, where the map ends",
			"bad-points.gpx:8 the longitude is not within -180 to 180 degrees",
			"bad-points.gpx:9 the latitude is not a number",
			"bad-points.gpx:10 the point has no latitude",
			"bad-points.gpx:11 the time cannot be read: the point is kept without it",
			"bomb.gpx:5 the file declares entities of its own, which GPX has no use for",
			"cut-between.gpx:9 the file ends in the middle: unclosed tag: trkseg",
			"cut.gpx:8 the file ends in the middle: unclosed tag: time",
			"cut.gpx.gz: the compressed data are cut off",
			"empty.gpx: the file is empty",
			"good.gpx: the same content as rides/again/good.gpx, which counts",
			"kml.gpx:2 the root element is <kml>, not <gpx>",
			"latin1-in-utf8.gpx:3 not valid UTF-8",
			"no-points.gpx: the file has no point",
			"one-point.gpx: a ride needs two points, the file has one that can be used",
			"packed.gpx.gz: the same ride as rides/again/good.gpx, which counts",
			"text.gpx:2 not well-formed XML: text data outside of root node.",
			"waypoints.gpx: the file has waypoints only: no track and no route",
		]);
	});

	test("stands in the table of rejects just so", async () => {
		const rows = await queryLake(
			lake(),
			(table) => `SELECT source_file AS file, line, reason, sample, dataset
				FROM ${table("rejects")} ORDER BY source_file, line NULLS FIRST`,
		);
		expect(
			rows.map((row) => ({ ...row, line: row.line && Number(row.line) })),
		).toEqual(report.rejects);
	});

	test("leaves no row of a rejected file behind", async () => {
		const [row] = await queryLake(
			lake(),
			(
				table,
			) => `SELECT count(DISTINCT p.ride_id)::INTEGER AS points, count(DISTINCT c.ride_id)::INTEGER AS cells,
				(SELECT count(*)::INTEGER FROM ${table("rides")}) AS rides
				FROM ${table("ride_points")} AS p FULL JOIN ${table("ride_cells")} AS c USING (ride_id)`,
		);
		expect(row).toEqual({ points: 11, cells: 11, rides: 11 });
	});

	test("of another kind or place is ignored, not rejected", () => {
		expect(report.ignored).toEqual([
			{ path: "elsewhere/good.gpx", reason: "in no dataset's folder" },
			{ path: "rides/readme.txt", reason: "another kind of file" },
		]);
	});

	test("is balanced by the counts", () => {
		const [{ counts, rejectedFiles, files }] = report.datasets as [
			(typeof report.datasets)[0],
		];
		expect(files).toBe(Object.keys(INPUT).length - 2);
		expect(files - rejectedFiles).toBe(11);
		expect(counts["points read"]).toBe(
			Number(counts["points kept"]) +
				Number(counts["points rejected"]) +
				Number(counts["points of rejected files"]) +
				Number(counts["points of duplicate rides"]),
		);
		expect(counts["rides without a date"]).toBe(2);
		expect(counts["elevations that cannot be read"]).toBe(1);
	});
});

describe("a ride", () => {
	test("comes in UTF-16, and where a declaration says so in vain", async () => {
		expect(
			await queryLake(
				lake(),
				(table) =>
					`SELECT source_file, name FROM ${table("rides")} WHERE source_file LIKE '%utf16%' ORDER BY 1`,
			),
		).toEqual([
			{ source_file: "rides/said-utf16.gpx", name: "Mülheim" },
			{ source_file: "rides/utf16.gpx", name: "Mülheim" },
		]);
	});

	test("is named and measured", async () => {
		const rides = await queryLake(
			lake(),
			(
				table,
			) => `SELECT source_file, name, kind, point_count, round(distance_m)::INTEGER AS distance_m,
				duration_s::INTEGER AS duration_s, moving_s::INTEGER AS moving_s, ascent_m::INTEGER AS ascent_m,
				started_at::VARCHAR AS started_at, started_at_local::VARCHAR AS started_at_local
				FROM ${table("rides")} ORDER BY source_file`,
		);
		const named = Object.fromEntries(
			rides.map((ride) => [ride.source_file, ride]),
		);
		expect(named["rides/again/good.gpx"]).toEqual({
			source_file: "rides/again/good.gpx",
			name: "Morning & noon",
			kind: "cycling",
			point_count: 5,
			distance_m: 9,
			duration_s: 40,
			// 2.2 m in 10 s is standing still.
			moving_s: 0,
			ascent_m: 3,
			started_at: "2024-06-01 12:00:00",
			started_at_local: "2024-06-01 14:00:00",
		});
		expect(named["rides/undated.gpx"]).toMatchObject({
			name: null,
			point_count: 2,
			distance_m: 11,
			duration_s: null,
			moving_s: null,
			ascent_m: null,
			started_at: null,
			started_at_local: null,
		});
		expect(named["rides/prefixed.gpx"]).toMatchObject({
			name: "Of the file",
			point_count: 3,
		});
		expect(named["rides/two-tracks.gpx"]).toMatchObject({
			name: "First",
			point_count: 5,
		});
		expect(named["rides/route.gpx"]).toMatchObject({
			name: "A route",
			point_count: 4,
		});
		expect(named["rides/route-and-track.gpx"]).toMatchObject({
			name: null,
			point_count: 3,
		});
		expect(named["rides/latin1.gpx"]).toMatchObject({ name: "Mülheim" });
		expect(named["rides/bad-points.gpx"]).toMatchObject({ point_count: 5 });
	});

	test("of two tracks has their segments", async () => {
		const segments = await queryLake(
			lake(),
			(
				table,
			) => `SELECT segment, count(*)::INTEGER AS points FROM ${table("ride_points")}
				WHERE ride_id = (SELECT ride_id FROM ${table("rides")} WHERE name = 'First')
				GROUP BY 1 ORDER BY 1`,
		);
		expect(segments).toEqual([
			{ segment: 0, points: 3 },
			{ segment: 1, points: 2 },
		]);
	});

	test("passes a cell of a level if and only if it passes a child of it", async () => {
		const levels = await queryLake(
			lake(),
			(
				table,
			) => `SELECT level::INTEGER AS level, count(*)::INTEGER AS cells FROM (
				SELECT level, x, y, ride_id FROM ${table("ride_cells")} WHERE level < ${MAX_LEVEL}
				INTERSECT
				SELECT level - 1, x >> 1, y >> 1, ride_id FROM ${table("ride_cells")})
				GROUP BY 1 ORDER BY 1`,
		);
		const all = await queryLake(
			lake(),
			(
				table,
			) => `SELECT level::INTEGER AS level, count(*)::INTEGER AS cells FROM ${table("ride_cells")}
				WHERE level < ${MAX_LEVEL} GROUP BY 1 ORDER BY 1`,
		);
		expect(all).toHaveLength(MAX_LEVEL - MIN_LEVEL);
		expect(levels).toEqual(all);
	});

	test("has its cells in the order of their Morton codes", async () => {
		const cells = await queryLake(
			lake(),
			() =>
				`SELECT x, y, morton::DOUBLE AS code FROM (${withMorton(`
				SELECT unnest([0, ${2 ** 20 - 1}, ${0x55555}, ${0xaaaaa}])::INTEGER AS x,
					unnest([0, ${2 ** 20 - 1}, ${0xaaaaa}, ${0x55555}])::INTEGER AS y
				UNION ALL
				SELECT (hash(n) % ${2 ** 20})::INTEGER, (hash(n, 'y') % ${2 ** 20})::INTEGER FROM range(1000) AS r(n)`)})`,
		);
		expect(cells).toHaveLength(1004);
		for (const { x, y, code } of cells)
			expect(code).toBe(morton(Number(x), Number(y)));
	});

	test("passes the cells of its samples", async () => {
		const [row] = await queryLake(
			lake(),
			(table) => `SELECT count(*)::INTEGER AS missing FROM (
				SELECT ride_id, floor((lon + 180) / 360 * pow(2, 18))::INTEGER AS x,
					floor((0.5 - ln((1 + sin(radians(lat))) / (1 - sin(radians(lat)))) / (4 * pi())) * pow(2, 18))::INTEGER AS y
				FROM ${table("ride_points")})
				ANTI JOIN (FROM ${table("ride_cells")} WHERE level = 18) USING (ride_id, x, y)`,
		);
		expect(row).toEqual({ missing: 0 });
	});
});
