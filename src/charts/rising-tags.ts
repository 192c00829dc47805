import * as Plot from "@observablehq/plot";
import { shownTag } from "../lib/posts/hashtags.ts";
import { formatCount } from "../lib/text/format.ts";
import { formatFixed, formatNumber } from "./format.ts";
import { tagLabels } from "./tag-labels.ts";

/** A tag in a window and in the one before. */
export interface RisingTag {
	readonly tag: string;
	readonly occurrences: number;
	readonly earlier: number;
	/** Of all occurrences of the window, 0 to 1. */
	readonly share: number;
	/** The same before; null where the window before has no tags. */
	readonly earlierShare: number | null;
	/** z-score of the log-odds ratio; greater than 0. */
	readonly score: number;
}

/** The rows of {@link risingTagsChart} in pixels: top of the first, and height of each. */
export const RISING_TAG_ROWS = { top: 28, height: 28 };

/**
 * Each tag's share of all occurrences, before (ring) and now (dot), in per cent,
 * with its score at the right; in the order given.
 */
export function risingTagsChart(
	rows: readonly RisingTag[],
	{ width = 640 }: { width?: number } = {},
): Plot.PlotOptions {
	const tags = rows.map(({ tag }) => tag);
	const labels = tagLabels(tags, width * 0.36);
	const most = Math.max(
		1e-6,
		...rows.map(({ share, earlierShare }) =>
			Math.max(share, earlierShare ?? 0),
		),
	);
	return {
		width,
		height: RISING_TAG_ROWS.top + rows.length * RISING_TAG_ROWS.height,
		marginTop: RISING_TAG_ROWS.top,
		marginBottom: 0,
		marginLeft: labels.width + 12,
		marginRight: 52,
		x: { domain: [0, most], axis: null, percent: false },
		y: {
			axis: null,
			domain: tags,
			padding: 0.5,
			round: false,
		},
		marks: [
			Plot.axisX({
				anchor: "top",
				ticks: Math.max(2, Math.round(width / 160)),
				tickSize: 0,
				tickFormat: (share: number) => `${formatNumber(share * 100, 2)} %`,
				label: null,
			}),
			Plot.gridX({ ticks: Math.max(2, Math.round(width / 160)) }),
			Plot.link(rows, {
				x1: (row: RisingTag) => row.earlierShare ?? 0,
				x2: "share",
				y1: "tag",
				y2: "tag",
				stroke: "var(--series-1)",
				strokeOpacity: 0.45,
				strokeWidth: 3,
			}),
			Plot.dot(rows, {
				x: (row: RisingTag) => row.earlierShare ?? 0,
				y: "tag",
				r: 4,
				fill: "var(--surface)",
				stroke: "var(--text-muted)",
				strokeWidth: 1.5,
			}),
			Plot.dot(rows, {
				x: "share",
				y: "tag",
				r: 5,
				fill: "var(--series-1)",
				className: "now",
			}),
			labels.mark(12),
			Plot.text(rows, {
				y: "tag",
				text: (row: RisingTag) => `+${formatFixed(row.score, 1)}`,
				frameAnchor: "right",
				textAnchor: "start",
				dx: 12,
				fill: "var(--text)",
				className: "figure",
			}),
		],
	};
}

/** What {@link risingTagsChart} shows, in words. */
export function describeRisingTags(rows: readonly RisingTag[]): string {
	const [first, second] = rows;
	if (first === undefined)
		return "No tag rose from the window before to this one.";
	const change = (row: RisingTag) =>
		`${shownTag(row.tag)}, from ${formatCount(row.earlier)} to ${formatCount(row.occurrences)} (score ${formatFixed(row.score, 1)})`;
	return `${change(first)}, rose most${second === undefined ? "" : `, then ${change(second)}`}.`;
}
