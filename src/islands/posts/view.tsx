import type { ComponentChildren } from "preact";
import { useCallback } from "preact/hooks";
import { formatDay } from "../../charts/format.ts";
import {
	describeFunnel,
	funnelChart,
	tagsPerPost,
} from "../../charts/funnel.ts";
import {
	describeBin,
	describeTimeline,
	timelineBins,
	timelineChart,
} from "../../charts/posts-timeline.ts";
import {
	describeTopTags,
	type TopTag,
	topTagsChart,
} from "../../charts/top-tags.ts";
import { formatCount } from "../../lib/format.ts";
import {
	funnel as funnelQuery,
	postsPerDay,
	topTags,
} from "../../queries/posts.ts";
import { Chart } from "../charts/chart.tsx";
import {
	Choices,
	DayRange,
	Picture,
	PictureTable,
} from "../charts/picture.tsx";
import { Provenance } from "../shared/provenance.tsx";
import { Empty } from "../shared/states.tsx";
import {
	isBackward,
	type PostsAnswer,
	type PostsData,
	type Preset,
	sentence,
	TAG_LIMIT,
	type WindowChoice,
	windowEnds,
	windowOf,
	windowWords,
} from "./model.ts";

const PRESET_LABELS: readonly { value: Preset; label: string }[] = [
	{ value: "day", label: "Day" },
	{ value: "week", label: "Week" },
	{ value: "month", label: "30 days" },
	{ value: "all", label: "All" },
];

/** Bins of the timeline's table, as wide pictures show them. */
const TABLE_WIDTH = 960;

/** The page as it stands for a choice: at build time and in the browser. */
export function PostsView(props: {
	readonly data: PostsData;
	readonly choice: WindowChoice;
	/** The last answer there is; of another choice while `isBusy`. Null where none is. */
	readonly answer: PostsAnswer | null;
	readonly isBusy?: boolean;
	/** Progress or failure, in the place of the pictures where there is no answer. */
	readonly status?: ComponentChildren;
	readonly onChoice?: (choice: WindowChoice) => void;
	/** Root of the site at build time. */
	readonly root?: string;
}) {
	const { data, choice, answer, isBusy = false, status, root } = props;
	const onChoice = props.onChoice ?? (() => {});
	const window = windowOf(choice, data.lastPost);
	const first = data.days[0]?.day ?? data.lastPost;
	const hasDays = choice.from !== null || choice.to !== null;
	return (
		<>
			<header class="page-head">
				<h1>What do people talk about now?</h1>
				<p id="posts-sentence" aria-live="polite">
					{isBackward(choice)
						? "The first day lies after the last: choose an earlier one."
						: isBusy
							? `${windowWords(choice, data)} …`
							: answer === null
								? `${windowWords(choice, data)}, nothing could be counted.`
								: sentence(choice, data, answer)}
				</p>
			</header>
			<div class="controls posts-controls">
				<Choices
					name="window"
					legend="Window, up to the last post"
					options={PRESET_LABELS}
					value={hasDays ? null : choice.preset}
					onChange={(preset) => onChoice({ preset, from: null, to: null })}
				/>
				<DayRange
					from={choice.from}
					to={choice.to}
					first={first}
					last={data.lastPost}
					onChange={(from, to) => onChoice({ ...choice, from, to })}
				/>
			</div>
			<Timeline data={data} choice={choice} root={root} />
			{status}
			{answer !== null && !isBackward(choice) && (
				<div class="posts-pictures">
					<Picture
						id="top-tags"
						title={`Top ${TAG_LIMIT} hashtags`}
						subtitle={`Occurrences in ${windowEnds(window)}`}
						isBusy={isBusy}
						table={
							<PictureTable
								caption={`Top hashtags of ${windowEnds(window)}`}
								isShort
								rows={answer.topTags}
								columns={TAG_COLUMNS}
							/>
						}
						provenance={
							<Provenance
								source={data.dataset.source}
								licence={data.dataset.licence}
								synthetic={data.dataset.synthetic}
								rows={answer.topTags.length}
								bytes={answer.bytes.tags}
								milliseconds={answer.milliseconds?.tags ?? null}
								query={topTags(window, TAG_LIMIT)}
								root={root}
							/>
						}
					>
						{answer.topTags.length === 0 ? (
							<Empty>
								<p>
									No post in this window carries a tag. Choose a longer window,
									or look at the timeline above for one with posts.
								</p>
							</Empty>
						) : (
							<TagBars rows={answer.topTags} />
						)}
					</Picture>
					<Picture
						id="funnel"
						title="From all posts to those counted"
						subtitle="Posts"
						isBusy={isBusy}
						provenance={
							<Provenance
								source={data.dataset.source}
								licence={data.dataset.licence}
								synthetic={data.dataset.synthetic}
								bytes={answer.bytes.funnel}
								milliseconds={answer.milliseconds?.funnel ?? null}
								query={funnelQuery(window)}
								root={root}
							/>
						}
					>
						<FunnelBars answer={answer} />
						<p class="funnel-sum" id="funnel-sum">
							{formatCount(answer.funnel.allPosts)} −{" "}
							{formatCount(answer.funnel.withoutTags)} −{" "}
							{formatCount(answer.funnel.outside)} ={" "}
							{formatCount(answer.funnel.counted)}
						</p>
						<dl class="posts-tiles">
							<div>
								<dt>Tags in counted posts</dt>
								<dd id="posts-tags">{formatCount(answer.funnel.tags)}</dd>
							</div>
							<div>
								<dt>Tags per counted post</dt>
								<dd id="posts-rate">{tagsPerPost(answer.funnel)}</dd>
							</div>
						</dl>
					</Picture>
				</div>
			)}
		</>
	);
}

