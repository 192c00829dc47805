import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RideFilter } from "../../../lib/rides/filter.ts";
import type { KindCount } from "../../../lib/rides/list.ts";
import { formatCount } from "../../../lib/text/format.ts";
import { Loading } from "../../shared/states.tsx";
import { loadingOf } from "../loading-of.ts";
import type { RidesModel } from "../model.ts";
import type { RideSource } from "../ride-source.ts";
import { clearParts, type MorePart, type RidesState } from "../state.ts";
import { hoursBetween, metersOf } from "./filter-codecs.ts";
import { clock, kindName, WEEKDAYS, wordsOf } from "./filter-words.ts";

/** From the last letter typed to the name that is looked for. */
const TYPING_MILLISECONDS = 150;

const HOURS = Array.from({ length: 25 }, (_, hour) => hour);

/** What is asked for beside the days, behind one button. */
export function Filters(props: {
	readonly state: RidesState;
	readonly model: RidesModel;
	readonly source: RideSource;
	readonly button: RefObject<HTMLButtonElement | null>;
}) {
	const { state, model, source, button } = props;
	const [isOpen, setOpen] = useState(false);
	const set = wordsOf(state.filter.value).length;
	const close = () => {
		setOpen(false);
		button.current?.focus();
	};
	return (
		// biome-ignore lint/a11y/noStaticElementInteractions: keys of what it holds
		<div
			class="rides-filters"
			onKeyDown={(event) => {
				if (event.key !== "Escape" || !isOpen) return;
				event.preventDefault();
				close();
			}}
		>
			<button
				type="button"
				class="button"
				ref={button}
				aria-expanded={isOpen}
				aria-controls="rides-filters"
				onClick={() => {
					if (!isOpen) model.needList();
					setOpen(!isOpen);
				}}
			>
				Filters
				{set > 0 && (
					<span class="rides-filters-set">
						{set}
						<span class="visually-hidden"> set</span>
					</span>
				)}
			</button>
			<fieldset
				id="rides-filters"
				class="rides-filters-panel"
				aria-label="Filters"
				hidden={!isOpen}
			>
				{isOpen && (
					<>
						<Kinds state={state} source={source} kinds={model.kinds.value} />
						<Distance state={state} />
						<Weekdays state={state} />
						<Hours state={state} />
						<Name state={state} />
						<button type="button" class="button" onClick={close}>
							Done
						</button>
					</>
				)}
			</fieldset>
		</div>
	);
}

/** What is asked for beside the days, each to be taken back. */
export function Chips(props: {
	readonly state: RidesState;
	/** Gets the focus with the last filter gone. */
	readonly filtersButton: RefObject<HTMLButtonElement | null>;
}) {
	const { state, filtersButton } = props;
	const box = useRef<HTMLUListElement>(null);
	/** Place of the chip that was pressed, whose focus goes with it. */
	const gone = useRef<number | null>(null);
	const chips = wordsOf(state.filter.value);
	useLayoutEffect(() => {
		if (gone.current === null) return;
		const next = Math.min(gone.current, chips.length - 1);
		gone.current = null;
		const button = box.current?.children[next]?.querySelector("button");
		(button ?? filtersButton.current)?.focus();
	}, [chips.length]);
	const clear = (parts: readonly MorePart[], at: number) => {
		gone.current = at;
		clearParts(state, parts);
	};
	if (chips.length === 0) return null;
	return (
		<ul class="rides-chips" aria-label="Filters that are set" ref={box}>
			{chips.map(({ part, words }, index) => (
				<li key={part}>
					<button
						type="button"
						title="Take this filter away"
						onClick={() => clear([part], index)}
					>
						<span>{words}</span>
						<svg viewBox="0 0 16 16" aria-hidden="true">
							<path d="M4 4l8 8M12 4l-8 8" />
						</svg>
						<span class="visually-hidden">: take this filter away</span>
					</button>
				</li>
			))}
			<li>
				<button
					type="button"
					class="rides-chips-clear"
					onClick={() =>
						clear(
							chips.map(({ part }) => part),
							0,
						)
					}
				>
					Clear all
				</button>
			</li>
		</ul>
	);
}

