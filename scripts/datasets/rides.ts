import { createHash } from "node:crypto";
import type { StartView } from "../../src/lib/catalog/catalog.ts";
import { ROLLUP_COLUMNS } from "../../src/lib/catalog/rollups.ts";
import { tableContract } from "../../src/lib/catalog/tables.ts";
import { FileError } from "../../src/lib/formats/file-error.ts";
import { levelOf, windowOf } from "../../src/lib/geo/grid.ts";
import {
	latitudeOf,
	longitudeOf,
	MIN_LEVEL,
	mercatorX,
	mercatorY,
} from "../../src/lib/geo/mercator.ts";
import {
	type DescribedRide,
	describedRide,
	isActivitiesCsv,
} from "../../src/lib/rides/activities-csv.ts";
import { publicName } from "../../src/lib/rides/privacy.ts";
import { readRide } from "../../src/lib/rides/read-ride.ts";
import {
	isRideArchive,
	rideFormatOf,
} from "../../src/lib/rides/ride-format.ts";
import {
	SHARED_CELLS,
	SHARED_TIME,
	TRIP_LEVEL,
} from "../../src/lib/rides/same-trip.ts";
import {
	CLUSTER_LEVEL,
	CORE_CUT,
	closerOf,
	EXTENT_LEVEL,
	viewOf,
	WHOLE_CUT,
} from "../../src/lib/rides/start-view.ts";
import { fileBytes } from "../formats/bytes.ts";
import { exportedRides, readListFile } from "../formats/ride-export.ts";
import {
	type DatasetDefinition,
	type LakeReader,
	type ParseOptions,
	type ParseOutput,
	type SourceFile,
	timeBuckets,
} from "./dataset.ts";

/** What the first map holds around the start view: as much as a large window shows. */
const MAP_WIDTH = 2560;
const MAP_HEIGHT = 1440;
const MAP_CELLS = 30_000;

/** Tiles of these levels cut the cells of a level that has many. */
const TILE_LEVELS = [6, 8, 10, 12, 14];

/** Half the bits that stand together are moved up so far, and what is left of the old ones masked out. */
const MORTON_STAGES = [
	[16, 0x0000_ffff_0000_ffffn],
	[8, 0x00ff_00ff_00ff_00ffn],
	[4, 0x0f0f_0f0f_0f0f_0f0fn],
	[2, 0x3333_3333_3333_3333n],
	[1, 0x5555_5555_5555_5555n],
] as const;

/** What tells rides of one file apart: of a zip their place, of any other file null. */
const RECORD = "CASE WHEN entry IS NOT NULL THEN ride END::BIGINT AS record";

/** The pairs of rides that `sameTrips` finds in memory, in its order, of any number of claims. */
const SAME_TRIP = `
	WITH spans AS (
		SELECT key, records, epoch_us(span_from) AS first, epoch_us(span_to) AS last
		FROM winners WHERE span_from < span_to
	), together AS (
		SELECT a.key AS better, b.key AS other, a.records AS better_points, b.records AS other_points
		FROM spans AS a JOIN spans AS b ON a.first < b.last AND b.first < a.last
		WHERE (a.records > b.records OR (a.records = b.records AND a.key < b.key))
			AND least(a.last, b.last) - greatest(a.first, b.first)
				>= ${SHARED_TIME.at / SHARED_TIME.of} * greatest(a.last - a.first, b.last - b.first)
	)
	SELECT better, other FROM together
	JOIN winners AS a ON a.key = better JOIN winners AS b ON b.key = other
	WHERE len(list_intersect(a.cells, b.cells)) >= ${SHARED_CELLS.at / SHARED_CELLS.of} * greatest(len(a.cells), len(b.cells))
	ORDER BY other_points DESC, other, better_points DESC, better`;

