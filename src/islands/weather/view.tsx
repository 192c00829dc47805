import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { formatNumber, formatSpan, formatUnit } from "../../charts/format.ts";
import {
	axisLabel,
	describeWeather,
	figuresOf,
	gapCount,
	type WeatherPoint,
	weatherChart,
} from "../../charts/weather.ts";
import { formatCount, formatCounted } from "../../lib/text/format.ts";
import type { TimeRange } from "../../queries/weather.ts";
import { Chart } from "../charts/chart.tsx";
import {
	Choices,
	DayRange,
	type LegendItem,
	Picture,
	PictureTable,
} from "../charts/picture.tsx";
import { Provenance } from "../shared/provenance.tsx";
import { Empty, WhyNotHere } from "../shared/states.tsx";
import {
	AVERAGES,
	chosenSeries,
	isBackward,
	pointSpan,
	pointTime,
	type RangePreset,
	rangeOf,
	type SeriesData,
	sentence,
	seriesName,
	seriesOf,
	stationsOf,
	type WeatherAnswer,
	type WeatherChoice,
	type WeatherData,
} from "./model.ts";

const RANGE_LABELS: readonly { value: RangePreset; label: string }[] = [
	{ value: "day", label: "Day" },
	{ value: "week", label: "Week" },
	{ value: "month", label: "30 days" },
	{ value: "year", label: "Year" },
	{ value: "all", label: "All" },
];

/** The page as it stands for a choice: at build time and in the browser. */
export function WeatherView(props: {
	readonly data: WeatherData;
	readonly choice: WeatherChoice;
	/** The last answer there is; of another choice while `isBusy`. Null where none is. */
	readonly answer: WeatherAnswer | null;
	readonly isBusy?: boolean;
	readonly status?: ComponentChildren;
	readonly onChoice?: (change: Partial<WeatherChoice>) => void;
	/** Root of the site at build time. */
	readonly root?: string;
}) {
	const { data, choice, answer, isBusy = false, status, root } = props;
	const onChoice = props.onChoice ?? (() => {});
	const chosen = chosenSeries(data, choice);
	const range = rangeOf(choice, chosen);
	return (
		<>
			<header class="page-head">
				<h1>What is the station doing?</h1>
				<p id="weather-sentence" aria-live="polite">
					{isBackward(choice)
						? "The first day lies after the last: choose an earlier one."
						: isBusy
							? `${seriesName(chosen)} …`
							: answer === null
								? `The readings of ${seriesName(chosen)} could not be had.`
								: sentence(chosen, range, answer)}
				</p>
			</header>
			<Controls
				data={data}
				choice={choice}
				chosen={chosen}
				onChoice={onChoice}
			/>
			{status}
			{answer !== null && !isBackward(choice) && (
				<Readings
					data={data}
					chosen={chosen}
					range={range}
					averageSeconds={choice.averageSeconds}
					answer={answer}
					isBusy={isBusy}
					root={root}
				/>
			)}
		</>
	);
}

