import {
	useCallback,
	useLayoutEffect,
	useMemo,
	useRef,
	useState,
} from "preact/hooks";
import {
	type TagCloud,
	tagCloud,
	tagCloudHeight,
} from "../../charts/tag-cloud.ts";
import {
	describeTopTags,
	TOP_TAG_ROWS,
	type TopTag,
	topTagsChart,
} from "../../charts/top-tags.ts";
import { shownTag } from "../../lib/posts/hashtags.ts";
import { formatCount } from "../../lib/text/format.ts";
import { topTags } from "../../queries/posts.ts";
import { Chart } from "../charts/chart.tsx";
import {
	Choices,
	Picture,
	PictureTable,
	type TableColumn,
	tableCsv,
} from "../charts/picture.tsx";
import { Provenance } from "../shared/provenance.tsx";
import { Empty } from "../shared/states.tsx";
import { Instant } from "./instant.tsx";
import {
	type PostsAnswer,
	type PostsChoice,
	type PostsData,
	selectionOf,
	TOPS,
	type Top,
	windowEnds,
	windowParts,
} from "./model.ts";
import { TagButton, type TagPicker, TagRows } from "./tag-rows.tsx";

/** How the tags are drawn. */
export const DRAWINGS = ["bars", "cloud"] as const;
export type Drawing = (typeof DRAWINGS)[number];

/** The tags of an answer by count, as bars or as a cloud. */
export function TopTags(props: {
	readonly data: PostsData;
	readonly answer: PostsAnswer;
	readonly isBusy: boolean;
	readonly top: Top;
	readonly drawing: Drawing;
	readonly picker: TagPicker;
	readonly root: string | undefined;
	readonly onTop: (top: Top) => void;
	readonly onDrawing: (drawing: Drawing) => void;
}) {
	const { data, answer, top, drawing, picker, root } = props;
	const { choice } = answer;
	const rows = useMemo(
		() => answer.topTags.slice(0, top),
		[answer.topTags, top],
	);
	const columns = tagColumns(picker);
	return (
		<Picture
			id="top-tags"
			title={`Top ${top} hashtags`}
			subtitle={
				<>
					Occurrences in <WindowText choice={choice} data={data} />
				</>
			}
			controls={
				<div class="picture-controls">
					<Choices
						name="draw"
						legend="Drawn as"
						options={[
							{ value: "bars", label: "Bars" },
							{ value: "cloud", label: "Cloud" },
						]}
						value={drawing}
						onChange={props.onDrawing}
					/>
					<label class="field">
						<span class="label">Tags</span>
						<select
							name="top"
							value={String(top)}
							onChange={({ currentTarget }) =>
								props.onTop(Number(currentTarget.value) as Top)
							}
						>
							{TOPS.map((count) => (
								<option
									key={count}
									value={String(count)}
									selected={count === top}
								>
									{count}
								</option>
							))}
						</select>
					</label>
				</div>
			}
			isBusy={props.isBusy}
			csv={() => tableCsv(columns, rows)}
			table={
				<PictureTable
					caption={`Top hashtags of ${windowEnds(choice, data)}`}
					isShort
					rows={rows}
					columns={columns}
				/>
			}
			provenance={
				<Provenance
					source={data.dataset.source}
					licence={data.dataset.licence}
					synthetic={data.dataset.synthetic}
					rows={rows.length}
					bytes={answer.bytes.tags}
					milliseconds={answer.milliseconds?.tags ?? null}
					query={topTags(selectionOf(choice, data), top)}
					isOwn={data.isOwn}
					root={root}
				/>
			}
		>
			{rows.length === 0 ? (
				<Empty>
					<p>
						No post in this window carries{" "}
						{choice.tags.length === 0 ? "a tag" : "these tags"}. Choose a longer
						window, or look at the timeline above for one with posts.
					</p>
				</Empty>
			) : drawing === "cloud" ? (
				<Cloud rows={rows} picker={picker} />
			) : (
				<Bars rows={rows} picker={picker} />
			)}
		</Picture>
	);
}

/** The window in words, with times on the visitor's own clocks. */
export function WindowText(props: {
	readonly choice: PostsChoice;
	readonly data: PostsData;
}) {
	return (
		<>
			{windowParts(props.choice, props.data).map((part) =>
				part instanceof Date ? (
					<Instant key={part.getTime()} at={part} />
				) : (
					part
				),
			)}
		</>
	);
}

