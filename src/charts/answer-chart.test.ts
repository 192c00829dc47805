import { DuckDBInstance } from "@duckdb/node-api";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { randomFrom } from "../lib/random.ts";
import { answerChart } from "./answer-chart.ts";
import { type AnswerColumn, drawable, scaleOf } from "./answer-column.ts";
import { describeAnswer, drawingOf, MOST_WORDS } from "./answer-drawing.ts";
import {
	type ChartChoice,
	choiceOf,
	EACH,
	type Encoding,
	encodingFor,
	MOST_SERIES,
	marksFor,
	suggestedEncoding,
	upwards,
} from "./answer-encoding.ts";
import { readingsOf } from "./answer-readings.ts";
import { plotHtml } from "./at-build.ts";

const time = (
	name: string,
	days: readonly (number | null)[],
): AnswerColumn => ({
	name,
	scale: "time",
	values: days.map((day) => (day === null ? null : new Date(day * 86_400_000))),
});
const numbers = (
	name: string,
	values: readonly (number | null)[],
): AnswerColumn => ({ name, scale: "number", values });
const words = (
	name: string,
	values: readonly (string | null)[],
): AnswerColumn => ({ name, scale: "words", values });

const upTo = (count: number) => [...Array(count).keys()];

function svgOf(columns: readonly AnswerColumn[], encoding: Encoding) {
	const drawing = drawingOf(columns, encoding);
	const description = describeAnswer(drawing);
	const html = plotHtml(answerChart(drawing, { width: 640 }), {
		label: "an answer",
		description,
	});
	expect(html).not.toMatch(/NaN|Infinity|undefined/);
	return { drawing, description, svg: parseHTML(html).document };
}

test("values of every type are drawn as native DuckDB means them, or not at all", async () => {
	const database = await DuckDBInstance.create(":memory:");
	const connection = await database.connect();
	const finite = [
		...["1::TINYINT", "-2::HUGEINT", "3::UBIGINT", "4.5::DECIMAL(18, 3)"],
		...["0.1::DOUBLE", "1e-300::DOUBLE", "2.5::FLOAT"],
	];
	const instants = [
		...["DATE '2024-02-29'", "TIMESTAMP '1969-12-31 23:59:59.5'"],
		...["TIMESTAMP_NS '2024-01-02 03:04:05.123456789'"],
		...["TIMESTAMP_S '2024-01-02 03:04:05'", "TIMESTAMP '0001-01-01'"],
	];
	const none = [
		...["'nan'::DOUBLE", "'-inf'::FLOAT", "'infinity'::DATE"],
		...["DATE '12024-01-01'", "DATE '0044-03-15 (BC)'", "NULL::INTEGER"],
	];
	const asked = async (sql: string) => {
		const reader = await connection.runAndReadAll(
			`SELECT typeof(v), v::VARCHAR, ${instants.includes(sql) ? "epoch_ms(v::TIMESTAMP)::DOUBLE" : "try_cast(v AS DOUBLE)"} FROM (SELECT ${sql} AS v)`,
		);
		const [type, text, value] = reader.getRows()[0] as [
			string,
			string | null,
			number,
		];
		const scale = scaleOf(type);
		return { scale, drawn: scale && drawable(text, scale), value };
	};
	for (const sql of [...finite, ...instants]) {
		const { drawn, value } = await asked(sql);
		expect(Number(drawn), sql).toBe(value);
	}
	for (const sql of none) expect((await asked(sql)).drawn, sql).toBeNull();
	for (const sql of [
		...["[1]", "{'a': 1}", "INTERVAL 1 DAY", "'a'::BLOB"],
		...["[4.5::DECIMAL(4, 1)]", "array_value(4.5::DECIMAL(4, 1))"],
		...["[TIMESTAMP '2024-01-02 03:04:05']", "['a'::ENUM('a')]"],
	])
		expect((await asked(sql)).scale, sql).toBeNull();
	connection.closeSync();
	database.closeSync();
});

