import "./rides.css";
import { render } from "preact";
import { isAnyRide } from "../../lib/rides/filter.ts";
import type { Basemap } from "../../maps/basemap-format.ts";
import { siteRoot } from "../shared/lake.ts";
import { showFailure } from "../shared/show-failure.tsx";
import { Empty } from "../shared/states.tsx";
import { LakeRides } from "./lake-rides.ts";
import { LineModel } from "./line-model.ts";
import { openMapState } from "./map-state.ts";
import { openRides, RidesModel } from "./model.ts";
import { openState } from "./state.ts";

const island = document.getElementById("island");
if (island === null) throw new Error("the page lacks #island");
const box: HTMLElement = island;
const state = openState();
const mapState = openMapState();
const still = stillOf(box);

void mount();

async function mount(): Promise<void> {
	try {
		// The map's library is large: what it will show comes beside it.
		const [opened, basemap, { RidesPage }] = await Promise.all([
			openRides(),
			readBasemap(),
			import("./rides-page.tsx"),
		]);
		box.replaceChildren();
		if (opened === null) {
			render(<NoRides />, box);
			return;
		}
		const source = new LakeRides();
		const model = new RidesModel(opened, state, source);
		render(
			<RidesPage
				opened={opened}
				state={state}
				mapState={mapState}
				model={model}
				lines={new LineModel(source, model)}
				basemap={basemap}
				still={still}
			/>,
			box,
		);
	} catch (error) {
		showFailure(box, error, mount);
	}
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

function NoRides() {
	return (
		<Empty>
			<h1>No rides yet</h1>
			<p>
				Put GPX files (also <code>.gpx.gz</code>) into a folder{" "}
				<code>rides/</code> below your data, and run{" "}
				<code>npm run data -- --input DIR</code>. This page then shows where you
				ride most.
			</p>
		</Empty>
	);
}
