import { expect, test, vi } from "vitest";
import {
	compareGenerated,
	LAKE_SEED,
	type Mismatch,
	openBench,
} from "./run.ts";

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
	return { ...real, mayMatch };
});

test.each([
	"filter-only columns are forgotten",
	"only the first scan of a table counts",
	"OR is taken for AND",
])("the comparison notices a planner in which %s", async (how) => {
	const bench = await openBench(LAKE_SEED, 1e8);
	try {
		broken.how = how;
		const mismatches: Mismatch[] = [];
		for (let seed = 0; seed < 300 && mismatches.length === 0; seed += 15)
			mismatches.push(...(await compareGenerated(bench, seed, 15)).mismatches);
		expect(mismatches).not.toEqual([]);
	} finally {
		broken.how = "not at all";
		await bench.close();
	}
});