function Controls(props: {
	readonly data: WeatherData;
	readonly choice: WeatherChoice;
	readonly chosen: SeriesData;
	readonly onChoice: (change: Partial<WeatherChoice>) => void;
}) {
	const { data, choice, chosen, onChoice } = props;
	const { station } = chosen.series;
	const series = seriesOf(data, station);
	const modules = [...new Set(series.map(({ series }) => series.module))];
	const hasDays = choice.from !== null || choice.to !== null;
	const averages = AVERAGES.includes(choice.averageSeconds)
		? AVERAGES
		: [...AVERAGES, choice.averageSeconds].sort((a, b) => a - b);
	return (
		<div class="controls weather-controls">
			<label class="field">
				<span class="label">Station</span>
				<select
					id="weather-station"
					name="station"
					value={station}
					onChange={({ currentTarget }) =>
						onChoice({ station: currentTarget.value })
					}
				>
					{stationsOf(data).map((name) => (
						<option key={name} value={name} selected={name === station}>
							{name}
						</option>
					))}
				</select>
			</label>
			<label class="field">
				<span class="label">Measure</span>
				<select
					id="weather-measure"
					name="measure"
					value={String(series.indexOf(chosen))}
					onChange={({ currentTarget }) => {
						const next = series[Number(currentTarget.value)];
						if (next === undefined) return;
						onChoice({
							station,
							measure: next.series.measure,
							module: next.series.module,
							unit: next.series.unit ?? null,
						});
					}}
				>
					{modules.map((module) => {
						const options = series.map((entry, index) =>
							entry.series.module !== module ? null : (
								<option
									key={index}
									value={String(index)}
									selected={entry === chosen}
								>
									{axisLabel({
										measure: entry.series.measure,
										unit: entry.unit,
									})}
								</option>
							),
						);
						return module === null ? (
							options
						) : (
							<optgroup key={module} label={module}>
								{options}
							</optgroup>
						);
					})}
				</select>
			</label>
			<label class="field">
				<span class="label">Moving average</span>
				<select
					id="weather-average"
					name="average"
					value={String(choice.averageSeconds)}
					onChange={({ currentTarget }) =>
						onChoice({ averageSeconds: Number(currentTarget.value) })
					}
				>
					{averages.map((seconds) => (
						<option
							key={seconds}
							value={String(seconds)}
							selected={seconds === choice.averageSeconds}
						>
							{formatSpan(seconds)}
						</option>
					))}
				</select>
			</label>
			<Choices
				name="range"
				legend="Range, up to the last day"
				options={RANGE_LABELS}
				value={hasDays ? null : choice.range}
				onChange={(preset) => onChoice({ range: preset, from: null, to: null })}
			/>
			<DayRange
				from={choice.from}
				to={choice.to}
				first={chosen.days[0]?.day ?? new Date(0)}
				last={chosen.days.at(-1)?.day ?? new Date(0)}
				onChange={(from, to) => onChoice({ from, to })}
			/>
		</div>
	);
}

function Readings(props: {
	readonly data: WeatherData;
	readonly chosen: SeriesData;
	readonly range: TimeRange;
	readonly averageSeconds: number;
	readonly answer: WeatherAnswer;
	readonly isBusy: boolean;
	readonly root: string | undefined;
}) {
	const { data, chosen, averageSeconds, answer, isBusy, root } = props;
	const { points, bucketSeconds: bucket, gapSeconds } = answer;
	const { unit } = chosen;
	const { measure } = chosen.series;
	const when = (point: WeatherPoint) => pointTime(point, bucket);
	const from = props.range.from.getTime();
	const to = props.range.to.getTime();
	const draw = useMemo(
		() => (width: number) =>
			weatherChart(points, {
				width,
				height: width < 600 ? NARROW_HEIGHT : undefined,
				measure,
				unit,
				gapSeconds,
				from: new Date(from),
				to: new Date(to),
			}),
		[points, measure, unit, gapSeconds, from, to],
	);
	const figures = useMemo(() => figuresOf(points), [points]);
	const decimals = figures?.decimals ?? 1;
	const cursor = useMemo(
		() =>
			points.map((point) => ({
				x: point.time,
				text: readout(point, bucket, averageSeconds, (value) =>
					formatUnit(value, unit, decimals),
				),
			})),
		[points, bucket, unit, averageSeconds, decimals],
	);
	return (
		<Picture
			id="readings"
			title={seriesName(chosen)}
			subtitle={subtitle(bucket, gapSeconds)}
			legend={legend(bucket, averageSeconds)}
			isBusy={isBusy}
			table={
				<PictureTable
					caption={`${axisLabel({ measure, unit })}, UTC`}
					rows={points}
					columns={[
						{ name: bucket === null ? "Time" : "From", cell: when },
						...(bucket === null
							? [numberColumn("Reading", decimals, (point) => point.mean)]
							: [
									{
										name: "Readings",
										isNumber: true,
										cell: (point: WeatherPoint) => formatCount(point.readings),
									},
									numberColumn("Lowest", decimals, (point) => point.low),
									numberColumn("Mean", decimals, (point) => point.mean),
									numberColumn("Highest", decimals, (point) => point.high),
								]),
						numberColumn(
							`Average of ${formatSpan(averageSeconds)}`,
							decimals,
							(point) => point.average,
						),
					]}
				/>
			}
			provenance={
				<Provenance
					source={data.dataset.source}
					licence={data.dataset.licence}
					synthetic={data.dataset.synthetic}
					rows={points.length}
					bytes={answer.bytes}
					milliseconds={answer.milliseconds}
					query={answer.query}
					root={root}
				/>
			}
		>
			{figures === null ? (
				<Empty>
					<p>
						There is no reading in this range. Choose a longer one, or another
						measure.
					</p>
				</Empty>
			) : (
				<>
					<Chart
						draw={draw}
						bakedWidth={1392}
						points={cursor}
						label={`${seriesName(chosen)}, with its moving average over ${formatSpan(averageSeconds)}`}
						description={describeWeather(
							points,
							{ measure, unit, gapSeconds },
							when,
						)}
					/>
					<dl class="weather-tiles">
						<Tile
							name="Lowest"
							value={formatUnit(figures.lowest.low, unit, figures.decimals)}
							note={when(figures.lowest)}
						/>
						<Tile
							name="Mean of all readings"
							value={formatUnit(figures.mean, unit, figures.decimals)}
							note={formatCounted(figures.readings, "reading")}
						/>
						<Tile
							name="Highest"
							value={formatUnit(figures.highest.high, unit, figures.decimals)}
							note={when(figures.highest)}
						/>
						<Tile
							name="Gaps"
							value={formatCount(gapCount(points, gapSeconds))}
							note={`longer than ${formatSpan(gapSeconds)}`}
						/>
					</dl>
				</>
			)}
		</Picture>
	);
}

