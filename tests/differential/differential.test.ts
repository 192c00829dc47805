import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerOfSession, nativeAnswer, type TextAnswer } from "./answers.ts";
import { type Bench, compareGenerated, compareOne, openBench } from "./run.ts";
import { STATEMENTS } from "./statements.ts";

/**
 * `DIFFERENTIAL_QUERIES` and `DIFFERENTIAL_SEED` make it longer or different; a
 * failing query is printed with the seed that makes it again, alone.
 */
const QUERIES = Number(process.env.DIFFERENTIAL_QUERIES ?? 300);
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 20_260_101);

/** Less than the lake's tables take, so that tables go and come back. */
const BUDGET_BYTES = 350_000;

/** Per query, on a machine that others use too. */
const MILLISECONDS_PER_QUERY = 400;

let bench: Bench;

beforeAll(async () => {
	bench = await openBench(SEED, BUDGET_BYTES);
});

afterAll(() => bench.close());

test(
	`${QUERIES} generated queries are answered as native DuckDB answers them`,
	async () => {
		const outcome = await compareGenerated(bench, SEED, QUERIES);
		expect(outcome.mismatches).toEqual([]);
		expect(outcome.compared).toBeGreaterThan(QUERIES * 0.9);
		expect(outcome.failed).toBeLessThan(QUERIES * 0.05);
		expect(outcome.rowGroupsShare).toBeLessThan(0.9);
		expect(outcome.refills).toBeGreaterThan(QUERIES / 10);
	},
	60_000 + QUERIES * MILLISECONDS_PER_QUERY,
);

describe("each construct and hazard", () => {
	test.each(STATEMENTS.map(({ sql, ordered = false }) => ({ sql, ordered })))(
		"$sql",
		async ({ sql, ordered }) => {
			const query = { sql, plain: sql, params: [], ordered };
			expect(await compareOne(bench, query)).toMatchObject({
				what: null,
				failed: false,
			});
		},
	);
});

test("samples are of the size asked for, of rows that are there", async () => {
	const all = (await nativeAnswer(
		bench.native,
		"SELECT id, region FROM events",
	)) as TextAnswer;
	const rows = new Set(all.rows.map((row) => JSON.stringify(row)));
	for (const sample of ["USING SAMPLE 25", "USING SAMPLE reservoir(25 ROWS)"]) {
		const answer = await answerOfSession(bench.session(), {
			sql: `SELECT id, region FROM events ${sample}`,
		});
		expect(answer.rows).toHaveLength(25);
		expect(answer.rows.every((row) => rows.has(JSON.stringify(row)))).toBe(
			true,
		);
	}
});
