import { inOwnDirection } from "../lib/text/own-direction.ts";
import { type Drawing, placeText } from "./answer-drawing.ts";
import { formatNumber } from "./format.ts";

/** What a drawing shows at one place across. */
export interface Reading {
	readonly x: Date | number;
	/** The place, and a value for each series that has one there. */
	readonly text: string;
}

const DECIMALS = 6;

/** What can be read off a drawing from left to right; null where words stand below each other. */
export function readingsOf(drawing: Drawing): Reading[] | null {
	const { encoding, scale, series, points, up } = drawing;
	if (scale === "words") return null;
	if (encoding.mark === "candles")
		return drawing.candles.map(({ place, ...prices }) => {
			const said = Object.entries(prices).map(
				([name, price]) => `${name} ${formatNumber(price, DECIMALS)}`,
			);
			return {
				x: place,
				text: [placeText(drawing, place), ...said].join("\n"),
			};
		});
	const byPlace = new Map<number, Map<number, number[]>>();
	for (const point of points) {
		if (Number.isNaN(point.value)) continue;
		const x = Number(point.place);
		const there = byPlace.get(x) ?? new Map<number, number[]>();
		byPlace.set(x, there);
		const values = there.get(point.series) ?? [];
		there.set(point.series, values);
		values.push(point.value);
	}
	const told =
		encoding.mark === "bars"
			? (values: readonly number[]) =>
					formatNumber(
						values.reduce((sum, value) => sum + value),
						DECIMALS,
					)
			: rangeText;
	return [...byPlace].map(([x, there]) => {
		const place = scale === "time" ? new Date(x) : x;
		const where = placeText(drawing, place);
		if (series.length === 0) {
			const [values = []] = there.values();
			return {
				x: place,
				text: `${where}: ${inOwnDirection(up)} ${told(values)}`,
			};
		}
		const said = series.flatMap((name, at) => {
			const values = there.get(at);
			return values === undefined ? [] : `${name} ${told(values)}`;
		});
		return { x: place, text: [where, ...said].join("\n") };
	});
}

/** The least and the greatest of several values at one place. */
function rangeText(values: readonly number[]): string {
	const ends = [Math.min, Math.max].map((end) =>
		formatNumber(
			values.reduce((one, other) => end(one, other)),
			DECIMALS,
		),
	);
	return [...new Set(ends)].join(" to ");
}
