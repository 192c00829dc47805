import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CellWindow } from "../lib/grid.ts";
import { recount, ridesSeen } from "../maps/recount.ts";
import {
	ANY_DAY,
	cellCounts,
	cellPairCount,
	cellPairs,
	type DayRange,
	isWithin,
	rideList,
	ridesThrough,
} from "./rides.ts";
import type { Query } from "./sql.ts";

const LEVEL = 7;
const SIZE = 2 ** LEVEL;

interface Ride {
	readonly id: string;
	readonly startedAt: number | null;
	/** Cells as `y * SIZE + x`. */
	readonly cells: ReadonlySet<number>;
}

const random = seeded(5);
const rides: Ride[] = Array.from({ length: 60 }, (_, index) => ({
	id: `ride-${(index * 7919) % 60}`,
	startedAt:
		index % 12 === 0
			? null
			: Date.UTC(2023, 0, 1 + Math.floor(random() * 400), 0) +
				(index % 3 === 0 ? 0 : Math.floor(random() * 86_400_000)),
	cells: new Set(
		Array.from(
			{ length: 200 },
			() =>
				Math.floor(random() * 24) * SIZE +
				((120 + Math.floor(random() * 16)) % SIZE),
		),
	),
}));

const windows: Record<string, CellWindow> = {
	"within the grid": { level: LEVEL, x: 122, y: 3, columns: 5, rows: 9 },
	"across the antimeridian": {
		level: LEVEL,
		x: 124,
		y: 2,
		columns: 8,
		rows: 12,
	},
	"across it from the east": {
		level: LEVEL,
		x: -5,
		y: 0,
		columns: 9,
		rows: 30,
	},
	"the whole world": { level: LEVEL, x: 0, y: 0, columns: SIZE, rows: SIZE },
	"where nobody rode": { level: LEVEL, x: 30, y: 60, columns: 9, rows: 9 },
};

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const ranges: Record<string, DayRange> = {
	"any day": ANY_DAY,
	"from a day": { from: day("2023-05-17"), to: null },
	"to a day": { from: null, to: day("2023-08-02") },
	"between days": { from: day("2023-03-01"), to: day("2023-10-31") },
	"one day": { from: day("2023-06-10"), to: day("2023-06-10") },
	"days that end before they begin": {
		from: day("2023-06-10"),
		to: day("2023-06-01"),
	},
};

const cases = Object.entries(windows).flatMap(([where, window]) =>
	Object.entries(ranges).map(
		([when, days]) => [`${where}, ${when}`, window, days] as const,
	),
);

let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
	instance = await DuckDBInstance.create(":memory:");
	connection = await instance.connect();
	await connection.run(
		"create table rides (ride_id varchar, started_at timestamp, started_at_local timestamp)",
	);
	await connection.run(
		"create table ride_cells (level integer, x integer, y integer, ride_id varchar)",
	);
	for (const { id, startedAt, cells } of rides) {
		const time =
			startedAt === null ? "null::timestamp" : `epoch_ms(${startedAt}::bigint)`;
		// The local time is what counts; UTC only puts rides in order.
		await connection.run(
			`insert into rides values ('${id}', ${time} - interval 9 hours, ${time})`,
		);
		const rows = [...cells].flatMap((cell) => [
			`(${LEVEL}, ${cell % SIZE}, ${Math.floor(cell / SIZE)}, '${id}')`,
			`(${LEVEL - 1}, ${(cell % SIZE) >> 1}, ${Math.floor(cell / SIZE) >> 1}, '${id}')`,
		]);
		await connection.run(
			`insert into ride_cells select distinct * from (values ${rows.join(", ")})`,
		);
	}
});

afterAll(() => {
	connection.closeSync();
	instance.closeSync();
});

async function run(query: Query): Promise<number[][]> {
	const rows = await (
		await connection.run(query.sql, [...query.params])
	).getRows();
	const displayed = await (await connection.run(query.display)).getRows();
	expect(displayed).toEqual(rows);
	return rows.map((row) => row.map(Number));
}

/** Counts by cell the plain way: for each cell of the window, ask every ride. */
function bruteForce(window: CellWindow, days: DayRange): Map<number, number> {
	const counts = new Map<number, number>();
	for (let row = 0; row < window.rows; row++)
		for (let column = 0; column < window.columns; column++) {
			const x = (window.x + column + SIZE) % SIZE;
			const cell = (window.y + row) * SIZE + x;
			const passing = rides.filter(
				(ride) => ride.cells.has(cell) && isCounted(ride, days),
			);
			if (passing.length > 0) counts.set(cell, passing.length);
		}
	return counts;
}

function isCounted({ startedAt }: Ride, { from, to }: DayRange): boolean {
	if (from === null && to === null) return true;
	if (startedAt === null) return false;
	const date = new Date(startedAt).toISOString().slice(0, 10);
	return (
		(from === null || date >= from.toISOString().slice(0, 10)) &&
		(to === null || date <= to.toISOString().slice(0, 10))
	);
}

describe("distinct rides per cell", () => {
	test.each(cases)(
		"%s: SQL counts what a plain loop counts",
		async (_, window, days) => {
			const counted = new Map(
				(await run(cellCounts(window, days))).map(
					([x = 0, y = 0, count = 0]) => [y * SIZE + x, count],
				),
			);
			expect(counted).toEqual(bruteForce(window, days));
		},
	);

	test.each(cases)(
		"%s: the page's recount equals the SQL",
		async (_, window, days) => {
			const list = (await (await connection.run(rideList().sql)).getRows()).map(
				([time]) =>
					time === null
						? null
						: Number((time as { micros: bigint }).micros / 1000n),
			);
			const rows = await run(cellPairs(window));
			expect(await run(cellPairCount(window))).toEqual([[rows.length]]);
			const pairs = {
				cells: Int32Array.from(rows, ([cell = 0]) => cell),
				rides: Int32Array.from(rows, ([, ride = 0]) => ride),
			};
			const counted = Uint8Array.from(list, (time) => +isWithin(time, days));
			const expected = new Uint32Array(window.columns * window.rows);
			for (const [x = 0, y = 0, count = 0] of await run(
				cellCounts(window, days),
			)) {
				const column = (x - window.x + SIZE) % SIZE;
				expected[(y - window.y) * window.columns + column] = count;
			}
			expect(recount(pairs, counted, window)).toEqual(expected);
			const seen = ridesSeen(pairs, counted, window, window);
			expect(await run(ridesThrough(window, days))).toEqual([
				[seen.reduce((sum, one) => sum + one, 0)],
			]);
		},
	);
});

test("undated rides count only while no day is asked for", () => {
	expect(isWithin(null, ANY_DAY)).toBe(true);
	expect(isWithin(null, { from: day("2023-01-01"), to: null })).toBe(false);
});

function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 32;
	};
}
