import { formatCount } from "../../lib/text/format.ts";
import type { DensityScale } from "./density.ts";

/** What rides are drawn as. */
export const DRAW_NAMES = ["cells", "lines"] as const;
export type DrawName = (typeof DRAW_NAMES)[number];

export const LEGEND_TITLES: Readonly<Record<DrawName, string>> = {
	cells: "Rides that pass a spot",
	lines: "Rides along a line",
};

const SCALE_WORDS = {
	log: "on a logarithmic scale",
	quantile: "so that each part of the scale colours as many spots",
} as const;

/** Width of a digit of a legend's number, and the room between two numbers, in pixels. */
const DIGIT = 6.5;
const GAP = 6;

/** What the colours mean, in a sentence. */
export function legendSentence({ top, name }: DensityScale): string {
	const last = top === 1 ? "1 ride" : `${formatCount(top)} rides`;
	return `Colours run from 1 ride to ${last} ${SCALE_WORDS[name]}.`;
}

/** The counts that a legend of a width in pixels has room to name: the first, the top, and what fits between. */
export function legendTicks(
	{ named, positionOf }: DensityScale,
	width: number,
): { readonly count: number; readonly position: number }[] {
	const ticks = named.map((count) => ({ count, position: positionOf(count) }));
	const [first] = ticks;
	const last = ticks.at(-1);
	if (first === undefined || last === undefined) return [];
	const fits = (one: typeof first, other: typeof first) => {
		const room = (textWidth(one.count) + textWidth(other.count)) / 2 + GAP;
		return (other.position - one.position) * width >= room;
	};
	if (!fits(first, last)) return [last];
	const chosen = [first];
	for (const tick of ticks.slice(1, -1))
		if (fits(chosen.at(-1) ?? first, tick) && fits(tick, last))
			chosen.push(tick);
	return [...chosen, last];
}

function textWidth(count: number): number {
	return formatCount(count).length * DIGIT;
}
