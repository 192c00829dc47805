import { effect, type Signal } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { useEffect, useRef } from "preact/hooks";
import { cellAt } from "../../../lib/geo/grid.ts";
import { formatCount, formatCounted } from "../../../lib/text/format.ts";
import type { Picture } from "../model.ts";

const EARTH_METRES = 40_075_016.686;

/** What a cell says, and where on the map. */
export interface Readout {
	/** Of the place that is read, in pixels of the map. */
	readonly x: number;
	readonly y: number;
	readonly text: string;
}

/** Moved from script as the pointer moves: a render for each pixel would lag behind it. */
export function CellReadout({
	readout,
}: {
	readonly readout: Signal<Readout | null>;
}) {
	const box = useRef<HTMLDivElement>(null);
	useEffect(
		() =>
			effect(() => {
				const element = box.current;
				const now = readout.value;
				if (element === null) return;
				element.hidden = now === null;
				if (now === null) return;
				element.textContent = now.text;
				element.style.transform = `translate(${now.x}px, ${now.y}px) translate(-50%, calc(-100% - 12px))`;
			}),
		[readout],
	);
	return <div class="rides-readout" aria-hidden="true" hidden ref={box} />;
}

/** Says what lies under the pointer, the finger, or for keyboards the middle of the map. */
export function readCells(
	map: MapLibre,
	picture: Signal<Picture | null>,
	readout: Signal<Readout | null>,
	isAimed: Signal<boolean>,
): () => void {
	const canvas = map.getCanvas();
	const read = (point: { x: number; y: number }) => {
		const now = picture.peek();
		if (now === null) return;
		const { lng, lat } = map.unproject([point.x, point.y]);
		const cell = cellAt(now.window, lng, lat);
		const rides = cell === null ? 0 : (now.counts[cell] ?? 0);
		if (rides === 0 && !isAimed.peek()) {
			readout.value = null;
			return;
		}
		const metres =
			(EARTH_METRES * Math.cos((lat * Math.PI) / 180)) / 2 ** now.window.level;
		const verb = rides === 1 ? "passes" : "pass";
		readout.value = {
			x: point.x,
			y: point.y,
			text:
				rides === 0
					? "No ride passes here"
					: `${formatCounted(rides, "ride")} ${verb} these ${sizeOf(metres)}`,
		};
	};
	const aim = () => {
		if (isAimed.peek())
			read({ x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 });
	};
	const leave = () => {
		if (!isAimed.peek()) readout.value = null;
	};
	const onFocus = () => {
		isAimed.value = canvas.matches(":focus-visible");
		aim();
	};
	const onBlur = () => {
		isAimed.value = false;
		readout.value = null;
	};
	map.on("mousemove", ({ point }) => {
		isAimed.value = false;
		read(point);
	});
	map.on("click", ({ point }) => {
		isAimed.value = false;
		read(point);
	});
	map.on("mouseout", leave);
	map.on("movestart", leave);
	map.on("moveend", aim);
	canvas.addEventListener("focus", onFocus);
	canvas.addEventListener("blur", onBlur);
	canvas.addEventListener("keydown", onFocus);
	const stop = effect(() => {
		if (picture.value !== null) aim();
	});
	return stop;
}

/** A width in metres as people say it. */
function sizeOf(metres: number): string {
	return metres < 1000
		? `${formatCount(metres < 10 ? metres : Math.round(metres / 5) * 5)} m`
		: `${(metres / 1000).toPrecision(2)} km`;
}
