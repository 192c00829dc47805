import type { Signal } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import type { ComponentChildren, RefObject } from "preact";
import type { ScaleName } from "../../../maps/cells/density.ts";
import type { DrawName } from "../../../maps/cells/legend.ts";
import type { Opened } from "../model.ts";
import type { RidesState } from "../state.ts";
import { useFullScreen } from "./full-screen.ts";
import type { MapState } from "./map-state.ts";
import { startOf } from "./start-view.ts";

const DRAWS: readonly Choice<DrawName>[] = [
	{ value: "cells", label: "Cells" },
	{ value: "lines", label: "Lines" },
];

const SCALES: readonly Choice<ScaleName>[] = [
	{ value: "log", label: "Log" },
	{ value: "quantile", label: "Quantile" },
];

interface Choice<Name extends string> {
	readonly value: Name;
	readonly label: string;
}

/** How rides are drawn, how near, and on how much of the screen. */
export function MapButtons(props: {
	readonly opened: Opened;
	readonly state: RidesState;
	readonly mapState: MapState;
	readonly map: RefObject<MapLibre | null>;
	/** What takes the screen. */
	readonly box: RefObject<HTMLElement | null>;
	/** Further buttons. */
	readonly children?: ComponentChildren;
}) {
	const { opened, state, mapState, map, box } = props;
	const fullScreen = useFullScreen(box);
	const goToStart = () => {
		const { longitude, latitude, zoom } = startOf(opened);
		map.current?.easeTo({ center: [longitude, latitude], zoom });
	};
	const screenLabel = fullScreen.isFull ? "Leave full screen" : "Full screen";
	return (
		<>
			<div class="rides-draw">
				<Switch
					name="draw"
					legend="Draw rides as"
					choices={DRAWS}
					chosen={mapState.draw}
				/>
			</div>
			<div class="rides-buttons">
				<MapButton label="Zoom in" onClick={() => map.current?.zoomIn()}>
					<path d="M12 5v14M5 12h14" />
				</MapButton>
				<MapButton label="Zoom out" onClick={() => map.current?.zoomOut()}>
					<path d="M5 12h14" />
				</MapButton>
				<MapButton
					label="Back to where the map opens"
					isDisabled={state.view.value === null}
					onClick={goToStart}
				>
					<path d="M4 11l8-7 8 7v9h-5v-6h-6v6H4z" />
				</MapButton>
				<MapButton label={screenLabel} onClick={fullScreen.toggle}>
					{fullScreen.isFull ? (
						<path d="M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5" />
					) : (
						<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />
					)}
				</MapButton>
				{props.children}
			</div>
		</>
	);
}

/** How counts become colours. */
export function ScaleSwitch({ mapState }: { readonly mapState: MapState }) {
	return (
		<Switch
			name="scale"
			legend="Scale of the colours"
			choices={SCALES}
			chosen={mapState.scale}
		/>
	);
}

/** A button on the map that shows an icon and says its name. */
export function MapButton(props: {
	readonly label: string;
	readonly isDisabled?: boolean;
	readonly onClick: () => void;
	/** Lines of an icon, 24 by 24. */
	readonly children: ComponentChildren;
}) {
	const { label, isDisabled = false, onClick, children } = props;
	return (
		<button
			type="button"
			aria-label={label}
			title={label}
			disabled={isDisabled}
			onClick={onClick}
		>
			<svg viewBox="0 0 24 24" aria-hidden="true">
				{children}
			</svg>
		</button>
	);
}

/** A choice of one of two, small enough to lie on the map. */
function Switch<Name extends string>(props: {
	readonly name: string;
	readonly legend: string;
	readonly choices: readonly Choice<Name>[];
	readonly chosen: Signal<Name>;
}) {
	const { name, legend, choices, chosen } = props;
	return (
		<fieldset class="rides-switch">
			<legend class="visually-hidden">{legend}</legend>
			{choices.map(({ value, label }) => (
				<label key={value}>
					<input
						type="radio"
						name={name}
						value={value}
						checked={chosen.value === value}
						onChange={() => {
							chosen.value = value;
						}}
					/>
					{label}
				</label>
			))}
		</fieldset>
	);
}
