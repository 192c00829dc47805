import { expect, test } from "vitest";
import { compareGenerated, LAKE_SEED, openBench } from "./run.ts";

/**
 * `DIFFERENTIAL_QUERIES` and `DIFFERENTIAL_SEED` make it longer or different; a
 * failing query is printed with the seed that makes it again, alone.
 */
const QUERIES = Number(process.env.DIFFERENTIAL_QUERIES ?? 2100);
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 20_260_101);

/** Files that share the queries, so that as many processes do. */
const PARTS = 4;

/** Less than the lake's tables take, so that tables go and come back. */
const BUDGET_BYTES = 450_000;

/** Per query, on a machine that others use too. */
const MILLISECONDS_PER_QUERY = 1500;

/** One part of the generated queries, from 0, over a lake of its own. */
export function testGenerated(part: number): void {
	const count = Math.ceil(QUERIES / PARTS);
	const first = SEED + part * count;
	test(
		`${count} generated queries from seed ${first} are answered as native DuckDB answers them`,
		async () => {
			const bench = await openBench(LAKE_SEED, BUDGET_BYTES);
			try {
				const outcome = await compareGenerated(bench, first, count);
				expect(outcome.mismatches).toEqual([]);
				expect(outcome.compared).toBeGreaterThan(count * 0.9);
				expect(outcome.failed).toBeLessThan(count * 0.05);
				expect(outcome.rowGroupsShare).toBeLessThan(0.9);
				expect(outcome.refills).toBeGreaterThan(count / 10);
			} finally {
				await bench.close();
			}
		},
		60_000 + count * MILLISECONDS_PER_QUERY,
	);
}
