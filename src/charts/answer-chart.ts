import * as Plot from "@observablehq/plot";
import { inOwnDirection } from "../lib/text/own-direction.ts";
import { ellipsis, textWidthEm } from "../lib/text/text-width.ts";
import {
	type Candle,
	type Drawing,
	type DrawnPoint,
	numberText,
	spanOf,
	textOf,
} from "./answer-drawing.ts";
import { EACH } from "./answer-encoding.ts";
import { formatNumber } from "./format.ts";
import { timeAxis } from "./time-axis.ts";
import { decimalsFor, valueAxis, valueAxisWidth } from "./value-axis.ts";

const ROW_HEIGHT = 24;
const HEIGHT = 360;
const FONT_SIZE = 12;
const MARGIN_RIGHT = 24;
/** Of a bar or a candle, in pixels. */
const WIDEST = 24;

/** The colours of candles, by their places among those of series, from 1. */
export const CANDLE_COLOURS = { rises: 4, falls: 3 };

/** A drawing as Plot's options for a width in pixels. */
export function answerChart(
	drawing: Drawing,
	{ width = 960 }: { width?: number } = {},
): Plot.PlotOptions {
	return drawing.scale === "words"
		? alongWords(drawing, width)
		: alongNumbers(drawing, width);
}

const colourOf = ({ series }: DrawnPoint) => `var(--series-${series + 1})`;

/** Words below each other, their values to the right. */
function alongWords(drawing: Drawing, width: number): Plot.PlotOptions {
	const { points, encoding } = drawing;
	const words = [...new Set(points.map(({ place }) => place as string))];
	const labels = new Map(
		words.map((word) => [
			word,
			ellipsis(textOf(word, "words"), (width * 0.35) / FONT_SIZE),
		]),
	);
	const widest = Math.max(2, ...[...labels.values()].map(textWidthEm));
	const [low, high] = spanOf(drawing);
	const decimals = decimalsFor(low, high);
	const ticks = Math.max(2, Math.round(width / 160));
	const tickFormat = (value: number) => formatNumber(value, decimals);
	const options = { x: "value", y: "place" } as const;
	// Where a bar is of one value, that stands at its end.
	const ends =
		encoding.mark === "bars" && points.length === words.length ? points : [];
	const endText = ({ value }: DrawnPoint) => formatNumber(value, decimals);
	const widestEnd = Math.max(0, ...ends.map(endText).map(textWidthEm));
	return {
		width,
		height: words.length * ROW_HEIGHT + 52,
		marginTop: 40,
		marginBottom: 12,
		marginLeft: Math.ceil(widest * FONT_SIZE) + 12,
		marginRight: Math.max(MARGIN_RIGHT, widestEnd * FONT_SIZE) + 12,
		x: { nice: true, zero: encoding.mark === "bars" },
		y: { domain: words, axis: null, padding: 0.22, round: false },
		marks: [
			Plot.gridX({ ticks }),
			Plot.axisX({
				anchor: "top",
				ticks,
				tickSize: 0,
				tickFormat,
				label: `${axisLabel(drawing)} →`,
			}),
			encoding.mark === "bars"
				? Plot.barX(points, {
						...options,
						fill: colourOf,
						order: "series",
						className: "bars",
					})
				: Plot.dot(points, {
						...options,
						r: 4,
						fill: colourOf,
						fillOpacity: 0.7,
						className: "dots",
					}),
			...(encoding.mark === "bars"
				? [Plot.ruleX([0], { stroke: "var(--line-control)" })]
				: []),
			Plot.text(ends, {
				x: ({ value }: DrawnPoint) => Math.max(0, value),
				y: "place",
				text: endText,
				textAnchor: "start",
				dx: 6,
				fill: "var(--text-muted)",
			}),
			Plot.text(words, {
				y: (word: string) => word,
				text: (word: string) => labels.get(word),
				frameAnchor: "left",
				textAnchor: "end",
				dx: -8,
				fill: "var(--text)",
			}),
		],
	};
}

