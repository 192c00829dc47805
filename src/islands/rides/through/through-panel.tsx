import type { RefObject } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import {
	type CountBar,
	countBars,
	countBarsText,
} from "../../../charts/count-bars.ts";
import { type CellWindow, centreOf } from "../../../lib/geo/grid.ts";
import { ridesPerWeekday, ridesPerYear } from "../../../lib/rides/habits.ts";
import type { RideList } from "../../../lib/rides/list.ts";
import type { Track } from "../../../lib/rides/tracks.ts";
import {
	formatCount,
	formatCounted,
	formatDistance,
	formatDuration,
} from "../../../lib/text/format.ts";
import { Chart } from "../../charts/chart.tsx";
import { keepFocus } from "../../shared/focus.ts";
import { SqlLink } from "../../shared/provenance.tsx";
import { Failure, Loading } from "../../shared/states.tsx";
import { kindName, WEEKDAYS } from "../filters/filter-words.ts";
import { loadingOf } from "../loading-of.ts";
import type { RideSource } from "../ride-source.ts";
import { degreesOf } from "../sentence.ts";
import type { RidesState } from "../state.ts";
import type { RidesThrough } from "./through.ts";

/** Rides that are listed at first, and with each "more". */
const PAGE = 50;

const dateFormat = new Intl.DateTimeFormat("en-GB", {
	weekday: "short",
	day: "numeric",
	month: "short",
	year: "numeric",
	hour: "2-digit",
	minute: "2-digit",
	hourCycle: "h23",
	timeZone: "UTC",
});

/** Every ride through the chosen cell: how often, which, and the track of one. */
export function ThroughPanel(props: {
	readonly state: RidesState;
	readonly through: RidesThrough;
	readonly source: RideSource;
	/** Null until it is there. */
	readonly list: RideList | null;
	readonly panel: RefObject<HTMLElement | null>;
	/** The panel lies over the map, as tall as it gets. */
	readonly onShown: () => void;
	readonly onClose: () => void;
	readonly onFit: (track: Track) => void;
}) {
	const { state, through, list, panel, onClose } = props;
	const cell = state.at.value;
	useEffect(() => {
		if (cell === null) return;
		const onKeyDown = (event: KeyboardEvent) => {
			if (event.key !== "Escape" || event.defaultPrevented) return;
			// It is the dialog's that lies above.
			if (document.querySelector("dialog[open]") !== null) return;
			event.preventDefault();
			onClose();
		};
		document.addEventListener("keydown", onKeyDown);
		return () => document.removeEventListener("keydown", onKeyDown);
	}, [cell === null]);
	const rides = through.listed.value;
	useEffect(() => {
		if (cell !== null) props.onShown();
	}, [cell, rides === null]);
	if (cell === null) return null;
	const others = through.others.value;
	const sql = through.sql.value;
	return (
		<section
			class="rides-through"
			ref={panel}
			tabIndex={-1}
			aria-labelledby="rides-through-title"
		>
			<header>
				<h2 id="rides-through-title">
					<span role="status">
						{rides === null
							? "Rides through this spot"
							: `${formatCounted(rides.length, "ride")} through this spot`}
					</span>
				</h2>
				<button
					type="button"
					aria-label="Close the list"
					title="Close the list (Esc)"
					onClick={onClose}
				>
					<svg viewBox="0 0 16 16" aria-hidden="true">
						<path d="M3 3l10 10M13 3L3 13" />
					</svg>
				</button>
			</header>
			<div class="rides-through-body">
				<p class="small muted">
					{placeOf(cell)}
					{rides !== null &&
						others > 0 &&
						` ${formatCounted(others, "ride")} more ${others === 1 ? "does" : "do"} not match the filters.`}
				</p>
				{through.problem.value !== null ? (
					<Failure
						error={through.problem.value}
						onRetry={() => through.retry()}
					/>
				) : rides === null || list === null ? (
					<Loading {...loadingOf(props.source)} />
				) : (
					<>
						<Habits list={list} rides={rides} />
						<List
							// Another cell starts at its newest ride.
							key={`${cell.level},${cell.x},${cell.y}`}
							state={state}
							through={through}
							list={list}
							rides={rides}
							onFit={props.onFit}
						/>
					</>
				)}
				{sql !== null && (
					<p class="small">
						<SqlLink display={sql} isOwn={props.source.isOwn}>
							See the SQL
						</SqlLink>
					</p>
				)}
			</div>
		</section>
	);
}

