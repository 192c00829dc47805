import type { Map as MapLibre } from "maplibre-gl";
import { formatCount } from "../lib/format.ts";
import { mercatorX, mercatorY } from "../lib/mercator.ts";
import { MapCanvas } from "./map-canvas.ts";
import { type MapScreen, turnsOf } from "./map-screen.ts";

/** A place where rides start; degrees. A row of the roll-up `ride_starts`. */
export interface StartPlace {
	readonly longitude: number;
	readonly latitude: number;
	readonly rides: number;
}

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
}

/** Where the labels of places stand on a screen: of those that would meet, the one of most rides. Places come with most rides first. */
export function labelsOn(
	places: readonly StartPlace[],
	screen: MapScreen,
	widthOf: (text: string) => number,
): Label[] {
	const labels: Label[] = [];
	for (const { longitude, latitude, rides } of places) {
		if (labels.length >= MAX_LABELS) break;
		const worldX = mercatorX(longitude);
		const y = (mercatorY(latitude) - screen.top) * screen.world;
		if (y < 0 || y > screen.height) continue;
		const text = `${formatCount(rides)} rides start here`;
		const width = widthOf(text) + 3 * DOT_RADIUS;
		for (const turn of turnsOf(screen, worldX, worldX)) {
			const x = (worldX + turn - screen.left) * screen.world;
			const isFree = labels.every(
				(other) =>
					x > other.x + other.width + 4 * DOT_RADIUS ||
					x + width + 4 * DOT_RADIUS < other.x ||
					Math.abs(y - other.y) > LINE_HEIGHT,
			);
			if (isFree) labels.push({ text, x, y, width });
		}
	}
	return labels;
}

/** Labels of start places over a map and its cells. */
export class StartLabels {
	readonly #map: MapLibre;
	readonly #canvas: MapCanvas;
	readonly #font: string;
	readonly #follow = () =>
		this.#canvas.redraw(
			this.#places.length === 0 || this.#map.getZoom() < MIN_ZOOM,
		);
	#places: readonly StartPlace[] = [];
	#colours: LabelColours;

	constructor(map: MapLibre, colours: LabelColours) {
		this.#map = map;
		this.#colours = colours;
		const { fontFamily } = getComputedStyle(map.getContainer());
		this.#font = `600 ${FONT_SIZE}px ${fontFamily}`;
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
		);
		for (const { text, x, y, width } of labels) {
			context.fillStyle = this.#colours.ground;
			context.beginPath();
			context.roundRect(
				x - 2 * DOT_RADIUS,
				y - LINE_HEIGHT / 2,
				width + 3 * DOT_RADIUS,
				LINE_HEIGHT,
				LINE_HEIGHT / 2,
			);
			context.fill();
			context.fillStyle = this.#colours.text;
			context.beginPath();
			context.arc(x, y, DOT_RADIUS, 0, 2 * Math.PI);
			context.fill();
			context.fillText(text, x + 2 * DOT_RADIUS, y);
		}
	}
}
