import * as Plot from "@observablehq/plot";
import { textWidthEm } from "../lib/text/text-width.ts";
import { formatCompact } from "./format.ts";

/** How often something was: a bar. */
export interface CountBar {
	/** Below the bar; no two are alike. */
	readonly label: string;
	/** In words. */
	readonly name: string;
	readonly count: number;
}

const FONT_SIZE = 11;

/** A few upright bars with their counts above them, as far as those fit; labels as often as they fit. */
export function countBars(
	bars: readonly CountBar[],
	width: number,
): Plot.PlotOptions {
	const step = width / Math.max(1, bars.length);
	const widest = (texts: readonly string[]) =>
		Math.max(0, ...texts.map(textWidthEm)) * FONT_SIZE + 2;
	const every = Math.ceil(widest(bars.map(({ label }) => label)) / step);
	const hasCounts =
		widest(bars.map(({ count }) => formatCompact(count))) <= step;
	const most = Math.max(1, ...bars.map(({ count }) => count));
	return {
		width,
		height: 92,
		margin: 0,
		marginTop: 16,
		marginBottom: 18,
		x: {
			type: "band",
			domain: bars.map(({ label }) => label),
			padding: 0.2,
			label: null,
		},
		y: { domain: [0, most], axis: null },
		marks: [
			Plot.axisX(
				bars
					.filter((_, index) => index % every === 0)
					.map(({ label }) => label),
				{ tickSize: 0, fontSize: FONT_SIZE, tickPadding: 4 },
			),
			Plot.barY(bars, {
				x: "label",
				y: "count",
				fill: "var(--accent)",
			}),
			Plot.ruleY([0], { stroke: "var(--line-control)" }),
			...(hasCounts
				? [
						Plot.text(bars, {
							x: "label",
							y: "count",
							text: ({ count }: CountBar) =>
								count === 0 ? "" : formatCompact(count),
							dy: -7,
							fontSize: FONT_SIZE,
							fill: "var(--text)",
						}),
					]
				: []),
		],
	};
}

/** The same in words: `2023: 4 rides, 2024: 11 rides.` */
export function countBarsText(
	bars: readonly CountBar[],
	counted: (count: number) => string,
): string {
	return `${bars.map(({ name, count }) => `${name}: ${counted(count)}`).join(", ")}.`;
}
