import { useComputed, useSignal } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { useEffect, useRef } from "preact/hooks";
import type { BasemapTrouble } from "../../../maps/basemap/basemap-requests.ts";
import { FineBasemap } from "../../../maps/basemap/fine-basemap.ts";
import { scaleOf } from "../../../maps/cells/density.ts";
import { openMap } from "../../../maps/map.ts";
import { sentenceOf as errorSentence } from "../../shared/error-sentence.ts";
import { EmbedButton } from "../embed/embed-button.tsx";
import { ExportButton } from "../export/export-button.tsx";
import type { ExportedMap } from "../export/export-map.ts";
import { type RidesParts, readTile } from "../open-parts.ts";
import { sentenceOf } from "../sentence.ts";
import { ThroughPanel } from "../through/through-panel.tsx";
import { BasemapNotice } from "./basemap-notice.tsx";
import { CellReadout, type Readout, readCells } from "./cell-readout.tsx";
import {
	chooseCells,
	drawChosen,
	fitTrack,
	revealCell,
} from "./chosen-on-map.ts";
import { basemapCredit, creditsOf } from "./credits.ts";
import { drawRides } from "./draw-rides.ts";
import { followView, lookWithout } from "./follow-view.ts";
import { Legend } from "./legend.tsx";
import { mapColours } from "./map-colours.ts";
import { MapButtons, ScaleSwitch } from "./map-controls.tsx";
import { MapNotice } from "./map-notice.tsx";
import { showPublisherBasemap } from "./show-publisher-basemap.ts";
import { namedStarts, nameStarts } from "./start-places.tsx";
import { startOf } from "./start-view.ts";

/** The map, its legend, its buttons, and what a cell says under the pointer. */
export function MapPanel(
	props: RidesParts & {
		/** Called once the map is there, for moving it from outside. */
		readonly onOpen: (map: MapLibre) => void;
		/** Whether the map is in a frame, without what leads out of it. */
		readonly isEmbedded?: boolean;
	},
) {
	const { opened, source, state, model, lines, mapState, basemap, still } =
		props;
	const { through, publisher, isEmbedded = false } = props;
	const container = useRef<HTMLDivElement>(null);
	const readout = useSignal<Readout | null>(null);
	const isAimed = useSignal(false);
	const map = useRef<MapLibre | null>(null);
	const fine = useRef<FineBasemap | null>(null);
	const retryBasemap = useRef(() => {});
	const basemapTrouble = useSignal<BasemapTrouble | null>(null);
	const mapProblem = useSignal<unknown>(null);
	const scale = useComputed(() => {
		const now = model.picture.value;
		return now === null
			? null
			: scaleOf(mapState.scale.value, now.counts, now.largest);
	});
	const panel = useRef<HTMLElement>(null);

	useEffect(() => {
		const box = container.current;
		if (box === null) return;
		const frame = document.createElement("div");
		frame.className = "rides-map-frame";
		box.prepend(frame, ...(still === null ? [] : [still]));
		const ended = new AbortController();
		const closing: (() => void)[] = [];
		const view = state.view.value ?? startOf(opened);
		openMap(frame, {
			basemap,
			colours: mapColours(),
			center: [view.longitude, view.latitude],
			zoom: view.zoom,
			label: "Map of rides, coloured by how many rides pass each spot",
		}).then(
			(opening) => {
				if (ended.signal.aborted) {
					opening.remove();
					return;
				}
				map.current = opening;
				fine.current = new FineBasemap(opening, readTile);
				if (publisher !== null) {
					const shown = showPublisherBasemap(
						opening,
						publisher.address,
						basemapTrouble,
					);
					retryBasemap.current = shown.retry;
					closing.push(shown.end);
				}
				props.onOpen(opening);
				closing.push(
					followView(opening, state, model, opened),
					drawRides(opening, { picture: model.picture, scale, lines }, still),
					nameStarts(opening, opened.startPlaces, state),
					readCells(opening, model.picture, readout, isAimed),
					drawChosen(opening, state, through),
					chooseCells(opening, model.picture, isAimed, through, () =>
						// Once the list is there.
						requestAnimationFrame(() => panel.current?.focus()),
					),
					model.start(),
					lines.start(mapState.draw),
					through.start(),
					() => opening.remove(),
				);
			},
			(error: unknown) => {
				if (ended.signal.aborted) return;
				mapProblem.value = error;
				still?.remove();
				frame.remove();
				closing.push(
					lookWithout(box, state, model, opened),
					model.start(),
					through.start(),
				);
			},
		);
		return () => {
			ended.abort();
			for (const close of closing) close();
		};
	}, []);

	const picture = model.picture.value;
	const sentence =
		picture === null
			? ""
			: sentenceOf(picture.seen, picture.filter, opened.timeline);
	const exported = (): ExportedMap | null =>
		map.current === null || picture === null || scale.value === null
			? null
			: {
					...{ map: map.current, basemap, picture, scale: scale.value, lines },
					fine: fine.current,
					startPlaces: namedStarts(opened.startPlaces, state),
					drawn: through.drawn.peek(),
					at: state.at.peek(),
					...{ title: "Where do I ride most?", sentence },
					credits: creditsOf(opened.dataset, publisher?.attribution ?? null),
					ownCredits: creditsOf(opened.dataset, null),
				};
	return (
		<div class="rides-map" ref={container}>
			{isAimed.value && <div class="rides-aim" aria-hidden="true" />}
			{mapProblem.value === null && (
				<MapButtons
					opened={opened}
					state={state}
					mapState={mapState}
					map={map}
					box={container}
				>
					{!isEmbedded && (
						<>
							<ExportButton state={state} model={model} exported={exported} />
							{!source.isOwn && <EmbedButton />}
						</>
					)}
				</MapButtons>
			)}
			{picture !== null &&
				scale.value !== null &&
				mapProblem.value === null && (
					<Legend
						scale={scale.value}
						draw={lines.drawn.value}
						sentence={sentence}
					>
						<ScaleSwitch mapState={mapState} />
					</Legend>
				)}
			{mapProblem.value !== null && <NoMap problem={mapProblem.value} />}
			<MapNotice model={model} lines={lines} />
			<BasemapNotice
				trouble={basemapTrouble.value}
				onRetry={() => retryBasemap.current()}
			/>
			<p class="rides-credit">
				{basemapCredit(publisher?.attribution ?? null)}
			</p>
			<CellReadout readout={readout} />
			<ThroughPanel
				state={state}
				through={through}
				source={source}
				list={model.list.value}
				panel={panel}
				onShown={() => {
					const cell = state.at.value;
					if (map.current !== null && panel.current !== null && cell !== null)
						revealCell(map.current, cell, panel.current);
				}}
				onClose={() => {
					through.choose(null);
					map.current?.getCanvas().focus();
				}}
				onFit={(track) => {
					if (map.current !== null && panel.current !== null)
						fitTrack(map.current, track, panel.current);
				}}
			/>
			<p class="visually-hidden" role="status">
				{isAimed.value ? readout.value?.text : ""}
			</p>
		</div>
	);
}

/** Why there is no map, what to do, and what works all the same. */
function NoMap({ problem }: { readonly problem: unknown }) {
	const isWebGl =
		problem instanceof Error && problem.name === "GPUInitializationError";
	return (
		<div class="rides-no-map">
			<p role="alert">
				{isWebGl
					? "The map needs WebGL 2, and this browser has none, or it is turned off. Turn on hardware acceleration in the browser's settings, or use another browser."
					: `The map could not be opened. ${errorSentence(problem)}`}{" "}
				Figures, filters and tables work without it.
			</p>
		</div>
	);
}