/** How often: by year and by weekday. */
function Habits(props: {
	readonly list: RideList;
	readonly rides: readonly number[];
}) {
	const { list, rides } = props;
	const years = useMemo(
		() =>
			ridesPerYear(list, rides).map((one) => ({
				label: String(one.year),
				name: String(one.year),
				count: one.rides,
			})),
		[list, rides],
	);
	const weekdays = useMemo(() => {
		const counts = ridesPerWeekday(list, rides);
		return WEEKDAYS.map((name, day) => ({
			label: name.slice(0, 2),
			name,
			count: counts[day] ?? 0,
		}));
	}, [list, rides]);
	if (years.length === 0) return null;
	return (
		<div class="rides-habits">
			<Habit title="By year" bars={years} />
			<Habit title="By weekday" bars={weekdays} />
		</div>
	);
}

function Habit(props: {
	readonly title: string;
	readonly bars: readonly CountBar[];
}) {
	const { title, bars } = props;
	const draw = useMemo(() => (width: number) => countBars(bars, width), [bars]);
	return (
		<figure>
			<figcaption>{title}</figcaption>
			<Chart
				draw={draw}
				label={`Rides through this spot ${title.toLowerCase()}`}
				description={countBarsText(bars, (rides) =>
					formatCounted(rides, "ride"),
				)}
			/>
		</figure>
	);
}

function List(props: {
	readonly state: RidesState;
	readonly through: RidesThrough;
	readonly list: RideList;
	readonly rides: readonly number[];
	readonly onFit: (track: Track) => void;
}) {
	const { state, through, list, rides, onFit } = props;
	const [limit, setLimit] = useState(PAGE);
	const chosen = state.ride.value;
	const hint = (id: string | null) => {
		through.hinted.value = id;
	};
	return (
		<>
			<ol class="rides-list">
				{rides.slice(0, limit).map((ride) => {
					const id = list.id[ride] ?? "";
					const isChosen = id === chosen;
					return (
						<li key={id} class={isChosen ? "rides-list-chosen" : undefined}>
							<button
								type="button"
								aria-pressed={isChosen}
								onClick={() => {
									state.ride.value = isChosen ? null : id;
								}}
								onPointerEnter={({ pointerType }) => {
									if (pointerType === "mouse") hint(id);
								}}
								onPointerLeave={() => hint(null)}
								onFocus={({ currentTarget }) => {
									if (currentTarget.matches(":focus-visible")) hint(id);
								}}
								onBlur={() => hint(null)}
							>
								<time>{dateOf(list, ride)}</time>
								<strong>{list.name[ride] ?? "Unnamed ride"}</strong>
								<small>{detailsOf(list, ride)}</small>
							</button>
							{isChosen && <TrackLine through={through} onFit={onFit} />}
						</li>
					);
				})}
			</ol>
			{rides.length > limit && (
				<button
					type="button"
					class="button"
					onClick={() => keepFocus(() => setLimit(limit + PAGE))}
				>
					Show {formatCount(Math.min(PAGE, rides.length - limit))} more of{" "}
					{formatCount(rides.length - limit)}
				</button>
			)}
		</>
	);
}

/** What has become of the chosen ride's track. */
function TrackLine(props: {
	readonly through: RidesThrough;
	readonly onFit: (track: Track) => void;
}) {
	const { through, onFit } = props;
	const state = through.chosen.value;
	switch (state.kind) {
		case "none":
			return <p class="small muted">It has no points to draw.</p>;
		case "loading":
			return <Loading what="its track" bytes={state.bytes} />;
		case "failed":
			return (
				<Failure error={state.error} onRetry={() => through.retryTrack()} />
			);
		case "drawn":
			return (
				<button type="button" class="button" onClick={() => onFit(state.track)}>
					Show all of it
				</button>
			);
	}
}

function dateOf({ startedAtLocal }: RideList, ride: number): string {
	const start = startedAtLocal[ride] ?? null;
	return start === null ? "Without a date" : dateFormat.format(start);
}

/** Kind, distance, time and climb, as far as the ride tells them. */
function detailsOf(list: RideList, ride: number): string {
	const kind = list.kind[ride] ?? null;
	const distance = list.distanceMeters[ride] ?? null;
	const moving = list.movingSeconds[ride] ?? null;
	const duration = list.durationSeconds[ride] ?? null;
	const ascent = list.ascentMeters[ride] ?? null;
	return [
		kind === null ? null : kindName(kind),
		distance === null ? null : formatDistance(distance),
		moving !== null
			? `${formatDuration(moving)} moving`
			: duration === null
				? null
				: formatDuration(duration),
		ascent === null ? null : `${formatCount(ascent)} m up`,
	]
		.filter((detail) => detail !== null)
		.join(" · ");
}

function placeOf(cell: CellWindow): string {
	const [longitude, latitude] = centreOf(cell, 0);
	return `${degreesOf(latitude, "N", "S")}, ${degreesOf(longitude, "E", "W")}.`;
}
