import type { Map as MapLibre } from "maplibre-gl";
import type { CellWindow } from "../../lib/geo/grid.ts";
import { type MapScreen, screenOf } from "../map-screen.ts";

/** Side of a mark at least, in CSS pixels: a cell alone may be too small to see. */
const LEAST_SIDE = 14;

/** Around the square, in CSS pixels, as `.cell-mark` has them: a frame, and a line around that. */
export const MARK_FRAME = 2.5;
export const MARK_CASING = 1.5;

/** A frame around one cell of a map, where that is nearest to the middle of the screen. */
export class CellMark {
	readonly #map: MapLibre;
	readonly #frame = document.createElement("div");
	readonly #place = () => this.#placeFrame();
	#cell: CellWindow | null = null;

	constructor(map: MapLibre) {
		this.#map = map;
		this.#frame.className = "cell-mark";
		this.#frame.hidden = true;
		map.getCanvasContainer().append(this.#frame);
		map.on("render", this.#place);
	}

	/** Marks a cell, a window of one; null marks none. */
	show(cell: CellWindow | null): void {
		this.#cell = cell;
		this.#frame.hidden = cell === null;
		this.#placeFrame();
	}

	remove(): void {
		this.#map.off("render", this.#place);
		this.#frame.remove();
	}

	#placeFrame(): void {
		if (this.#cell === null) return;
		const { x, y, side } = markOn(this.#cell, screenOf(this.#map));
		const { style } = this.#frame;
		style.inlineSize = `${side}px`;
		style.blockSize = `${side}px`;
		style.transform = `translate(${x}px, ${y}px)`;
	}
}

/** The square that a mark frames, in CSS pixels: a cell, where that is nearest to the middle of the screen. */
export function markOn(
	{ level, x, y }: CellWindow,
	{ left, top, world, width }: MapScreen,
): { readonly x: number; readonly y: number; readonly side: number } {
	const size = 2 ** level;
	const turn = Math.round(left + width / world / 2 - (x + 0.5) / size);
	const side = Math.max(LEAST_SIDE, world / size);
	return {
		x: ((x + 0.5) / size + turn - left) * world - side / 2,
		y: ((y + 0.5) / size - top) * world - side / 2,
		side,
	};
}
