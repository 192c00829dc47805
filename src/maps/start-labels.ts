import type { Map as MapLibre } from "maplibre-gl";
import { mercatorX, mercatorY } from "../lib/geo/mercator.ts";
import type { StartPlace } from "../lib/rides/start-places.ts";
import { formatCount } from "../lib/text/format.ts";
import { MapCanvas } from "./map-canvas.ts";
import { type MapScreen, screenOf, turnsOf } from "./map-screen.ts";

/** Further out than this MapLibre zoom, a label would stand for places that it does not count. */
const MIN_ZOOM = 10;

/** On a screen at most, the places of most rides. */
const MAX_LABELS = 8;

const FONT_SIZE = 12;
const LINE_HEIGHT = 16;
const DOT_RADIUS = 3.5;

/** Colours of labels as CSS has them. */
export interface LabelColours {
	readonly text: string;
	/** Behind the text. */
	readonly ground: string;
}

/** A label beside its dot, in CSS pixels; `x` and `y` are the dot's. */
export interface Label {
	readonly text: string;
	readonly x: number;
	readonly y: number;
	readonly width: number;
	/** Whether the text stands before the dot, where behind it the screen ends. */
	readonly isBefore: boolean;
}

/** A part of the screen in which no label may stand, in CSS pixels of the map. */
export interface Box {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/**
 * Where the labels of places stand on a screen: of those that would meet, the one of
 * most rides. Places come with most rides first. One that would lie under what is taken
 * stands on the other side of its dot, else has none.
 */
export function labelsOn(
	places: readonly StartPlace[],
	screen: MapScreen,
	widthOf: (text: string) => number,
	taken: readonly Box[] = [],
): Label[] {
	const labels: Label[] = [];
	for (const { longitude, latitude, rides, name } of places) {
		if (labels.length >= MAX_LABELS) break;
		const worldX = mercatorX(longitude);
		const y = (mercatorY(latitude) - screen.top) * screen.world;
		if (y < 0 || y > screen.height) continue;
		for (const turn of turnsOf(screen, worldX, worldX)) {
			const x = (worldX + turn - screen.left) * screen.world;
			const fitted = fittedText({ name, rides }, x, screen.width, widthOf);
			const label = besides(taken, { ...fitted, x, y }, screen.width);
			if (label === null) continue;
			const { x: left } = partsOf(label).ground;
			const isFree = labels.every((other) => {
				const { ground } = partsOf(other);
				return (
					left > ground.x + ground.width + DOT_RADIUS ||
					left + label.width + 4 * DOT_RADIUS < ground.x ||
					Math.abs(y - other.y) > LINE_HEIGHT
				);
			});
			if (isFree) labels.push(label);
		}
	}
	return labels;
}

/** The label on the side of its dot on which nothing else lies; null where neither has room. */
function besides(
	taken: readonly Box[],
	label: Label,
	screenWidth: number,
): Label | null {
	const isFree = ({ x, y, width, height }: Box) =>
		taken.every(
			(box) =>
				x > box.x + box.width ||
				x + width < box.x ||
				y > box.y + box.height ||
				y + height < box.y,
		);
	if (isFree(partsOf(label).ground)) return label;
	const other = { ...label, isBefore: !label.isBefore };
	const { ground } = partsOf(other);
	const isOnScreen = ground.x >= 0 && ground.x + ground.width <= screenWidth;
	return isOnScreen && isFree(ground) ? other : null;
}

/** Letters of a name that a label shows; the table of the places has all of them. */
const MAX_LETTERS = 32;

/** Text behind its dot, or before it where there is more room; a name that has room on neither side is cut. */
function fittedText(
	{ name, rides }: Pick<StartPlace, "name" | "rides">,
	x: number,
	screenWidth: number,
	widthOf: (text: string) => number,
): Pick<Label, "text" | "width" | "isBefore"> {
	const behind = screenWidth - x;
	const room = Math.max(x, behind);
	for (let letters = MAX_LETTERS; ; letters--) {
		const text = labelText(name, rides, letters);
		const width = widthOf(text) + 3 * DOT_RADIUS;
		if (width <= room || name === null || letters === 1)
			return { text, width, isBefore: width > behind && x > behind };
	}
}

/** A name keeps its own direction of writing, and turns nothing around it. */
function labelText(
	name: string | null,
	rides: number,
	maxLetters: number,
): string {
	if (name === null) return `${formatCount(rides)} rides start here`;
	const letters = [...name];
	const shown =
		letters.length > maxLetters
			? `${letters.slice(0, maxLetters - 1).join("")}…`
			: name;
	return `\u2068${shown}\u2069 · ${formatCount(rides)} rides`;
}

/** The labels that a map shows now, none where it is too far out. Places come with most rides first. */
export function labelsNow(
	map: MapLibre,
	places: readonly StartPlace[],
): Label[] {
	if (map.getZoom() < MIN_ZOOM) return [];
	const context = document.createElement("canvas").getContext("2d");
	if (context === null) return [];
	context.font = fontOn(map);
	return labelsOn(
		places,
		screenOf(map),
		(text) => context.measureText(text).width,
	);
}

/** Labels of start places over a map and its cells. */
export class StartLabels {
	readonly #map: MapLibre;
	readonly #canvas: MapCanvas;
	readonly #font: string;
	readonly #taken: () => readonly Box[];
	readonly #follow = () =>
		this.#canvas.redraw(
			this.#places.length === 0 || this.#map.getZoom() < MIN_ZOOM,
		);
	#places: readonly StartPlace[] = [];
	#colours: LabelColours;

