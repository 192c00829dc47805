import type { Scale } from "@observablehq/plot";
import type { TargetedPointerEvent } from "preact";
import { useState } from "preact/hooks";

export interface CursorPoint {
	readonly x: Date | number;
	/** What stands there, with units. */
	readonly text: string;
}

/**
 * Reads points off a picture, by pointer or arrow keys: a slider whose value is
 * a point. It lies over the picture, which is drawn at its own width.
 */
export function ChartCursor(props: {
	readonly label: string;
	/** In order along x. */
	readonly points: readonly CursorPoint[];
	readonly xScale: Scale;
}) {
	const { label, points, xScale } = props;
	const [chosen, setIndex] = useState<number | null>(null);
	if (points.length === 0) return null;
	const last = points.length - 1;
	const index = chosen === null ? null : Math.min(chosen, last);
	const point = index === null ? undefined : points[index];
	const [start = 0, end = 0] = (xScale.range ?? []) as number[];
	const left = point === undefined ? 0 : Number(xScale.apply(point.x));
	const isRight = left > (start + end) / 2;
	const readAt = (event: TargetedPointerEvent<HTMLDivElement>) => {
		const x = event.clientX - event.currentTarget.getBoundingClientRect().x;
		setIndex(nearest(points, xScale.invert?.(x) as Date | number));
	};
	return (
		<div
			class="chart-cursor"
			role="slider"
			tabIndex={0}
			aria-label={`Points of: ${label}`}
			aria-valuemin={0}
			aria-valuemax={last}
			aria-valuenow={index ?? last}
			aria-valuetext={(point ?? points[last])?.text}
			onPointerMove={readAt}
			// A tap moves nothing, and the finger leaves with it: what it chose stays until another tap.
			onPointerDown={(event) => {
				if (event.pointerType !== "mouse") readAt(event);
			}}
			onPointerLeave={(event) => {
				if (event.pointerType === "mouse") setIndex(null);
			}}
			onPointerCancel={() => setIndex(null)}
			onBlur={() => setIndex(null)}
			onFocus={(event) => {
				if (event.currentTarget.matches(":focus-visible")) setIndex(last);
			}}
			onKeyDown={(event) => {
				const next = moved(event.key, index ?? last, last);
				if (next === null) return;
				event.preventDefault();
				setIndex(next);
			}}
		>
			{point !== undefined && (
				<>
					<span class="chart-rule" style={{ left: `${left}px` }} />
					<span
						class={`chart-readout${isRight ? " chart-readout-left" : ""}`}
						style={{ left: `${left}px` }}
					>
						{point.text}
					</span>
				</>
			)}
		</div>
	);
}

function moved(key: string, index: number, last: number): number | null {
	const page = Math.max(1, Math.round(last / 20));
	switch (key) {
		case "ArrowLeft":
		case "ArrowDown":
			return Math.max(0, index - 1);
		case "ArrowRight":
		case "ArrowUp":
			return Math.min(last, index + 1);
		case "PageDown":
			return Math.max(0, index - page);
		case "PageUp":
			return Math.min(last, index + page);
		case "Home":
			return 0;
		case "End":
			return last;
		default:
			return null;
	}
}

/** Index of the point nearest to a place along x. */
export function nearest(
	points: readonly CursorPoint[],
	place: Date | number,
): number {
	let low = 0;
	let high = points.length - 1;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((points[middle] as CursorPoint).x < place) low = middle + 1;
		else high = middle;
	}
	const before = points[low - 1];
	const after = points[low] as CursorPoint;
	return before !== undefined &&
		Number(place) - Number(before.x) < Number(after.x) - Number(place)
		? low - 1
		: low;
}
