import "../charts/picture.css";
import { useEffect, useMemo } from "preact/hooks";
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
} from "../../charts/answer-drawing.ts";
import {
	type ChartChoice,
	choiceOf,
	EACH,
	type Encoding,
	encodingFor,
	MARK_NAMES,
	MOST_SERIES,
	marksFor,
	pricesOf,
	suggestedEncoding,
	upwards,
} from "../../charts/answer-encoding.ts";
import { readingsOf } from "../../charts/answer-readings.ts";
import { formatCount } from "../../lib/text/format.ts";
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

/** An answer as a picture: as chosen where its columns allow it, else as they suggest. */
export function AnswerChart(props: {
	readonly result: Result;
	readonly choice: ChartChoice | null;
	readonly onChoice: (choice: ChartChoice) => void;
	/** Hears what is drawn, null once it is no more. */
	readonly onDrawn: (choice: ChartChoice | null) => void;
}) {
	const { result, choice, onChoice, onDrawn } = props;
	const columns = useMemo(() => drawableColumns(result), [result]);
	const suggested = useMemo(() => suggestedEncoding(columns), [columns]);
	const encoding = useMemo(
		() => (choice && encodingFor(columns, choice)) ?? suggested,
		[columns, choice, suggested],
	);
	const drawing = useMemo(
		() => encoding && drawingOf(columns, encoding),
		[columns, encoding],
	);
	useEffect(() => {
		onDrawn(encoding && choiceOf(columns, encoding));
		return () => onDrawn(null);
	}, [columns, encoding]);
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
				onChange={(encoding) => onChoice(choiceOf(columns, encoding))}
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
	const points = useMemo(() => readingsOf(drawing), [drawing]);
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
			colour: next.up === EACH ? null : next.colour,
		});
	};
	const isSeveral = upwards(columns, { ...encoding, up: EACH }).length > 1;
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
				other={{ value: null, label: "Row number" }}
				columns={columns}
				accepts={() => true}
				value={encoding.across}
				onChange={(across) => take({ across })}
			/>
			{encoding.mark !== "candles" && (
				<>
					<ColumnChoice
						label="Up"
						other={
							isSeveral || encoding.up === EACH
								? { value: EACH, label: "Each column of numbers" }
								: null
						}
						columns={columns}
						accepts={({ scale }) => scale === "number"}
						value={encoding.up}
						onChange={(up) => take({ up })}
					/>
					{encoding.up !== EACH && (
						<ColumnChoice
							label="Colour"
							other={{ value: null, label: "One" }}
							columns={columns}
							accepts={({ scale }) => scale === "words"}
							value={encoding.colour}
							onChange={(colour) => take({ colour })}
						/>
					)}
				</>
			)}
		</div>
	);
}

function ColumnChoice<Other extends null | typeof EACH>(props: {
	readonly label: string;
	/** What may be chosen that is no column; null where one is needed. */
	readonly other: { readonly value: Other; readonly label: string } | null;
	readonly columns: readonly AnswerColumn[];
	readonly accepts: (column: AnswerColumn) => boolean;
	/** A column's place, or the other. */
	readonly value: number | Other;
	readonly onChange: (value: number | Other) => void;
}) {
	const { label, other, columns, accepts, value, onChange } = props;
	return (
		<label class="field">
			<span class="label">{label}</span>
			<select
				value={typeof value === "number" ? String(value) : ""}
				onChange={({ currentTarget }) => {
					if (currentTarget.value !== "") onChange(Number(currentTarget.value));
					else if (other !== null) onChange(other.value);
				}}
			>
				{other !== null && <option value="">{other.label}</option>}
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

/** The columns that a picture can show, each read once it is looked at. Of the same name, the later are numbered. */
function drawableColumns(result: Result): AnswerColumn[] {
	const rows = Math.min(result.rows, MOST_ROWS);
	const names = new Set<string>();
	return result.columns.flatMap(({ name: given, type }, index) => {
		const scale = scaleOf(type);
		if (scale === null) return [];
		let name = given;
		for (let turn = 2; names.has(name); turn++) name = `${given} (${turn})`;
		names.add(name);
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
		{ which: "first", most: MOST_ROWS, all: rows, what: "rows" },
		{
			which: "first",
			most: MOST_WORDS,
			all: drawing.wordsInAll,
			what: `values of ${drawing.across}`,
		},
		{
			which: drawing.encoding.up === EACH ? "first" : "largest",
			most: MOST_SERIES,
			all: drawing.seriesInAll,
			what: "series",
		},
	].filter(({ most, all }) => all > most);
	if (parts.length === 0) return undefined;
	const said = parts.map(
		({ which, most, all, what }) =>
			`the ${which} ${formatCount(most)} of ${formatCount(all)} ${what}`,
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

/** The rows of the columns that are drawn. */
function csvOf(columns: readonly AnswerColumn[], encoding: Encoding): string {
	const { mark, across, colour } = encoding;
	const prices = mark === "candles" ? pricesOf(columns) : null;
	const places = prices === null ? [across, colour] : [across];
	const drawn = [
		...places.flatMap((place) => columns[place ?? -1] ?? []),
		...Object.values(prices ?? upwards(columns, encoding)),
	];
	const rows = [...(drawn[0]?.values.keys() ?? [])];
	return tableCsv<number>(
		drawn.map(({ name, values }) => ({
			name,
			cell: (row) => String(values[row]),
			value: (row) => values[row] ?? null,
		})),
		rows,
	);
}
