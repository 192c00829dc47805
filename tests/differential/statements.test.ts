import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "./random.ts";
import { type Bench, compareOne, LAKE_SEED, openBench } from "./run.ts";
import { STATEMENTS } from "./statements.ts";

/** Less than the lake's tables take, so that tables go and come back. */
const BUDGET_BYTES = 450_000;

let bench: Bench;

beforeAll(async () => {
	bench = await openBench(LAKE_SEED, BUDGET_BYTES);
});

afterAll(() => bench.close());

test.each(new Random(LAKE_SEED).shuffled(STATEMENTS))(
	"$sql",
	async (statement) => {
		const { sql, plain = sql, params = [], setup, teardown, check } = statement;
		const query = {
			sql,
			plain,
			params,
			setup,
			teardown,
			check: check ?? { kind: statement.ordered ? "ordered" : "rows" },
		} as const;
		expect(await compareOne(bench, query)).toMatchObject({
			what: null,
			failed: false,
		});
	},
);
