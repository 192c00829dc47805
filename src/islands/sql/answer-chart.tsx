import "../charts/picture.css";
import { useMemo, useState } from "preact/hooks";
import { answerChart, CANDLE_COLOURS } from "../../charts/answer-chart.ts";
import {
	type AnswerColumn,
	drawable,
	scaleOf,
} from "../../charts/answer-column.ts";
import {
	type Drawing,
	describeAnswer,
	drawingOf,
	MOST_WORDS,
	placeText,
} from "../../charts/answer-drawing.ts";
import {
	type Encoding,
	MARK_NAMES,
	MOST_SERIES,
	marksFor,
	pricesOf,
	suggestedEncoding,
} from "../../charts/answer-encoding.ts";
import { formatNumber } from "../../charts/format.ts";
import { formatCount } from "../../lib/format.ts";
import { Chart } from "../charts/chart.tsx";
import {
	Choices,
	type LegendItem,
	Picture,
	tableCsv,
} from "../charts/picture.tsx";
import { Empty } from "../shared/states.tsx";
import type { Result } from "./result.ts";

/** More than can be told apart, and what a page draws at once. */
const MOST_ROWS = 10_000;

/** An answer as a picture, drawn at first as its columns suggest. */
export function AnswerChart({ result }: { readonly result: Result }) {
	const columns = useMemo(() => drawableColumns(result), [result]);
	const suggested = useMemo(() => suggestedEncoding(columns), [columns]);
	const shape = columns.map(({ name, scale }) => `${scale} ${name}`).join("\n");
	const [chosen, choose] = useState<{
		readonly shape: string;
		readonly encoding: Encoding;
	} | null>(null);
	// A choice stays for answers of the same columns.
	const encoding = chosen?.shape === shape ? chosen.encoding : suggested;
	const drawing = useMemo(
		() => encoding && drawingOf(columns, encoding),
		[columns, encoding],
	);
	if (result.rows === 0)
		return (
			<Empty>
				<p>The answer has no rows to draw.</p>
			</Empty>
		);
	if (encoding === null || drawing === null)
		return (
			<Empty>
				<p>
					A chart needs a column of numbers: ask for a count, a sum or an
					average.
				</p>
			</Empty>
		);
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
		<section class="sql-chart" aria-label="Chart" tabIndex={0}>
			<Drawn
				drawing={drawing}
				columns={columns}
				rows={result.rows}
				onChange={(encoding) => choose({ shape, encoding })}
			/>
		</section>
	);
}

function Drawn(props: {
	readonly drawing: Drawing;
	readonly columns: readonly AnswerColumn[];
	readonly rows: number;
	readonly onChange: (encoding: Encoding) => void;
}) {
	const { drawing, columns, rows, onChange } = props;
	const { encoding } = drawing;
	const draw = useMemo(
		() => (width: number) => answerChart(drawing, { width }),
		[drawing],
	);
	const description = useMemo(() => describeAnswer(drawing), [drawing]);
	const what = encoding.mark === "candles" ? "Prices" : drawing.up;
	const title = `${what} by ${drawing.across}`;
	const points = useMemo(() => readPoints(drawing), [drawing]);
	return (
		<Picture
			id="answer"
			title={title}
			subtitle={notes(drawing, rows)}
			legend={legendOf(drawing)}
			controls={
				<Controls columns={columns} encoding={encoding} onChange={onChange} />
			}
			csv={() => csvOf(columns, encoding)}
		>
			<Chart
				draw={draw}
				label={title}
				description={description}
				{...(points !== null && { points })}
			/>
		</Picture>
	);
}

function Controls(props: {
	readonly columns: readonly AnswerColumn[];
	readonly encoding: Encoding;
	readonly onChange: (encoding: Encoding) => void;
}) {
	const { columns, encoding, onChange } = props;
	const marks = marksFor(columns, encoding);
	const take = (part: Partial<Encoding>) => {
		const next = { ...encoding, ...part };
		const possible = marksFor(columns, next);
		onChange({
			...next,
			mark: possible.includes(next.mark) ? next.mark : "bars",
		});
	};
	return (
		<div class="controls">
			<Choices
				name="mark"
				legend="Drawn as"
				options={marks.map((value) => ({ value, label: MARK_NAMES[value] }))}
				value={encoding.mark}
				onChange={(mark) => take({ mark })}
			/>
			<ColumnChoice
				label="Across"
				none="Row number"
				columns={columns}
				accepts={() => true}
				value={encoding.across}
				onChange={(across) => take({ across })}
			/>
			{encoding.mark !== "candles" && (
				<>
					<ColumnChoice
						label="Up"
						none={null}
						columns={columns}
						accepts={({ scale }) => scale === "number"}
						value={encoding.up}
						onChange={(up) => up !== null && take({ up })}
					/>
					<ColumnChoice
						label="Colour"
						none="One"
						columns={columns}
						accepts={({ scale }) => scale === "words"}
						value={encoding.colour}
						onChange={(colour) => take({ colour })}
					/>
				</>
			)}
		</div>
	);
}