const TAG_COLUMNS = [
	{ name: "Hashtag", cell: (row: TopTag) => `#${row.tag}` },
	{
		name: "Occurrences",
		isNumber: true,
		cell: (row: TopTag) => formatCount(row.occurrences),
	},
	{
		name: "Posts",
		isNumber: true,
		cell: (row: TopTag) => formatCount(row.posts),
	},
];

function TagBars({ rows }: { readonly rows: readonly TopTag[] }) {
	const draw = useCallback(
		(width: number) => topTagsChart(rows, { width }),
		[rows],
	);
	return (
		<Chart
			draw={draw}
			bakedWidth={860}
			label={`Bars of the top ${TAG_LIMIT} hashtags`}
			description={describeTopTags(rows)}
		/>
	);
}

function FunnelBars({ answer }: { readonly answer: PostsAnswer }) {
	const { funnel } = answer;
	const draw = useCallback(
		(width: number) => funnelChart(funnel, { width }),
		[funnel],
	);
	return (
		<Chart
			draw={draw}
			bakedWidth={490}
			label="Funnel from all posts to those counted"
			description={describeFunnel(funnel)}
		/>
	);
}

function Timeline(props: {
	readonly data: PostsData;
	readonly choice: WindowChoice;
	readonly root: string | undefined;
}) {
	const { data, choice, root } = props;
	const window = windowOf(choice, data.lastPost);
	const from = window.lower?.at.getTime() ?? null;
	const to = window.upper?.at.getTime() ?? null;
	const draw = useCallback(
		(width: number) =>
			timelineChart(data.days, {
				width,
				window:
					from === null && to === null
						? null
						: {
								from: from === null ? null : new Date(from),
								to: to === null ? null : new Date(to),
							},
			}),
		[data.days, from, to],
	);
	const { unit, bins } = timelineBins(data.days, TABLE_WIDTH);
	return (
		<Picture
			id="timeline"
			title="Posts over time"
			legend={[
				{ label: "with tags", mark: "tagged" },
				{ label: "without", mark: "untagged" },
				{ label: "the window", mark: "window" },
			]}
			table={
				<PictureTable
					caption={`Posts per ${unit}, UTC`}
					rows={bins}
					columns={[
						{
							name:
								unit === "month" ? "Month" : unit === "week" ? "Week" : "Day",
							cell: (bin) =>
								unit === "week" ? formatDay(bin.start) : describeBin(bin, unit),
						},
						{
							name: "Posts",
							isNumber: true,
							cell: (bin) => formatCount(bin.posts),
						},
						{
							name: "With tags",
							isNumber: true,
							cell: (bin) => formatCount(bin.tagged),
						},
						{
							name: "Tags",
							isNumber: true,
							cell: (bin) => formatCount(bin.tags),
						},
					]}
				/>
			}
			provenance={
				<Provenance
					source={data.dataset.source}
					licence={data.dataset.licence}
					synthetic={data.dataset.synthetic}
					rows={data.days.length}
					query={postsPerDay()}
					root={root}
				/>
			}
		>
			<Chart
				draw={draw}
				bakedWidth={1392}
				label="Posts over time"
				description={describeTimeline(data.days, TABLE_WIDTH)}
			/>
		</Picture>
	);
}

/** The page of a lake without posts: what to add. */
export function NoPosts() {
	return (
		<>
			<header class="page-head">
				<h1>What do people talk about now?</h1>
			</header>
			<Empty>
				<p>
					This lake holds no posts. Put a Twitter archive (<code>.js</code>{" "}
					months), search-API JSON or JSON Lines into the folder{" "}
					<code>posts/</code> of the input, and run{" "}
					<code>npm run data -- --input DIR</code>.
				</p>
			</Empty>
		</>
	);
}