const NARROW_HEIGHT = 320;

function Tile(props: {
	readonly name: string;
	readonly value: string;
	readonly note: string;
}) {
	return (
		<div>
			<dt>{props.name}</dt>
			<dd>
				{props.value}
				<small>{props.note}</small>
			</dd>
		</div>
	);
}

/** The page of a lake without readings: what to add. */
export function NoReadings() {
	return (
		<>
			<header class="page-head">
				<h1>What is the station doing?</h1>
			</header>
			<Empty>
				<p>
					This lake holds no readings. Put CSV files with a header and a column
					of times into the folder <code>weather/</code> of the input, and run{" "}
					<code>npm run data -- --input DIR</code>.
				</p>
				<WhyNotHere />
			</Empty>
		</>
	);
}

function subtitle(bucket: number | null, gapSeconds: number): string {
	const span =
		bucket === null
			? "Each point is a reading"
			: `A point spans ${pointSpan(bucket)}`;
	return `${span}; the line breaks where no reading came for more than ${formatSpan(gapSeconds)}.`;
}

function legend(bucket: number | null, averageSeconds: number): LegendItem[] {
	const average = {
		label: `average of the ${formatSpan(averageSeconds)} before`,
		mark: "average",
	};
	return bucket === null
		? [{ label: "readings", mark: "mean" }, average]
		: [
				{ label: "lowest to highest", mark: "band" },
				{ label: `mean of ${pointSpan(bucket)}`, mark: "mean" },
				average,
			];
}

function readout(
	point: WeatherPoint,
	bucket: number | null,
	averageSeconds: number,
	/** Writes a value with its unit. */
	write: (value: number) => string,
): string {
	const { low, mean, high, average } = point;
	const value =
		bucket === null
			? write(mean)
			: `${write(low)} to ${write(high)}, mean ${write(mean)}`;
	return [
		`${pointTime(point, bucket)} UTC`,
		value,
		...(average === null
			? []
			: [`average of ${formatSpan(averageSeconds)}: ${write(average)}`]),
	].join("\n");
}

function numberColumn(
	name: string,
	decimals: number,
	value: (point: WeatherPoint) => number | null,
) {
	return {
		name,
		isNumber: true,
		cell: (point: WeatherPoint) => {
			const number = value(point);
			return number === null ? "" : formatNumber(number, decimals);
		},
	};
}
