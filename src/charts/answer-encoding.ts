import type { AnswerColumn } from "./answer-column.ts";

export const MARKS = ["line", "bars", "dots", "candles"] as const;
export type Mark = (typeof MARKS)[number];

export const MARK_NAMES: Readonly<Record<Mark, string>> = {
	line: "Line",
	bars: "Bars",
	dots: "Dots",
	candles: "Candles",
};

export const EACH = "each";

/** How an answer is drawn. Columns are given by their places among those that can be drawn. */
export interface Encoding {
	readonly mark: Mark;
	/** Null for the row's own number, from 1. */
	readonly across: number | null;
	/** A column of numbers, or each of them that is not across, as a series of its own. */
	readonly up: number | typeof EACH;
	/** What tells series apart; null where all is one, or where each column is one. */
	readonly colour: number | null;
}

/** An encoding that names its columns, so that it holds for other answers with these. */
export interface ChartChoice {
	readonly mark: Mark;
	/** Null for the row's own number. */
	readonly across: string | null;
	/** Null for each column of numbers. */
	readonly up: string | null;
	readonly colour: string | null;
}

/** Series that can be told apart by colour. */
export const MOST_SERIES = 8;

/** How many times as high as another a column may be to be drawn beside it unasked. */
const MOST_TIMES_HIGHER = 20;

/** The names of the columns of candles. */
const PRICES = ["open", "high", "low", "close"] as const;
export type Prices = Readonly<Record<(typeof PRICES)[number], AnswerColumn>>;

/**
 * The drawing that the columns suggest: over time where there is one, else as bars of
 * words, else number by number. Null where no column holds numbers.
 */
export function suggestedEncoding(
	columns: readonly AnswerColumn[],
): Encoding | null {
	const placesOf = (scale: AnswerColumn["scale"]) =>
		[...columns.keys()].filter((place) => columns[place]?.scale === scale);
	const numbers = placesOf("number");
	const [time] = placesOf("time");
	const words = placesOf("words");
	const several = numbers.length > 1 ? numbers[0] : undefined;
	const across = time ?? words[0] ?? several ?? null;
	const up = numbers.find((place) => place !== across);
	if (up === undefined) return null;
	const groupings = words.filter(
		(place) => place !== across && isGrouping(columns[place]),
	);
	const colour =
		groupings.find((colour) => isCurve(columns, { across, colour })) ??
		groupings[0] ??
		null;
	const plain = { across, up, colour };
	const encoding = { ...plain, mark: "line" as const };
	const marks = marksFor(columns, encoding);
	if (marks.includes("candles") && colour === null)
		return { ...encoding, mark: "candles" };
	if (!marks.includes("line")) return { ...plain, mark: "bars" };
	if (!isCurve(columns, encoding)) return { ...plain, mark: "dots" };
	return time !== undefined && colour === null && areAlike(columns, across)
		? { ...encoding, up: EACH }
		: encoding;
}

/** The columns whose values an encoding puts upwards. */
export function upwards(
	columns: readonly AnswerColumn[],
	{ across, up }: Pick<Encoding, "across" | "up">,
): readonly AnswerColumn[] {
	return columns.filter(({ scale }, place) =>
		up === EACH ? scale === "number" && place !== across : place === up,
	);
}

/** Whether there are several columns of numbers, and one axis shows what each of them does. */
function areAlike(
	columns: readonly AnswerColumn[],
	across: number | null,
): boolean {
	const drawn = upwards(columns, { across, up: EACH });
	const heights = drawn.map(({ values }) =>
		values.reduce<number>(
			(most, value) => Math.max(most, Math.abs(Number(value))),
			0,
		),
	);
	return (
		drawn.length > 1 &&
		drawn.length <= MOST_SERIES &&
		Math.max(...heights) <= Math.min(...heights) * MOST_TIMES_HIGHER
	);
}

/** An encoding by the names of its columns, which differ. */
export function choiceOf(
	columns: readonly AnswerColumn[],
	{ mark, across, up, colour }: Encoding,
): ChartChoice {
	const nameOf = (place: number | typeof EACH | null) =>
		typeof place === "number" ? (columns[place]?.name ?? null) : null;
	return {
		mark,
		across: nameOf(across),
		up: nameOf(up),
		colour: nameOf(colour),
	};
}

/** What a choice is among these columns; null where it does not fit them. */
export function encodingFor(
	columns: readonly AnswerColumn[],
	choice: ChartChoice,
): Encoding | null {
	const placeOf = (name: string) =>
		columns.findIndex((column) => column.name === name);
	const across = choice.across === null ? null : placeOf(choice.across);
	const up = choice.up === null ? EACH : placeOf(choice.up);
	const colour = choice.colour === null ? null : placeOf(choice.colour);
	if (across === -1 || !marksFor(columns, { across }).includes(choice.mark))
		return null;
	const drawn = upwards(columns, { across, up });
	if (drawn.length === 0 || drawn.some(({ scale }) => scale !== "number"))
		return null;
	if (colour !== null && (up === EACH || columns[colour]?.scale !== "words"))
		return null;
	return { mark: choice.mark, across, up, colour };
}

/** The marks that can show what stands across: between words there is nothing to draw a line through. */
export function marksFor(
	columns: readonly AnswerColumn[],
	{ across }: Pick<Encoding, "across">,
): readonly Mark[] {
	const scale = across === null ? "number" : columns[across]?.scale;
	if (scale === "words") return ["bars", "dots"];
	return scale === "time" && pricesOf(columns) !== null
		? MARKS
		: ["line", "bars", "dots"];
}

/** The columns of candles, by their names; null where one is missing. */
export function pricesOf(columns: readonly AnswerColumn[]): Prices | null {
	const prices: Partial<Record<keyof Prices, AnswerColumn>> = {};
	for (const price of PRICES) {
		const column = columns.find(
			({ name, scale }) => scale === "number" && name.toLowerCase() === price,
		);
		if (column === undefined) return null;
		prices[price] = column;
	}
	return prices as Prices;
}

/** Whether words come again and again, so that they name series. */
function isGrouping(column: AnswerColumn | undefined): boolean {
	if (column === undefined) return false;
	const distinct = new Set(column.values).size;
	return distinct > 1 && distinct <= column.values.length / 2;
}

/**
 * Whether each series has one value at a place, so that a line shows it. Of numbers,
 * which may as well be measured, the rows have to go along them too.
 */
function isCurve(
	columns: readonly AnswerColumn[],
	{ across, colour }: Pick<Encoding, "across" | "colour">,
): boolean {
	const column = across === null ? undefined : columns[across];
	if (column === undefined) return true;
	const series = colour === null ? undefined : columns[colour]?.values;
	const lastOf = new Map<unknown, number>();
	const seen = new Set<string>();
	for (const [row, value] of column.values.entries()) {
		if (value === null) continue;
		const place = Number(value);
		const name = series?.[row];
		const key = `${place} ${name}`;
		const last = lastOf.get(name) ?? Number.NEGATIVE_INFINITY;
		if (seen.has(key)) return false;
		if (column.scale === "number" && place < last) return false;
		seen.add(key);
		lastOf.set(name, place);
	}
	return true;
}
