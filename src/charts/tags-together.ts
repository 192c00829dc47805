import * as Plot from "@observablehq/plot";
import { shownTag } from "../lib/posts/hashtags.ts";
import { formatCount, formatCounted } from "../lib/text/format.ts";
import { textWidthEm } from "../lib/text/text-width.ts";
import { FONT_SIZE, tagLabels } from "./tag-labels.ts";

/** Posts that carry two tags; of a tag with itself, the posts that carry it. */
export interface TagPair {
	readonly tag: string;
	readonly other: string;
	readonly posts: number;
}

/** Of the longest name, in pixels. */
const LABEL_WIDTH = 9 * FONT_SIZE;
/** By which the names of columns rise. */
const LABEL_DEGREES = 50;
const MIN_MARGIN = 40;
/** Columns are hardly narrower, in pixels. */
const MIN_COLUMN = 20;

/** The rows of {@link tagsTogetherChart} in pixels: top of the first, and height of each. */
export const TAG_PAIR_ROWS = { top: 96, height: 28 };

/**
 * A matrix of tags, both ways, in the order given: the stronger a cell, the larger
 * the part of the row's posts that carry the column's tag as well; its number is
 * their count. The diagonal is empty.
 */
export function tagsTogetherChart(
	pairs: readonly TagPair[],
	tags: readonly string[],
	{ width = 640 }: { width?: number } = {},
): Plot.PlotOptions {
	const labels = tagLabels(tags, LABEL_WIDTH);
	const cells = cellsOf(pairs, tags);
	const strongest = Math.max(1e-9, ...cells.map(({ share }) => share));
	const marginLeft = labels.width + 12;
	const marginRight = Math.max(
		MIN_MARGIN,
		overhang([...labels.texts.values()]),
	);
	const cellWidth =
		(width - marginLeft - marginRight) / Math.max(1, tags.length);
	return {
		width,
		height: TAG_PAIR_ROWS.top + tags.length * TAG_PAIR_ROWS.height,
		marginTop: TAG_PAIR_ROWS.top,
		marginBottom: 0,
		marginLeft,
		marginRight,
		x: { axis: null, domain: tags, padding: 0.06, round: false },
		y: { axis: null, domain: tags, padding: 0.06, round: false },
		opacity: { type: "identity" },
		marks: [
			Plot.cell(
				tags.flatMap((tag) => tags.map((other) => ({ tag, other }))),
				{
					x: "other",
					y: "tag",
					fill: "var(--line)",
					fillOpacity: 0.35,
					rx: 2,
				},
			),
			Plot.cell(cells, {
				x: "other",
				y: "tag",
				fill: "var(--series-1)",
				fillOpacity: (cell: Cell) => 0.12 + 0.4 * (cell.share / strongest),
				rx: 2,
				className: "cell",
			}),
			...(cellWidth < 24
				? []
				: [
						Plot.text(cells, {
							x: "other",
							y: "tag",
							text: (cell: Cell) => formatCount(cell.posts),
							fill: "var(--text)",
							fontSize: cellWidth < 34 ? 10 : 12,
						}),
					]),
			labels.mark(8),
			Plot.text(tags, {
				x: (tag: string) => tag,
				text: (tag: string) => labels.texts.get(tag),
				frameAnchor: "top",
				textAnchor: "start",
				rotate: -LABEL_DEGREES,
				dy: -6,
				fill: "var(--text)",
			}),
		],
	};
}

/** What {@link tagsTogetherChart} shows, in words. */
export function describeTagsTogether(pairs: readonly TagPair[]): string {
	const together = pairs
		.filter(({ tag, other }) => tag !== other)
		.sort((one, other) => other.posts - one.posts);
	if (together.length === 0) return "No two of these tags stand in one post.";
	return `Most often together: ${together
		.slice(0, 3)
		.map(
			({ tag, other, posts }) =>
				`${shownTag(tag)} and ${shownTag(other)} in ${formatCounted(posts, "post")}`,
		)
		.join(", ")}.`;
}

/** How far the names of columns reach beyond the last column, in pixels. */
function overhang(labels: readonly string[]): number {
	const along = Math.cos((LABEL_DEGREES * Math.PI) / 180);
	return Math.ceil(
		Math.max(
			0,
			...labels.map(
				(label, column) =>
					textWidthEm(label) * FONT_SIZE * along -
					(labels.length - 1 - column) * MIN_COLUMN,
			),
		),
	);
}

interface Cell {
	readonly tag: string;
	readonly other: string;
	readonly posts: number;
	/** Of the posts with `tag`, those with `other`. */
	readonly share: number;
}

function cellsOf(pairs: readonly TagPair[], tags: readonly string[]): Cell[] {
	const known = new Set(tags);
	const own = new Map(
		pairs
			.filter(({ tag, other }) => tag === other)
			.map(({ tag, posts }) => [tag, posts]),
	);
	return pairs
		.filter(
			({ tag, other }) => tag !== other && known.has(tag) && known.has(other),
		)
		.flatMap(({ tag, other, posts }) => [
			{ tag, other, posts, share: posts / (own.get(tag) ?? posts) },
			{
				tag: other,
				other: tag,
				posts,
				share: posts / (own.get(other) ?? posts),
			},
		]);
}
