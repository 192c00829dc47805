import type { Map as MapLibre } from "maplibre-gl";
import type { CellWindow } from "../lib/grid.ts";
import { MapCanvas } from "./map-canvas.ts";
import { type MapScreen, turnsOf } from "./map-screen.ts";
import type { TrackColours } from "./track-layer.ts";

/** Side of a mark at least, in CSS pixels: a cell alone may be too small to see. */
const LEAST_SIDE = 14;
const LINE_WIDTH = 2.5;

/** A frame around one cell of a map. */
export class CellMark {
	readonly #canvas: MapCanvas;
	#colours: TrackColours;
	#cell: CellWindow | null = null;

	constructor(map: MapLibre, colours: TrackColours) {
		this.#colours = colours;
		this.#canvas = new MapCanvas(map, "cell-mark", (context, screen) =>
			this.#draw(context, screen),
		);
	}

	/** Marks a cell, a window of one; null marks none. */
	show(cell: CellWindow | null): void {
		this.#cell = cell;
		this.#canvas.redraw();
	}

	/** For another theme. */
	recolour(colours: TrackColours): void {
		this.#colours = colours;
		this.#canvas.redraw();
	}

	remove(): void {
		this.#canvas.remove();
	}

	#draw(context: CanvasRenderingContext2D, screen: MapScreen): void {
		if (this.#cell === null) return;
		const { level, x, y } = this.#cell;
		const size = 2 ** level;
		const side = Math.max(LEAST_SIDE, screen.world / size + LINE_WIDTH);
		const top = ((y + 0.5) / size - screen.top) * screen.world - side / 2;
		for (const turn of turnsOf(screen, x / size, (x + 1) / size)) {
			const middle = ((x + 0.5) / size + turn - screen.left) * screen.world;
			context.lineWidth = LINE_WIDTH + 2;
			context.strokeStyle = this.#colours.casing;
			context.strokeRect(middle - side / 2, top, side, side);
			context.lineWidth = LINE_WIDTH;
			context.strokeStyle = this.#colours.highlighted;
			context.strokeRect(middle - side / 2, top, side, side);
		}
	}
}
