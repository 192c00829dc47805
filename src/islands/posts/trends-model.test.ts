import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, it } from "vitest";
import { queryRows } from "../../../tests/support/query-rows.ts";
import { AVERAGE_UNITS } from "../../charts/tag-series.ts";
import {
	addUnits,
	TIME_UNITS,
	unitStart,
	unitsBetween,
} from "../../lib/time-units.ts";
import type { Query } from "../../queries/sql.ts";
import {
	DEFAULT_CHOICE,
	dayOfRow,
	type PostsChoice,
	type PostsData,
} from "./model.ts";
import { courseColumns } from "./trends.tsx";
import { askComparison } from "./trends-model.ts";

const FIRST = new Date("2024-05-01T09:30:00Z");
const LAST = new Date("2024-07-12T20:15:00Z");

let tables: DuckDBInstance;

/** A tag, twice in every ninth hour, and a second one. */
beforeAll(async () => {
	tables = await DuckDBInstance.create();
	const connection = await tables.connect();
	await connection.run(`CREATE TABLE post_tags AS
		SELECT tag, 'p' || row_number() OVER () AS post_id, t::TIMESTAMP AS created_at, false AS is_repost, true AS is_first
		FROM (VALUES ('a'), ('a'), ('b')) tags(tag),
			generate_series(TIMESTAMP '2024-05-01 09:30:00', TIMESTAMP '2024-07-12 20:15:00', INTERVAL 9 HOUR) hours(t)`);
	connection.closeSync();
});

afterAll(() => tables.closeSync());

const DATA: PostsData = {
	dataset: {
		...{ name: "posts", title: "", description: "", source: "", licence: "" },
		...{ synthetic: true, startView: null },
	},
	days: [FIRST, LAST].map((time) =>
		dayOfRow({ day: unitStart(time, "day"), posts: 1 }),
	),
	lastPost: LAST,
	bytes: 0,
	occurrences: 0,
	tables: {
		posts: { sql: "posts", params: [], display: "posts" },
		postTags: { sql: "post_tags", params: [], display: "post_tags" },
	},
	isOwn: true,
};

const run = async (query: Query) => ({
	rows: (await queryRows(tables, query)).map((row) => ({
		...row,
		start: new Date(row.start as string),
	})),
	bytes: 0,
	milliseconds: 0,
});

it.each(TIME_UNITS)(
	"averages by %s run over units of the data alone, those before the window too",
	async (unit) => {
		const width = AVERAGE_UNITS[unit];
		const choices: PostsChoice[] = [
			{ ...DEFAULT_CHOICE, preset: "all" },
			{ ...DEFAULT_CHOICE, from: new Date("2024-05-03"), to: null },
			{
				...DEFAULT_CHOICE,
				from: new Date("2024-06-20"),
				to: new Date("2024-07-03"),
			},
		];
		const everything = await askComparison(
			choices[0] as PostsChoice,
			DATA,
			{ unit, tags: ["a"] },
			run,
		);
		const all = everything.rows[0]?.counts ?? [];
		expect(all[0]?.start).toEqual(unitStart(new Date("2024-05-01"), unit));
		for (const choice of choices) {
			const { rows } = await askComparison(
				choice,
				DATA,
				{ unit, tags: ["a"] },
				run,
			);
			const counts = rows[0]?.counts ?? [];
			expect(counts.length).toBeGreaterThan(unit === "year" ? 0 : 1);
			for (const { start, occurrences, average } of counts) {
				const at = unitsBetween(all[0]?.start as Date, start, unit);
				expect(addUnits(all[0]?.start as Date, at, unit)).toEqual(start);
				expect(occurrences).toBe(all[at]?.occurrences);
				const window = all.slice(Math.max(0, at + 1 - width), at + 1);
				const sum = window.reduce(
					(total, count) => total + count.occurrences,
					0,
				);
				if (window.length < width) expect(average).toBe(null);
				else expect(average).toBeCloseTo(sum / width, 9);
			}
		}
	},
);

it.each(TIME_UNITS)("a table of %ss names them so", (unit) => {
	const count = { start: unitStart(FIRST, unit), occurrences: 3, average: 1 };
	const columns = courseColumns([{ tag: "a", counts: [count] }], unit);
	expect(columns.map(({ name }) => name.toLowerCase())).toEqual([unit, "#a"]);
});
