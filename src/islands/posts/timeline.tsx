import { useCallback, useContext, useMemo } from "preact/hooks";
import { formatDay, unitName } from "../../charts/format.ts";
import {
	describeTimeline,
	type PostsOfDay,
	type TimelineBin,
	type TimelineUnit,
	timelineBins,
	timelineChart,
	withoutReposts,
} from "../../charts/posts-timeline.ts";
import { formatCount } from "../../lib/text/format.ts";
import {
	addUnits,
	DAY_MS,
	UNIT_LABELS,
	unitStart,
} from "../../lib/time-units.ts";
import { postsPerDay } from "../../queries/posts.ts";
import { Chart } from "../charts/chart.tsx";
import { ChartHtml } from "../charts/chart-html.ts";
import { type BrushedDays, DayBrush } from "../charts/day-brush.tsx";
import {
	Picture,
	PictureTable,
	type TableColumn,
	tableCsv,
} from "../charts/picture.tsx";
import { Provenance } from "../shared/provenance.tsx";
import { zoneName } from "./instant.tsx";
import {
	dayRange,
	type PostsChoice,
	type PostsData,
	spanOf,
	windowOf,
} from "./model.ts";

/** Bins of the timeline's table, as wide pictures show them. */
const TABLE_WIDTH = 960;

/** Posts over time, on which a window is brushed. */
export function Timeline(props: {
	readonly data: PostsData;
	/** With the days that are being brushed. */
	readonly choice: PostsChoice;
	readonly root: string | undefined;
	readonly onBrush: (days: BrushedDays | null) => void;
	readonly onChoose: (days: BrushedDays) => void;
}) {
	const { data, choice, root } = props;
	const { withReposts } = choice;
	const isBaked = useContext(ChartHtml) !== null;
	const days = useMemo(
		() => (withReposts ? data.days : withoutReposts(data.days)),
		[data.days, withReposts],
	);
	const window = windowOf(choice, data.lastPost);
	const draw = useCallback(
		(width: number) =>
			timelineChart(days, {
				width,
				window: isBaked
					? { from: window.lower?.at ?? null, to: window.upper?.at ?? null }
					: null,
			}),
		// The window is drawn at build time alone: later the brush shows it.
		[days, isBaked],
	);
	const table = useMemo(() => timelineBins(days, TABLE_WIDTH), [days]);
	const description = useMemo(
		() => describeTimeline(days, TABLE_WIDTH),
		[days],
	);
	const columns = columnsOf(table.unit);
	const { first, last } = dayRange(data);
	const { start, end } = spanOf(choice, data);
	const barsOf = (width: number) => timelineBins(days, width).unit;
	return (
		<Picture
			id="timeline"
			title="Posts over time"
			controls={
				<p class="small muted">
					Drag over the bars to choose days; the ends of the window also move by
					arrow keys. Days are those of UTC, so that a link shows everybody the
					same posts; times of day are{" "}
					<span title={isBaked ? undefined : zoneName()}>in your own zone</span>
					.
				</p>
			}
			legend={[
				{ label: "with tags", mark: "tagged" },
				{ label: "without", mark: "untagged" },
				{ label: "the window", mark: "window" },
			]}
			csv={() => daysCsv(data.days)}
			table={
				<PictureTable
					caption={`Posts per ${table.unit}, UTC`}
					rows={table.bins}
					columns={columns}
				/>
			}
			provenance={
				<Provenance
					source={data.dataset.source}
					licence={data.dataset.licence}
					synthetic={data.dataset.synthetic}
					rows={data.days.length}
					query={postsPerDay(data.tables)}
					isOwn={data.isOwn}
					root={root}
				/>
			}
		>
			<Chart
				draw={draw}
				bakedWidth={1392}
				label="Posts over time"
				description={description}
				overlay={(xScale) =>
					xScale !== undefined && (
						<DayBrush
							label="Window of posts"
							xScale={xScale}
							days={{ from: first, to: last }}
							shown={{ start, end: new Date(end.getTime() + 1) }}
							barAt={(time) => daysAt(time, barsOf(widthOf(xScale.range)))}
							onBrush={props.onBrush}
							onChoose={props.onChoose}
						/>
					)
				}
			/>
		</Picture>
	);
}

/** Width of a picture from its scale's range, which lies between its margins. */
const widthOf = (range: Iterable<unknown> = []) =>
	Number([...range][1] ?? TABLE_WIDTH) + 24;

function daysAt(time: Date, unit: TimelineUnit): BrushedDays {
	const from = unitStart(time, unit);
	return { from, to: new Date(addUnits(from, 1, unit).getTime() - DAY_MS) };
}

function columnsOf(unit: TimelineUnit): readonly TableColumn<TimelineBin>[] {
	return [
		{
			name: UNIT_LABELS[unit],
			cell: ({ start }) =>
				unit === "week" ? formatDay(start) : unitName(start, unit),
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
		{ name: "Tags", isNumber: true, cell: (bin) => formatCount(bin.tags) },
	];
}

/** Every day, whatever the bars sum up. */
function daysCsv(days: readonly PostsOfDay[]): string {
	return tableCsv<PostsOfDay>(
		[
			{ name: "day", cell: ({ day }) => day.toISOString().slice(0, 10) },
			{ name: "posts", cell: ({ posts }) => String(posts) },
			{ name: "tagged", cell: ({ tagged }) => String(tagged) },
			{ name: "tags", cell: ({ tags }) => String(tags) },
			{ name: "reposts", cell: ({ inReposts }) => String(inReposts.posts) },
			{
				name: "tagged_reposts",
				cell: ({ inReposts }) => String(inReposts.tagged),
			},
			{ name: "repost_tags", cell: ({ inReposts }) => String(inReposts.tags) },
		],
		days,
	);
}