export const rides: DatasetDefinition = {
	name: "rides",
	folder: "rides",
	title: "Rides",
	description: "Recorded rides, with every cell of the map that they pass.",
	source: "The publisher's own files",
	licence: "Not stated",
	isReadByUs: true,
	accepts: (path) =>
		rideFormatOf(path) !== null || isRideArchive(path) || isActivitiesCsv(path),
	isPrivate: true,
	hasLines: true,
	lists: { accepts: isActivitiesCsv, read: readListFile },
	staging: [
		{
			name: "staged_rides",
			columns: [
				// Place in its file, and the name there where that is a zip.
				{ name: "ride", type: "INTEGER" },
				{ name: "entry", type: "VARCHAR" },
				{ name: "described", type: "BOOLEAN" },
				// Names of files tell when they were recorded.
				{ name: "unnamed", type: "BOOLEAN" },
				{ name: "ride_id", type: "VARCHAR" },
				{ name: "name", type: "VARCHAR" },
				{ name: "kind", type: "VARCHAR" },
				{ name: "started_at", type: "TIMESTAMP" },
				{ name: "started_at_local", type: "TIMESTAMP" },
				{ name: "duration_s", type: "DOUBLE" },
				{ name: "moving_s", type: "DOUBLE" },
				{ name: "distance_m", type: "DOUBLE" },
				{ name: "ascent_m", type: "DOUBLE" },
				{ name: "point_count", type: "INTEGER" },
				{ name: "start_place", type: "VARCHAR" },
				{ name: "split", type: "BOOLEAN" },
				// Null unless rides of one trip are looked for.
				{ name: "span_from", type: "TIMESTAMP" },
				{ name: "span_to", type: "TIMESTAMP" },
			],
		},
		{
			name: "staged_points",
			columns: [
				{ name: "ride", type: "INTEGER" },
				{ name: "segment", type: "INTEGER" },
				{ name: "seq", type: "INTEGER" },
				{ name: "ts", type: "TIMESTAMP" },
				{ name: "lon", type: "DOUBLE" },
				{ name: "lat", type: "DOUBLE" },
				{ name: "ele", type: "DOUBLE" },
			],
		},
		{
			name: "staged_cells",
			columns: [
				{ name: "ride", type: "INTEGER" },
				{ name: "level", type: "INTEGER" },
				{ name: "x", type: "INTEGER" },
				{ name: "y", type: "INTEGER" },
				{ name: "morton", type: "DOUBLE" },
			],
		},
	],
	parse: parseRides,
	tables: [
		{
			name: "rides",
			contract: tableContract("rides"),
			rows: `SELECT staged_rides.*, CASE WHEN NOT unnamed THEN concat_ws('/', path, entry) END AS source_file, ${RECORD}
				FROM staged_rides JOIN source_files USING (file_index)`,
			buckets: timeBuckets("started_at"),
			counts: `SELECT 'points kept' AS name, coalesce(sum(point_count), 0)::BIGINT AS count FROM rows
				UNION ALL
				SELECT 'rides without a date', count(*) FILTER (WHERE started_at IS NULL) FROM rows`,
			orderBy: "started_at NULLS LAST, ride_id",
			rowGroupSize: 20480,
		},
		{
			name: "ride_points",
			contract: tableContract("ride_points"),
			rows: `SELECT staged_points.*, ride_id, ${RECORD}
				FROM staged_points JOIN staged_rides USING (file_index, ride)`,
			buckets: [1, 2, 3].map((length) => `substr(ride_id, 1, ${length})`),
			pieceRows: 2 ** 18,
			orderBy: "ride_id, seq",
			rowGroupSize: 51200,
		},
		{
			// Only a ride of very many cells may name one twice.
			name: "ride_cells",
			contract: tableContract("ride_cells"),
			rows: `SELECT staged_cells.*, ride_id, ${RECORD}
				FROM staged_cells JOIN staged_rides USING (file_index, ride)
				WHERE NOT split
				UNION ALL BY NAME
				SELECT DISTINCT staged_cells.*, ride_id, ${RECORD}
				FROM staged_cells JOIN staged_rides USING (file_index, ride)
				WHERE split`,
			buckets: TILE_LEVELS.map(
				(level) => `morton::BIGINT >> (2 * greatest(level - ${level}, 0))`,
			),
			pieceRows: 2 ** 16,
			keyed: withMorton,
			orderBy: "morton, ride_id",
			rowGroupSize: 20480,
		},
	],
	unique: {
		noun: "ride",
		claims: `SELECT ride_id AS key, file_index, ${RECORD}, entry, NULL::BIGINT AS line,
				'' AS content, point_count::BIGINT AS records, described, span_from, span_to, cells
			FROM staged_rides LEFT JOIN (
				SELECT file_index, ride, list(DISTINCT morton::BIGINT) AS cells
				FROM staged_cells SEMI JOIN (FROM staged_rides WHERE span_from IS NOT NULL) USING (file_index, ride)
				WHERE level = ${TRIP_LEVEL} GROUP BY ALL
			) USING (file_index, ride)`,
		winner: "described DESC",
		alike: SAME_TRIP,
		duplicates: "points of duplicate rides",
		replaced: "points of replaced rides",
	},
	balance: {
		unit: "points",
		read: ["points read"],
		kept: ["points kept"],
		rejected: ["points rejected", "points of rejected files"],
		duplicates: ["points of duplicate rides"],
	},
	startView,
	rollups: [
		{
			name: "rides_per_month",
			columns: ROLLUP_COLUMNS.rides_per_month,
			sql: `SELECT strftime(started_at_local, '%Y-%m') AS month, count(*) AS rides, sum(distance_m) AS distance_m,
					coalesce(sum(moving_s), 0) AS moving_s
				FROM rides GROUP BY 1`,
			orderBy: "month NULLS LAST",
		},
		{
			name: "ride_map",
			columns: ROLLUP_COLUMNS.ride_map,
			sql: rideMapSql,
			orderBy: "level, y, x",
		},
		{
			name: "ride_starts",
			columns: ROLLUP_COLUMNS.ride_starts,
			// A place is a cell of level 13, some kilometres wide; medians, since a mean
			// would depend on the order of its sum.
			sql: `WITH starts AS (
					SELECT ride_id, lon, lat, floor((lon + 180) / 360 * 8192) AS x,
						floor((0.5 - ln((1 + sin(radians(lat))) / (1 - sin(radians(lat)))) / (4 * pi())) * 8192) AS y
					FROM ride_points WHERE seq = 0
				), names AS (
					SELECT x, y, start_place AS name
					FROM starts JOIN rides USING (ride_id)
					WHERE start_place IS NOT NULL
					GROUP BY x, y, start_place
					QUALIFY row_number() OVER (PARTITION BY x, y ORDER BY count(*) DESC, start_place) = 1
				)
				SELECT quantile_disc(lon, 0.5) AS longitude, quantile_disc(lat, 0.5) AS latitude,
					count(*) AS rides, any_value(name) AS name
				FROM starts LEFT JOIN names USING (x, y)
				GROUP BY x, y
				HAVING count(*) > 1
				ORDER BY rides DESC, longitude, latitude LIMIT 200`,
			orderBy: "rides DESC, longitude, latitude",
		},
	],
};