	/** `taken` tells what lies over the map now. */
	constructor(
		map: MapLibre,
		colours: LabelColours,
		taken: () => readonly Box[],
	) {
		this.#map = map;
		this.#taken = taken;
		this.#colours = colours;
		this.#font = fontOn(map);
		this.#canvas = new MapCanvas(map, "start-labels", (context, screen) =>
			this.#draw(context, screen),
		);
		map.on("zoom", this.#follow);
	}

	/** Shows these places and no others, most rides first. */
	show(places: readonly StartPlace[], colours: LabelColours): void {
		this.#places = places;
		this.#colours = colours;
		this.#follow();
	}

	remove(): void {
		this.#map.off("zoom", this.#follow);
		this.#canvas.remove();
	}

	#draw(context: CanvasRenderingContext2D, screen: MapScreen): void {
		context.font = this.#font;
		context.textBaseline = "middle";
		const labels = labelsOn(
			this.#places,
			screen,
			(text) => context.measureText(text).width,
			this.#taken(),
		);
		for (const label of labels) {
			const { ground, dot, text } = partsOf(label);
			context.fillStyle = this.#colours.ground;
			context.beginPath();
			context.roundRect(
				ground.x,
				ground.y,
				ground.width,
				ground.height,
				ground.height / 2,
			);
			context.fill();
			context.fillStyle = this.#colours.text;
			context.beginPath();
			context.arc(dot.x, dot.y, dot.radius, 0, 2 * Math.PI);
			context.fill();
			context.fillText(text.text, text.x, text.y);
		}
	}
}

/** What a label is drawn of, in CSS pixels: a round box, a dot, and text around its middle line. */
export function partsOf({ text, x, y, width, isBefore }: Label) {
	return {
		ground: {
			x: isBefore ? x - width - DOT_RADIUS : x - 2 * DOT_RADIUS,
			y: y - LINE_HEIGHT / 2,
			width: width + 3 * DOT_RADIUS,
			height: LINE_HEIGHT,
		},
		dot: { x, y, radius: DOT_RADIUS },
		text: {
			text,
			x: isBefore ? x - width + DOT_RADIUS : x + 2 * DOT_RADIUS,
			y,
			width: width - 3 * DOT_RADIUS,
			size: FONT_SIZE,
		},
	};
}

function fontOn(map: MapLibre): string {
	const { fontFamily } = getComputedStyle(map.getContainer());
	return `600 ${FONT_SIZE}px ${fontFamily}`;
}
