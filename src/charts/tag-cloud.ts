import cloud from "d3-cloud";
import { shownTag } from "../lib/posts/hashtags.ts";
import { randomFrom } from "../lib/random.ts";
import type { TopTag } from "./top-tags.ts";

/** A tag of a cloud; `x` and `y` are its baseline's middle, in pixels from the cloud's own. */
export interface CloudWord {
	readonly row: TopTag;
	readonly text: string;
	readonly x: number;
	readonly y: number;
	/** In pixels. */
	readonly fontSize: number;
	/** Place among the tags, from 0. */
	readonly rank: number;
}

export interface TagCloud {
	readonly words: readonly CloudWord[];
	/** Tags for which there was no room. */
	readonly left: readonly TopTag[];
}

const SMALLEST = 13;

/** Height in pixels of a cloud of so many tags on a width. */
export function tagCloudHeight(tags: number, width: number): number {
	return Math.round(
		Math.min(520, Math.max(200, 120 + (tags * 9000) / Math.max(320, width))),
	);
}

/**
 * Places tags by d3-cloud, their letters as high as the root of their counts tells.
 * The same rows, size and font give the same cloud.
 */
export function tagCloud(
	rows: readonly TopTag[],
	options: {
		readonly width: number;
		readonly height: number;
		readonly fontFamily: string;
		/** For measuring the words. */
		readonly canvas: () => HTMLCanvasElement;
	},
): TagCloud {
	const { width, height } = options;
	const most = Math.max(1, ...rows.map((row) => row.occurrences));
	const largest = Math.min(64, width / 8);
	let words: CloudWord[] = [];
	cloud<cloud.Word & { readonly row: TopTag; readonly rank: number }>()
		.size([width, height])
		.canvas(options.canvas)
		.words(
			rows.map((row, rank) => ({
				row,
				rank,
				text: shownTag(row.tag),
				size:
					SMALLEST + (largest - SMALLEST) * Math.sqrt(row.occurrences / most),
			})),
		)
		.font(options.fontFamily)
		.fontWeight(600)
		.fontSize((word) => word.size ?? SMALLEST)
		.rotate(0)
		.padding(3)
		.random(randomFrom(20))
		// All in one go: the last word's place is known when `start` returns.
		.timeInterval(Number.POSITIVE_INFINITY)
		.on("end", (placed) => {
			words = placed.map(
				({ row, rank, text = "", x = 0, y = 0, size = 0 }) => ({
					row,
					rank,
					text,
					x,
					y,
					fontSize: size,
				}),
			);
		})
		.start();
	const shown = new Set(words.map(({ row }) => row.tag));
	return { words, left: rows.filter(({ tag }) => !shown.has(tag)) };
}
