import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CellWindow } from "../lib/geo/grid.ts";
import {
	ANY_DAY,
	ANY_RIDE,
	type DayRange,
	filterText,
	folded,
	matching,
	type RideFilter,
} from "../lib/rides/filter.ts";
import { newestFirst, numbersIn, type RideList } from "../lib/rides/list.ts";
import { recount, ridesSeen } from "../maps/cells/recount.ts";
import {
	cellCounts,
	cellPairCount,
	cellPairs,
	rideList,
	ridesThrough,
} from "./rides.ts";
import type { Query } from "./sql.ts";

const LEVEL = 7;
const SIZE = 2 ** LEVEL;

interface Ride {
	readonly id: string;
	readonly name: string | null;
	readonly kind: string | null;
	readonly startedAt: number | null;
	readonly distance: number;
	/** Cells as `y * SIZE + x`. */
	readonly cells: ReadonlySet<number>;
}

const NAMES = [
	null,
	"",
	"Morning Ride",
	"ÖTZTALER Radmarathon",
	"İstanbul turu",
	"Große Straße",
	"GROẞE STRASSE",
	"ΟΔΟΣ ΣΑΜΟΣ",
	"100% 'flat' \\ \"round\" _",
	"e\u0301t\u00e9 🚴🏽 𐐀",
	"Ꟍ new capital",
	"  spaced  ",
];
const KINDS = [null, "cycling", "Cycling", "e-bike, 'slow'", ""];

