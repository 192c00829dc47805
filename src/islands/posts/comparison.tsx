import type { ComponentChildren, RefObject } from "preact";
import { useCallback, useRef } from "preact/hooks";
import { formatNumber, unitName } from "../../charts/format.ts";
import {
	AVERAGE_UNITS,
	describeTagLines,
	tagLinesChart,
} from "../../charts/tag-series.ts";
import { foldTag, shownTag } from "../../lib/posts/hashtags.ts";
import { formatCount } from "../../lib/text/format.ts";
import {
	TIME_UNITS,
	type TimeUnit,
	UNIT_LABELS,
} from "../../lib/time-units.ts";
import { Chart } from "../charts/chart.tsx";
import { Choices, Picture, PictureTable } from "../charts/picture.tsx";
import { Empty } from "../shared/states.tsx";
import type { PostsData } from "./model.ts";
import { TagChips } from "./tag-rows.tsx";
import { Source, seriesCsv } from "./trends.tsx";
import {
	type Comparison,
	type ComparisonAnswer,
	MOST_COMPARED,
} from "./trends-model.ts";

/** Several tags over each other, per hour, day, week, month or year, with moving averages. */
export function Compare(props: {
	readonly data: PostsData;
	readonly comparison: Comparison;
	/** Of another comparison while `isBusy`; null before the first. */
	readonly answer: ComparisonAnswer | null;
	readonly isBusy: boolean;
	readonly status: ComponentChildren;
	/** Tags to offer. */
	readonly known: readonly string[];
	readonly onChange: (comparison: Comparison) => void;
}) {
	const { data, comparison, answer, known, onChange } = props;
	const { tags } = comparison;
	const another = useRef<HTMLInputElement>(null);
	const rows = answer?.rows ?? [];
	const unit = answer?.unit ?? comparison.unit;
	const draw = useCallback(
		(width: number) => tagLinesChart(rows, unit, { width }),
		[rows, unit],
	);
	const average = averageWords(unit);
	return (
		<Picture
			id="compare"
			title="Hashtags over each other"
			subtitle={`Occurrences per ${unit}, UTC (thin), and the mean of the last ${average} (strong)${unit === comparison.unit ? "" : `; the window is too long for ${comparison.unit}s`}`}
			legend={(answer?.tags ?? []).map((tag, index) => ({
				label: shownTag(tag),
				mark: `series-${index + 1}`,
			}))}
			controls={
				<div class="picture-controls">
					<Choices<TimeUnit>
						name="unit"
						legend="Per"
						options={TIME_UNITS.map((value) => ({
							value,
							label: UNIT_LABELS[value],
						}))}
						value={comparison.unit}
						onChange={(value) => onChange({ ...comparison, unit: value })}
					/>
					<AddTag
						input={another}
						known={known.filter((tag) => !tags.includes(tag))}
						isFull={tags.length >= MOST_COMPARED}
						onAdd={(tag) => {
							if (!tags.includes(tag))
								onChange({ ...comparison, tags: [...tags, tag] });
						}}
					/>
					<TagChips
						tags={tags}
						label="Hashtags that are compared"
						takeLabel={(tag) => `Take ${shownTag(tag)} out of the comparison`}
						onTake={(tag) =>
							onChange({
								...comparison,
								tags: tags.filter((other) => other !== tag),
							})
						}
						onLast={() => another.current?.focus()}
					/>
				</div>
			}
			isBusy={props.isBusy}
			csv={rows.length === 0 ? undefined : () => seriesCsv(rows)}
			table={
				rows.length > 0 && (
					<PictureTable
						caption={`Occurrences per ${unit}, UTC, and the mean of the last ${average}`}
						rows={rows[0]?.counts.map((_, index) => index) ?? []}
						columns={[
							{
								name: UNIT_LABELS[unit],
								cell: (index) =>
									unitName(rows[0]?.counts[index]?.start as Date, unit),
							},
							...rows.flatMap(({ tag, counts }) => [
								{
									name: shownTag(tag),
									isNumber: true,
									cell: (index: number) =>
										formatCount(counts[index]?.occurrences ?? 0),
								},
								{
									name: "mean",
									isNumber: true,
									cell: (index: number) => {
										const mean = counts[index]?.average ?? null;
										return mean === null ? "–" : formatNumber(mean, 2);
									},
								},
							]),
						]}
					/>
				)
			}
			provenance={
				answer && (
					<Source
						data={data}
						asked={answer}
						rows={rows.reduce((sum, { counts }) => sum + counts.length, 0)}
					/>
				)
			}
		>
			{props.status}
			{tags.length === 0 ? (
				<Empty>
					<p>No hashtag is compared. Add one above.</p>
				</Empty>
			) : answer === null ? (
				<div class="posts-coming" />
			) : (
				<Chart
					draw={draw}
					label="Hashtags over each other"
					description={describeTagLines(rows, unit)}
				/>
			)}
		</Picture>
	);
}

function AddTag(props: {
	readonly input: RefObject<HTMLInputElement | null>;
	readonly known: readonly string[];
	readonly isFull: boolean;
	readonly onAdd: (tag: string) => void;
}) {
	const { input, known, isFull, onAdd } = props;
	return (
		<form
			class="posts-add"
			onSubmit={(event) => {
				event.preventDefault();
				const tag = tagOf(input.current?.value ?? "");
				if (tag === "" || input.current === null) return;
				input.current.value = "";
				onAdd(tag);
			}}
		>
			<label class="field">
				<span class="label">
					{isFull ? `${MOST_COMPARED} are the most` : "Another hashtag"}
				</span>
				<input
					ref={input}
					list="posts-known-tags"
					disabled={isFull}
					autocomplete="off"
					spellcheck={false}
				/>
			</label>
			<datalist id="posts-known-tags">
				{known.map((tag) => (
					<option key={tag} value={tag} />
				))}
			</datalist>
			<button type="submit" class="button" disabled={isFull}>
				Add
			</button>
		</form>
	);
}

/** A tag as people type it, in the form in which the lake counts it. */
function tagOf(text: string): string {
	return foldTag(text.trim().replace(/^[#\uFE5F\uFF03]/, ""));
}

function averageWords(unit: TimeUnit): string {
	return `${AVERAGE_UNITS[unit]} ${unit}s`;
}
