import * as Plot from "@observablehq/plot";
import { textWidthEm } from "../lib/text/text-width.ts";
import { formatNumber } from "./format.ts";

/** In pixels. */
const FONT_SIZE = 12;
const LEAST_WIDTH = 48;

/**
 * Decimals that tell values of a range apart: from 0 for a range of hundreds to 12;
 * of values that are all equal from 1, by their size.
 */
export function decimalsFor(low: number, high: number): number {
	const least = low === high ? 1 : 0;
	const size = low === high ? Math.abs(low) : high - low;
	return size === 0
		? least
		: Math.min(12, Math.max(least, 2 - Math.floor(Math.log10(size))));
}

/** Room for the numbers at an axis of values from `low` to `high`, in pixels. */
export function valueAxisWidth(low: number, high: number): number {
	const decimals = decimalsFor(low, high);
	const widest = Math.max(
		...[low, high].map((end) => textWidthEm(formatNumber(end, decimals))),
	);
	return Math.max(LEAST_WIDTH, Math.ceil(widest * FONT_SIZE) + 14);
}

/** Lines across a picture, and their values at the left below what these are. */
export function valueAxis(options: {
	readonly low: number;
	readonly high: number;
	readonly ticks: number;
	readonly label: string;
}): Plot.Markish[] {
	const { low, high, ticks, label } = options;
	const decimals = decimalsFor(low, high);
	return [
		Plot.gridY({ ticks }),
		Plot.axisY({
			ticks,
			tickSize: 0,
			tickFormat: (value: number) => formatNumber(value, decimals),
			label: `↑ ${label}`,
		}),
	];
}