function ColumnChoice(props: {
	readonly label: string;
	/** What choosing no column is called; null where one is needed. */
	readonly none: string | null;
	readonly columns: readonly AnswerColumn[];
	readonly accepts: (column: AnswerColumn) => boolean;
	readonly value: number | null;
	readonly onChange: (place: number | null) => void;
}) {
	const { label, none, columns, accepts, value } = props;
	return (
		<label class="field">
			<span class="label">{label}</span>
			<select
				value={value === null ? "" : String(value)}
				onChange={({ currentTarget }) =>
					props.onChange(
						currentTarget.value === "" ? null : Number(currentTarget.value),
					)
				}
			>
				{none !== null && <option value="">{none}</option>}
				{columns.map(
					(column, place) =>
						accepts(column) && (
							<option key={place} value={String(place)}>
								{column.name}
							</option>
						),
				)}
			</select>
		</label>
	);
}

/** The columns that a picture can show, each read once it is looked at. */
function drawableColumns(result: Result): AnswerColumn[] {
	const rows = Math.min(result.rows, MOST_ROWS);
	return result.columns.flatMap(({ name, type }, index) => {
		const scale = scaleOf(type);
		if (scale === null) return [];
		let read: AnswerColumn["values"] | undefined;
		return [
			{
				name,
				scale,
				get values() {
					read ??= Array.from({ length: rows }, (_, row) =>
						drawable(result.preview(row, index), scale),
					);
					return read;
				},
			},
		];
	});
}

/** What the picture leaves out; undefined where it leaves out nothing. */
function notes(drawing: Drawing, rows: number): string | undefined {
	const parts = [
		{ most: MOST_ROWS, all: rows, what: "rows" },
		{
			most: MOST_WORDS,
			all: drawing.wordsInAll,
			what: `values of ${drawing.across}`,
		},
		{ most: MOST_SERIES, all: drawing.seriesInAll, what: "series" },
	].filter(({ most, all }) => all > most);
	if (parts.length === 0) return undefined;
	const said = parts.map(
		({ most, all, what }) =>
			`the first ${formatCount(most)} of ${formatCount(all)} ${what}`,
	);
	return `Drawn: ${said.join(", ")}.`;
}

function legendOf({ encoding, series }: Drawing): LegendItem[] {
	if (encoding.mark === "candles")
		return Object.entries(CANDLE_COLOURS).map(([label, colour]) => ({
			label,
			mark: `series-${colour}`,
		}));
	return series.map((label, at) => ({ label, mark: `series-${at + 1}` }));
}

/** What a pointer or keys read off, where it is a line over time. */
function readPoints(drawing: Drawing) {
	const { encoding, scale, series, points, up } = drawing;
	if (encoding.mark === "candles" || scale !== "time" || series.length > 0)
		return null;
	return points
		.filter(({ value }) => !Number.isNaN(value))
		.map(({ place, value }) => ({
			x: place as Date,
			text: `${placeText(drawing, place)}: ${up} ${formatNumber(value, 6)}`,
		}));
}

/** The rows of the columns that are drawn. */
function csvOf(
	columns: readonly AnswerColumn[],
	{ mark, across, up, colour }: Encoding,
): string {
	const prices = mark === "candles" ? pricesOf(columns) : null;
	const places = prices === null ? [across, colour, up] : [across];
	const drawn = [
		...places.flatMap((place) => columns[place ?? -1] ?? []),
		...Object.values(prices ?? {}),
	];
	const rows = [...(columns[up]?.values.keys() ?? [])];
	return tableCsv<number>(
		drawn.map(({ name, values }) => ({
			name,
			cell: (row) => String(values[row]),
			value: (row) => values[row] ?? null,
		})),
		rows,
	);
}