test("what is drawn at first follows from the columns", () => {
	const day = time("day", [0, 1, 2, 0, 1, 2]);
	const place = words("place", ["a", "a", "a", "b", "b", "b"]);
	const mean = numbers("mean", [3, 1, 2, 4, 5, 6]);
	const name = words("name", ["p", "q", "r", "s", "t", "u"]);
	const rows: [AnswerColumn[], Encoding | null][] = [
		[[place, day, mean], { mark: "line", across: 1, up: 2, colour: 0 }],
		// Of what comes again, what tells the values of a day apart.
		[
			[words("sky", ["x", "y", "x", "x", "y", "x"]), day, place, mean],
			{ mark: "line", across: 1, up: 3, colour: 2 },
		],
		// Two values a day, of nothing that tells them apart.
		[[day, mean], { mark: "dots", across: 0, up: 1, colour: null }],
		[[mean, name], { mark: "bars", across: 1, up: 0, colour: null }],
		[[numbers("hour", upTo(6)), mean], { ...LINE, across: 0, up: 1 }],
		// Several measures a day share an axis where it shows what each of them does.
		[
			[mean, time("t", upTo(6)), numbers("high", upTo(6))],
			{ ...LINE, across: 1, up: EACH },
		],
		[
			[mean, time("t", upTo(6)), numbers("all", [9000, 1, 1, 1, 1, 1])],
			{ ...LINE, across: 1, up: 0 },
		],
		[[mean, numbers("hour", upTo(6))], { ...DOTS, across: 0, up: 1 }],
		[[mean], { ...LINE, across: null, up: 0 }],
		[[name, day], null],
		[[], null],
	];
	for (const [columns, expected] of rows)
		expect(suggestedEncoding(columns)).toEqual(expected);
	const prices = ["Open", "High", "Low", "Close"].map((price) =>
		numbers(price, upTo(6)),
	);
	expect(suggestedEncoding([time("day", upTo(6)), ...prices])?.mark).toBe(
		"candles",
	);
	expect(marksFor([...prices, name], { across: 4 })).not.toContain("candles");
});

const LINE = { mark: "line", colour: null } as const;
const DOTS = { mark: "dots", colour: null } as const;

test("under any encoding each row that has a value is drawn once, and the words tell the ends", () => {
	const random = randomFrom(7);
	const pick = <T>(values: readonly T[]) =>
		values[Math.floor(random() * values.length)] as T;
	for (let round = 0; round < 60; round++) {
		const rows = Math.floor(random() * 60);
		const some = <T>(value: () => T) =>
			upTo(rows).map(() => (random() < 0.1 ? null : value()));
		const size = 10 ** Math.floor(random() * 12 - 4);
		const columns = [
			time(
				"t",
				some(() => Math.floor(random() * 1000)),
			),
			words(
				"w",
				some(() => pick(["a", "<b>", "ש", "", "x".repeat(200), "4", "5"])),
			),
			numbers(
				"n",
				some(() => (random() - 0.5) * size),
			),
			numbers("m", upTo(rows)),
		];
		const across = pick([null, 0, 1, 3]);
		const mark = pick(
			marksFor(columns, { across }).filter((each) => each !== "candles"),
		);
		const up = pick<Encoding["up"]>([2, EACH]);
		const colour = up === EACH ? null : pick([null, 1]);
		const encoding: Encoding = { mark, across, up, colour };
		expect(encodingFor(columns, choiceOf(columns, encoding))).toEqual(encoding);
		const { drawing, svg, description } = svgOf(columns, encoding);
		const placeOf = (row: number) =>
			across === null ? row : columns[across]?.values[row];
		const kept = upwards(columns, encoding).flatMap(({ values }) =>
			upTo(rows).flatMap((row) => {
				const value = values[row] ?? null;
				return value === null || placeOf(row) === null ? [] : [Number(value)];
			}),
		);
		expect(readingsOf(drawing)?.map(({ x }) => Number(x)) ?? null).toEqual(
			drawing.scale === "words"
				? null
				: [
						...new Set(
							drawing.points
								.filter(({ value }) => !Number.isNaN(value))
								.map(({ place }) => Number(place)),
						),
					],
		);
		const values = drawing.points
			.map(({ value }) => value)
			.filter((value) => !Number.isNaN(value));
		expect(values.toSorted((one, other) => one - other)).toEqual(
			kept.toSorted((one, other) => one - other),
		);
		const marks = {
			line: ".line path",
			bars: ".bars rect",
			dots: ".dots circle",
		};
		const drawn = svg.querySelectorAll(
			marks[mark as keyof typeof marks],
		).length;
		if (mark !== "line") expect(drawn).toBe(kept.length);
		else if (kept.length > 0) expect(drawn).toBeGreaterThan(0);
		if (kept.length === 0)
			expect(description).toBe("There is no value to draw.");
		else if (drawing.series.length === 0)
			expect(description).toContain(`${kept.length} value`);
	}
});

test("series have the same colours in whichever order the rows come", () => {
	const rows = upTo(21).map((at) => ({
		day: at % 3,
		name: `${at % 7}0 km`,
		at,
	}));
	const drawnOf = (
		rows: readonly { day: number; name: string; at: number }[],
	) => {
		const columns = [
			time(
				"day",
				rows.map(({ day }) => day),
			),
			words(
				"name",
				rows.map(({ name }) => name),
			),
			numbers(
				"at",
				rows.map(({ at }) => at),
			),
		];
		const { drawing, svg } = svgOf(columns, {
			...{ mark: "bars", across: 0, up: 2, colour: 1 },
		});
		const bars = [...svg.querySelectorAll(".bars rect")].map((bar) =>
			["fill", "x", "y", "height"].map((name) => bar.getAttribute(name)).join(),
		);
		return { series: drawing.series, bars: bars.sort() };
	};
	const { series, bars } = drawnOf(rows);
	expect(series).toEqual(upTo(7).map((at) => `${at}0 km`));
	expect(drawnOf(rows.toReversed())).toEqual({ series, bars });
});

