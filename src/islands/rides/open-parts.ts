import { isAnyRide } from "../../lib/rides/filter.ts";
import type { Basemap } from "../../maps/basemap-format.ts";
import { siteRoot } from "../shared/lake.ts";
import { LakeRides } from "./lake-rides.ts";
import { LineModel } from "./line-model.ts";
import { type MapState, openMapState } from "./map-state.ts";
import { type Opened, openRides, RidesModel } from "./model.ts";
import { openState, type RidesState } from "./state.ts";
import { RidesThrough } from "./through.ts";

/** What a page with the map of rides is made of. */
export interface RidesParts {
	readonly opened: Opened;
	readonly state: RidesState;
	readonly mapState: MapState;
	readonly model: RidesModel;
	readonly lines: LineModel;
	readonly through: RidesThrough;
	readonly basemap: Basemap;
	/** Stands in the map's place until it draws, null where there is none. */
	readonly still: Element | null;
}

const state = openState();
const mapState = openMapState();

/** Opens the map of rides in a page's island. Null where the lake has no rides. Rejects as `openRides` does. */
export async function openParts(
	island: HTMLElement,
): Promise<RidesParts | null> {
	const still = stillOf(island);
	const [opened, basemap] = await Promise.all([openRides(), readBasemap()]);
	if (opened === null) return null;
	const source = new LakeRides();
	const model = new RidesModel(opened, state, source);
	const lines = new LineModel(source, model);
	const through = new RidesThrough(model, state, source);
	return { opened, state, mapState, model, lines, through, basemap, still };
}

/** The baked picture, where it is of what the address asks for; else it goes. */
function stillOf(island: HTMLElement): Element | null {
	const baked = island.querySelector(".ride-still");
	if (state.view.value === null && isAnyRide(state.filter.value)) return baked;
	baked?.remove();
	return null;
}

async function readBasemap(): Promise<Basemap> {
	const address = new URL("rides/basemap.json", siteRoot());
	const response = await fetch(address).catch((cause: unknown) => {
		const error = new Error(`could not reach ${address}`, { cause });
		error.name = "FetchError";
		throw error;
	});
	if (!response.ok) throw new Error(`${address} answered ${response.status}`);
	return (await response.json()) as Basemap;
}