/**
 * Adds to cells their Morton codes, as `morton` says them. A stage is a SELECT of its own:
 * to plan all of them as one expression takes longer than to compute them.
 */
export function withMorton(cells: string): string {
	const spread = MORTON_STAGES.reduce(
		(stage, [shift, mask]) =>
			`SELECT * REPLACE ((east | (east << ${shift})) & ${mask} AS east, (south | (south << ${shift})) & ${mask} AS south) FROM (${stage})`,
		`SELECT *, x::BIGINT AS east, y::BIGINT AS south FROM (${cells})`,
	);
	return `SELECT *, east | (south << 1) AS morton FROM (${spread})`;
}

/** Reads a file: a ride, an export of many, or what a list says of them. */
async function parseRides(
	file: SourceFile,
	out: ParseOutput,
	options: ParseOptions,
): Promise<void> {
	if (isActivitiesCsv(file.path)) await readListFile(file);
	else if (isRideArchive(file.path)) await parseExport(file, out, options);
	else
		await parseRide(out, options, {
			ride: 0,
			name: file.path,
			entry: null,
			described: (file.about as DescribedRide | undefined) ?? null,
			open: () => fileBytes(file),
		});
}

/** Reads the rides of a zip; one that cannot be used is rejected, and the others stay. */
async function parseExport(
	file: SourceFile,
	out: ParseOutput,
	options: ParseOptions,
): Promise<void> {
	let ride = 0;
	let kept = 0;
	const reject = (entry: string, { line, message, sample }: FileError) =>
		out.reject(line, message, sample, entry);
	try {
		for await (const entry of exportedRides(file, out)) {
			if ("fault" in entry) {
				reject(entry.name, entry.fault);
				continue;
			}
			try {
				const source = { ...entry, ride: ride++, entry: entry.name };
				kept += await parseRide(out, options, source);
			} catch (error) {
				if (!(error instanceof FileError)) throw error;
				reject(entry.name, error);
			}
		}
	} catch (error) {
		out.count("points of rejected files", kept);
		throw error;
	}
}

