import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileSource } from "../../../scripts/lake/file-source.ts";
import { openNodeDatabase } from "../../../scripts/lake/node-database.ts";
import { nodeDecoder } from "../../../scripts/lake/node-decoder.ts";
import { writeTestLake } from "../../../tests/support/test-lake.ts";
import { memoryCache } from "../../lake/byte-cache.ts";
import { LakeSession } from "../../lake/session.ts";
import type { CellWindow } from "../../lib/grid.ts";
import { ANY_DAY, type DayRange } from "../../queries/rides.ts";
import { CellSource, type World } from "./cell-source.ts";

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
			select: `SELECT 'ride-' || i AS ride_id, day AS started_at, day AS started_at_local
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
	session = await LakeSession.open({
		source: fileSource(folder),
		openDatabase: openNodeDatabase,
		decoder: nodeDecoder(),
		cache: memoryCache(1e8),
		budgetBytes: 1e8,
	});
});

afterAll(async () => {
	await session.close();
	await rm(folder, { recursive: true });
});

const shown: CellWindow = { level: 8, x: 250, y: 104, columns: 12, rows: 20 };
const spring: DayRange = {
	from: new Date("2024-01-08T00:00:00Z"),
	to: new Date("2024-01-29T00:00:00Z"),
};
const options = {
	signal: new AbortController().signal,
	onProgress: () => {},
};

test("the page's count and the engine's are the same", async () => {
	for (const days of [ANY_DAY, spring]) {
		const resident = new CellSource(world);
		await resident.load(shown, days, options);
		const inPage = resident.counted(shown, days);
		const large = new CellSource(world, 0);
		await large.load(shown, days, options);
		const inEngine = large.counted(shown, days);
		expect(inPage?.behind).not.toBeNull();
		expect(inEngine?.behind).toBeNull();
		expect(inPage?.counts.some((count) => count > 1)).toBe(true);
		expect(inEngine?.counts).toEqual(inPage?.counts);
		expect(inEngine?.window).toEqual(inPage?.window);
		expect(inEngine?.seen?.rides).toBeGreaterThan(0);
	}
});

test("new days and small moves ask the lake nothing", async () => {
	const source = new CellSource(world);
	expect(source.counted(shown, ANY_DAY)).toBeNull();
	await source.load(shown, ANY_DAY, options);
	asked = [];
	const all = source.counted(shown, ANY_DAY);
	expect(source.counted({ ...shown, x: 251 }, ANY_DAY)).toBe(all);
	expect(source.counted(shown, spring)?.counts).not.toEqual(all?.counts);
	expect(source.counted({ ...shown, level: 9 }, ANY_DAY)).toBeNull();
	expect(source.counted({ ...shown, y: 10 }, ANY_DAY)).toBeNull();
	expect(asked).toEqual([]);
});

test("what the engine counts is asked again for other days", async () => {
	const source = new CellSource(world, 0);
	await source.load(shown, ANY_DAY, options);
	expect(source.counted(shown, ANY_DAY)).not.toBeNull();
	expect(source.counted(shown, spring)).toBeNull();
});

test("a failed list of rides is asked for again", async () => {
	let fails = true;
	const source = new CellSource({
		...world,
		queryLake: (query, rest) => {
			if (fails && query.sql.includes("select started_at_local"))
				return Promise.reject(new Error("no network"));
			return world.queryLake(query, rest);
		},
	});
	await expect(source.load(shown, ANY_DAY, options)).rejects.toThrow(
		"no network",
	);
	fails = false;
	await source.load(shown, ANY_DAY, options);
	expect(source.counted(shown, ANY_DAY)).not.toBeNull();
});
