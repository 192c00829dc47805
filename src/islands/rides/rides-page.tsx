import type { Map as MapLibre } from "maplibre-gl";
import type { ComponentChildren } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { centreOf } from "../../lib/geo/grid.ts";
import { Provenance, SqlLink } from "../shared/provenance.tsx";
import { Days } from "./days.tsx";
import { Figures } from "./figures.tsx";
import { Chips, Filters } from "./filters/filters.tsx";
import { basemapCredit } from "./map/credits.ts";
import { MapPanel } from "./map/map-panel.tsx";
import { namedStarts, StartPlaces } from "./map/start-places.tsx";
import type { RidesModel } from "./model.ts";
import type { RidesParts } from "./open-parts.ts";
import { sentenceOf, totalOf, undatedNote } from "./sentence.ts";
import { SpotsTable } from "./spots-table.tsx";

/** A spot is shown from here, or from nearer. */
const SHOWN_ZOOM = 13;

export function RidesPage(
	props: RidesParts & {
		/** Beside the title. */
		readonly action: ComponentChildren;
		/** Below the sentence. */
		readonly bar: ComponentChildren;
	},
) {
	const { opened, state, model, source } = props;
	const map = useMemo(() => ({ current: null as MapLibre | null }), [source]);
	const filtersButton = useRef<HTMLButtonElement>(null);
	const picture = model.picture.value;
	const filter = state.filter.value;
	const told = picture?.filter ?? filter;
	const undated = undatedNote(opened.timeline.undated, told);
	const showAt = (center: [longitude: number, latitude: number]) => {
		if (map.current === null) {
			const [longitude, latitude] = center;
			const zoom = Math.max(state.view.peek()?.zoom ?? 0, SHOWN_ZOOM);
			model.moved();
			state.view.value = { longitude, latitude, zoom };
			return;
		}
		map.current.easeTo({
			center,
			zoom: Math.max(map.current.getZoom(), SHOWN_ZOOM),
		});
		map.current.getCanvas().focus();
	};
	return (
		<div class="rides">
			<div class="rides-head">
				<div class="rides-title">
					<h1>Where do I ride most?</h1>
					{props.action}
				</div>
				<p role="status" aria-busy={model.loading.value !== null}>
					{picture === null
						? `${totalOf(opened.timeline)}.`
						: sentenceOf(picture.seen, told, opened.timeline)}
					{undated !== null && <small> {undated}</small>}
				</p>
				<Figures
					timeline={opened.timeline}
					filter={filter}
					all={model.totals.value}
					seen={picture?.seen.totals ?? null}
					isUntouched={
						picture !== null &&
						model.list.value === null &&
						model.loading.value === null
					}
				/>
				{props.bar}
			</div>
			<div class="rides-controls">
				<Days
					state={state}
					timeline={opened.timeline}
					perMonth={model.perMonth.value}
				/>
				<Filters
					state={state}
					model={model}
					source={source}
					button={filtersButton}
				/>
			</div>
			<Chips state={state} filtersButton={filtersButton} />
			<MapPanel
				// What was pressed to have other rides keeps the focus; their map is another.
				key={source}
				{...props}
				onOpen={(opening) => {
					map.current = opening;
				}}
			/>
			<footer class="rides-foot">
				<Provenance
					source={`${opened.dataset.source}. ${basemapCredit(props.publisher?.attribution ?? null)}`}
					licence={opened.dataset.licence}
					synthetic={opened.dataset.synthetic}
					rows={picture?.cost.rows}
					bytes={picture?.cost.bytes}
					milliseconds={picture?.cost.milliseconds || null}
					query={picture?.sql}
					isOwn={source.isOwn}
				>
					{picture !== null && (
						<SqlLink
							display={source.sql.totals(picture.shown, filter).display}
							isOwn={source.isOwn}
						>
							SQL of the totals
						</SqlLink>
					)}
				</Provenance>
				<Places model={model} onShow={showAt} />
				<StartPlaces
					places={namedStarts(opened.startPlaces, state)}
					onShow={showAt}
				/>
			</footer>
		</div>
	);
}

/** The map in words: its busiest cells, most first. */
function Places(props: {
	readonly model: RidesModel;
	readonly onShow: (center: [longitude: number, latitude: number]) => void;
}) {
	const { model, onShow } = props;
	const picture = model.picture.value;
	const places = model.places.value;
	if (picture === null) return null;
	return (
		<SpotsTable
			summary="The busiest spots in view, as a table"
			what="Rides"
			spots={places.map(({ cell, rides }) => {
				const [longitude, latitude] = centreOf(picture.window, cell);
				return { longitude, latitude, rides };
			})}
			onShow={onShow}
		/>
	);
}
