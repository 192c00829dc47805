import { effect, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import {
	type CellWindow,
	cellAt,
	cellOf,
	centreOf,
} from "../../../lib/geo/grid.ts";
import { boundsOf, type Track } from "../../../lib/rides/tracks.ts";
import { CellMark } from "../../../maps/cells/cell-mark.ts";
import { nearestOccupied } from "../../../maps/cells/nearest-cell.ts";
import { TrackLayer } from "../../../maps/lines/track-layer.ts";
import { theme } from "../../shared/theme.ts";
import type { Picture } from "../model.ts";
import type { RidesState } from "../state.ts";
import type { RidesThrough } from "../through/through.ts";
import { trackColours } from "./map-colours.ts";

/** How far from a line a click still means it, in CSS pixels. */
const REACH = { mouse: 8, touch: 20 };

/** Around a track that is shown whole. */
const PADDING = 40;

/** Draws the chosen cell and the tracks of its rides. */
export function drawChosen(
	map: MapLibre,
	state: RidesState,
	through: RidesThrough,
): () => void {
	// Tracks come first, so that the cell's frame lies upon them.
	const layer = new TrackLayer(map, trackColours());
	const mark = new CellMark(map);
	const stops = [
		effect(() => {
			const { tracks, highlighted } = through.drawn.value;
			layer.show(tracks, highlighted);
			// For who measures: tests wait for it.
			if (tracks.length > 0) performance.mark("track-drawn");
		}),
		effect(() => mark.show(state.at.value)),
		effect(() => {
			// Read, so that another theme draws again.
			void theme.value;
			layer.recolour(trackColours());
		}),
	];
	return () => {
		for (const stop of stops) stop();
		layer.remove();
		mark.remove();
	};
}

/** A click or tap, and Enter at the map's aim, choose the nearest cell that has rides. */
export function chooseCells(
	map: MapLibre,
	picture: ReadonlySignal<Picture | null>,
	isAimed: Signal<boolean>,
	through: RidesThrough,
	/** The list has been asked for by keyboard: it takes the focus. */
	onKeyboard: () => void,
): () => void {
	const canvas = map.getCanvas();
	const choose = (point: { x: number; y: number }, reachPixels: number) => {
		const now = picture.peek();
		if (now === null) return false;
		const { lng, lat } = map.unproject([point.x, point.y]);
		const { window, counts } = now;
		const cell = cellAt(window, lng, lat);
		const pixels = (512 * 2 ** map.getZoom()) / 2 ** window.level;
		const nearest =
			cell === null
				? null
				: nearestOccupied(
						window,
						counts,
						cell,
						Math.ceil(reachPixels / pixels),
					);
		through.choose(nearest === null ? null : cellOf(window, nearest));
		return nearest !== null;
	};
	let pointer: "mouse" | "touch" = "mouse";
	const onPointerDown = ({ pointerType }: PointerEvent) => {
		pointer = pointerType === "mouse" ? "mouse" : "touch";
	};
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key !== "Enter" || !isAimed.peek()) return;
		event.preventDefault();
		const middle = { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 };
		if (choose(middle, REACH.mouse)) onKeyboard();
	};
	const onClick = ({ point }: { point: { x: number; y: number } }) => {
		choose(point, REACH[pointer]);
	};
	map.on("click", onClick);
	canvas.addEventListener("pointerdown", onPointerDown);
	canvas.addEventListener("keydown", onKeyDown);
	return () => {
		map.off("click", onClick);
		canvas.removeEventListener("pointerdown", onPointerDown);
		canvas.removeEventListener("keydown", onKeyDown);
	};
}

/** Brings the chosen cell into sight where the list lies over it. */
export function revealCell(
	map: MapLibre,
	cell: CellWindow,
	list: Element,
): void {
	const { x, y } = map.project(centreOf(cell, 0));
	const over = list.getBoundingClientRect();
	const isBelow = liesBelow(map.getContainer().getBoundingClientRect(), over);
	if (isBelow) map.getContainer().scrollIntoView({ block: "start" });
	const box = map.getContainer().getBoundingClientRect();
	const left = box.left + x;
	const top = box.top + y;
	const isCovered =
		left > over.left - PADDING &&
		left < over.right + PADDING &&
		top > over.top - PADDING &&
		top < over.bottom + PADDING;
	if (!isCovered) return;
	map.panBy(
		isBelow ? [0, top - over.top + PADDING] : [left - over.right - PADDING, 0],
	);
}

/** Moves the map so that it shows all of a track, beside a list that lies over the map. */
export function fitTrack(map: MapLibre, track: Track, list: Element): void {
	const bounds = boundsOf(track);
	if (bounds === null) return;
	const { west, south, east, north } = bounds;
	const box = map.getContainer().getBoundingClientRect();
	const over = list.getBoundingClientRect();
	const padding = {
		top: PADDING,
		right: PADDING,
		bottom: PADDING,
		left: PADDING,
	};
	if (liesBelow(box, over))
		padding.bottom += Math.min(
			Math.max(0, box.bottom - over.top),
			box.height / 2,
		);
	else padding.left += over.right - box.left;
	map.fitBounds([west, south, east, north], { padding, maxZoom: 17 });
}

/** Whether a list lies along the lower end of the map, not at its side. */
function liesBelow(map: DOMRect, list: DOMRect): boolean {
	return list.width > map.width * 0.7;
}