function Kinds(props: {
	readonly state: RidesState;
	readonly source: RideSource;
	readonly kinds: readonly KindCount[] | null;
}) {
	const { state, source, kinds } = props;
	const chosen = state.kinds.value;
	if (kinds === null) return <Loading {...loadingOf(source)} />;
	// An address may ask for a kind that no ride is of.
	const missing = chosen
		.filter((kind) => !kinds.some((other) => other.kind === kind))
		.map((kind) => ({ kind, rides: 0 }));
	const offered = [...kinds, ...missing];
	if (offered.length < 2 && chosen.length === 0) return null;
	return (
		<fieldset class="rides-kinds">
			<legend>Kind</legend>
			<div>
				{offered.map(({ kind, rides }) => (
					<label key={JSON.stringify(kind)}>
						<input
							type="checkbox"
							checked={chosen.includes(kind)}
							onChange={({ currentTarget }) => {
								state.kinds.value = currentTarget.checked
									? [...chosen, kind]
									: chosen.filter((other) => other !== kind);
							}}
						/>
						<span>{kindName(kind)}</span>
						<small>{formatCount(rides)}</small>
					</label>
				))}
			</div>
		</fieldset>
	);
}

function Distance({ state }: { readonly state: RidesState }) {
	const { from, to } = state.distance.value;
	const field = (
		end: "from" | "to",
		label: string,
		meters: number | null,
		placeholder: string,
	) => (
		<div class="field">
			<label for={`rides-distance-${end}`}>{label}</label>
			<input
				id={`rides-distance-${end}`}
				type="number"
				inputMode="decimal"
				min={0}
				step="any"
				placeholder={placeholder}
				value={meters === null ? "" : meters / 1000}
				onChange={({ currentTarget }) => {
					state.distance.value = {
						...state.distance.value,
						[end]: metersOf(currentTarget.value),
					};
				}}
			/>
		</div>
	);
	return (
		<fieldset>
			<legend>Distance in km</legend>
			<div class="rides-ends">
				{field("from", "At least", from, "0")}
				{field("to", "At most", to, "any")}
			</div>
		</fieldset>
	);
}

function Weekdays({ state }: { readonly state: RidesState }) {
	const chosen = state.weekdays.value;
	return (
		<fieldset>
			<legend>Day of the week</legend>
			<div class="rides-weekdays">
				{WEEKDAYS.map((name, index) => {
					const day = index + 1;
					const isChosen = chosen.includes(day);
					return (
						<button
							key={name}
							type="button"
							aria-pressed={isChosen}
							onClick={() => {
								state.weekdays.value = isChosen
									? chosen.filter((other) => other !== day)
									: [...chosen, day].sort();
							}}
						>
							{name}
						</button>
					);
				})}
			</div>
		</fieldset>
	);
}

function Hours({ state }: { readonly state: RidesState }) {
	const { from, to } = state.hours.value ?? { from: 0, to: 24 };
	const choose = (hours: { from: number; to: number }) => {
		const chosen: RideFilter["hours"] | undefined = hoursBetween(
			hours.from,
			hours.to,
		);
		if (chosen !== undefined) state.hours.value = chosen;
	};
	const options = (hours: readonly number[], chosen: number, other: number) =>
		hours.map((hour) => (
			<option
				key={hour}
				value={hour}
				selected={hour === chosen}
				disabled={hour === other}
			>
				{clock(hour)}
			</option>
		));
	return (
		<fieldset>
			<legend>Starts, by local time</legend>
			<div class="rides-ends">
				<div class="field">
					<label for="rides-hours-from">From</label>
					<select
						id="rides-hours-from"
						onChange={({ currentTarget }) =>
							choose({ from: Number(currentTarget.value), to })
						}
					>
						{options(HOURS.slice(0, 24), from, to)}
					</select>
				</div>
				<div class="field">
					<label for="rides-hours-to">Before</label>
					<select
						id="rides-hours-to"
						onChange={({ currentTarget }) =>
							choose({ from, to: Number(currentTarget.value) })
						}
					>
						{options(HOURS.slice(1), to, from)}
					</select>
				</div>
			</div>
			{from > to && <small>Past midnight, into the next day.</small>}
		</fieldset>
	);
}

function Name({ state }: { readonly state: RidesState }) {
	const field = useRef<HTMLInputElement>(null);
	const timer = useRef(0);
	const name = state.name.value;
	// What is being typed stays as it is; what the address says comes in.
	useEffect(() => {
		const input = field.current;
		if (input !== null && timer.current === 0) input.value = name;
	}, [name]);
	useEffect(() => () => clearTimeout(timer.current), []);
	const look = () => {
		clearTimeout(timer.current);
		timer.current = 0;
		if (field.current !== null) state.name.value = field.current.value;
	};
	return (
		<div class="field">
			<label for="rides-name">Name has</label>
			<input
				id="rides-name"
				type="search"
				ref={field}
				onInput={() => {
					clearTimeout(timer.current);
					timer.current = window.setTimeout(look, TYPING_MILLISECONDS);
				}}
				onChange={look}
			/>
		</div>
	);
}
