import { type CellWindow, piecesOf } from "../lib/geo/grid.ts";
import { MAX_LATITUDE, mercatorY } from "../lib/geo/mercator.ts";
import type { Track } from "../lib/rides/tracks.ts";
import { formatCount } from "../lib/text/format.ts";
import { wrapped } from "../lib/text/text-width.ts";
import { allowedXml } from "../lib/text/xml-text.ts";
import type { Position } from "./basemap/basemap-format.ts";
import { cutRing, type RingPoint } from "./basemap/cut-ring.ts";
import type { Shapes } from "./basemap/fine-basemap.ts";
import { MARK_CASING, MARK_FRAME, markOn } from "./cells/cell-mark.ts";
import {
	type DensityScale,
	densityColours,
	rampColours,
} from "./cells/density.ts";
import { type DrawName, LEGEND_TITLES, legendTicks } from "./cells/legend.ts";
import { addLine } from "./lines/line-path.ts";
import { type TrackColours, trackStrokes } from "./lines/track-layer.ts";
import { type MapScreen, turnsOf } from "./map-screen.ts";
import { type Label, type LabelColours, partsOf } from "./start-labels.ts";
import type { MapColours } from "./style.ts";

const FONT = "Inter, system-ui, sans-serif";
const MARGIN = 16;
const LEGEND_WIDTH = 176;
const RAMP_HEIGHT = 10;

/** Of small text, in pixels. */
const LINE_HEIGHT = 17;

/** What a map's file shows and says. */
export interface MapPicture {
	readonly screen: MapScreen;
	/** Null where something else is drawn below. */
	readonly basemap: Shapes | null;
	readonly colours: MapColours & {
		readonly surface: string;
		readonly text: string;
		readonly muted: string;
	};
	readonly drawing:
		| {
				readonly kind: "cells";
				readonly window: CellWindow;
				readonly counts: Uint32Array;
				readonly largest: number;
		  }
		| {
				readonly kind: "lines";
				/** As `FrequencyLines` sorts them, on the same screen. */
				readonly steps: readonly (readonly number[])[];
				/** Width of a line in pixels. */
				readonly width: number;
		  };
	/** What lies over them, as the map has it. */
	readonly over: {
		readonly labels: readonly Label[];
		readonly labelColours: LabelColours;
		readonly tracks: readonly Track[];
		/** Id of the ride whose track is the strong one, null where there is none. */
		readonly highlighted: string | null;
		readonly trackColours: TrackColours;
		/** The chosen cell, a window of one; null where there is none. */
		readonly mark: CellWindow | null;
	};
	readonly scale: DensityScale;
	/** The ramp's colours, rare to frequent. */
	readonly stops: readonly string[];
	readonly title: string;
	readonly sentence: string;
	readonly credits: string;
}

/** A picture as a document of its own, and where in it the map lies; pixels. */
export interface MapSvg {
	readonly text: string;
	readonly width: number;
	readonly height: number;
	readonly map: { readonly x: number; readonly y: number };
}

/** A map with its title, what it says, its legend and its sources as an SVG document. */
export function mapSvg(picture: MapPicture): MapSvg {
	const { screen, colours, basemap, drawing, scale, stops } = picture;
	const width = screen.width + 2 * MARGIN;
	const parts: string[] = [];
	let top = MARGIN;
	const write = (text: string, size: number, fill: string, weight = 400) => {
		parts.push(
			`<text x="${MARGIN}" y="${top + size}" font-size="${size}" font-weight="${weight}" fill="${fill}">${escaped(text)}</text>`,
		);
	};
	const writeLines = (text: string, size: number) => {
		for (const line of wrapped(text, screen.width / size)) {
			write(line, size, colours.muted);
			top += LINE_HEIGHT;
		}
	};
	write(picture.title, 16, colours.text, 650);
	top += 26;
	writeLines(picture.sentence, 12);
	top += 6;
	const map = { x: MARGIN, y: top };
	parts.push(
		`<svg x="${map.x}" y="${map.y}" width="${screen.width}" height="${screen.height}" viewBox="0 0 ${screen.width} ${screen.height}">`,
		basemap === null ? "" : basemapPaths(basemap, screen, colours),
		drawing.kind === "cells"
			? cellPaths(
					drawing,
					screen,
					densityColours(stops, drawing.largest, scale),
				)
			: linePaths(drawing, rampColours(stops, drawing.steps.length)),
		labelShapes(picture.over),
		trackPaths(picture.over, screen),
		markShapes(picture.over, screen),
		"</svg>",
	);
	top += screen.height + 8;
	write(LEGEND_TITLES[drawing.kind satisfies DrawName], 12, colours.text, 650);
	top += 20;
	parts.push(legend(scale, stops, colours, top));
	top += RAMP_HEIGHT + 26;
	writeLines(picture.credits, 11);
	const height = top + MARGIN / 2;
	const background =
		basemap === null
			? frameAround(map, screen, { width, height })
			: `M0 0h${width}v${height}H0z`;
	return {
		text: `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}"><path d="${background}" fill="${colours.surface}" fill-rule="evenodd"/>${parts.join("")}</svg>`,
		width,
		height,
		map,
	};
}

