import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeTestLake } from "../../tests/support/test-lake.ts";
import { openTestSession } from "../../tests/support/test-session.ts";
import { tracksOfAnswer } from "../islands/rides/track-rows.ts";
import type { LakeSession } from "../lake/session.ts";
import { sampleCount, trackPoints } from "./ride-tracks.ts";

const POINTS = `SELECT format('{:016x}', i * 37) AS ride_id, (s // 60)::INTEGER AS segment, s::INTEGER AS seq,
	CASE WHEN i % 5 > 0 THEN timestamp '2024-01-01' + interval (s) seconds END AS ts,
	8.0 + s / 1e4 AS lon, 47.0 + i / 1e3 AS lat, NULL::DOUBLE AS ele
	FROM range(500) r(i), range(100) t(s)`;

let folder: string;
let session: LakeSession;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-tracks-"));
	await writeTestLake(folder, [
		{
			name: "ride_points",
			select: `${POINTS} ORDER BY ride_id, seq`,
			sortKeys: ["ride_id", "seq"],
			rowGroupSize: 2048,
		},
		{
			name: "rides",
			select:
				"SELECT format('{:016x}', i * 37) AS ride_id, 100 + i::INTEGER AS point_count FROM range(500) r(i)",
		},
	]);
	session = await openTestSession(folder);
});

afterAll(async () => {
	await session.close();
	await rm(folder, { recursive: true });
});

const idOf = (ride: number) => (ride * 37).toString(16).padStart(16, "0");

test.each([
	["one ride", [400], 2],
	["two far apart", [3, 480], 4],
	// Eight of 500 rides, each within two of 25 row groups at most.
	["some in no order", [77, 12, 301, 13, 402, 14, 15, 16], 10],
])("reads only where the rides are: %s", async (_, rides, atMost) => {
	const query = trackPoints(rides.map(idOf));
	for (const request of [query, { sql: query.display, params: [] }]) {
		const { scans } = await session.price(request);
		expect(scans).toHaveLength(1);
		for (const { filters, rowGroups, rowGroupsTotal } of scans) {
			expect(filters.length).toBeGreaterThan(0);
			for (const filter of filters)
				expect(filter).toMatchObject({ prunes: true });
			expect(rowGroupsTotal).toBe(25);
			expect(rowGroups).toBeGreaterThan(0);
			expect(rowGroups).toBeLessThanOrEqual(atMost);
		}
	}
});

test("gives what native DuckDB has, in order, times as numbers", async () => {
	const ids = [77, 400, 3].map(idOf);
	const query = trackPoints([...ids, "no such ride"]);
	const { ipc } = await session.query(query);
	const table = tableFromIPC(ipc);
	const rows = table.toArray().map((row) => row.toJSON());
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	const native = await connection.runAndReadAll(
		`SELECT ride_id, segment, seq, coalesce(epoch(ts) * 1000, 'nan'::DOUBLE) AS time_ms, lon, lat
		FROM (${POINTS}) WHERE ride_id IN (${ids.map((id) => `'${id}'`).join(", ")})
		ORDER BY ride_id, seq`,
	);
	expect(rows).toEqual(native.getRowObjectsJS());
	expect(rows.filter((row) => Number.isNaN(row.time_ms)).length).toBe(100);
	instance.closeSync();

	const tracks = tracksOfAnswer(table);
	expect(tracks.map(({ rideId }) => rideId)).toEqual(ids.toSorted());
	for (const { stretches } of tracks)
		expect(stretches.map((line) => line.length / 2)).toEqual([60, 40]);
});

test("counts samples without reading them", async () => {
	const query = sampleCount([3, 77].map(idOf));
	const { scans } = await session.price(query);
	expect(scans.map(({ table }) => table)).toEqual(["rides"]);
	const { ipc } = await session.query(query);
	expect(tableFromIPC(ipc).toArray()[0]?.toJSON()).toEqual({ samples: 280 });
	const none = await session.query(sampleCount(["no such ride"]));
	expect(tableFromIPC(none.ipc).toArray()[0]?.toJSON()).toEqual({ samples: 0 });
});