function tagColumns(picker: TagPicker): readonly TableColumn<TopTag>[] {
	return [
		{
			name: "Hashtag",
			cell: (row) => <TagButton tag={row.tag} picker={picker} />,
			value: (row) => row.tag,
		},
		{
			name: "Occurrences",
			isNumber: true,
			cell: (row) => formatCount(row.occurrences),
			value: (row) => row.occurrences,
		},
		{
			name: "Posts",
			isNumber: true,
			cell: (row) => formatCount(row.posts),
			value: (row) => row.posts,
		},
	];
}

function Bars(props: {
	readonly rows: readonly TopTag[];
	readonly picker: TagPicker;
}) {
	const { rows, picker } = props;
	const draw = useCallback(
		(width: number) => topTagsChart(rows, { width }),
		[rows],
	);
	return (
		<Chart
			draw={draw}
			bakedWidth={860}
			label={`Bars of the top ${rows.length} hashtags`}
			description={describeTopTags(rows)}
			overlay={() => (
				<TagRows
					rows={TOP_TAG_ROWS}
					tags={rows.map(({ tag }) => tag)}
					picker={picker}
				/>
			)}
		/>
	);
}

/** Words as large as they are frequent; each can be clicked, and reached by keyboard. */
function Cloud(props: {
	readonly rows: readonly TopTag[];
	readonly picker: TagPicker;
}) {
	const { rows, picker } = props;
	const box = useRef<HTMLDivElement>(null);
	const [width, setWidth] = useState(0);
	const [cloud, setCloud] = useState<TagCloud | null>(null);
	useLayoutEffect(() => {
		const element = box.current;
		if (element === null) return;
		const measure = () => setWidth(Math.floor(element.clientWidth));
		measure();
		const observer = new ResizeObserver(() => requestAnimationFrame(measure));
		observer.observe(element);
		return () => observer.disconnect();
	}, []);
	const height = tagCloudHeight(rows.length, width);
	useLayoutEffect(() => {
		if (width === 0 || box.current === null) return;
		let isGone = false;
		const { fontFamily } = getComputedStyle(box.current);
		// Words that are measured in another font would lie over each other.
		void document.fonts.ready.then(() => {
			if (isGone) return;
			setCloud(
				tagCloud(rows, {
					width,
					height,
					fontFamily,
					canvas: () => document.createElement("canvas"),
				}),
			);
		});
		return () => {
			isGone = true;
		};
	}, [rows, width, height]);
	return (
		<div class="chart tag-cloud" ref={box}>
			{cloud !== null && width > 0 && (
				// biome-ignore lint/a11y/useSemanticElements: an svg's words cannot stand in a fieldset
				<svg
					class="plot drawn"
					width={width}
					height={height}
					viewBox={`${-width / 2} ${-height / 2} ${width} ${height}`}
					role="group"
					aria-label={`Cloud of the top ${rows.length} hashtags. ${describeTopTags(rows)}`}
				>
					{cloud.words.map((word) => (
						// biome-ignore lint/a11y/useSemanticElements: svg has no button
						<text
							key={word.row.tag}
							class={`cloud-word cloud-word-${(word.rank % 5) + 1}`}
							role="button"
							tabindex={0}
							aria-label={`${shownTag(word.row.tag)}, ${formatCount(word.row.occurrences)}`}
							aria-pressed={picker.chosen.includes(word.row.tag)}
							transform={`translate(${word.x},${word.y})`}
							text-anchor="middle"
							font-size={word.fontSize}
							font-weight={600}
							onClick={() => picker.pick(word.row.tag)}
							onKeyDown={(event) => {
								if (event.key !== "Enter" && event.key !== " ") return;
								event.preventDefault();
								picker.pick(word.row.tag);
							}}
						>
							{word.text}
						</text>
					))}
				</svg>
			)}
			{cloud !== null && cloud.left.length > 0 && (
				<p class="small muted">
					No room for {cloud.left.map(({ tag }) => shownTag(tag)).join(", ")}:
					the table has them.
				</p>
			)}
		</div>
	);
}
