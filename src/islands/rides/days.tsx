import { batch } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { DayRange } from "../../lib/rides/filter.ts";
import { formatCount, formatCounted } from "../../lib/text/format.ts";
import { DayInput } from "../charts/day-input.tsx";
import { type DragStart, dragHandlers } from "../charts/drag.ts";
import { lastDayOf, type Month, type Timeline, yearsOf } from "./months.ts";
import type { RidesState } from "./state.ts";

/** Years offered as buttons at most, the latest. */
const MAX_YEARS = 5;

const monthName = new Intl.DateTimeFormat("en", {
	month: "long",
	year: "numeric",
	timeZone: "UTC",
});

/** Which days count: years, two dates, and a timeline to brush. */
export function Days(props: {
	readonly state: RidesState;
	readonly timeline: Timeline;
	/** For each month, the rides that count; null where the days alone decide. */
	readonly perMonth: readonly number[] | null;
}) {
	const { state, timeline, perMonth } = props;
	const { months } = timeline;
	const { days } = state.filter.value;
	const first = months[0]?.start;
	const last = months.at(-1)?.start;
	if (first === undefined || last === undefined) return null;
	const choose = (range: DayRange) =>
		batch(() => {
			state.brushed.value = null;
			state.from.value = range.from;
			state.to.value = range.to;
		});
	const years = yearsOf(months).slice(-MAX_YEARS);
	const bounds = { min: first, max: lastDayOf(last) };
	return (
		<div class="rides-days">
			<fieldset class="rides-presets" aria-label="Days">
				<button
					type="button"
					aria-pressed={days.from === null && days.to === null}
					onClick={() => choose({ from: null, to: null })}
				>
					All days
				</button>
				{years.map((year) => {
					const range = yearRange(year);
					return (
						<button
							key={year}
							type="button"
							aria-pressed={isSame(days, range)}
							onClick={() => choose(range)}
						>
							{year}
						</button>
					);
				})}
			</fieldset>
			<div class="rides-dates">
				<div class="field">
					<label for="rides-from">From</label>
					<DayInput
						id="rides-from"
						{...bounds}
						value={days.from}
						onChange={(from) => choose({ ...days, from })}
					/>
				</div>
				<div class="field">
					<label for="rides-to">To</label>
					<DayInput
						id="rides-to"
						{...bounds}
						value={days.to}
						onChange={(to) => choose({ ...days, to })}
					/>
				</div>
			</div>
			<Brush
				months={months}
				counted={
					perMonth ??
					months.map(({ start, rides }) =>
						isWithinMonth(start, days) ? rides : 0,
					)
				}
				onBrush={(range) => {
					state.brushed.value = range;
				}}
				onChoose={choose}
			/>
		</div>
	);
}

/**
 * Rides per month, those that count within all; dragging over months chooses their days. For pointers: the two
 * dates do the same for keyboards.
 */
function Brush(props: {
	readonly months: readonly Month[];
	/** Rides that count, month by month. */
	readonly counted: readonly number[];
	/** While the pointer is down; null where the drag is given up. */
	readonly onBrush: (days: DayRange | null) => void;
	readonly onChoose: (days: DayRange) => void;
}) {
	const { months, counted, onBrush, onChoose } = props;
	const drag = useRef<DragStart<number> | null>(null);
	const most = Math.max(1, ...months.map(({ rides }) => rides));
	const monthAt = (event: PointerEvent) => {
		const box = (event.currentTarget as Element).getBoundingClientRect();
		const share = (event.clientX - box.left) / box.width;
		return Math.min(
			months.length - 1,
			Math.max(0, Math.floor(share * months.length)),
		);
	};
	const spanned = (one: number, other: number): DayRange => {
		const from = months[Math.min(one, other)]?.start;
		const to = months[Math.max(one, other)]?.start;
		return { from: from ?? null, to: to === undefined ? null : lastDayOf(to) };
	};
	return (
		<div class="rides-timeline">
			<svg
				viewBox={`0 0 ${months.length} 1`}
				preserveAspectRatio="none"
				role="img"
				aria-label={timelineLabel(months, counted)}
				{...dragHandlers(drag, monthAt, {
					onDrag: (from, to) => onBrush(spanned(from, to)),
					onEnd: (from, to) => onChoose(spanned(from, to)),
					onGiveUp: () => onBrush(null),
				})}
			>
				{months.map(({ start, rides }, index) => (
					<g key={start.getTime()}>
						<title>{monthTitle(start, rides, counted[index] ?? 0)}</title>
						<rect x={index} y={0} width={1} height={1} class="rides-month" />
						<Bar index={index} share={rides / most} kind="rides-bar" />
						<Bar
							index={index}
							share={(counted[index] ?? 0) / most}
							kind="rides-bar rides-bar-in"
						/>
					</g>
				))}
			</svg>
			<div class="rides-axis" aria-hidden="true">
				<span>{monthName.format(months[0]?.start)}</span>
				<span>Rides per month, up to {most}</span>
				<span>{monthName.format(months.at(-1)?.start)}</span>
			</div>
		</div>
	);
}

function Bar(props: {
	readonly index: number;
	readonly share: number;
	readonly kind: string;
}) {
	const { index, share, kind } = props;
	return (
		<rect
			x={index + 0.1}
			y={1 - share}
			width={0.8}
			height={share}
			class={kind}
		/>
	);
}

function monthTitle(start: Date, rides: number, counted: number): string {
	const month = monthName.format(start);
	return counted === rides
		? `${month}: ${formatCounted(rides, "ride")}`
		: `${month}: ${formatCount(counted)} of ${formatCounted(rides, "ride")}`;
}

function timelineLabel(
	months: readonly Month[],
	counted: readonly number[],
): string {
	const most = Math.max(0, ...counted);
	const busiest = months[counted.indexOf(most)];
	const all = months.reduce((sum, { rides }) => sum + rides, 0);
	const sum = counted.reduce((one, other) => one + other, 0);
	const share =
		sum === all
			? ""
			: ` ${formatCount(sum)} of ${formatCounted(all, "ride")} count.`;
	return most === 0 || busiest === undefined
		? `Rides per month.${share}`
		: `Rides per month. Most in ${monthName.format(busiest.start)}: ${formatCounted(most, "ride")}.${share}`;
}

/** Whether a month has days that count. */
function isWithinMonth(start: Date, { from, to }: DayRange): boolean {
	return (
		(from === null || lastDayOf(start) >= from) && (to === null || start <= to)
	);
}

function yearRange(year: number): DayRange {
	return {
		from: new Date(Date.UTC(year, 0, 1)),
		to: new Date(Date.UTC(year, 11, 31)),
	};
}

function isSame(one: DayRange, other: DayRange): boolean {
	return (
		one.from?.getTime() === other.from?.getTime() &&
		one.to?.getTime() === other.to?.getTime()
	);
}
