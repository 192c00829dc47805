import "./rides.css";
import { render } from "preact";
import { showFailure } from "../shared/show-failure.tsx";
import { openRides } from "./model.ts";
import { openFrame, stillOf } from "./open-parts.ts";
import { findKept } from "./own/own-rides.ts";

const island = document.getElementById("island");
if (island === null) throw new Error("the page lacks #island");
const box: HTMLElement = island;
const still = stillOf(box);

void mount();

async function mount(): Promise<void> {
	try {
		// The map's library is large: what it will show comes beside it.
		const [lake, frame, { RidesIsland }] = await Promise.all([
			openRides(),
			openFrame(box),
			import("./own/rides-island.tsx"),
			findKept(),
		]);
		box.replaceChildren();
		render(<RidesIsland lake={lake} frame={frame} still={still} />, box);
	} catch (error) {
		showFailure(box, error, mount);
	}
}
