import { effect, type Signal, useComputed, useSignal } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { useEffect, useRef } from "preact/hooks";
import { formatCount, formatCounted } from "../../lib/format.ts";
import { cellAt, type Viewport } from "../../lib/grid.ts";
import type { BasemapTrouble } from "../../maps/basemap-requests.ts";
import { scaleOf } from "../../maps/density.ts";
import { FineBasemap } from "../../maps/fine-basemap.ts";
import { openMap } from "../../maps/map.ts";
import type { PublisherBasemap } from "../../maps/publisher-basemap.ts";
import { sentenceOf as errorSentence } from "../shared/error-sentence.ts";
import { theme } from "../shared/theme.ts";
import { BasemapNotice } from "./basemap-notice.tsx";
import {
	chooseCells,
	drawChosen,
	fitTrack,
	revealCell,
} from "./chosen-on-map.ts";
import { basemapCredit, creditsOf } from "./credits.ts";
import { drawRides } from "./draw-rides.ts";
import { EmbedButton } from "./embed-button.tsx";
import { ExportButton } from "./export-button.tsx";
import type { ExportedMap } from "./export-map.ts";
import { Legend } from "./legend.tsx";
import { mapColours } from "./map-colours.ts";
import { MapButtons, ScaleSwitch } from "./map-controls.tsx";
import { MapNotice } from "./map-notice.tsx";
import type { Opened, Picture, RidesModel } from "./model.ts";
import { type RidesParts, readTile } from "./open-parts.ts";
import { sentenceOf } from "./sentence.ts";
import { namedStarts, nameStarts } from "./start-places.tsx";
import { startOf, viewportAround } from "./start-view.ts";
import type { RidesState, View } from "./state.ts";
import { ThroughPanel } from "./through-panel.tsx";

/** Between looks at a map that is moving. */
const MOVING_MILLISECONDS = 250;

const EARTH_METRES = 40_075_016.686;

interface Readout {
	readonly x: number;
	readonly y: number;
	readonly text: string;
}

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

/** Gives the model the viewport that a map would have, and keeps it in step with the address. */
function lookWithout(
	box: HTMLElement,
	state: RidesState,
	model: RidesModel,
	opened: Opened,
): () => void {
	return effect(() => {
		model.viewport.value = viewportAround(state.view.value ?? startOf(opened), {
			width: box.clientWidth,
			height: box.clientHeight,
		});
	});
}

/** Puts the publisher's basemap below the rides until `end`; `retry` asks once more for what did not come. */
function showPublisherBasemap(
	map: MapLibre,
	address: string,
	trouble: Signal<BasemapTrouble | null>,
): { readonly retry: () => void; readonly end: () => void } {
	const ended = new AbortController();
	let shown: PublisherBasemap | null = null;
	let isStarting = false;
	let unfollow = () => {};
	const start = async () => {
		isStarting = true;
		const code = await import("../../maps/publisher-basemap.ts").catch(
			() => null,
		);
		isStarting = false;
		if (ended.signal.aborted) return;
		if (code === null) {
			trouble.value = navigator.onLine ? "failed" : "offline";
			return;
		}
		trouble.value = null;
		const basemap = new code.PublisherBasemap(
			map,
			address,
			mapColours(),
			(changed) => {
				trouble.value = changed;
			},
		);
		shown = basemap;
		unfollow = effect(() => {
			if (theme.value !== null) basemap.recolour(mapColours());
		});
	};
	const retry = () => {
		if (shown !== null) shown.retry();
		else if (!isStarting) void start();
	};
	addEventListener("online", retry, { signal: ended.signal });
	retry();
	return {
		retry,
		end: () => {
			ended.abort();
			unfollow();
		},
	};
}

/** Moved from script as the pointer moves: a render for each pixel would lag behind it. */
function CellReadout({
	readout,
}: {
	readonly readout: Signal<Readout | null>;
}) {
	const box = useRef<HTMLDivElement>(null);
	useEffect(
		() =>
			effect(() => {
				const element = box.current;
				const now = readout.value;
				if (element === null) return;
				element.hidden = now === null;
				if (now === null) return;
				element.textContent = now.text;
				element.style.transform = `translate(${now.x}px, ${now.y}px) translate(-50%, calc(-100% - 12px))`;
			}),
		[readout],
	);
	return <div class="rides-readout" aria-hidden="true" hidden ref={box} />;
}

