import type { Map as MapLibre } from "maplibre-gl";
import type { Track } from "../../lib/rides/tracks.ts";
import { MapCanvas } from "../map-canvas.ts";
import type { MapScreen } from "../map-screen.ts";
import { addLine } from "./line-path.ts";

/** Colours of tracks as CSS has them: tokens `--track…`. */
export interface TrackColours {
	readonly plain: string;
	readonly highlighted: string;
	/** Around each line, so that it stands out from any cell below it. */
	readonly casing: string;
}

/** Widths in CSS pixels, each within a casing. */
const PLAIN_WIDTH = 1.75;
const HIGHLIGHTED_WIDTH = 3.5;
const CASING_WIDTH = 1.75;

/**
 * Tracks over a map and over the cells upon it: as many as a list of rides shows,
 * not a whole history (`LineOverlay` draws that).
 */
export class TrackLayer {
	readonly #canvas: MapCanvas;
	#colours: TrackColours;
	#tracks: readonly Track[] = [];
	#highlighted: string | null = null;

	constructor(map: MapLibre, colours: TrackColours) {
		this.#colours = colours;
		this.#canvas = new MapCanvas(map, "track-layer", (context, screen) =>
			this.#draw(context, screen),
		);
	}

	/** Draws these tracks and no others; the one of the highlighted ride, if any, on top. */
	show(tracks: readonly Track[], highlighted: string | null = null): void {
		this.#tracks = tracks;
		this.#highlighted = highlighted;
		this.#canvas.redraw(tracks.length === 0);
	}

	/** For another theme. */
	recolour(colours: TrackColours): void {
		this.#colours = colours;
		this.#canvas.redraw(this.#tracks.length === 0);
	}

	remove(): void {
		this.#canvas.remove();
	}

	#draw(context: CanvasRenderingContext2D, screen: MapScreen): void {
		context.lineJoin = "round";
		context.lineCap = "round";
		for (const { lines, strokes } of trackStrokes(
			this.#tracks,
			this.#highlighted,
			this.#colours,
		)) {
			const path = new Path2D();
			for (const line of lines) addLine(path, line, screen);
			for (const { width, colour } of strokes) {
				context.lineWidth = width;
				context.strokeStyle = colour;
				context.stroke(path);
			}
		}
	}
}

/** How tracks are stroked, in order: each group of lines by its casing and then by itself; widths in CSS pixels. */
export function trackStrokes(
	tracks: readonly Track[],
	highlighted: string | null,
	colours: TrackColours,
): {
	readonly lines: readonly Float64Array[];
	readonly strokes: readonly {
		readonly width: number;
		readonly colour: string;
	}[];
}[] {
	const linesOf = (isHighlighted: boolean) =>
		tracks
			.filter(({ rideId }) => (rideId === highlighted) === isHighlighted)
			.flatMap(({ stretches }) => stretches);
	const cased = (width: number, colour: string) => [
		{ width: width + 2 * CASING_WIDTH, colour: colours.casing },
		{ width, colour },
	];
	return [
		{ lines: linesOf(false), strokes: cased(PLAIN_WIDTH, colours.plain) },
		{
			lines: linesOf(true),
			strokes: cased(HIGHLIGHTED_WIDTH, colours.highlighted),
		},
	];
}
