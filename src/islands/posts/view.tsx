import type { ComponentChildren } from "preact";
import { useCallback, useRef } from "preact/hooks";
import {
	describeFunnel,
	funnelChart,
	funnelSum,
	stepsOf,
	tagsPerPost,
} from "../../charts/funnel.ts";
import { shownTag } from "../../lib/posts/hashtags.ts";
import { formatCount } from "../../lib/text/format.ts";
import { funnel as funnelQuery } from "../../queries/posts.ts";
import { Chart } from "../charts/chart.tsx";
import type { BrushedDays } from "../charts/day-brush.tsx";
import { Choices, DayRange, Picture, tableCsv } from "../charts/picture.tsx";
import { Provenance } from "../shared/provenance.tsx";
import { Empty, WhyNotHere } from "../shared/states.tsx";
import {
	isBackward,
	type PostsAnswer,
	type PostsChoice,
	type PostsData,
	type Preset,
	selectionOf,
	sentence,
	type Top,
	windowWords,
} from "./model.ts";
import { OwnOffer } from "./own-offer.tsx";
import { TagChips, type TagPicker } from "./tag-rows.tsx";
import { Timeline } from "./timeline.tsx";
import { type Drawing, TopTags } from "./top-tags.tsx";

const PRESET_LABELS: readonly { value: Preset; label: string }[] = [
	{ value: "day", label: "Day" },
	{ value: "week", label: "Week" },
	{ value: "month", label: "30 days" },
	{ value: "all", label: "All" },
];

/** As it stands at build time. */
const OFFER = (
	<section class="own" aria-label="Your own posts">
		<OwnOffer isDisabled />
	</section>
);

const NO_PICKER: TagPicker = {
	chosen: [],
	pick: () => {},
	pickBoth: () => {},
};

/** The page as it stands for a choice: at build time and in the browser. */
export function PostsView(props: {
	readonly data: PostsData;
	/** With the days that are being brushed. */
	readonly choice: PostsChoice;
	/** The last answer there is; of another choice while `isBusy`. Null where none is. */
	readonly answer: PostsAnswer | null;
	readonly isBusy?: boolean;
	/** Progress or failure, in the place of the pictures where there is no answer. */
	readonly status?: ComponentChildren;
	readonly top: Top;
	readonly drawing: Drawing;
	readonly onChoice?: (choice: PostsChoice) => void;
	readonly onBrush?: (days: BrushedDays | null) => void;
	readonly onTop?: (top: Top) => void;
	readonly onDrawing?: (drawing: Drawing) => void;
	readonly picker?: TagPicker;
	/** What opens the visitor's own posts, and tells of them. */
	readonly own?: ComponentChildren;
	/** What the engine adds: trends, comparison, the posts themselves. */
	readonly children?: ComponentChildren;
	/** Root of the site at build time. */
	readonly root?: string;
}) {
	const { data, choice, answer, isBusy = false, status, root } = props;
	const { picker = NO_PICKER } = props;
	const onChoice = props.onChoice ?? (() => {});
	const seen = useRef<HTMLParagraphElement>(null);
	const first = data.days[0]?.day ?? data.lastPost;
	const hasDays = choice.from !== null || choice.to !== null;
	return (
		<>
			<header class="page-head">
				<h1>What do people talk about now?</h1>
				<p id="posts-sentence" aria-live="polite" ref={seen} tabIndex={-1}>
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
					onChange={(preset) =>
						onChoice({ ...choice, preset, from: null, to: null })
					}
				/>
				<DayRange
					from={choice.from}
					to={choice.to}
					first={first}
					last={data.lastPost}
					onChange={(from, to) => onChoice({ ...choice, from, to })}
				/>
				<Choices
					name="reposts"
					legend="Reposts"
					options={[
						{ value: "yes", label: "Count" },
						{ value: "no", label: "Leave out" },
					]}
					value={choice.withReposts ? "yes" : "no"}
					onChange={(value) =>
						onChoice({ ...choice, withReposts: value === "yes" })
					}
				/>
			</div>
			{props.own ?? OFFER}
			{choice.tags.length > 0 && (
				<div class="posts-chosen">
					<span class="small muted">Only posts with</span>
					<TagChips
						tags={choice.tags}
						label="Hashtags that posts must carry"
						takeLabel={(tag) => `Take off ${shownTag(tag)}`}
						onTake={picker.pick}
						onLast={() => seen.current?.focus()}
					/>
				</div>
			)}
			<Timeline
				data={data}
				choice={choice}
				root={root}
				onBrush={props.onBrush ?? (() => {})}
				onChoose={(days) => onChoice({ ...choice, ...days })}
			/>
			{status}
			{answer !== null && !isBackward(choice) && (
				<>
					<div class="posts-pictures">
						<TopTags
							data={data}
							answer={answer}
							isBusy={isBusy}
							top={props.top}
							drawing={props.drawing}
							picker={picker}
							root={root}
							onTop={props.onTop ?? (() => {})}
							onDrawing={props.onDrawing ?? (() => {})}
						/>
						<Funnel data={data} answer={answer} isBusy={isBusy} root={root} />
					</div>
					{props.children}
				</>
			)}
		</>
	);
}

function Funnel(props: {
	readonly data: PostsData;
	readonly answer: PostsAnswer;
	readonly isBusy: boolean;
	readonly root: string | undefined;
}) {
	const { data, answer } = props;
	const { funnel } = answer;
	const draw = useCallback(
		(width: number) => funnelChart(funnel, { width }),
		[funnel],
	);
	return (
		<Picture
			id="funnel"
			title="From all posts to those counted"
			subtitle="Posts"
			isBusy={props.isBusy}
			csv={() =>
				tableCsv(
					[
						{ name: "step", cell: ({ name }) => name },
						{ name: "posts", cell: ({ start, end }) => String(end - start) },
					],
					stepsOf(funnel),
				)
			}
			provenance={
				<Provenance
					source={data.dataset.source}
					licence={data.dataset.licence}
					synthetic={data.dataset.synthetic}
					bytes={answer.bytes.funnel}
					milliseconds={answer.milliseconds?.funnel ?? null}
					query={funnelQuery(selectionOf(answer.choice, data))}
					isOwn={data.isOwn}
					root={props.root}
				/>
			}
		>
			<Chart
				draw={draw}
				bakedWidth={490}
				label="Funnel from all posts to those counted"
				description={describeFunnel(funnel)}
			/>
			<p class="funnel-sum" id="funnel-sum">
				{funnelSum(funnel)}
			</p>
			<dl class="posts-tiles">
				<div>
					<dt>Tags in counted posts</dt>
					<dd id="posts-tags">{formatCount(funnel.tags)}</dd>
				</div>
				<div>
					<dt>Tags per counted post</dt>
					<dd id="posts-rate">{tagsPerPost(funnel)}</dd>
				</div>
			</dl>
		</Picture>
	);
}

/** The page of a lake without posts: what to add; `own` is null at build time. */
export function NoPosts({ own }: { readonly own: ComponentChildren }) {
	return (
		<>
			<header class="page-head">
				<h1>What do people talk about now?</h1>
			</header>
			{own ?? OFFER}
			<Empty>
				<p>
					This lake holds no posts. Put a Twitter archive (<code>.zip</code>, or
					its <code>.js</code> files), search-API JSON, JSON Lines, Mastodon's
					archive (<code>.tar.gz</code>, or its <code>outbox.json</code>) or CSV
					into the folder <code>posts/</code> of the input, and run{" "}
					<code>npm run data -- --input DIR</code>.
				</p>
				<WhyNotHere />
			</Empty>
		</>
	);
}
