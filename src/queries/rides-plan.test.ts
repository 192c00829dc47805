import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeTestLake } from "../../tests/support/test-lake.ts";
import { openTestSession } from "../../tests/support/test-session.ts";
import type { LakeSession } from "../lake/session.ts";
import type { CellWindow } from "../lib/geo/grid.ts";
import type { RideFilter } from "../lib/rides/filter.ts";
import {
	cellCounts,
	cellPairCount,
	cellPairs,
	ridesThrough,
	rideTotals,
} from "./rides.ts";
import type { Query } from "./sql.ts";

let folder: string;
let session: LakeSession;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-rides-"));
	await writeTestLake(folder, [
		{
			name: "rides",
			select: `SELECT 'ride-' || i AS ride_id,
				timestamp '2024-01-01' + interval (i) days AS started_at,
				timestamp '2024-01-01' + interval (i) days AS started_at_local,
				'Ride ' || i AS name, 'cycling' AS kind, 1000.0::DOUBLE * i AS distance_m,
				60.0::DOUBLE * i AS moving_s, 70.0::DOUBLE * i AS duration_s, NULL::DOUBLE AS ascent_m
				FROM range(40) r(i)`,
		},
		{
			name: "ride_cells",
			// Blocks of 16 by 16 cells one after the other: as near as tiles get.
			select: `SELECT level, x::INTEGER AS x, y::INTEGER AS y, 'ride-' || (x * 7 + y) % 40 AS ride_id
				FROM (VALUES (7), (8)) l(level), range(256) a(x), range(256) b(y)
				WHERE x < 1 << level AND y < 1 << level
				ORDER BY level, y // 16, x // 16, y, x`,
			partitionKeys: ["level"],
			rowGroupSize: 2048,
		},
	]);
	session = await openTestSession(folder);
});

afterAll(async () => {
	await session.close();
	await rm(folder, { recursive: true });
});

const filter: RideFilter = {
	days: {
		from: new Date("2024-01-10T00:00:00Z"),
		to: new Date("2024-02-01T00:00:00Z"),
	},
	kinds: ["cycling", null],
	distanceMeters: { from: 5000, to: 90_000 },
	weekdays: [1, 6, 7],
	hours: { from: 22, to: 9 },
	text: "ride",
};
const windows: Record<string, CellWindow> = {
	"one place": { level: 8, x: 40, y: 60, columns: 20, rows: 20 },
	"across the antimeridian": { level: 8, x: -9, y: 100, columns: 18, rows: 12 },
	"one cell": { level: 8, x: 77, y: 31, columns: 1, rows: 1 },
};
const queries: Record<string, (window: CellWindow) => Query> = {
	cellCounts: (window) => cellCounts(window, filter),
	cellPairs,
	cellPairCount,
	ridesThrough: (window) => ridesThrough(window, filter),
	rideTotals: (window) => rideTotals(window, filter),
};

test.each(
	Object.entries(windows).flatMap(([where, window]) =>
		Object.entries(queries).map(
			([name, query]) => [name, where, query(window)] as const,
		),
	),
)("%s reads only what lies in the window: %s", async (_, __, query) => {
	for (const request of [query, { sql: query.display, params: [] }]) {
		const { scans } = await session.price(request);
		const cells = scans.find(({ table }) => table === "ride_cells");
		if (cells === undefined) throw new Error("ride_cells is not read");
		expect(cells.filters.length).toBeGreaterThan(0);
		for (const filter of cells.filters)
			expect(filter).toMatchObject({ prunes: true });
		expect(cells.rowGroups).toBeGreaterThan(0);
		expect(cells.rowGroups / cells.rowGroupsTotal).toBeLessThan(0.2);
	}
});
