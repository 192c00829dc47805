import type { Map as MapLibre } from "maplibre-gl";
import {
	type CellWindow,
	piecesOf,
	type WindowPiece,
} from "../../lib/geo/grid.ts";
import { screenOf, turnsOf } from "../map-screen.ts";

interface Piece extends WindowPiece {
	readonly image: ImageData;
}

interface Copy {
	readonly canvas: HTMLCanvasElement;
	/** What the canvas holds, to paint it once. */
	image: ImageData | null;
}

/**
 * Cells over a map, one pixel each on a canvas that CSS stretches. That is exact:
 * cells are a regular grid in the map's own projection, and the map stays flat and
 * north up. A layer of the map's own would draw the whole map again for new
 * colours: without a graphics card, 20 times the work.
 */
export class CellOverlay {
	readonly #map: MapLibre;
	readonly #box = document.createElement("div");
	readonly #copies: Copy[] = [];
	readonly #place = () => this.#placeCopies();
	#level = 0;
	#y = 0;
	#pieces: readonly Piece[] = [];

	constructor(map: MapLibre) {
		this.#map = map;
		this.#box.className = "cell-overlay";
		map.getCanvasContainer().append(this.#box);
		map.on("render", this.#place);
	}

	/** Shows counts of a window; `colours` has the colour of each count, see `densityColours`. */
	show(window: CellWindow, counts: Uint32Array, colours: Uint32Array): void {
		this.#level = window.level;
		this.#y = window.y;
		this.#pieces = piecesOf(window).map((piece) => ({
			...piece,
			image: imageOf(window, piece, counts, colours),
		}));
		this.#placeCopies();
	}

	/** Shows no cells. */
	clear(): void {
		this.#pieces = [];
		this.#placeCopies();
	}

	remove(): void {
		this.#map.off("render", this.#place);
		this.#box.remove();
	}

	/** Where the world shows more than once, so do its cells. */
	#placeCopies(): void {
		const screen = screenOf(this.#map);
		const cells = 2 ** this.#level;
		const scale = screen.world / cells;
		const top = (this.#y / cells - screen.top) * screen.world;
		let used = 0;
		for (const { x, columns, image } of this.#pieces)
			for (const turn of turnsOf(screen, x / cells, (x + columns) / cells)) {
				const { canvas } = this.#painted(used++, image);
				const left = (x / cells + turn - screen.left) * screen.world;
				canvas.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
			}
		for (const [index, { canvas }] of this.#copies.entries())
			canvas.hidden = index >= used;
	}

	#painted(index: number, image: ImageData): Copy {
		let copy = this.#copies[index];
		if (copy === undefined) {
			copy = { canvas: document.createElement("canvas"), image: null };
			this.#copies.push(copy);
			this.#box.append(copy.canvas);
		}
		if (copy.image === image) return copy;
		const { canvas } = copy;
		if (canvas.width !== image.width) canvas.width = image.width;
		if (canvas.height !== image.height) canvas.height = image.height;
		canvas.getContext("2d")?.putImageData(image, 0, 0);
		copy.image = image;
		return copy;
	}
}

function imageOf(
	window: CellWindow,
	piece: WindowPiece,
	counts: Uint32Array,
	colours: Uint32Array,
): ImageData {
	const image = new ImageData(piece.columns, window.rows);
	const pixels = new Uint32Array(image.data.buffer);
	for (let row = 0, pixel = 0; row < window.rows; row++) {
		let cell = row * window.columns + piece.column;
		for (let column = 0; column < piece.columns; column++)
			pixels[pixel++] = colours[counts[cell++] as number] as number;
	}
	return image;
}
