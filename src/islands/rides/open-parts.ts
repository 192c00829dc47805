import { isAnyRide } from "../../lib/rides/filter.ts";
import type {
	Basemap,
	BasemapTile,
} from "../../maps/basemap/basemap-format.ts";
import { siteRoot } from "../shared/lake/lake.ts";
import { LakeRides } from "./lake-rides.ts";
import { LineModel } from "./line-model.ts";
import { type MapState, openMapState } from "./map/map-state.ts";
import { type Opened, openRides, RidesModel } from "./model.ts";
import type { RideSource } from "./ride-source.ts";
import { openState, type RidesState } from "./state.ts";
import { RidesThrough } from "./through/through.ts";

/** What a page with the map of rides is made of. */
export interface RidesParts {
	readonly opened: Opened;
	readonly source: RideSource;
	readonly state: RidesState;
	readonly mapState: MapState;
	readonly model: RidesModel;
	readonly through: RidesThrough;
	readonly lines: LineModel;
	readonly basemap: Basemap;
	/** Of the publisher's choice, null where there is none. */
	readonly publisher: {
		/** Absolute address of a style or a PMTiles archive. */
		readonly address: string;
		readonly attribution: string;
	} | null;
	/** Stands in the map's place until it draws, null where there is none. */
	readonly still: Element | null;
}

/** What a page has once, wherever its rides come from. */
export type RidesFrame = Pick<
	RidesParts,
	"state" | "mapState" | "basemap" | "publisher"
>;

const state = openState();
const mapState = openMapState();

/** Opens the map of rides in a page's island. Null where the lake has no rides. Rejects as `openRides` does. */
export async function openParts(
	island: HTMLElement,
): Promise<RidesParts | null> {
	const still = stillOf(island);
	const [opened, frame] = await Promise.all([openRides(), openFrame(island)]);
	if (opened === null) return null;
	const { lineBreaks } = opened.dataset;
	return partsOf(opened, new LakeRides({ lineBreaks }), frame, still);
}

/** What the page in an island has once. Rejects where the basemap does not come. */
export async function openFrame(island: HTMLElement): Promise<RidesFrame> {
	const publisher = publisherOf(island);
	return { state, mapState, publisher, basemap: await readBasemap() };
}

/** Puts rides from some source into a page. */
export function partsOf(
	opened: Opened,
	source: RideSource,
	frame: RidesFrame,
	still: Element | null,
): RidesParts {
	const model = new RidesModel(opened, frame.state, source);
	return {
		...frame,
		opened,
		source,
		model,
		through: new RidesThrough(model, frame.state, source),
		lines: new LineModel(source, model),
		still,
	};
}

/** As the build has put it into the page. */
function publisherOf({ dataset }: HTMLElement): RidesParts["publisher"] {
	const { basemap, basemapCredit } = dataset;
	if (basemap === undefined || basemapCredit === undefined) return null;
	const address = new URL(basemap, siteRoot()).href;
	return { address, attribution: basemapCredit };
}

/** The baked picture, where it is of what the address asks for; else it goes. */
export function stillOf(island: HTMLElement): Element | null {
	const baked = island.querySelector(".ride-still");
	if (state.view.value === null && isAnyRide(state.filter.value)) return baked;
	baked?.remove();
	return null;
}

/** A tile of the finer basemap, see `FineBasemap`. */
export async function readTile(name: string): Promise<BasemapTile> {
	const path = `rides/basemap/${name}.json`;
	// The browser complains of each fetch that fails, and offline one that is not kept does.
	if (!navigator.onLine && !(await isKept(path)))
		throw new Error(`offline, and not kept: ${path}`);
	return (await readJson(path)) as BasemapTile;
}

async function isKept(path: string): Promise<boolean> {
	if (!("caches" in window)) return false;
	return (await caches.match(new URL(path, siteRoot()))) !== undefined;
}

async function readBasemap(): Promise<Basemap> {
	return (await readJson("rides/basemap.json")) as Basemap;
}

async function readJson(path: string): Promise<unknown> {
	const address = new URL(path, siteRoot());
	const response = await fetch(address).catch((cause: unknown) => {
		const error = new Error(`could not reach ${address}`, { cause });
		error.name = "FetchError";
		throw error;
	});
	if (!response.ok) throw new Error(`${address} answered ${response.status}`);
	return response.json();
}