/** The file of a ride, where it lies, and what is known of it. */
interface RideFile {
	readonly ride: number;
	readonly name: string;
	/** Null where it is no part of a zip. */
	readonly entry: string | null;
	readonly described: DescribedRide | null;
	open(): AsyncGenerator<Uint8Array>;
}

/** Reads a file as one ride, whose id is the hash of the plain bytes. Gives the number of points kept. */
async function parseRide(
	out: ParseOutput,
	options: ParseOptions,
	{ ride, name, entry, described, open }: RideFile,
): Promise<number> {
	const format = rideFormatOf(name);
	if (format === null) throw new Error(`no ride by its name: ${name}`);
	const hash = createHash("sha256");
	let passes = 0;
	const read = await readRide(
		() => (passes++ === 0 ? hashed(open(), hash) : open()),
		format,
		options,
		{
			point: ({ segment, seq, time, longitude, latitude, elevation }) =>
				out.row("staged_points", [
					ride,
					segment,
					seq,
					time,
					longitude,
					latitude,
					elevation,
				]),
			cell: (level, x, y, code) =>
				out.row("staged_cells", [ride, level, x, y, code]),
			reject: (line, reason, sample) =>
				out.reject(line, reason, sample, entry ?? undefined),
			count: (text, by) => out.count(text, by),
			note: (text) => out.note(text),
			drain: () => out.drain(),
		},
	);
	if (read === null) return 0;
	const about = describedRide(read, described);
	const { privacy } = options;
	out.row("staged_rides", [
		ride,
		entry,
		described !== null,
		privacy?.dropTimesOfDay ?? false,
		hash.digest("hex").slice(0, 16),
		privacy === undefined ? about.name : publicName(about.name, privacy),
		about.kind,
		about.startedAt,
		about.startedAtLocal,
		about.duration,
		about.moving,
		about.distance,
		about.ascent,
		about.pointCount,
		about.startPlace,
		about.cellsRepeat,
		...(options.onePerTrip && about.span !== null ? about.span : [null, null]),
	]);
	return about.pointCount;
}

async function* hashed(
	chunks: AsyncGenerator<Uint8Array>,
	hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
	for await (const chunk of chunks) {
		hash.update(chunk);
		yield chunk;
	}
}

