import type { Map as MapLibre } from "maplibre-gl";
import type { CellWindow } from "../lib/grid.ts";
import { screenOf } from "./map-screen.ts";

/** Side of a mark at least, in CSS pixels: a cell alone may be too small to see. */
const LEAST_SIDE = 14;

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
		const { level, x, y } = this.#cell;
		const size = 2 ** level;
		const { left, top, world, width } = screenOf(this.#map);
		const turn = Math.round(left + width / world / 2 - (x + 0.5) / size);
		const side = Math.max(LEAST_SIDE, world / size);
		const across = ((x + 0.5) / size + turn - left) * world - side / 2;
		const down = ((y + 0.5) / size - top) * world - side / 2;
		const { style } = this.#frame;
		style.inlineSize = `${side}px`;
		style.blockSize = `${side}px`;
		style.transform = `translate(${across}px, ${down}px)`;
	}
}
