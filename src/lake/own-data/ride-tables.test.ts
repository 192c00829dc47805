import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	type DuckDBConnection,
	DuckDBInstance,
	type DuckDBValue,
} from "@duckdb/node-api";
import * as parquet from "parquet-wasm/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ride } from "../../../scripts/bench/pipeline/ride-files.ts";
import { createRides } from "../../../workers/rides.ts";
import { tableContract } from "../../lib/catalog/tables.ts";
import {
	MAX_LEVEL,
	MIN_LEVEL,
	mercatorX,
	mercatorY,
} from "../../lib/geo/mercator.ts";
import { ANY_RIDE, matching, type RideFilter } from "../../lib/rides/filter.ts";
import { totalsOf } from "../../lib/rides/list.ts";
import { OWN_FILES } from "../../lib/sql/own-files.ts";
import { OWN_RIDES, OWN_RIDES_ONCE } from "../../queries/own-tables.ts";
import {
	cellCounts,
	type RideTables,
	ridesThrough,
	rideTotals,
} from "../../queries/rides.ts";
import type { Query } from "../../queries/sql.ts";

let folder = "";
let connection: DuckDBConnection;
/** Rides of which one was recorded twice, by a device that took each second point. */
const rides = createRides(
	{ batches: async () => [], keep: async () => {} },
	async () => parquet,
);

beforeAll(async () => {
	const whole = String(ride(1, 400));
	let at = 0;
	const half = whole.replaceAll(/<trkpt[\s\S]*?<\/trkpt>\s*/g, (point) =>
		at++ % 2 === 0 ? point : "",
	);
	await rides.add(
		[whole, half, ...[2, 3, 4].map((n) => ride(n, 200))].map((text, place) => ({
			path: `${place}.gpx`,
			blob: new Blob([text as BlobPart]),
		})),
		() => {},
	);
	folder = await mkdtemp(join(tmpdir(), "lakeside-own-tables-"));
	const tables = await rides.tables();
	await writeFile(join(folder, OWN_FILES.rides), await tables.rides.bytes());
	await writeFile(
		join(folder, OWN_FILES.rideCells),
		await tables.rideCells.bytes(),
	);
	const instance = await DuckDBInstance.create(":memory:");
	connection = await instance.connect();
	await connection.run(`SET file_search_path = '${folder}'`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function rowsOf({
	sql,
	params,
}: Query): Promise<Record<string, DuckDBValue>[]> {
	const answer = await connection.runAndReadAll(sql, [...params]);
	return answer.getRowObjects();
}

test("have the columns of a lake's, and the ride that counts in another's place", async () => {
	for (const [name, file, further] of [
		["rides", OWN_FILES.rides, ["same_trip_as VARCHAR"]],
		["ride_cells", OWN_FILES.rideCells, []],
	] as const) {
		const described = await connection.runAndReadAll(`DESCRIBE FROM '${file}'`);
		expect(
			described
				.getRowObjects()
				.map((row) => `${row.column_name} ${row.column_type}`),
		).toEqual([
			...tableContract(name).columns.map(({ name, type }) => `${name} ${type}`),
			...further,
		]);
	}
});

test.each<["all" | "once", RideTables, number]>([
	["all", OWN_RIDES, 5],
	["once", OWN_RIDES_ONCE, 4],
])(
	"give the page's numbers by the lake's SQL, trips counted %s",
	async (trips, tables, count) => {
		const { list } = await rides.count(trips);
		expect(list.id.length).toBe(count);
		const filters: RideFilter[] = [
			ANY_RIDE,
			{ ...ANY_RIDE, text: "ride 2" },
			{ ...ANY_RIDE, hours: { from: 22, to: 12 } },
		];
		for (let level = MIN_LEVEL; level <= MAX_LEVEL; level += 7)
			for (const filter of filters) {
				const window = {
					level,
					x: Math.floor(mercatorX(8.52) * 2 ** level) - 20,
					y: Math.floor(mercatorY(47.42) * 2 ** level) - 20,
					columns: 40,
					rows: 40,
				};
				const mask = matching(list, filter);
				const held = await rides.cells(window, { filter, shown: window });
				if (held.kind !== "pairs") throw new Error("too many pairs");
				const counts = new Map<number, number>();
				for (const [at, cell] of held.pairs.cells.entries())
					if (mask[held.pairs.rides[at] as number] === 1)
						counts.set(cell, (counts.get(cell) ?? 0) + 1);
				const asked = await rowsOf(cellCounts(window, filter, tables));
				expect(
					new Map(
						asked.map(({ x, y, rides }) => [
							(Number(y) - window.y) * window.columns + Number(x) - window.x,
							Number(rides),
						]),
					),
				).toEqual(counts);
				const through = await rides.through(window);
				const passing = through.filter((ride) => mask[ride] === 1);
				const listed = await rowsOf(ridesThrough(window, filter, tables));
				expect(listed.map(({ ride_id }) => ride_id).sort()).toEqual(
					passing.map((ride) => list.id[ride]).sort(),
				);
				const inView = new Uint8Array(list.id.length);
				for (const ride of passing) inView[ride] = 1;
				const totals = await rowsOf(rideTotals(window, filter, tables));
				expect(totals).toEqual(
					[mask, inView].map((which, row) => {
						const of = totalsOf(list, which);
						return {
							part: ["all", "in view"][row],
							rides: of.rides,
							distance_m: expect.closeTo(of.distanceMeters, 3),
							moving_s: expect.closeTo(of.movingSeconds, 3),
						};
					}),
				);
			}
	},
);
