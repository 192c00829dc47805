import { Map as MapLibre, type MapOptions } from "maplibre-gl";

/** A press that moves no further is a click, in CSS pixels; MapLibre's own measure. */
const CLICK_TOLERANCE = 3;

/**
 * A map that draws itself two frames after a click at the earliest. MapLibre draws
 * the whole map again when a button or finger is lifted, though nothing in it has
 * changed; without a graphics card this takes several times as long as what the
 * page shows for the click.
 */
export class ClickFirstMap extends MapLibre {
	#isWaiting = false;
	#isAsked = false;

	constructor(options: MapOptions) {
		super({ ...options, clickTolerance: CLICK_TOLERANCE });
		const container = this.getCanvasContainer();
		let pressed = { x: 0, y: 0 };
		container.addEventListener("pointerdown", ({ clientX, clientY }) => {
			pressed = { x: clientX, y: clientY };
		});
		container.addEventListener("pointerup", ({ clientX, clientY }) => {
			const moved = Math.hypot(clientX - pressed.x, clientY - pressed.y);
			if (moved < CLICK_TOLERANCE) this.#wait();
		});
	}

	override triggerRepaint(): void {
		if (this.#isWaiting) this.#isAsked = true;
		else super.triggerRepaint();
	}

	#wait(): void {
		this.#isWaiting = true;
		requestAnimationFrame(() =>
			requestAnimationFrame(() => {
				this.#isWaiting = false;
				if (this.#isAsked) super.triggerRepaint();
				this.#isAsked = false;
			}),
		);
	}
}
