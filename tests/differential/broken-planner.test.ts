import { expect, test, vi } from "vitest";
import { generateQuery } from "./generate.ts";
import { Random } from "./random.ts";
import {
	compareGenerated,
	LAKE_SEED,
	type Mismatch,
	openBench,
} from "./run.ts";
import { generateShape } from "./shapes.ts";

/** How the planner is broken at the moment. */
const broken = vi.hoisted(() => ({ how: "not at all" }));

vi.mock("../../src/lake/plan/filters.ts", async (original) => {
	const real =
		await original<typeof import("../../src/lake/plan/filters.ts")>();
	const readFilters: typeof real.readFilters = (filters, table) => {
		const read = real.readFilters(filters, table);
		return broken.how === "filter-only columns are forgotten"
			? { ...read, columns: new Set<string>() }
			: read;
	};
	return { ...real, readFilters };
});

vi.mock("../../src/lake/plan/needs.ts", async (original) => {
	const real = await original<typeof import("../../src/lake/plan/needs.ts")>();
	const needOfScans: typeof real.needOfScans = (table, scans, ...rest) =>
		real.needOfScans(
			table,
			broken.how === "only the first scan of a table counts"
				? scans.slice(0, 1)
				: scans,
			...rest,
		);
	return { ...real, needOfScans };
});

vi.mock("../../src/lake/plan/prune.ts", async (original) => {
	const real = await original<typeof import("../../src/lake/plan/prune.ts")>();
	const mayMatch: typeof real.mayMatch = (predicate, boundsOf) =>
		broken.how === "OR is taken for AND" && "parts" in predicate
			? predicate.parts.every((part) => mayMatch(part, boundsOf))
			: real.mayMatch(predicate, boundsOf);
	return {
		...real,
		mayMatch,
		mustMatch: (...args) =>
			broken.how === "LIMIT counts rows that filters may drop" ||
			real.mustMatch(...args),
	} satisfies typeof real;
});

vi.mock("../../src/lake/plan/narrow.ts", async (original) => {
	const real = await original<typeof import("../../src/lake/plan/narrow.ts")>();
	const holding: typeof real.holding = (units, wanted) =>
		broken.how ===
		(wanted.order === null
			? "LIMIT counts each row twice"
			: "ORDER BY with LIMIT sets its threshold too early")
			? real.holding(units, { ...wanted, rows: wanted.rows / 2 })
			: real.holding(units, wanted);
	return { ...real, holding };
});

vi.mock("../../src/lake/plan/join-keys.ts", async (original) => {
	const real =
		await original<typeof import("../../src/lake/plan/join-keys.ts")>();
	const amongKeys: typeof real.amongKeys = (edge, keys) =>
		real.amongKeys(
			edge,
			broken.how === "a join's keys lack one" ? keys.slice(1) : keys,
		);
	return { ...real, amongKeys };
});

vi.mock("../../src/lake/plan/stand-in.ts", async (original) => {
	const real =
		await original<typeof import("../../src/lake/plan/stand-in.ts")>();
	const standInOf: typeof real.standInOf = (
		table,
		aggregates,
		filtered,
		known,
	) =>
		real.standInOf(
			table,
			aggregates,
			filtered,
			broken.how === "statistics forget nulls"
				? known.map(({ rows, statistics }) => ({
						rows,
						statistics: (column) => ({ ...statistics(column), nulls: 0 }),
					}))
				: known,
		);
	return { ...real, standInOf };
});

vi.mock("../../src/lake/plan/row-order.ts", async (original) => {
	const real =
		await original<typeof import("../../src/lake/plan/row-order.ts")>();
	const followsRowOrder: typeof real.followsRowOrder = (wording) =>
		broken.how !== "the order of rows is that of loading" &&
		real.followsRowOrder(wording);
	return { ...real, followsRowOrder };
});

/**
 * Each with the constructs in which it shows, null for those of the grammar, and the
 * seed at which the search begins: not far before the first that shows it.
 */
test.each([
	["filter-only columns are forgotten", null, 0],
	["only the first scan of a table counts", null, 0],
	["OR is taken for AND", null, 0],
	["LIMIT counts rows that filters may drop", ["some", "someWithin"], 0],
	["LIMIT counts each row twice", ["some", "someWithin"], 0],
	[
		"ORDER BY with LIMIT sets its threshold too early",
		["first", "firstWithTies"],
		60,
	],
	["a join's keys lack one", ["plainJoins"], 0],
	["statistics forget nulls", ["extremes"], 75],
	["the order of rows is that of loading", ["inFileOrder"], 345],
] as const)(
	"the comparison notices a planner in which %s",
	async (how, shapes, from) => {
		const bench = await openBench(LAKE_SEED, 1e8);
		try {
			broken.how = how;
			const mismatches: Mismatch[] = [];
			const end = from + 450;
			for (let seed = from; seed < end && mismatches.length === 0; seed += 15) {
				const outcome = await compareGenerated(
					bench,
					seed,
					15,
					(one, tables) =>
						shapes === null
							? generateQuery(new Random(one), tables)
							: generateShape(new Random(one), tables, shapes),
				);
				mismatches.push(...outcome.mismatches);
			}
			expect(mismatches).not.toEqual([]);
		} finally {
			broken.how = "not at all";
			await bench.close();
		}
	},
);
