import type { Map as MapLibre } from "maplibre-gl";
import { type MapScreen, screenOf } from "./map-screen.ts";

/**
 * A canvas over a map, drawn again with each frame of the map: for what must lie
 * above the cells, which no layer of the map's own does. Its units are CSS pixels.
 */
export class MapCanvas {
	readonly #map: MapLibre;
	readonly #canvas = document.createElement("canvas");
	readonly #paint: (
		context: CanvasRenderingContext2D,
		screen: MapScreen,
	) => void;
	readonly #draw = () => this.#drawNow();

	constructor(
		map: MapLibre,
		className: string,
		paint: (context: CanvasRenderingContext2D, screen: MapScreen) => void,
	) {
		this.#map = map;
		this.#paint = paint;
		this.#canvas.className = `map-canvas ${className}`;
		map.getCanvasContainer().append(this.#canvas);
		map.on("render", this.#draw);
	}

	/** An empty one is left out: laying it over the map costs as much as a full one. */
	redraw(isEmpty = false): void {
		this.#canvas.hidden = isEmpty;
		this.#drawNow();
	}

	remove(): void {
		this.#map.off("render", this.#draw);
		this.#canvas.remove();
	}

	#drawNow(): void {
		if (this.#canvas.hidden) return;
		const screen = screenOf(this.#map);
		const context = this.#canvas.getContext("2d");
		if (context === null) return;
		const ratio = devicePixelRatio;
		const width = Math.round(screen.width * ratio);
		const height = Math.round(screen.height * ratio);
		if (this.#canvas.width !== width) this.#canvas.width = width;
		if (this.#canvas.height !== height) this.#canvas.height = height;
		context.setTransform(ratio, 0, 0, ratio, 0, 0);
		context.clearRect(0, 0, screen.width, screen.height);
		this.#paint(context, screen);
	}
}
