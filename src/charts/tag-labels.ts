import * as Plot from "@observablehq/plot";
import { shownTag } from "../lib/posts/hashtags.ts";
import { ellipsis, textWidthEm } from "../lib/text/text-width.ts";

export const FONT_SIZE = 12;

/** Names of tags as they stand left of their rows. */
export interface TagLabels {
	/** What stands there, by tag. */
	readonly texts: ReadonlyMap<string, string>;
	/** Of the longest, in pixels. */
	readonly width: number;
	/** Draws them `gap` pixels left of the picture, by the scale of its rows. */
	mark(gap: number, scale?: "y" | "fy"): Plot.Markish;
}

/** Long tags are cut to `most` pixels. */
export function tagLabels(tags: readonly string[], most: number): TagLabels {
	const texts = new Map(
		tags.map((tag) => [tag, ellipsis(shownTag(tag), most / FONT_SIZE)]),
	);
	const widest = Math.max(2, ...[...texts.values()].map(textWidthEm));
	return {
		texts,
		width: Math.ceil(widest * FONT_SIZE),
		mark: (gap, scale = "y") =>
			Plot.text(tags, {
				[scale]: (tag: string) => tag,
				text: (tag: string) => texts.get(tag),
				frameAnchor: "left",
				textAnchor: "end",
				dx: -gap,
				fill: "var(--text)",
			}),
	};
}
