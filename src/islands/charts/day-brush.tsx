import type { Scale } from "@observablehq/plot";
import { useEffect, useRef } from "preact/hooks";
import { formatDay } from "../../charts/format.ts";
import { DAY_MS } from "../../lib/time-units.ts";
import { type DragStart, dragHandlers } from "./drag.ts";

/** After the last key, before its days are chosen. */
const KEY_PAUSE_MS = 500;

/** Whole UTC days, both included, each as its midnight. */
export interface BrushedDays {
	readonly from: Date;
	readonly to: Date;
}

/**
 * Chooses days on a picture of time: by dragging over it, or with two sliders, one
 * for each end. It lies over the picture, which is drawn at its own width.
 */
export function DayBrush(props: {
	/** What is chosen: `Window of posts`. */
	readonly label: string;
	readonly xScale: Scale;
	/** First and last day there are. */
	readonly days: BrushedDays;
	/** What is shaded: two instants, the second excluded. */
	readonly shown: { readonly start: Date; readonly end: Date };
	/** The days of the bar at an instant, which a drag takes whole. */
	readonly barAt: (time: Date) => BrushedDays;
	/** While it goes on; null where it is given up. */
	readonly onBrush: (days: BrushedDays | null) => void;
	readonly onChoose: (days: BrushedDays) => void;
}) {
	const { label, xScale, days, shown, barAt, onBrush, onChoose } = props;
	const drag = useRef<DragStart<BrushedDays> | null>(null);
	const keyed = useRef<BrushedDays | null>(null);
	const timer = useRef(0);
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => () => clearTimeout(timer.current), []);

	const barUnder = (event: PointerEvent) => {
		const left = box.current?.getBoundingClientRect().x ?? 0;
		const time = xScale.invert?.(event.clientX - left) as Date;
		return barAt(clamped(time, days.from, days.to));
	};
	const spanned = (one: BrushedDays, other: BrushedDays) =>
		within(
			{ from: earlier(one.from, other.from), to: later(one.to, other.to) },
			days,
		);
	const settle = () => {
		clearTimeout(timer.current);
		if (keyed.current === null) return;
		const chosen = keyed.current;
		keyed.current = null;
		onChoose(chosen);
	};
	const start = clamped(shown.start, days.from, days.to);
	const end = clamped(
		new Date(shown.end.getTime() - 1),
		days.from,
		endOf(days.to),
	);
	const current = { from: dayOf(start), to: dayOf(end) };
	const press = (side: "from" | "to") => (event: KeyboardEvent) => {
		if (event.key === "Enter") return settle();
		if (event.key === "Escape" && keyed.current !== null) {
			clearTimeout(timer.current);
			keyed.current = null;
			return onBrush(null);
		}
		const moved = movedDay(event.key, current[side], days);
		if (moved === null) return;
		event.preventDefault();
		const next = clamped(moved, days.from, days.to);
		keyed.current =
			side === "from"
				? { from: earlier(next, current.to), to: current.to }
				: { from: current.from, to: later(next, current.from) };
		onBrush(keyed.current);
		clearTimeout(timer.current);
		timer.current = window.setTimeout(settle, KEY_PAUSE_MS);
	};
	const left = Number(xScale.apply(start));
	const right = Number(xScale.apply(new Date(end.getTime() + 1)));
	const handle = (side: "from" | "to", at: number) => (
		<div
			class="brush-handle"
			role="slider"
			tabIndex={0}
			aria-label={`${label}: ${side === "from" ? "first" : "last"} day`}
			aria-valuemin={dayNumber(days.from)}
			aria-valuemax={dayNumber(days.to)}
			aria-valuenow={dayNumber(current[side])}
			aria-valuetext={formatDay(current[side])}
			style={{ left: `${at}px` }}
			onKeyDown={press(side)}
			onBlur={settle}
		/>
	);
	return (
		<div
			ref={box}
			class="brush"
			{...dragHandlers(drag, barUnder, {
				onDrag: (from, to) => onBrush(spanned(from, to)),
				onEnd: (from, to) => onChoose(spanned(from, to)),
				onGiveUp: () => onBrush(null),
			})}
		>
			<span
				class="brush-window"
				style={{ left: `${left}px`, width: `${Math.max(1, right - left)}px` }}
			/>
			{handle("from", left)}
			{handle("to", right)}
		</div>
	);
}

function movedDay(key: string, day: Date, days: BrushedDays): Date | null {
	switch (key) {
		case "ArrowLeft":
		case "ArrowDown":
			return addDays(day, -1);
		case "ArrowRight":
		case "ArrowUp":
			return addDays(day, 1);
		case "PageDown":
			return addDays(day, -7);
		case "PageUp":
			return addDays(day, 7);
		case "Home":
			return days.from;
		case "End":
			return days.to;
		default:
			return null;
	}
}

function within({ from, to }: BrushedDays, days: BrushedDays): BrushedDays {
	return { from: later(from, days.from), to: earlier(to, days.to) };
}

const addDays = (day: Date, count: number) =>
	new Date(day.getTime() + count * DAY_MS);
const endOf = (day: Date) => addDays(day, 1);
const dayNumber = (day: Date) => Math.floor(day.getTime() / DAY_MS);
const dayOf = (time: Date) => new Date(dayNumber(time) * DAY_MS);
const earlier = (one: Date, other: Date) => (one < other ? one : other);
const later = (one: Date, other: Date) => (one > other ? one : other);
const clamped = (time: Date, low: Date, high: Date) =>
	time < low ? low : time > high ? high : time;
