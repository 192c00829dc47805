import { afterAll, beforeAll, expect, test } from "vitest";
import { answerOfSession, nativeAnswer } from "./answers.ts";
import { HAZARDS } from "./hazards.ts";
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

test.each(new Random(LAKE_SEED).shuffled([...STATEMENTS, ...HAZARDS]))(
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

test.each([
	"SELECT first(id) AS f, list(id) AS ids, (SELECT list(n) FROM (SELECT row_number() OVER () AS n, id FROM nested) WHERE id < 5) AS ns FROM nested",
	"SELECT list(n) AS ns FROM query('SELECT row_number() OVER () AS n, id FROM nested') WHERE id < 5",
])(
	"%s sees the lake's order of rows, whatever was loaded first",
	async (sql) => {
		const session = await bench.fresh(1e8);
		await session.query({ sql: "SELECT id FROM nested WHERE id >= 60" });
		const expected = await nativeAnswer(bench.native, sql);
		const { types, rows } = await answerOfSession(session, { sql });
		expect({ types, rows }).toEqual(expected);
	},
);
