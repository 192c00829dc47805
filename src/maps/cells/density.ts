/** Steps of the density ramp; their colours are `--density-1…8` in density.css. */
export const DENSITY_STEPS = 8;

/** The smallest top of a scale: with few rides, one ride is not yet the brightest. */
const SMALLEST_TOP = 5;

type Lab = readonly [lightness: number, a: number, b: number];

/**
 * Where a count of rides stands on the ramp, 0 to 1, on a log scale: the step from
 * 1 to 2 rides looks as large as that from 50 to 100. `top` is the count that is
 * brightest; counts above it are as bright.
 */
export function densityOf(count: number, top: number): number {
	return Math.min(1, Math.log(count) / Math.log(top));
}

/** The next of 5, 10, 20, 50, 100 … that is not below the largest count. */
export function topOfScale(largest: number): number {
	let power = 1;
	for (;;) {
		for (const factor of [1, 2, 5]) {
			const top = power * factor;
			if (top >= largest && top >= SMALLEST_TOP) return top;
		}
		power *= 10;
	}
}

/** Counts to name on a log scale's legend: 1, 2, 5, 10 … up to the top, at most seven. */
export function legendCounts(top: number): number[] {
	const counts = roundCounts(top);
	if (counts.length <= 7) return counts;
	const decades = counts.filter((count) => Number.isInteger(Math.log10(count)));
	return decades.at(-1) === top ? decades : [...decades, top];
}

/** 1, 2, 5, 10 … as far as a count. */
function roundCounts(top: number): number[] {
	const counts: number[] = [];
	for (let power = 1; power <= top; power *= 10)
		for (const factor of [1, 2, 5])
			if (power * factor <= top) counts.push(power * factor);
	return counts;
}

export const SCALE_NAMES = ["log", "quantile"] as const;
export type ScaleName = (typeof SCALE_NAMES)[number];

/** Where counts of rides stand on the ramp. */
export interface DensityScale {
	readonly name: ScaleName;
	/** The count that has the last colour; counts above it have it too. */
	readonly top: number;
	/** 0 to 1, for a count from 1. */
	readonly positionOf: (count: number) => number;
	/** Counts to name on a legend, rising; they may stand close. */
	readonly named: readonly number[];
}

/** Equal ratios have equal room, see {@link densityOf}. */
export function logScale(largest: number): DensityScale {
	const top = topOfScale(largest);
	return {
		name: "log",
		top,
		positionOf: (count) => densityOf(count, top),
		named: legendCounts(top),
	};
}

/**
 * Each part of the ramp has as many cells: a count stands where the share of the
 * occupied cells that have fewer rides is, of those that do not have the most. So
 * the rarest have the first colour and the busiest the last. Zeros are no cells.
 */
export function quantileScale(counts: Uint32Array): DensityScale {
	let top = 1;
	for (const count of counts) if (count > top) top = count;
	const fewer = new Float64Array(top + 1);
	for (const count of counts)
		if (count > 0 && count < top)
			fewer[count + 1] = (fewer[count + 1] as number) + 1;
	for (let count = 1; count <= top; count++)
		fewer[count] = (fewer[count] as number) + (fewer[count - 1] as number);
	const all = fewer[top] as number;
	return {
		name: "quantile",
		top,
		positionOf: (count) =>
			all === 0 ? 1 : (fewer[Math.min(count, top)] as number) / all,
		named: [...new Set([...roundCounts(top), top])],
	};
}

/** The scale of a name over the counts of a picture's cells. */
export function scaleOf(
	name: ScaleName,
	counts: Uint32Array,
	largest: number,
): DensityScale {
	return name === "log" ? logScale(largest) : quantileScale(counts);
}

/** A count's step of the ramp, 1 to {@link DENSITY_STEPS}, for pictures with few colours. */
export function densityStep(count: number, top: number): number {
	return 1 + Math.round(densityOf(count, top) * (DENSITY_STEPS - 1));
}

/**
 * Colours by count, as the bytes of an ImageData seen as 32-bit words: entry n is
 * the colour of n rides, entry 0 is clear. Mixed between the stops in OKLab
 * (B. Ottosson, https://bottosson.github.io/posts/oklab/), where equal steps look equal.
 */
export function densityColours(
	stops: readonly string[],
	largest: number,
	scale: DensityScale,
): Uint32Array {
	const labs = stops.map(labOf);
	const colours = new Uint32Array(largest + 1);
	const bytes = new Uint8Array(colours.buffer);
	for (let count = 1; count <= largest; count++) {
		const [red, green, blue] = rgbOf(mix(labs, scale.positionOf(count)));
		bytes.set([red, green, blue, 255], count * 4);
	}
	return colours;
}

/** The ramp in so many even steps as `#rrggbb`, mixed as {@link densityColours} mixes. At least two. */
export function rampColours(stops: readonly string[], steps: number): string[] {
	const labs = stops.map(labOf);
	return Array.from({ length: steps }, (_, step) => {
		const bytes = rgbOf(mix(labs, step / (steps - 1)));
		return `#${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
	});
}

/** Lightness of a colour as OKLab has it, 0 to 1. */
export function lightnessOf(colour: string): number {
	return labOf(colour)[0];
}

function mix(labs: readonly Lab[], position: number): Lab {
	const place = position * (labs.length - 1);
	const index = Math.min(labs.length - 2, Math.floor(place));
	const share = place - index;
	const [from, to] = [labs[index], labs[index + 1]];
	if (from === undefined || to === undefined)
		throw new Error(`a ramp needs two colours, has ${labs.length}`);
	return [
		from[0] + (to[0] - from[0]) * share,
		from[1] + (to[1] - from[1]) * share,
		from[2] + (to[2] - from[2]) * share,
	];
}

function labOf(colour: string): Lab {
	const [red, green, blue] = bytesOf(colour).map((byte) => {
		const value = byte / 255;
		return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
	}) as [number, number, number];
	const l = Math.cbrt(
		0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue,
	);
	const m = Math.cbrt(
		0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue,
	);
	const s = Math.cbrt(
		0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue,
	);
	return [
		0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
		1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
		0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
	];
}

/** Red, green and blue of `#rrggbb`, or of `rgb(…)` as computed styles have it. */
function bytesOf(colour: string): number[] {
	const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
	if (hex !== null)
		return hex.slice(1).map((digits) => Number.parseInt(digits, 16));
	const rgb = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(colour);
	if (rgb !== null) return rgb.slice(1).map(Number);
	throw new Error(`not a colour #rrggbb or rgb(r, g, b): ${colour}`);
}

function rgbOf([lightness, a, b]: Lab): [number, number, number] {
	const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
	const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
	const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
	return [
		byteOf(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
		byteOf(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
		byteOf(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
	];
}

function byteOf(linear: number): number {
	const value =
		linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
	return Math.round(255 * Math.min(1, Math.max(0, value)));
}