const random = seeded(5);
const rides: Ride[] = Array.from({ length: 60 }, (_, index) => ({
	id: `ride-${(index * 7919) % 60}`,
	name: NAMES[index % NAMES.length] ?? null,
	kind: KINDS[index % KINDS.length] ?? null,
	startedAt:
		index % 12 === 0
			? null
			: Date.UTC(
					index % 11 === 0 ? 1969 : 2023,
					0,
					1 + Math.floor(random() * 400),
					0,
				) + (index % 3 === 0 ? 0 : Math.floor(random() * 86_400_000)),
	distance: index % 4 === 0 ? index * 1000 : random() * 90_000,
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

const filters: Record<string, RideFilter> = {
	...Object.fromEntries(
		Object.entries(ranges).map(([name, days]) => [name, { ...ANY_RIDE, days }]),
	),
	"two kinds and none": {
		...ANY_RIDE,
		kinds: ["Cycling", null, "e-bike, 'slow'"],
	},
	"a distance": { ...ANY_RIDE, distanceMeters: { from: 8000, to: 44_000 } },
	"a weekend's morning": {
		...ANY_RIDE,
		weekdays: [6, 7],
		hours: { from: 5, to: 12 },
	},
	"a name": { ...ANY_RIDE, text: "RIDE" },
	"everything at once": {
		days: { from: day("2023-01-10"), to: null },
		kinds: [null, "cycling", ""],
		distanceMeters: { from: 100.25, to: null },
		weekdays: [1, 2, 3, 4, 5, 6],
		hours: { from: 16, to: 10 },
		text: "s",
	},
};

const cases = Object.entries(windows).flatMap(([where, window]) =>
	Object.entries(filters).map(
		([which, filter]) => [`${where}, ${which}`, window, filter] as const,
	),
);

let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
	instance = await DuckDBInstance.create(":memory:");
	connection = await instance.connect();
	await connection.run(
		`create table rides (ride_id varchar, name varchar, kind varchar, started_at timestamp, started_at_local timestamp,
			distance_m double, moving_s double, duration_s double, ascent_m double)`,
	);
	await connection.run(
		"create table ride_cells (level integer, x integer, y integer, ride_id varchar)",
	);
	for (const { id, name, kind, startedAt, distance, cells } of rides) {
		const time =
			startedAt === null ? "null::timestamp" : `epoch_ms(${startedAt}::bigint)`;
		// The local time is what counts; UTC only puts rides in order.
		await connection.run(
			`insert into rides values ('${id}', $1, $2, ${time} - interval 9 hours, ${time}, $3, null, null, null)`,
			[name, kind, distance],
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

/** Rows of a query, which are the same with parameters and with literals. */
async function rows(query: Query): Promise<unknown[][]> {
	const answer = await connection.runAndReadAll(query.sql, [...query.params]);
	const displayed = await connection.runAndReadAll(query.display);
	expect(displayed.getRowsJS()).toEqual(answer.getRowsJS());
	return answer.getRowsJS();
}

async function run(query: Query): Promise<number[][]> {
	return (await rows(query)).map((row) => row.map(Number));
}

/** The list as a page has it. */
async function list(): Promise<RideList> {
	const table = await rows(rideList());
	const column = <T>(index: number) => table.map((row) => row[index] as T);
	return {
		id: column<string>(0),
		name: column<string | null>(1),
		kind: column<string | null>(2),
		startedAtLocal: column<Date | null>(3).map(
			(time) => time?.getTime() ?? null,
		),
		distanceMeters: column<number>(4),
		movingSeconds: column<number | null>(5),
		durationSeconds: column<number | null>(6),
		ascentMeters: column<number | null>(7),
	};
}

/** Counts by cell the plain way: for each cell of the window, ask every ride. */
function bruteForce(
	window: CellWindow,
	filter: RideFilter,
): Map<number, number> {
	const counts = new Map<number, number>();
	for (let row = 0; row < window.rows; row++)
		for (let column = 0; column < window.columns; column++) {
			const x = (window.x + column + SIZE) % SIZE;
			const cell = (window.y + row) * SIZE + x;
			const passing = rides.filter(
				(ride) => ride.cells.has(cell) && isCounted(ride, filter),
			);
			if (passing.length > 0) counts.set(cell, passing.length);
		}
	return counts;
}

function isCounted(ride: Ride, filter: RideFilter): boolean {
	const { from, to } = filter.distanceMeters;
	return (
		isInTime(ride, filter) &&
		(filter.kinds.length === 0 || filter.kinds.includes(ride.kind)) &&
		(from === null || ride.distance >= from) &&
		(to === null || ride.distance <= to) &&
		(filter.text === "" ||
			(ride.name ?? "").toLowerCase().includes(filter.text.toLowerCase()))
	);
}

function isInTime(
	{ startedAt }: Ride,
	{ days: { from, to }, weekdays, hours }: RideFilter,
): boolean {
	if (from === null && to === null && weekdays.length === 0 && hours === null)
		return true;
	if (startedAt === null) return false;
	const start = new Date(startedAt);
	const date = start.toISOString().slice(0, 10);
	const counted = new Set<number>();
	for (let hour = hours?.from ?? 0; hour !== (hours?.to ?? 24); hour++) {
		counted.add(hour);
		if (hours !== null && hour === 23) hour = -1;
	}
	return (
		(from === null || date >= from.toISOString().slice(0, 10)) &&
		(to === null || date <= to.toISOString().slice(0, 10)) &&
		(weekdays.length === 0 || weekdays.includes(start.getUTCDay() || 7)) &&
		counted.has(start.getUTCHours())
	);
}

describe("distinct rides per cell", () => {
	test.each(cases)(
		"%s: SQL counts what a plain loop counts",
		async (_, window, filter) => {
			const counted = new Map(
				(await run(cellCounts(window, filter))).map(
					([x = 0, y = 0, count = 0]) => [y * SIZE + x, count],
				),
			);
			expect(counted).toEqual(bruteForce(window, filter));
		},
	);

	test.each(cases)(
		"%s: the page's recount and list equal the SQL",
		async (_, window, filter) => {
			const all = await list();
			const found = await run(cellPairs(window));
			expect(await run(cellPairCount(window))).toEqual([[found.length]]);
			const pairs = {
				cells: Int32Array.from(found, ([cell = 0]) => cell),
				rides: Int32Array.from(found, ([, ride = 0]) => ride),
			};
			const counted = matching(all, filter);
			const expected = new Uint32Array(window.columns * window.rows);
			for (const [x = 0, y = 0, count = 0] of await run(
				cellCounts(window, filter),
			)) {
				const column = (x - window.x + SIZE) % SIZE;
				expected[(y - window.y) * window.columns + column] = count;
			}
			expect(recount(pairs, counted, window)).toEqual(expected);
			const seen = ridesSeen(pairs, counted, window, window);
			const through = (await rows(ridesThrough(window, filter))).map(
				([id]) => id,
			);
			expect(through).toEqual(
				newestFirst(all, numbersIn(seen)).map((ride) => all.id[ride]),
			);
		},
	);
});

describe("which rides count", () => {
	/** A condition that random filters may have, or null. */
	const oneOf = <T>(values: readonly T[]): T =>
		values[Math.floor(random() * values.length)] as T;
	const some = <T>(values: readonly T[]): T[] =>
		values.filter(() => random() < 0.4);
	const texts = [
		...NAMES.filter((name) => name !== null),
		...["I", "i", "ss", "ß", "ẞ", "Σ", "ς", "σ", "\ud83d", "\udeb4", "🚴"],
		...["\u0301", "É", "%", "_", "'", "\\", "\0r", "ꟍ", "ɤ", "𐐨", " ", "zz"],
	];
	const randomFilter = (): RideFilter => ({
		days: random() < 0.5 ? ANY_DAY : (oneOf(Object.values(ranges)) as DayRange),
		kinds: random() < 0.6 ? [] : some(KINDS),
		distanceMeters: {
			from: oneOf([null, null, 0, 8000, random() * 90_000]),
			to: oneOf([null, null, 44_000, random() * 90_000]),
		},
		weekdays: random() < 0.6 ? [] : some([1, 2, 3, 4, 5, 6, 7]),
		hours:
			random() < 0.6
				? null
				: {
						from: Math.floor(random() * 24),
						to: Math.floor(random() * 24),
					},
		text: random() < 0.4 ? "" : filterText(oneOf(texts)),
	});

	test("the page and the engine agree, whatever is asked for", async () => {
		const world: CellWindow = {
			level: LEVEL,
			x: 0,
			y: 0,
			columns: SIZE,
			rows: SIZE,
		};
		const all = await list();
		let partial = 0;
		for (let round = 0; round < 400; round++) {
			const filter = randomFilter();
			const numbers = numbersIn(matching(all, filter));
			if (numbers.length > 0 && numbers.length < rides.length) partial++;
			const through = (await rows(ridesThrough(world, filter))).map(
				([id]) => id,
			);
			expect(through, JSON.stringify(filter)).toEqual(
				newestFirst(all, numbers).map((ride) => all.id[ride]),
			);
		}
		expect(partial).toBeGreaterThan(100);
	});

	test("every letter is folded as the engine folds it", async () => {
		const answer = await connection.runAndReadAll(
			"select i, lower(chr(i::integer)) from range(1, 1114112) points(i) where i not between 55296 and 57343",
		);
		const different = answer.getRows().filter(
			([point, lower]) =>
				// A byte order mark does not come through the client.
				Number(point) !== 0xfeff &&
				folded(String.fromCodePoint(Number(point))) !== lower,
		);
		expect(different).toEqual([]);
	});

	test("a part can be left out", async () => {
		const all = await list();
		const filter = filters["everything at once"] as RideFilter;
		for (const part of Object.keys(ANY_RIDE) as (keyof RideFilter)[])
			expect(matching(all, filter, part)).toEqual(
				matching(all, { ...filter, [part]: ANY_RIDE[part] }),
			);
	});
});

function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 32;
	};
}