/** Times or numbers from left to right, values upwards. */
function alongNumbers(drawing: Drawing, width: number): Plot.PlotOptions {
	const { points, scale, encoding } = drawing;
	const [low, high] = spanOf(drawing);
	const marginLeft = valueAxisWidth(low, high);
	const first = points[0]?.place ?? 0;
	const last = points.at(-1)?.place ?? 1;
	const inner = width - marginLeft - MARGIN_RIGHT;
	return {
		width,
		height: HEIGHT,
		marginLeft,
		marginRight: MARGIN_RIGHT,
		marginTop: 26,
		marginBottom: 40,
		x: {
			type: scale === "time" ? "utc" : "linear",
			label: null,
			inset: encoding.mark === "line" ? 0 : WIDEST / 2,
		},
		y: { nice: true, zero: encoding.mark === "bars" },
		marks: [
			...valueAxis({
				...{ low, high, ticks: 5 },
				label: axisLabel(drawing),
			}),
			scale === "time"
				? timeAxis(first as Date, last as Date, inner)
				: Plot.axisX({
						ticks: Math.max(3, Math.round(width / 110)),
						tickSize: 4,
						tickFormat: (value: number) => numberText(value, points),
						label: `${inOwnDirection(drawing.across)} →`,
					}),
			...marksOf(drawing, inner),
			...(encoding.mark === "bars"
				? [Plot.ruleY([0], { stroke: "var(--line-control)" })]
				: []),
		],
	};
}

/** What is upwards; where each column is, the legend has their names. */
function axisLabel({ encoding, up }: Drawing): string {
	if (encoding.mark === "candles") return "price";
	return encoding.up === EACH ? "value" : inOwnDirection(up);
}

/** `width` is that of the axes, in pixels. */
function marksOf(
	{ points, encoding, candles, series }: Drawing,
	width: number,
): Plot.Markish[] {
	switch (encoding.mark) {
		case "line":
			return [...Array(Math.max(1, series.length)).keys()].map((at) =>
				Plot.lineY(
					points.filter((point) => point.series === at),
					{
						x: "place",
						y: "value",
						stroke: `var(--series-${at + 1})`,
						strokeWidth: 1.6,
						className: "line",
					},
				),
			);
		case "dots":
			return [
				Plot.dot(points, {
					x: "place",
					y: "value",
					r: points.length > 1000 ? 2 : 3,
					fill: colourOf,
					fillOpacity: 0.7,
					className: "dots",
				}),
			];
		case "bars": {
			const half = barStep(points, width).value * 0.4;
			return [
				Plot.rectY(points, {
					x1: ({ place }: DrawnPoint) => Number(place) - half,
					x2: ({ place }: DrawnPoint) => Number(place) + half,
					y: "value",
					fill: colourOf,
					order: "series",
					className: "bars",
				}),
			];
		}
		case "candles": {
			const pixels = Math.min(WIDEST, barStep(points, width).pixels * 0.7);
			return [
				Plot.ruleX(candles, {
					x: "place",
					y1: "low",
					y2: "high",
					stroke: "var(--text-muted)",
					className: "wicks",
				}),
				Plot.ruleX(candles, {
					x: "place",
					y1: "open",
					y2: "close",
					stroke: ({ open, close }: Candle) =>
						`var(--series-${CANDLE_COLOURS[close < open ? "falls" : "rises"]})`,
					strokeWidth: Math.max(1, pixels),
					className: "candles",
				}),
			];
		}
	}
}

/**
 * The least distance between two places, in milliseconds or units and in pixels, but
 * none of which a bar would be thinner than a pixel.
 */
function barStep(
	points: readonly DrawnPoint[],
	width: number,
): { readonly value: number; readonly pixels: number } {
	const places = [...new Set(points.map(({ place }) => Number(place)))];
	const span = (places.at(-1) ?? 0) - (places[0] ?? 0);
	if (span === 0) return { value: 1, pixels: WIDEST };
	let least = span;
	for (const [at, place] of places.entries())
		least = Math.min(
			least,
			place - (places[at - 1] ?? Number.NEGATIVE_INFINITY),
		);
	const value = Math.max(least, span / width);
	return { value, pixels: (value / span) * width };
}