/** All but the map, so that what lies below shows through it. */
function frameAround(
	map: { readonly x: number; readonly y: number },
	screen: MapScreen,
	{ width, height }: { readonly width: number; readonly height: number },
): string {
	return `M0 0h${width}v${height}H0zM${map.x} ${map.y}h${screen.width}v${screen.height}h${-screen.width}z`;
}

function legend(
	scale: DensityScale,
	stops: readonly string[],
	{ text, muted }: MapPicture["colours"],
	top: number,
): string {
	const ramp = rampColours(stops, 24)
		.map(
			(colour, step, all) =>
				`<stop offset="${step / (all.length - 1)}" stop-color="${colour}"/>`,
		)
		.join("");
	const ticks = legendTicks(scale, LEGEND_WIDTH)
		.map(({ count, position }) => {
			const x = MARGIN + position * LEGEND_WIDTH;
			const below = top + RAMP_HEIGHT;
			return `<path d="M${x} ${below}v4" stroke="${muted}"/><text x="${x}" y="${below + 15}" font-size="11" text-anchor="middle" fill="${text}">${formatCount(count)}</text>`;
		})
		.join("");
	return `<linearGradient id="ramp">${ramp}</linearGradient><rect x="${MARGIN}" y="${top}" width="${LEGEND_WIDTH}" height="${RAMP_HEIGHT}" rx="2" fill="url(#ramp)"/>${ticks}`;
}

/** A path for each count, of runs of cells; cells are one wide, and scaled. */
function cellPaths(
	{ window, counts }: MapPicture["drawing"] & { readonly kind: "cells" },
	screen: MapScreen,
	colours: Uint32Array,
): string {
	const size = 2 ** window.level;
	const side = screen.world / size;
	const firstRow = Math.max(0, Math.floor(screen.top * size) - window.y);
	const endRow = Math.min(
		window.rows,
		Math.ceil((screen.top + screen.height / screen.world) * size) - window.y,
	);
	const paths = new Map<number, string[]>();
	for (const { x, columns, column } of piecesOf(window))
		for (const turn of turnsOf(screen, x / size, (x + columns) / size)) {
			const west = Math.floor((screen.left - turn) * size) - x;
			const east = Math.ceil(
				(screen.left + screen.width / screen.world - turn) * size - x,
			);
			for (let row = firstRow; row < endRow; row++) {
				const at = row * window.columns + column;
				for (let from = Math.max(0, west); from < Math.min(columns, east); ) {
					const count = counts[at + from] as number;
					let to = from + 1;
					while (to < Math.min(columns, east) && counts[at + to] === count)
						to++;
					if (count > 0) {
						const left = x + from - Math.floor((screen.left - turn) * size);
						const path = paths.get(count) ?? [];
						path.push(
							`M${left} ${row - firstRow}h${to - from}v1h${from - to}z`,
						);
						paths.set(count, path);
					}
					from = to;
				}
			}
		}
	const firstColumn = Math.floor(screen.left * size) / size;
	const x = (firstColumn - screen.left) * screen.world;
	const y = ((window.y + firstRow) / size - screen.top) * screen.world;
	const bytes = new Uint8Array(colours.buffer);
	const drawn = [...paths]
		.sort(([one], [other]) => one - other)
		.map(([count, path]) => {
			const [red, green, blue] = bytes.subarray(count * 4);
			return `<path fill="rgb(${red},${green},${blue})" d="${path.join("")}"/>`;
		});
	return `<g transform="translate(${x} ${y}) scale(${side})" shape-rendering="crispEdges">${drawn.join("")}</g>`;
}

/** A path for each step of the ramp, the frequent last. */
function linePaths(
	{ steps, width }: MapPicture["drawing"] & { readonly kind: "lines" },
	ramp: readonly string[],
): string {
	const paths = steps.map((flat, step) => {
		if (flat.length === 0) return "";
		let path = "";
		let isNew = true;
		for (let index = 0; index < flat.length; index += 2) {
			const x = flat[index] as number;
			if (Number.isNaN(x)) {
				isNew = true;
				continue;
			}
			path += `${isNew ? "M" : "L"}${tenths(x)} ${tenths(flat[index + 1] as number)}`;
			isNew = false;
		}
		return `<path stroke="${ramp[step]}" d="${path}"/>`;
	});
	return `<g fill="none" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round">${paths.join("")}</g>`;
}

