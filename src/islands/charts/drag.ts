/** Pixels along a picture after which a finger on it drags; the browser takes one that goes across it for scrolling. */
const SLOP_PX = 6;

/** Where a pointer went down, and whether it drags since. */
export interface DragStart<Place> {
	readonly place: Place;
	readonly x: number;
	readonly y: number;
	readonly isDragging: boolean;
}

/** What becomes of a drag from one place to another. */
export interface Dragged<Place> {
	/** While it goes on. */
	readonly onDrag: (from: Place, to: Place) => void;
	/** Where it ends; a tap ends where it began. */
	readonly onEnd: (from: Place, to: Place) => void;
	readonly onGiveUp: () => void;
}

/**
 * Handlers of an element that is dragged along from left to right or back. A mouse drags
 * from where it is pressed; any other pointer once it has moved along the element, since
 * until then it may be about to scroll the page. `start` is null while no pointer is down.
 */
export function dragHandlers<Place>(
	start: { current: DragStart<Place> | null },
	placeAt: (event: PointerEvent) => Place,
	{ onDrag, onEnd, onGiveUp }: Dragged<Place>,
) {
	return {
		onPointerDown(event: PointerEvent) {
			if (event.button !== 0) return;
			(event.currentTarget as Element).setPointerCapture(event.pointerId);
			const place = placeAt(event);
			const isDragging = event.pointerType === "mouse";
			const { clientX: x, clientY: y } = event;
			start.current = { place, x, y, isDragging };
			if (isDragging) onDrag(place, place);
		},
		onPointerMove(event: PointerEvent) {
			const from = start.current;
			if (from === null) return;
			if (!from.isDragging && !isAlong(from, event)) return;
			start.current = { ...from, isDragging: true };
			onDrag(from.place, placeAt(event));
		},
		onPointerUp(event: PointerEvent) {
			const from = start.current;
			start.current = null;
			if (from?.isDragging || (from && isTap(from, event)))
				onEnd(from.place, placeAt(event));
		},
		onPointerCancel() {
			const from = start.current;
			start.current = null;
			if (from?.isDragging) onGiveUp();
		},
	};
}

/** Else it went across the element, and was no more than that. */
function isTap(
	from: DragStart<unknown>,
	{ clientX, clientY }: PointerEvent,
): boolean {
	return Math.hypot(clientX - from.x, clientY - from.y) <= SLOP_PX;
}

function isAlong(
	from: DragStart<unknown>,
	{ clientX, clientY }: PointerEvent,
): boolean {
	const along = Math.abs(clientX - from.x);
	return along > SLOP_PX && along > Math.abs(clientY - from.y);
}
