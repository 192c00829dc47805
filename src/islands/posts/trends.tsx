import { useCallback } from "preact/hooks";
import { formatFixed, formatNumber, unitName } from "../../charts/format.ts";
import {
	describeRisingTags,
	RISING_TAG_ROWS,
	type RisingTag,
	risingTagsChart,
} from "../../charts/rising-tags.ts";
import {
	describeTagRows,
	TAG_SERIES_ROWS,
	type TagSeries,
	tagRowsChart,
} from "../../charts/tag-series.ts";
import {
	describeTagsTogether,
	TAG_PAIR_ROWS,
	type TagPair,
	tagsTogetherChart,
} from "../../charts/tags-together.ts";
import { shownTag } from "../../lib/posts/hashtags.ts";
import { formatCount } from "../../lib/text/format.ts";
import { type TimeUnit, UNIT_LABELS } from "../../lib/time-units.ts";
import { Chart } from "../charts/chart.tsx";
import {
	Picture,
	PictureTable,
	type TableColumn,
	tableCsv,
} from "../charts/picture.tsx";
import { Provenance } from "../shared/provenance.tsx";
import { Empty } from "../shared/states.tsx";
import type { PostsData } from "./model.ts";
import { PairButton, TagCells } from "./tag-cells.tsx";
import { TagButton, type TagPicker, TagRows } from "./tag-rows.tsx";
import { WindowText } from "./top-tags.tsx";
import type { Asked, TrendsAnswer } from "./trends-model.ts";

/** What rises, how the tags run, and which come together. */
export function Trends(props: {
	readonly data: PostsData;
	readonly answer: TrendsAnswer;
	readonly isBusy: boolean;
	readonly picker: TagPicker;
}) {
	const { data, answer, isBusy, picker } = props;
	const common = { data, answer, isBusy, picker };
	return (
		<>
			<Rising {...common} />
			<Course {...common} />
			<Together {...common} />
		</>
	);
}

interface Part {
	readonly data: PostsData;
	readonly answer: TrendsAnswer;
	readonly isBusy: boolean;
	readonly picker: TagPicker;
}

const per = (share: number | null) =>
	share === null ? "–" : `${formatNumber(share * 100, 2)} %`;

function Rising({ data, answer, isBusy, picker }: Part) {
	const { rising, choice } = answer;
	const rows = rising?.rows ?? [];
	const draw = useCallback(
		(width: number) => risingTagsChart(rows, { width }),
		[rows],
	);
	const columns: readonly TableColumn<RisingTag>[] = [
		{
			name: "Hashtag",
			cell: ({ tag }) => <TagButton tag={tag} picker={picker} />,
			value: ({ tag }) => tag,
		},
		{
			name: "Now",
			isNumber: true,
			cell: ({ occurrences }) => formatCount(occurrences),
			value: ({ occurrences }) => occurrences,
		},
		{
			name: "Before",
			isNumber: true,
			cell: ({ earlier }) => formatCount(earlier),
			value: ({ earlier }) => earlier,
		},
		{
			name: "Share now",
			isNumber: true,
			cell: ({ share }) => per(share),
			value: ({ share }) => share,
		},
		{
			name: "Share before",
			isNumber: true,
			cell: ({ earlierShare }) => per(earlierShare),
			value: ({ earlierShare }) => earlierShare,
		},
		{
			name: "Score",
			isNumber: true,
			cell: ({ score }) => formatFixed(score, 2),
			value: ({ score }) => score,
		},
	];
	return (
		<Picture
			id="rising"
			title="Rising"
			subtitle={
				rising === null ? undefined : (
					<>
						Share of all occurrences in{" "}
						<WindowText choice={choice} data={data} />, against the time of
						equal length before
					</>
				)
			}
			legend={
				rows.length === 0
					? []
					: [
							{ label: "before", mark: "earlier" },
							{ label: "now, and its score", mark: "tagged" },
						]
			}
			isBusy={isBusy}
			csv={rows.length === 0 ? undefined : () => tableCsv(columns, rows)}
			table={
				rows.length > 0 && (
					<>
						<PictureTable
							caption="Rising hashtags"
							rows={rows}
							columns={columns}
						/>
						<ScoreNote />
					</>
				)
			}
			provenance={
				rising && <Source data={data} asked={rising} rows={rows.length} />
			}
		>
			{rows.length === 0 ? (
				<Empty>
					<p>
						{rising === null
							? "These are all posts: there is no time before to compare them with. Choose a shorter window."
							: "No tag rose against the time before."}
					</p>
				</Empty>
			) : (
				<Chart
					draw={draw}
					label="Rising hashtags"
					description={describeRisingTags(rows)}
					overlay={() => (
						<TagRows
							rows={RISING_TAG_ROWS}
							tags={rows.map(({ tag }) => tag)}
							picker={picker}
						/>
					)}
				/>
			)}
		</Picture>
	);
}

/** The formula of the score, and where it is from. */
function ScoreNote() {
	return (
		<details class="posts-note">
			<summary>How the score is made</summary>
			<p>
				The score is the z-score of the log-odds ratio with an informative
				Dirichlet prior: how sure it is that the tag's part of the talk has
				grown, so that a tag of two occurrences does not outrank one of
				hundreds. With y of n occurrences now, y′ of n′ before, A different
				tags, and a = A × (y + y′) / (n + n′):
			</p>
			<p class="posts-formula">
				δ = ln((y + a) / (n + A − y − a)) − ln((y′ + a) / (n′ + A − y′ − a))
				<br />
				score = δ / √(1 / (y + a) + 1 / (y′ + a))
			</p>
			<p>
				Monroe, Colaresi and Quinn,{" "}
				<a
					href="https://doi.org/10.1093/pan/mpn018"
					target="_blank"
					rel="noopener noreferrer"
				>
					Fightin' Words
				</a>
				, Political Analysis 16 (2008), equations 16, 20 and 22. Above 1.96 a
				rise is unlikely to be chance.
			</p>
		</details>
	);
}