/** Keeps the model's viewport and the address in step with the map. */
function followView(
	map: MapLibre,
	state: RidesState,
	model: RidesModel,
	opened: Opened,
): () => void {
	const start = startOf(opened);
	let looked = 0;
	const look = () => {
		looked = performance.now();
		model.viewport.value = viewportOf(map);
	};
	const onMove = () => {
		if (performance.now() - looked > MOVING_MILLISECONDS) look();
	};
	let isLed = false;
	const onMoveEnd = () => {
		if (isLed) return;
		const { lng, lat } = map.getCenter().wrap();
		const view: View = {
			longitude: lng,
			latitude: lat,
			zoom: map.getZoom(),
		};
		if (isSameView(view, state.view.peek() ?? start)) {
			look();
			return;
		}
		model.moved();
		state.view.value = isSameView(view, start) ? null : view;
		look();
	};
	map.on("move", onMove);
	map.on("moveend", onMoveEnd);
	map.on("resize", look);
	look();
	// Back and Forward: the address moves the map, whatever it is at; what it was at leaves no address.
	const stop = effect(() => {
		const view = state.view.value ?? start;
		const { lng, lat } = map.getCenter().wrap();
		const now = { longitude: lng, latitude: lat, zoom: map.getZoom() };
		if (isSameView(view, now)) return;
		isLed = true;
		map.jumpTo({ center: [view.longitude, view.latitude], zoom: view.zoom });
		isLed = false;
		look();
	});
	return stop;
}

/** Says what lies under the pointer, the finger, or for keyboards the middle of the map. */
function readCells(
	map: MapLibre,
	picture: Signal<Picture | null>,
	readout: Signal<Readout | null>,
	isAimed: Signal<boolean>,
): () => void {
	const canvas = map.getCanvas();
	const read = (point: { x: number; y: number }) => {
		const now = picture.peek();
		if (now === null) return;
		const { lng, lat } = map.unproject([point.x, point.y]);
		const cell = cellAt(now.window, lng, lat);
		const rides = cell === null ? 0 : (now.counts[cell] ?? 0);
		if (rides === 0 && !isAimed.peek()) {
			readout.value = null;
			return;
		}
		const metres =
			(EARTH_METRES * Math.cos((lat * Math.PI) / 180)) / 2 ** now.window.level;
		const verb = rides === 1 ? "passes" : "pass";
		readout.value = {
			x: point.x,
			y: point.y,
			text:
				rides === 0
					? "No ride passes here"
					: `${formatCounted(rides, "ride")} ${verb} these ${sizeOf(metres)}`,
		};
	};
	const aim = () => {
		if (isAimed.peek())
			read({ x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 });
	};
	const leave = () => {
		if (!isAimed.peek()) readout.value = null;
	};
	const onFocus = () => {
		isAimed.value = canvas.matches(":focus-visible");
		aim();
	};
	const onBlur = () => {
		isAimed.value = false;
		readout.value = null;
	};
	map.on("mousemove", ({ point }) => {
		isAimed.value = false;
		read(point);
	});
	map.on("click", ({ point }) => {
		isAimed.value = false;
		read(point);
	});
	map.on("mouseout", leave);
	map.on("movestart", leave);
	map.on("moveend", aim);
	canvas.addEventListener("focus", onFocus);
	canvas.addEventListener("blur", onBlur);
	canvas.addEventListener("keydown", onFocus);
	const stop = effect(() => {
		if (picture.value !== null) aim();
	});
	return stop;
}

function viewportOf(map: MapLibre): Viewport {
	const bounds = map.getBounds();
	return {
		west: bounds.getWest(),
		south: bounds.getSouth(),
		east: bounds.getEast(),
		north: bounds.getNorth(),
		zoom: map.getZoom(),
	};
}

/** To within a tenth of a pixel. */
function isSameView(one: View, other: View): boolean {
	const pixel = 360 / (512 * 2 ** one.zoom);
	const turned = one.longitude - other.longitude;
	// 180 degrees east is 180 west.
	const east = turned - 360 * Math.round(turned / 360);
	return (
		Math.abs(one.zoom - other.zoom) < 0.006 &&
		Math.abs(east) < pixel &&
		Math.abs(one.latitude - other.latitude) < pixel
	);
}

function sizeOf(metres: number): string {
	return metres < 1000
		? `${formatCount(metres < 10 ? metres : Math.round(metres / 5) * 5)} m`
		: `${(metres / 1000).toPrecision(2)} km`;
}