function basemapPaths(
	{ land, borders }: Shapes,
	screen: MapScreen,
	colours: MapColours,
): string {
	let shapes = "";
	// A path for each polygon: those of neighbouring tiles overlap.
	for (const polygon of land)
		for (const turn of [-1, 0, 1]) {
			const path = polygon
				.map((ring) => ringPath(worldLine(ring), screen, turn))
				.join("");
			if (path !== "") shapes += `<path d="${path}"/>`;
		}
	const lines = pathOf(borders.map(worldLine), screen);
	return `<rect width="${screen.width}" height="${screen.height}" fill="${colours.water}"/><g fill="${colours.land}" fill-rule="evenodd">${shapes}</g><path fill="none" stroke="${colours.border}" stroke-width="0.75" d="${lines}"/>`;
}

function labelShapes({ labels, labelColours }: MapPicture["over"]): string {
	return labels
		.map((label) => {
			const { ground, dot, text } = partsOf(label);
			// As wide as the map has it, whatever font there is.
			return `<rect x="${tenths(ground.x)}" y="${tenths(ground.y)}" width="${tenths(ground.width)}" height="${ground.height}" rx="${ground.height / 2}" fill="${labelColours.ground}"/><circle cx="${tenths(dot.x)}" cy="${tenths(dot.y)}" r="${dot.radius}" fill="${labelColours.text}"/><text x="${tenths(text.x)}" y="${tenths(text.y)}" font-size="${text.size}" font-weight="600" dominant-baseline="central" textLength="${tenths(text.width)}" lengthAdjust="spacingAndGlyphs" fill="${labelColours.text}">${escaped(text.text)}</text>`;
		})
		.join("");
}

function trackPaths(
	{ tracks, highlighted, trackColours }: MapPicture["over"],
	screen: MapScreen,
): string {
	const paths = trackStrokes(tracks, highlighted, trackColours).map(
		({ lines, strokes }) => {
			const path = pathOf(lines, screen);
			if (path === "") return "";
			return strokes
				.map(
					({ width, colour }) =>
						`<path stroke="${colour}" stroke-width="${width}" d="${path}"/>`,
				)
				.join("");
		},
	);
	return `<g fill="none" stroke-linecap="round" stroke-linejoin="round">${paths.join("")}</g>`;
}

function markShapes(
	{ mark, trackColours }: MapPicture["over"],
	screen: MapScreen,
): string {
	if (mark === null) return "";
	const { x, y, side } = markOn(mark, screen);
	const square = (distance: number, width: number, colour: string) =>
		`<rect x="${tenths(x - distance)}" y="${tenths(y - distance)}" width="${tenths(side + 2 * distance)}" height="${tenths(side + 2 * distance)}" stroke="${colour}" stroke-width="${width}"/>`;
	return `<g fill="none">${square(MARK_FRAME / 2, MARK_FRAME, trackColours.highlighted)}${square(MARK_FRAME + MARK_CASING / 2, MARK_CASING, trackColours.casing)}</g>`;
}

/** Lines of world coordinates as far as the screen shows them. */
function pathOf(lines: readonly Float64Array[], screen: MapScreen): string {
	let path = "";
	const sink = {
		moveTo: (x: number, y: number) => {
			path += `M${tenths(x)} ${tenths(y)}`;
		},
		lineTo: (x: number, y: number) => {
			path += `L${tenths(x)} ${tenths(y)}`;
		},
	};
	for (const line of lines) addLine(sink, line, screen);
	return path;
}

function worldLine(line: readonly Position[]): Float64Array {
	return Float64Array.from(
		line.flatMap(([longitude, latitude]) => [
			(longitude + 180) / 360,
			mercatorY(Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, latitude))),
		]),
	);
}

/** A ring as far as the screen shows it. */
function ringPath(line: Float64Array, screen: MapScreen, turn: number): string {
	const { left, top, world, width, height } = screen;
	const points: RingPoint[] = [];
	for (let index = 0; index < line.length; index += 2)
		points.push([
			((line[index] as number) + turn - left) * world,
			((line[index + 1] as number) - top) * world,
		]);
	const ring = cutRing(points, { from: [0, 0], to: [width, height] });
	if (ring.length < 3) return "";
	return `M${ring.map(([x = 0, y = 0]) => `${tenths(x)} ${tenths(y)}`).join("L")}z`;
}

function tenths(value: number): number {
	return Math.round(value * 10) / 10;
}

/** Text as XML has it; what XML forbids becomes the sign for what cannot be shown. */
function escaped(text: string): string {
	return allowedXml(text)
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replaceAll(">", "&gt;");
}