function Course({ data, answer, isBusy, picker }: Part) {
	const { rows, unit } = answer.series;
	const draw = useCallback(
		(width: number) => tagRowsChart(rows, unit, { width }),
		[rows, unit],
	);
	if (rows.length === 0) return null;
	return (
		<Picture
			id="course"
			title="The top hashtags over time"
			subtitle={`Occurrences per ${unit}, UTC, each row to its own peak; the window may cut the first and the last ${unit}`}
			isBusy={isBusy}
			csv={() => seriesCsv(rows)}
			table={
				<PictureTable
					caption={`Occurrences per ${unit}, UTC`}
					rows={rows[0]?.counts ?? []}
					columns={courseColumns(rows, unit)}
				/>
			}
			provenance={
				<Source
					data={data}
					asked={answer.series}
					rows={rows.reduce((sum, { counts }) => sum + counts.length, 0)}
				/>
			}
		>
			<Chart
				draw={draw}
				label="The top hashtags over time"
				description={describeTagRows(rows, unit)}
				overlay={() => (
					<TagRows
						rows={TAG_SERIES_ROWS}
						tags={rows.map(({ tag }) => tag)}
						picker={picker}
					/>
				)}
			/>
		</Picture>
	);
}

/** Of a table with a row for each unit: the unit, and each tag's occurrences in it. */
export function courseColumns(
	series: readonly TagSeries[],
	unit: TimeUnit,
): TableColumn<{ readonly start: Date }>[] {
	return [
		{ name: UNIT_LABELS[unit], cell: ({ start }) => unitName(start, unit) },
		...series.map(({ tag, counts }) => {
			const byStart = new Map(
				counts.map((count) => [count.start.getTime(), count.occurrences]),
			);
			return {
				name: shownTag(tag),
				isNumber: true,
				cell: ({ start }: { start: Date }) =>
					formatCount(byStart.get(start.getTime()) ?? 0),
			};
		}),
	];
}

/** One row a tag and unit: `tag, start, occurrences, average`. */
export function seriesCsv(series: readonly TagSeries[]): string {
	return tableCsv(
		[
			{ name: "tag", cell: ({ tag }) => tag },
			{ name: "start", cell: ({ start }) => start.toISOString() },
			{ name: "occurrences", cell: ({ occurrences }) => String(occurrences) },
			{
				name: "average",
				cell: ({ average }) => (average === null ? "" : String(average)),
				value: ({ average }) => average,
			},
		],
		series.flatMap(({ tag, counts }) =>
			counts.map((count) => ({ tag, ...count })),
		),
	);
}

function Together({ data, answer, isBusy, picker }: Part) {
	const { pairs, tags } = answer.together;
	const draw = useCallback(
		(width: number) => tagsTogetherChart(pairs, tags, { width }),
		[pairs, tags],
	);
	const together = pairs
		.filter(({ tag, other }) => tag !== other)
		.sort((one, other) => other.posts - one.posts);
	if (tags.length < 2) return null;
	const columns: readonly TableColumn<TagPair>[] = [
		{
			name: "Hashtag",
			cell: ({ tag }) => <TagButton tag={tag} picker={picker} />,
			value: ({ tag }) => tag,
		},
		{
			name: "With",
			cell: ({ other }) => <TagButton tag={other} picker={picker} />,
			value: ({ other }) => other,
		},
		{
			name: "Posts",
			isNumber: true,
			cell: (pair) => (
				<PairButton pair={pair} picker={picker}>
					{formatCount(pair.posts)}
				</PairButton>
			),
			value: ({ posts }) => posts,
		},
	];
	return (
		<Picture
			id="together"
			title="Hashtags that come together"
			subtitle="Posts that carry both; the stronger a cell, the larger their part of the posts of its row"
			isBusy={isBusy}
			csv={() => tableCsv(columns, together)}
			table={
				<PictureTable
					caption="Posts that carry two hashtags"
					rows={together}
					columns={columns}
				/>
			}
			provenance={
				<Source data={data} asked={answer.together} rows={pairs.length} />
			}
		>
			<Chart
				draw={draw}
				label="Hashtags that come together"
				description={describeTagsTogether(pairs)}
				overlay={(xScale) => (
					<>
						<TagRows rows={TAG_PAIR_ROWS} tags={tags} picker={picker} />
						{xScale !== undefined && (
							<TagCells
								rows={TAG_PAIR_ROWS}
								xScale={xScale}
								tags={tags}
								pairs={pairs}
								picker={picker}
							/>
						)}
					</>
				)}
			/>
		</Picture>
	);
}

/** Where a picture that the engine answered comes from. */
export function Source(props: {
	readonly data: PostsData;
	readonly asked: Asked;
	readonly rows: number;
}) {
	const { dataset } = props.data;
	return (
		<Provenance
			source={dataset.source}
			licence={dataset.licence}
			synthetic={dataset.synthetic}
			rows={props.rows}
			bytes={props.asked.bytes}
			milliseconds={props.asked.milliseconds}
			query={props.asked.query}
			isOwn={props.data.isOwn}
		/>
	);
}
