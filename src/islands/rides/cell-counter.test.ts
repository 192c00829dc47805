import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeTestLake } from "../../../tests/support/test-lake.ts";
import { openTestSession } from "../../../tests/support/test-session.ts";
import type { LakeSession } from "../../lake/session.ts";
import type { CellWindow } from "../../lib/geo/grid.ts";
import { ANY_RIDE, type RideFilter } from "../../lib/rides/filter.ts";
import { rideList } from "../../queries/rides.ts";
import { CellCounter } from "./cell-counter.ts";
import { LakeRides, type World } from "./lake-rides.ts";

let folder: string;
let session: LakeSession;
let asked: string[] = [];

const world: World = {
	openEngine: async () => {},
	queryLake: async (query) => {
		asked.push(query.display);
		const answer = await session.query(query);
		return {
			table: tableFromIPC(answer.ipc),
			answer: { ...answer, version: "" },
			query,
		};
	},
};

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-cells-"));
	await writeTestLake(folder, [
		{
			name: "rides",
			select: `SELECT 'ride-' || i AS ride_id, day AS started_at, day AS started_at_local,
				CASE WHEN i % 5 > 0 THEN 'Round ' || i END AS name, CASE WHEN i % 3 > 0 THEN 'kind ' || i % 3 END AS kind,
				1000.5::DOUBLE * i AS distance_m, 60.0::DOUBLE * i AS moving_s, 70.0::DOUBLE * i AS duration_s, NULL::DOUBLE AS ascent_m
				FROM (SELECT i, CASE WHEN i % 7 > 0 THEN timestamp '2024-01-01 08:00' + interval (i) days END AS day
				FROM range(40) r(i))`,
		},
		{
			name: "ride_cells",
			select: `SELECT DISTINCT 8 AS level, (x % 256)::INTEGER AS x, y::INTEGER AS y, 'ride-' || (x * y + k) % 40 AS ride_id
				FROM range(246, 266) a(x), range(100, 130) b(y), range(5) c(k)`,
			partitionKeys: ["level"],
		},
	]);
	session = await openTestSession(folder);
});

afterAll(async () => {
	await session.close();
	await rm(folder, { recursive: true });
});

const shown: CellWindow = { level: 8, x: 250, y: 104, columns: 12, rows: 20 };
const spring: RideFilter = {
	...ANY_RIDE,
	days: {
		from: new Date("2024-01-08T00:00:00Z"),
		to: new Date("2024-01-29T00:00:00Z"),
	},
};
const short: RideFilter = {
	...ANY_RIDE,
	kinds: ["kind 1", null],
	distanceMeters: { from: null, to: 21_010.5 },
};
const options = {
	signal: new AbortController().signal,
	onProgress: () => {},
};

/** Counts in the page where so many pairs fit, else in the engine. */
function counter(maxPairs?: number): CellCounter {
	return new CellCounter(new LakeRides({ world, maxPairs }));
}

test("the page's count and the engine's are the same", async () => {
	for (const filter of [ANY_RIDE, spring, short]) {
		const resident = counter();
		await resident.load(shown, filter, options);
		const inPage = resident.counted(shown, filter);
		const large = counter(0);
		await large.load(shown, filter, options);
		const inEngine = large.counted(shown, filter);
		expect(inPage?.counts.some((count) => count > 1)).toBe(true);
		expect(inEngine?.counts).toEqual(inPage?.counts);
		expect(inEngine?.window).toEqual(inPage?.window);
		expect(inEngine?.seen(shown)).toEqual(inPage?.seen(shown));
		expect(inPage?.seen(shown)?.includes(1)).toBe(true);
		const part = { ...shown, columns: 1, rows: 2 };
		expect(inEngine?.seen(part)).toBeNull();
		if (inEngine === null) throw new Error("nothing is counted");
		await large.readSeen(inEngine, part, options);
		const again = large.counted(part, filter);
		expect(again?.counts).toBe(inEngine.counts);
		expect(again?.seen(part)).toEqual(inPage?.seen(part));
		expect(inPage?.seen(part)).not.toEqual(inPage?.seen(shown));
	}
});

test("the rides through a cell are the same, whether page or engine tells", async () => {
	const rides = new LakeRides({ world });
	const cells = new CellCounter(rides);
	await cells.load(shown, ANY_RIDE, options);
	for (const [x, y] of [
		[250, 104],
		[255, 111],
		[256, 123],
		[-1, 120],
	] as const) {
		const cell = { level: 8, x, y, columns: 1, rows: 1 };
		const through = cells.through(cell);
		expect(through?.length).toBeGreaterThan(1);
		const asked = await rides.through(cell, options);
		expect([...asked].sort((one, other) => one - other)).toEqual(through);
	}
	expect(
		cells.through({ level: 9, x: 500, y: 208, columns: 1, rows: 1 }),
	).toBeNull();
});

test("another filter and small moves ask the lake nothing", async () => {
	const cells = counter();
	expect(cells.counted(shown, ANY_RIDE)).toBeNull();
	await cells.load(shown, ANY_RIDE, options);
	asked = [];
	const all = cells.counted(shown, ANY_RIDE);
	expect(cells.counted({ ...shown, x: 251 }, ANY_RIDE)).toBe(all);
	expect(cells.counted(shown, spring)?.counts).not.toEqual(all?.counts);
	expect(cells.counted({ ...shown, level: 9 }, ANY_RIDE)).toBeNull();
	expect(cells.counted({ ...shown, y: 10 }, ANY_RIDE)).toBeNull();
	expect(asked).toEqual([]);
});

test("what the engine counts is asked again for another filter", async () => {
	const cells = counter(0);
	await cells.load(shown, ANY_RIDE, options);
	expect(cells.counted(shown, ANY_RIDE)).not.toBeNull();
	expect(cells.counted(shown, spring)).toBeNull();
});

test("a failed list of rides is asked for again", async () => {
	let fails = true;
	const cells = new CellCounter(
		new LakeRides({
			world: {
				...world,
				queryLake: (query, rest) => {
					if (fails && query.display === rideList().display)
						return Promise.reject(new Error("no network"));
					return world.queryLake(query, rest);
				},
			},
		}),
	);
	await expect(cells.load(shown, ANY_RIDE, options)).rejects.toThrow(
		"no network",
	);
	fails = false;
	await cells.load(shown, ANY_RIDE, options);
	expect(cells.counted(shown, ANY_RIDE)).not.toBeNull();
});