test("what is read off says the place and what each series has there", () => {
	const columns = [
		time("day", [1, 0, 0, 1]),
		words("place", ["b", "a", "a", "a"]),
		numbers("low", [1, 2, 4, null]),
		numbers("high", [7, 8, 9, 0.5]),
	];
	const read = (encoding: Encoding) =>
		readingsOf(drawingOf(columns, encoding))?.map(({ text }) => text);
	const line = { ...LINE, across: 0 };
	expect(read({ ...line, up: 2 })).toEqual([
		"1 Jan 1970: low 2 to 4",
		"2 Jan 1970: low 1",
	]);
	expect(read({ ...line, up: 3, colour: 1 })).toEqual([
		"1 Jan 1970\na 8 to 9",
		"2 Jan 1970\na 0.5\nb 7",
	]);
	expect(read({ ...line, up: EACH })).toEqual([
		"1 Jan 1970\nlow 2 to 4\nhigh 8 to 9",
		"2 Jan 1970\nlow 1\nhigh 0.5 to 7",
	]);
	// Bars of one place stand on each other.
	expect(read({ ...line, mark: "bars", up: 2 })?.[0]).toBe("1 Jan 1970: low 6");
});

test("a choice fits answers with its columns, of the kinds that it needs", () => {
	const day = time("day", [0]);
	const n = numbers("n", [1]);
	const choice: ChartChoice = {
		...{ mark: "line", across: "day", up: "n", colour: "place" },
	};
	const fits = (columns: AnswerColumn[], part: Partial<ChartChoice> = {}) =>
		encodingFor(columns, { ...choice, ...part }) !== null;
	const place = words("place", ["a"]);
	expect(fits([n, place, words("x", [""]), day])).toBe(true);
	expect(fits([n, place])).toBe(false);
	expect(fits([day, place])).toBe(false);
	expect(fits([day, n])).toBe(false);
	expect(fits([day, n, numbers("place", [1])])).toBe(false);
	expect(fits([day, words("n", ["a"]), place])).toBe(false);
	expect(fits([words("day", ["a"]), n, place])).toBe(false);
	expect(fits([day, n, place], { up: null })).toBe(false);
	expect(fits([day, n, place], { up: null, colour: null })).toBe(true);
	expect(fits([day, n, place], { mark: "candles" })).toBe(false);
});

test("of many words the first are drawn, of many series the largest whichever row comes first, and it is known how many there are", () => {
	const names = upTo(100).map((at) => `name ${at}`);
	const columns = [
		words("name", names),
		numbers("count", upTo(100)),
		numbers("at", upTo(100)),
	];
	const bars = svgOf(columns, {
		...{ mark: "bars", across: 0, up: 1, colour: null },
	});
	expect(bars.drawing.wordsInAll).toBe(100);
	expect(bars.svg.querySelectorAll(".bars rect")).toHaveLength(MOST_WORDS);
	const encoding: Encoding = { mark: "dots", across: 2, up: 1, colour: 0 };
	const dots = svgOf(columns, encoding);
	expect(dots.drawing.seriesInAll).toBe(100);
	expect(dots.drawing.series).toEqual(names.slice(-MOST_SERIES));
	const backwards = columns.map((column) => ({
		...column,
		values: column.values.toReversed(),
	}));
	expect(svgOf(backwards, encoding).drawing.series).toEqual(
		dots.drawing.series,
	);
	expect(dots.svg.querySelectorAll(".dots circle")).toHaveLength(MOST_SERIES);
});

test("candles stand where all four prices are known, in the colour of their direction", () => {
	const columns = [
		time("day", [3, 1, 2, null]),
		numbers("open", [10, 12, null, 1]),
		numbers("high", [15, 13, 9, 1]),
		numbers("low", [9, 8, 7, 1]),
		numbers("close", [14, 9, 8, 1]),
	];
	const { svg, description } = svgOf(columns, {
		...{ mark: "candles", across: 0, up: 1, colour: null },
	});
	const strokes = [...svg.querySelectorAll(".candles line")].map((line) =>
		line.getAttribute("stroke"),
	);
	expect(strokes).toEqual(["var(--series-3)", "var(--series-4)"]);
	expect(svg.querySelectorAll(".wicks line")).toHaveLength(2);
	expect(description).toBe(
		"2 candles from 2 Jan 1970 to 4 Jan 1970, 1 of them falling: lowest 8, highest 15, the first opens at 12, the last closes at 14.",
	);
});