/** What `startViewOf` says of rides in memory, asked of a lake. */
async function startView(lake: LakeReader): Promise<StartView | null> {
	const [cluster] = await lake(
		`WITH cells AS (SELECT x, y, ride_id FROM ride_cells WHERE level = ${CLUSTER_LEVEL}),
		spread AS (
			SELECT DISTINCT (x + dx + ${2 ** CLUSTER_LEVEL}) % ${2 ** CLUSTER_LEVEL} AS x, y + dy AS y, ride_id
			FROM cells, (FROM range(-1, 2) AS r(dx)), (FROM range(-1, 2) AS r(dy)))
		SELECT x, y FROM spread
		GROUP BY x, y
		ORDER BY count(*) DESC,
			(SELECT count(*) FROM cells WHERE cells.x = spread.x AND cells.y = spread.y) DESC, y, x
		LIMIT 1`,
	);
	if (cluster === undefined) return null;
	const place = { x: Number(cluster.x), y: Number(cluster.y) };
	const whole = await viewAround(lake, place, WHOLE_CUT);
	const core = await viewAround(lake, place, CORE_CUT);
	return whole === null || core === null ? whole : closerOf(whole, core);
}

/**
 * The view that the 3 by 3 cells around a cell fill, `cut` of what is ridden there
 * left out at each side. Null where nothing is.
 */
async function viewAround(
	lake: LakeReader,
	{ x, y }: { readonly x: number; readonly y: number },
	cut: number,
): Promise<StartView | null> {
	const shift = EXTENT_LEVEL - CLUSTER_LEVEL;
	const [clusters, cells] = [2 ** CLUSTER_LEVEL, 2 ** EXTENT_LEVEL];
	// Of the grid's columns, which go round, those from here.
	const from = (x - 1) << shift;
	const [box] = await lake(
		`SELECT quantile_disc((x - ${from} + ${cells}) % ${cells}, ${cut}) AS west,
			quantile_disc((x - ${from} + ${cells}) % ${cells}, ${1 - cut}) + 1 AS east,
			quantile_disc(y, ${cut}) AS north, quantile_disc(y, ${1 - cut}) + 1 AS south
		FROM ride_cells
		WHERE level = ${EXTENT_LEVEL}
			AND ((x >> ${shift}) - ${x} + 1 + ${clusters}) % ${clusters} <= 2 AND y >> ${shift} BETWEEN ${y - 1} AND ${y + 1}`,
	);
	if (box === undefined || box.west === null) return null;
	return viewOf({
		west: from + Number(box.west),
		east: from + Number(box.east),
		north: Number(box.north),
		south: Number(box.south),
	});
}

/** The cells around the start view, at the finest level that is not finer than the map's and holds few enough. */
async function rideMapSql(
	lake: LakeReader,
	view: StartView | null,
): Promise<string> {
	const { center, zoom } = view ?? { center: [0, 0] as const, zoom: 1 };
	const world = 512 * 2 ** zoom;
	const [x, y] = [mercatorX(center[0]), mercatorY(center[1])];
	const [halfWidth, halfHeight] = [
		MAP_WIDTH / 2 / world,
		MAP_HEIGHT / 2 / world,
	];
	const viewport = {
		west: longitudeOf(x - halfWidth),
		east: longitudeOf(x + halfWidth),
		north: latitudeOf(Math.max(0, y - halfHeight)),
		south: latitudeOf(Math.min(1, y + halfHeight)),
		zoom,
	};
	for (let level = levelOf(zoom); ; level--) {
		const sql = mapSql(windowOf(viewport, level));
		const [count] = await lake(`SELECT count(*) AS cells FROM (${sql})`);
		if (Number(count?.cells) <= MAP_CELLS || level === MIN_LEVEL) return sql;
	}
}

function mapSql(window: ReturnType<typeof windowOf>): string {
	const size = 2 ** window.level;
	return `SELECT level, x, y, count(*) AS rides FROM ride_cells
		WHERE level = ${window.level} AND y BETWEEN ${window.y} AND ${window.y + window.rows - 1}
		AND (x - ${window.x} + ${size}) % ${size} < ${window.columns}
		GROUP BY level, x, y`;
}
