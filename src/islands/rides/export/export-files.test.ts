import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { type CellWindow, cellAt } from "../../../lib/geo/grid.ts";
import { ANY_RIDE } from "../../../lib/rides/filter.ts";
import type { RideList } from "../../../lib/rides/list.ts";
import { cellsCsv, exportName, ridesCsv } from "./export-files.ts";

test("cells of the view are named by the grid, and their middles lie in them", () => {
	const size = 2 ** 9;
	const window: CellWindow = {
		...{ level: 9, x: size - 5, y: 100 },
		...{ columns: 12, rows: 6 },
	};
	const counts = Uint32Array.from({ length: 72 }, (_, cell) => cell % 5);
	// Beyond the antimeridian, a whole turn away.
	const shown: CellWindow = {
		...{ level: 9, x: -2, y: 101 },
		...{ columns: 6, rows: 3 },
	};
	const rows: Record<string, string>[] = parse(
		cellsCsv({ window, counts, shown }),
		{ columns: true },
	);
	expect(rows).toHaveLength(
		[...counts].filter((count, cell) => {
			const column = cell % 12;
			const row = Math.floor(cell / 12);
			return count > 0 && row >= 1 && row < 4 && column >= 3 && column < 9;
		}).length,
	);
	for (const row of rows) {
		const cell = cellAt(window, Number(row.longitude), Number(row.latitude));
		expect(counts[cell ?? -1]).toBe(Number(row.rides));
		expect(Number(row.x)).toBe(
			(window.x + ((cell ?? 0) % window.columns)) % size,
		);
		expect(Number(row.y)).toBe(
			window.y + Math.floor((cell ?? 0) / window.columns),
		);
		expect(row.level).toBe("9");
	}
});

test("rides come the latest first, with what they tell and no more", () => {
	const list: RideList = {
		id: ["a", "b", "c", "d"],
		name: ['Says "hi", twice', null, "\n", "left out"],
		kind: ["gravel", "", null, null],
		startedAtLocal: [
			Date.UTC(2024, 4, 1, 7, 30),
			Date.UTC(2024, 5, 2),
			null,
			0,
		],
		distanceMeters: [1234.5, 0, null, 1],
		movingSeconds: [null, 60, null, 1],
		durationSeconds: [100, 60, null, 1],
		ascentMeters: [null, null, 3, 1],
	};
	const text = ridesCsv(list, Uint8Array.of(1, 1, 1, 0));
	expect(parse(text)).toEqual([
		[
			...["ride_id", "name", "kind", "started_at_local"],
			...["distance_m", "moving_s", "duration_s", "ascent_m"],
		],
		["b", "", "", "2024-06-02T00:00:00", "0", "60", "60", ""],
		[
			"a",
			'Says "hi", twice',
			"gravel",
			"2024-05-01T07:30:00",
			"1234.5",
			"",
			"100",
			"",
		],
		["c", "\n", "", "", "", "", "", "3"],
	]);
	// An empty kind is not one that is unknown.
	expect(text).toContain('b,,"",2024');
});

test("a file's name says what it holds", () => {
	const view = { latitude: -47.66071, longitude: 179.1804, zoom: 12.34 };
	expect(exportName("map", ANY_RIDE, view)).toBe(
		"lakeside-rides-map-47.661S-179.180E-z12.3",
	);
	const days = {
		from: new Date("2024-05-01T00:00:00Z"),
		to: new Date("2024-05-31T00:00:00Z"),
	};
	expect(exportName("cells", { ...ANY_RIDE, days }, view)).toBe(
		"lakeside-rides-cells-from-2024-05-01-to-2024-05-31-47.661S-179.180E-z12.3",
	);
});
