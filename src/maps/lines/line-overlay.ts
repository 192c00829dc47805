import type { Map as MapLibre } from "maplibre-gl";
import type { CellWindow } from "../../lib/geo/grid.ts";
import type { Track } from "../../lib/rides/tracks.ts";
import { type DensityScale, rampColours } from "../cells/density.ts";
import { type MapScreen, screenOf } from "../map-screen.ts";
import { FrequencyLines, stepsByCount } from "./frequency-lines.ts";

/** Colours that lines are drawn in, of the ramp's many. */
export const LINE_STEPS = 24;

/** Between two looks at the clock, at most so long, in milliseconds. */
const SLICE_MILLISECONDS = 10;

/** Points in one stroke: a canvas takes many small paths faster than a large one. */
const STROKE_POINTS = 2000;

/** Drawn beyond each edge of the map, as a share of it, for what moves into view. */
const MARGIN = 0.2;

/** What lines are drawn of. */
export interface LinesPicture {
	readonly tracks: readonly Track[];
	readonly window: CellWindow;
	readonly counts: Uint32Array;
	readonly largest: number;
	readonly scale: DensityScale;
	/** The ramp's colours, rare to frequent. */
	readonly stops: readonly string[];
}

/** Width of a line in CSS pixels: as the map comes closer, streets are wider than GPS is wrong. */
export function lineWidthAt(zoom: number): number {
	return Math.min(3, Math.max(1.25, 1.5 + (zoom - 12) * 0.25));
}

/** The tracks of a picture on a screen, cut and sorted by frequency. */
export function linesOf(
	{ window, counts, scale, largest }: Omit<LinesPicture, "stops" | "tracks">,
	screen: MapScreen,
): FrequencyLines {
	return new FrequencyLines({
		screen,
		window,
		counts,
		stepOf: stepsByCount(scale.positionOf, largest, LINE_STEPS),
		steps: LINE_STEPS,
	});
}

/**
 * Tracks over a map, coloured by how many rides pass where they run; the frequent
 * lie on top. A picture is made in slices between frames, and takes the place of the
 * one before when it is whole. While the map moves, that one moves with it.
 */
export class LineOverlay {
	readonly #map: MapLibre;
	readonly #onDrawn: (points: number) => void;
	readonly #box = document.createElement("div");
	readonly #place = () => this.#placeCanvas();
	readonly #redraw = () => this.#drawSoon();
	#picture: LinesPicture | null = null;
	#canvas: HTMLCanvasElement | null = null;
	#screen: MapScreen | null = null;
	#drawing: AbortController | null = null;

	/** `onDrawn` is told of each whole picture, with the points it was drawn of. */
	constructor(map: MapLibre, onDrawn: (points: number) => void) {
		this.#map = map;
		this.#onDrawn = onDrawn;
		this.#box.className = "line-overlay";
		map.getCanvasContainer().append(this.#box);
		map.on("render", this.#place);
		map.on("moveend", this.#redraw);
		map.on("resize", this.#redraw);
	}

	/** Null takes the lines away. */
	show(picture: LinesPicture | null): void {
		this.#picture = picture;
		this.#drawSoon();
	}

	remove(): void {
		this.#drawing?.abort();
		this.#map.off("render", this.#place);
		this.#map.off("moveend", this.#redraw);
		this.#map.off("resize", this.#redraw);
		this.#box.remove();
	}

	#drawSoon(): void {
		this.#drawing?.abort();
		this.#drawing = null;
		if (this.#picture === null) {
			this.#box.replaceChildren();
			this.#canvas = null;
			return;
		}
		const drawing = new AbortController();
		this.#drawing = drawing;
		void this.#draw(this.#picture, drawing.signal);
	}

	async #draw(picture: LinesPicture, signal: AbortSignal): Promise<void> {
		const screen = widened(screenOf(this.#map));
		const turn = new Turn(signal);
		const lines = linesOf(picture, screen);
		for (const { stretches } of picture.tracks) {
			for (const line of stretches) lines.add(line);
			if (!(await turn.next())) return;
		}
		const canvas = document.createElement("canvas");
		const ratio = devicePixelRatio;
		canvas.width = Math.round(screen.width * ratio);
		canvas.height = Math.round(screen.height * ratio);
		const context = canvas.getContext("2d");
		if (context === null) return;
		context.scale(ratio, ratio);
		context.lineCap = "round";
		context.lineJoin = "round";
		context.lineWidth = lineWidthAt(this.#map.getZoom());
		const colours = rampColours(picture.stops, LINE_STEPS);
		let points = 0;
		for (const [step, flat] of lines.steps.entries()) {
			context.strokeStyle = colours[step] ?? "";
			for (let from = 0; from < flat.length; from += 2 * STROKE_POINTS) {
				strokePolylines(context, flat, from, from + 2 * STROKE_POINTS);
				if (!(await turn.next())) return;
			}
			points += flat.length / 2;
		}
		canvas.style.inlineSize = `${screen.width}px`;
		canvas.style.blockSize = `${screen.height}px`;
		this.#screen = screen;
		this.#canvas = canvas;
		this.#placeCanvas();
		this.#box.replaceChildren(canvas);
		this.#onDrawn(points);
	}

	#placeCanvas(): void {
		if (this.#canvas === null || this.#screen === null) return;
		const now = screenOf(this.#map);
		const then = this.#screen;
		const x = (then.left - now.left) * now.world;
		const y = (then.top - now.top) * now.world;
		this.#canvas.style.transform = `translate(${x}px, ${y}px) scale(${now.world / then.world})`;
	}
}

/** Strokes what stands from one place of a list of polylines to another; a line that goes on begins with its last point. */
function strokePolylines(
	context: CanvasRenderingContext2D,
	flat: readonly number[],
	from: number,
	to: number,
): void {
	context.beginPath();
	let isNew = true;
	for (
		let index = Math.max(0, from - 2);
		index < Math.min(to, flat.length);
		index += 2
	) {
		const x = flat[index] as number;
		if (Number.isNaN(x)) {
			isNew = true;
			continue;
		}
		const y = flat[index + 1] as number;
		if (isNew) context.moveTo(x, y);
		else context.lineTo(x, y);
		isNew = false;
	}
	context.stroke();
}

function widened({ left, top, world, width, height }: MapScreen): MapScreen {
	return {
		left: left - (MARGIN * width) / world,
		top: top - (MARGIN * height) / world,
		world,
		width: width * (1 + 2 * MARGIN),
		height: height * (1 + 2 * MARGIN),
	};
}

/** Lets the page breathe between pieces of work. */
class Turn {
	readonly #signal: AbortSignal;
	#until = performance.now() + SLICE_MILLISECONDS;

	constructor(signal: AbortSignal) {
		this.#signal = signal;
	}

	/** Goes on at once, or after other work where the slice is used up; false where nobody waits any more. */
	async next(): Promise<boolean> {
		if (performance.now() >= this.#until) {
			await new Promise((resolve) => setTimeout(resolve));
			this.#until = performance.now() + SLICE_MILLISECONDS;
		}
		return !this.#signal.aborted;
	}
}
