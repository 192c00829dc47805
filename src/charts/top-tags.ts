import * as Plot from "@observablehq/plot";
import { shownTag } from "../lib/posts/hashtags.ts";
import { formatCount, formatCounted } from "../lib/text/format.ts";
import { textWidthEm } from "../lib/text/text-width.ts";
import { FONT_SIZE, tagLabels } from "./tag-labels.ts";

/** A tag of a window: how often it stands in the posts, and in how many posts. */
export interface TopTag {
	readonly tag: string;
	readonly occurrences: number;
	readonly posts: number;
}

const MARGIN = 2;

/** The rows of {@link topTagsChart} in pixels: top of the first, and height of each. */
export const TOP_TAG_ROWS = { top: MARGIN, height: 24 };

/**
 * Bars of tags in the order given, each with its count at its end, so that no
 * axis is needed. Long tags are cut to 40 % of the width.
 */
export function topTagsChart(
	rows: readonly TopTag[],
	{ width = 640 }: { width?: number } = {},
): Plot.PlotOptions {
	const tags = rows.map(({ tag }) => tag);
	const labels = tagLabels(tags, width * 0.4);
	const most = Math.max(1, ...rows.map((row) => row.occurrences));
	return {
		width,
		height: rows.length * TOP_TAG_ROWS.height + 2 * MARGIN,
		marginTop: MARGIN,
		marginBottom: MARGIN,
		marginLeft: labels.width + 8,
		marginRight: Math.ceil(textWidthEm(formatCount(most)) * FONT_SIZE) + 10,
		x: { axis: null, domain: [0, most] },
		y: {
			axis: null,
			domain: tags,
			padding: 0.22,
			round: false,
		},
		marks: [
			Plot.barX(rows, {
				x: "occurrences",
				y: "tag",
				fill: "var(--series-1)",
				rx: 2,
				className: "bar",
			}),
			labels.mark(8),
			Plot.text(rows, {
				x: "occurrences",
				y: "tag",
				text: (row: TopTag) => formatCount(row.occurrences),
				textAnchor: "start",
				dx: 6,
				fill: "var(--text-muted)",
				className: "figure",
			}),
		],
	};
}

/** What {@link topTagsChart} shows, in words. */
export function describeTopTags(rows: readonly TopTag[]): string {
	const [first, second, third] = rows;
	if (first === undefined) return "No tag was counted in this window.";
	const last = rows[rows.length - 1] as TopTag;
	const places = [
		`${shownTag(first.tag)} leads with ${formatCounted(first.occurrences, "occurrence")}`,
		second &&
			`then ${shownTag(second.tag)} with ${formatCount(second.occurrences)}`,
		third &&
			`and ${shownTag(third.tag)} with ${formatCount(third.occurrences)}`,
	].filter((place) => place !== undefined);
	const end =
		rows.length > 3
			? ` The last of the ${formatCount(rows.length)} shown is ${shownTag(last.tag)} with ${formatCount(last.occurrences)}.`
			: "";
	return `${places.join(", ")}.${end}`;
}
